"""Listings: a product on a platform in a country, and the steps it takes."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from companies.models import Company, Product
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Record
from programs.models.participation import Participation
from programs.models.program import Program
from programs.models.reference import Market
from programs.models.store import Store


class ListingQuerySet(models.QuerySet["Listing"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(participation__in=Participation.objects.visible_to(user))


@tracked()
class Listing(Record):
    """product x platform x country, with its state."""

    class State(models.TextChoices):
        MATERIAL = "material", _("material wanted")
        PERMIT = "permit", _("permit asked for")
        SHIPPED = "shipped", _("shipped")
        IN_STOCK = "in_stock", _("in stock")
        LIVE = "live", _("live")
        PAUSED = "paused", _("paused")
        REFUSED = "refused", _("refused")

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        State.MATERIAL: frozenset({State.PERMIT, State.REFUSED}),
        State.PERMIT: frozenset({State.SHIPPED, State.REFUSED, State.MATERIAL}),
        State.SHIPPED: frozenset({State.IN_STOCK, State.REFUSED}),
        State.IN_STOCK: frozenset({State.LIVE, State.REFUSED}),
        State.LIVE: frozenset({State.PAUSED, State.REFUSED}),
        State.PAUSED: frozenset({State.LIVE, State.REFUSED}),
        State.REFUSED: frozenset({State.MATERIAL}),
    }

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="listings", editable=False)
    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="listings", editable=False
    )
    participation = models.ForeignKey(
        Participation, verbose_name=_("participation"), on_delete=models.PROTECT, related_name="listings"
    )
    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.PROTECT, related_name="listings"
    )
    market = models.ForeignKey(
        Market, verbose_name=_("market"), on_delete=models.PROTECT, related_name="listings"
    )
    store = models.ForeignKey(
        Store,
        verbose_name=_("store"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="listings",
    )
    sku = models.CharField(_("SKU"), max_length=100, blank=True)
    reference = models.CharField(_("listing number"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.MATERIAL)
    live_on = models.DateField(_("live since"), null=True, blank=True)

    objects = ListingQuerySet.as_manager()

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        ordering = ["participation", "product"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "id"], name="listing_agency_key"),
            models.UniqueConstraint(fields=["participation", "product", "market"], name="listing_once"),
            ExclusionConstraint(
                name="listing_reference_once",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("market", RangeOperators.EQUAL),
                    ("reference", RangeOperators.EQUAL),
                    ("product", RangeOperators.NOT_EQUAL),
                ],
                condition=~Q(reference=""),
                violation_error_message=_("Another product of the agency's programs has this number."),
            ),
            SameKey(field="participation", name="listing_same_agency"),
            SameKey(field="participation", shared="program", name="listing_of_program"),
            SameKey(field="participation", shared="company", name="listing_of_company"),
            SameKey(field="product", shared="company", name="listing_product_of_company"),
            SameKey(field="store", name="listing_store_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.market}"


@tracked()
class ListingStep(Record):
    """A step of a listing, with the reason when it was refused or paused."""

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(_("state"), max_length=8, choices=Listing.State)
    taken_at = models.DateTimeField(_("taken at"))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("step of a listing")
        verbose_name_plural = _("steps of a listing")
        ordering = ["taken_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["refused", "paused"]) | ~Q(reason=""),
                name="listing_stop_has_reason",
                violation_error_message=_("Say why the listing was refused or paused."),
            )
        ]

    def __str__(self) -> str:
        return self.get_state_display()
