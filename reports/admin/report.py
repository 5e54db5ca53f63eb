"""Reports for staff: when they are written, what was written, writing one now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import User
from accounts.roles import agency_ids
from ground import clock
from ground.errors import RuleBroken
from ground.templatetags.naru import month, seoul
from programs.admin.verbs import RecordAdmin, Verb, refuse
from programs.models import Program
from programs.permissions import WRITERS
from reports.domain import group_lists, reporting, scheduling
from reports.forms import AskReportForm, GroupListForm
from reports.models import GroupList, ReportFile, ReportRun, ReportSchedule
from reports.views.report import file_row, group_lists_context


def _own_programs(request: HttpRequest) -> QuerySet[Program]:
    own = agency_ids(cast(User, request.user), *WRITERS)
    return Program.objects.filter(agency__in=own).order_by("-starts_on", "code")


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ReportSchedule
        fields = ["program", "day_of_month", "time", "in_korean", "in_english", "is_active"]
        widgets = {"time": forms.TimeInput(attrs={"type": "time", "class": "w-short"}, format="%H:%M")}

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        try:
            scheduling.check(
                day_of_month=values.get("day_of_month") or 1,
                in_korean=bool(values.get("in_korean")),
                in_english=bool(values.get("in_english")),
            )
        except RuleBroken as error:
            refuse(cast(forms.Form, self), error)
        return values


@admin.register(ReportSchedule)
class ReportScheduleAdmin(RecordAdmin):
    form = ScheduleForm
    has_form: ClassVar[bool] = True
    change_form_template = "admin/reports/reportschedule.html"
    list_display = ["program", "words", "next_at"]
    list_select_related = ["program"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return ReportSchedule.objects.filter(agency__in=agency_ids(cast(User, request.user))).select_related(
            "program"
        )

    @admin.display(description=_("when"))
    def words(self, schedule: ReportSchedule) -> str:
        return scheduling.in_words(schedule)

    @admin.display(description=_("next report"))
    def next_at(self, schedule: ReportSchedule) -> str:
        return seoul(scheduling.next_at(schedule, clock.now())) if schedule.is_active else "–"

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return (_("active"), "ok") if record.is_active else (_("switched off"), "neutral")

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {
            "words": scheduling.in_words(record),
            "next_at": scheduling.next_at(record, clock.now()) if record.is_active else None,
            "runs": ReportRun.objects.filter(schedule=record).defer("data").order_by("-period")[:12],
        }

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["program"] if obj is not None else []

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return ["program", "day_of_month", "time", "in_korean", "in_english", "is_active"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "program":
            kwargs["queryset"] = _own_programs(request).filter(schedule__isnull=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made = scheduling.set_schedule(
            obj.program, day_of_month=obj.day_of_month, time=obj.time, by=cast(User, request.user),
            in_korean=obj.in_korean, in_english=obj.in_english, is_active=obj.is_active,
        )  # fmt: skip
        obj.pk, obj.agency_id, obj._state.adding = made.pk, made.agency_id, False
        messages.info(request, scheduling.in_words(made))


def _list_group(by: User, run: Any, values: dict[str, Any]) -> StrOrPromise:
    if group_lists.ask_for(run, *values["figure"], by=by).made_at is not None:
        return _("The list is on this page already.")
    return _("The list is being written and appears on this page.")


def _cannot_list(run: Any) -> StrOrPromise | None:
    try:
        group_lists.require_kept(run)
    except RuleBroken as refused:
        return str(refused.sentence)
    return None


@admin.register(ReportRun)
class ReportRunAdmin(RecordAdmin):
    change_form_template = "admin/reports/reportrun.html"
    verbs: ClassVar[Sequence[Verb]] = [
        Verb(
            "group_list",
            _("List the lines behind a product group"),
            _list_group,
            form=GroupListForm,
            why_not=_cannot_list,
            is_shown=lambda run: bool(group_lists.figures_of(run)),
            consequence=_(
                "Each row of the ledger with its file and row, as it stood when the report was written and by what companies had stated"
                " then. Their won add up to the figure."
            ),
        ),
    ]
    list_display = ["program", "month_word", "as_of", "by_whom", "is_provisional", "created_at"]
    list_filter = [("program", admin.RelatedOnlyFieldListFilter), "period", "is_provisional"]
    list_select_related = ["program", "written_by"]
    search_fields = ["program__code", "program__name_ko", "data_sha256"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return (
            ReportRun.objects.visible_to(request.user)
            .select_related("program__agency", "written_by", "schedule")
            .defer("data")
        )

    @admin.display(description=_("month"), ordering="period")
    def month_word(self, run: ReportRun) -> str:
        return month(run.period)

    @admin.display(description=_("written for"))
    def by_whom(self, run: ReportRun) -> str:
        return str(run.written_by or (_("by schedule") if run.schedule_id else _("from the command line")))

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return (_("provisional"), "warn") if record.is_provisional else (_("final"), "ok")

    def why_not_mine(self, request: HttpRequest, record: Any) -> StrOrPromise | None:
        if record.agency_id in agency_ids(cast(User, request.user)):
            return None
        return _("Only staff of the agency that wrote the report see its lines.")

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        lists = GroupList.objects.visible_to(request.user).filter(run=record)
        files = ReportFile.objects.filter(run=record).select_related("file").order_by("language", "format")
        return {
            "run": record,
            "files": [file_row(each) for each in files],
            "checksums": [(each.file.name, each.file.sha256) for each in files],
            **group_lists_context(lists.select_related("file", "sheet", "asked_by")),
        }

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Have a report written now."""
        if not self.has_add_permission(request):
            raise Http404
        is_sent = request.method == "POST"
        form = AskReportForm(request.POST if is_sent else None, programs=_own_programs(request))
        status = 200
        if is_sent:
            status = 400
            if form.is_valid():
                values = form.cleaned_data
                try:
                    reporting.ask_for(
                        values["program"],
                        values["period"],
                        by=cast(User, request.user),
                        languages=values["languages"],
                    )
                except RuleBroken as error:
                    refuse(form, error)
                    status = 409
                else:
                    messages.success(
                        request,
                        _(
                            "The report is being written and appears in this list. If nothing has changed since a stored one, that one stays."
                        ),
                    )
                    return HttpResponseRedirect(reverse("admin:reports_reportrun_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Write a report"),
            "opts": self.opts,
            "form": form,
            "button": _("Write it now"),
        }
        return TemplateResponse(request, "admin/reports/ask.html", context, status=status)
