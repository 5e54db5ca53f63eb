"""What was expected and what came by company, in won and dollars: sums of the orders that are settled or past their due day (회사별 정산 합계).

Each order is converted at the rate of its day and rounded to whole won, then added, as everywhere; dollars are by way of the won and not rounded before they
are shown. Sums are kept by store with those by month
of sale (`cohorts`); they name the rates, too, that they were made with.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from programs.models import Program
from reports.queries import cohorts, counted, payouts, rates
from reports.queries.cohorts import Chain
from reports.queries.counted import Scope, ask, ask_in_sets
from reports.queries.payout_terms import book

ZERO = Decimal(0)
NO_LIMIT = 2**62
COLUMNS = """company_id, outcome, due_on, orders, other_orders, expected_krw, released_krw, unrated_expected, unrated_released, expected_usd, released_usd, \
undollared_expected, undollared_released"""
OTHER = "(NOT o.is_alike AND o.outcome IN ('released', 'refunded'))"
"""SQL: an order that was settled in another currency; see `OrderFate.is_compared`."""
_PAID = counted.won("o.released", "paid.n", "paid.d")
RATED = f"rated AS MATERIALIZED (SELECT * FROM {counted.RATE_TABLE})"  # noqa: S608
OF_ORDERS = f"""
SELECT o.store_id, o.company_id, o.outcome, CASE WHEN o.outcome IN ('open', 'part') THEN o.due_on END AS due_on, count(*) AS orders,
       count(*) FILTER (WHERE {OTHER}) AS other_orders,
       coalesce(sum({counted.won("o.due")}) FILTER (WHERE NOT {OTHER}), 0) AS expected_krw,
       coalesce(sum({_PAID}) FILTER (WHERE NOT {OTHER}), 0) AS released_krw,
       count(*) FILTER (WHERE NOT {OTHER} AND rate.n IS NULL) AS unrated_expected,
       count(*) FILTER (WHERE NOT {OTHER} AND paid.n IS NULL) AS unrated_released,
       coalesce(sum(o.due * rate.usd) FILTER (WHERE NOT {OTHER}), 0) AS expected_usd,
       coalesce(sum(o.released * paid.usd) FILTER (WHERE NOT {OTHER}), 0) AS released_usd,
       count(*) FILTER (WHERE NOT {OTHER} AND rate.usd IS NULL) AS undollared_expected,
       count(*) FILTER (WHERE NOT {OTHER} AND paid.usd IS NULL) AS undollared_released
FROM orders o LEFT JOIN rated rate ON rate.currency_id = o.currency_id AND rate.event_day = o.day
LEFT JOIN rated paid ON paid.currency_id = o.paid_in AND paid.event_day = o.day
GROUP BY 1, 2, 3, 4
"""  # noqa: S608 — the pieces are constants
"""Of `payouts.ORDERS` with `RATED`. An order that was paid in another currency is not compared by amount."""
_LIVE = f"{payouts.ORDERS}, {RATED} {OF_ORDERS}"


@dataclass(frozen=True, slots=True)
class PaidSum:
    """Of one company; None where the day of an order has no rate, in dollars where it has no dollar rate. `other_orders` were paid in another
    currency and are in no amount."""

    company: UUID
    expected_krw: Decimal | None
    released_krw: Decimal | None
    other_orders: int
    expected_usd: Decimal | None = None
    released_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Sums:
    """The companies' sums, and what of them is not of now: see `cohorts.Months`."""

    rows: list[PaidSum]
    made_at: dt.datetime | None = None
    missing: int = 0


def of_scope(scope: Scope, on: dt.date, *, is_exact: bool = False) -> Sums:
    """Every company with an order that is settled or past its due day on the day `on`, of a scope that begins with the program.
    `is_exact`: as the lines are now, however many have to be read."""
    program = scope.program
    known = priced(program, on)
    if cohorts.has_later(scope):
        return Sums(_sums(_read(scope, known, None), on))
    terms = book(program)
    live = NO_LIMIT if is_exact else cohorts.LIVE_LINES
    stores, parameters = cohorts.standing(program, terms, known.chain, live)
    rows = ask(
        f"""
        WITH {stores}
        SELECT NULL::uuid, NULL::timestamptz, false, c.company_id, '', NULL::date, {_SUMMED}
        FROM standing s JOIN reports_cohort_company c ON c.program_id = %(program)s AND c.store_id = s.store_id
        WHERE (s.is_kept OR s.is_old) AND (c.outcome NOT IN ('open', 'part') OR c.due_on < %(on)s) GROUP BY c.company_id
        UNION ALL SELECT store_id, made_at, is_old, {", ".join(["NULL"] * len(COLUMNS.split(",")))} FROM standing WHERE NOT is_kept
        """,  # noqa: S608
        parameters | {"on": on},
    )
    cells, stale = [row[3:] for row in rows if row[0] is None], [row for row in rows if row[0] is not None]
    if not any(row[2] for row in stale):
        if stale:
            cells += _read(cohorts.whole(program), known, [row[0] for row in stale])
        return Sums(_sums(cells, on))
    made_at = min((row[1] for row in stale if row[1]), default=None)
    return Sums(_sums(cells, on), made_at, sum(row[1] is None for row in stale))


_SUMMED = ", ".join(f"sum(c.{each})" for each in COLUMNS.split(", ")[3:])


def _read(scope: Scope, known: Priced, stores: list[UUID] | None) -> list[tuple[Any, ...]]:
    parameters = payouts.parameters_of(scope, stores=stores) | known.parameters()
    return [row[1:] for row in ask_in_sets(_LIVE, parameters)]


def _sums(cells: Iterable[tuple[Any, ...]], on: dt.date) -> list[PaidSum]:
    found: dict[UUID, list[Any]] = {}
    for company, outcome, due_on, _orders, *values in cells:
        if outcome in ("open", "part") and due_on >= on:  # not due yet
            continue
        sums = found.setdefault(company, [0, ZERO, ZERO, 0, 0, ZERO, ZERO, 0, 0])
        for place, each in enumerate(values):
            sums[place] += each
    return [
        PaidSum(
            company,
            None if no_expected else expected,
            None if no_released else released,
            int(other),
            None if no_expected_usd else expected_usd,
            None if no_released_usd else released_usd,
        )
        for company, (
            other, expected, released, no_expected, no_released, expected_usd, released_usd, no_expected_usd, no_released_usd,
        ) in sorted(found.items())
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Priced:
    """The rates of every day of a program up to a day, and of each day what names those of all days up to it."""

    rates: dict[rates.CurrencyDay, rates.Rate]
    chain: Chain

    def parameters(self) -> dict[str, Any]:
        """Of `counted.RATE_TABLE`, with the dollar's rates of the days."""
        dollars = {key: rate for key, rate in self.rates.items() if key[0] == rates.DOLLAR}
        return counted.rate_parameters(self.rates, dollars)


def priced(program: Program, on: dt.date) -> Priced:
    """Of every currency in which the program's stores have lines, and of the dollar."""
    found = ask(
        "SELECT DISTINCT currency_id FROM reports_batch_sum WHERE store_id IN"  # noqa: S608
        f" (SELECT store_id FROM ({cohorts.TOUCHED}) t) ORDER BY 1",
        {"program": program.pk},
    )
    days = _days(program, on)
    codes = {rates.DOLLAR, *(code for (code,) in found)}
    known = rates.for_days(program, {(code, day) for day in days for code in codes})
    return Priced(known, _chain(known, days))


def _days(program: Program, on: dt.date) -> list[dt.date]:
    first = program.starts_on.replace(day=1)
    return [first + dt.timedelta(days=each) for each in range((min(program.ends_on, on) - first).days + 1)]


def _chain(found: dict[rates.CurrencyDay, rates.Rate], days: list[dt.date]) -> Chain:
    """A rate that is corrected changes the names from its day on."""
    of_day: dict[dt.date, list[str]] = {}
    for (code, day), rate in sorted(found.items()):
        of_day.setdefault(day, []).append(f"{code} {rate.numerator}/{rate.denominator}")
    digest = hashlib.sha256()
    made: Chain = {}
    for day in days:
        digest.update(f"{day} {' '.join(of_day.get(day, ()))}\n".encode())
        made[day] = digest.hexdigest()[:40]
    return made
