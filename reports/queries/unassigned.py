"""Waiting lines in groups, and which company they may belong to, with the reason: the same SKU or title was assigned before, or
a listing of the program names it. A proposal decides nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from programs.models import Assignment, Listing, Participation
from reports.queries.counted import ENTERED, EVENT_DAY, ask
from reports.queries.waiting import Unassigned

if TYPE_CHECKING:
    from reports.domain.assigning import Group


class Reason(StrEnum):
    LISTING = "listing"
    SKU = "sku"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A company that takes part in the program of the lines, and why it may be theirs."""

    participation: Participation
    reason: Reason
    where: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """How many lines of a group wait, and their days."""

    lines: int
    first_on: dt.date
    last_on: dt.date


_FACTS = f"""
SELECT d.store_id, d.sku, d.listing_reference, sum(d.lines)::bigint, min(d.day) FILTER (WHERE d.lines > 0),
       max(d.day) FILTER (WHERE d.lines > 0)
FROM (
    SELECT l.store_id, l.sku, l.listing_reference, {EVENT_DAY} AS day, sum(l.sign) AS lines
    FROM reports_sales_line l
    JOIN unnest(%(stores)s::uuid[], %(skus)s::text[], %(listings)s::text[]) AS g (store, sku, listing)
      ON g.store = l.store_id AND g.sku = l.sku AND g.listing = l.listing_reference
    WHERE l.program_id IS NULL AND {ENTERED} GROUP BY 1, 2, 3, 4
) d GROUP BY 1, 2, 3 HAVING sum(d.lines) > 0
"""  # noqa: S608


def facts(groups: Iterable[Group]) -> dict[Group, Facts]:
    """What of these groups waits now; a group without a waiting line is absent. One query."""
    rows = list(groups)
    found = ask(
        _FACTS,
        {
            "stores": [row.store for row in rows],
            "skus": [row.sku for row in rows],
            "listings": [row.listing_reference for row in rows],
            "as_of": None,
        },
    )
    of = {(row.store, row.sku, row.listing_reference): row for row in rows}
    return {of[store, sku, listing]: Facts(*rest) for store, sku, listing, *rest in found}


_TITLES = """
SELECT DISTINCT l.title, l.company_id, s.code FROM reports_sales_line l JOIN programs_store s ON s.id = l.store_id
WHERE l.store_id = ANY(%(stores)s) AND l.title = ANY(%(titles)s) AND l.participation_id IS NOT NULL AND l.sign = 1
ORDER BY 1, 3
"""


def candidates(rows: Sequence[Unassigned]) -> dict[tuple[UUID, str, str], list[Candidate]]:
    """For each group the companies of its program that may be meant, the surest reason first, each company once. As many
    queries for one group as for all."""
    if not rows:
        return {}
    programs = {row.program for row in rows}
    parts: dict[tuple[UUID, UUID], Participation] = {
        (part.program_id, part.company_id): part
        for part in Participation.objects.taking_part()
        .filter(program__in=programs)
        .select_related("company", "program")
    }
    skus = {row.sku for row in rows if row.sku}
    by_listing, by_sku = _listings(rows, programs), _skus(skus, programs, rows)
    titles = {row.title for row in rows if row.title}
    by_title: dict[str, dict[UUID, str]] = defaultdict(dict)
    for title, company, code in ask(
        _TITLES, {"stores": list({row.store for row in rows}), "titles": list(titles)}
    ):
        by_title[title].setdefault(company, code)
    found: dict[tuple[UUID, str, str], list[Candidate]] = {}
    for row in rows:
        ways = (
            (Reason.LISTING, by_listing.get((row.program, row.listing_reference or " "), {})),
            (Reason.LISTING, by_listing.get((row.program, f"sku:{row.sku}"), {}) if row.sku else {}),
            (Reason.SKU, {company: code for company, code, store in by_sku.get(row.sku, ()) if store != row.store}),
            (Reason.TITLE, by_title.get(row.title, {}) if row.title else {}),
        )  # fmt: skip
        here: dict[UUID, Candidate] = {}
        for reason, companies in ways:
            for company, where in companies.items():
                part = parts.get((row.program, company))
                if part is not None:
                    here.setdefault(part.pk, Candidate(part, reason, where))
        found[row.store, row.sku, row.listing_reference] = list(here.values())
    return found


def _listings(
    rows: Sequence[Unassigned], programs: Collection[UUID]
) -> dict[tuple[UUID, str], dict[UUID, str]]:
    """(program, listing number or SKU) → company and product, by the listings of the program."""
    numbers = {row.listing_reference for row in rows if row.listing_reference}
    skus = {row.sku for row in rows if row.sku}
    found: dict[tuple[UUID, str], dict[UUID, str]] = defaultdict(dict)
    known = Listing.objects.filter(program__in=programs).select_related("product")
    for listing in known.filter(reference__in=numbers).order_by("pk"):
        found[listing.program_id, listing.reference].setdefault(listing.company_id, str(listing.product))
    for listing in known.filter(sku__in=skus).order_by("pk"):
        found[listing.program_id, f"sku:{listing.sku}"].setdefault(listing.company_id, str(listing.product))
    return found


def _skus(
    skus: Collection[str], programs: Collection[UUID], rows: Sequence[Unassigned]
) -> dict[str, list[tuple[UUID, str, UUID]]]:
    """SKU → company, code and key of the stores of the agency in which it is assigned."""
    found: dict[str, list[tuple[UUID, str, UUID]]] = defaultdict(list)
    known = Assignment.objects.filter(
        agency__programs__in=programs, scope=Assignment.Scope.SKU, reference__in=skus
    ).select_related("participation", "store")
    for each in known.distinct().order_by("-from_on", "pk"):
        found[each.reference].append((each.participation.company_id, each.store.code, each.store_id))
    return found
