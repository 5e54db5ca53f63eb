"""Product groups of a written report, each by itself: its lines are found by what companies stated when it was written.

What was stated then stands in the histories of products, listings and merges, up to the run's marks. A run without these
marks was written before they were kept: of it only the sum over all groups is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection

from reports.domain.verifying.figures import BASE, LEFT, Question, rates_of
from reports.domain.verifying.result import ask

MARKS = frozenset({"product", "listing", "merge"})


def is_kept(marks: Mapping[str, int]) -> bool:
    """Whether it is known what companies had stated when the run was written."""
    return marks.keys() >= MARKS


_LISTED = """SELECT s.id AS store_id, x.company_id, x.{number} AS said, max(p.product_group) AS product_group
    FROM listings x JOIN products p ON p.pgh_obj_id = x.product_id
    JOIN programs_store s ON s.agency_id = x.agency_id AND s.market_id = x.market_id AND coalesce(x.store_id, s.id) = s.id
    WHERE x.{number} <> '' AND p.product_group <> '' GROUP BY 1, 2, 3 HAVING count(DISTINCT p.product_group) = 1"""


def _then(table: str, mark: str, where: str = "") -> str:
    """SQL: the records as they stood at the mark."""
    return f"""SELECT * FROM (
        SELECT DISTINCT ON (e.pgh_obj_id) e.* FROM {table} e WHERE e.pgh_id <= %({mark})s{where}
        ORDER BY e.pgh_obj_id, e.pgh_id DESC) last WHERE pgh_label <> 'delete'"""  # noqa: S608


_OF_SELLERS = """ AND e.pgh_obj_id IN (
            SELECT o.pgh_obj_id FROM {table} o WHERE o.company_id IN (SELECT company_id FROM sellers))"""
TOLD = f"""
merges AS MATERIALIZED ({_then("companies_mergeevent", "merges")} AND carried_out_at IS NOT NULL),
merged AS MATERIALIZED (
    WITH RECURSIVE step AS (
        SELECT given_up_id AS company_id, kept_id FROM merges
        UNION SELECT s.company_id, m.kept_id FROM step s JOIN merges m ON m.given_up_id = s.kept_id
    ) SELECT company_id, kept_id FROM step s WHERE NOT EXISTS (SELECT FROM merges m WHERE m.given_up_id = s.kept_id)
),
sold AS MATERIALIZED (SELECT DISTINCT store_id, company_id, sku, listing_reference FROM base),
sellers AS MATERIALIZED (
    SELECT company_id FROM sold UNION SELECT g.kept_id FROM sold JOIN merged g USING (company_id)
),
products AS MATERIALIZED ({_then("companies_productevent", "products", _OF_SELLERS.format(table="companies_productevent"))}),
listings AS MATERIALIZED ({_then("programs_listingevent", "listings", _OF_SELLERS.format(table="programs_listingevent"))}),
by_number AS MATERIALIZED ({_LISTED.format(number="reference")}),
by_sku AS MATERIALIZED ({_LISTED.format(number="sku")}),
told AS MATERIALIZED (
    SELECT a.*, coalesce(n.product_group, k.product_group, nullif(own.product_group, ''),
                         CASE WHEN own.code IS NULL THEN other.product_group END, '') AS product_group
    FROM sold a
    LEFT JOIN by_number n ON (n.store_id, n.company_id, n.said) = (a.store_id, a.company_id, a.listing_reference)
    LEFT JOIN by_sku k ON (k.store_id, k.company_id, k.said) = (a.store_id, a.company_id, a.sku)
    LEFT JOIN products own ON (own.company_id, own.code) = (a.company_id, a.sku)
    LEFT JOIN merged g ON g.company_id = a.company_id
    LEFT JOIN products other ON (other.company_id, other.code) = (g.kept_id, a.sku) AND other.product_group <> ''
)"""  # noqa: S608
"""The product group of each number that was sold, as it was stated at the marks."""
OF_LINE = """JOIN told t ON (t.store_id, t.company_id, t.sku, t.listing_reference)
            = (w.store_id, w.company_id, w.sku, w.listing_reference)"""
KRW = "round({amount}::numeric(60, 30) * w.times * r.up / (w.through * r.down))"
GROSS, NET = (KRW.format(amount=amount) for amount in ("w.gross", "(w.gross + w.refund)"))


def sums(question: Question) -> dict[tuple[str, str], tuple[Any, ...]]:
    """(product group, currency) → gross, refunds, won before and after them, units, distinct orders with goods of the group."""
    rows = ask(
        f"""
        WITH {BASE}, {TOLD}, {rates_of(question.rate_rule)}, line AS MATERIALIZED (
            SELECT w.*, t.product_group, {GROSS} AS krw, {NET} AS net_krw
            FROM whole w JOIN rate r ON r.currency = w.currency AND r.day = w.day {OF_LINE}
        ), bought AS (
            SELECT product_group, currency FROM line GROUP BY 1, 2, store_id, bought HAVING sum(sign) > 0
        )
        SELECT w.product_group, w.currency, sum(w.g), sum(w.r), sum(w.krw), sum(w.net_krw), sum(w.units),
               (SELECT count(*) FROM bought b WHERE (b.product_group, b.currency) = (w.product_group, w.currency))
        FROM line w GROUP BY 1, 2 HAVING {LEFT}
        """,  # noqa: S608
        question.parameters(),
    )
    return {(group, currency): tuple(values) for group, currency, *values in rows}


COLUMNS = (
    "store", "company", "order_reference", "line_key", "version", "sign", "business_day", "event_day", "sku", "listing_reference",
    "units", "gross", "refund", "krw", "net_krw", "file", "row",
)  # fmt: skip


def lines(question: Question, product_group: str, currency: str) -> Iterator[tuple[Any, ...]]:
    """The rows of the ledger behind a group's figure as `COLUMNS`, in the order of their keys, with the file and the row that said so.
    Their won add up to it; what was taken back has a row of sign -1. Any number of them: they are read a part at a time."""
    sql = f"""
        WITH {BASE}, {TOLD}, {rates_of(question.rate_rule)}
        SELECT s.code, c.business_number, l.order_reference, l.line_key, l.version, l.sign, l.business_day, w.day, l.sku,
               l.listing_reference, w.units, w.g, w.r, {GROSS}, {NET}, f.name, l.row
        FROM whole w JOIN rate r ON r.currency = w.currency AND r.day = w.day {OF_LINE}
        JOIN reports_sales_line l ON l.id = w.line JOIN programs_store s ON s.id = l.store_id
        JOIN companies_company c ON c.id = l.company_id
        JOIN reports_importbatch b ON b.id = l.batch_id JOIN ground_storedfile f ON f.id = b.file_id
        WHERE t.product_group = %(product_group)s AND w.currency = %(currency)s
        ORDER BY s.code, l.line_key, l.version, l.sign DESC
        """  # noqa: S608
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, {**question.parameters(), "product_group": product_group, "currency": currency})
        yield from cursor
