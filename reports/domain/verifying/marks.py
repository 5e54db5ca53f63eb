"""Own purchases and what the program's money paid, once more: each row of a marked order converted and rounded by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ground import clock
from programs.models import Program
from reports.domain.verifying import shown
from reports.domain.verifying.figures import BASE, Question, rates_of
from reports.domain.verifying.result import Difference, ask, compare
from reports.queries import of_which as shown_beside

_OWN = f"""
WITH {BASE}, {{rates}}, marked AS (
    SELECT m.store_id, m.company_id, m.order_reference, min(m.marked_at) AS at FROM reports_ordermark m
    WHERE m.marked_at <= %(as_of)s AND coalesce(m.ended_at, 'infinity') > %(as_of)s GROUP BY 1, 2, 3
), own AS (
    SELECT w.month, w.currency, w.company_id, w.store_id, w.bought, w.sign, w.g,
           round(w.gross::numeric(60, 30) * w.times * r.up / (w.through * r.down)) AS krw,
           EXISTS (SELECT FROM reports_closedmonth c WHERE c.program_id = %(program)s AND c.month = w.month
               AND c.closed_at <= %(as_of)s AND c.closed_at < k.at AND coalesce(c.reopened_at, 'infinity') > %(as_of)s) AS late
    FROM whole w JOIN rate r ON r.currency = w.currency AND r.day = w.day
    JOIN marked k ON k.store_id = w.store_id AND k.company_id = w.company_id AND k.order_reference = w.bought
)
SELECT o.month, o.currency, sum(o.g), sum(o.krw), (
           SELECT count(*) FROM (SELECT 1 FROM own x WHERE x.month = o.month AND x.currency = o.currency
               GROUP BY x.company_id, x.store_id, x.bought HAVING sum(x.sign) > 0) orders),
       coalesce(sum(o.krw) FILTER (WHERE o.late), 0)
FROM own o GROUP BY 1, 2 HAVING sum(o.sign) <> 0 OR sum(o.g) <> 0
"""  # noqa: S608
_PAID = """
WITH base AS (
    SELECT coalesce(l.event_on, l.business_day) AS day, date_trunc('month', l.business_day)::date AS month,
           l.currency_id AS currency, l.program_discount_amount AS paid
    FROM reports_sales_line l
    WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s AND l.entered_at <= %(as_of)s
      AND l.program_discount_amount <> 0 AND l.status_class <> 'look'
      AND (NOT %(is_paid)s OR l.status_class IN ('sold', 'refunded') OR (l.status_class = 'cancelled' AND l.refund_amount <> 0))
), {rates}
SELECT b.month, b.currency, sum(b.paid), sum(round(b.paid::numeric(60, 30) * r.up / r.down))
FROM base b JOIN rate r ON r.currency = b.currency AND r.day = b.day GROUP BY 1, 2 HAVING sum(b.paid) <> 0
"""


def of_which(question: Question) -> dict[tuple[dt.date, str], tuple[Decimal, ...]]:
    """(month, currency) → own purchases, in won, their orders, in won of what was marked after closing; program money, in won."""
    rates = rates_of(question.rate_rule)
    found: dict[tuple[dt.date, str], list[Decimal]] = {}
    for month, currency, *values in ask(_OWN.format(rates=rates), question.parameters()):
        found[month, currency] = [*values, Decimal(0), Decimal(0)]
    for month, currency, paid, krw in ask(_PAID.format(rates=rates), question.parameters()):
        found.setdefault((month, currency), [Decimal(0)] * 6)[4:] = [paid, krw]
    return {key: tuple(values) for key, values in found.items()}


def named() -> Iterator[Difference | int]:
    """What the pages name beside gross, now."""
    for program in Program.objects.order_by("code"):
        scope = shown.scope_of(program)
        stated: dict[Any, Any] = {
            (row.month, row.currency): (
                row.own_amount, row.own_krw_amount, row.own_orders, row.later_krw_amount, row.program_amount,
                row.program_krw_amount,
            )
            for row in shown_beside.of_which(scope)
        }  # fmt: skip
        question = replace(shown.question_of(scope), as_of=clock.now())
        yield from compare("of_which", stated, of_which(question), program.code)
