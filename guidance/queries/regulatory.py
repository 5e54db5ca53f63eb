"""Regulatory items as tables: what everybody reads, what a company raised, how many companies and what value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from ground.models import Country
from ground.small import LEAST
from guidance.models import Concern, RegulatoryItem, RegulatoryStep, RegulatoryWording


@dataclass(frozen=True)
class Loss:
    """What companies said that it costs them a year, of one currency."""

    currency: str
    amount: Decimal
    companies: int


@dataclass(frozen=True)
class Weight:
    """How many companies said that an item concerns them, and what they lose a year; each company once, as it said last."""

    companies: int
    losses: tuple[Loss, ...]

    def public(self) -> Weight:
        """The same without groups of fewer than five."""
        return Weight(
            self.companies if self.companies >= LEAST else 0,
            tuple(each for each in self.losses if each.companies >= LEAST),
        )


def weight_of(root: UUID) -> Weight:
    """Over an item and those joined with it. One query."""
    rows = (
        Concern.objects.standing()
        .about(root)
        .filter(company__isnull=False)
        .order_by("company_id", "-said_at", "-id")
        .distinct("company_id")
        .values_list("currency", "amount")
    )
    found = list(rows)
    sums: dict[str, list[Decimal]] = {}
    for currency, amount in found:
        if amount is not None:
            sums.setdefault(currency, []).append(amount)
    losses = (Loss(code, sum(each, Decimal(0)), len(each)) for code, each in sorted(sums.items()))
    return Weight(len(found), tuple(losses))


def companies_of(item: str) -> Coalesce:
    """How many companies an item concerns, as a column; `item` is the way to the item's key."""
    standing = Concern.objects.standing().filter(
        Q(item=OuterRef(item)) | Q(item__joined_into=OuterRef(item)), company__isnull=False
    )
    counted = standing.order_by().values(one=Value(1)).annotate(count=Count("company", distinct=True))
    return Coalesce(Subquery(counted.values("count"), output_field=IntegerField()), 0)


def public_rows(country: str = "", pillar: str = "", state: str = "") -> QuerySet[RegulatoryWording]:
    """What everybody reads, the last moved first; of one country come those too that concern every country. With `count`."""
    rows = RegulatoryWording.objects.public()
    if country:
        rows = rows.filter(Q(countries__contains=[country]) | Q(countries=[]))
    if pillar:
        rows = rows.filter(pillar=pillar)
    if state:
        rows = rows.filter(item__state=state)
    return (
        rows.annotate(count=companies_of("item"))
        .select_related("item", "agency")
        .order_by("-item__state_on", "-published_at", "-id")
    )


def public_countries() -> list[Any]:
    """Countries that a public item names, by their code. One query."""
    named = RegulatoryWording.objects.public().values_list("countries", flat=True)
    codes = {code for row in named for code in row}
    return list(Country.objects.filter(code__in=codes).order_by("code")) if codes else []


def named(codes: Iterable[str]) -> dict[str, Country]:
    """Countries by code. One query."""
    return Country.objects.in_bulk(set(codes))


def steps_of(root: UUID) -> list[RegulatoryStep]:
    """The steps that stand, in their order."""
    return list(RegulatoryStep.objects.filter(item=root, corrected_at__isnull=True).order_by("position"))


def raised_by(user: Any) -> QuerySet[Concern]:
    """What the user's companies raised or said that it concerns them, the last first."""
    return (
        Concern.objects.of_member(user)
        .select_related("item__joined_into", "item__agency", "company")
        .order_by("-said_at", "-id")
    )


def public_of(roots: Iterable[UUID]) -> dict[UUID, RegulatoryWording]:
    """The public words of these items, where there are any. One query, none for nothing."""
    keys = set(roots)
    rows = RegulatoryWording.objects.public().filter(item__in=keys) if keys else ()
    return {each.item_id: each for each in rows}


@dataclass(frozen=True)
class Shown:
    """An item as somebody outside the agency reads it: the public wording, or the own words only."""

    item: RegulatoryItem
    root: RegulatoryItem
    wording: RegulatoryWording | None
    own: Concern | None


def shown_to(user: Any, key: UUID) -> Shown | None:
    """None for what is neither public nor raised by a company of the user. Three queries."""
    item = RegulatoryItem.objects.filter(pk=key).select_related("agency", "joined_into__agency").first()
    if item is None:
        return None
    root = item.joined_into or item
    wording = (
        RegulatoryWording.objects.public()
        .filter(item=root)
        .select_related("stated_currency", "agency")
        .first()
    )
    mine = Concern.objects.of_member(user).about(root.pk).select_related("company", "currency", "item")
    own = mine.order_by("withdrawn_at", "said_at").first() if user.is_authenticated else None
    if wording is None and (own is None or own.item_id != item.pk):
        return None
    return Shown(item, root, wording, own)
