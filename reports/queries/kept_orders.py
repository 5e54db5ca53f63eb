"""Reading the numbers of orders that are kept (`reports.domain.counting`), of programs with more lines than a page reads.

An order lies in one store, so a store's counts add up over stores, and over nothing else. What they were made from is named by the sums of
the store's months (`reports_rollup_month`), which are made anew with whatever changes which lines count, have a rate or are of a product
group: counts that name other sums than those of now, or sums that are out of date, are said to be of earlier.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reports.queries.counted import Scope, ask
from reports.queries.order_counts import Count, Grain

_STATE = """
of_month AS MATERIALIZED (
    SELECT store_id, month, s.store_id IS NOT NULL AND o.is_out IS NULL AS is_summed,
           concat_ws(' ', s.id, extract(epoch FROM s.made_at)) AS name
    FROM (
        SELECT * FROM reports_rollup_month WHERE program_id = %(program)s AND month BETWEEN %(first)s AND %(last)s
    ) s FULL JOIN (
        SELECT store_id, month, true AS is_out FROM naru_rollups_out_of_date(%(program)s, %(first)s, %(last)s, true)
    ) o USING (store_id, month)
), state AS MATERIALIZED (
    SELECT store_id, month, is_summed, md5(concat_ws(',', name, p.starts_on, p.ends_on)) AS name
    FROM of_month CROSS JOIN (SELECT starts_on, ends_on FROM programs_program WHERE id = %(program)s) p
    UNION ALL
    SELECT store_id, NULL, bool_and(is_summed),
           md5(concat_ws(',', string_agg(month || ' ' || name, ',' ORDER BY month), p.starts_on, p.ends_on))
    FROM of_month CROSS JOIN (SELECT starts_on, ends_on FROM programs_program WHERE id = %(program)s) p
    GROUP BY store_id, p.starts_on, p.ends_on
)
"""
"""Each store's months of a program, and all of them together (month NULL): whether their sums are of now, and what names them."""


@dataclass(frozen=True, slots=True)
class Stale:
    """A store's month, or all of its months (None), to be counted; `name`: what names the sums of now."""

    store: UUID
    month: dt.date | None
    name: str


def stale(scope: Scope, large: int) -> list[Stale]:
    """What is to be counted anew of the whole program of the scope, of what its sums are up to date: the newest month first, all months
    together last, and those of a store with more than `large` lines not twice in an hour."""
    rows = ask(
        f"""
        WITH {_STATE}
        SELECT s.store_id, s.month, s.name FROM state s
        LEFT JOIN reports_counted_store c ON c.program_id = %(program)s AND c.moment = %(moment)s AND c.store_id = s.store_id
            AND c.month IS NOT DISTINCT FROM s.month
        WHERE s.is_summed AND s.name IS DISTINCT FROM c.state AND (
            s.month IS NOT NULL OR c.made_at IS NULL OR c.made_at < naru_now() - interval '1 hour' OR (
                SELECT sum(b.lines) FROM reports_batch_sum b
                WHERE b.ledger = 'sales' AND b.program_id = %(program)s AND b.store_id = s.store_id
            ) <= %(large)s)
        ORDER BY s.month DESC NULLS LAST, s.store_id
        """,  # noqa: S608 — the pieces are constants of this module
        {**_parameters(scope), "large": large},
    )
    return [Stale(*row) for row in rows]


def left_over(scope: Scope) -> list[int]:
    """The keys of `CountedStore` of the scope's program that are of none of its stores' months any more: its days were moved, what a store sold
    was taken back, or orders count at another moment now."""
    rows = ask(
        f"""
        WITH {_STATE}
        SELECT c.id FROM reports_counted_store c WHERE c.program_id = %(program)s AND (c.moment <> %(moment)s OR NOT EXISTS (
            SELECT FROM state s WHERE s.store_id = c.store_id AND s.month IS NOT DISTINCT FROM c.month))
        """,  # noqa: S608 — the pieces are constants of this module
        _parameters(scope),
    )
    return [row[0] for row in rows]


@dataclass(frozen=True, slots=True)
class Kept:
    """The counts of a program or one of its months. `made_at`: the oldest of them; None: no store has been counted yet.
    `is_of_now`: all stores have been, and nothing has changed since."""

    counts: list[Count]
    made_at: dt.datetime | None
    is_of_now: bool


def kept(scope: Scope, month: dt.date | None) -> Kept:
    """What is kept of one month of the scope's program, or of all of it. One statement: counts and what names them are of one instant."""
    of_month = "c.month IS NULL" if month is None else "c.month = %(month)s"  # by the index
    rows = ask(
        f"""
        WITH {_STATE}, asked AS MATERIALIZED (
            SELECT s.store_id, s.month, c.made_at, s.is_summed AND s.name = c.state AS is_of_now FROM state s
            LEFT JOIN reports_counted_store c ON c.program_id = %(program)s AND c.moment = %(moment)s AND c.store_id = s.store_id
                AND c.month IS NOT DISTINCT FROM s.month
            WHERE %(month)s::date IS NULL OR s.month = %(month)s
        ), found AS MATERIALIZED (
            SELECT c.* FROM reports_order_count c
            WHERE c.program_id = %(program)s AND c.moment = %(moment)s AND {of_month}
              AND c.store_id IN (SELECT store_id FROM asked)
        ), store AS (
            SELECT f.orders, f.store_id, m.platform_id, m.country_id
            FROM found f JOIN programs_store s ON s.id = f.store_id JOIN programs_market m ON m.id = s.market_id
            WHERE f.company_id IS NULL AND f.product_group IS NULL
        )
        SELECT 'made', NULL, NULL, CASE WHEN bool_or(made_at IS NOT NULL AND month IS NOT DISTINCT FROM %(month)s) THEN min(made_at) END,
               bool_and(coalesce(is_of_now, false)) FROM asked
        UNION ALL SELECT 'program', '', sum(orders)::bigint, NULL, NULL FROM store
        UNION ALL SELECT 'platform', platform_id::text, sum(orders)::bigint, NULL, NULL FROM store GROUP BY 2
        UNION ALL SELECT 'country', country_id::text, sum(orders)::bigint, NULL, NULL FROM store GROUP BY 2
        UNION ALL SELECT 'store', store_id::text, sum(orders)::bigint, NULL, NULL FROM store GROUP BY 2
        UNION ALL SELECT 'company', company_id::text, sum(orders)::bigint, NULL, NULL FROM found WHERE company_id IS NOT NULL GROUP BY 2
        UNION ALL SELECT 'product_group', product_group, sum(orders)::bigint, NULL, NULL FROM found WHERE product_group IS NOT NULL GROUP BY 2
        UNION ALL SELECT 'month', month::text, sum(orders)::bigint, NULL, NULL FROM reports_order_count
            WHERE %(month)s::date IS NULL AND program_id = %(program)s AND moment = %(moment)s
              AND (store_id, month) IN (SELECT store_id, month FROM state WHERE month IS NOT NULL) AND company_id IS NULL AND product_group IS NULL GROUP BY 2
        """,  # noqa: S608
        {**_parameters(scope), "month": month},
    )
    made_at, is_of_now = next((at, bool(now)) for kind, _key, _count, at, now in rows if kind == "made")
    counts = [
        Count(Grain(kind), key, int(count)) for kind, key, count, *_made in rows if kind != "made" and count
    ]
    return Kept(sorted(counts, key=lambda each: (each.grain, each.key)), made_at, is_of_now)


def _parameters(scope: Scope) -> dict[str, Any]:
    """Kept is the whole of a program, whatever days a scope has of it."""
    return {
        "program": scope.program.pk, "moment": scope.basis.moment, "first": scope.program.starts_on.replace(day=1),
        "last": scope.program.ends_on,
    }  # fmt: skip
