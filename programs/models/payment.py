"""Payment of the subsidy (지원금 지급): what the agency pays for a company that takes part, by two persons."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval
from accounts.roles import agency_ids
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Currency
from ground.templatetags.naru import amount
from programs.models.participation import Delivery, Participation
from programs.models.program import OfProgram, Program


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the agency that pays; members of a company see what was paid for it."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = user.company_members.filter(ended_at__isnull=True).values("company")
        paid = Q(state=Payment.State.PAID, participation__company__in=own)
        return self.filter(Q(agency__in=agency_ids(user)) | paid)

    def standing(self) -> Self:
        """Asked for or paid; what was dropped or has lapsed counts nowhere."""
        return self.exclude(state__in=[Payment.State.DROPPED, Payment.State.LAPSED])


@tracked()
class Payment(OfProgram):
    """An amount for a company that takes part: asked for by one person, agreed to by a second one, then paid on a day.

    An officer drops what is not to be paid; with the end of the agreement it lapses.
    For a delivery it is in won and within its actual cost, and `purpose` may say more; else it says alone what it is for.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("waits to be paid")
        PAID = "paid", _("paid out")
        DROPPED = "dropped", _("dropped")
        LAPSED = "lapsed", _("lapsed")

    class Payee(models.TextChoices):
        COMPANY = "company", _("the company")
        PROVIDER = "provider", _("the provider of the contract")

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="payments", editable=False
    )
    participation = models.ForeignKey(
        Participation, verbose_name=_("participation"), on_delete=models.PROTECT, related_name="payments"
    )
    delivery = models.ForeignKey(
        Delivery, verbose_name=_("delivery"), null=True, blank=True, on_delete=models.PROTECT, related_name="payments"
    )  # fmt: skip
    payee = models.CharField(_("paid to"), max_length=8, choices=Payee, default=Payee.COMPANY)
    purpose = models.CharField(_("what it is for"), max_length=200, blank=True)
    amount = models.DecimalField(
        _("amount"), max_digits=16, decimal_places=2, validators=[MinValueValidator(0)]
    )
    currency = models.ForeignKey(
        Currency, verbose_name=_("currency"), on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    approval = models.ForeignKey(
        Approval,
        verbose_name=_("approval"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    paid_on = models.DateField(_("paid out on"), null=True, blank=True)
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("paid out by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("subsidy payment")
        verbose_name_plural = _("subsidy payments")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="payment_of_something",
                violation_error_message=_("Enter an amount above zero."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state="paid", paid_on__isnull=False, paid_by__isnull=False, approval__isnull=False
                )
                | (~Q(state="paid") & Q(paid_on__isnull=True, paid_by__isnull=True, approval__isnull=True)),
                name="payment_is_approved",
                violation_error_message=_("Paid needs the day, who paid and a second person’s agreement."),
            ),
            models.CheckConstraint(
                condition=Q(delivery__isnull=False) | Q(payee="company"),
                name="payment_to_provider_is_for_delivery",
                violation_error_message=_("A provider is paid for a delivery of its contract: choose it."),
            ),
            models.CheckConstraint(
                condition=Q(delivery__isnull=False) | ~Q(purpose=""),
                name="payment_is_for_something",
                violation_error_message=_("Say what the money is for."),
            ),
            SameKey(field="program", name="payment_same_agency"),
            SameKey(field="participation", shared="program", name="payment_participation_of_program"),
            SameKey(field="delivery", shared="participation", name="payment_delivery_of_participation"),
        ]

    def __str__(self) -> str:
        return f"{self.participation}: {self.matter}"

    @property
    def matter(self) -> str:
        """What it is for, a component of the package in the reader's language; reads `delivery.component`."""
        parts = [str(self.delivery.component) if self.delivery is not None else "", self.purpose]
        return " · ".join(filter(None, parts))

    @property
    def money(self) -> str:
        """The amount with its currency; reads `currency`."""
        return f"{self.currency.code} {amount(self.amount, self.currency.decimals)}"
