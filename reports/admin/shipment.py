"""Shipments to warehouses for staff: enter, correct, take back, and what remains by program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from django_stubs_ext import StrOrPromise

from accounts.models import User
from accounts.roles import agency_ids
from ground.templatetags.naru import day, seoul
from programs.admin.verbs import RecordAdmin, Verb, day_of
from programs.forms.staff import ReasonForm
from reports.domain import shipping
from reports.models import Shipment
from reports.printing.words import money
from reports.shipment_forms import CorrectForm
from reports.views import shipments, stock


def _correct(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    shipping.correct(
        row, amount=values["corrected_amount"], on=values["corrected_on"], number=values["correction_number"], by=by
    )  # fmt: skip
    return _("The price is corrected.")


def _take_back(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    shipping.take_back(row, reason=values["reason"], by=by)
    return _("The shipment was taken back.")


@admin.register(Shipment)
class ShipmentAdmin(RecordAdmin):
    empty_text = _("Goods sent to a warehouse stand here once the company or the agency has entered them.")
    for_writers: ClassVar[bool] = True
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("correct", _("Correct the price"), _correct, form=CorrectForm, is_shown=lambda row: row.ended_at is None,
             consequence=_("The corrected FOB value counts instead. Customs correct within 60 days.")),
        Verb("take_back", _("Take the shipment back"), _take_back, form=ReasonForm, tone="danger",
             is_shown=lambda row: row.ended_at is None,
             consequence=_("The shipment counts no more and stays on record.")),
    ]  # fmt: skip
    list_display = [
        day_of("sent_on", _("sent on")),
        "company_name",
        "store",
        "sku",
        "units",
        "fob",
        "declaration_number",
    ]
    list_filter = [("ended_at", admin.EmptyFieldListFilter), ("store", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["store", "participation__company"]
    search_fields = ["sku", "declaration_number", "participation__company__name_ko"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        own = agency_ids(cast(User, request.user))
        return Shipment.objects.filter(agency__in=own).select_related(
            "store", "participation__company", "recorded_by", "ended_by"
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("stock/", view(require_GET(self.stock_view)), name="reports_stock"),
            *super().get_urls(),
        ]

    @admin.display(description=_("company"), ordering="participation__company__name_ko")
    def company_name(self, row: Shipment) -> str:
        return str(row.participation.company)

    @admin.display(description=_("FOB value (USD)"), ordering="fob_amount")
    def fob(self, row: Shipment) -> str:
        return money(row.fob_amount, "USD")

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return (_("taken back"), "neutral") if record.ended_at else (_("in force"), "ok")

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        corrected = record.corrected_amount
        return [
            {"label": _("Company"), "value": record.participation.company},
            {"label": _("Store"), "value": record.store},
            {"label": _("Sent on"), "value": day(record.sent_on)},
            {"label": _("SKU"), "value": record.sku},
            {"label": _("Units"), "value": record.units},
            {"label": _("FOB value (USD)"), "value": money(record.fob_amount, "USD")},
            {"label": _("Declaration number"), "value": record.declaration_number},
            *([{"label": _("Corrected FOB value (USD)"), "value": money(corrected, "USD"),
                "note": f"{record.correction_number} · {day(record.corrected_on)}"}] if corrected is not None else []),
            {"label": _("Entered by"), "value": record.recorded_by, "note": seoul(record.recorded_at)},
            *([{"label": _("Taken back"), "value": record.end_reason,
                "note": f"{record.ended_by} · {seoul(record.ended_at)}"}] if record.ended_at else []),
        ]  # fmt: skip

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Enter one shipment or a list."""
        if not self.has_add_permission(request):
            raise Http404
        if request.GET.get("format") == "list":
            return shipments.empty_list()
        done = shipments.enter(request, shipments.places_of_staff(request.user))
        if done.told:
            messages.success(request, done.told)
            return HttpResponseRedirect(reverse("admin:reports_shipment_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Enter shipments"),
            "opts": self.opts,
            **done.context,
        }
        return TemplateResponse(request, "admin/reports/shipment_enter.html", context, status=done.status)

    def stock_view(self, request: HttpRequest) -> HttpResponseBase:
        """What was sent and sold up to a day, and what remains, by company; the same as a workbook."""
        found = shipments.asked(request)
        if request.GET.get("format") == "xlsx" and found.program is not None:
            return stock.program_book(found.program, found.on)
        return TemplateResponse(
            request,
            "admin/reports/stock.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Goods in warehouses"),
                "opts": self.opts,
                **shipments.program_context(request),
            },
        )
