"""States of the files that a person read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import User
from ground.errors import RuleBroken
from ground.templatetags.naru import seoul
from programs.admin.verbs import RecordAdmin, Verb, refuse
from programs.domain.planning import own_agency
from reports.domain import states
from reports.forms import AskCorrectStateForm, CorrectStateForm, StateForm
from reports.models import StateReading


def _ask_correction(by: User, reading: Any, values: dict[str, Any]) -> StrOrPromise:
    states.ask_correction(reading, meaning=values["meaning"], reason=values["reason"], by=by)
    return _("A second person has been asked.")


def _correct(by: User, reading: Any, values: dict[str, Any]) -> StrOrPromise:
    states.correct(reading, meaning=values["meaning"], by=by)
    return _("Corrected. Lines with this state are entered anew in a moment.")


@admin.register(StateReading)
class StateReadingAdmin(RecordAdmin):
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("ask_correction", _("Ask a second person to agree to a correction"), _ask_correction,
             form=AskCorrectStateForm),
        Verb("correct", _("Correct the reading"), _correct, form=CorrectStateForm, tone="danger",
             consequence=_("It needs a second person's agreement to exactly this meaning. All lines with this state are"
                           " entered anew, counted ones too; reports that are written stay as they are.")),
    ]  # fmt: skip
    list_display = ["text", "meaning_word", "reason", "decided_by", "decided_at"]
    list_filter = ["meaning"]
    list_select_related = ["decided_by"]
    search_fields = ["text"]

    @admin.display(description=_("meaning"), ordering="meaning")
    def meaning_word(self, reading: StateReading) -> str:
        return reading.get_meaning_display()

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return record.get_meaning_display(), "info"

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        return [
            {"label": _("State in the file"), "value": record.text},
            {"label": _("Meaning"), "value": record.get_meaning_display()},
            {"label": _("Reason"), "value": record.reason},
            {"label": _("Decided by"), "value": record.decided_by, "note": seoul(record.decided_at)},
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Decide what a state means; lines that waited for it are entered anew."""
        if not self.has_add_permission(request):
            raise Http404
        is_sent = request.method == "POST"
        form = StateForm(request.POST if is_sent else None, initial={"text": request.GET.get("text", "")})
        status = 200
        if is_sent:
            status = 400
            if form.is_valid():
                by = cast(User, request.user)
                try:
                    states.decide(own_agency(by), by=by, **form.cleaned_data)
                except RuleBroken as error:
                    refuse(form, error)
                    status = 409
                else:
                    messages.success(
                        request, _("Decided. Lines with this state are entered with it in a moment.")
                    )
                    return HttpResponseRedirect(reverse("admin:reports_waiting"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("What does this state mean?"),
            "opts": self.opts,
            "form": form,
            "button": _("Decide"),
            "lead": _("It holds for all lines of the agency with this state, waiting ones and later ones."),
        }
        return TemplateResponse(request, "admin/reports/ask.html", context, status=status)
