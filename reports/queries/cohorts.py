"""Orders by month of sale, and what became of their money (정산 코호트): never month against month.

A row is a month of sale and a currency: sold = released + refunded + not yet due + overdue + broken, in orders and in amounts.
Beside it stand parts that came with what is left of them, what was taken back, and movements that match no order or name none. Sums are kept by store
(`reports.domain.cohorts`); a store whose ledger or terms are others than those its sums were made from is read from its lines.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from programs.models import Program
from reports.models import SalesLine
from reports.queries import payouts
from reports.queries.counted import ENTERED, EVENT_DAY, Scope, ask, ask_in_sets
from reports.queries.payout_terms import Book, book
from reports.queries.payouts import Fate, FateSum

ZERO = Decimal(0)
ORPHAN, UNNAMED = "orphan", "unnamed"
COLUMNS = (
    "month, currency_id, outcome, due_on, took_days, orders, expected_amount, due_amount, released_amount, part_orders,"
    " part_amount, rest_amount, taken_orders, taken_amount, other_orders"
)

# Movements whose number no sales line of the store has, by the month in which the first came.
_LOOSE = f"""
SELECT store_id, order_reference, currency_id, min(day) FILTER (WHERE lines > 0) AS day, sum(net) AS net
FROM (
    SELECT l.store_id, l.order_reference, l.currency_id, {EVENT_DAY} AS day, sum(l.net_amount) AS net, sum(l.sign) AS lines
    FROM reports_payout_line l JOIN reports_importbatch b ON b.id = l.batch_id
    WHERE b.program_id = %(program)s AND l.business_day >= %(from_on)s
      AND l.description_class <> ALL(%(not_sales)s) AND {ENTERED}
      AND (%(company)s::uuid IS NULL OR l.company_id = %(company)s)
      AND (%(stores)s::uuid[] IS NULL OR l.store_id = ANY(%(stores)s))
    GROUP BY 1, 2, 3, 4
) l GROUP BY 1, 2, 3 HAVING sum(lines) > 0
"""  # noqa: S608
# Movements that name no order, by the month in which they came: none of them can be set beside an order.
_UNNAMED = f"""
SELECT l.store_id, date_trunc('month', {EVENT_DAY})::date AS month, l.currency_id, sum(l.sign) AS lines, sum(l.net_amount) AS net
FROM reports_payout_line l JOIN reports_importbatch b ON b.id = l.batch_id
WHERE b.program_id = %(program)s AND l.business_day >= %(from_on)s AND l.order_reference = ''
  AND l.description_class <> ALL(%(not_sales)s) AND {ENTERED}
  AND (%(company)s::uuid IS NULL OR l.company_id = %(company)s)
  AND (%(stores)s::uuid[] IS NULL OR l.store_id = ANY(%(stores)s))
GROUP BY 1, 2, 3 HAVING sum(l.sign) > 0
"""  # noqa: S608
ORDERS = f"{payouts.ORDERS}, loose AS ({_LOOSE}), orphans AS (SELECT l.* FROM loose l WHERE {payouts.no_order('loose')})"  # noqa: S608
OF_ORDERS = f"""SELECT o.store_id, date_trunc('month', o.day)::date AS month, o.currency_id, outcome,
       CASE WHEN outcome IN ('open', 'part') THEN due_on END AS due_on,
       CASE WHEN outcome = 'released' THEN last_on - day END AS took_days, count(*) AS orders, sum(net) AS expected_amount,
       sum(due) AS due_amount, coalesce(sum(released) FILTER (WHERE is_alike), 0) AS released_amount,
       count(*) FILTER (WHERE is_part) AS part_orders,
       coalesce(sum(released) FILTER (WHERE is_part), 0) AS part_amount,
       coalesce(sum(due - released) FILTER (WHERE is_part), 0) AS rest_amount,
       count(*) FILTER (WHERE taken < 0) AS taken_orders,
       coalesce(sum(taken) FILTER (WHERE taken < 0 AND is_alike), 0) AS taken_amount,
       count(*) FILTER (WHERE NOT is_alike) AS other_orders
FROM (SELECT *, outcome = 'part' AS is_part FROM orders) o GROUP BY 1, 2, 3, 4, 5, 6
UNION ALL
SELECT store_id, date_trunc('month', day)::date, currency_id, '{ORPHAN}', NULL, NULL, count(*), sum(net), 0, 0, 0, 0, 0, 0, 0, 0
FROM orphans GROUP BY 1, 2, 3
UNION ALL
SELECT store_id, month, currency_id, '{UNNAMED}', NULL, NULL, lines, net, 0, 0, 0, 0, 0, 0, 0, 0 FROM ({_UNNAMED}) unnamed
"""  # noqa: S608 — the pieces are constants
"""What is kept of stores, and read of those of which nothing can be; of `ORDERS`."""
CELLS = f"{ORDERS} {OF_ORDERS}"
_OF_COMPANY = f"""{payouts.ORDERS}, loose AS ({_LOOSE}), unmatched AS MATERIALIZED (
    SELECT l.* FROM loose l WHERE {payouts.NOT_OF_COMPANY}
), orphans AS (SELECT l.* FROM unmatched l WHERE {payouts.no_order("unmatched")}) {OF_ORDERS}"""  # noqa: S608
"""The same of one company; the store's lines are read only where a movement matches none of its own."""

MADE_BY = 4
"""Names how sums are made. To be raised with every change of what is kept, or of the SQL and lists that decide it (`payouts.ORDERS`,
`TAKEN_BACK`, `NOT_SALES`, `OF_ORDERS` here and by company): what was kept before is then made anew."""

STATE = """SELECT store_id, %(days)s || md5(string_agg(id || ':' || xmin, ',' ORDER BY id)) AS lines, sum(lines) AS size
    FROM reports_batch_sum WHERE agency_id = %(agency)s GROUP BY store_id"""
"""How sums are made, the days of the program and the state of each store's ledger: every statement that enters lines writes the sums of its file anew,
with its transaction's number, in its own transaction."""

TOUCHED = """SELECT DISTINCT store_id FROM reports_batch_sum WHERE program_id = %(program)s
    UNION SELECT s.store_id FROM reports_batch_sum s JOIN reports_importbatch b ON b.id = s.batch_id
    WHERE b.program_id = %(program)s AND s.ledger = 'payout'"""


@dataclass(frozen=True, slots=True)
class Row:
    """Orders of a month of sale in one currency. Amounts are what was expected ("Total" of the orders' lines), by fate;
    `released_amount` (by fate: `released`) is what came in this currency and stayed. `other_orders` were paid in another currency. `orphans`
    are numbers that no sales file knows, `unnamed` are movements that name none. `median_days` and `p90_days`
    run from the order to its last release, of orders that are settled; None without any."""

    month: dt.date
    currency: str
    orders: dict[Fate, int] = field(default_factory=dict)
    amounts: dict[Fate, Decimal] = field(default_factory=dict)
    released: dict[Fate, Decimal] = field(default_factory=dict)
    released_amount: Decimal = ZERO
    part_orders: int = 0
    part_amount: Decimal = ZERO
    rest_amount: Decimal = ZERO
    taken_orders: int = 0
    taken_amount: Decimal = ZERO
    other_orders: int = 0
    orphans: int = 0
    orphan_amount: Decimal = ZERO
    unnamed: int = 0
    unnamed_amount: Decimal = ZERO
    median_days: int | None = None
    p90_days: int | None = None

    @property
    def sold_orders(self) -> int:
        return sum(self.orders.values())

    @property
    def sold_amount(self) -> Decimal:
        return sum(self.amounts.values(), ZERO)


@dataclass(frozen=True, slots=True)
class Stale:
    """A store whose sums are not those of now, with what they are to be made from, and when older ones were made."""

    store: UUID
    lines: str
    terms: str
    made_at: dt.datetime | None


Chain = dict[dt.date, str]
"""Of each day what names the rates of all days up to it."""


@dataclass(frozen=True, slots=True)
class Months:
    """The rows, and what of them is not of now: `made_at` is when the oldest sums in them were made, `missing` counts stores that are
    not in them yet. Both only where more lines have to be read than a page can wait for."""

    rows: list[Row]
    made_at: dt.datetime | None = None
    missing: int = 0


LIVE_LINES = 100_000
"""So many lines of stores whose sums are not of now are read for a page; of more the older sums are shown, with their age."""


def of_program(program: Program, on: dt.date) -> Months:
    """The months of sale of a program as of the day `on`, the earliest first; from kept sums where they hold."""
    cells, stale, is_old = _kept(program, book(program))
    if stale and not is_old:
        cells += _read(whole(program), [each.store for each in stale])
    made_at = min((each.made_at for each in stale if each.made_at), default=None) if is_old else None
    missing = sum(each.made_at is None for each in stale) if is_old else 0
    return Months(rows_of(cells, on), made_at, missing)


def of_scope(scope: Scope, on: dt.date) -> Months:
    """The same up to the end of a scope that begins with the program: from kept sums where no line lies behind it."""
    if has_later(scope):
        return Months(rows_of(_read(scope, None), on))
    return of_program(scope.program, on)


def has_later(scope: Scope) -> bool:
    """Whether the program has sales behind the end of the scope: what is kept would count them."""
    until, ends_on = scope.until_on, scope.program.ends_on
    later = SalesLine.objects.filter(program=scope.program, business_day__gt=until)
    booked_later = Q(event_on__gt=until, event_on__lte=ends_on)
    return later.filter(Q(event_on=None, business_day__lte=ends_on) | booked_later).exists()


def fate_sums(rows: Iterable[Row]) -> list[FateSum]:
    """Orders and amounts by fate and currency: what `payouts.sums` makes of the orders themselves."""
    found: dict[tuple[str, Fate], list[Any]] = {}
    for row in rows:
        for fate, orders in row.orders.items():
            sums = found.setdefault((row.currency, fate), [0, ZERO, ZERO])
            sums[0] += orders
            sums[1] += row.amounts[fate]
            sums[2] += row.released[fate]
    order = list(Fate)
    return [
        FateSum(fate, currency, *sums)
        for (currency, fate), sums in sorted(
            found.items(), key=lambda each: (each[0][0], order.index(each[0][1]))
        )
    ]


def of_company(program: Program, company: UUID, on: dt.date) -> Months:
    """The same of one company, read from its lines."""
    return Months(rows_of(_read(whole(program), None, company), on))


def whole(program: Program) -> Scope:
    """All days of the program: what is kept does not depend on the day on which it is looked at."""
    return Scope(program, program.starts_on, program.ends_on)


def stale_of(program: Program, chain: Chain | None = None) -> list[Stale]:
    """The stores whose sums are not of now; with the chain of rates those too whose sums by company are not."""
    return _kept(program, book(program), chain)[1]


def standing(
    program: Program, terms: Book, chain: Chain | None = None, live: int | None = None
) -> tuple[str, dict[str, Any]]:
    """SQL of the program's stores, each with whether what is kept of it is of now (`is_kept`) and whether older sums are shown meanwhile
    (`is_old`, where more than `live` lines would have to be read). With the chain of rates for what is kept in won."""
    names = list(terms.terms)
    sql = f"""
        state AS ({STATE}), touched AS ({TOUCHED}),
        terms AS (SELECT * FROM unnest(%(stores)s::uuid[], %(digests)s::text[]) AS t (store_id, terms)),
        rates AS (SELECT * FROM unnest(%(chain_days)s::date[], %(chain)s::text[]) AS t (day, digest)),
        standing AS MATERIALIZED (
            SELECT s.*, coalesce(sum(size) FILTER (WHERE NOT is_kept) OVER (), 0) > %(live)s AS is_old FROM (
                SELECT state.store_id, state.lines, state.size, terms.terms, k.made_at, k.spread_days,
                       coalesce(k.lines = state.lines AND k.terms = terms.terms
                           AND (NOT %(is_in_won)s OR k.rates = coalesce(rates.digest, '')), false) AS is_kept
                FROM touched JOIN state USING (store_id) JOIN terms USING (store_id)
                LEFT JOIN reports_cohort_store k ON k.program_id = %(program)s AND k.store_id = state.store_id
                LEFT JOIN rates ON rates.day = LEAST(k.last_on, %(rates_until)s)
            ) s
        )"""  # noqa: S608
    return sql, {
        "program": program.pk,
        "agency": program.agency_id,
        "stores": names,
        "digests": [terms.digest(store) for store in names],
        "chain_days": list(chain or ()),
        "chain": list((chain or {}).values()),
        "rates_until": max(chain) if chain else None,
        "is_in_won": chain is not None,
        "live": LIVE_LINES if live is None else live,
        "days": f"{MADE_BY}:{program.starts_on:%Y%m%d}{program.ends_on:%Y%m%d}:",
    }


def spread_of(program: Program) -> dt.timedelta | None:
    """How far apart the lines of one order stand at most in the program's stores; None where that is not known of now."""
    stores, parameters = standing(program, book(program))
    (row,) = ask(f"WITH {stores} SELECT bool_and(is_kept), max(spread_days) FROM standing", parameters)  # noqa: S608
    is_known, days = row
    return dt.timedelta(days=days or 0) if is_known else None


def _kept(
    program: Program, terms: Book, chain: Chain | None = None
) -> tuple[list[tuple[Any, ...]], list[Stale], bool]:
    """Kept cells, the stores whose sums are not of now, and whether the older sums of these are among the cells. One statement: all is of
    one instant."""
    width = len(COLUMNS.split(","))
    stores, parameters = standing(program, terms, chain)
    rows = ask(
        f"""
        WITH {stores}
        SELECT NULL::uuid, NULL, NULL, NULL::timestamptz, false, c.* FROM (
            SELECT {_SUMMED} FROM standing s JOIN reports_cohort_cell c ON c.program_id = %(program)s
              AND c.store_id = s.store_id WHERE s.is_kept OR s.is_old GROUP BY 1, 2, 3, 4, 5
        ) c
        UNION ALL SELECT store_id, lines, terms, made_at, is_old, {", ".join(["NULL"] * width)} FROM standing WHERE NOT is_kept
        """,  # noqa: S608
        parameters,
    )
    stale = [row for row in rows if row[0] is not None]
    return (
        [row[5:] for row in rows if row[0] is None],
        [Stale(*row[:4]) for row in stale],
        any(row[4] for row in stale),
    )


_SUMMED = "month, currency_id, outcome, due_on, took_days, " + ", ".join(
    f"sum({name}) AS {name}" for name in COLUMNS.replace(" ", "").split(",")[5:]
)


def _read(scope: Scope, stores: list[UUID] | None, company: UUID | None = None) -> list[tuple[Any, ...]]:
    sql = CELLS if company is None else _OF_COMPANY
    rows = ask_in_sets(sql, payouts.parameters_of(scope, company, stores))
    return [row[1:] for row in rows]


def rows_of(cells: Iterable[tuple[Any, ...]], on: dt.date) -> list[Row]:
    """Cells as rows on a day: what is open is overdue, and a part is broken, once its day has passed."""
    found: dict[tuple[dt.date, str], dict[str, Any]] = {}
    took: dict[tuple[dt.date, str], Counter[int]] = defaultdict(Counter)
    for month, currency, outcome, due_on, took_days, *numbers in cells:
        orders, expected, _due, released, parts, part, rest, takes, taken, other = numbers
        key = (month, currency)
        row = found.setdefault(
            key,
            {
                "orders": Counter(),
                "amounts": defaultdict(Decimal),
                "released": defaultdict(Decimal),
                "sums": [ZERO] * 11,
            },
        )
        if outcome == ORPHAN:
            values = [0, 0, 0, 0, 0, 0, 0, orders, expected, 0, 0]
        elif outcome == UNNAMED:
            values = [0, 0, 0, 0, 0, 0, 0, 0, 0, orders, expected]
        else:
            fate = fate_of(outcome, due_on, on)
            row["orders"][fate] += int(orders)
            row["amounts"][fate] += expected
            row["released"][fate] += released
            values = [released, parts, part, rest, takes, taken, other, 0, 0, 0, 0]
            if took_days is not None:
                took[key][took_days] += int(orders)
        row["sums"] = [sum(pair) for pair in zip(row["sums"], values, strict=True)]
    made = []
    for (month, currency), row in sorted(found.items()):
        days = took[month, currency]
        sums = [int(each) if place in _COUNTS else each for place, each in enumerate(row["sums"])]
        facts: list[Any] = [
            month,
            currency,
            dict(row["orders"]),
            dict(row["amounts"]),
            dict(row["released"]),
            *sums,
            percentile(days, 50),
            percentile(days, 90),
        ]
        made.append(Row(*facts))
    return made


_COUNTS = {1, 4, 6, 7, 9}
"""Which of the sums of a row are numbers of orders or movements."""


def fate_of(outcome: str, due_on: dt.date | None, on: dt.date) -> Fate:
    is_late = due_on is not None and due_on < on
    if outcome == "open":
        return Fate.OVERDUE if is_late else Fate.NOT_DUE
    if outcome == "part":
        return Fate.BROKEN if is_late else Fate.NOT_DUE
    return Fate(outcome)


def percentile(days: Counter[int], share: int) -> int | None:
    """The smallest number of days within which `share` in a hundred orders were released; None without any."""
    rank, reached = -(-sum(days.values()) * share // 100), 0
    for each in sorted(days):
        reached += days[each]
        if reached >= rank:
            return each
    return None
