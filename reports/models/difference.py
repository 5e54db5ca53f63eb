"""Differences between measures of sales (차이): how much is tolerated, what is beyond it, what was asked and decided."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Agency
from accounts.roles import agency_ids
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Record
from ground.templatetags.naru import month
from programs.models import Participation, Program


class Comparison(models.TextChoices):
    """Two measures of one company beside each other. Orders stand in each: the percent is of them."""

    DECLARED = "declared", _("Declared and orders, by month")
    PAYOUTS = "payouts", _("Orders and payouts, order by order")
    CUSTOMS = "customs", _("Orders and customs, over all months so far")


class Cause(models.TextChoices):
    REFUND_LATER = "refund", _("refund after the end of the month")
    PACK_TWICE = "pack", _("packs counted twice")
    FEES_INSIDE = "fees", _("fees taken off on one side")
    WRONG_CURRENCY = "currency", _("amount in another currency")
    DUPLICATE = "duplicate", _("counted twice")
    MISSING_FILE = "missing", _("a file is missing")
    OTHER = "other", pgettext_lazy("cause of a difference", "another cause")


class ToleranceQuerySet(models.QuerySet["Tolerance"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(agency__in=agency_ids(user))

    def current(self) -> Self:
        return self.filter(replaced_at__isnull=True)


@tracked()
class Tolerance(Record):
    """How far two measures may lie apart in a program (허용오차): a percent of the orders, or an amount in won; within either is
    within tolerance. Another value is a further record: the earlier one stays with who set it, when and why."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="tolerances"
    )
    comparison = models.CharField(_("comparison"), max_length=10, choices=Comparison)
    percent = models.DecimalField(
        _("percent of the orders"), max_digits=5, decimal_places=2,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )  # fmt: skip
    krw_amount = models.DecimalField(
        _("amount (KRW)"), max_digits=14, decimal_places=0, validators=[MinValueValidator(0)]
    )
    reason = models.CharField(_("reason"), max_length=300)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("set by"), on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField(_("set at"))
    replaced_at = models.DateTimeField(_("replaced at"), null=True, blank=True)

    objects = ToleranceQuerySet.as_manager()

    class Meta:
        verbose_name = _("tolerance")
        verbose_name_plural = _("tolerances")
        ordering = ["program", "comparison", "-set_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "comparison"],
                condition=Q(replaced_at__isnull=True),
                name="tolerance_once",
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100, krw_amount__gte=0), name="tolerance_in_range"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="tolerance_has_reason"),
            SameKey(field="program", name="tolerance_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.program.code} {self.get_comparison_display()}"


class DifferenceQuerySet(models.QuerySet["Difference"]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the agency."""
        return self.filter(agency__in=agency_ids(user))

    def standing(self) -> Self:
        return self.exclude(state=Difference.State.GONE)


@tracked()
class Difference(Record):
    """Two measures of a company lie further apart than its program tolerates; `month` is empty where they are compared over all
    months. `left_krw` and `right_krw` are the sides in won as last found. It is made, changed and closed by the comparison only;
    one that is gone stays, and the same found once more is a new record."""

    class State(models.TextChoices):
        OPEN = "open", _("to be decided")
        ASKED = "asked", _("the company is asked")
        DECIDED = "decided", _("decided")
        GONE = "gone", _("gone")

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="differences"
    )
    participation = models.ForeignKey(
        Participation, verbose_name=_("participation"), on_delete=models.PROTECT, related_name="differences"
    )
    comparison = models.CharField(_("comparison"), max_length=10, choices=Comparison)
    month = models.DateField(_("month"), null=True, blank=True, help_text=_("first day of the month"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    left_krw = models.DecimalField(_("first side (KRW)"), max_digits=20, decimal_places=0)
    right_krw = models.DecimalField(_("second side (KRW)"), max_digits=20, decimal_places=0)
    causes = models.JSONField(_("proposed causes"), default=list)
    found_at = models.DateTimeField(_("found at"))
    changed_at = models.DateTimeField(_("figures since"))
    gone_at = models.DateTimeField(_("gone at"), null=True, blank=True)

    objects = DifferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        ordering = ["-found_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "comparison", "month"], condition=~Q(state="gone"), nulls_distinct=False,
                name="difference_once",
            ),
            models.UniqueConstraint(fields=["agency", "id"], name="difference_agency_key"),
            models.CheckConstraint(condition=Q(month__day=1), name="difference_month_first_day"),
            models.CheckConstraint(
                condition=Q(comparison="declared", month__isnull=False)
                | ~Q(comparison="declared") & Q(month__isnull=True),
                name="difference_month_where_compared",
            ),
            models.CheckConstraint(
                condition=Q(state="gone", gone_at__isnull=False) | ~Q(state="gone") & Q(gone_at__isnull=True),
                name="difference_gone_has_instant",
            ),
            SameKey(field="program", name="difference_same_agency"),
            SameKey(field="participation", name="difference_participation_same_agency"),
            SameKey(field="participation", shared="program", name="difference_of_program"),
        ]  # fmt: skip

    def __str__(self) -> str:
        of = f" {month(self.month)}" if self.month else ""
        return f"{self.participation.company} · {self.get_comparison_display()}{of}"

    @property
    def krw_amount(self) -> Decimal:
        """The first side less the second."""
        return self.left_krw - self.right_krw


@tracked()
class DifferenceDecision(Record):
    """What staff decided of a difference, with the sides that they saw. One that was opened anew keeps its earlier decisions."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("accepted as it is")
        COMPANY = "company", _("the company corrects")
        AGENCY = "agency", _("we correct")

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    difference = models.ForeignKey(
        Difference, verbose_name=_("difference"), on_delete=models.PROTECT, related_name="decisions"
    )
    cause = models.CharField(_("cause"), max_length=10, choices=Cause)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=1000)
    left_krw = models.DecimalField(_("first side (KRW)"), max_digits=20, decimal_places=0)
    right_krw = models.DecimalField(_("second side (KRW)"), max_digits=20, decimal_places=0)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        verbose_name = _("decision on a difference")
        verbose_name_plural = _("decisions on differences")
        ordering = ["-decided_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="difference_decision_has_reason"),
            SameKey(field="difference", name="difference_decision_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.reason}"


class DifferenceQuestionQuerySet(models.QuerySet["DifferenceQuestion"]):
    def visible_to(self, user: Any) -> Self:
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = user.company_members.filter(ended_at__isnull=True).values("company")
        return self.filter(
            Q(agency__in=agency_ids(user)) | Q(difference__participation__company__in=own)
        ).distinct()

    def waiting(self) -> Self:
        """Neither answered nor ended by a decision or by the difference's end."""
        return self.filter(answered_at__isnull=True, ended_at__isnull=True)


@tracked()
class DifferenceQuestion(Record):
    """A company is asked why two of its figures differ, until a day. `ended_at`: nobody waits for the answer any more."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    difference = models.ForeignKey(
        Difference, verbose_name=_("difference"), on_delete=models.PROTECT, related_name="questions"
    )
    text = models.CharField(_("question"), max_length=1000)
    due_on = models.DateField(_("answer by"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked at"))
    answer = models.CharField(_("answer"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = DifferenceQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question about a difference")
        verbose_name_plural = _("questions about differences")
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["difference"],
                condition=Q(answered_at__isnull=True, ended_at__isnull=True),
                name="difference_question_once",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="difference_question_has_text"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer=""),
                name="difference_question_answer_whole",
            ),
            SameKey(field="difference", name="difference_question_same_agency"),
        ]

    def __str__(self) -> str:
        return self.text
