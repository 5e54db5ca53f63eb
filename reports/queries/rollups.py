"""Reading the sums that are kept of the ledger's sales (`reports.domain.rollups`), of months that are up to date."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from reports.queries.counted import Scope, ask

Stale = dict[dt.date, list[UUID]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a scope: `sums` as rows of (month, company, store, grade: all but one None; currency, sums), `orders` by month and
    currency; `stale`: of each month the stores that have to be read from the lines, because a change since is not in what is kept, or the
    scope begins or ends among their lines."""

    sums: list[tuple[Any, ...]] = field(default_factory=list)
    orders: dict[tuple[dt.date, str], int] = field(default_factory=dict)
    stale: Stale = field(default_factory=dict)

    @property
    def months(self) -> list[dt.date]:
        """Those that are read from their lines."""
        return list(self.stale)


# Which stores' months are up to date and what is read of them are of one snapshot of the database: one statement. Of one store that is out of
# date the lines of the others are not read.
_STORES = """
WITH month AS MATERIALIZED (
    SELECT store_id, month, coalesce(o.is_out IS NULL AND %(basis)s = ANY (s.bases)
        AND (s.first_on IS NULL OR (s.first_on >= %(from_on)s AND s.last_on <= %(until_on)s)), false) AS is_kept
    FROM (
        SELECT * FROM reports_rollup_month WHERE program_id = %(program)s AND month BETWEEN %(first)s AND %(until_on)s
    ) s FULL JOIN (
        SELECT store_id, month, true AS is_out FROM naru_rollups_out_of_date(%(program)s, %(first)s, %(until_on)s, %(has_groups)s)
    ) o USING (store_id, month)
)
"""
_OF_SCOPE = """month.is_kept AND c.program_id = %(program)s AND c.basis = %(basis)s
  AND (%(companies)s::uuid[] IS NULL OR c.company_id = ANY (%(companies)s))"""
_LINES = f"SELECT 'lines', month, NULL, store_id{', NULL' * 10} FROM month WHERE NOT is_kept"  # noqa: S608
_USD = """CASE WHEN bool_and(c.usd_amount IS NOT NULL) THEN sum(c.usd_amount) END,
       CASE WHEN bool_and(c.usd_amount IS NOT NULL) THEN sum(c.net_usd_amount) END"""
_SUMS = f"""{_STORES}
SELECT 'sums', c.month, c.company_id, c.store_id, c.grade, CASE WHEN c.grade IS NULL THEN c.currency_id ELSE min(c.currency_id) END,
       sum(c.gross_amount), sum(c.refund_amount), sum(c.krw_amount), sum(c.net_krw_amount), sum(c.lines)::bigint,
       sum(c.units)::bigint, {_USD}
FROM month JOIN reports_rollup_cell c USING (month, store_id) WHERE {_OF_SCOPE}
GROUP BY GROUPING SETS ((c.month, c.currency_id), (c.company_id, c.currency_id), (c.store_id, c.currency_id), (c.grade))
UNION ALL
SELECT 'orders', o.month, NULL, NULL, NULL, o.currency_id, NULL, NULL, NULL, NULL, sum(o.orders)::bigint, NULL, NULL, NULL
FROM month JOIN reports_rollup_orders o USING (month, store_id)
WHERE month.is_kept AND o.program_id = %(program)s AND o.basis = %(basis)s
  AND o.company_id IS NOT DISTINCT FROM %(company)s::uuid
GROUP BY o.month, o.currency_id
UNION ALL {_LINES}
"""  # noqa: S608 — the pieces are constants of this module
_CELLS = f"""{_STORES}
SELECT 'cell', c.month, c.company_id, c.store_id, c.grade, c.currency_id, c.gross_amount, c.refund_amount, c.krw_amount,
       c.net_krw_amount, c.lines, c.units, c.usd_amount, c.net_usd_amount
FROM month JOIN reports_rollup_cell c USING (month, store_id) WHERE {_OF_SCOPE}
UNION ALL {_LINES}
"""  # noqa: S608
_GROUPS = f"""{_STORES}
SELECT 'group', NULL::date, NULL::uuid, NULL::uuid, c.product_group, c.currency_id, sum(c.gross_amount), sum(c.refund_amount),
       sum(c.krw_amount), sum(c.net_krw_amount), sum(c.lines)::bigint, sum(c.units)::bigint, {_USD}
FROM month JOIN reports_rollup_group c USING (month, store_id) WHERE {_OF_SCOPE}
GROUP BY c.product_group, c.currency_id
UNION ALL {_LINES}
"""  # noqa: S608


# A declaration holds for all days of a store's month, or for none, as far as the days of its lines are known.
_HOLDS = "d.from_on <= r.event_first_on AND d.until_on >= r.event_last_on"
_ELSEWHERE = "d.from_on > r.event_last_on OR d.until_on < r.event_first_on"
_SHARED = f"""{_STORES}, declared AS MATERIALIZED (
    SELECT s.id, s.company_id, s.from_on, s.until_on,
           (SELECT count(*) FROM programs_participation p WHERE p.program_id = %(program)s AND p.company_id = s.company_id) = 1 AS is_only
    FROM reports_sharedsupport s WHERE s.id = ANY (%(shared)s)
), place AS MATERIALIZED (
    SELECT c.company_id, c.store_id, c.month, r.event_first_on, r.event_last_on,
           bool_and(d.is_only AND (({_HOLDS}) OR ({_ELSEWHERE}))) AS is_kept, bool_and({_ELSEWHERE}) AS is_elsewhere
    FROM (
        SELECT DISTINCT c.company_id, c.store_id, c.month FROM reports_rollup_cell c JOIN month USING (store_id, month) WHERE {_OF_SCOPE}
    ) c JOIN declared d USING (company_id)
    JOIN reports_rollup_month r ON r.program_id = %(program)s AND (r.store_id, r.month) = (c.store_id, c.month)
    GROUP BY 1, 2, 3, 4, 5
)
SELECT 'shared', d.id, c.month, c.currency_id, sum(c.gross_amount), sum(c.gross_amount + c.refund_amount), sum(c.krw_amount),
       sum(c.net_krw_amount), {_USD}, sum(c.lines)::bigint, sum(c.units)::bigint
FROM place r JOIN declared d ON d.company_id = r.company_id AND {_HOLDS}
JOIN reports_rollup_cell c ON c.program_id = %(program)s AND c.basis = %(basis)s
    AND (c.month, c.store_id, c.company_id) = (r.month, r.store_id, r.company_id)
WHERE r.is_kept GROUP BY d.id, c.month, c.currency_id
UNION ALL SELECT 'lines', store_id, month, company_id::text{", NULL" * 8} FROM place WHERE NOT is_kept AND NOT is_elsewhere
UNION ALL SELECT 'lines', store_id, month, NULL{", NULL" * 8} FROM month WHERE NOT is_kept
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
        stale=_stale(rows["lines"]),
    )


def _stale(rows: list[tuple[Any, ...]]) -> Stale:
    found: Stale = defaultdict(list)
    for month, _company, store, *_rest in sorted(rows, key=lambda row: row[0]):
        found[month].append(store)
    return dict(found)


def _can_be_kept(scope: Scope) -> bool:
    is_of_now = scope.as_of is None and not scope.is_restated and not scope.is_later and scope.stores is None
    return is_of_now and (scope.companies is None or len(scope.companies) == 1)


def groups(scope: Scope) -> tuple[list[tuple[Any, ...]], Stale] | None:
    """Rows of product group, currency and sums over all that is kept of a scope, and of each month the stores to be read from
    the lines, because the sums or the products' groups changed since: one company that states a group has no other store
    read. None as `kept`."""
    if not _can_be_kept(scope):
        return None
    rows = _ask(_GROUPS, scope, has_groups=True)
    return [row[3:] for row in rows["group"]], _stale(rows["lines"])


def cells(scope: Scope) -> tuple[list[tuple[Any, ...]], Stale]:
    """The single cells of a scope of which something is kept, as rows of month, company, store, grade, currency and sums; and
    of each month the stores to be read from the lines."""
    rows = _ask(_CELLS, scope)
    return rows["cell"], _stale(rows["lines"])


def shared(
    scope: Scope, declarations: Collection[UUID]
) -> tuple[list[tuple[Any, ...]], list[tuple[dt.date, UUID, UUID | None]]] | None:
    """Of each declaration of shared support rows of it, month, currency, gross, net, won and dollars before and after refunds, lines and units,
    over all that is kept; and the months, stores and companies (None: all of the scope) that are to be read from the lines. The scope
    has companies. None as of an instant, or of closed months by the rates of now."""
    if scope.as_of is not None or scope.is_restated or scope.is_later or scope.stores is not None:
        return None
    rows = _ask(_SHARED, scope, shared=list(declarations))
    return rows["shared"], [(row[1], row[0], UUID(row[2]) if row[2] else None) for row in rows["lines"]]


def _ask(
    sql: str, scope: Scope, *, has_groups: bool = False, **more: Any
) -> dict[str, list[tuple[Any, ...]]]:
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for kind, *row in ask(
        sql,
        {
            **scope.parameters(),
            "basis": scope.basis.key,
            "first": scope.from_on.replace(day=1),
            "company": scope.companies[0] if scope.companies else None,
            "has_groups": has_groups,
            **more,
        },
    ):
        rows[kind].append(tuple(row))
    return rows
