"""Declarations and payouts of providers to read, customs records to enter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar, cast
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods
from django_stubs_ext import StrOrPromise

from accounts.admin.stored import file_fact
from accounts.models import User
from accounts.roles import agency_ids
from ground import clock
from ground.errors import RuleBroken
from ground.templatetags.naru import day, month, seoul
from programs.admin.verbs import RecordAdmin, Verb, refuse
from programs.forms.staff import ReasonForm
from programs.models import Participation
from programs.permissions import WRITERS
from reports.domain import declaring, proving
from reports.forms import MonthField
from reports.models import CustomsRecord, Declaration, PayoutProof
from reports.printing.words import money
from reports.queries import statements
from reports.views import answers
from reports.views.statements import lines_of


class OfAgencyAdmin(RecordAdmin):
    """Rows of the person's agencies."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model._default_manager.filter(
            agency__in=agency_ids(cast(User, request.user))
        )
        return rows

    @admin.display(description=_("month"), ordering="month")
    def month_word(self, record: Any) -> str:
        return month(record.month)

    @admin.display(description=_("company"), ordering="participation__company__name_ko")
    def company_name(self, record: Any) -> str:
        return str(record.participation.company)

    def company_fact(self, record: Any) -> dict[str, Any]:
        return {
            "label": _("Company"),
            "value": record.participation.company,
            "url": reverse("admin:programs_participation_change", args=[record.participation_id]),
            "link_label": _("Open"),
        }


def _objections(proof: PayoutProof) -> list[dict[str, Any]]:
    """What the company disputed, and why the agency opened the statement again."""
    said = (
        (_("Disputed"), proof.dispute_reason, proof.disputed_by, proof.disputed_at),
        (_("Opened again"), proof.reopen_reason, proof.reopened_by, proof.reopened_at),
    )
    return [
        {"label": label, "value": reason, "note": f"{by} · {seoul(at)}"}
        for label, reason, by, at in said
        if at
    ]


@admin.register(Declaration)
class DeclarationAdmin(OfAgencyAdmin):
    list_display = [
        "month_word",
        "company_name",
        "currency",
        "sales_amount",
        "orders",
        "declared_at",
        "replaced_at",
    ]
    list_filter = [("replaced_at", admin.EmptyFieldListFilter), "kind", "month", "currency"]
    list_select_related = ["participation__company", "currency"]
    search_fields = ["company__name_ko", "company__business_number"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("answers/", view(require_GET(self.answers_view)), name="reports_answers"),
            path(
                "answers/<uuid:pk>/<str:month>/",
                view(require_http_methods(["GET", "POST"])(self.answer_view)),
                name="programs_participation_month",
            ),
        ]
        return own + super().get_urls()

    def answers_view(self, request: HttpRequest) -> HttpResponse:
        """Who owes what in a month of a program; the same rows as a file."""
        found = answers.chosen(request.user, request.GET)
        if found is not None and (form := request.GET.get("format")) in answers.FORMATS:
            return answers.download(found, form)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Sales of the month: who owes what"),
            "opts": self.opts,
            **answers.answers_context(request, found),
        }
        return TemplateResponse(request, "admin/reports/answers.html", context)

    def answer_view(self, request: HttpRequest, pk: UUID, month: str) -> HttpResponse:
        """A company's month: what it said, files, reminders; the agency may excuse it."""
        context, status, address = answers.answer_context(request, pk, month)
        if address:
            return HttpResponseRedirect(address)
        return TemplateResponse(
            request,
            "admin/reports/answer.html",
            {**self.admin_site.each_context(request), "opts": self.opts, **context},
            status=status,
        )

    @admin.display(description=_("sales"), ordering="amount")
    def sales_amount(self, record: Declaration) -> str:
        return money(record.amount, str(record.currency_id))

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return (_("replaced"), "neutral") if record.replaced_at else (_("in force"), "ok")

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        return [
            self.company_fact(record),
            {"label": _("Month"), "value": month(record.month)},
            {"label": _("Kind"), "value": record.get_kind_display()},
            {"label": _("Shop"), "value": record.store or record.market or _("all shops together")},
            {"label": _("Sales"), "value": money(record.amount, record.currency_id)},
            {"label": _("Refunds"), "value": money(record.refund_amount, record.currency_id)},
            {"label": _("Orders"), "value": record.orders},
            {"label": _("Units"), "value": "" if record.units is None else record.units},
            {"label": _("Note"), "value": record.note},
            file_fact(_("Evidence file"), record.file, _("Download")),
            {"label": _("Declared by"), "value": record.declared_by, "note": seoul(record.declared_at)},
            {
                "label": _("Replaced at"),
                "value": seoul(record.replaced_at) if record.replaced_at else _("not replaced"),
                "note": record.replaced_by or "",
            },
        ]


class CustomsForm(forms.ModelForm):  # type: ignore[type-arg]
    month = MonthField(label=_("Month"))

    class Meta:
        model = CustomsRecord
        fields = ["participation", "month", "kind", "fob_amount", "source"]

    def clean(self) -> dict[str, Any]:
        """The month must be one of the program's."""
        values: dict[str, Any] = super().clean() or {}
        part = values.get("participation") or getattr(self.instance, "participation", None)
        first: dt.date | None = values.get("month")
        if part is not None and first is not None:
            try:
                declaring.check_month(part.program, first)
            except RuleBroken as error:
                refuse(cast(forms.Form, self), error)
        return values


def _take_out(by: User, record: Any, values: dict[str, Any]) -> StrOrPromise:
    count = declaring.take_out_customs(record, reason=values["reason"], by=by)
    return ngettext(
        "The entry was taken out; %(count)d line of a list counts now.",
        "The entry was taken out; %(count)d lines of lists count now.",
        count,
    ) % {"count": count}


@admin.register(CustomsRecord)
class CustomsRecordAdmin(OfAgencyAdmin):
    form = CustomsForm
    has_form: ClassVar[bool] = True
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("take_out", _("Take the entry out"), _take_out, form=ReasonForm, tone="danger",
             consequence=_("The entry counts no more and stays in the history. Lines of lists that waited for it count from now on.")),
    ]  # fmt: skip
    list_display = ["month_word", "company_name", "kind_word", "fob_amount", "source"]
    list_filter = ["month", "kind"]
    list_select_related = ["participation__company"]
    search_fields = ["participation__company__name_ko", "source"]

    @admin.display(description=_("kind"), ordering="kind")
    def kind_word(self, record: CustomsRecord) -> str:
        return record.get_kind_display()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["participation", "month", "kind"] if obj is not None else []

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return ["participation", "month", "kind", "fob_amount", "source"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "participation":
            own = agency_ids(cast(User, request.user), *WRITERS)
            kwargs["queryset"] = (
                Participation.objects.filter(agency__in=own)
                .select_related("company")
                .order_by("company__name_ko")
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def after(self, request: HttpRequest, record: Any) -> str:
        """The entry may be gone."""
        return reverse("admin:reports_customsrecord_changelist")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made = declaring.record_customs(
            obj.participation, month=obj.month, kind=obj.kind, fob_amount=obj.fob_amount, source=obj.source,
            by=cast(User, request.user),
        )  # fmt: skip
        obj.pk, obj.agency_id, obj._state.adding = made.pk, made.agency_id, False


def _reopen(by: User, proof: Any, values: dict[str, Any]) -> StrOrPromise:
    proving.reopen(proof, by=by, **values)
    return _("The provider is asked to state it anew; then the company is asked once more.")


def _cannot_reopen(proof: Any) -> StrOrPromise | None:
    if proof.reopened_at is not None:
        return _("It is open again and waits for the provider.")
    return None if proof.confirmed_at or proof.disputed_at else proving.NOT_ANSWERED


@admin.register(PayoutProof)
class PayoutProofAdmin(OfAgencyAdmin):
    for_writers: ClassVar[bool] = True
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("reopen", _("Open the statement again"), _reopen, form=ReasonForm, why_not=_cannot_reopen,
             consequence=_("What the company answered leaves the record and stays in its history. The provider and the"
                           " company read the reason.")),
    ]  # fmt: skip
    list_display = [
        "month_word",
        "company_name",
        "store",
        "statement_number",
        "paid_amount_text",
        "paid_on",
        "confirmed_at",
        "disputed_at",
    ]
    list_filter = [
        ("confirmed_at", admin.EmptyFieldListFilter),
        ("disputed_at", admin.EmptyFieldListFilter),
        "month",
    ]
    list_select_related = ["participation__company", "store"]
    search_fields = ["participation__company__name_ko", "statement_number"]

    @admin.display(description=_("paid to the company"), ordering="paid_amount")
    def paid_amount_text(self, record: PayoutProof) -> str:
        return money(record.paid_amount, str(record.currency_id))

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        if record.confirmed_at:
            return _("confirmed by the company"), "ok"
        if record.disputed_at:
            return _("disputed by the company"), "danger"
        if record.reopened_at:
            return _("waits for the provider"), "wait"
        return (_("waits for the company"), "wait") if record.paid_on else (_("not paid yet"), "warn")

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        currency = str(record.currency_id)
        rest = record.sold_amount - record.fee_amount - record.paid_amount
        ledger = lines_of(statements.against([record], clock.today())[record.pk])
        return [
            self.company_fact(record),
            {"label": _("Store"), "value": record.store},
            {"label": _("Month"), "value": month(record.month)},
            {"label": _("Sold"), "value": money(record.sold_amount, currency)},
            {"label": _("Provider's fee"), "value": money(record.fee_amount, currency)},
            {"label": _("Paid to the company"), "value": money(record.paid_amount, currency),
             "note": _("%(rest)s less than sold without the fee") % {"rest": money(rest, currency)} if rest else ""},
            *({"label": line.label, "value": line.amount, "note": line.words} for line in ledger),
            {"label": _("Paid on"), "value": day(record.paid_on) if record.paid_on else ""},
            file_fact(_("Proof"), record.proof, _("Download")),
            {"label": _("Confirmed"), "value": record.confirmed_by or "", "note": seoul(record.confirmed_at)},
            *_objections(record),
        ]  # fmt: skip
