"""Support (지원이력) that both records of a merge tell of, with another amount each: undecided it would count twice."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from decimal import Decimal

from companies.models import Company, Merge, Support

SAME = ("agency_id", "body", "program", "item", "granted_on")


@dataclass(frozen=True)
class Twofold:
    """One support as the numbers of either side tell it; `key` names it among the choices of the merge."""

    kept: list[Support]
    given_up: list[Support]

    @property
    def key(self) -> str:
        return f"{Support._meta.label}:{self.given_up[0].pk}"


def twofold(merge: Merge) -> list[Twofold]:
    """What is told with other amounts, also for numbers that were merged into one of the two before. Three queries."""
    records = Merge.objects.onward() | {each: each for each in (merge.kept_id, merge.given_up_id)}
    both = {key: goes_on for key, goes_on in records.items() if goes_on in (merge.kept_id, merge.given_up_id)}
    sides = dict(Company.objects.filter(pk__in=both).values_list("business_number", "pk"))
    told: dict[Hashable, dict[object, list[Support]]] = {}
    rows = (
        Support.objects.filter(business_number__in=sides)
        .select_related("agency")
        .order_by("granted_on", "pk")
    )
    for row in rows:
        same = told.setdefault(tuple(getattr(row, name) for name in SAME), {})
        same.setdefault(both[sides[row.business_number]], []).append(row)
    found = [
        Twofold(each[merge.kept_id], each[merge.given_up_id])
        for each in told.values()
        if merge.kept_id in each and merge.given_up_id in each
    ]
    return [each for each in found if _amounts(each.kept) != _amounts(each.given_up)]


def _amounts(rows: list[Support]) -> set[Decimal | None]:
    return {each.amount for each in rows}
