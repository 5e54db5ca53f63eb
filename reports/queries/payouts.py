"""Payouts against orders (정산 대조): sold, released, refunded, not yet due, overdue, broken. Only the last two are differences.

Rule, printed wherever the table stands: the money of an order is expected so many days after the order's business day as
the store's term says (`payout_terms`); a part of it that comes before is no difference. Orders and movements are matched by
the order's or pack's number within one store and company. What the platform took back counts as a refund, also where the
sales file does not know it yet: then less is due.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from programs.models import Target
from reports.queries.counted import COUNTED_STATES, ENTERED, EVENT_DAY, ORDER_KEY, Scope, ask, ask_in_sets
from reports.queries.payout_terms import TERM_TABLE, Book, book
from reports.queries.reported_measures import NOT_SALES

ZERO = Decimal(0)


class Fate(StrEnum):
    RELEASED = "released"
    REFUNDED = "refunded"
    NOT_DUE = "not_due"
    OVERDUE = "overdue"
    BROKEN = "broken"


DIFFERENCES = (Fate.OVERDUE, Fate.BROKEN)


@dataclass(frozen=True, slots=True)
class OrderFate:
    """One order of a company in a store: what is expected ("Total" of its lines) and what was released for it.

    Amounts in another currency than the order's (a cross-border store is paid in dollars) say that money came, not
    whether it was all of it: then released means that something came and stayed. `released_amount` is net of
    `taken_back_amount` (refunds and chargebacks, negative); `due_amount` is what is due after refunds of which only the
    payouts know. `first_on` and `last_on` are the days of the movements.
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
    taken_back_amount: Decimal = ZERO
    due_amount: Decimal = ZERO
    first_on: dt.date | None = None
    last_on: dt.date | None = None

    @property
    def is_alike(self) -> bool:
        """Whether the money came in the order's currency, or none came."""
        return self.released_currency == self.currency

    @property
    def is_compared(self) -> bool:
        """Whether its amounts can be set beside each other: not where it was settled in another currency."""
        return self.is_alike or self.fate not in (Fate.RELEASED, Fate.REFUNDED)

    @property
    def rest_amount(self) -> Decimal | None:
        """What is still to come of an order of which a part has come; None where nothing came or it cannot be said."""
        if self.first_on is None or not self.is_alike or not ZERO < self.released_amount < self.due_amount:
            return None
        return self.due_amount - self.released_amount


@dataclass(frozen=True, slots=True)
class FateSum:
    """Orders of one fate in one currency, with what was expected for them."""

    fate: Fate
    currency: str
    orders: int
    expected_amount: Decimal
    released_amount: Decimal


TAKEN_BACK = ("refund", "chargeback", "dispute")
"""Movements by which the platform takes money of an order back, or gives it again after a dispute."""

# What a closed month's line became is booked later, so the program's days are those of the events.
_SOLD = f"""l.program_id = %(program)s AND l.business_day >= %(from_on)s AND {EVENT_DAY} BETWEEN %(from_on)s AND %(until_on)s
      AND {COUNTED_STATES[Target.Moment.PAID]} AND {ENTERED}
      AND (%(company)s::uuid IS NULL OR l.company_id = %(company)s)
      AND (%(stores)s::uuid[] IS NULL OR l.store_id = ANY(%(stores)s))"""

# One row for each order, currency of the order and day of its term. Sums over the signs, day by day: rows taken back cancel out and give
# no order its day.
_ORDERS = f"""
WITH {{chosen}}sold AS (
    SELECT l.store_id, l.company_id, {ORDER_KEY} AS reference, l.order_reference, l.currency_id,
           {EVENT_DAY} AS day, sum(l.net_amount) AS net, sum(l.refund_amount) AS refund, sum(l.sign) AS lines
    FROM reports_sales_line l
    WHERE {_SOLD} {{among_sold}}
    GROUP BY 1, 2, 3, 4, 5, 6
), bought AS (
    SELECT store_id, company_id, reference, currency_id, min(day) FILTER (WHERE lines > 0) AS day, sum(net) AS net,
           max(day) FILTER (WHERE lines <> 0) - min(day) FILTER (WHERE lines <> 0) AS spread, sum(refund) AS refund, bool_or(order_reference = reference AND lines > 0) AS has_own
    FROM sold GROUP BY 1, 2, 3, 4 HAVING sum(lines) > 0
), numbers AS (
    SELECT DISTINCT store_id, company_id, reference, currency_id, order_reference AS number FROM sold WHERE lines > 0
    UNION ALL SELECT store_id, company_id, reference, currency_id, reference FROM bought WHERE NOT has_own
), moved AS (
    SELECT store_id, company_id, number, paid_in, sum(net) AS net, sum(taken) AS taken,
           min(day) FILTER (WHERE lines > 0) AS first_on, max(day) FILTER (WHERE lines > 0) AS last_on
    FROM (
        SELECT l.store_id, l.company_id, l.order_reference AS number, l.currency_id AS paid_in, {EVENT_DAY} AS day,
               sum(l.net_amount) AS net, sum(l.sign) AS lines,
               sum(CASE WHEN l.description_class = ANY(%(taken_back)s) THEN l.net_amount ELSE l.refund_amount END) AS taken
        FROM reports_payout_line l
        WHERE l.program_id = %(program)s AND l.description_class <> ALL(%(not_sales)s) AND {ENTERED}
          AND (%(company)s::uuid IS NULL OR l.company_id = %(company)s)
          AND (%(stores)s::uuid[] IS NULL OR l.store_id = ANY(%(stores)s))
          {{among_moved}}
        GROUP BY 1, 2, 3, 4, 5
    ) l GROUP BY 1, 2, 3, 4 HAVING sum(lines) > 0
), paid AS (
    SELECT n.store_id, n.company_id, n.reference, n.currency_id, m.paid_in, sum(m.net) AS net, sum(m.taken) AS taken,
           min(m.first_on) AS first_on, max(m.last_on) AS last_on
    FROM numbers n JOIN moved m USING (store_id, company_id, number) GROUP BY 1, 2, 3, 4, 5
), came AS (
    SELECT store_id, company_id, reference, currency_id, bool_or(paid_in = currency_id) AS is_alike,
           sum(net) FILTER (WHERE paid_in = currency_id) AS net, sum(taken) FILTER (WHERE paid_in = currency_id) AS taken,
           min(ARRAY[paid_in, net::text, taken::text]) FILTER (WHERE paid_in <> currency_id) AS other,
           min(first_on) AS first_on, max(last_on) AS last_on
    FROM paid GROUP BY 1, 2, 3, 4
), matched AS (
    SELECT b.*, c.reference IS NOT NULL AS has_come, coalesce(c.is_alike, true) AS is_alike,
           CASE WHEN c.is_alike IS FALSE THEN c.other[1] ELSE b.currency_id END AS paid_in,
           CASE WHEN c.is_alike IS FALSE THEN c.other[2]::numeric ELSE coalesce(c.net, 0) END AS released,
           CASE WHEN c.is_alike IS FALSE THEN c.other[3]::numeric ELSE coalesce(c.taken, 0) END AS taken,
           c.first_on, c.last_on, b.day + term.days AS due_on
    FROM bought b LEFT JOIN came c USING (store_id, company_id, reference, currency_id)
    JOIN {TERM_TABLE} ON term.store_id = b.store_id AND b.day BETWEEN term.from_on AND term.until_on
), due AS (
    SELECT m.*, m.net + CASE WHEN is_alike AND m.taken < 0 AND m.refund = 0 AND m.released <> m.net THEN m.taken
                             ELSE 0 END AS due FROM matched m
), orders AS (
    SELECT d.*, CASE
        WHEN NOT has_come THEN CASE WHEN net <= 0 AND refund < 0 THEN 'refunded' WHEN net = 0 THEN 'released' ELSE 'open' END
        WHEN is_alike AND released IN (net, due) THEN
            CASE WHEN released = 0 AND (refund < 0 OR taken < 0) THEN 'refunded' ELSE 'released' END
        WHEN taken < 0 AND released = 0 THEN 'refunded'
        WHEN NOT is_alike THEN CASE WHEN released > 0 OR net <= 0 THEN 'released' ELSE 'broken' END
        WHEN released > 0 AND released < due THEN 'part'
        ELSE 'broken' END AS outcome
    FROM due d
)
"""  # noqa: S608 — the pieces are constants
ORDERS = _ORDERS.format(chosen="", among_sold="", among_moved="")
"""`outcome` does not depend on the day: what is open is not yet due or overdue, a part is not yet due or broken."""

FATE = """CASE WHEN outcome = 'open' THEN CASE WHEN due_on < %(on)s THEN 'overdue' ELSE 'not_due' END
    WHEN outcome = 'part' THEN CASE WHEN due_on < %(on)s THEN 'broken' ELSE 'not_due' END ELSE outcome END"""

ORDERS_OF_DAYS = _ORDERS.format(
    chosen=f"""chosen AS MATERIALIZED (
    SELECT DISTINCT l.store_id, l.company_id, {ORDER_KEY} AS reference, l.currency_id FROM reports_sales_line l
    WHERE {_SOLD} AND l.sign > 0 AND (%(currency)s::text IS NULL OR l.currency_id = %(currency)s)
      AND (l.business_day BETWEEN %(first)s AND %(last)s OR l.event_on BETWEEN %(first)s AND %(last)s)
      AND {EVENT_DAY} BETWEEN %(first)s AND %(last)s
), """,  # noqa: S608
    among_sold=f"""AND (l.business_day BETWEEN %(lines_from)s AND %(lines_until)s OR l.event_on BETWEEN %(lines_from)s AND %(lines_until)s)
      AND {EVENT_DAY} BETWEEN %(lines_from)s AND %(lines_until)s
      AND (l.store_id, l.company_id, {ORDER_KEY}, l.currency_id) IN (SELECT store_id, company_id, reference, currency_id FROM chosen)""",  # noqa: S608
    among_moved="""AND l.store_id = ANY(ARRAY(SELECT DISTINCT store_id FROM numbers))
          AND l.order_reference = ANY(ARRAY(SELECT DISTINCT number FROM numbers))""",
)
"""The same of the orders with a line on the days `first` to `last`. Their other lines are read on the days `lines_from` to `lines_until`, which
have to hold all that stand: of what is taken back of a closed month both rows are of the day of the event, so neither is read without the other."""

COLUMNS = f"""o.store_id, s.code, o.company_id, o.reference, o.day, o.due_on, o.currency_id, o.net, o.paid_in, o.released,
       {FATE} AS fate, o.taken, o.due, o.first_on, o.last_on"""
_FATES = f"""{ORDERS}
SELECT {COLUMNS} FROM orders o JOIN programs_store s ON s.id = o.store_id {{where}} ORDER BY 5, 2, 4, 7, 3
"""  # noqa: S608


def parameters_of(
    scope: Scope,
    company: UUID | None = None,
    stores: list[UUID] | None = None,
    *,
    due_days: int | None = None,
    terms: Book | None = None,
) -> dict[str, Any]:
    """What `ORDERS` needs; by the terms of now, if no others are given."""
    terms = terms or book(scope.program, stores=stores, days=due_days)
    return {
        **scope.parameters(),
        **terms.parameters(),
        "not_sales": list(NOT_SALES),
        "taken_back": list(TAKEN_BACK),
        "company": company,
        "stores": stores,
    }


def fates(
    scope: Scope, on: dt.date, company: UUID | None = None, *, due_days: int | None = None
) -> list[OrderFate]:
    """Every order of the scope (of one company, if given) with its fate on the day `on`, the earliest first.

    Movements count whenever they came; an order is due by its store's term, or `due_days` after its business day.
    """
    parameters = {**parameters_of(scope, company, due_days=due_days), "on": on}
    return fates_of(ask_in_sets(_FATES.format(where=""), parameters))


def differing(scope: Scope, on: dt.date, companies: Collection[UUID]) -> list[OrderFate]:
    """The orders of these companies that are overdue or broken on the day `on`, and no others."""
    where = f"WHERE o.company_id = ANY(%(among)s) AND {FATE} IN ('overdue', 'broken')"
    parameters = {**parameters_of(scope), "on": on, "among": list(companies)}
    return fates_of(ask_in_sets(_FATES.format(where=where), parameters))


def fates_of(rows: Iterable[tuple[Any, ...]]) -> list[OrderFate]:
    """Rows of `COLUMNS`."""
    found = []
    for row in rows:
        values: list[Any] = [*row[:10], Fate(row[10]), *row[11:]]
        found.append(OrderFate(*values))
    return found


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


def no_order(among: str) -> str:
    """SQL: the movement `l` names a number, and no sales line of the store has it, as an order or as a pack. `among`: the name of the rows in
    which `l` is one; no other stores' lines are read, and none where no movement of the store names a number."""
    known = f"""SELECT 1 FROM reports_sales_line o WHERE o.store_id = l.store_id
        AND o.store_id = ANY(ARRAY(SELECT DISTINCT store_id FROM {among} WHERE order_reference <> ''))"""  # noqa: S608
    return f"""l.order_reference <> '' AND NOT EXISTS ({known} AND o.order_reference = l.order_reference)
    AND NOT EXISTS ({known} AND o.pack_reference = l.order_reference)"""


NOT_OF_COMPANY = " AND ".join(
    f"""NOT EXISTS (SELECT 1 FROM reports_sales_line o WHERE o.company_id = %(company)s::uuid AND o.store_id = l.store_id
        AND o.{number} = l.order_reference)"""  # noqa: S608
    for number in ("order_reference", "pack_reference")
)
"""SQL: no sales line of the company itself names the number of its movement `l`. What is left then, mostly nothing, is looked for in the whole
store, which may be that of many companies."""

_ORPHANS = f"""
WITH moved AS (
    SELECT l.store_id, l.order_reference, l.currency_id, {EVENT_DAY} AS day, sum(l.net_amount) AS net_amount,
           sum(l.sign) AS lines
    FROM reports_payout_line l JOIN reports_importbatch b ON b.id = l.batch_id
    WHERE b.program_id = %(program)s AND l.business_day >= %(from_on)s
      AND l.description_class <> ALL(%(not_sales)s) AND {ENTERED}
      AND (%(company)s::uuid IS NULL OR l.company_id = %(company)s)
    GROUP BY 1, 2, 3, 4
)
SELECT s.code, l.order_reference, l.currency_id, sum(l.net_amount),
       min(l.day) FILTER (WHERE l.lines > 0)
FROM moved l JOIN programs_store s ON s.id = l.store_id
WHERE {no_order("moved")}
GROUP BY 1, 2, 3 HAVING sum(l.lines) > 0 ORDER BY 1, 2, 3
"""  # noqa: S608


def orphans(scope: Scope, company: UUID | None = None) -> list[Orphan]:
    parameters = {**scope.parameters(), "not_sales": list(NOT_SALES), "company": company}
    return [Orphan(*row) for row in ask(_ORPHANS, parameters)]
