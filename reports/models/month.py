"""What stands around a company's answer for a month (실적 제출): excuses by the agency, reminders, the word to its officers."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Record
from programs.models import Participation, Program


class MonthExcuseQuerySet(models.QuerySet["MonthExcuse"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(agency__in=agency_ids(user))

    def in_force(self) -> Self:
        return self.filter(ended_at__isnull=True)


@tracked()
class MonthExcuse(Record):
    """The agency does not expect a company's month, for a reason; no reminder goes. An excuse that is taken back stays."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    participation = models.ForeignKey(
        Participation, verbose_name=_("participation"), on_delete=models.PROTECT, related_name="month_excuses"
    )
    month = models.DateField(_("month"), help_text=_("first day of the month"))
    reason = models.CharField(_("reason"), max_length=300)
    excused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("excused by"), on_delete=models.PROTECT, related_name="+"
    )
    excused_at = models.DateTimeField(_("excused at"))
    ended_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("taken back by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip

    objects = MonthExcuseQuerySet.as_manager()

    class Meta:
        verbose_name = _("excused month")
        verbose_name_plural = _("excused months")
        ordering = ["month", "excused_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "month"],
                condition=Q(ended_at__isnull=True),
                name="month_excuse_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="month_excuse_has_reason"),
            models.CheckConstraint(condition=Q(month__day=1), name="month_excuse_first_day"),
            SameKey(field="participation", name="month_excuse_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.participation} {self.month:%Y-%m}"


@tracked()
class MonthReminder(Record):
    """A company was reminded of a month, at one step of the program's chain: once, whatever runs twice."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    participation = models.ForeignKey(
        Participation,
        verbose_name=_("participation"),
        on_delete=models.PROTECT,
        related_name="month_reminders",
    )
    month = models.DateField(_("month"), help_text=_("first day of the month"))
    step = models.SmallIntegerField(_("working days after the due day"))
    readers = models.PositiveSmallIntegerField(_("written to"), default=0)
    sent_at = models.DateTimeField(_("sent at"))

    class Meta:
        verbose_name = _("reminder of a month")
        verbose_name_plural = _("reminders of months")
        ordering = ["month", "step"]
        constraints = [
            models.UniqueConstraint(fields=["participation", "month", "step"], name="month_reminder_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="month_reminder_first_day"),
            SameKey(field="participation", name="month_reminder_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.participation} {self.month:%Y-%m} {self.step:+d}"


@tracked()
class MonthNotice(Record):
    """The agency's officers were told which companies still owe a month after the last reminder: once a month."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="month_notices"
    )
    month = models.DateField(_("month"), help_text=_("first day of the month"))
    companies = models.PositiveIntegerField(_("companies"))
    sent_at = models.DateTimeField(_("sent at"))

    class Meta:
        verbose_name = _("word to the officers about a month")
        verbose_name_plural = _("words to the officers about months")
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["program", "month"], name="month_notice_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="month_notice_first_day"),
            SameKey(field="program", name="month_notice_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.program} {self.month:%Y-%m}"
