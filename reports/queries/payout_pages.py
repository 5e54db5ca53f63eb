"""The orders behind one number of a month of sale, and payouts without an order, a page at a time.

A page goes on after the last row of the one before (its place), and reads the days that fill it, not the month. What a number comes to
is known from the sums by month of sale (`cohorts`); the rows are of now.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from programs.models import Program
from reports.queries import payouts
from reports.queries.calendar_months import last_day
from reports.queries.cohorts import Row, spread_of, whole
from reports.queries.counted import ENTERED, EVENT_DAY, ask_in_sets
from reports.queries.payouts import DIFFERENCES, FATE, Fate, OrderFate, Orphan, no_order
from reports.queries.reported_measures import NOT_SALES

ROWS = 100
DIFFERING = "differing"
WHATS: dict[str, str] = {
    "sold": "true",
    "part": "o.first_on IS NOT NULL AND o.paid_in = o.currency_id AND o.released > 0 AND o.released < o.due",
    "taken": "o.taken < 0",
    DIFFERING: f"{FATE} IN ('{DIFFERENCES[0]}', '{DIFFERENCES[1]}')",
    **{fate.value: f"{FATE} = '{fate}'" for fate in Fate},
}
"""Which orders of a month a number counts."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: its last row's key in the order of the list, and how many rows stand up to it."""

    day: dt.date
    key: tuple[str, ...]
    rows: int

    def text(self) -> str:
        """For an address."""
        packed = json.dumps([self.day.isoformat(), list(self.key), self.rows], ensure_ascii=False)
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def place_of(text: str, keys: int) -> Place | None:
    """What an address says; None for nothing and for what no page wrote: the list then begins at its first row."""
    try:
        day, key, rows = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        found = Place(dt.date.fromisoformat(day), tuple(str(each) for each in key), int(rows))
        if keys == len(ORDER_KEYS):
            UUID(found.key[3])
    except (ValueError, TypeError, IndexError, binascii.Error):
        return None
    is_sound = (
        len(found.key) == keys and 0 < found.rows < 2**31 and not any("\0" in each for each in found.key)
    )
    return found if is_sound else None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows of a list, how many stand before them, and where the next page begins (None: there is none)."""

    rows: list[T]
    before: int
    following: Place | None


ORDER_KEYS = ("s.code", "o.reference", "o.currency_id", "o.company_id")
_ORDERS = f"""{payouts.ORDERS_OF_DAYS}
SELECT {payouts.COLUMNS} FROM orders o JOIN programs_store s ON s.id = o.store_id
WHERE o.day BETWEEN %(first)s AND %(last)s AND {{what}} AND {{after}} ORDER BY o.day, {", ".join(ORDER_KEYS)} LIMIT %(limit)s
"""  # noqa: S608 — the pieces are constants


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of a month of sale in one currency (None: in all) that a number counts, of one company if given, as of a day. `expected`:
    about how many there are, to guess how many days fill a page."""

    program: Program
    on: dt.date
    month: dt.date
    currency: str | None
    what: str
    company: UUID | None = None
    expected: int = 0

    def page(self, after: Place | None = None, *, rows: int = ROWS) -> Page[OrderFate]:
        """By day of the order, store and number."""
        found: list[OrderFate] = []
        for of_days in self._days(after, rows):
            found += of_days
            if len(found) > rows:
                break
        return _page(found, rows, after, _order_place)

    def _days(self, after: Place | None, rows: int) -> Iterator[list[OrderFate]]:
        parameters = {
            **payouts.parameters_of(whole(self.program), self.company), "on": self.on, "currency": self.currency,
            "limit": rows + 1,
        }  # fmt: skip
        condition = "true"
        if after is not None:
            condition = (
                f"(o.day, {', '.join(ORDER_KEYS)}) > (%(day)s, %(key_0)s, %(key_1)s, %(key_2)s, %(key_3)s)"
            )
            parameters |= {"day": after.day} | {f"key_{place}": each for place, each in enumerate(after.key)}
        spread = spread_of(self.program)
        sql = _ORDERS.format(what=WHATS[self.what], after=condition)
        end = last_day(self.month)
        first = max(self.month, after.day) if after else self.month
        days = 31 if self.company else min(31, -(-31 * rows * 3 // (2 * max(self.expected, 1))))
        while first <= end:
            last = min(end, first + dt.timedelta(days=days - 1))
            span = {"first": first, "last": last, **self._lines(first, last, spread)}
            yield payouts.fates_of(ask_in_sets(sql, parameters | span))
            first = last + dt.timedelta(days=1)
            days *= 2

    def _lines(self, first: dt.date, last: dt.date, spread: dt.timedelta | None) -> dict[str, dt.date]:
        """The days on which lines of these orders may stand: not far from theirs in most files, else all of the program."""
        if spread is None:
            return {"lines_from": self.program.starts_on, "lines_until": self.program.ends_on}
        return {"lines_from": first - spread, "lines_until": last + spread}


def _order_place(row: OrderFate, rows: int) -> Place:
    return Place(row.ordered_on, (row.store_code, row.reference, row.currency, str(row.company)), rows)


def _page(found: list[T], rows: int, after: Place | None, place: Callable[[T, int], Place]) -> Page[T]:
    before = after.rows if after else 0
    shown = found[:rows]
    return Page(shown, before, place(shown[-1], before + len(shown)) if len(found) > rows else None)


_PAID = f"""b.program_id = %(program)s AND l.business_day >= %(from_on)s
      AND l.description_class <> ALL(%(not_sales)s) AND {ENTERED} AND (%(company)s::uuid IS NULL OR l.company_id = %(company)s)"""
ORPHAN_KEYS = ("s.code", "l.order_reference", "l.currency_id")
# The numbers of the month's movements that no sales line has, then all that is known of these numbers.
_ORPHANS = f"""
WITH named AS (
    SELECT DISTINCT l.store_id, l.order_reference, l.currency_id
    FROM reports_payout_line l JOIN reports_importbatch b ON b.id = l.batch_id
    WHERE {_PAID} AND l.sign > 0 AND (%(currency)s::text IS NULL OR l.currency_id = %(currency)s)
      AND (l.business_day BETWEEN %(first)s AND %(last)s OR l.event_on BETWEEN %(first)s AND %(last)s)
      AND {EVENT_DAY} BETWEEN %(first)s AND %(last)s
), loose AS MATERIALIZED (SELECT l.* FROM named l WHERE {no_order("named")})
SELECT s.code, l.order_reference, l.currency_id, sum(l.net_amount), min(l.day) FILTER (WHERE l.lines > 0) AS first_on
FROM (
    SELECT l.store_id, l.order_reference, l.currency_id, {EVENT_DAY} AS day, sum(l.net_amount) AS net_amount, sum(l.sign) AS lines
    FROM reports_payout_line l JOIN reports_importbatch b ON b.id = l.batch_id
    WHERE {_PAID} AND l.store_id = ANY(ARRAY(SELECT DISTINCT store_id FROM loose))
      AND l.order_reference = ANY(ARRAY(SELECT DISTINCT order_reference FROM loose))
      AND (l.store_id, l.order_reference, l.currency_id) IN (SELECT store_id, order_reference, currency_id FROM loose)
    GROUP BY 1, 2, 3, 4
) l JOIN programs_store s ON s.id = l.store_id
GROUP BY 1, 2, 3
HAVING sum(l.lines) > 0 AND min(l.day) FILTER (WHERE l.lines > 0) BETWEEN %(first)s AND %(last)s AND {{after}}
ORDER BY first_on, 1, 2, 3 LIMIT %(limit)s
"""  # noqa: S608 — the pieces are constants


def orphans(
    program: Program,
    month: dt.date,
    currency: str | None = None,
    company: UUID | None = None,
    after: Place | None = None,
    *,
    rows: int = ROWS,
) -> Page[Orphan]:
    """Payouts without an order whose first movement came in the month, by that day, store and number."""
    parameters = {
        **whole(program).parameters(), "not_sales": list(NOT_SALES), "company": company, "currency": currency, "first": month,
        "last": last_day(month), "limit": rows + 1,
    }  # fmt: skip
    condition = "true"
    if after is not None:
        condition = f"(min(l.day) FILTER (WHERE l.lines > 0), {', '.join(ORPHAN_KEYS)}) > (%(day)s, %(key_0)s, %(key_1)s, %(key_2)s)"
        parameters |= {"day": after.day} | {f"key_{place}": each for place, each in enumerate(after.key)}
    found = [Orphan(*row) for row in ask_in_sets(_ORPHANS.format(after=condition), parameters)]
    return _page(found, rows, after, _orphan_place)


def _orphan_place(row: Orphan, rows: int) -> Place:
    return Place(row.first_on, (row.store_code, row.reference, row.currency), rows)


def first_differing(program: Program, on: dt.date, rows: list[Row], most: int = ROWS) -> list[OrderFate]:
    """The first orders (so many at most) that are overdue or broken, the earliest first; `rows` say in which months there are any."""
    found: list[OrderFate] = []
    for month in sorted({row.month for row in rows}):
        count = sum(row.orders.get(fate, 0) for row in rows if row.month == month for fate in DIFFERENCES)
        if count and len(found) < most:
            found += Orders(program, on, month, None, DIFFERING, expected=count).page(rows=most).rows
    return found[:most]


def first_orphans(program: Program, rows: list[Row], most: int = ROWS) -> list[Orphan]:
    """The first payouts without an order (so many at most), the earliest first."""
    found: list[Orphan] = []
    for month in sorted({row.month for row in rows if row.orphans}):
        if len(found) < most:
            found += orphans(program, month, rows=most).rows
    return found[:most]
