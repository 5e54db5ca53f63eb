"""Marked orders for staff: mark by number or by list, take back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import User
from accounts.roles import agency_ids
from ground.errors import RuleBroken
from ground.templatetags.naru import seoul
from programs.admin.verbs import RecordAdmin, Verb, instant_of, refuse
from programs.forms.staff import ReasonForm
from programs.models import Store
from programs.permissions import WRITERS
from reports.domain import marking
from reports.mark_forms import MarkForm
from reports.models import OrderMark
from reports.views.marks import told


def _take_back(by: User, mark: Any, values: dict[str, Any]) -> StrOrPromise:
    marking.take_back(mark, reason=values["reason"], by=by)
    return _("The mark was taken back.")


@admin.register(OrderMark)
class OrderMarkAdmin(RecordAdmin):
    empty_text = _(
        "No order is marked as an own purchase or a test. Marked orders stay in the total and are shown beside it."
    )
    for_writers: ClassVar[bool] = True
    verbs: ClassVar[Sequence[Verb]] = [
        Verb(
            "take_back",
            _("Take the mark back"),
            _take_back,
            form=ReasonForm,
            is_shown=lambda mark: mark.ended_at is None,
            consequence=_("The order is named beside gross no more. The mark stays on record."),
        )
    ]
    list_display = [
        "order_reference",
        "store",
        "company",
        "kind",
        "marked_by",
        instant_of("marked_at", _("marked at")),
        instant_of("ended_at", _("taken back at")),
    ]
    list_filter = ["kind", "is_by_company", ("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["store", "company", "marked_by"]
    search_fields = ["order_reference", "store__code", "company__name_ko"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        own = agency_ids(cast(User, request.user))
        return OrderMark.objects.filter(agency__in=own).select_related(
            "store__agency", "company", "marked_by", "ended_by"
        )

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return (_("taken back"), "neutral") if record.ended_at else (record.get_kind_display(), "warn")

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        by = _("the company itself") if record.is_by_company else _("the agency")
        return [
            {"label": _("Store"), "value": record.store},
            {"label": _("Company"), "value": record.company},
            {"label": _("Kind"), "value": record.get_kind_display()},
            {"label": _("Reason"), "value": record.reason},
            {"label": _("Marked by"), "value": record.marked_by, "note": f"{by} · {seoul(record.marked_at)}"},
            *([{"label": _("Taken back"), "value": record.end_reason,
                "note": f"{record.ended_by} · {seoul(record.ended_at)}"}] if record.ended_at else []),
        ]  # fmt: skip

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Mark orders of a store of the agency."""
        if not self.has_add_permission(request):
            raise Http404
        user = cast(User, request.user)
        stores = Store.objects.filter(agency__in=agency_ids(user, *WRITERS)).order_by("code")
        places = [(str(store.pk), f"{store.code} {store.name}") for store in stores]
        is_sent = request.method == "POST"
        form = MarkForm(request.POST if is_sent else None, places=places)
        status = 200
        if is_sent:
            status = 400
            if form.is_valid():
                values = form.cleaned_data
                try:
                    made = marking.mark(
                        stores.get(pk=values["place"]), values["references"], kind=values["kind"],
                        reason=values["reason"], by=user,
                    )  # fmt: skip
                except RuleBroken as error:
                    refuse(form, error)
                    status = 409
                else:
                    messages.success(request, told(made))
                    return HttpResponseRedirect(reverse("admin:reports_ordermark_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Mark own purchases"),
            "lead": _(
                "What companies or their relatives bought themselves, and tests, stay in gross and are named beside it."
            ),
            "opts": self.opts,
            "form": form,
            "button": _("Mark"),
            "empty": "" if places else _("There is no store yet."),
        }
        return TemplateResponse(request, "admin/reports/ask.html", context, status=status)
