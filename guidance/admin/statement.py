"""Statements by country and pillar: drafts with their figures, versions side by side, review and withdrawal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from accounts.models import User
from ground import clock
from ground.models import Country
from ground.templatetags.naru import day, seoul
from guidance.admin.statement_list import StatementList
from guidance.domain import reviewing, stating
from guidance.forms.statement import DraftForm, HandInForm, PlaceForm, ReviseForm
from guidance.models import Pillar, StatementFigure, StatementVersion
from guidance.queries.statements import PILLAR_ORDER, differences
from programs.admin.indicator import own_programs
from programs.admin.parts import typed_forms
from programs.admin.verbs import OwnInline, RecordAdmin, Verb, day_of, writes_for
from programs.forms.staff import ReasonForm

State = StatementVersion.State
TONES = {
    State.DRAFT: "neutral", State.REVIEW: "wait", State.PUBLISHED: "ok", State.REPLACED: "neutral", State.WITHDRAWN: "danger",
}  # fmt: skip


class CountryFilter(admin.SimpleListFilter):
    title = _("country")
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        codes = model_admin.get_queryset(request).order_by().values("statement__country")
        return [(each.pk, str(each)) for each in Country.objects.filter(pk__in=codes)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(statement__country=self.value()) if self.value() else queryset


class PillarFilter(admin.SimpleListFilter):
    title = _("pillar")
    parameter_name = "pillar"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(each.value, str(each.label)) for each in Pillar]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(statement__pillar=self.value()) if self.value() else queryset


class DueFilter(admin.SimpleListFilter):
    """What is published and past its day of review."""

    title = _("review")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        return [("1", _("past the day of review"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows: QuerySet[Any] = queryset.past_review() if self.value() == "1" else queryset  # type: ignore[attr-defined]
        return rows


class FigureInline(OwnInline):
    model = StatementFigure
    fields = ["position", "label_ko", "label_en", "value", "unit_ko", "unit_en", "year", "is_illustrative"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and (obj is None or obj.state == State.DRAFT)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj)


def _hand_in(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    reviewing.hand_in(values["versions"], reason=values["reason"], by=by)
    return _("Asked. A manager answers; afterwards publish it on the page of the review.")


def _revise(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    stating.revise(row.statement, **values, by=by)
    return _("A draft of the next version is there. Change its text, then ask for review.")


def _withdraw(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    reviewing.withdraw(row, reason=values["reason"], by=by)
    return _("Withdrawn. Readers do not see it any more.")


def _place(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    stating.place(row.statement, values["position"], by=by)
    return _("The position has been changed.")


def _discard(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    stating.discard(row, by=by)
    return _("The draft has been given up.")


def _is_draft(row: Any) -> bool:
    return bool(row.state == State.DRAFT)


def _is_published(row: Any) -> bool:
    return bool(row.state == State.PUBLISHED)


def _is_last(row: Any) -> bool:
    """Whether the next version follows this one: it ended or stands, and none is being written."""
    return not _is_draft(row) and row.state != State.REVIEW and row.pk == _versions(row)[-1].pk


def _versions(row: Any) -> list[StatementVersion]:
    """All versions of the line, oldest first; asked once for a page."""
    if "shown_line" not in vars(row):
        vars(row)["shown_line"] = list(row.statement.versions.order_by("number"))
    found: list[StatementVersion] = vars(row)["shown_line"]
    return found


@admin.register(StatementVersion)
class StatementAdmin(StatementList, RecordAdmin):
    form = DraftForm
    has_form = True
    change_form_template = "admin/guidance/statement.html"
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("hand_in", _("Ask for review"), _hand_in, form=HandInForm, is_shown=_is_draft, tone="primary",
             consequence=_("Nobody changes these drafts until a second person has answered.")),
        Verb("revise", _("Write a new version"), _revise, form=ReviseForm, is_shown=_is_last, tone="primary",
             consequence=_("Readers see this version until the next one is published.")),
        Verb("place", _("Change its position"), _place, form=PlaceForm),
        Verb("withdraw", _("Withdraw"), _withdraw, form=ReasonForm, is_shown=_is_published, tone="danger",
             consequence=_("Readers stop seeing it at once. The version and the reason stay in the record.")),
        Verb("discard", _("Give the draft up"), _discard, is_shown=_is_draft, tone="danger"),
    ]  # fmt: skip
    pages = ["compare"]
    list_display = ["text_word", "country_name", "pillar_word", "version_word", "state_word", day_of("as_of_on", _("as of")), "due_word", "body", "program_code"]  # fmt: skip
    list_display_links = ["text_word"]
    list_filter = ["state", DueFilter, CountryFilter, PillarFilter, "confidence", ("program", admin.RelatedOnlyFieldListFilter)]  # fmt: skip
    list_select_related = ["statement__country", "program", "responsible_agency", "responsible_organization"]
    search_fields = ["text_ko", "text_en", "source", "products", "statement__country__code", "program__code"]
    history_hanging = ("figures",)
    inlines = [FigureInline]
    fieldsets_shown = [
        (_("Statement"), {"fields": ["text_ko", "text_en", "products", "changed_ko", "changed_en"]}),
        (_("Grounds"), {"fields": ["evidence_ko", "evidence_en", "source", "source_url", ("as_of_on", "review_on", "confidence")]}),
        (_("Responsible body"), {"fields": [("responsible_agency", "responsible_organization")]}),
    ]  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        return [*self.list_urls(), *super().get_urls()]

    # List

    @admin.display(description=_("statement"), ordering="text_ko")
    def text_word(self, row: StatementVersion) -> str:
        return str(row)

    @admin.display(description=_("country"), ordering="statement__country")
    def country_name(self, row: StatementVersion) -> str:
        return str(row.statement.country)

    @admin.display(description=_("pillar"), ordering="statement__pillar")
    def pillar_word(self, row: StatementVersion) -> str:
        return f"{row.statement.get_pillar_display()} {row.statement.position}"

    @admin.display(description=pgettext_lazy("statement", "version"))
    def version_word(self, row: StatementVersion) -> int:
        return row.number

    def get_ordering(self, request: HttpRequest) -> Any:
        return ["statement__country", PILLAR_ORDER, "statement__position", "statement", "-number"]

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, row: StatementVersion) -> str:
        return row.get_state_display()

    @admin.display(description=_("review by"), ordering="review_on")
    def due_word(self, row: Any) -> str:
        if row.state == State.PUBLISHED and row.is_due:
            return _("%(day)s, past") % {"day": day(row.review_on)}
        return day(row.review_on)

    @admin.display(description=_("responsible body"))
    def body(self, row: StatementVersion) -> str:
        return str(row.responsible_body)

    @admin.display(description=_("program"), ordering="program__code")
    def program_code(self, row: StatementVersion) -> str:
        return row.program.code

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("Statements"), **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        found: QuerySet[Any] = rows.with_due().select_related(*self.list_select_related)
        return found

    # The record's page

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return record.get_state_display(), TONES[record.state]

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = [
            {"label": _("Country"), "value": record.statement.country},
            {"label": _("Pillar"), "value": record.statement.get_pillar_display(),
             "note": _("position %(number)d") % {"number": record.statement.position}},
            {"label": capfirst(pgettext_lazy("statement", "version")), "value": record.number, "note": record.changed},
            {"label": _("Program"), "value": record.program},
        ]  # fmt: skip
        if record.published_at:
            found.append({"label": _("Published at"), "value": seoul(record.published_at)})
        if record.replaced_at:
            found.append({"label": _("Replaced at"), "value": seoul(record.replaced_at)})
        if record.withdrawn_at:
            found.append(
                {
                    "label": _("Withdrawn at"),
                    "value": seoul(record.withdrawn_at),
                    "note": record.withdrawn_because,
                }
            )
        if record.review_id is not None:
            page = reverse("admin:guidance_review_change", args=[record.review_id])
            found.append(
                {"label": _("Review"), "value": record.review.get_state_display(), "note": record.review.reason, "url": page,
                 "link_label": _("Open")}
            )  # fmt: skip
        return found

    def links(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        if len(_versions(record)) < 2:
            return []
        return [
            {"label": _("Compare versions"), "url": reverse(self._route("compare"), args=[record.pk])},
        ]

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        is_due = record.state == State.PUBLISHED and record.is_past_review(clock.today())
        return {"version": record, "is_due": is_due, "line": _versions(record), "is_draft": _is_draft(record)}

    def page_compare(self, request: HttpRequest, record: Any) -> HttpResponse:
        """Two versions side by side: this one and the one before, or the one that is named."""
        line = _versions(record)
        named = request.GET.get("with", "")
        others = [each for each in line if each.pk != record.pk]
        before = next((each for each in others if str(each.number) == named), None) or next(
            (each for each in reversed(others) if each.number < record.number), others[0] if others else None
        )
        context = {
            **self.admin_site.each_context(request),
            "title": _("Compare versions"),
            "subtitle": str(record),
            "opts": self.opts,
            "record": record,
            "before": before,
            "others": others,
            "rows": [] if before is None else differences(before, record),
        }
        return TemplateResponse(request, "admin/guidance/statement_compare.html", context)

    # Forms

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            place = (None, {"fields": [("of_program", "country", "pillar")]})
            first = (_("Statement"), {"fields": ["text_ko", "text_en", "products"]})
            return [place, first, *self.fieldsets_shown[1:]]
        if obj.number == 1:
            return [
                (_("Statement"), {"fields": ["text_ko", "text_en", "products"]}),
                *self.fieldsets_shown[1:],
            ]
        return self.fieldsets_shown

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        made = super().get_form(request, obj, change=change, **kwargs)
        return type("DraftForm", (made,), {"programs": own_programs(request)})

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return list(self.inlines) if obj is not None and obj.state == State.DRAFT else []

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or _is_draft(obj))

    def shows_form(self, request: HttpRequest, record: Any) -> bool:
        return self.has_change_permission(request, record)

    def why_not_mine(self, request: HttpRequest, record: Any) -> StrOrPromise | None:
        return None if writes_for(request, record) else _("Another agency runs this program.")

    def after(self, request: HttpRequest, record: Any) -> str:
        """After a draft was given up there is no page of it."""
        if not StatementVersion.objects.filter(pk=record.pk).exists():
            return reverse(self._route("changelist"))
        draft = StatementVersion.objects.filter(statement=record.statement_id, state=State.DRAFT).first()
        return reverse(self._route("change"), args=[(draft or record).pk])

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        by = cast(User, request.user)
        if change:
            stating.save_draft(obj, by=by)
        else:
            stating.start(form.statement(), obj, by=by)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        by = cast(User, request.user)
        for gone in formset.deleted_objects:
            stating.drop_figure(gone, by=by)
        for each in typed_forms(formset):
            stating.save_figure(each.instance, by=by)
