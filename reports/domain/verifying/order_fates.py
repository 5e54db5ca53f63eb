"""What came of each order's payout, asked in a second way: order by order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from reports.domain.verifying.figures import EVENT, Question
from reports.domain.verifying.result import ask
from reports.queries import payout_terms

_FATES = """
WITH sold AS (
    SELECT l.store_id, l.company_id, l.currency_id, coalesce(nullif(l.pack_reference, ''), l.order_reference) AS bought,
           l.order_reference, {event} AS day, sum(l.net_amount) AS net, sum(l.refund_amount) AS refund,
           sum(l.sign) AS standing
    FROM reports_sales_line l
    WHERE l.program_id = %(program)s AND {event} BETWEEN %(from_on)s AND %(until_on)s
      AND (l.status_class IN ('sold', 'refunded') OR (l.status_class = 'cancelled' AND l.refund_amount <> 0))
    GROUP BY 1, 2, 3, 4, 5, 6
), numbers AS (
    SELECT store_id, company_id, currency_id, bought, order_reference AS number FROM sold WHERE standing > 0
    UNION SELECT store_id, company_id, currency_id, bought, bought FROM sold WHERE standing > 0
), came AS (
    SELECT n.store_id, n.company_id, n.currency_id, n.bought, p.currency_id AS paid_in, sum(p.net_amount) AS net,
           sum(CASE WHEN p.description_class IN ('refund', 'chargeback', 'dispute') THEN p.net_amount
               ELSE p.refund_amount END) AS back
    FROM numbers n JOIN reports_payout_line p ON p.store_id = n.store_id AND p.company_id = n.company_id
      AND p.order_reference = n.number AND p.program_id = %(program)s
    WHERE p.description_class IN ('payment', 'refund', 'chargeback', 'dispute', 'shipping', 'tax', 'fee')
    GROUP BY 1, 2, 3, 4, 5 HAVING sum(p.sign) > 0
), paid AS (
    SELECT DISTINCT ON (store_id, company_id, currency_id, bought) * FROM came
    ORDER BY store_id, company_id, currency_id, bought, (paid_in = currency_id) DESC, paid_in
), expected AS (
    SELECT store_id, company_id, currency_id, bought, sum(net) AS net, sum(refund) AS refund,
           min(CASE WHEN standing > 0 THEN day END) AS day
    FROM sold GROUP BY 1, 2, 3, 4 HAVING sum(standing) > 0
)
SELECT e.store_id, e.company_id, e.bought, e.currency_id, e.net, e.refund, e.day, p.paid_in, p.net, p.back,
       (SELECT t.value FROM reports_payoutterm t WHERE t.kind = 'release' AND t.withdrawn_at IS NULL AND t.from_on <= e.day
            AND t.agency_id = s.agency_id AND (t.store_id = s.id OR t.program_id = %(program)s OR t.platform_id = m.platform_id)
        ORDER BY t.store_id IS NULL, t.program_id IS NULL, t.from_on DESC LIMIT 1), f.code
FROM expected e JOIN programs_store s ON s.id = e.store_id JOIN programs_market m ON m.id = s.market_id
JOIN programs_platform f ON f.id = m.platform_id
LEFT JOIN paid p ON p.store_id = e.store_id AND p.company_id = e.company_id AND p.currency_id = e.currency_id
  AND p.bought = e.bought
"""


def fates(question: Question, on: dt.date) -> dict[tuple[Any, ...], tuple[Decimal, Decimal, str]]:
    """(store, company, order, currency) → expected, released, and what came of it on a day."""
    return {key: (expected, released, fate) for key, _day, expected, released, fate in _judged(question, on)}


def sale_months(question: Question, on: dt.date) -> dict[tuple[dt.date, str, str], tuple[int, Decimal]]:
    """(month of sale, currency, fate) → orders and what is expected of them."""
    found: dict[tuple[dt.date, str, str], tuple[int, Decimal]] = {}
    for key, day, expected, _released, fate in _judged(question, on):
        of = (day.replace(day=1), key[3], fate)
        orders, amount = found.get(of, (0, Decimal(0)))
        found[of] = (orders + 1, amount + expected)
    return found


def _judged(
    question: Question, on: dt.date
) -> Iterator[tuple[tuple[Any, ...], dt.date, Decimal, Decimal, str]]:
    for *key, expected, refund, day, paid_in, released, back, days, platform in ask(
        _FATES.format(event=EVENT), question.parameters()
    ):
        if days is None:
            known = payout_terms.ASSUMED.get(platform)
            days = known.days if known else payout_terms.GENERAL
        is_late = (on - day).days > days
        came = paid_in is not None
        fate = _fate(expected, refund, released, back, is_late=is_late, is_alike=paid_in == key[3]) if came else (
            "refunded" if expected <= 0 and refund < 0
            else "released" if expected == 0
            else "overdue" if is_late else "not_due"
        )  # fmt: skip
        yield tuple(key), day, expected, released if came else Decimal(0), fate


def _fate(
    expected: Decimal, refund: Decimal, released: Decimal, back: Decimal, *, is_late: bool, is_alike: bool
) -> str:
    """Of an order for which something came."""
    if not is_alike:
        if back < 0 and released == 0:
            return "refunded"
        return "released" if released > 0 or expected <= 0 else "broken"
    less = back if back < 0 and refund == 0 and released != expected else Decimal(0)
    left = expected + less
    if released in (expected, left) and (released != 0 or (refund == 0 and back >= 0)):
        return "released"
    if released == 0 and (back < 0 or expected == 0):
        return "refunded"
    return "not_due" if 0 < released < left and not is_late else "broken"
