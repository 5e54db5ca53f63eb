"""Goods sent to a warehouse before they are sold (창고 선적): to the marketplace's or the provider's, in the country of the store."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Record
from programs.models import Participation, Store


class ShipmentQuerySet(models.QuerySet["Shipment"]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the agency; members of the company."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = user.company_members.filter(ended_at__isnull=True).values("company")
        return self.filter(Q(agency__in=agency_ids(user)) | Q(participation__company__in=own)).distinct()

    def in_force(self) -> Self:
        return self.filter(ended_at__isnull=True)


@tracked()
class Shipment(Record):
    """Goods of one SKU (or without one) that went to the warehouse of a store on a day, with the customs declaration they went
    out with. FOB in USD. The price may be corrected once sold, within the days that customs allow."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    participation = models.ForeignKey(
        Participation, verbose_name=_("participation"), on_delete=models.PROTECT, related_name="shipments"
    )
    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="shipments"
    )
    sent_on = models.DateField(_("sent on"))
    sku = models.CharField(_("SKU"), max_length=100, blank=True)
    units = models.PositiveIntegerField(_("units"), null=True, blank=True, validators=[MinValueValidator(1)])
    fob_amount = models.DecimalField(
        _("FOB value (USD)"), max_digits=16, decimal_places=2, validators=[MinValueValidator(0)]
    )
    declaration_number = models.CharField(_("declaration number"), max_length=100, blank=True)
    corrected_amount = models.DecimalField(
        _("corrected FOB value (USD)"), max_digits=16, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    corrected_on = models.DateField(_("corrected on"), null=True, blank=True)
    correction_number = models.CharField(_("declaration of the correction"), max_length=100, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("entered at"))
    ended_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("taken back by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    end_reason = models.CharField(_("why it was taken back"), max_length=300, blank=True)

    objects = ShipmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        ordering = ["-sent_on", "sku"]
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "store", "sent_on", "sku", "declaration_number"],
                condition=Q(ended_at__isnull=True),
                name="shipment_once",
            ),
            models.CheckConstraint(condition=Q(units__isnull=True) | Q(units__gt=0), name="shipment_units"),
            models.CheckConstraint(condition=Q(fob_amount__gte=0), name="shipment_fob_positive"),
            models.CheckConstraint(
                condition=Q(corrected_amount__isnull=True, corrected_on__isnull=True, correction_number="")
                | Q(corrected_amount__gte=0, corrected_on__gte=models.F("sent_on"))
                & ~Q(correction_number=""),
                name="shipment_correction_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason=""),
                name="shipment_taken_back_by_somebody",
            ),
            SameKey(field="participation", name="shipment_participation_same_agency"),
            SameKey(field="store", name="shipment_store_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.sent_on:%Y-%m-%d} {self.sku}".strip()
