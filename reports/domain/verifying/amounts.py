"""Payouts, declarations and exports, asked in a second way: plain sums over all rows with their signs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from reports.domain.verifying.figures import EVENT, USD, Question, rates_of
from reports.domain.verifying.result import ask

PAYOUTS = f"""
base AS (
    SELECT {EVENT} AS day, date_trunc('month', l.business_day)::date AS month, l.currency_id AS currency, l.company_id, l.store_id, l.net_amount AS net, l.sign
    FROM reports_payout_line l
    WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
      AND l.entered_at <= %(as_of)s AND l.description_class IN ('payment', 'refund', 'chargeback', 'dispute', 'shipping', 'tax', 'fee')
)"""  # noqa: S608

PAID_OUT = """
SELECT w.month, w.currency, w.company_id, w.store_id, sum(w.net) AS net, bool_and(r.up IS NOT NULL) AS rated,
       sum(round(w.net::numeric(60, 30) * r.up / r.down)) AS krw
FROM base w LEFT JOIN rate r ON r.currency = w.currency AND r.day = w.day
GROUP BY w.month, w.day, w.currency, w.company_id, w.store_id HAVING sum(w.sign) <> 0 OR sum(w.net) <> 0"""
"""Days on which something is left: what was taken back needs no rate."""


def payouts(question: Question) -> dict[tuple[dt.date, str], tuple[Decimal, Decimal | None]]:
    """(month, currency) → amount and won; no won when a day has no rate."""
    rows = ask(
        f"""
        WITH {PAYOUTS}, {rates_of(question.rate_rule)}
        SELECT month, currency, sum(net), CASE WHEN bool_and(rated) THEN sum(krw) END FROM ({PAID_OUT}) each
        GROUP BY 1, 2 ORDER BY 1, 2
        """,  # noqa: S608
        question.parameters(),
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def payouts_in_dollars(question: Question) -> dict[tuple[dt.date, str], Decimal | None]:
    """(month, currency) → dollars, not rounded; none when a day has no rate, or no dollar rate."""
    rows = ask(
        f"""
        WITH {PAYOUTS}, {rates_of(question.rate_rule)}
        SELECT month, currency, CASE WHEN count(*) = count(usd) THEN sum(usd) END FROM (
            SELECT w.month, w.currency, sum(w.net * round({USD}, 16)) AS usd
            FROM base w LEFT JOIN rate r ON r.currency = w.currency AND r.day = w.day
            LEFT JOIN rate u ON u.currency = 'USD' AND u.day = w.day
            GROUP BY w.month, w.day, w.currency, w.company_id, w.store_id HAVING sum(w.sign) <> 0 OR sum(w.net) <> 0
        ) each GROUP BY 1, 2
        """,  # noqa: S608
        question.parameters(),
    )
    return {(row[0], row[1]): row[2] for row in rows}


DECLARED = """
base AS (
    SELECT d.month AS day, d.currency_id AS currency, d.company_id, sum(d.amount) AS net
    FROM reports_declaration d JOIN programs_participation p ON p.id = d.participation_id
    WHERE p.program_id = %(program)s AND d.month BETWEEN date_trunc('month', %(from_on)s::date) AND %(until_on)s
      AND d.declared_at <= %(as_of)s AND coalesce(d.replaced_at, 'infinity') > %(as_of)s
    GROUP BY 1, 2, 3
)"""

CUSTOMS = """
known AS (
    SELECT DISTINCT ON (c.pgh_obj_id) c.* FROM reports_customsrecordevent c
    WHERE c.pgh_id <= %(customs)s ORDER BY c.pgh_obj_id, c.pgh_id DESC
), base AS (
    SELECT c.month AS booked, c.month AS day, 'USD'::text AS currency, p.company_id, sum(c.fob_amount) AS net
    FROM known c JOIN programs_participation p ON p.id = c.participation_id
    WHERE c.pgh_label <> 'delete' AND p.program_id = %(program)s
      AND c.month BETWEEN date_trunc('month', %(from_on)s::date) AND %(until_on)s
    GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT date_trunc('month', l.business_day)::date, date_trunc('month', coalesce(l.event_on, l.business_day))::date, 'USD',
           p.company_id, sum(l.fob_amount)
    FROM reports_customs_line l JOIN programs_participation p ON p.id = l.participation_id
    WHERE p.program_id = %(program)s AND l.business_day >= %(from_on)s AND l.business_day <= %(until_on)s
      AND l.entered_at <= %(as_of)s
    GROUP BY 1, 2, 3, 4 HAVING sum(l.sign) <> 0 OR sum(l.fob_amount) <> 0
)"""
"""Lines of lists and entries by hand, of which no participation has both for a month and kind (`customs.never_both`)."""


def declared(question: Question) -> dict[tuple[dt.date, str], tuple[Decimal, Decimal | None]]:
    """(month, currency) → what was declared, and in won at the month's average rate, company by company."""
    return _monthly(DECLARED, question, "day")


def customs(question: Question) -> dict[tuple[dt.date, str], tuple[Decimal, Decimal | None]]:
    """The same of what customs recorded, from the records' history and from the lines of lists, by the month they are booked in."""
    return _monthly(CUSTOMS, question, "booked")


def _monthly(
    base: str, question: Question, month: str
) -> dict[tuple[dt.date, str], tuple[Decimal, Decimal | None]]:
    rows = ask(
        f"""
        WITH {base}, {rates_of("month_average")}
        SELECT w.{month}, w.currency, sum(w.net),
               CASE WHEN bool_and(r.up IS NOT NULL) THEN sum(round(w.net::numeric(60, 30) * r.up / r.down)) END
        FROM base w LEFT JOIN rate r ON r.currency = w.currency AND r.day = w.day GROUP BY 1, 2 ORDER BY 1, 2
        """,  # noqa: S608
        question.parameters(),
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def monthly_in_dollars(base: str, question: Question) -> dict[tuple[dt.date, str], Decimal | None]:
    """(month, currency) → dollars of `DECLARED` or `CUSTOMS` by the month's average, not rounded."""
    month = "booked" if base == CUSTOMS else "day"
    rows = ask(
        f"""
        WITH {base}, {rates_of("month_average")}
        SELECT w.{month}, w.currency, CASE WHEN count(*) = count({USD}) THEN sum(w.net * round({USD}, 16)) END
        FROM base w LEFT JOIN rate r ON r.currency = w.currency AND r.day = w.day
        LEFT JOIN rate u ON u.currency = 'USD' AND u.day = w.day GROUP BY 1, 2
        """,  # noqa: S608
        question.parameters(),
    )
    return {(row[0], row[1]): row[2] for row in rows}
