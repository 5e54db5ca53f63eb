"""A call: its notice, questions, documents and criteria; from it lead the workbench of screening and the ranking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

import tablib
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.admin.exchange import Workbook
from accounts.models import User
from accounts.roles import agency_ids
from ground import clock, words
from ground.clock import ClockNow
from ground.templatetags.naru import day, seoul
from programs.admin.application import ApplicationAdmin
from programs.admin.call_criteria import CallCriteria
from programs.admin.call_decisions import CallDecisions
from programs.admin.call_downloads import CallDownloads
from programs.admin.call_parts import (
    DocumentInline,
    QuestionInline,
    ScoreItemInline,
    SectionInline,
)
from programs.admin.call_register import CallRegister
from programs.admin.call_verbs import ON_RANKING, ON_RECORD, ON_SCREENING, VERBS
from programs.admin.parts import CodeForm, typed_forms
from programs.admin.verbs import RecordAdmin, instant_of, writes_for
from programs.domain import planning, publishing, selection
from programs.forms.call import DismissForm
from programs.forms.intake_answers import QuestionsForm
from programs.models import (
    Application,
    Call,
    Program,
    Question,
)
from programs.queries import calls
from programs.queries import screening as screened
from programs.queries.case import baselines_of
from programs.queries.first_time import first_time_right, sent_back
from programs.queries.selection import ranking


def stage_of(call: Call, now: dt.datetime) -> tuple[StrOrPromise, str]:
    """Where the call stands at an instant, in a word and a tone."""
    if call.cancelled_at is not None:
        return _("cancelled"), "danger"
    if call.released_at is not None:
        return _("results released"), "ok"
    if call.decided_at is not None:
        return _("decided, not released"), "warn"
    if call.published_at is None:
        return _("not published"), "wait"
    if now < call.opens_at:
        return _("published, opens later"), "info"
    if now < call.closes_at:
        return _("open"), "ok"
    return _("closed, in screening and evaluation"), "info"


@admin.register(Call)
class CallAdmin(CallCriteria, CallDecisions, CallDownloads, CallRegister, RecordAdmin):
    form = CodeForm
    has_form = True
    change_form_template = "admin/programs/call.html"
    verbs = VERBS
    pages = [
        "screening",
        "ranking",
        "register",
        "baseline_download",
        "attachments",
        "applicants",
        "open_criteria",
        "preview",
        "criteria",
    ]
    list_display = [
        "title", "code", "program", instant_of("opens_at", _("opens at")), instant_of("closes_at", _("closes at")), "stage",
        "applications_count",
    ]  # fmt: skip
    list_display_links = ["title"]
    list_filter = [("published_at", admin.EmptyFieldListFilter), ("decided_at", admin.EmptyFieldListFilter)]
    history_hanging = (
        "sections",
        "questions",
        "requireddocuments",
        "criterions",
        "score_items",
        "notice_versions",
    )
    list_select_related = ["program"]
    search_fields = ["code", "title_ko", "title_en", "notice_number"]
    fieldsets = [
        (None, {"fields": [("program", "code", "notice_number"), ("title_ko", "title_en")]}),
        (
            _("When"),
            {
                "fields": [
                    ("opens_at", "closes_at"),
                    "questions_until",
                    ("evaluation_on", "agreement_on", "answer_days"),
                ]
            },
        ),
        (_("Places"), {"fields": [("quota", "reserve_count", "minimum_points"), "has_masked_names"]}),
        (_("Notice"), {"fields": ["notice_ko", "notice_en", ("contact_ko", "contact_en")]}),
    ]
    inlines = [SectionInline, QuestionInline, DocumentInline, ScoreItemInline]

    def get_urls(self) -> list[URLPattern]:
        return [*self.criteria_urls(), *self.decision_urls(), *self.register_urls(), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Call.objects.visible_to(request.user).annotate(
            applications_count=Count("applications", filter=~Q(applications__status="draft"), distinct=True),
            seen_at=ClockNow(),
        )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "program__id__exact" or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return list(self.inlines) if obj is not None else []

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return []
        return ["program", "code"] if obj.published_at is None else ["program", *publishing.NOTICE]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (
            obj is None or (obj.decided_at is None and obj.cancelled_at is None)
        )

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "program":
            kwargs["queryset"] = Program.objects.filter(Q(agency__in=agency_ids(cast(User, request.user))))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("title"), ordering="title_ko")
    def title(self, call: Call) -> str:
        return str(words.marked(call, "title"))

    @admin.display(description=_("stage"))
    def stage(self, call: Any) -> str:
        return str(stage_of(call, call.seen_at)[0])

    @admin.display(description=_("applications"), ordering="applications_count")
    def applications_count(self, call: Any) -> int:
        return int(call.applications_count)

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return stage_of(record, clock.now())

    def links(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        criteria = {
            "label": _("Who may apply"),
            "url": reverse("admin:programs_call_criteria", args=[record.pk]),
            "is_main": record.published_at is None,
        }
        if not self._is_own(request, record):
            return [criteria]
        return [
            criteria,
            {"label": _("Screening"), "url": reverse("admin:programs_call_screening", args=[record.pk])},
            {
                "label": _("Evaluation and selection"),
                "url": reverse("admin:programs_call_ranking", args=[record.pk]),
            },
            {"label": _("Register"), "url": reverse("admin:programs_call_register", args=[record.pk])},
            {
                "label": _("Applications"),
                "url": reverse("admin:programs_application_changelist") + f"?call__id__exact={record.pk}",
            },
            {
                "label": _("Questions about the call"),
                "url": reverse("admin:programs_inquiry_changelist") + f"?call__id__exact={record.pk}",
            },
            {
                "label": _("Baselines (XLSX)"),
                "url": reverse("admin:programs_call_baseline_download", args=[record.pk]),
            },
            {
                "label": _("Form as companies see it"),
                "url": reverse("admin:programs_call_preview", args=[record.pk]),
            },
            *self.download_links(record),
        ]

    def _is_own(self, request: HttpRequest, record: Any) -> bool:
        return record.agency_id in agency_ids(cast(User, request.user))

    def why_not_mine(self, request: HttpRequest, record: Any) -> StrOrPromise | None:
        return None if writes_for(request, record) else _("Another agency runs this program.")

    def doings(
        self, request: HttpRequest, record: Any, names: Sequence[str] | None = None
    ) -> list[dict[str, Any]]:
        return super().doings(request, record, ON_RECORD if names is None else names)

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        found = [
            {"label": _("Open"), "value": f"{seoul(record.opens_at)} – {seoul(record.closes_at)}",
             "note": calls.moved_closing(record)},
            {"label": _("Questions until"), "value": seoul(record.questions_end_at)},
            {"label": _("Places"), "value": record.quota, "note": _now("reserve list: %(count)d") % {"count": record.reserve_count}},
            {"label": _("Agreement day"), "value": day(record.agreement_on)},
        ]  # fmt: skip
        if record.cancelled_at is not None:
            found.append(
                {
                    "label": _("Cancelled"),
                    "value": seoul(record.cancelled_at),
                    "note": record.cancellation_reason,
                }
            )
        if record.published_at is not None:
            found.append(
                {
                    "label": _("Notice"),
                    "value": seoul(record.published_at),
                    "url": reverse("call_show", args=[record.pk]),
                    "link_label": _("Public page"),
                }
            )
        if record.has_public_results:
            found.append(
                {
                    "label": _("Results of the selection"),
                    "value": seoul(record.result_notice.published_at),
                    "url": reverse("call_results", args=[record.pk]),
                    "link_label": _("Public page"),
                }
            )
        return found

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {
            "proposed": calls.proposed_version(record),
            "versions": calls.versions_of(record),
            "entries": calls.entries_on_behalf(record) if self._is_own(request, record) else [],
        }

    def after(self, request: HttpRequest, record: Any) -> str:
        match = request.resolver_match
        verb = (match.url_name or "").rpartition("_call_")[2] if match else ""
        for names, page in ((ON_SCREENING, "screening"), ((*ON_RANKING, "dismiss"), "ranking")):
            if verb in names:
                return reverse(f"admin:programs_call_{page}", args=[record.pk])
        return super().after(request, record)

    def page_screening(self, request: HttpRequest, call: Call) -> HttpResponse:
        """The workbench: the list left, one case right; `?application=` says which, `?show=` what the list holds."""
        if not self._is_own(request, call):
            raise Http404
        found = screened.screened_cases(call, request.user)
        show = request.GET.get("show", "")
        listed = [each for each in found if not show or show in (each.application.status, each.outcome)]
        chosen = self._chosen(request, found, listed)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Screening"),
            "subtitle": f"{call.code} {call}",
            "opts": self.opts,
            "call": call,
            "cases": listed,
            "case": chosen,
            "tally": screened.tally(found),
            "first": (first := first_time_right([call])[0]),
            "sent_back": sent_back(call) if first.items else [],
            "show": show,
            "doings": self.doings(request, call, ON_SCREENING),
        }
        if chosen is not None:
            applications = self.admin_site.get_model_admin(Application)
            assert isinstance(applications, ApplicationAdmin)
            position = [each.application.pk for each in listed]
            at = position.index(chosen.application.pk) if chosen.application.pk in position else -1
            context |= {
                "before": listed[at - 1] if at > 0 else None,
                "after": listed[at + 1] if -1 < at < len(listed) - 1 else None,
                **applications.case_context(request, chosen),
            }
        return TemplateResponse(request, "admin/programs/screening.html", context)

    def _chosen(
        self, request: HttpRequest, found: list[screened.Case], listed: list[screened.Case]
    ) -> screened.Case | None:
        wanted = request.GET.get("application", "")
        if wanted:
            try:
                key = UUID(wanted)
            except ValueError:
                raise Http404 from None
            chosen = next((each for each in found if each.application.pk == key), None)
            if chosen is None:
                raise Http404
            return chosen
        waiting = (each for each in listed if each.application.status == Application.Status.SUBMITTED)
        return next(waiting, listed[0] if listed else None)

    def page_ranking(self, request: HttpRequest, call: Call) -> HttpResponse:
        if not self._is_own(request, call):
            raise Http404
        found = ranking(call)
        dismissals = {
            each.evaluator.pk: DismissForm(
                None,
                record=call,
                user=request.user,
                initial={"evaluator": each.evaluator.pk},
                auto_id=f"id_dismiss_{each.evaluator.pk.hex}_%s",
            )
            for each in found.evaluators
        }
        context = {
            **self.admin_site.each_context(request),
            "title": _("Evaluation and selection"),
            "subtitle": f"{call.code} {call}",
            "opts": self.opts,
            "call": call,
            "ranking": found,
            "evaluators": [(each, dismissals[each.evaluator.pk]) for each in found.evaluators],
            "dismiss_url": reverse("admin:programs_call_dismiss", args=[call.pk]),
            "may_dismiss": bool(self.doings(request, call, ["dismiss"])),
            "places_free": selection.places_free(call) if call.released_at else None,
            "doings": self.doings(request, call, ON_RANKING),
        }
        return TemplateResponse(request, "admin/programs/ranking.html", context)

    def page_preview(self, request: HttpRequest, call: Call) -> HttpResponse:
        """The form as a company sees it; nothing in it is sent or kept."""
        context = {
            "call": call,
            "form": QuestionsForm(Question.objects.filter(call=call).in_order()),
            "documents": call.requireddocuments.filter(question__isnull=True).order_by("position", "id"),
        }
        return TemplateResponse(request, "programs/call_preview.html", context)

    def page_baseline_download(self, request: HttpRequest, call: Call) -> HttpResponse:
        """Where the applicants stood before and whether they may be asked again, as a workbook."""
        if not self._is_own(request, call):
            raise Http404
        head, rows = baselines_of(call)
        book = Workbook().export_data(tablib.Dataset(*rows, headers=head))
        answer = HttpResponse(
            book, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
        answer["Content-Disposition"] = f'attachment; filename="{call.code}-baselines.xlsx"'
        return answer

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        planning.save_call(obj, by=cast(User, request.user))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        by = cast(User, request.user)
        for gone in formset.deleted_objects:
            planning.drop_call_part(gone, by=by)
        for each in typed_forms(formset):
            planning.save_call_part(each.instance, by=by)
        formset.save_m2m()
