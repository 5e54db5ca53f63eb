"""What has become of a file's lines: how many wait for a company now, and whose they are now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from companies.models import Company
from reports.models import ImportBatch
from reports.queries.counted import ask
from reports.queries.reported_measures import NOT_SALES

PARTS = ("gross", "refunds", "fees", "shipping_in", "shipping_cost", "net")

# Plain sums over all rows of a file: what was taken back cancels out. A payout's parts have their owners; one without
# an owner is whole.
_WAITING = """
SELECT batch_id, sum(lines) FROM reports_batch_sum
WHERE batch_id = ANY(%(batches)s) AND participation_id IS NULL GROUP BY 1
"""


def without_company(batches: Iterable[UUID]) -> dict[UUID, int]:
    """Of each imported file the lines that stand in the ledger and have no company today; of the sums of files."""
    rows = ask(_WAITING, {"batches": list(batches)})
    return {batch: int(lines) for batch, lines in rows}


_SALES = """
SELECT l.company_id, l.currency_id, l.sign, l.gross_amount + l.discount_amount AS gross,
       l.refund_amount AS refunds, l.fee_amount + l.tax_amount AS fees,
       l.shipping_in_amount AS shipping_in, l.shipping_cost_amount AS shipping_cost, l.net_amount AS net
FROM reports_sales_line l WHERE l.batch_id = %(batch)s
"""
_PAYOUTS = """
SELECT l.company_id, l.currency_id, l.sign,
       CASE WHEN l.description_class = 'payment' THEN l.gross_amount ELSE 0 END AS gross,
       l.refund_amount
           + CASE WHEN l.description_class IN ('refund', 'chargeback', 'dispute') THEN l.gross_amount ELSE 0 END AS refunds,
       l.net_amount - l.gross_amount - l.shipping_fee_amount - l.refund_amount
           + CASE WHEN l.description_class IN ('tax', 'fee') THEN l.gross_amount ELSE 0 END AS fees,
       0 AS shipping_in,
       l.shipping_fee_amount + CASE WHEN l.description_class = 'shipping' THEN l.gross_amount ELSE 0 END AS shipping_cost,
       l.net_amount AS net
FROM reports_payout_line l WHERE l.batch_id = %(batch)s AND l.description_class <> ALL(%(not_sales)s)
"""


_STATE = "coalesce(md5(string_agg(s.id || ':' || s.xmin, ',' ORDER BY s.id)), '')"


def state_of(batch: UUID) -> str:
    """Names what stands of the file: every statement that enters lines of it, or takes some back, writes its sums anew, with its
    transaction's number."""
    found = ask(f"SELECT {_STATE} FROM reports_batch_sum s WHERE s.batch_id = %(batch)s", {"batch": batch})  # noqa: S608
    return str(found[0][0])


_CHANGED = f"""
SELECT b.id FROM reports_importbatch b LEFT JOIN reports_batch_sum s ON s.batch_id = b.id
WHERE b.state = 'done' AND b.lines >= %(lines)s
GROUP BY b.id HAVING b.kept_by_company ->> 'state' IS DISTINCT FROM {_STATE}
ORDER BY b.imported_at DESC LIMIT %(limit)s
"""  # noqa: S608


def changed_since_kept(*, lines: int, limit: int) -> list[UUID]:
    """Files of so many lines or more of which nothing is kept by company, or not of now, newest first. One statement, and what is kept stays in
    the database: it is large."""
    return [batch for (batch,) in ask(_CHANGED, {"lines": lines, "limit": limit})]


def by_company(batch: ImportBatch) -> list[dict[str, Any]]:
    """Whose the lines are that the file brought and that stand today, with amounts by currency; lines without a company
    last, with an empty number and name. What another file knew before or replaced since is that file's. Of a large file as it is kept with it
    (`domain.keeping`), unless lines of it have changed since."""
    kept = batch.kept_by_company
    rows = (
        kept["rows"]
        if kept is not None and kept["state"] == state_of(batch.pk)
        else read_by_company(batch.pk)
    )
    companies = Company.objects.filter(pk__in=[row["company"] for row in rows if row["company"]])
    names = {str(pk): names for pk, *names in companies.values_list("pk", "business_number", "name_ko")}
    found = []
    for row in rows:
        number, name = names.get(row["company"] or "", ("", ""))
        amounts = {part: Decimal(row[part]) for part in PARTS}
        found.append(
            {
                "business_number": number,
                "name": name,
                "currency": row["currency"],
                "lines": row["lines"],
                **amounts,
            }
        )
    return sorted(
        found, key=lambda row: (not row["business_number"], row["business_number"], row["currency"])
    )


def read_by_company(batch: UUID) -> list[dict[str, Any]]:
    """The same from the lines themselves, by the companies' keys, as it is kept."""
    rows = ask(
        f"""
        SELECT x.company_id, x.currency_id, sum(x.sign), {", ".join(f"sum(x.{part})" for part in PARTS)}
        FROM ({_SALES} UNION ALL {_PAYOUTS}) x GROUP BY 1, 2 HAVING sum(x.sign) > 0
        """,  # noqa: S608
        {"batch": batch, "not_sales": list(NOT_SALES)},
    )
    return [
        {
            "company": company and str(company),
            "currency": currency,
            "lines": int(lines),
            **{part: str(amount) for part, amount in zip(PARTS, amounts, strict=True)},
        }
        for company, currency, lines, *amounts in rows
    ]


_SALES_OF_MONTH = """
SELECT currency_id, sum(lines), sum(net_amount) FROM reports_batch_sum
WHERE store_id = %(store)s AND month = %(month)s AND ledger = 'sales' GROUP BY 1 HAVING sum(lines) > 0
"""
_PAYOUTS_OF_MONTH = """
SELECT currency_id, sum(sign), sum(net_amount) FROM reports_payout_line
WHERE store_id = %(store)s AND business_day >= %(month)s AND business_day < %(month)s::date + interval '1 month'
  AND description_class <> ALL(%(not_sales)s) GROUP BY 1 HAVING sum(sign) > 0
"""


def month_before(batch: ImportBatch, measure: str) -> tuple[dt.date, dict[str, tuple[int, Decimal]]] | None:
    """The month before the file's first business day, with what stands of it in the ledger of the same store: lines and
    total by currency, of all files. `None` for a file without lines."""
    if batch.first_at is None:
        return None
    first = batch.first_at.astimezone(ZoneInfo(batch.program.zone)).date().replace(day=1)
    month = (first - dt.timedelta(days=1)).replace(day=1)
    rows = ask(
        _PAYOUTS_OF_MONTH if measure == "payouts" else _SALES_OF_MONTH,
        {"store": batch.store_id, "month": month, "not_sales": list(NOT_SALES)},
    )
    return month, {currency: (int(lines), Decimal(net)) for currency, lines, net in rows}
