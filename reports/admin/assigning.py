"""Lines without a company, solved many at once; assignments as a list out and in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods
from django_stubs_ext import StrOrPromise
from tablib import Dataset

from accounts.admin.exchange import KoreanCsv
from accounts.models import User
from accounts.roles import agency_ids
from ground import files
from ground.errors import RuleBroken
from ground.long_lists import MOST_IN_MEMORY, streamed
from ground.templatetags.naru import day, seoul
from ground.workbooks import CONTENT_TYPE, workbook
from programs.admin.verbs import RecordAdmin, Verb, refuse
from programs.models import Assignment, Program
from programs.permissions import WRITERS
from reports import assignment_forms
from reports.domain import assignment_lists
from reports.domain.assignment_lists import Outcome
from reports.models import AssignmentList, BulkAssignment
from reports.views import unassigned

SHOWN_ROWS = 500
SHOWN_STORES = 40


class OfAgencyAdmin(RecordAdmin):
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model._default_manager.filter(
            agency__in=agency_ids(cast(User, request.user))
        )
        return rows


@admin.register(BulkAssignment)
class BulkAssignmentAdmin(OfAgencyAdmin):
    change_form_template = "admin/reports/bulkassignment.html"
    list_display = ["participation", "lines", "found", "assigned_by", "assigned_at", "done_at"]
    list_select_related = ["participation__company", "assigned_by"]
    search_fields = ["participation__company__name_ko", "participation__number"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path(
                "unassigned/",
                view(require_http_methods(["GET", "POST"])(self.unassigned_view)),
                name="reports_unassigned",
            )
        ]
        return own + super().get_urls()

    def unassigned_view(self, request: HttpRequest) -> HttpResponse:
        """Groups of lines without a company: assign or put aside many at once."""
        is_sent = request.method == "POST"
        is_typed = is_sent and request.POST.get("do") == "assign"
        form = unassigned.AssignManyForm(request.POST if is_typed else None, user=cast(User, request.user))
        status, problem = 200, ""
        if is_sent:
            try:
                made, told = unassigned.solve(request, form)
            except RuleBroken as error:
                status, problem = 409, str(error.sentence)
            else:
                if told:
                    messages.success(request, told)
                    return HttpResponseRedirect(
                        reverse("admin:reports_bulkassignment_change", args=[made[0].pk])
                        if len(made) == 1
                        else request.get_full_path()
                    )
                status = 400
        context = {
            **self.admin_site.each_context(request),
            "title": _("Lines without a company"),
            "opts": self.opts,
            "problem": problem,
            **unassigned.unassigned_context(request, form),
        }
        return TemplateResponse(request, "admin/reports/unassigned.html", context, status=status)

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return (_("looked at"), "ok") if record.done_at else (_("being looked at"), "wait")

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        return [
            {"label": _("Company"), "value": record.participation.company,
             "url": reverse("admin:programs_participation_change", args=[record.participation_id]),
             "link_label": _("Open")},
            {"label": _("From"), "value": day(record.from_on) if record.from_on else _("each group’s first day")},
            {"label": _("Until"), "value": day(record.until_on) if record.until_on else ""},
            {"label": _("Assigned by"), "value": record.assigned_by, "note": seoul(record.assigned_at)},
            {"label": _("Lines that waited"), "value": record.lines},
            *([{"label": _("Lines that found their company"), "value": record.found,
                "note": _("%(count)d wait still, before the first day or after the last")
                % {"count": record.lines - record.found} if record.lines > record.found else ""}]
              if record.done_at else []),
        ]  # fmt: skip

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {
            "bulk": record,
            "done": record.stores - len(record.left),
            "groups": record.groups[:SHOWN_ROWS],
            "queue_url": reverse("admin:reports_unassigned"),
        }


def _apply(by: User, record: Any, values: dict[str, Any]) -> StrOrPromise:
    count = assignment_lists.apply(record, by=by)
    return ngettext(
        "%(count)d assignment was changed. Its lines are looked at again.",
        "%(count)d assignments were changed. Their lines are looked at again.",
        count,
    ) % {"count": count}


def _cannot_apply(record: Any) -> StrOrPromise | None:
    if record.applied_at:
        return _("The list was applied.")
    if any(each["outcome"] == Outcome.REFUSED for each in record.rows):
        return _("Rows are refused: mend them in the file and upload it again.")
    if all(each["outcome"] == Outcome.UNCHANGED for each in record.rows):
        return _("Nothing would change.")
    return None


WORDS: dict[str, tuple[StrOrPromise, str]] = {
    Outcome.NEW: (_("new"), "info"),
    Outcome.CHANGED: (_("other days"), "warn"),
    Outcome.ENDED: (_("ended"), "warn"),
    Outcome.UNCHANGED: (_("unchanged"), "neutral"),
    Outcome.REFUSED: (_("refused"), "danger"),
}


def _downloads(user: User) -> list[dict[str, Any]]:
    """For each program its list as a whole, and those of its stores; `is_long`: it is CSV, and too long to be uploaded as it is. Two queries."""
    url = reverse("admin:reports_assignments")
    programs = Program.objects.filter(agency__in=agency_ids(user, *WRITERS)).order_by("-starts_on", "code")
    stores: dict[str, dict[str, int]] = {}
    known = Assignment.objects.filter(program__in=programs).order_by("store__code")
    for program, store, rows in known.values_list("program__code", "store__code").annotate(Count("pk")):
        stores.setdefault(program, {})[store] = rows
    return [
        {
            "label": program.code,
            "url": f"{url}?{urlencode({'program': program.code})}",
            "is_long": sum(own.values()) > MOST_IN_MEMORY,
            "stores": [
                {
                    "label": store, "url": f"{url}?{urlencode({'program': program.code, 'store': store})}",
                    "is_long": rows > MOST_IN_MEMORY,
                }
                for store, rows in list(own.items())[:SHOWN_STORES]
            ],
        }
        for program in programs
        for own in [stores.get(program.code, {})]
    ]  # fmt: skip


@admin.register(AssignmentList)
class AssignmentListAdmin(OfAgencyAdmin):
    empty_text = _(
        "Many SKUs and listings are assigned with one list: download it, fill in the companies and upload it."
    )
    change_form_template = "admin/reports/assignmentlist.html"
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("apply", _("Apply the whole list"), _apply, why_not=_cannot_apply, tone="primary",
             consequence=_("All rows are carried out, or none. Assignments that are not in the file stay as they are.")),
    ]  # fmt: skip
    list_display = ["name", "program", "uploaded_by", "uploaded_at", "applied_at", "changes"]
    list_select_related = ["program", "uploaded_by"]
    search_fields = ["name", "program__code"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("download/", view(require_GET(self.download_view)), name="reports_assignments"),
        ]
        return own + super().get_urls()

    def download_view(self, request: HttpRequest) -> HttpResponseBase:
        """Assignments of a program (of one store, if named) as a list to fill in; a long one as CSV that is written while it is sent."""
        own = agency_ids(cast(User, request.user))
        rows = (
            Assignment.objects.filter(agency__in=own, program__code=request.GET.get("program", ""))
            .select_related("store", "participation__company")
            .order_by("store__code", "scope", "reference", "from_on", "pk")
        )
        if store := request.GET.get("store"):
            rows = rows.filter(store__code=store)
        name = f"{request.GET.get('program') or 'naru'}-assignments"
        if rows[MOST_IN_MEMORY:].exists():
            lines_as_sent = assignment_forms.rows_of(rows.iterator(chunk_size=2000))
            return streamed(assignment_forms.head(), lines_as_sent, f"{name}.csv")
        head, lines = assignment_forms.written(rows)
        if request.GET.get("format") == "csv":
            content = KoreanCsv().export_data(
                Dataset(*[["" if cell is None else str(cell) for cell in line] for line in lines], headers=head)
            )  # fmt: skip
            answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
            return files.as_download(answer, f"{name}.csv")
        content = workbook(head, lines, text_columns=assignment_forms.TEXT_COLUMNS)
        return files.as_download(HttpResponse(content, content_type=CONTENT_TYPE), f"{name}.xlsx")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Upload a list; what would become of each row is shown next."""
        if not self.has_add_permission(request):
            raise Http404
        user = cast(User, request.user)
        programs = Program.objects.filter(agency__in=agency_ids(user, *WRITERS)).select_related("agency")
        is_sent = request.method == "POST"
        form = assignment_forms.AssignmentListForm(
            request.POST if is_sent else None, request.FILES if is_sent else None, programs=programs
        )
        status = 200
        if is_sent:
            status = 400
            if form.is_valid():
                try:
                    made = assignment_lists.take_in(
                        form.cleaned_data["program"], form.cleaned_data["import_file"].name, form.rows, by=user
                    )  # fmt: skip
                except RuleBroken as error:
                    refuse(form, error)
                    status = 409
                else:
                    return HttpResponseRedirect(
                        reverse("admin:reports_assignmentlist_change", args=[made.pk])
                    )
        context = {
            **self.admin_site.each_context(request),
            "title": _("Upload a list of assignments"),
            "opts": self.opts,
            "form": form,
            "button": _("Upload and look"),
            "downloads": _downloads(user),
            "most": MOST_IN_MEMORY,
            "empty": "",
        }  # fmt: skip
        return TemplateResponse(request, "admin/reports/assignmentlist_add.html", context, status=status)

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return (_("applied"), "ok") if record.applied_at else (_("not applied"), "wait")

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        return [
            {"label": _("Program"), "value": record.program},
            {"label": _("Uploaded by"), "value": record.uploaded_by, "note": seoul(record.uploaded_at)},
            *([{"label": _("Applied by"), "value": record.applied_by, "note": seoul(record.applied_at)}]
              if record.applied_at else []),
        ]  # fmt: skip

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """Each row with what becomes of it: before it is applied as of now, afterwards as it was done."""
        if record.applied_at:
            judged = [
                assignment_lists.Judged(assignment_lists.row_of(each), Outcome(each["outcome"]))
                for each in record.rows
            ]
        else:
            rows = [assignment_lists.row_of(each) for each in record.rows]
            judged = assignment_lists.judge(record.program, rows, by=record.uploaded_by)
        counts = [(WORDS[each][0], sum(row.outcome == each for row in judged)) for each in Outcome]
        first = sorted(judged, key=lambda each: each.outcome != Outcome.REFUSED)[:SHOWN_ROWS]
        return {
            "counts": [{"label": label, "value": count} for label, count in counts],
            "row_count": len(judged),
            "judged": [
                {"each": each, "label": WORDS[each.outcome][0], "tone": WORDS[each.outcome][1]}
                for each in first
            ],
        }
