"""What has become of a file's lines: how many wait for a company now, and whose they are now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from reports.models import ImportBatch
from reports.queries.counted import ask
from reports.queries.measures import NOT_SALES

PARTS = ("gross", "refunds", "fees", "shipping_in", "shipping_cost", "net")

# Plain sums over all rows of a file: what was taken back cancels out. A payout's parts have their owners; one without
# an owner is whole.
_WAITING = """
SELECT batch_id, sum(lines) FROM (
    SELECT batch_id, sum(sign) AS lines FROM reports_sales_line
    WHERE batch_id = ANY(%(batches)s) AND participation_id IS NULL GROUP BY 1
    UNION ALL SELECT batch_id, sum(sign) FROM reports_payout_line
    WHERE batch_id = ANY(%(batches)s) AND participation_id IS NULL GROUP BY 1
) x GROUP BY 1
"""


def without_company(batches: Iterable[UUID]) -> dict[UUID, int]:
    """Of each imported file the lines that stand in the ledger and have no company today."""
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


def by_company(batch: ImportBatch) -> list[dict[str, Any]]:
    """Whose the lines are that the file brought and that stand today, with amounts by currency; lines without a company
    last, with an empty number and name. What another file knew before or replaced since is that file's."""
    rows = ask(
        f"""
        SELECT coalesce(c.business_number, ''), coalesce(c.name_ko, ''), x.currency_id, sum(x.sign),
               {", ".join(f"sum(x.{part})" for part in PARTS)}
        FROM ({_SALES} UNION ALL {_PAYOUTS}) x LEFT JOIN companies_company c ON c.id = x.company_id
        GROUP BY 1, 2, 3 HAVING sum(x.sign) > 0 ORDER BY coalesce(c.business_number, '') = '', 1, 3
        """,  # noqa: S608
        {"batch": batch.pk, "not_sales": list(NOT_SALES)},
    )
    return [
        {
            "business_number": number,
            "name": name,
            "currency": currency,
            "lines": int(lines),
            **{part: Decimal(amount) for part, amount in zip(PARTS, amounts, strict=True)},
        }
        for number, name, currency, lines, *amounts in rows
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
