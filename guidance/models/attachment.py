"""Where companies find a country's strategy: attached to a program, a platform or a market."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import agency_ids
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Country
from programs.models.program import OfProgram, Program
from programs.models.reference import Market, Platform


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the agency that attached it, and of the one whose strategy it is."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = agency_ids(user)
        return self.filter(Q(agency__in=own) | Q(strategy__agency__in=own))

    def standing(self) -> Self:
        return self.filter(ended_at__isnull=True)


@tracked()
class Attachment(OfProgram):
    """A country's published strategy at one place. A program's own agency attaches to it whichever strategy is published;
    to platforms and markets, which all agencies share, the strategy's agency does."""

    strategy = models.ForeignKey(
        Program,
        verbose_name=_("program of the strategy"),
        on_delete=models.PROTECT,
        related_name="attachments",
    )
    country = models.ForeignKey(
        Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="+"
    )
    program = models.ForeignKey(
        Program, verbose_name=_("program"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    platform = models.ForeignKey(
        Platform,
        verbose_name=_("platform"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    market = models.ForeignKey(
        Market, verbose_name=_("market"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attached strategy")
        verbose_name_plural = _("attached strategies")
        ordering = ["strategy", "country", "-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(program__isnull=False, platform__isnull=True, market__isnull=True)
                | Q(program__isnull=True, platform__isnull=False, market__isnull=True)
                | Q(program__isnull=True, platform__isnull=True, market__isnull=False),
                name="attachment_one_place",
                violation_error_message=_("Choose one place: a program, a platform or a market."),
            ),
            models.UniqueConstraint(
                fields=["strategy", "country", "program", "platform", "market"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="attachment_once",
                violation_error_message=_("The strategy is attached there already."),
            ),
            SameKey(field="program", name="attachment_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.strategy.code} {self.country_id} → {self.place}"

    @property
    def place(self) -> Program | Platform | Market:
        found = self.program or self.platform or self.market
        assert found is not None
        return found
