"""Lines that are in no total yet, and what they wait for: a company, a person's reading of a state, a rate.

Each line waits for one thing: a sale first for a company, then for its state, then for a rate; a movement of money
whose kind nobody knows for a person, any other one for its company.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from accounts.roles import agency_ids
from reports.models import SetAside
from reports.queries import counted
from reports.queries.counted import ENTERED, EVENT_DAY, IS_LEFT, Scope, ask
from reports.queries.reported_measures import NOT_SALES


class Kind(StrEnum):
    NO_ASSIGNMENT = "no_assignment"
    UNKNOWN_STATE = "unknown_state"
    NO_RATE = "no_rate"
    UNKNOWN_MOVEMENT = "unknown_movement"
    LOOSE_PAYOUT = "loose_payout"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Lines of one kind in one currency, with their amount as in the files: gross of sales, net of movements."""

    kind: Kind
    currency: str
    lines: int
    amount: Decimal


OF_OPEN_FILES = """l.participation_id IS NULL AND l.batch_id = ANY(ARRAY(
    SELECT s.batch_id FROM reports_batch_sum s WHERE s.agency_id = ANY(%(agencies)s) AND s.ledger = '{ledger}' AND s.program_id IS NULL
    GROUP BY s.batch_id HAVING sum(s.lines) <> 0))"""
"""SQL: the line `l` came by a file of which lines still wait for a company. What waited once and was found stays in the ledger with the row
that takes it back, and is not read again."""

_OPEN = "(%(as_of)s::timestamptz IS NOT NULL OR ({}))".format

_NO_ASSIGNMENT = f"""
SELECT l.currency_id, sum(l.sign), sum(l.gross_amount + l.discount_amount)
FROM reports_sales_line l JOIN reports_importbatch b ON b.id = l.batch_id
WHERE l.agency_id = %(agency)s AND l.program_id IS NULL AND b.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
  AND {_OPEN(OF_OPEN_FILES.format(ledger="sales"))} AND {ENTERED} GROUP BY 1 HAVING {IS_LEFT} ORDER BY 1
"""  # noqa: S608
_UNKNOWN_STATE = f"""
SELECT l.currency_id, sum(l.sign), sum(l.gross_amount + l.discount_amount) FROM reports_sales_line l
WHERE l.agency_id = %(agency)s AND l.program_id = %(program)s AND l.status_class = 'look'
  AND l.business_day BETWEEN %(from_on)s AND %(until_on)s AND {ENTERED} GROUP BY 1 HAVING {IS_LEFT} ORDER BY 1
"""  # noqa: S608


_UNKNOWN_MOVEMENT = f"""
SELECT l.currency_id, sum(l.sign), sum(l.net_amount)
FROM reports_payout_line l JOIN reports_importbatch b ON b.id = l.batch_id
WHERE l.agency_id = %(agency)s AND COALESCE(l.program_id, b.program_id) = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
  AND l.description_class = 'other' AND {ENTERED} GROUP BY 1 HAVING {IS_LEFT} ORDER BY 1
"""  # noqa: S608
_LOOSE_PAYOUT = f"""
SELECT l.currency_id, sum(l.sign), sum(l.net_amount)
FROM reports_payout_line l JOIN reports_importbatch b ON b.id = l.batch_id
WHERE l.agency_id = %(agency)s AND l.program_id IS NULL AND b.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
  AND {_OPEN(OF_OPEN_FILES.format(ledger="payout"))} AND l.description_class <> ALL(%(not_sales)s) AND {ENTERED} GROUP BY 1 HAVING {IS_LEFT} ORDER BY 1
"""  # noqa: S608


_OF_PROGRAM = {
    Kind.NO_ASSIGNMENT: _NO_ASSIGNMENT,
    Kind.UNKNOWN_STATE: _UNKNOWN_STATE,
    Kind.NO_RATE: "",
    Kind.UNKNOWN_MOVEMENT: _UNKNOWN_MOVEMENT,
    Kind.LOOSE_PAYOUT: _LOOSE_PAYOUT,
}


def of_program(scope: Scope, kinds: Collection[Kind] = tuple(_OF_PROGRAM)) -> list[Waiting]:
    """Lines of the scope that wait, of these kinds. A line without a company counts to the program it was uploaded for."""
    parameters = {
        **scope.parameters(),
        "agency": scope.program.agency_id,
        "agencies": [scope.program.agency_id],
        "not_sales": list(NOT_SALES),
    }
    return [
        Waiting(kind, currency, int(lines), amount)
        for kind, sql in _OF_PROGRAM.items()
        if kind in kinds
        for currency, lines, amount in (
            ask(sql, parameters) if sql else sorted(_without_rate(scope, "currency_id"))
        )
    ]


def months_without_rate(scope: Scope) -> set[tuple[dt.date, UUID]]:
    """The (month of the event, company) with lines that count and whose day has no rate: their won are not known."""
    rows = _without_rate(scope, "date_trunc('month', event_day)::date, company_id")
    return {(month, company) for month, company, _lines, _amount in rows}


def _without_rate(scope: Scope, by: str) -> list[tuple[Any, ...]]:
    """Lines that count and whose day has no rate, grouped, with their number and their amount before refunds. Lines are read of days
    without a rate alone. Refused as `counted.states_of`."""
    counted.states_of(scope.basis)
    missing = counted.days_without_rate(scope)
    if not missing:
        return []
    scope = counted.of_days(scope, missing)
    return ask(
        f"SELECT {by}, sum(line.sign) AS lines, sum(line.gross) AS amount FROM ({counted.lines_sql(scope)}) line"  # noqa: S608
        " JOIN unnest(%(missing)s::text[], %(missing_days)s::date[]) AS missing (currency_id, event_day) USING (currency_id, event_day)"
        f" GROUP BY {by} HAVING {counted.LINES_LEFT}",
        {
            **scope.parameters(),
            "missing": [currency for currency, _day in missing],
            "missing_days": [day for _currency, day in missing],
        },
    )


@dataclass(frozen=True, slots=True)
class Unassigned:
    """Waiting sales lines of one SKU or listing of a store, for the page where they are assigned."""

    store: UUID
    store_code: str
    store_name: str
    program: UUID
    program_code: str
    listing_reference: str
    sku: str
    title: str
    currency: str
    lines: int
    amount: Decimal
    first_on: Any
    last_on: Any


@dataclass(frozen=True, slots=True)
class UnknownState:
    """Waiting lines of one state that no table knows."""

    agency: UUID
    text: str
    currency: str
    lines: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LoosePayout:
    """Released money of a store for which no company is found: its order is not known, or has no company itself."""

    store: UUID
    store_code: str
    store_name: str
    currency: str
    lines: int
    amount: Decimal


NOT_ASIDE = """NOT EXISTS (SELECT 1 FROM reports_setaside x WHERE x.store_id = l.store_id AND x.sku = l.sku
    AND x.listing_reference = l.listing_reference AND x.ended_at IS NULL)"""
"""SQL: nobody has put the lines like `l` aside."""


def unassigned(user: Any, store: UUID | None = None) -> list[Unassigned]:
    """What waits for an assignment in the user's agencies (in one store, if given), the largest amounts first; not what was
    put aside."""
    return _grouped(user, store, NOT_ASIDE)


def lines_without_company(user: Any) -> int:
    """How many lines `unassigned` counts. Where nothing was put aside the sums of files say so."""
    agencies = agency_ids(user)
    if SetAside.objects.filter(agency__in=agencies, ended_at__isnull=True).exists():
        return sum(row.lines for row in unassigned(user))
    (found,) = ask(
        "SELECT coalesce(sum(lines), 0)::bigint FROM reports_batch_sum WHERE agency_id = ANY(%(agencies)s)"
        " AND ledger = 'sales' AND program_id IS NULL",
        {"agencies": agencies},
    )
    return int(found[0])


def put_aside(user: Any) -> list[Unassigned]:
    """What was put aside in the user's agencies: it counts nowhere, its sum is known."""
    return _grouped(user, None, f"NOT {NOT_ASIDE}")


def _grouped(user: Any, store: UUID | None, wanted: str) -> list[Unassigned]:
    sql = f"""
        SELECT l.store_id, s.code, s.name, p.id, p.code, l.listing_reference, l.sku, min(l.title), l.currency_id,
               sum(l.lines)::bigint, sum(l.amount), min(l.day) FILTER (WHERE l.lines > 0),
               max(l.day) FILTER (WHERE l.lines > 0)
        FROM (
            SELECT l.store_id, b.program_id, l.listing_reference, l.sku, l.currency_id, {EVENT_DAY} AS day, min(l.title) AS title,
                   sum(l.sign) AS lines, sum(l.gross_amount + l.discount_amount) AS amount
            FROM reports_sales_line l JOIN reports_importbatch b ON b.id = l.batch_id
            WHERE l.program_id IS NULL AND l.agency_id = ANY(%(agencies)s) AND {OF_OPEN_FILES.format(ledger="sales")}
              AND {ENTERED} AND (%(store)s::uuid IS NULL OR l.store_id = %(store)s) AND {wanted}
            GROUP BY 1, 2, 3, 4, 5, 6
        ) l JOIN programs_store s ON s.id = l.store_id JOIN programs_program p ON p.id = l.program_id
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 9 HAVING sum(l.lines) > 0 ORDER BY sum(l.amount) DESC, 2, 6, 7
    """  # noqa: S608
    return [
        Unassigned(*row) for row in ask(sql, {"agencies": agency_ids(user), "as_of": None, "store": store})
    ]


def unknown_states(user: Any) -> list[UnknownState]:
    """What waits for a person's reading in the user's agencies, the most frequent first."""
    sql = f"""
        SELECT l.agency_id, l.status_text, l.currency_id, sum(l.sign), sum(l.gross_amount + l.discount_amount)
        FROM reports_sales_line l WHERE l.status_class = 'look' AND l.agency_id = ANY(%(agencies)s) AND {ENTERED}
        GROUP BY 1, 2, 3 HAVING sum(l.sign) > 0 ORDER BY sum(l.sign) DESC, 2
    """  # noqa: S608
    return [UnknownState(*row) for row in ask(sql, {"agencies": agency_ids(user), "as_of": None})]


def loose_payouts(user: Any) -> list[LoosePayout]:
    """Payouts without a company in the user's agencies; what was only kept back or sent to the bank is not among them."""
    sql = f"""
        SELECT l.store_id, s.code, s.name, l.currency_id, sum(l.sign), sum(l.net_amount)
        FROM reports_payout_line l JOIN programs_store s ON s.id = l.store_id
        WHERE l.program_id IS NULL AND l.agency_id = ANY(%(agencies)s) AND {OF_OPEN_FILES.format(ledger="payout")}
          AND l.description_class <> ALL(%(not_sales)s) AND {ENTERED}
        GROUP BY 1, 2, 3, 4 HAVING sum(l.sign) > 0 ORDER BY 2, 4
    """  # noqa: S608
    return [
        LoosePayout(*row)
        for row in ask(sql, {"agencies": agency_ids(user), "as_of": None, "not_sales": list(NOT_SALES)})
    ]


@dataclass(frozen=True, slots=True)
class UnknownMovement:
    """Movements of money of one description that no table knows: kept, and in no total of sales."""

    store: UUID
    store_code: str
    store_name: str
    description: str
    currency: str
    lines: int
    amount: Decimal


def unknown_movements(user: Any) -> list[UnknownMovement]:
    """What of the release reports nobody can read, in the user's agencies."""
    sql = f"""
        SELECT l.store_id, s.code, s.name, l.description, l.currency_id, sum(l.sign), sum(l.net_amount)
        FROM reports_payout_line l JOIN programs_store s ON s.id = l.store_id
        WHERE l.description_class = 'other' AND l.agency_id = ANY(%(agencies)s) AND {ENTERED}
        GROUP BY 1, 2, 3, 4, 5 HAVING sum(l.sign) > 0 ORDER BY 2, 4, 5
    """  # noqa: S608
    return [UnknownMovement(*row) for row in ask(sql, {"agencies": agency_ids(user), "as_of": None})]


@dataclass(frozen=True, slots=True)
class RateGap:
    """Days of a program's lines for which no rate is there."""

    program: UUID
    program_code: str
    currency: str
    days: tuple[Any, ...]
    lines: int
    amount: Decimal


def rate_gaps(scopes: list[Scope]) -> list[RateGap]:
    """For each program the days whose lines wait for a rate."""
    gaps = []
    for scope in scopes:
        of_currency: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for currency, *row in sorted(_without_rate(scope, "currency_id, event_day")):
            of_currency[currency].append(tuple(row))
        gaps += [
            RateGap(
                scope.program.pk,
                scope.program.code,
                currency,
                tuple(day for day, _lines, _amount in rows),
                int(sum(lines for _day, lines, _amount in rows)),
                sum((amount for _day, _lines, amount in rows), Decimal(0)),
            )
            for currency, rows in of_currency.items()
        ]
    return gaps
