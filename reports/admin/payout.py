"""Payouts by month of sale, what providers have not stated, and the terms by which money is due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from django_stubs_ext import StrOrPromise

from accounts.models import User
from accounts.roles import agency_ids
from ground.errors import RuleBroken
from ground.templatetags.naru import day, seoul
from programs.admin.verbs import Verb, refuse
from programs.forms.staff import ReasonForm
from programs.permissions import WRITERS
from reports.admin.assigning import OfAgencyAdmin
from reports.domain import payout_terms
from reports.models import PayoutTerm
from reports.payout_forms import PayoutTermForm
from reports.views import cohorts, unstated


def _withdraw(by: User, record: Any, values: dict[str, Any]) -> StrOrPromise:
    payout_terms.withdraw(record, by=by, **values)
    return _("The term is withdrawn. What was due by it is due by the next one that holds.")


@admin.register(PayoutTerm)
class PayoutTermAdmin(OfAgencyAdmin):
    for_writers: ClassVar[bool] = True
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("withdraw", _("Withdraw the term"), _withdraw, form=ReasonForm, tone="danger",
             why_not=lambda record: _("It is withdrawn.") if record.withdrawn_at else None,
             consequence=_("It stays on record with the reason. Orders are due by the next term that holds, or by what is assumed.")),
    ]  # fmt: skip
    list_display = ["kind", "place_word", "value", "from_on", "source", "withdrawn_at"]
    list_filter = ["kind", ("withdrawn_at", admin.EmptyFieldListFilter)]
    list_select_related = ["platform", "program", "store"]
    search_fields = ["source", "store__code", "program__code", "platform__code"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("cohorts/", view(require_GET(self.cohorts_view)), name="reports_cohorts"),
            path("unstated/", view(require_GET(self.unstated_view)), name="reports_unstated"),
        ]
        return own + super().get_urls()

    @admin.display(description=_("of"))
    def place_word(self, record: PayoutTerm) -> str:
        return record.place

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Record a term."""
        if not self.has_add_permission(request):
            raise Http404
        user = cast(User, request.user)
        is_sent = request.method == "POST"
        form = PayoutTermForm(request.POST if is_sent else None, agencies=agency_ids(user, *WRITERS))
        status = 200
        if is_sent:
            status = 400
            if form.is_valid():
                try:
                    made = payout_terms.record(by=user, **form.cleaned_data)
                except RuleBroken as error:
                    refuse(form, error)
                    status = 409
                else:
                    return HttpResponseRedirect(reverse("admin:reports_payoutterm_change", args=[made.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Record a payout term"),
            "lead": _("What counts is the narrowest term that has begun on the day of the order: store, program, platform."),
            "opts": self.opts,
            "form": form,
            "button": _("Record the term"),
            "empty": "",
        }  # fmt: skip
        return TemplateResponse(request, "admin/reports/ask.html", context, status=status)

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return (_("withdrawn"), "neutral") if record.withdrawn_at else (_("in force"), "ok")

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        return [
            {"label": _("Kind"), "value": record.get_kind_display()},
            {"label": _("Of"), "value": record.place},
            {"label": _("Days or percent"), "value": f"{record.value.normalize():f}"},
            {"label": _("From"), "value": day(record.from_on)},
            {"label": _("Source"), "value": record.source},
            {"label": _("Recorded by"), "value": record.recorded_by, "note": seoul(record.recorded_at)},
            *([{"label": _("Withdrawn by"), "value": record.withdrawn_by, "note": seoul(record.withdrawn_at)},
               {"label": _("Why it was withdrawn"), "value": record.withdraw_reason}] if record.withdrawn_at else []),
        ]  # fmt: skip

    def cohorts_view(self, request: HttpRequest) -> HttpResponse:
        """Orders by month of sale and what became of their money."""
        found = cohorts.staff_context(request)
        if isinstance(found, HttpResponse):
            return found
        context = {
            **self.admin_site.each_context(request),
            "title": _("Payouts by month of sale"),
            "opts": self.opts,
            **found,
        }
        return TemplateResponse(request, "admin/reports/cohorts.html", context)

    def unstated_view(self, request: HttpRequest) -> HttpResponse:
        """Months that were paid to a provider's store and not stated to the companies."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Not stated by providers"),
            "opts": self.opts,
            **unstated.context_of(request.user, request.GET.get("page")),
        }
        return TemplateResponse(request, "admin/reports/unstated.html", context)
