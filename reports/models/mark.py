"""Orders that are no sale to a stranger (자체구매 표시): bought by the company itself or its relatives, or to try the shop out."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids
from companies.models import Company
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Record
from programs.models import Store


class OrderMarkQuerySet(models.QuerySet["OrderMark"]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the agency; members of the company whose order it is."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = user.company_members.filter(ended_at__isnull=True).values("company")
        return self.filter(Q(agency__in=agency_ids(user)) | Q(company__in=own)).distinct()

    def in_force(self) -> Self:
        return self.filter(ended_at__isnull=True)


@tracked()
class OrderMark(Record):
    """What a company sold in one order (of a pack, by its number) is marked. Lines stay as they are; figures name the sum beside
    gross. A mark that is taken back stays on record."""

    class Kind(models.TextChoices):
        OWN = "own", _("own purchase")
        TEST = "test", _("test order")

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="order_marks"
    )
    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="order_marks"
    )
    order_reference = models.CharField(_("order"), max_length=60)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind)
    reason = models.CharField(_("reason"), max_length=300)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("marked by"), on_delete=models.PROTECT, related_name="+"
    )
    is_by_company = models.BooleanField(_("marked by the company itself"), default=False)
    marked_at = models.DateTimeField(_("marked at"))
    ended_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("taken back by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    end_reason = models.CharField(_("why it was taken back"), max_length=300, blank=True)

    objects = OrderMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("marked order")
        verbose_name_plural = _("marked orders")
        ordering = ["-marked_at", "order_reference"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "order_reference", "company"],
                condition=Q(ended_at__isnull=True),
                name="order_mark_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="order_mark_has_reason"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason=""),
                name="order_mark_taken_back_by_somebody",
            ),
            SameKey(field="store", name="order_mark_store_same_agency"),
        ]

    def __str__(self) -> str:
        return self.order_reference
