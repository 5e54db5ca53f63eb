"""The closing of a program's month: its figures as they were agreed to, and what becomes of them."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Approval
from accounts.roles import agency_ids
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Record
from ground.months import next_month
from ground.templatetags.naru import month
from programs.models import Program


class ClosedMonthQuerySet(models.QuerySet["ClosedMonth"]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the agency."""
        return self.filter(agency__in=agency_ids(user))

    def closed(self) -> Self:
        return self.filter(state=ClosedMonth.State.CLOSED)


@tracked()
class ClosedMonth(Record):
    """A month of a program that is asked to be closed, is closed, or was opened again. Of a closed month the ledger takes no row
    (the database refuses it), and its won stay those of the instant `closed_at`: `figures` keeps them. A month that is
    opened again keeps this record; closing it once more makes the next one."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked for")
        CLOSED = "closed", _("closed")
        REOPENED = "reopened", _("opened again")

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="closed_months"
    )
    month = models.DateField(_("month"), help_text=_("its first day"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("agreed by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    approval = models.ForeignKey(
        Approval,
        verbose_name=_("second opinion"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    closed_at = models.DateTimeField(
        _("closed at"),
        null=True,
        blank=True,
        help_text=_("what was known then counts: later rates move nothing"),
    )
    figures = models.JSONField(_("figures"), default=dict)
    rows = models.PositiveIntegerField(_("rows of the ledger"), default=0)
    rows_sha256 = models.CharField(_("SHA-256 of the rows"), max_length=64, blank=True)
    rows_rule = models.PositiveSmallIntegerField(
        _("rule of the SHA-256"),
        default=1,
        help_text=_("which values of a row it covers: `queries.closing.HASHED`"),
    )
    reopened_at = models.DateTimeField(_("opened again at"), null=True, blank=True)
    reopen_approval = models.ForeignKey(
        Approval, verbose_name=_("second opinion on opening it again"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    reopen_reason = models.CharField(_("why it was opened again"), max_length=300, blank=True)
    refusal = models.JSONField(
        _("why it was not carried out"), default=dict, blank=True,
        help_text=_("the last decision of two people that the worker could not carry out, and what stood in the way"),
    )  # fmt: skip

    reason = models.CharField(_("why it is to be closed"), max_length=300, blank=True)
    look = models.UUIDField(
        _("the worker's look"), null=True, blank=True, editable=False,
        help_text=_("the work in which it is looked at what stands in the way; empty once that is done"),
    )  # fmt: skip
    looked_at = models.DateTimeField(_("time of the last look"), null=True, blank=True)
    found = models.JSONField(
        _("what stood in the way"), default=list, blank=True, help_text=_("when the worker looked at it last")
    )

    objects = ClosedMonthQuerySet.as_manager()

    class Meta:
        verbose_name = _("month closing")
        verbose_name_plural = _("month closings")
        ordering = ["program", "-month", "-created_at"]
        constraints = [
            SameKey(field="program", name="closed_month_program_same_agency"),
            models.UniqueConstraint(
                fields=["program", "month"], condition=~Q(state="reopened"), name="closed_month_once"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="closed_month_first_day"),
            models.CheckConstraint(
                condition=Q(
                    state="asked", closed_at__isnull=True, approval__isnull=True, agreed_by__isnull=True
                )
                | ~Q(state="asked")
                & Q(closed_at__isnull=False, approval__isnull=False, agreed_by__isnull=False),
                name="closed_month_agreed_to",
            ),
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True) | ~Q(agreed_by=F("asked_by")),
                name="closed_month_two_people",
                violation_error_message=_("A second person must answer: whoever asked cannot."),
            ),
            models.CheckConstraint(
                condition=~Q(state="reopened")
                & Q(reopened_at__isnull=True, reopen_approval__isnull=True, reopen_reason="")
                | Q(state="reopened", reopened_at__isnull=False, reopen_approval__isnull=False)
                & ~Q(reopen_reason=""),
                name="closed_month_opened_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program.code} {month(self.month)}"

    @property
    def opens_on(self) -> dt.date:
        """The first day after the month."""
        return next_month(self.month)
