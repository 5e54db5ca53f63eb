"""Two records that are one company (중복 기업 병합): which stays, which is given up, who agreed, and what was moved."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import connection, models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Approval
from accounts.roles import agency_ids
from companies.models.company import Company
from companies.models.succession import Succession
from ground.audit import tracked
from ground.clock import ClockNow
from ground.models import Record, StoredFile
from ground.worded import worded

LASTS = dt.timedelta(days=60)
"""So long a merge that was begun keeps others from the two records."""


class MergeQuerySet(models.QuerySet["Merge"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(agency__in=agency_ids(user))

    def under_way(self) -> Self:
        return self.filter(carried_out_at__isnull=True, dropped_at__isnull=True)

    def lying(self) -> Self:
        """Begun longer ago than a merge lasts: they stand in no other agency's way."""
        return self.under_way().filter(created_at__lt=ClockNow() - LASTS)

    def beside(self, *companies: Company) -> Self:
        """Those that name one of the companies on either side."""
        return self.filter(Q(kept__in=companies) | Q(given_up__in=companies))

    def into(self, company: UUID) -> set[UUID]:
        """The records that were merged into the company's, over all steps; a query a step."""
        found: set[UUID] = set()
        step = {company}
        while step:
            done = self.filter(kept__in=step, carried_out_at__isnull=False)
            step = set(done.values_list("given_up", flat=True)) - found
            found |= step
        return found

    def onward(self) -> dict[UUID, UUID]:
        """For each record that was merged the one that its company goes on as, over all steps. One query."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT company_id, kept_id FROM naru_merged()")
            return dict(cursor.fetchall())


@tracked()
class Merge(Record):
    """A company stands in the register twice: `kept` stays, `given_up` is closed by a succession of the kind duplicate once
    a second manager agreed. `choices` says for each fact that differs whose holds; `moved` what became of each table."""

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="merges"
    )
    kept = models.ForeignKey(
        Company, verbose_name=_("record that stays"), on_delete=models.PROTECT, related_name="merges_into"
    )
    given_up = models.ForeignKey(
        Company,
        verbose_name=_("record that is given up"),
        on_delete=models.PROTECT,
        related_name="merges_away",
    )
    reason = models.TextField(_("reason"))
    document = models.CharField(_("document"), max_length=120)
    file = models.ForeignKey(StoredFile, verbose_name=_("file"), on_delete=models.PROTECT, related_name="+")
    choices: models.JSONField[dict[str, str]] = models.JSONField(
        _("whose facts hold"), default=dict, blank=True
    )
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("begun by"), on_delete=models.PROTECT, related_name="+"
    )
    approval = models.ForeignKey(
        Approval,
        verbose_name=_("approval"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    carried_out_at = models.DateTimeField(_("carried out at"), null=True, blank=True)
    carried_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("carried out by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    succession = models.OneToOneField(
        Succession,
        verbose_name=_("succession"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merge",
    )
    moved: models.JSONField[list[dict[str, Any]]] = models.JSONField(
        _("what was moved"), default=list, blank=True
    )
    dropped_at = models.DateTimeField(_("dropped at"), null=True, blank=True)

    NOT_FOR_READERS = ("moved",)  # in the history: it names rows of other agencies

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge of two records")
        verbose_name_plural = _("merges of two records")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kept=F("given_up")),
                name="merge_of_two",
                violation_error_message=_("These are the same record: name two."),
            ),
            models.UniqueConstraint(
                fields=["given_up"],
                condition=Q(dropped_at__isnull=True),
                name="merge_gives_up_once",
                violation_error_message=_("This record is being merged already."),
            ),
            models.CheckConstraint(
                condition=Q(carried_out_at__isnull=True, succession__isnull=True)
                | Q(carried_out_at__isnull=False, succession__isnull=False, approval__isnull=False, carried_out_by__isnull=False),
                name="merge_carried_out_by_two",
            ),
            models.CheckConstraint(
                condition=Q(carried_out_at__isnull=True) | Q(dropped_at__isnull=True), name="merge_one_end"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.given_up} ({self.given_up.pretty_number}) → {self.kept} ({self.kept.pretty_number})"

    @property
    def is_under_way(self) -> bool:
        return self.carried_out_at is None and self.dropped_at is None


@worded
def given_up_to(company: UUID) -> QuerySet[Any, UUID]:
    """The records that were merged into the company's itself: none, and no other was merged into those (`into`)."""
    found = Merge.objects.filter(kept=company, carried_out_at__isnull=False).order_by()
    return found.values_list("given_up", flat=True)
