"""The register as an agency sees it: its companies only, facts to read, verbs to act."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.admin.acting import ActingAdmin, Doing, Table, Words, day_input, fact, sent, who
from accounts.admin.exchange import ExchangeAdmin
from accounts.forms import AgencyChoiceForm
from accounts.models import Agency
from accounts.roles import agencies_of
from companies import permissions, queries
from companies.admin import beside, company_tax_office
from companies.admin.company_history import (
    MarkForm,
    mark_table,
    size_table,
    succession_table,
    successions_of,
    support_table,
)
from companies.admin.company_papers import judged, judging, paper_link
from companies.admin.resources import CompanyResource, RegisterConfirmForm, RegisterImportForm
from companies.domain import facts as company_facts
from companies.domain import marks, standing
from companies.models import Ban, Certificate, Company, Succession
from ground import clock
from ground.access import Role, may
from ground.errors import RuleBroken
from ground.templatetags.naru import amount, day, seoul, whole


class BanForm(AgencyChoiceForm):
    from_on = forms.DateField(label=_("from"), widget=day_input())
    until_on = forms.DateField(label=_("until"), widget=day_input(), help_text=_("The last day of the ban."))
    reason = forms.CharField(label=_("reason"), widget=forms.Textarea({"rows": 4}))


@admin.register(Company)
class CompanyAdmin(ExchangeAdmin, ActingAdmin):  # type: ignore[misc]
    """Search by part of a name or number goes through the trigram indexes."""

    resource_classes = [CompanyResource]
    confirm_form_class = RegisterConfirmForm
    import_export_change_list_template = "companies/company_changelist.html"
    list_display = ["name_ko", "name_en", "number", "status", "opened_on"]
    search_fields = ["name_ko"]
    search_help_text = _("Part of a name or of the business number")
    list_filter = ["is_made_up"]
    history_hanging = (
        "places", "certificates", "certificates__judgments", "figures", "industries", "contacts", "members", "consents", "products", "bans",
        "sights", "sizes", "marks", "support_declarations", "successions", "predecessions",
    )  # fmt: skip

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return company_tax_office.Companies

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found: Any = queryset
        return (found.search(search_term.strip()) if search_term.strip() else found), False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("check_all/", view(require_POST(self._check_all)), name="companies_company_check_all"),
            self.verb_path("check", self._check),
            path(
                "<uuid:pk>/certificate/<uuid:certificate>/",
                view(require_POST(self._judge)),
                name="companies_company_certificate",
            ),
            path("<uuid:pk>/mark/", view(self._mark), name="companies_company_mark"),
            path("<uuid:pk>/ban/", view(self._ban), name="companies_company_ban"),
            *super().get_urls(),
        ]

    # For which agency a list is taken in

    def get_import_form_class(self, request: HttpRequest) -> type[RegisterImportForm]:
        return RegisterImportForm

    def get_import_form_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().get_import_form_kwargs(request), "user": who(request)}

    def get_confirm_form_initial(self, request: HttpRequest, import_form: Any) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_confirm_form_initial(request, import_form)
        return {**initial, "agency": agency_key(import_form)} if import_form else initial

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        agency = agency_key(kwargs.get("form"))
        return {**super().get_import_data_kwargs(**kwargs), "agency": agency}

    @admin.display(description=_("business number"), ordering="business_number")
    def number(self, company: Company) -> str:
        return whole(company.pretty_number)

    @admin.display(description=_("tax office"))
    def status(self, company: Any) -> SafeString:
        return company_tax_office.cell(company)

    # The record's page

    def badge(self, record: Any) -> tuple[Words, str]:
        return company_tax_office.badge(record)

    def facts(self, request: HttpRequest, record: Company) -> list[dict[str, Any]]:
        return [
            fact(_("business number"), whole(record.pretty_number)),
            fact(_("corporate number"), record.corporate_number),
            fact(_("name (Korean)"), record.name_ko),
            fact(_("name (English)"), record.name_en),
            fact(_("opened on"), day(record.opened_on)),
            fact(_("website"), record.website),
            *company_tax_office.facts(record),
        ]

    def doings(self, request: HttpRequest, record: Company) -> list[Doing]:
        found = []
        closing = [each for each in successions_of(record) if each.closes(record.pk)]
        is_merged = any(each.kind == Succession.Kind.DUPLICATE for each in closing)
        why_not = permissions.succeeded().sentence if closing else None
        if may(request.user, self._route("check"), "POST"):
            found.append(Doing(_("Ask the tax office"), self.url("check", record), tone="secondary"))
        if may(request.user, self._route("mark"), "POST"):
            refused = why_not if is_merged else None
            found.append(Doing(_("Record a credit look-up"), self.url("mark", record), refused, is_page=True))
        if may(request.user, self._route("ban"), "POST"):
            found.append(Doing(_("Bar from programs"), self.url("ban", record), is_page=True))
        ends = (
            ("admin:companies_succession_add", "former", _("Record a succession")),
            ("admin:companies_merge_add", "given_up", _("Merge with another record")),
        )
        found += [
            Doing(label, f"{reverse(name)}?{side}={record.business_number}", why_not, is_page=True)
            for name, side, label in ends
            if may(request.user, name, "POST")
        ]
        return found + beside.doings(request, record)

    def tables(self, request: HttpRequest, record: Company) -> list[Table]:
        places = record.places.select_related("province").in_order()
        industries = record.industries.select_related("industry").order_by("-is_main", "industry")
        contacts = queries.contacts_visible_to(request.user, record)
        members = record.members.filter(ended_at__isnull=True).select_related("user").order_by("created_at")
        bans = Ban.objects.visible_to(request.user).filter(company=record).order_by("-from_on")
        return [
            Table(
                _("places of business"),
                [_("kind"), _("province"), _("address"), _("from"), _("until")],
                [
                    [
                        each.get_kind_display(),
                        each.province,
                        each.address,
                        day(each.from_on),
                        day(each.until_on),
                    ]
                    for each in places
                ],
                _("None entered."),
            ),
            Table(
                _("industries"),
                [_("industry"), _("revision"), _("main industry")],
                [[each, each.industry.revision, _("yes") if each.is_main else ""] for each in industries],
                _("None entered."),
            ),
            Table(
                _("yearly figures"),
                [
                    _("year"),
                    (_("sales (KRW)"), True),
                    (_("exports (USD)"), True),
                    (_("employees"), True),
                    _("source"),
                ],
                [
                    [
                        str(each.year),
                        amount(each.sales_amount),
                        amount(each.export_amount, 2),
                        amount(each.employees),
                        each.get_source_display(),
                    ]
                    for each in record.figures.all()
                ],
                _("None entered."),
            ),
            self._certificates(request, record),
            succession_table(record),
            size_table(record),
            mark_table(request, record),
            support_table(request, record),
            Table(
                _("products"),
                [_("product code"), _("name"), _("product group"), _("HS code"), _("out of use from")],
                [
                    [
                        each.code,
                        str(each),
                        each.get_product_group_display(),
                        each.hs_code,
                        day(each.disabled_on),
                    ]
                    for each in record.products.order_by("disabled_on", "name_ko")[:100]
                ],
                _("None entered."),
            ),
            Table(
                _("contacts"),
                [_("kind"), _("name"), _("e-mail"), _("phone")],
                [[each.get_kind_display(), each.name, each.email, each.phone] for each in contacts],
                _("None entered."),
            ),
            Table(
                _("members"),
                [_("name"), _("e-mail"), _("role")],
                [[each.user, each.user.shown_email, each.get_role_display()] for each in members],
                _("Nobody signs in for this company."),
            ),
            Table(
                _("bans of the agency"),
                [_("from"), _("until"), _("reason"), _("lifted at")],
                [
                    [_ban_link(request, each), day(each.until_on), each.reason, seoul(each.lifted_at)]
                    for each in bans
                ],
                _("None."),
            ),
            company_tax_office.table(record),
            *beside.tables(request, record),
        ]

    def _certificates(self, request: HttpRequest, record: Company) -> Table:
        deciding = []
        if may(request.user, self._route("certificate"), "POST"):
            mine = agencies_of(who(request), Role.MANAGER, Role.OFFICER)
            deciding = [each for each in permissions.sees_as_staff(who(request), record) if each in mine]
        rows = []
        for paper in queries.papers(record, clock.today(), reader=request.user):
            each = paper.certificate
            left: Words = ""
            if paper.is_over:
                left = _("no longer valid")
            elif paper.days_left is not None:
                left = ngettext("%(days)d day left", "%(days)d days left", paper.days_left) % {
                    "days": paper.days_left
                }
            rows.append(
                [
                    paper_link(each),
                    each.number,
                    day(each.valid_from),
                    day(each.valid_until),
                    left,
                    judged(each),
                    judging(request, each, deciding),
                ]
            )
        columns = [
            _("certificate"), _("number"), _("valid from"), _("valid until"), _("left"), _("state"), _("decide"),
        ]  # fmt: skip
        return Table(_("certificates"), columns, rows, _("None entered."))

    # Verbs

    def _check(self, request: HttpRequest, company: Company) -> Words:
        standing.ask_for_check([company.pk])
        return _("The tax office is being asked. Load the page again in a moment.")

    def _check_all(self, request: HttpRequest) -> HttpResponse:
        seen = Company.objects.visible_to(request.user).order_by("pk").values_list("pk", flat=True)
        number = standing.ask_for_check(seen)
        messages.success(
            request,
            ngettext(
                "The tax office is being asked about %(number)d company.",
                "The tax office is being asked about %(number)d companies.",
                number,
            )
            % {"number": number},
        )
        return HttpResponseRedirect(reverse(self._route("changelist")))

    def _judge(self, request: HttpRequest, pk: UUID, certificate: UUID) -> HttpResponse:
        company = self.seen(request, pk)
        paper = get_object_or_404(Certificate, pk=certificate, company=company)
        try:
            agency = permissions.chosen_agency(who(request), request.POST.get("agency", ""))
            company_facts.judge_certificate(
                paper,
                accept=request.POST.get("accept") == "1",
                reason=request.POST.get("reason", ""),
                agency=agency,
                by=who(request),
            )
        except RuleBroken as error:
            messages.error(request, str(error.sentence))
        else:
            messages.success(request, str(_("The certificate is marked.")))
        return self.back_to(company)

    def _mark(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        company = self.seen(request, pk)
        return self.ask(
            request,
            company,
            MarkForm(sent(request), request.FILES or None, user=who(request), initial={"on": clock.today()}),
            lambda entries: marks.record(company, by=who(request), **entries),
            title=_("Record a credit look-up"),
            why=_("It decides on criteria of your agency’s calls. Other agencies do not see it."),
        )

    def _ban(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        company = self.seen(request, pk)
        return self.ask(
            request,
            company,
            BanForm(sent(request), user=who(request), initial={"from_on": clock.today()}),
            lambda entries: standing.ban(company, by=who(request), **entries),
            title=_("Bar from programs"),
            why=_(
                "The company cannot take part in your agency’s programs in this period. Other agencies do not see it."
            ),
        )


def agency_key(form: Any) -> str:
    """The agency that the import or the confirming form names; "" when there is only one."""
    agency = form.cleaned_data.get("agency") if form is not None else None
    return str(agency.pk) if isinstance(agency, Agency) else agency or ""


def _ban_link(request: HttpRequest, ban: Ban) -> Any:
    if not may(request.user, "admin:companies_ban_change"):
        return day(ban.from_on)
    url = reverse("admin:companies_ban_change", args=[ban.pk])
    return format_html('<a href="{}">{}</a>', url, day(ban.from_on))
