"""Listings as their company reads them: where each product stands and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from programs.models import Listing, ListingStep

NEXT: dict[str, StrOrPromise] = {
    Listing.State.MATERIAL: _("We are collecting what the platform wants: pictures, descriptions, prices."),
    Listing.State.PERMIT: _("The permit of the country has been asked for."),
    Listing.State.SHIPPED: _("The goods are on their way to the warehouse."),
    Listing.State.IN_STOCK: _("The goods are in stock; the page is being prepared."),
    Listing.State.LIVE: _("Customers can buy it."),
    Listing.State.PAUSED: _("It is not for sale at the moment."),
    Listing.State.REFUSED: _("It was refused. Read why, then talk to the agency about a new try."),
}
TONES: dict[str, str] = {
    Listing.State.MATERIAL: "wait", Listing.State.PERMIT: "wait", Listing.State.SHIPPED: "info",
    Listing.State.IN_STOCK: "info", Listing.State.LIVE: "ok", Listing.State.PAUSED: "warn",
    Listing.State.REFUSED: "danger",
}  # fmt: skip


@dataclass(frozen=True)
class ListingRow:
    """A listing with its state in words and, when it was paused or refused, why."""

    listing: Listing
    reason: str

    @property
    def tone(self) -> str:
        return TONES[self.listing.state]

    @property
    def sentence(self) -> StrOrPromise:
        return NEXT[self.listing.state]


def of_companies(user: Any) -> QuerySet[Listing]:
    """Listings of the companies in which the person is a member, with the reason of the latest step."""
    own = user.company_members.filter(ended_at__isnull=True).values("company")
    latest = (
        ListingStep.objects.filter(listing=OuterRef("pk")).order_by("-taken_at", "-id").values("reason")[:1]
    )
    return (
        Listing.objects.filter(company__in=own)
        .select_related("product", "company", "program", "market__platform", "market__country")
        .annotate(latest_reason=Subquery(latest))
        .order_by("program__starts_on", "company__name_ko", "product__name_ko", "id")
    )


def rows_of(listings: Any) -> list[ListingRow]:
    return [ListingRow(each, getattr(each, "latest_reason", "") or "") for each in listings]
