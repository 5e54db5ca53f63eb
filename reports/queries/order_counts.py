"""How many orders (주문건수), counted at each grain that is shown: distinct there, never summed over companies or product groups.

An order is what a buyer ordered at once in a store: the pack, where the file has one, else the order number. It counts at a grain where
the signs of its counted lines there come to more than nothing. An order with goods of two companies is one order of each, and
one of the program.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from reports.queries import counted
from reports.queries.counted import ENTERED, EVENT_DAY, IN_STORES, LATER, ORDER_KEY, RATE_TABLE, Scope
from reports.queries.product_groups import GROUP, JOINED, known_sql


class Grain(StrEnum):
    """By what orders are counted."""

    PROGRAM = "program"
    MONTH = "month"
    PLATFORM = "platform"
    COUNTRY = "country"
    STORE = "store"
    COMPANY = "company"
    PRODUCT_GROUP = "product_group"


@dataclass(frozen=True, slots=True)
class Count:
    """Of one member of a grain: a day, a key, a code; the program's own is empty."""

    grain: Grain
    key: str
    orders: int


COLUMNS = {
    Grain.PROGRAM: "''::text",
    Grain.MONTH: "part.month::text",
    Grain.PLATFORM: "m.platform_id::text",
    Grain.COUNTRY: "m.country_id::text",
    Grain.STORE: "part.store_id::text",
    Grain.COMPANY: "part.company_id::text",
    Grain.PRODUCT_GROUP: "part.product_group",
}


def is_at_most(scope: Scope, rows: int) -> bool:
    """Whether the ledger has no more rows in the scope, of whatever sign and state; no more than these are looked at."""
    found = counted.ask(
        "SELECT count(*) FROM (SELECT FROM reports_sales_line l WHERE l.program_id = %(program)s"
        " AND l.business_day BETWEEN %(from_on)s AND %(until_on)s LIMIT %(rows)s + 1) l",
        {**scope.parameters(), "rows": rows},
    )
    return bool(found[0][0] <= rows)


_PARTS = """
line AS MATERIALIZED (
    SELECT date_trunc('month', l.business_day)::date AS month, l.store_id, l.company_id, l.sku, l.listing_reference,
           {order_key} AS order_key, sum(l.sign) AS sign
    FROM reports_sales_line l JOIN {rate_table} ON rate.currency_id = l.currency_id AND rate.event_day = {event_day}
    WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
      AND (%(companies)s::uuid[] IS NULL OR l.company_id = ANY(%(companies)s)) AND {in_stores} AND {entered} AND {later}
      AND {states}
    GROUP BY 1, 2, 3, 4, 5, 6
), {known}, part AS MATERIALIZED (
    SELECT line.month, line.store_id, line.company_id, line.order_key, {group} AS product_group, sum(line.sign) AS sign
    FROM line {joined} GROUP BY 1, 2, 3, 4, 5
)
"""


def parts(scope: Scope) -> tuple[str, dict[str, Any]]:
    """CTEs that end with `part`, with their parameters: each order's counted lines that have a rate, by month, store, company and product
    group. Refused as `counted.states_of`."""
    sql = _PARTS.format(
        order_key=ORDER_KEY, rate_table=RATE_TABLE, event_day=EVENT_DAY, in_stores=IN_STORES, entered=ENTERED, later=LATER,
        states=counted.states_of(scope.basis), known=known_sql(), group=GROUP, joined=JOINED,
    )  # fmt: skip
    found = counted.known_rates(scope if scope.companies is not None else replace(scope, stores=None))
    return sql, {**scope.parameters(), **counted.rate_parameters(found)}


def of_scope(scope: Scope) -> list[Count]:
    """Orders at every grain, read from the lines that count and have a rate, in one question. Refused as
    `counted.states_of`."""
    sql, parameters = parts(scope)
    grains = " UNION ALL ".join(
        f"SELECT '{grain}', key, count(*) FROM (SELECT {column} AS key FROM part"  # noqa: S608
        " JOIN programs_store s ON s.id = part.store_id JOIN programs_market m ON m.id = s.market_id"
        f" GROUP BY 1, part.store_id, part.order_key HAVING sum(part.sign) > 0) bought GROUP BY key"
        for grain, column in COLUMNS.items()
    )
    rows: list[tuple[Any, ...]] = counted.ask(f"WITH {sql} {grains} ORDER BY 1, 2", parameters)
    return [Count(Grain(grain), key, count) for grain, key, count in rows]
