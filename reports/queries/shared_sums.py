"""What declarations of shared support come to: from the sums that are kept where a declaration holds for all days of a store's month, from the
lines where it begins or ends among them.

Kept sums are of a company; so they are taken only where all lines of the company in the program are of the agreement that is declared.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from reports.queries import calendar_months, counted, rates, rollups
from reports.queries.counted import Scope, ask

Places = list[tuple[UUID, UUID | None]]
"""Stores, each with a company, or with all."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a declaration shares of a month in one currency: amounts in it, won and exact dollars, before and after refunds."""

    declaration: UUID
    month: dt.date
    currency: str
    gross: Decimal
    net: Decimal
    krw: Decimal
    net_krw: Decimal
    usd: Decimal | None
    net_usd: Decimal | None
    lines: int
    units: int

    @property
    def is_left(self) -> bool:
        """Not all of it was taken back."""
        return any((self.lines, self.units, self.gross, self.net))

    def __add__(self, other: Cell) -> Cell:
        return Cell(
            self.declaration, self.month, self.currency, self.gross + other.gross, self.net + other.net, self.krw + other.krw,
            self.net_krw + other.net_krw, rates.both(self.usd, other.usd), rates.both(self.net_usd, other.net_usd),
            self.lines + other.lines, self.units + other.units,
        )  # fmt: skip


_LINES = """
SELECT s.id, line.month, line.currency_id, sum(line.gross), sum(line.gross + line.refund), sum(line.krw), sum(line.net_krw),
       CASE WHEN bool_and(line.usd IS NOT NULL) THEN sum(line.usd) END, CASE WHEN bool_and(line.usd IS NOT NULL) THEN sum(line.net_usd) END,
       sum(line.sign)::bigint, sum(line.units)::bigint
FROM ({lines}) line JOIN reports_sharedsupport s
    ON s.carrying_id = line.participation_id AND line.event_day BETWEEN s.from_on AND s.until_on
WHERE s.id = ANY(%(shared)s) AND (%(is_whole)s OR line.store_id = ANY(%(whole_stores)s) OR (line.store_id, line.company_id) IN (
    SELECT * FROM unnest(%(place_stores)s::uuid[], %(place_companies)s::uuid[])))
GROUP BY 1, 2, 3 HAVING {left}
"""


def cells(scope: Scope, declarations: Collection[UUID]) -> list[Cell]:
    """Of each declaration, month and currency, in the order of months. The scope has companies. Refused as `counted.states_of`."""
    counted.states_of(scope.basis)
    kept = rollups.shared(scope, declarations)
    found: dict[tuple[Any, ...], Cell] = {}
    if kept is None:
        read = _of_lines(scope, declarations, None)
    else:
        rows, places = kept
        read = [Cell(*row) for row in rows]
        of_month: dict[dt.date, Places] = defaultdict(list)
        for month, store, company in places:
            of_month[month].append((store, company))
        for month, some in sorted(of_month.items()):
            read += _of_lines(calendar_months.of_month(scope, month), declarations, some)
    for each in read:
        key = (each.month, each.currency, each.declaration)
        found[key] = found[key] + each if key in found else each
    return [found[key] for key in sorted(found) if found[key].is_left]


def _of_lines(scope: Scope, declarations: Collection[UUID], places: Places | None) -> list[Cell]:
    """The same read line by line; of these stores and companies, if given."""
    whole = replace(scope, companies=None, stores=None)
    known = counted.known_rates(whole)
    pairs = [(store, company) for store, company in places or () if company is not None]
    stores = sorted({store for store, company in places or () if company is None})
    if places is not None:
        scope = replace(scope, stores=tuple(sorted({store for store, _company in places})))
        if not stores:
            scope = replace(scope, companies=tuple(sorted({company for _store, company in pairs})))
    rows = ask(
        _LINES.format(lines=counted.converted_sql(scope), left=counted.LINES_LEFT),
        {
            **scope.parameters(), **counted.rate_parameters(known, counted.dollar_rates(whole, known)),
            "shared": list(declarations), "is_whole": places is None, "whole_stores": stores,
            "place_stores": [store for store, _company in pairs], "place_companies": [company for _store, company in pairs],
        },
    )  # fmt: skip
    return [Cell(*row) for row in rows]
