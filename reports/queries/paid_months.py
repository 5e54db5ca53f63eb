"""Reading the sums that are kept of payouts by month (`reports.domain.paid_months`), of stores' months whose ledger and rates are as they
were when the sums were made.

Neither a trigger nor a log is needed for it: every statement that enters lines writes the sums of its file anew, with its transaction's number,
in its own transaction; rates and closings are only ever added, so their number on the days in question tells whether one was.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any
from uuid import UUID

from reports.queries.counted import Scope, ask

MADE_BY = 1
"""Names how sums are made. To be raised with every change of the SQL or the lists that decide it (`reported_measures.NOT_SALES`)."""

OF_STORES = "(%(only_stores)s::uuid[] IS NULL OR {table}.store_id = ANY(%(only_stores)s))"
STATE = f"""
SELECT s.store_id, s.month, {MADE_BY} || ':' || md5(string_agg(s.id || ':' || s.xmin, ',' ORDER BY s.id)) AS lines
FROM reports_batch_sum s
WHERE s.program_id = %(program)s AND s.ledger = 'payout'
  AND s.month BETWEEN date_trunc('month', %(from_on)s::date) AND %(until_on)s AND {OF_STORES.format(table="s")}
GROUP BY s.store_id, s.month
"""  # noqa: S608 — the pieces are constants of this module
"""The state of the ledger of payouts of each store's month in a program."""

RATES = """
SELECT w.month, w.event_first_on, md5(concat_ws(',', p.rate_rule, p.starts_on, closed.named, (
    SELECT string_agg(e.day || ' ' || e.rates, ',' ORDER BY e.day) FROM entered e WHERE e.day BETWEEN
        CASE p.rate_rule WHEN 'fixed' THEN p.starts_on - 10 ELSE LEAST(date_trunc('month', w.event_first_on)::date, w.event_first_on - 10) END
        AND CASE p.rate_rule WHEN 'fixed' THEN p.starts_on ELSE (w.month + interval '1 month')::date - 1 END
))) AS rates
FROM asked w CROSS JOIN (SELECT * FROM programs_program WHERE id = %(program)s) p CROSS JOIN (
    SELECT string_agg(c.month || ' ' || c.closed_at, ',' ORDER BY c.month) AS named FROM reports_closedmonth c
    WHERE c.program_id = %(program)s AND c.closed_at IS NOT NULL AND c.reopened_at IS NULL
) closed
"""
"""What names the rates that the lines of a month may be converted by: by the rule of a program those of the event's day or up to ten days before, of its
month or its week, or of the first day; and of closed months those known at the closing. `asked`: months with their first day of an
event; `entered`: how many rates were entered of each day."""
ENTERED = "entered AS MATERIALIZED (SELECT day, count(*) AS rates FROM reports_exchangerate GROUP BY day)"

STANDING = f"""
WITH state AS ({STATE}), known AS MATERIALIZED (
    SELECT * FROM reports_paid_month p WHERE program_id = %(program)s
      AND month BETWEEN date_trunc('month', %(from_on)s::date) AND %(until_on)s AND {OF_STORES.format(table="p")}
), asked AS (SELECT DISTINCT month, event_first_on FROM known), {ENTERED}, rated AS MATERIALIZED ({RATES}),
standing AS MATERIALIZED (
    SELECT s.store_id, s.month, s.lines, coalesce(k.lines = s.lines AND k.rates = r.rates
        AND k.first_on >= %(from_on)s AND k.last_on <= %(until_on)s, false) AS is_kept
    FROM state s LEFT JOIN known k USING (store_id, month)
    LEFT JOIN rated r ON r.month = k.month AND r.event_first_on = k.event_first_on
)
"""  # noqa: S608
"""Each store's month of a scope with whether its kept sums are of now and lie in the scope whole."""


def kept(scope: Scope, by: str) -> tuple[list[tuple[Any, ...]], dict[dt.date, list[UUID]]] | None:
    """Rows of the columns `by` (of month, company, store and currency), amount, won and dollars over all that is kept of a scope, and of each
    month the stores to be read from the lines. One statement: all is of one instant. None where nothing can be kept: as of an
    instant, closed months by the rates of now, later bookings alone, some stores, days or companies (these have an index)."""
    is_whole = scope.companies is None and scope.stores is None and scope.days is None
    if scope.as_of is not None or scope.is_restated or scope.is_later or not is_whole:
        return None
    width = by.count(",") + 1
    groups = ", ".join(str(place) for place in range(2, width + 2))
    rows = ask(
        f"""
        {STANDING}
        SELECT NULL::uuid AS stale_store, {by}, sum(net_amount),
               CASE WHEN bool_and(krw_amount IS NOT NULL) THEN sum(krw_amount) END,
               CASE WHEN bool_and(usd_amount IS NOT NULL) THEN sum(usd_amount) END, NULL::date
        FROM (
            SELECT c.* FROM standing s JOIN reports_paid_cell c ON c.program_id = %(program)s AND c.store_id = s.store_id AND c.month = s.month
            WHERE s.is_kept
        ) cell GROUP BY {groups}
        UNION ALL SELECT store_id, {", ".join(["NULL"] * (width + 3))}, month FROM standing WHERE NOT is_kept
        """,  # noqa: S608
        scope.parameters(),
    )
    stale: dict[dt.date, list[UUID]] = defaultdict(list)
    for row in rows:
        if row[0] is not None:
            stale[row[-1]].append(row[0])
    return [row[1:-1] for row in rows if row[0] is None], dict(sorted(stale.items()))


def stale(scope: Scope) -> list[tuple[UUID, dt.date, str]]:
    """The stores' months of a scope whose sums are not of now, with the state of the ledger that they are to be made from."""
    rows = ask(
        f"{STANDING} SELECT store_id, month, lines FROM standing WHERE NOT is_kept ORDER BY 2 DESC, 1",  # noqa: S608
        scope.parameters(),
    )
    return [(store, month, lines) for store, month, lines in rows]


def rates_of(scope: Scope, month: dt.date, event_first_on: dt.date) -> str:
    """What names the rates of now for lines of a month."""
    found = ask(
        f"WITH asked AS (SELECT %(month)s::date AS month, %(first)s::date AS event_first_on), {ENTERED} SELECT rates FROM ({RATES}) r",  # noqa: S608
        {**scope.parameters(), "month": month, "first": event_first_on},
    )
    return str(found[0][0])
