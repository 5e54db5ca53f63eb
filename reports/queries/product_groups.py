"""Sales by product group (상품군): the same sums as everywhere, split by what the products' companies state.

The product of a line is found through its company's listings and product codes (`naru_product_groups` in the database) as they
stand now. What nobody states is a group of its own, the empty one, so that the groups add up to the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from reports.queries import calendar_months, counted, order_sums, rollups
from reports.queries.counted import Scope
from reports.queries.order_sums import OF_LINES, Sum

GROUP = "coalesce(listing.product_group, sku.product_group, '')"
"""SQL: the product group of `line`, joined by `JOINED`."""

JOINED = """
LEFT JOIN known listing ON listing.is_listing AND listing.store_id = line.store_id AND listing.company_id = line.company_id
    AND listing.reference = line.listing_reference
LEFT JOIN known sku ON NOT sku.is_listing AND sku.store_id = line.store_id AND sku.company_id = line.company_id
    AND sku.reference = line.sku
"""


def known_sql(lines: str = "line") -> str:
    """CTEs: `known`, the groups of the numbers in the stores of the lines."""
    return (
        f"stores AS MATERIALIZED (SELECT DISTINCT store_id FROM {lines}), known AS MATERIALIZED ("  # noqa: S608
        "SELECT s.store_id, k.* FROM stores s CROSS JOIN LATERAL naru_product_groups(s.store_id) k)"
    )


@dataclass(frozen=True, slots=True)
class GroupSum:
    """A product group ("" is not known) in one currency of the files."""

    product_group: str
    sum: Sum


def of_scope(scope: Scope) -> list[GroupSum]:
    """By product group and currency, the larger first, what is not known last. Refused as `counted.states_of`."""
    counted.states_of(scope.basis)
    found: dict[tuple[str, str], Sum] = {}
    kept = rollups.groups(scope)
    if kept is None:
        found = of_lines(scope)
    else:
        rows, stale = kept
        found = {(group, row[0]): order_sums.sum_of(row) for group, *row in rows}
        for month, stores in stale.items():
            unkept = replace(calendar_months.of_month(scope, month), stores=tuple(stores))
            for key, each in of_lines(unkept).items():
                found[key] = found[key] + each if key in found else each
    won: dict[str, Decimal] = {}
    for (group, _currency), each in found.items():
        won[group] = won.get(group, Decimal(0)) + each.krw_amount
    return [
        GroupSum(group, each)
        for (group, currency), each in sorted(
            found.items(), key=lambda item: (item[0][0] == "", -won[item[0][0]], item[0])
        )
    ]


def orders_of(scope: Scope) -> dict[tuple[str, str], int]:
    """Distinct orders with goods of each group, by group and currency, read from the lines that count and have a rate: one with
    goods of two groups counts in both."""
    sql, parameters = order_sums.converted(scope)
    rows = counted.ask(
        f"""
        WITH line AS MATERIALIZED (
            SELECT store_id, company_id, sku, listing_reference, currency_id, order_key, sum(sign) AS sign FROM ({sql}) line
            GROUP BY 1, 2, 3, 4, 5, 6
        ), {known_sql()}, bought AS (
            SELECT {GROUP} AS product_group, line.currency_id FROM line {JOINED}
            GROUP BY 1, 2, line.store_id, line.order_key HAVING sum(line.sign) > 0
        ) SELECT product_group, currency_id, count(*) FROM bought GROUP BY 1, 2
        """,  # noqa: S608
        parameters,
    )
    return {(group, currency): count for group, currency, count in rows}


def of_lines(scope: Scope) -> dict[tuple[str, str], Sum]:
    """The same, read line by line: as what is kept, by month, company and store first, so that lines which were all taken back
    there are none here."""
    sql, parameters = order_sums.converted(scope)
    rows = counted.ask(
        f"WITH line AS MATERIALIZED ({sql}), {known_sql()} SELECT line.month, line.company_id, line.store_id,"  # noqa: S608
        f" {GROUP}, line.currency_id, {OF_LINES}"
        f" FROM line {JOINED} GROUP BY 1, 2, 3, 4, 5 HAVING {counted.LINES_LEFT}",
        parameters,
    )
    found: dict[tuple[str, str], Sum] = {}
    for _month, _company, _store, group, *row in rows:
        key, each = (group, row[0]), order_sums.sum_of(row)
        found[key] = found[key] + each if key in found else each
    return found
