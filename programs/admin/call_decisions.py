"""Criteria of a call decided by list: download what waits, fill in, look at what would come of it, confirm."""

from __future__ import annotations

from functools import partial
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from ground import files
from ground.errors import RuleBroken
from ground.workbooks import CONTENT_TYPE, workbook
from programs.admin.call_downloads import require_own
from programs.domain import deciding_many
from programs.domain.deciding_many import Row
from programs.forms.many_decisions import ManyDecisionsForm, brought_back, carried
from programs.models import Call
from programs.queries.open_criteria import open_criteria

SHOWN = {
    "same": (_("stays as it is"), "neutral"),
    "decided": (_("is decided"), "ok"),
    "asks": (_("is an exception: a second person is asked"), "wait"),
    "refused": (_("refused"), "danger"),
}


class CallDecisions:
    """The list and the page that takes it in again; for staff of the call's agency."""

    def decision_urls(self: Any) -> list[URLPattern]:
        view = self.admin_site.admin_view(partial(CallDecisions.take_decisions, self))
        return [path("<uuid:pk>/decisions/", view, name="programs_call_take_decisions")]

    def page_open_criteria(self, request: HttpRequest, call: Call) -> HttpResponse:
        """The list to fill in."""
        require_own(request, call)
        answer = HttpResponse(workbook(*open_criteria(call, request.user)), content_type=CONTENT_TYPE)
        return files.as_download(answer, f"{call.code}-decisions.xlsx")

    def take_decisions(self: Any, request: HttpRequest, pk: UUID) -> HttpResponse:
        """First what would come of each row; carried out is what was shown and confirmed, all of it or nothing."""
        call = get_object_or_404(self.get_queryset(request).select_related("agency"), pk=pk)
        require_own(request, call)
        by = cast(User, request.user)
        rows: list[Row] | None = None
        text, status = "", 200
        form = ManyDecisionsForm()
        if request.method == "POST":
            wishes = brought_back(call, by, request.POST["rows"]) if "rows" in request.POST else None
            is_confirmed = wishes is not None
            if is_confirmed:
                form = ManyDecisionsForm.without_file()
            else:
                form = ManyDecisionsForm(request.POST, request.FILES)
                wishes = form.rows if form.is_valid() else None
            status = 400 if wishes is None else 200
            if wishes is not None:
                act = deciding_many.decide_many if is_confirmed else deciding_many.look_over
                try:
                    rows = act(call, wishes, by=by)
                except RuleBroken as error:
                    form.add_error(None, str(error.sentence))
                    status = 409
                else:
                    is_refused = any(each.state == "refused" for each in rows)
                    if is_confirmed and not is_refused:
                        return _decided(request, call, rows)
                    text = carried(call, by, wishes)
                    status = 409 if is_confirmed else 200
        return TemplateResponse(
            request,
            "admin/programs/decisions.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Decide criteria by list"),
                "opts": self.opts,
                "call": call,
                "form": form,
                "carried": text,
                "has_view_permission": True,
                **_preview(rows),
            },
            status=status,
        )


def _decided(request: HttpRequest, call: Call, rows: list[Row]) -> HttpResponse:
    count = sum(each.state != "same" for each in rows)
    told = ngettext("%(count)d decision was recorded.", "%(count)d decisions were recorded.", count)
    messages.success(request, told % {"count": count})
    return HttpResponseRedirect(reverse("admin:programs_call_screening", args=[call.pk]))


def _preview(rows: list[Row] | None) -> dict[str, Any]:
    """Rows that say something new, those refused first; how many stay as they are."""
    if rows is None:
        return {"is_preview": False}
    shown = sorted((each for each in rows if each.state != "same"), key=lambda each: each.state != "refused")
    return {
        "is_preview": True,
        "lines": [
            {"row": each, "label": SHOWN[each.state][0], "tone": SHOWN[each.state][1]} for each in shown
        ],
        "refused": sum(each.state == "refused" for each in rows),
        "changes": sum(each.state in {"decided", "asks"} for each in rows),
        "same": sum(each.state == "same" for each in rows),
    }
