"""What of the orders measure is named beside it: own purchases and tests (marked orders), and what the program's money paid.

Both are in gross and taken off nowhere. Marks count as they were known at the scope's instant; of a month that was closed before the
order was marked the sum is told apart (`later`). What the program paid is the discount that it bore, in the sale's currency.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from reports.queries import counted, rates
from reports.queries.counted import ENTERED, EVENT_DAY, LATER, Scope, ask, states_of, won

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class OfWhich:
    """Of the counted sales of one month and currency: gross of marked orders, in won, how many orders; of these, won of what was
    marked after the month was closed; and what the program's money paid. `company` None: over all companies."""

    month: dt.date
    currency: str
    own_amount: Decimal = ZERO
    own_krw_amount: Decimal = ZERO
    own_orders: int = 0
    later_krw_amount: Decimal = ZERO
    program_amount: Decimal = ZERO
    program_krw_amount: Decimal = ZERO
    company: UUID | None = None


MARKED = "(%(as_of)s::timestamptz IS NULL OR m.marked_at <= %(as_of)s)"
"""SQL: a mark `m` was known at the scope's instant."""
IN_FORCE = f"{MARKED} AND (m.ended_at IS NULL OR m.ended_at > %(as_of)s::timestamptz)"

_MARKED_COMPANIES = f"""
SELECT DISTINCT m.company_id FROM reports_ordermark m JOIN programs_participation p ON p.company_id = m.company_id
WHERE p.program_id = %(program)s AND (%(companies)s::uuid[] IS NULL OR m.company_id = ANY(%(companies)s)) AND {IN_FORCE}
"""  # noqa: S608
_OWN = f"""
SELECT month, currency_id, company_id, sum(gross), sum(krw), count(DISTINCT order_key) FILTER (WHERE lines > 0),
       sum(krw) FILTER (WHERE is_late)
FROM (
    SELECT line.month, line.currency_id, line.company_id, (line.store_id, line.order_key) AS order_key, sum(line.gross) AS gross,
           sum(line.krw) AS krw, sum(line.sign) AS lines, bool_or(m.marked_at > c.closed_at) AS is_late
    FROM ({{lines}}) line
    JOIN reports_ordermark m ON (m.store_id, m.order_reference, m.company_id) = (line.store_id, line.order_key, line.company_id)
        AND {IN_FORCE}
    LEFT JOIN reports_closedmonth c ON c.program_id = %(program)s AND c.month = line.month
        AND (c.closed_at <= %(as_of)s OR (%(as_of)s::timestamptz IS NULL AND c.closed_at IS NOT NULL))
        AND (c.reopened_at IS NULL OR c.reopened_at > %(as_of)s)
    GROUP BY 1, 2, 3, 4
) x GROUP BY 1, 2, 3 HAVING sum(lines) <> 0 OR sum(gross) <> 0
"""  # noqa: S608
_PAID_LINES = f"""
SELECT date_trunc('month', l.business_day)::date AS month, l.currency_id, l.company_id, l.program_discount_amount AS paid,
       {EVENT_DAY} AS event_day
FROM reports_sales_line l
WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s AND l.program_discount_amount <> 0
  AND (%(companies)s::uuid[] IS NULL OR l.company_id = ANY(%(companies)s)) AND {ENTERED} AND {LATER}
"""  # noqa: S608


def of_which(scope: Scope, *, each_company: bool = False) -> list[OfWhich]:
    """By month and currency (and company), those of which there is anything to name. Refused as `counted.states_of`."""
    found: dict[tuple[dt.date, str, UUID], OfWhich] = {}
    for month, currency, company, gross, krw, orders, late in _own(scope):
        found[month, currency, company] = OfWhich(
            month, currency, gross, krw, orders, late or ZERO, company=company
        )
    for month, currency, company, amount, krw in _paid(scope):
        known = found.get((month, currency, company), OfWhich(month, currency, company=company))
        found[month, currency, company] = replace(known, program_amount=amount, program_krw_amount=krw)
    rows = [found[key] for key in sorted(found)]
    return rows if each_company else over_companies(rows)


def over_companies(rows: Iterable[OfWhich]) -> list[OfWhich]:
    """The same summed over companies; an order of two companies, both marked, counts with each."""
    sums: dict[tuple[dt.date, str], OfWhich] = defaultdict(lambda: OfWhich(dt.date.min, ""))
    for row in rows:
        had = sums[row.month, row.currency]
        sums[row.month, row.currency] = OfWhich(
            row.month, row.currency, had.own_amount + row.own_amount, had.own_krw_amount + row.own_krw_amount,
            had.own_orders + row.own_orders, had.later_krw_amount + row.later_krw_amount,
            had.program_amount + row.program_amount, had.program_krw_amount + row.program_krw_amount,
        )  # fmt: skip
    return [sums[key] for key in sorted(sums)]


def _own(scope: Scope) -> list[tuple]:  # type: ignore[type-arg]
    marked = tuple(company for (company,) in ask(_MARKED_COMPANIES, scope.parameters()))
    if not marked:
        return []
    scope = replace(scope, companies=marked)
    found = counted.rate_parameters(counted.day_rates(scope))
    return ask(_OWN.format(lines=counted.converted_sql(scope)), {**scope.parameters(), **found})


def _paid(scope: Scope) -> list[tuple]:  # type: ignore[type-arg]
    lines = f"{_PAID_LINES} AND {states_of(scope.basis)}"
    days = ask(f"SELECT DISTINCT currency_id, event_day FROM ({lines}) line", scope.parameters())  # noqa: S608
    if not days:
        return []
    found = rates.for_days(
        scope.program, [(currency, day) for currency, day in days], scope.as_of, is_restated=scope.is_restated
    )
    return ask(
        f"SELECT month, currency_id, company_id, sum(paid), sum({won('paid')}) FROM ({lines}) line"  # noqa: S608
        f" JOIN {counted.RATE_TABLE} USING (currency_id, event_day) GROUP BY 1, 2, 3 HAVING sum(paid) <> 0",
        {**scope.parameters(), **counted.rate_parameters(found)},
    )
