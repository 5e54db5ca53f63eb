"""The staff site: Django's admin, doors and index our own. Its index is the desk."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from companies.models import Company
from ground.access import Role, may, roles_of
from ground.files import CHECK
from ground.models import OutboxEvent
from programs.models import Application, Call, Participation, Program


class NaruAdminSite(AdminSite):
    """Who may come in is said by the access table, as for every other page; signing in goes through allauth."""

    site_header = _("Naru")
    site_title = _("Naru")
    index_title = _("Desk")
    enable_nav_sidebar = False
    empty_value_display = "–"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only screens of our own: packages that bring theirs (groups, sessions, second factors) are left out."""
        from accounts.admin.base import StaffAdmin

        if admin_class is not None and issubclass(admin_class, StaffAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "admin:index")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect_to_login(request.GET.get("next", reverse("admin:index")), settings.LOGIN_URL)

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_logout"))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        search = reverse("admin:search") if may(request.user, "admin:search") else ""
        return {
            **super().each_context(request),
            "rail": rail(request),
            "search_url": search,
            "search_query": request.GET.get("q", "") if request.path == search else "",
        }

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Nothing shows it: the rail stands in its place."""
        return []

    def get_urls(self) -> list[URLPattern | URLResolver]:
        own: list[URLPattern | URLResolver] = [path("search/", self.admin_view(self.search), name="search")]
        return own + super().get_urls()

    def search(self, request: HttpRequest) -> HttpResponse:
        """Companies, applications, programs and participations that the person may see, by part of a name or number."""
        words = request.GET.get("q", "").strip()
        found = find(request.user, words) if len(words) > 1 else []
        context = {**self.each_context(request), "title": _("Search"), "words": words, "groups": found}
        return TemplateResponse(request, "admin/search.html", context)

    def index(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        from reports.views.desk import desk

        answer = desk(request, self.each_context(request))
        assert isinstance(answer, TemplateResponse)
        assert answer.context_data is not None
        answer.context_data["waiting"] = given_up(request.user) + answer.context_data["waiting"]
        return answer


LONG_TRIED = 8
"""Attempts after which a check is said to come about in vain: some eight minutes."""


def given_up(user: Any) -> list[dict[str, Any]]:
    """Lines for managers and the operator when work was given up (mails, imports or reports that nobody got), when files
    wait for a check that does not come about, and when nobody scans them at all. One query."""
    if roles_of(user).isdisjoint({Role.MANAGER, Role.OPERATOR}):
        return []
    counts = OutboxEvent.objects.unfinished().aggregate(
        given_up=Count("pk", filter=Q(failed_at__isnull=False)),
        unchecked=Count("pk", filter=Q(topic=CHECK, failed_at__isnull=True, attempts__gte=LONG_TRIED)),
    )
    lines: list[dict[str, Any]] = []
    if count := counts["given_up"]:
        label = ngettext(
            "%(count)d mail or piece of work could not be done", "%(count)d mails or pieces of work could not be done", count
        )  # fmt: skip
        hint = _("Tried for five days. The operator sees why and tries again: manage.py outbox --failed")
        lines.append({"label": label % {"count": count}, "hint": hint})
    if count := counts["unchecked"]:
        label = ngettext(
            "%(count)d file waits for its check in vain",
            "%(count)d files wait for their check in vain",
            count,
        )
        hint = _("Nobody can open it before. The operator sees why: manage.py outbox")
        lines.append({"label": label % {"count": count}, "hint": hint})
    if settings.IS_PRODUCTION and not settings.NARU_CLAMD:
        label = gettext("Files that companies hand in are not scanned for malware")
        lines.append({"label": label, "hint": _("The operator sets up a scanner: NARU_CLAMD")})
    return lines


SEARCH_LIMIT = 20


def find(user: Any, words: str) -> list[dict[str, Any]]:
    """The first hits of each kind, only rows that the user may see."""
    parts: list[tuple[str, Any, Q]] = [
        ("programs_program", Program.objects.all(), Q(code__icontains=words) | Q(name_ko__icontains=words) | Q(name_en__icontains=words)),
        ("programs_call", Call.objects.all(), Q(code__icontains=words) | Q(title_ko__icontains=words)),
        ("companies_company", Company.objects.all(), Q(pk__in=Company.objects.search(words).values("pk"))),
        ("programs_application", Application.objects.select_related("company"), Q(receipt__icontains=words) | Q(company__in=Company.objects.search(words))),
        ("programs_participation", Participation.objects.select_related("company"), Q(number__icontains=words) | Q(company__in=Company.objects.search(words))),
    ]  # fmt: skip
    groups = []
    for route, kind, wanted in parts:
        if not may(user, f"admin:{route}_change"):
            continue
        rows = kind.visible_to(user).filter(wanted)[: SEARCH_LIMIT + 1]
        hits = [{"label": str(row), "url": reverse(f"admin:{route}_change", args=[row.pk])} for row in rows]
        if hits:
            groups.append(
                {
                    "label": kind.model._meta.verbose_name_plural,
                    "hits": hits[:SEARCH_LIMIT],
                    "more": len(hits) > SEARCH_LIMIT,
                }
            )
    return groups


RAIL: list[tuple[Any, list[tuple[str, Any]]]] = [
    (
        _("Desk"),
        [("admin:index", _("My desk")), ("admin:accounts_approval_changelist", _("Second opinions"))],
    ),
    (
        _("Programs"),
        [
            ("admin:programs_program_changelist", _("Programs")),
            ("admin:programs_call_changelist", _("Calls")),
            ("admin:programs_inquiry_changelist", _("Questions about calls")),
            ("admin:programs_application_changelist", _("Applications")),
            ("admin:programs_participation_changelist", _("Participations")),
            ("admin:programs_payment_changelist", _("Subsidy payments")),
            ("admin:programs_countrychoice_changelist", _("Choice of countries")),
            ("admin:programs_listing_changelist", _("Listings")),
            ("admin:programs_store_changelist", _("Stores")),
        ],
    ),
    (
        _("Guidance"),
        [
            ("admin:guidance_researchtask_changelist", _("Research tasks")),
            ("admin:guidance_researchtask_coverage", _("Coverage")),
            ("admin:guidance_statementversion_changelist", _("Statements")),
            ("admin:guidance_review_changelist", _("Reviews of statements")),
            ("admin:guidance_attachment_changelist", _("Attached strategies")),
            ("admin:guidance_edition_changelist", _("Editions of guides")),
            ("admin:guidance_guidevideo_changelist", _("Videos of guides")),
            ("admin:guidance_guidequestion_changelist", _("Questions about guides")),
            ("admin:guidance_mailing_changelist", _("Guides sent to companies")),
            ("admin:guidance_briefing_changelist", _("Briefings")),
            ("admin:guidance_registration_changelist", _("Registrations")),
            ("admin:guidance_regulatoryitem_changelist", _("Rules in the way")),
        ],
    ),
    (
        _("Companies"),
        [
            ("admin:companies_company_changelist", _("Register")),
            ("admin:companies_claim_changelist", _("Claims")),
            ("admin:companies_distinctpair_alike", _("Look alike")),
            ("admin:companies_support_changelist", _("Support received")),
            ("admin:programs_consultation_changelist", _("Consultations")),
        ],
    ),
    (
        _("Results"),
        [
            ("admin:reports_importbatch_changelist", _("Sales files")),
            ("admin:reports_answers", _("Sales of the month")),
            ("admin:reports_fileprofile_changelist", _("File profiles")),
            ("admin:reports_waiting", _("Waiting lines")),
            ("admin:reports_unassigned", _("Lines without a company")),
            ("admin:reports_assignmentlist_changelist", _("Lists of assignments")),
            ("admin:reports_exchangerate_changelist", _("Exchange rates")),
            ("admin:reports_rateattempt_changelist", _("Rates asked for")),
            ("admin:reports_declaration_changelist", _("Declarations")),
            ("admin:reports_customslist_changelist", _("Lists of exports")),
            ("admin:reports_customsrecord_changelist", _("Customs by hand")),
            ("admin:reports_shipment_changelist", _("Shipments")),
            ("admin:reports_stock", _("Goods in warehouses")),
            ("admin:reports_ordermark_changelist", _("Own purchases")),
            ("admin:reports_sharedsupport_changelist", _("Shared support")),
            ("admin:reports_cohorts", _("Payouts by month of sale")),
            ("admin:reports_payoutproof_changelist", _("Provider payouts")),
            ("admin:reports_compared", _("Measures side by side")),
            ("admin:reports_difference_changelist", _("Differences")),
            ("admin:reports_unanswered", _("Never answered")),
            ("admin:reports_samplingplan_changelist", _("Verification samples")),
            ("admin:reports_unstated", _("Not stated by providers")),
            ("admin:reports_payoutterm_changelist", _("Payout terms")),
            ("admin:reports_months", _("Months")),
            ("admin:reports_orders", _("Order counts")),
            ("admin:reports_outcomes", _("What came of it")),
        ],
    ),
    (
        _("Reports"),
        [
            ("admin:reports_reportschedule_changelist", _("Schedules")),
            ("admin:reports_reportrun_changelist", _("Written reports")),
        ],
    ),
    (
        _("Reference"),
        [
            ("admin:programs_platform_changelist", _("Platforms")),
            ("admin:programs_market_changelist", _("Markets")),
            ("admin:programs_indicator_changelist", _("Indicators")),
            ("admin:programs_indicatorvalue_changelist", _("Indicator values")),
            ("admin:ground_currency_changelist", _("Currencies")),
            ("admin:ground_holiday_changelist", _("Holidays")),
            ("admin:ground_province_changelist", _("Provinces")),
            ("admin:ground_industry_changelist", _("Industries")),
            ("admin:ground_country_changelist", _("Countries")),
            ("admin:accounts_officer_changelist", _("Officers")),
            ("admin:accounts_deputy_changelist", _("Deputies")),
            ("admin:accounts_organization_changelist", _("Organizations")),
        ],
    ),
    (
        _("Installation"),
        [
            ("admin:accounts_agency_changelist", _("Agencies")),
            ("admin:accounts_user_changelist", _("People")),
        ],
    ),
]


def rail(request: HttpRequest) -> list[dict[str, Any]]:
    """The left rail: what this person may open, grouped by the agency's work."""
    here = request.path
    index = reverse("admin:index")
    groups = []
    current: dict[str, Any] = {"url": ""}
    for label, items in RAIL:
        shown = []
        for route, title in items:
            if not may(request.user, route):
                continue
            try:
                url = reverse(route)
            except NoReverseMatch:
                continue
            item = {"url": url, "label": title, "is_current": False}
            if (here == url or (url != index and here.startswith(url))) and len(url) > len(current["url"]):
                current = item
            shown.append(item)
        if shown:
            groups.append({"label": label, "items": shown})
    current["is_current"] = True
    return groups
