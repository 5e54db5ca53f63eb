"""Reading the sums that are kept of the ledger's sales (`reports.domain.rollups`), of months that are up to date."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from reports.queries.counted import Scope, ask


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a scope: `cells` as rows of month, company, store, grade, currency and sums; `orders` by month and currency;
    `months` that have to be read from the lines, because a change since is not in what is kept, or the scope begins or ends
    among their lines."""

    cells: list[tuple[Any, ...]] = field(default_factory=list)
    orders: dict[tuple[dt.date, str], int] = field(default_factory=dict)
    months: list[dt.date] = field(default_factory=list)


# One statement, so that what is up to date and what is read are of one snapshot of the database.
_KEPT = """
WITH month AS MATERIALIZED (
    SELECT month, bool_and(coalesce(o.is_out IS NULL AND %(basis)s = ANY (s.bases)
        AND (s.first_on IS NULL OR (s.first_on >= %(from_on)s AND s.last_on <= %(until_on)s)), false)) AS is_kept
    FROM (
        SELECT * FROM reports_rollup_month WHERE program_id = %(program)s AND month BETWEEN %(first)s AND %(until_on)s
    ) s FULL JOIN (
        SELECT store_id, month, true AS is_out FROM naru_rollups_out_of_date(%(program)s, %(first)s, %(until_on)s)
    ) o USING (store_id, month)
    GROUP BY month
)
SELECT 'cell', c.month, c.company_id, c.store_id, c.grade, c.currency_id, c.gross_amount, c.refund_amount, c.krw_amount,
       c.net_krw_amount, c.lines, c.units
FROM month JOIN reports_rollup_cell c USING (month)
WHERE month.is_kept AND c.program_id = %(program)s AND c.basis = %(basis)s
  AND (%(company)s::uuid IS NULL OR c.company_id = %(company)s)
UNION ALL
SELECT 'orders', o.month, NULL, NULL, NULL, o.currency_id, NULL, NULL, NULL, NULL, sum(o.orders)::bigint, NULL
FROM month JOIN reports_rollup_orders o USING (month)
WHERE month.is_kept AND o.program_id = %(program)s AND o.basis = %(basis)s
  AND o.company_id IS NOT DISTINCT FROM %(company)s::uuid
GROUP BY o.month, o.currency_id
UNION ALL
SELECT 'lines', month, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM month WHERE NOT is_kept
"""


def kept(scope: Scope) -> Kept | None:
    """What is kept of the scope; None where nothing can be: as of an instant, or of several companies together."""
    companies = scope.companies
    if scope.as_of is not None or (companies is not None and len(companies) != 1):
        return None
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for kind, *row in ask(
        _KEPT,
        {
            **scope.parameters(),
            "basis": scope.basis.key,
            "first": scope.from_on.replace(day=1),
            "company": companies[0] if companies else None,
        },
    ):
        rows[kind].append(tuple(row))
    return Kept(
        cells=rows["cell"],
        orders={(row[0], row[4]): row[9] for row in rows["orders"]},
        months=sorted(row[0] for row in rows["lines"]),
    )
