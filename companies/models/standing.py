"""How a company stands: the tax office's answer, bans, and who has come to see it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Agency
from accounts.roles import agency_ids
from companies.models.company import Company
from ground.audit import tracked
from ground.clock import SEOUL
from ground.models import Record
from ground.templatetags.naru import day

HOLDS_FOR = 30
"""Days: a tax clearance holds for so long from its issue, unless it says otherwise (confidence: medium, from the rules of
documents of published calls). An answer of the tax office about a business is none, and no rule is known for it: it is taken
to hold as long, by a rule of ours that a notice may replace."""


def counts_before(one: str, other: str) -> str:
    """SQL: whether of two rows about a company the `one` counts and the `other` does not: an answer before silence, whenever that
    was, then the later. `StatusCheckQuerySet.counting` says the same."""
    rows = (f"({each}.status <> 'not_checked', {each}.checked_at, {each}.id)" for each in (one, other))
    return " > ".join(rows)


class StatusCheckQuerySet(models.QuerySet["StatusCheck"]):
    def answers(self) -> Self:
        """Without silence."""
        return self.exclude(status=StatusCheck.Status.NOT_CHECKED)

    def counting(self) -> Self:
        """Of each company the row that counts, with the instant and the reason of the last row: silence takes no answer back, it
        counts only of companies about which nothing was ever answered (`counts_before`)."""
        is_silence = ExpressionWrapper(Q(status=StatusCheck.Status.NOT_CHECKED), BooleanField())
        last = StatusCheck.objects.filter(company=OuterRef("company")).order_by("-checked_at", "-id")
        return (
            self.order_by("company_id", is_silence, "-checked_at", "-id")
            .distinct("company_id")
            .annotate(
                last_at=Subquery(last.values("checked_at")[:1]), last_why=Subquery(last.values("why_not")[:1])
            )
        )


@tracked()
class StatusCheck(Record):
    """One answer of the tax office about a business number. No answer is `not_checked`, never fine."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("in business")
        SUSPENDED = "suspended", _("suspended")
        CLOSED = "closed", pgettext_lazy("state of a business", "closed")
        UNREGISTERED = "unregistered", _("not registered at the tax office")
        NOT_CHECKED = "not_checked", _("not checked")

    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="status_checks"
    )
    status = models.CharField(_("status"), max_length=12, choices=Status)
    tax_type = models.CharField(_("kind of taxation"), max_length=60, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    checked_at = models.DateTimeField(_("checked at"))
    why_not = models.CharField(_("why there is no answer"), max_length=200, blank=True)

    last_at: dt.datetime
    last_why: str

    objects = StatusCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("status check")
        verbose_name_plural = _("status checks")
        ordering = ["-checked_at", "-id"]
        indexes = [models.Index(fields=["company", "-checked_at"], name="status_check_latest")]

    def __str__(self) -> str:
        return self.get_status_display()

    @property
    def is_answer(self) -> bool:
        return self.status != self.Status.NOT_CHECKED

    def counts_until(self, held: int = HOLDS_FOR) -> dt.date:
        """The last day in Seoul on which the answer counts, where it counts for so many days."""
        return self.checked_at.astimezone(SEOUL).date() + dt.timedelta(held)


class BanQuerySet(models.QuerySet["Ban"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(agency__in=agency_ids(user))

    def in_force_on(self, day: dt.date) -> Self:
        """Both days included: a ban whose last day is the closing day still holds on it."""
        return self.filter(from_on__lte=day, until_on__gte=day, lifted_at__isnull=True)


@tracked()
class Ban(Record):
    """An agency's ban on a company's taking part (참여제한). Other agencies do not see it."""

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="bans"
    )
    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="bans"
    )
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    reason = models.TextField(_("reason"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)

    objects = BanQuerySet.as_manager()

    class Meta:
        verbose_name = _("ban")
        verbose_name_plural = _("bans")
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")),
                name="ban_period",
                violation_error_message=_("The last day lies before the first."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.company} {day(self.from_on)} – {day(self.until_on)}"


class SightQuerySet(models.QuerySet["Sight"]):
    def visible_to(self, user: Any) -> Self:
        """Those of agencies in which the person serves."""
        return self.filter(agency__in=agency_ids(user))


@tracked()
class Sight(Record):
    """An agency sees a company from here on: because it applied, agreed or was taken in. (What organizations see:
    `companies.ties`.)"""

    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="sights"
    )
    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="sights"
    )
    cause = models.CharField(_("cause"), max_length=60)

    objects = SightQuerySet.as_manager()

    class Meta:
        verbose_name = _("sight of a company")
        verbose_name_plural = _("sights of companies")
        constraints = [models.UniqueConstraint(fields=["company", "agency"], name="sight_agency_once")]

    def __str__(self) -> str:
        return f"{self.company} ({self.cause})"
