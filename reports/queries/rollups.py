"""Reading the sums that are kept of the ledger's sales (`reports.domain.rollups`), of months that are up to date."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from reports.queries.counted import Scope, ask


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a scope: `sums` as rows of (month, company, store, grade: all but one None; currency, sums), `orders` by month and
    currency; `months` that have to be read from the lines, because a change since is not in what is kept, or the scope begins
    or ends among their lines."""

    sums: list[tuple[Any, ...]] = field(default_factory=list)
    orders: dict[tuple[dt.date, str], int] = field(default_factory=dict)
    months: list[dt.date] = field(default_factory=list)


# Which months are up to date and what is read of them are of one snapshot of the database: one statement.
_MONTHS = """
WITH month AS MATERIALIZED (
    SELECT month, bool_and(coalesce(o.is_out IS NULL AND %(basis)s = ANY (s.bases)
        AND (s.first_on IS NULL OR (s.first_on >= %(from_on)s AND s.last_on <= %(until_on)s)), false)) AS is_kept
    FROM (
        SELECT * FROM reports_rollup_month WHERE program_id = %(program)s AND month BETWEEN %(first)s AND %(until_on)s
    ) s FULL JOIN (
        SELECT store_id, month, true AS is_out FROM naru_rollups_out_of_date(%(program)s, %(first)s, %(until_on)s, %(has_groups)s)
    ) o USING (store_id, month)
    GROUP BY month
)
"""
# The same store by store: who takes sums of some stores as kept reads the lines of the others alone.
_STORES = _MONTHS.replace("SELECT month, bool_and", "SELECT store_id, month, bool_and").replace(
    "GROUP BY month", "GROUP BY store_id, month"
)
_OF_SCOPE = """month.is_kept AND c.program_id = %(program)s AND c.basis = %(basis)s
  AND (%(companies)s::uuid[] IS NULL OR c.company_id = ANY (%(companies)s))"""
_LINES = f"SELECT 'lines', month{', NULL' * 12} FROM month WHERE NOT is_kept"  # noqa: S608
_USD = """CASE WHEN bool_and(c.usd_amount IS NOT NULL) THEN sum(c.usd_amount) END,
       CASE WHEN bool_and(c.usd_amount IS NOT NULL) THEN sum(c.net_usd_amount) END"""
_SUMS = f"""{_MONTHS}
SELECT 'sums', c.month, c.company_id, c.store_id, c.grade, CASE WHEN c.grade IS NULL THEN c.currency_id ELSE min(c.currency_id) END,
       sum(c.gross_amount), sum(c.refund_amount), sum(c.krw_amount), sum(c.net_krw_amount), sum(c.lines)::bigint,
       sum(c.units)::bigint, {_USD}
FROM month JOIN reports_rollup_cell c USING (month) WHERE {_OF_SCOPE}
GROUP BY GROUPING SETS ((c.month, c.currency_id), (c.company_id, c.currency_id), (c.store_id, c.currency_id), (c.grade))
UNION ALL
SELECT 'orders', o.month, NULL, NULL, NULL, o.currency_id, NULL, NULL, NULL, NULL, sum(o.orders)::bigint, NULL, NULL, NULL
FROM month JOIN reports_rollup_orders o USING (month)
WHERE month.is_kept AND o.program_id = %(program)s AND o.basis = %(basis)s
  AND o.company_id IS NOT DISTINCT FROM %(company)s::uuid
GROUP BY o.month, o.currency_id
UNION ALL {_LINES}
"""  # noqa: S608 — the pieces are constants of this module
_CELLS = f"""{_MONTHS}
SELECT 'cell', c.month, c.company_id, c.store_id, c.grade, c.currency_id, c.gross_amount, c.refund_amount, c.krw_amount,
       c.net_krw_amount, c.lines, c.units, c.usd_amount, c.net_usd_amount
FROM month JOIN reports_rollup_cell c USING (month) WHERE {_OF_SCOPE}
UNION ALL {_LINES}
"""  # noqa: S608
_GROUPS = f"""{_STORES}
SELECT 'group', NULL::date, NULL::uuid, NULL::uuid, c.product_group, c.currency_id, sum(c.gross_amount), sum(c.refund_amount),
       sum(c.krw_amount), sum(c.net_krw_amount), sum(c.lines)::bigint, sum(c.units)::bigint, {_USD}
FROM month JOIN reports_rollup_group c USING (month, store_id) WHERE {_OF_SCOPE}
GROUP BY c.product_group, c.currency_id
UNION ALL {_LINES.replace("month, NULL, NULL", "month, NULL, store_id", 1)}
"""  # noqa: S608


def kept(scope: Scope) -> Kept | None:
    """What is kept of the scope; None where nothing can be: as of an instant, closed months by
    the rates of now, later bookings alone, some stores, or of several companies together."""
    if not _can_be_kept(scope):
        return None
    rows = _ask(_SUMS, scope)
    return Kept(
        sums=rows["sums"],
        orders={(row[0], row[4]): row[9] for row in rows["orders"]},
        months=sorted(row[0] for row in rows["lines"]),
    )


def _can_be_kept(scope: Scope) -> bool:
    is_of_now = scope.as_of is None and not scope.is_restated and not scope.is_later and scope.stores is None
    return is_of_now and (scope.companies is None or len(scope.companies) == 1)


def groups(scope: Scope) -> tuple[list[tuple[Any, ...]], dict[dt.date, list[UUID]]] | None:
    """Rows of product group, currency and sums over all that is kept of a scope, and of each month the stores to be read from
    the lines, because the sums or the products' groups changed since: one company that states a group has no other store
    read. None as `kept`."""
    if not _can_be_kept(scope):
        return None
    rows = _ask(_GROUPS, scope, has_groups=True)
    stale: dict[dt.date, list[UUID]] = defaultdict(list)
    for month, _company, store, *_rest in sorted(rows["lines"], key=lambda row: row[0]):
        stale[month].append(store)
    return [row[3:] for row in rows["group"]], dict(stale)


def cells(scope: Scope) -> tuple[list[tuple[Any, ...]], list[dt.date]]:
    """The single cells of a scope of which something is kept, as rows of month, company, store, grade, currency and sums; and
    the months to be read from the lines."""
    rows = _ask(_CELLS, scope)
    return rows["cell"], sorted(row[0] for row in rows["lines"])


def _ask(sql: str, scope: Scope, *, has_groups: bool = False) -> dict[str, list[tuple[Any, ...]]]:
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for kind, *row in ask(
        sql,
        {
            **scope.parameters(),
            "basis": scope.basis.key,
            "first": scope.from_on.replace(day=1),
            "company": scope.companies[0] if scope.companies else None,
            "has_groups": has_groups,
        },
    ):
        rows[kind].append(tuple(row))
    return rows
