"""Payments of the subsidy: what was asked for, who agreed, what was paid out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.admin.second_person import answer_of, shown_at
from accounts.models import Approval, User
from accounts.models.agency import DecisionKind
from accounts.roles import agency_ids
from ground.templatetags.naru import day, seoul
from programs.admin.verbs import RecordAdmin, Verb, day_of
from programs.domain import leaving, paying
from programs.forms.staff import ReasonForm
from programs.models import Payment

shown_at(DecisionKind.PAYMENT, "admin:programs_payment_change")
TONES = {
    Payment.State.ASKED: "wait", Payment.State.PAID: "ok", Payment.State.DROPPED: "neutral", Payment.State.LAPSED: "neutral",
}  # fmt: skip


def _pay(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    paying.pay(row, by=by)
    return _("Recorded as paid out today; the company’s owners have been written to.")


def _drop(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    paying.drop(row, reason=values["reason"], by=by)
    return _("It is not paid and counts nowhere.")


def _why_not_pay(row: Any) -> StrOrPromise | None:
    asked = paying.approval_of(row)
    if asked is None or asked.answered_at is None:
        return _("A second person has not agreed yet.")
    if not asked.is_granted:
        return _("A second person refused it. Drop it, and ask for another payment.")
    return None


def _is_waiting(row: Any) -> bool:
    return bool(row.state == Payment.State.ASKED)


@admin.register(Payment)
class PaymentAdmin(RecordAdmin):
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("pay", _("Pay out"), _pay, why_not=_why_not_pay, is_shown=_is_waiting, tone="primary",
             consequence=_("The criteria are taken again first; one that is not met any more stops it.")),
        Verb("drop", _("Drop the payment"), _drop, form=ReasonForm, is_shown=_is_waiting, tone="danger"),
    ]  # fmt: skip
    list_display = [
        "company", "matter_text", "state_word", "money_text", "payee_word", day_of("paid_on", _("paid out on")),
        "asked_by", "program",
    ]  # fmt: skip
    list_display_links = ["company", "matter_text"]
    list_filter = ["state", ("program", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["participation__company", "program", "currency", "asked_by", "delivery__component"]
    search_fields = ["participation__number", "participation__company__name_ko", "purpose"]
    ordering = ["-created_at", "-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those of the person's agencies, also to a person who is a member of the company."""
        rows = Payment.objects.filter(agency__in=agency_ids(cast(User, request.user)))
        return rows.select_related(
            "participation__company", "delivery__component", "currency", "program", "approval__answered_by", "asked_by",
            "paid_by",
        )  # fmt: skip

    @admin.display(description=_("company"), ordering="participation__company__name_ko")
    def company(self, row: Payment) -> str:
        return str(row.participation.company)

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, row: Payment) -> str:
        return row.get_state_display()

    @admin.display(description=_("what it is for"))
    def matter_text(self, row: Payment) -> str:
        return row.matter

    @admin.display(description=_("amount"), ordering="amount")
    def money_text(self, row: Payment) -> str:
        return row.money

    @admin.display(description=_("paid to"), ordering="payee")
    def payee_word(self, row: Payment) -> str:
        return row.get_payee_display()

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return record.get_state_display(), TONES[record.state]

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = [
            {"label": _("Company"), "value": record.participation.company,
             "url": reverse("admin:programs_participation_change", args=[record.participation_id]),
             "link_label": _("Open")},
            {"label": _("What it is for"), "value": record.matter},
            {"label": _("Amount"), "value": record.money},
            {"label": _("Paid to"), "value": record.get_payee_display()},
            {"label": _("Asked by"), "value": record.asked_by, "note": seoul(record.created_at)},
            self._second(record.approval or paying.approval_of(record)),
        ]  # fmt: skip
        if record.delivery is not None:
            link = reverse("admin:programs_delivery_change", args=[record.delivery_id])
            delivery = {
                "label": _("Delivery"),
                "value": record.delivery,
                "url": link,
                "link_label": _("Open"),
            }
            found.insert(2, delivery)
        if record.paid_on is not None:
            found.append({"label": _("Paid out on"), "value": day(record.paid_on), "note": record.paid_by})
        if record.state == Payment.State.LAPSED:
            found.append(self._lapsing(record))
        if record.participation.application_id is not None:
            page = reverse("admin:programs_application_change", args=[record.participation.application_id])
            found.append(
                {"label": _("Criteria"), "value": _("what changed since the agreement"),
                 "url": f"{page}#takings-heading", "link_label": _("Open")}
            )  # fmt: skip
        return found

    def _lapsing(self, record: Any) -> dict[str, Any]:
        """With which last day it lapsed, and why."""
        if (agreed_on := leaving.lapsed_on(record)) is not None:
            note = _("not for a delivery, and not paid by then")
            return {"label": _("Lapsed with the agreed end"), "value": day(agreed_on), "note": note}
        last_on = record.participation.last_on
        return {
            "label": _("Lapsed as the agency ended the agreement"),
            "value": day(last_on) if last_on else None,
            "note": leaving.reason_of_lapsing(record),
        }

    def _second(self, asked: Approval | None) -> dict[str, Any]:
        label = _("Second person")
        if asked is None:
            return {"label": label, "value": None}
        link = {"url": reverse("admin:accounts_approval_change", args=[asked.pk]), "link_label": _("Open")}
        answer, _tone = answer_of(asked)
        if asked.answered_by is None:
            return {"label": label, "value": answer, **link}
        return {"label": label, "value": asked.answered_by, "note": answer, **link}
