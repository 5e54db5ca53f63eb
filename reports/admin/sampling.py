"""Samples for verification: planned and drawn, evidence entered order by order, what it proves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast
from uuid import uuid4

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
from ground.templatetags.naru import amount, day, month, seoul
from programs.admin.verbs import RecordAdmin, Verb, instant_of, refuse
from programs.models import Program
from programs.permissions import WRITERS
from reports.domain.sampling import planning
from reports.forms import SampleFindingForm, SamplingForm
from reports.models import SampledOrder, SamplingPlan
from reports.printing.words import krw, money
from reports.views import sampling


def _enter(by: User, record: Any, values: dict[str, Any]) -> StrOrPromise:
    planning.enter(record, by=by, **values)
    return _("Entered.")


@admin.register(SamplingPlan)
class SamplingPlanAdmin(RecordAdmin):
    change_form_template = "admin/reports/samplingplan.html"
    pages: ClassVar[Sequence[str]] = ("workbook",)
    list_display = [
        "program", "months_word", "method", "confidence", "margin_word", "size", "made_by", instant_of("created_at", _("made at")),
    ]  # fmt: skip
    list_filter = [("program", admin.RelatedOnlyFieldListFilter), "method", "confidence"]
    list_select_related = ["program", "made_by"]
    search_fields = ["program__code", "reason"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = SamplingPlan.objects.visible_to(request.user)
        return rows.select_related("program", "made_by", "agency")

    @admin.display(description=_("months"), ordering="from_month")
    def months_word(self, record: SamplingPlan) -> str:
        return f"{month(record.from_month)} – {month(record.until_month)}"

    @admin.display(description=_("tolerable"), ordering="margin_krw")
    def margin_word(self, record: SamplingPlan) -> str:
        if record.method == SamplingPlan.Method.ORDERS:
            return f"{amount(record.tolerable_percent, 2)} %"
        return krw(record.margin_krw)

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        return [
            {"label": _("Program"), "value": record.program, "note": self.months_word(record)},
            {"label": _("Confidence level"), "value": f"{record.confidence} %"},
            {"label": _("What it is to prove"), "value": record.get_method_display()},
            *(
                {"label": label, "value": amount(value, 2 if record.method == SamplingPlan.Method.ORDERS else 0)}
                for label, value in sampling.asked_facts(record)
            ),
            {"label": _("Population (KRW)"), "value": amount(record.population_krw),
             "note": _("%(orders)s orders, %(lines)s lines") % {"orders": amount(record.orders), "lines": amount(record.lines)}},
            {"label": _("Orders left out, at nothing or less"), "value": amount(record.left_out),
             "note": krw(record.left_out_krw)},
            {"label": _("Sample size"), "value": amount(record.size)},
            {"label": _("Seed"), "value": record.seed},
            {"label": _("Data cut"), "value": seoul(record.as_of)},
            {"label": _("Reason"), "value": record.reason, "note": record.made_by},
        ]  # fmt: skip

    def links(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        url = reverse("admin:reports_samplingplan_workbook", args=[record.pk])
        return [{"label": _("As XLSX"), "url": url}]

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return sampling.plan_context(record)

    def page_workbook(self, request: HttpRequest, record: Any) -> HttpResponse:
        return sampling.plan_workbook(record)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Plan a sample and draw it."""
        if not self.has_add_permission(request):
            raise Http404
        user = cast(User, request.user)
        programs = Program.objects.filter(agency__in=agency_ids(user, *WRITERS)).order_by(
            "-starts_on", "code"
        )
        is_sent = request.method == "POST"
        form = SamplingForm(
            request.POST if is_sent else None, programs=programs, initial={"form_key": uuid4()}
        )
        status = 200
        if is_sent:
            status = 400
            if form.is_valid():
                values = dict(form.cleaned_data)
                try:
                    plan = planning.plan(values.pop("program"), by=user, **values)
                except RuleBroken as error:
                    refuse(form, error)
                    status = 409
                else:
                    messages.success(request, str(_("The sample is drawn. It stays as it is.")))
                    return HttpResponseRedirect(reverse("admin:reports_samplingplan_change", args=[plan.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Plan a sample for verification"),
            "opts": self.opts,
            "form": form,
            "button": _("Draw the sample"),
            "lead": _(
                "A sample of the orders of the months as they stand now, in won before refunds. By monetary units, the larger an order, the"
                " likelier it is drawn; by orders, each is as likely as any other."
            ),
            "empty": "" if programs else _("Record a program first; then its orders can be sampled."),
        }
        return TemplateResponse(request, "admin/reports/ask.html", context, status=status)


@admin.register(SampledOrder)
class SampledOrderAdmin(RecordAdmin):
    for_writers: ClassVar[bool] = True
    change_form_template = "admin/reports/sampledorder.html"
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("enter", _("Enter what the evidence said"), _enter, form=SampleFindingForm, tone="primary"),
    ]
    history_hanging = ("findings",)
    list_display = ["plan", "number", "reference", "participation", "krw_amount", "hits"]
    list_display_links = ["number", "reference"]
    list_filter = [("plan__program", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["plan__program", "participation__company"]
    search_fields = ["reference"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = SampledOrder.objects.visible_to(request.user)
        return rows.select_related("plan__program__agency", "participation__company", "store", "agency")

    def after(self, request: HttpRequest, record: Any) -> str:
        return reverse("admin:reports_samplingplan_change", args=[record.plan_id])

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        return [
            {"label": _("Verification sample"), "value": record.plan,
             "url": reverse("admin:reports_samplingplan_change", args=[record.plan_id]), "link_label": _("Open")},
            {"label": _("Company"), "value": record.participation.company},
            {"label": _("Store"), "value": record.store},
            {"label": _("Day"), "value": day(record.day)},
            {"label": _("Amount"), "value": money(record.amount, str(record.currency_id))},
            {"label": _("Amount (KRW)"), "value": amount(record.krw_amount)},
        ]  # fmt: skip

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return sampling.order_context(record)
