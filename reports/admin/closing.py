"""Months of programs: closed, asked to be closed, opened again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from django_stubs_ext import StrOrPromise

from accounts import lately
from accounts.admin.second_person import shown_at
from accounts.models import User
from accounts.models.agency import DecisionKind
from ground.errors import RuleBroken
from ground.templatetags.naru import amount, month, seoul
from programs.admin.verbs import RecordAdmin, Verb, refuse
from programs.models import Program
from reports.domain import closing
from reports.forms import AskToCloseForm, ReopenMonthForm
from reports.models import ClosedMonth
from reports.views.months import BADGES, months_context, record_context

State = ClosedMonth.State


def _ask_to_reopen(by: User, record: Any, values: dict[str, Any]) -> StrOrPromise:
    closing.ask_to_reopen(record, reason=values["reason"], by=by)
    return _("A second person has been asked. When they agree, the month is opened again.")


shown_at(DecisionKind.PERIOD_CLOSING, "admin:reports_closedmonth_change")


@admin.register(ClosedMonth)
class ClosedMonthAdmin(RecordAdmin):
    change_form_template = "admin/reports/closedmonth.html"
    verbs: ClassVar[Sequence[Verb]] = [
        Verb(
            "reopen", _("Ask a second person to open the month again"), _ask_to_reopen, form=ReopenMonthForm, tone="danger",
            is_shown=lambda record: record.state == State.CLOSED,
            consequence=_("When they agree, files, declarations and taxes of the month can change again. This record stays."),
        )
    ]  # fmt: skip
    list_display = ["program", "month_word", "state", "closed_at", "asked_by", "agreed_by"]
    list_filter = [("program", admin.RelatedOnlyFieldListFilter), "state"]
    list_select_related = ["program", "asked_by", "agreed_by"]
    search_fields = ["program__code", "program__name_ko"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return ClosedMonth.objects.visible_to(request.user).select_related(
            "program__agency", "asked_by", "agreed_by", "approval", "reopen_approval__asked_by",
            "reopen_approval__answered_by",
        )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("months/", view(require_GET(self.months_view)), name="reports_months"),
            *super().get_urls(),
        ]

    @admin.display(description=_("month"), ordering="month")
    def month_word(self, record: ClosedMonth) -> str:
        return month(record.month)

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return record.get_state_display(), BADGES[State(record.state)]

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        rows = [
            {"label": _("Program"), "value": record.program},
            {"label": _("Month"), "value": month(record.month)},
            {"label": _("Asked by"), "value": record.asked_by},
        ]
        if record.closed_at:
            rows += [
                {"label": _("Closed"), "value": seoul(record.closed_at), "note": record.agreed_by},
                {"label": _("Rows of the ledger"), "value": amount(record.rows)},
                {
                    "label": _("SHA-256 of the rows"),
                    "value": record.rows_sha256,
                    "note": _("by rule %(number)d") % {"number": record.rows_rule},
                },
            ]
        if record.reopened_at:
            rows += [
                {"label": _("Opened again"), "value": seoul(record.reopened_at),
                 "note": f"{record.reopen_approval.asked_by} → {record.reopen_approval.answered_by}"},
                {"label": _("Why it was opened again"), "value": record.reopen_reason},
            ]  # fmt: skip
        return rows

    def why_not_mine(self, request: HttpRequest, record: Any) -> StrOrPromise | None:
        return lately.why_not(request)

    def links(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        return [{"label": _("Months of the program"), "url": _months_url(record.program)}]

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return record_context(request.user, record)

    def months_view(self, request: HttpRequest) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Months"),
            "opts": self.opts,
            **months_context(request.user, request.GET.get("program", ""), request.GET.get("month", "")),
        }
        return TemplateResponse(request, "admin/reports/months.html", context)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask a second person to close a month."""
        if not self.has_add_permission(request):
            raise Http404
        is_sent = request.method == "POST"
        programs = Program.objects.of_agencies(request.user).order_by("-starts_on", "code")
        chosen = programs.filter(code=request.GET.get("program", "")).first()
        form = AskToCloseForm(
            request.POST if is_sent else None, programs=programs,
            initial={"program": chosen, "month": request.GET.get("month", ""), **lately.typed(request, request.path)},
        )  # fmt: skip
        status = 200
        if is_sent:
            status = 400
            if form.is_valid():
                values = form.cleaned_data
                try:
                    asked = closing.ask_to_close(
                        values["program"],
                        values["month"],
                        reason=values["reason"],
                        by=cast(User, request.user),
                    )
                except RuleBroken as error:
                    refuse(form, error)
                    status = 409
                else:
                    _say_who_asked(request, asked)
                    return HttpResponseRedirect(_months_url(values["program"]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Close a month"),
            "opts": self.opts,
            "form": form,
            "button": _("Ask a second person"),
            "lead": _(
                "A closed month takes no row any more, and its won stay as they are. What becomes known later is booked in"
                " the open month, with the day of the event."
            ),
        }
        return TemplateResponse(request, "admin/reports/ask.html", context, status=status)


def _say_who_asked(request: HttpRequest, asked: ClosedMonth) -> None:
    """What is being looked at stays as somebody else asked for it first."""
    if asked.asked_by == request.user:
        sentence = _(
            "You have asked. Once nothing stands in the way a second person decides; that is being looked at."
        )
        messages.success(request, sentence)
    else:
        sentence = _("%(who)s has asked already. It is being looked at whether something stands in the way.")
        messages.info(request, sentence % {"who": asked.asked_by})


def _months_url(program: Program) -> str:
    return f"{reverse('admin:reports_months')}?{urlencode({'program': program.code})}"
