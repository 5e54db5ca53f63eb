"""Payouts against orders (정산 대조): sold, released, not yet due, overdue, broken. Only the last two are differences.

Rule, printed wherever the table stands: the platform is expected to release the money of an order within `DUE_DAYS`
days of the order's business day; a part of it that comes before is no difference. Orders and movements are matched by
the order's or pack's number within one store.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from programs.models import Target
from reports.queries.counted import COUNTED_STATES, ENTERED, EVENT_DAY, ORDER_KEY, Scope, ask
from reports.queries.measures import NOT_SALES

DUE_DAYS = 30
ZERO = Decimal(0)


class Fate(StrEnum):
    RELEASED = "released"
    NOT_DUE = "not_due"
    OVERDUE = "overdue"
    BROKEN = "broken"


DIFFERENCES = (Fate.OVERDUE, Fate.BROKEN)


@dataclass(frozen=True, slots=True)
class OrderFate:
    """One order of a company in a store: what is expected ("Total" of its lines) and what was released for it.

    Amounts in another currency than the order's (a cross-border store is paid in dollars) say that money came, not
    whether it was all of it: then released means that something came.
    """

    store: UUID
    store_code: str
    company: UUID
    reference: str
    ordered_on: dt.date
    due_on: dt.date
    currency: str
    expected_amount: Decimal
    released_currency: str
    released_amount: Decimal
    fate: Fate


@dataclass(frozen=True, slots=True)
class FateSum:
    """Orders of one fate in one currency, with what was expected for them."""

    fate: Fate
    currency: str
    orders: int
    expected_amount: Decimal
    released_amount: Decimal


_ORDERS = f"""
SELECT l.store_id, s.code, l.company_id, l.reference, min(l.day) FILTER (WHERE l.lines > 0), l.currency_id,
       sum(l.net_amount), array_agg(DISTINCT l.order_reference) FILTER (WHERE l.lines > 0)
FROM (
    SELECT l.store_id, l.company_id, {ORDER_KEY} AS reference, l.order_reference, l.currency_id, {EVENT_DAY} AS day,
           sum(l.net_amount) AS net_amount, sum(l.sign) AS lines
    FROM reports_sales_line l
    WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
      AND {COUNTED_STATES[Target.Moment.PAID]} AND {ENTERED}
      AND (%(company)s::uuid IS NULL OR l.company_id = %(company)s)
    GROUP BY 1, 2, 3, 4, 5, 6
) l JOIN programs_store s ON s.id = l.store_id
GROUP BY 1, 2, 3, 4, 6 HAVING sum(l.lines) > 0 ORDER BY 5, 2, 4
"""  # noqa: S608
_MOVED = f"""
SELECT l.store_id, l.company_id, l.order_reference, l.currency_id, sum(l.net_amount)
FROM reports_payout_line l
WHERE l.program_id = %(program)s AND l.description_class <> ALL(%(not_sales)s) AND {ENTERED}
  AND (%(company)s::uuid IS NULL OR l.company_id = %(company)s)
GROUP BY 1, 2, 3, 4 HAVING sum(l.sign) > 0
"""  # noqa: S608


def fates(
    scope: Scope, on: dt.date, company: UUID | None = None, *, due_days: int = DUE_DAYS
) -> list[OrderFate]:
    """Every order of the scope (of one company, if given) with its fate on the day `on`, the earliest first.

    Movements count whenever they came; an order is due `due_days` after its business day.
    """
    parameters = {**scope.parameters(), "not_sales": list(NOT_SALES), "company": company}
    moved: dict[tuple[Any, Any, str], dict[str, Decimal]] = defaultdict(dict)
    for store, company, reference, currency, amount in ask(_MOVED, parameters):
        moved[store, company, reference][currency] = amount
    found = []
    for store, code, company, reference, ordered_on, currency, expected, numbers in ask(_ORDERS, parameters):
        released: dict[str, Decimal] = {}
        for number in {reference, *numbers}:
            for each, amount in moved.get((store, company, number), {}).items():
                released[each] = released.get(each, ZERO) + amount
        due_on = ordered_on + dt.timedelta(days=due_days)
        in_what = currency if currency in released or not released else sorted(released)[0]
        amount = released.get(in_what, ZERO)
        fate = _fate(expected, amount, came=bool(released), alike=in_what == currency, is_due=on > due_on)
        found.append(
            OrderFate(
                store, code, company, reference, ordered_on, due_on, currency, expected, in_what, amount, fate
            )
        )
    return found


def _fate(expected: Decimal, released: Decimal, *, came: bool, alike: bool, is_due: bool) -> Fate:
    if came and not alike:
        return Fate.RELEASED if released > 0 or expected <= 0 else Fate.BROKEN
    if released == expected:
        return Fate.RELEASED
    if came and (is_due or not ZERO < released < expected):
        return Fate.BROKEN
    return Fate.OVERDUE if is_due else Fate.NOT_DUE


def sums(rows: list[OrderFate]) -> list[FateSum]:
    """Orders and expected amounts by fate and currency; over all fates they add up to what was sold."""
    found: dict[tuple[str, Fate], list[OrderFate]] = defaultdict(list)
    for row in rows:
        found[row.currency, row.fate].append(row)
    return [
        FateSum(
            fate,
            currency,
            len(of_fate),
            sum((row.expected_amount for row in of_fate), ZERO),
            sum((row.released_amount for row in of_fate if row.released_currency == currency), ZERO),
        )
        for currency in sorted({key[0] for key in found})
        for fate in Fate
        if (of_fate := found.get((currency, fate)))
    ]


@dataclass(frozen=True, slots=True)
class Orphan:
    """A movement that names an order which no sales file of the store knows: a broken match from the other side."""

    store_code: str
    reference: str
    currency: str
    amount: Decimal
    first_on: dt.date


_ORPHANS = f"""
SELECT s.code, l.order_reference, l.currency_id, sum(l.net_amount),
       min(l.day) FILTER (WHERE l.lines > 0)
FROM (
    SELECT l.store_id, l.order_reference, l.currency_id, {EVENT_DAY} AS day, sum(l.net_amount) AS net_amount,
           sum(l.sign) AS lines
    FROM reports_payout_line l JOIN reports_importbatch b ON b.id = l.batch_id
    WHERE b.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
      AND l.description_class <> ALL(%(not_sales)s) AND {ENTERED}
    GROUP BY 1, 2, 3, 4
) l JOIN programs_store s ON s.id = l.store_id
LEFT JOIN (
    SELECT store_id, order_reference AS reference FROM reports_sales_line
    UNION SELECT store_id, pack_reference FROM reports_sales_line
) o ON o.store_id = l.store_id AND o.reference = l.order_reference
WHERE o.reference IS NULL
GROUP BY 1, 2, 3 HAVING sum(l.lines) > 0 ORDER BY 1, 2, 3
"""  # noqa: S608


def orphans(scope: Scope) -> list[Orphan]:
    return [Orphan(*row) for row in ask(_ORPHANS, {**scope.parameters(), "not_sales": list(NOT_SALES)})]
