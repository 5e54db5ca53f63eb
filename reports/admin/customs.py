"""Lists of exports for staff: upload, preview, confirm, take back, look again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import User
from accounts.roles import agency_ids
from ground.errors import RuleBroken
from programs.admin.verbs import RecordAdmin, Verb, refuse
from programs.forms.staff import ReasonForm, VerbForm
from programs.models import Program
from programs.permissions import WRITERS, require_service
from reports.domain import customs_lists, importing
from reports.models import CustomsList
from reports.views import rejects
from reports.views.customs import (
    TONES,
    StaffListForm,
    State,
    TypesField,
    list_context,
    program_tables,
    programs_of,
)


class ConfirmForm(VerbForm):
    def fit(self) -> None:
        if any(each["name"] for each in self.record.types):
            self.fields["unpaid_types"] = TypesField(self.record)


def _confirm(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    require_service(by, row.agency)
    customs_lists.confirm(row, by=by, unpaid_types=values.get("unpaid_types", ()))
    return _("The lines are being entered.")


def _say_types(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    count = customs_lists.say_types(row, unpaid_types=values.get("unpaid_types", ()), by=by)
    return _lines_changed(count)


def _cancel(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    require_service(by, row.agency)
    customs_lists.cancel(row, by=by)
    return _("The file was not imported; it stays stored.")


def _undo(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    customs_lists.undo(row, reason=values["reason"], by=by)
    return _("The import was taken back.")


def _again(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    return _lines_changed(customs_lists.ask_again(row.program, by=by))


def _lines_changed(count: int) -> StrOrPromise:
    return ngettext(
        "%(count)d line of the program has another company or reason now.",
        "%(count)d lines of the program have another company or reason now.",
        count,
    ) % {"count": count}


def _cannot_confirm(row: Any) -> StrOrPromise | None:
    if row.state != State.PREVIEW:
        return _("Only a file that was read and waits for a decision can be imported.")
    return None if row.lines else _("The file has no valid row.")


def _cannot_cancel(row: Any) -> StrOrPromise | None:
    return None if row.state == State.PREVIEW else _("This file is not waiting for a decision any more.")


@admin.register(CustomsList)
class CustomsListAdmin(RecordAdmin):
    empty_text = _("Lists of exports that companies or staff upload stand here.")
    for_writers: ClassVar[bool] = True
    change_form_template = "admin/reports/customslist.html"
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("confirm", _("Confirm and import"), _confirm, form=ConfirmForm, why_not=_cannot_confirm, tone="primary",
             is_shown=lambda row: row.state in {State.WAITING, State.PREVIEW}),
        Verb("cancel", _("Do not import"), _cancel, why_not=_cannot_cancel,
             is_shown=lambda row: row.state in {State.WAITING, State.PREVIEW}),
        Verb("types", _("Say which types nobody paid for"), _say_types, form=ConfirmForm,
             is_shown=lambda row: row.state == State.DONE and any(each["name"] for each in row.types),
             consequence=_("This holds for all lines of the program, whoever brought them.")),
        Verb("again", _("Look for companies again"), _again, is_shown=lambda row: row.state == State.DONE,
             consequence=_("Lines whose company takes part by now, or whose entry by hand is gone, count from now on.")),
        Verb("undo", _("Take the import back"), _undo, form=ReasonForm, tone="danger",
             is_shown=lambda row: row.state == State.DONE,
             consequence=_("What this file brought counts no more; what it had replaced counts again. Its lines stay on record.")),
    ]  # fmt: skip
    pages: ClassVar[Sequence[str]] = ("rejects", "mend")
    list_display = [
        "file",
        "program",
        "brought_by",
        "grade",
        "state_word",
        "rows_count",
        "lines_count",
        "created_at",
    ]
    list_filter = ["state", "grade", ("program", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["file", "program", "participation__company"]
    search_fields = ["file__name", "participation__company__name_ko"]
    date_hierarchy = "created_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        own = agency_ids(cast(User, request.user))
        return CustomsList.objects.filter(agency__in=own).select_related(
            "file", "program", "agency", "participation__company", "uploaded_by"
        )

    @admin.display(description=_("brought by"))
    def brought_by(self, row: CustomsList) -> str:
        return str(row.participation.company) if row.participation else str(_("the agency"))

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, row: CustomsList) -> str:
        return row.get_state_display()

    @admin.display(description=_("rows"), ordering="rows")
    def rows_count(self, row: CustomsList) -> int:
        return row.rows

    @admin.display(description=_("lines"), ordering="lines")
    def lines_count(self, row: CustomsList) -> int:
        return row.lines

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return record.get_state_display(), TONES[State(record.state)][0]

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        return [
            {"label": _("Program"), "value": record.program},
            {"label": _("Brought by"), "value": self.brought_by(record), "note": record.uploaded_by},
            {"label": _("Evidence"), "value": record.get_grade_display()},
            *([{"label": _("Where it came from"), "value": record.origin_note}] if record.origin_note else []),
            *([{"label": _("Kind of file"), "value": _("List of accepted exports, by customs or by Naru's template")}] if record.profile else []),
            {"label": _("SHA-256 of the upload"), "value": record.uploaded_sha256},
            *([{"label": _("Taken back"), "value": record.undo_reason, "note": record.undone_by}] if record.undone_at else []),
        ]  # fmt: skip

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {
            **list_context(record),
            "again_url": reverse("admin:reports_customslist_add") if self.has_add_permission(request) else "",
            "program_tables": program_tables(record.program),
            "rejects_url": reverse("admin:reports_customslist_rejects", args=[record.pk]),
            "mend_url": reverse("admin:reports_customslist_mend", args=[record.pk]),
        }

    def page_rejects(self, request: HttpRequest, record: Any) -> HttpResponse:
        return rejects.listed(record)

    def page_mend(self, request: HttpRequest, record: Any) -> HttpResponse:
        return rejects.in_own_layout(record)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Upload a list for a program of the agency."""
        if not self.has_add_permission(request):
            raise Http404
        user = cast(User, request.user)
        programs = Program.objects.filter(agency__in=agency_ids(user, *WRITERS)).order_by(
            "-starts_on", "code"
        )
        places = programs_of(user, programs)
        is_sent = request.method == "POST"
        form = StaffListForm(
            request.POST if is_sent else None, request.FILES if is_sent else None, places=places
        )  # fmt: skip
        status = 200
        if is_sent:
            status = 400
            if form.is_valid():
                try:
                    row = _take(user, programs.get(pk=form.cleaned_data["place"]), form.cleaned_data)
                except RuleBroken as error:
                    refuse(form, error)
                    status = 409
                else:
                    return HttpResponseRedirect(reverse("admin:reports_customslist_change", args=[row.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Upload a list of exports"),
            "opts": self.opts,
            "form": form,
            "button": _("Upload and read"),
            "templates": [
                {"label": label, "url": reverse("customs_template", args=[get_language() or "ko", ending])}
                for ending, label in (
                    ("xlsx", _("Naru's template (XLSX)")),
                    ("csv", _("Naru's template (CSV)")),
                )
            ],
            "empty": "" if places else _("There is no program yet."),
        }
        return TemplateResponse(request, "admin/reports/ask.html", context, status=status)


def _take(user: User, program: Program, values: dict[str, Any]) -> CustomsList:
    with transaction.atomic():
        kept = importing.keep(values["upload"])
        return customs_lists.take_in(kept, program, by=user, origin_note=values["origin_note"])
