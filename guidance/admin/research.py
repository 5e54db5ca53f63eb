"""Research tasks: what is asked of whom, what came in, and the table of what is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import Organization, User
from ground import clock
from ground.errors import RuleBroken
from ground.models import Country
from ground.templatetags.naru import day, seoul
from guidance.domain import researching, stating
from guidance.forms.research import SendBackForm, TakeOverForm
from guidance.models import FindingFile, Pillar, ResearchTask, StatementVersion
from guidance.queries.coverage import Part, coverage
from programs.admin.indicator import own_programs
from programs.admin.parts import OfRecordForm
from programs.admin.verbs import RecordAdmin, Verb, day_of, refuse, writes_for
from programs.forms.staff import DayInput, ReasonForm
from programs.models import Program

State = ResearchTask.State
TONES = {
    State.OPEN: "info", State.RETURNED: "warn", State.HANDED_IN: "wait", State.ACCEPTED: "ok", State.CANCELLED: "neutral",
}  # fmt: skip


class TaskForm(OfRecordForm):
    """The verb decides; its refusal stands beside its field."""

    def _post_clean(self) -> None:
        super()._post_clean()
        if not self.errors:
            try:
                researching.check(self.instance, is_moved="due_on" in self.changed_data)
            except RuleBroken as error:
                refuse(cast(forms.Form, self), error)


def _accept(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    researching.accept(row, by=by)
    return _("Accepted. The findings are evidence now; the body has been written to.")


def _send_back(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    researching.send_back(row, **values, by=by)
    return _("Sent back. The body has been written to.")


def _cancel(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    researching.cancel(row, reason=values["reason"], by=by)
    return _("Cancelled. The body has been written to.")


def _take_over(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    stating.from_finding(values["finding"], text_ko=values["text_ko"], review_on=values["review_on"], by=by)
    return _("A draft of a statement is there, with the finding’s source, day and confidence.")


def _is_handed_in(row: Any) -> bool:
    return bool(row.state == State.HANDED_IN)


def _is_accepted(row: Any) -> bool:
    return bool(row.state == State.ACCEPTED)


def _is_not_settled(row: Any) -> bool:
    return row.state not in {State.ACCEPTED, State.CANCELLED}


class LateFilter(admin.SimpleListFilter):
    """What the body should have handed in."""

    title = _("late")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        return [("1", _("overdue"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(is_late=True) if self.value() == "1" else queryset


@admin.register(ResearchTask)
class ResearchTaskAdmin(RecordAdmin):
    form = TaskForm
    has_form = True
    change_form_template = "admin/guidance/research_task.html"
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("accept", _("Accept"), _accept, is_shown=_is_handed_in, tone="primary"),
        Verb("send_back", _("Send back"), _send_back, form=SendBackForm, is_shown=_is_handed_in,
             consequence=_("The body completes its findings and hands in again.")),
        Verb("take_over", _("Draft a statement from a finding"), _take_over, form=TakeOverForm, is_shown=_is_accepted,
             tone="primary"),
        Verb("cancel", _("Cancel the task"), _cancel, form=ReasonForm, is_shown=_is_not_settled, tone="danger"),
    ]  # fmt: skip
    list_display = [
        "name",
        "organization",
        "state_word",
        day_of("due_on", _("due on")),
        "late_word",
        "program",
    ]
    list_display_links = ["name"]
    list_filter = [
        "state", LateFilter, "method", "pillar", ("country", admin.RelatedOnlyFieldListFilter), ("organization", admin.RelatedOnlyFieldListFilter),
        ("program", admin.RelatedOnlyFieldListFilter),
    ]  # fmt: skip
    list_select_related = ["country", "organization", "program"]
    search_fields = ["question_ko", "question_en", "organization__name_ko", "country__code", "program__code"]
    history_hanging = ("findings",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self._coverage)
        return [path("coverage/", view, name="guidance_researchtask_coverage"), *super().get_urls()]

    @admin.display(description=_("task"), ordering="country")
    def name(self, row: ResearchTask) -> str:
        return str(row)

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, row: ResearchTask) -> str:
        return row.get_state_display()

    @admin.display(description=_("late"))
    def late_word(self, row: Any) -> StrOrPromise:
        return _("overdue") if row.is_late else ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        found: QuerySet[Any] = rows.with_late().select_related(*self.list_select_related)
        return found

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return record.get_state_display(), TONES[record.state]

    def shows_form(self, request: HttpRequest, record: Any) -> bool:
        return self.has_change_permission(request, record)

    def why_not_mine(self, request: HttpRequest, record: Any) -> StrOrPromise | None:
        return None if writes_for(request, record) else _("Another agency runs this program.")

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = [
            {"label": _("Body"), "value": record.organization},
            {"label": _("Program"), "value": record.program},
            {"label": _("Question"), "value": record.question},
            {
                "label": _("Due on"),
                "value": day(record.due_on),
                "note": _("overdue") if record.is_late else "",
            },
        ]
        if record.handed_in_at:
            found.append({"label": _("Handed in"), "value": seoul(record.handed_in_at)})
        if record.settled_at:
            found.append({"label": _("Settled"), "value": seoul(record.settled_at)})
        if record.reason:
            found.append({"label": _("Reason"), "value": record.reason})
        return found

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        if record.handed_in_at is None:
            return {"findings": None}
        standing = FindingFile.objects.filter(removed_at__isnull=True).select_related("file")
        versions = StatementVersion.objects.filter(number=1)
        return {
            "findings": list(
                record.findings.prefetch_related(
                    Prefetch("files", queryset=standing, to_attr="standing"),
                    Prefetch("versions", queryset=versions),
                )
            )
        }

    # The form of a new one, and of one that the body works on

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        asked = ["question_ko", "question_en", "due_on"]
        if obj is not None:
            return [(None, {"fields": asked})]
        return [(None, {"fields": ["program", "organization", ("country", "pillar", "method"), *asked]})]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "due_on":
            kwargs["widget"] = DayInput()
        elif db_field.name in {"question_ko", "question_en"}:
            kwargs["widget"] = forms.Textarea(attrs={"rows": 3})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "program":
            kwargs["queryset"] = own_programs(request)
        elif db_field.name == "organization":
            kwargs["queryset"] = Organization.objects.filter(
                kind=Organization.Kind.RESEARCH,
                partnerships__program__in=own_programs(request),
                disabled_on__isnull=True,
            ).distinct()
        elif db_field.name == "country":
            kwargs["queryset"] = Country.objects.filter(disabled_on__isnull=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.is_open)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        by = cast(User, request.user)
        if change:
            researching.change(obj, by=by)
        else:
            obj.pk = researching.ask(obj, by=by).pk

    def after(self, request: HttpRequest, record: Any) -> str:
        """A finding that was taken over leads to the draft."""
        made = (
            StatementVersion.objects.filter(finding__task=record.pk, state="draft")
            .order_by("-created_at")
            .first()
        )
        if request.path.endswith("/take_over/") and made is not None:
            return reverse("admin:guidance_statementversion_change", args=[made.pk])
        return super().after(request, record)

    # What is known

    def _coverage(self, request: HttpRequest) -> HttpResponse:
        """Country x pillar x method of one program: which has evidence, how old, and what is still asked."""
        programs = list(
            Program.objects.of_agencies(request.user)
            .filter(pk__in=ResearchTask.objects.visible_to(request.user).values("program"))
            .order_by("-starts_on", "code")
        )
        named = request.GET.get("program", "")
        program = next((each for each in programs if each.code == named), programs[0] if programs else None)
        rows = [] if program is None else coverage(program, request.user)
        today = clock.today()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Coverage"),
            "subtitle": str(program or ""),
            "opts": self.opts,
            "program": program,
            "programs": programs,
            "pillars": [label for _value, label in Pillar.choices],
            "rows": [
                {
                    "country": row.country,
                    "cells": [
                        {
                            "parts": [
                                self._part(program, row.country, cell.pillar, method, part, today)
                                for method, part in cell.parts.items()
                            ],
                            "published": cell.published,
                            "due": cell.due,
                            "url": self._statements(program, row.country, cell.pillar),
                        }
                        for cell in row.cells
                    ],
                }
                for row in rows
            ],
        }
        return TemplateResponse(request, "admin/guidance/coverage.html", context)

    def _part(
        self, program: Any, country: Country, pillar: str, method: str, part: Part, today: Any
    ) -> dict[str, Any]:
        query = {
            "program__id__exact": program.pk, "country__code__exact": country.pk, "pillar__exact": pillar, "method__exact": method,
        }  # fmt: skip
        return {
            "method": ResearchTask.Method(method).label,
            "part": part,
            "months": part.months_old(today),
            "url": f"{reverse(self._route('changelist'))}?{urlencode(query)}",
        }

    def _statements(self, program: Any, country: Country, pillar: str) -> str:
        query = {
            "program__id__exact": program.pk,
            "country": country.pk,
            "pillar": pillar,
            "state__exact": "published",
        }
        return f"{reverse('admin:guidance_statementversion_changelist')}?{urlencode(query)}"
