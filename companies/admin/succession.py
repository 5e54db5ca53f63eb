"""Successions and what looks like one company twice: the pairs, telling them apart, recording who took whose place."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.admin.acting import ActingAdmin, Doing, Table, Words, day_input, fact, sent, who
from accounts.admin.second_person import answer_of
from accounts.forms import AgencyChoiceForm
from companies import permissions, queries
from companies.admin.company_history import DocumentForm, linked
from companies.domain import succession
from companies.models import Company, DistinctPair, Succession
from ground.access import may
from ground.models import StoredFile
from ground.templatetags.naru import day, seoul, whole

PER_PAGE = 25
KINDS = [each for each in Succession.Kind.choices if each[0] != Succession.Kind.DUPLICATE]
"""Two records of one company are merged, by steps of their own."""
REASONS = {"corporate": _("same corporate number"), "name": _("same name"), "phone": _("same phone")}


class SuccessionForm(DocumentForm, AgencyChoiceForm):
    roles = permissions.DECIDING_STAFF
    former = forms.CharField(
        label=_("former company"),
        max_length=20,
        help_text=_("Its business number; of a branch the branch’s."),
    )
    successor = forms.CharField(
        label=_("successor"),
        max_length=20,
        help_text=_("Its business number; of a branch the head office’s."),
    )
    kind = forms.ChoiceField(label=_("kind"), choices=KINDS, widget=forms.RadioSelect)
    on = forms.DateField(label=_("day of succession"), widget=day_input())
    field_order = ["agency", "former", "successor", "kind", "on", "document", "upload"]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("reason"), widget=forms.Textarea({"rows": 3}))


class ApartForm(AgencyChoiceForm, ReasonForm):
    roles = permissions.DECIDING_STAFF
    first = forms.UUIDField(widget=forms.HiddenInput)
    second = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ["agency", "reason", "first", "second"]


@admin.register(Succession)
class SuccessionAdmin(ActingAdmin):
    empty_text = _("Record it when a company was incorporated or merged and goes on under another number.")
    list_display = ["former", "successor", "kind", "on", "agency", "standing"]
    list_select_related = ["former", "successor", "agency", "file"]
    list_filter = ["kind", ("taken_back_at", admin.EmptyFieldListFilter)]
    search_fields = [
        "former__name_ko", "former__business_number", "successor__name_ko", "successor__business_number",
    ]  # fmt: skip
    add_form_class = SuccessionForm

    def get_urls(self) -> list[URLPattern]:
        taking = self.form_path(
            "take_back",
            ReasonForm,
            lambda request, row, facts: succession.take_back(row, by=who(request), **facts),
            _("Take the succession back"),
            _("A closed record is open again, and support is no longer counted together."),
        )
        return [
            taking,
            self.verb_path("confirm", self._confirm),
            self._path("put_paper", self._put_paper),
            *super().get_urls(),
        ]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "file__passage__exact" or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    def _confirm(self, request: HttpRequest, row: Succession) -> Words:
        succession.confirm(row, by=who(request))
        return _("Confirmed: it counts from now on.")

    def _put_paper(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.seen(request, pk)
        return self.ask(
            request,
            row,
            DocumentForm(sent(request), request.FILES or None, initial={"document": row.document}),
            lambda facts: succession.put_paper(row, by=who(request), **facts),
            title=_("Enter another paper"),
            why=_("The check of files refused the paper. What is not confirmed yet is asked about anew."),
        )

    @admin.display(description=_("state"))
    def standing(self, record: Succession) -> Words:
        return self.badge(record)[0]

    def form_for(self, request: HttpRequest, form_class: Any, record: Any) -> forms.BaseForm:
        initial = {name: request.GET.get(name, "") for name in ("former", "successor")}
        return SuccessionForm(sent(request), request.FILES or None, user=who(request), initial=initial)

    def add(self, request: HttpRequest, facts: dict[str, Any]) -> Succession:
        return succession.record(by=who(request), **facts)

    def badge(self, record: Succession) -> tuple[Words, str]:
        if record.taken_back_at:
            return _("taken back"), "neutral"
        if record.file.passage == StoredFile.Passage.REFUSED:
            return _("its paper was refused"), "danger"
        return (_("holds"), "ok") if record.confirmed_at else (_("waits for a second person"), "wait")

    def facts(self, request: HttpRequest, record: Succession) -> list[dict[str, Any]]:
        return [
            fact(_("former company"), _linked(request, record.former), whole(record.former.pretty_number)),
            fact(_("successor"), _linked(request, record.successor), whole(record.successor.pretty_number)),
            fact(_("kind"), record.get_kind_display()),
            fact(_("day of succession"), day(record.on)),
            fact(_("document"), linked(record.file, record.document)),
            fact(_("agency"), record.agency),
            fact(_("recorded by"), record.recorded_by, seoul(record.created_at)),
            *self._second(record),
            *([fact(_("taken back at"), seoul(record.taken_back_at))] if record.taken_back_at else []),
        ]

    def _second(self, record: Succession) -> list[dict[str, Any]]:
        """Who agreed and since when it counts; of one recorded when one person was enough only the latter."""
        asked = record.approval or (None if record.confirmed_at else succession.approval_of(record))
        confirmed = [fact(_("confirmed at"), seoul(record.confirmed_at))] if record.confirmed_at else []
        if asked is None:
            return confirmed
        page = reverse("admin:accounts_approval_change", args=[asked.pk])
        answer = format_html('<a href="{}">{}</a>', page, answer_of(asked)[0])
        return [fact(_("second person"), answer, asked.answered_by or ""), *confirmed]

    def doings(self, request: HttpRequest, record: Succession) -> list[Doing]:
        if record.taken_back_at or not may(request.user, self._route("take_back"), "POST"):
            return []
        if record.kind == Succession.Kind.DUPLICATE:
            return []
        found = []
        if record.confirmed_at is None:
            found.append(
                Doing(_("Confirm"), self.url("confirm", record), _why_not_confirm(record), tone="primary")
            )
        if record.file.passage == StoredFile.Passage.REFUSED:
            found.append(Doing(_("Enter another paper"), self.url("put_paper", record), is_page=True))
        return [
            *found,
            Doing(_("Take the succession back"), self.url("take_back", record), is_page=True),
        ]


def _why_not_confirm(record: Succession) -> Words | None:
    if not record.file.has_passed:
        return _("The paper has not passed the check of files. Wait for it, or enter another paper.")
    asked = succession.approval_of(record)
    if asked is None or asked.answered_at is None:
        return _("A second person has not agreed yet.")
    return None if asked.is_granted else _("A second person refused it. Take it back.")


@admin.register(DistinctPair)
class DistinctPairAdmin(ActingAdmin):
    """What an agency told apart; the pairs that still look alike stand on a page of their own."""

    list_display = ["first", "second", "reason", "agency", "decided_by", "created_at", "taken_back_at"]
    list_filter: ClassVar[list[Any]] = [("taken_back_at", admin.EmptyFieldListFilter)]
    list_select_related = ["first", "second", "agency", "decided_by"]
    search_fields = ["first__name_ko", "second__name_ko", "first__business_number", "second__business_number"]
    add_form_class = ApartForm

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self._alike)
        taking = self.form_path(
            "take_back",
            ReasonForm,
            lambda request, row, facts: succession.take_back_apart(row, by=who(request), **facts),
            _("Look at the pair again"),
            _("It stands among the companies that look alike again."),
        )
        return [path("alike/", view, name="companies_distinctpair_alike"), taking, *super().get_urls()]

    def badge(self, record: DistinctPair) -> tuple[Words, str]:
        return (_("taken back"), "neutral") if record.taken_back_at else (_("holds"), "ok")

    def doings(self, request: HttpRequest, record: DistinctPair) -> list[Doing]:
        if record.taken_back_at or not may(request.user, self._route("take_back"), "POST"):
            return []
        return [Doing(_("Look at the pair again"), self.url("take_back", record), is_page=True)]

    def form_for(self, request: HttpRequest, form_class: Any, record: Any) -> forms.BaseForm:
        initial = {name: request.GET.get(name, "") for name in ("first", "second")}
        form = ApartForm(sent(request), user=who(request), initial=initial)
        names = Company.objects.visible_to(request.user).filter(pk__in=_keys(request, "first", "second"))
        form.fields["reason"].help_text = " · ".join(f"{each} ({each.pretty_number})" for each in names)
        return form

    def add(self, request: HttpRequest, facts: dict[str, Any]) -> DistinctPair:
        return succession.tell_apart(by=who(request), **facts)

    def facts(self, request: HttpRequest, record: DistinctPair) -> list[dict[str, Any]]:
        return [
            fact(_("company"), _linked(request, record.first), whole(record.first.pretty_number)),
            fact(_("other company"), _linked(request, record.second), whole(record.second.pretty_number)),
            fact(_("reason"), record.reason),
            fact(_("agency"), record.agency),
            fact(_("decided by"), record.decided_by, seoul(record.created_at)),
            *([fact(_("taken back at"), seoul(record.taken_back_at))] if record.taken_back_at else []),
        ]

    def _alike(self, request: HttpRequest) -> HttpResponse:
        """Read by all staff; what can be done with a pair leads to forms."""
        typed = request.GET.get("page", "1")
        number = max(1, int(typed)) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 1
        pairs, count = queries.alike(request.user, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
        acts = may(request.user, self._route("add"), "POST")
        columns = [
            _("company"),
            _("other company"),
            _("why they look alike"),
            *([_("decide")] if acts else []),
        ]
        rows = [
            [
                _named(request, pair.first),
                _named(request, pair.second),
                ", ".join(str(REASONS[each]) for each in pair.reasons),
                *([_choices(request, pair)] if acts else []),
            ]
            for pair in pairs
        ]
        context = {
            **self._page(request),
            "title": _("Companies that look alike"),
            "table": Table("", columns, rows),
            "page_obj": Paginator(range(count), PER_PAGE).get_page(number),
            "most": queries.MOST_SHARED,
        }
        return TemplateResponse(request, "companies/distinctpair_alike.html", context)


def _keys(request: HttpRequest, *names: str) -> list[UUID]:
    found = []
    for name in names:
        try:
            found.append(UUID(request.POST.get(name) or request.GET.get(name, "")))
        except ValueError:
            continue
    return found


def _choices(request: HttpRequest, pair: queries.Alike) -> Any:
    first, second = pair.first, pair.second
    apart = urlencode({"first": str(first.pk), "second": str(second.pk)})
    followed = urlencode({"former": first.business_number, "successor": second.business_number})
    merged: Any = ""
    if may(request.user, "admin:companies_merge_add", "POST"):
        numbers = urlencode({"kept": first.business_number, "given_up": second.business_number})
        merged = format_html(
            ' · <a href="{}?{}">{}</a>', reverse("admin:companies_merge_add"), numbers, _("Merge")
        )
    return format_html(
        '<a href="{}?{}">{}</a> · <a href="{}?{}">{}</a>{}',
        reverse("admin:companies_distinctpair_add"),
        apart,
        _("Tell apart"),
        reverse("admin:companies_succession_add"),
        followed,
        _("Record a succession"),
        merged,
    )


def _linked(request: HttpRequest, company: Company) -> Any:
    """The name; a link where this reader sees the company."""
    if not Company.objects.visible_to(request.user).filter(pk=company.pk).exists():
        return company
    return format_html(
        '<a href="{}">{}</a>', reverse("admin:companies_company_change", args=[company.pk]), company
    )


def _named(request: HttpRequest, company: Company) -> Any:
    url = reverse("admin:companies_company_change", args=[company.pk])
    return format_html(
        '<a href="{}">{}</a> <span class="note">{}</span>', url, company, whole(company.pretty_number)
    )
