"""What the ledger gives, asked in a second way: plain sums over all rows with their signs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from programs.models import Program
from reports.domain.verifying.result import ask


@dataclass(frozen=True, slots=True)
class Question:
    """Lines of a program on some days as they stood at `as_of`; tax treatments as they stood at `taxes_at`."""

    program: Program
    from_on: dt.date
    until_on: dt.date
    moment: str = "paid"
    has_tax: bool = True
    has_shipping: bool = False
    rate_rule: str = "day"
    as_of: dt.datetime | None = None
    taxes_at: dt.datetime | None = None

    def parameters(self) -> dict[str, Any]:
        far = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
        return {
            "program": self.program.pk,
            "from_on": self.from_on,
            "until_on": self.until_on,
            "is_paid": self.moment == "paid",
            "has_tax": self.has_tax,
            "has_shipping": self.has_shipping,
            "as_of": self.as_of or far,
            "taxes_at": self.taxes_at or far,
            "rule": self.rate_rule,
            "first_day": self.program.starts_on,
        }


# One leg: how much of `b` one `a` costs, by the newest version of the latest day that may be taken.
_LEG = """(SELECT CASE WHEN e.base_id = {a} THEN e.quoted_value::numeric(60, 30) / e.quoted_units
                       ELSE e.quoted_units::numeric(60, 30) / e.quoted_value END
    FROM reports_exchangerate e
    WHERE LEAST(e.base_id, e.quote_id) = LEAST({a}, {b}) AND GREATEST(e.base_id, e.quote_id) = GREATEST({a}, {b})
      AND e.day <= d.anchor AND e.day >= d.anchor - 10 AND e.created_at <= %(as_of)s
    ORDER BY e.day DESC, (e.base_id = {a}) DESC, e.version DESC LIMIT 1)"""
_AVERAGE = """(SELECT round(avg(v.value), 8) FROM (
    SELECT DISTINCT ON (e.day) CASE WHEN e.base_id = {a} THEN e.quoted_value / e.quoted_units
                                    ELSE e.quoted_units / e.quoted_value END AS value
    FROM reports_exchangerate e
    WHERE LEAST(e.base_id, e.quote_id) = LEAST({a}, {b}) AND GREATEST(e.base_id, e.quote_id) = GREATEST({a}, {b})
      AND date_trunc('month', e.day) = date_trunc('month', d.anchor) AND e.created_at <= %(as_of)s
    ORDER BY e.day, (e.base_id = {a}) DESC, e.version DESC) v)"""


def _legs(leg: str) -> str:
    direct, won, other = (
        leg.format(a="d.currency", b="'KRW'::text"),
        leg.format(a="'USD'::text", b="'KRW'::text"),
        leg.format(a="'USD'::text", b="d.currency"),
    )
    return f"SELECT d.currency, d.day, {direct} AS direct, {won} AS won, {other} AS other FROM d"  # noqa: S608


def _rates(rule: str) -> str:
    """CTEs after `base` (with `currency` and `day`): `rate` gives multiplier and divisor for each of its days."""
    anchor = "%(first_day)s::date" if rule == "fixed" else "day"
    return f"""
    d AS (SELECT DISTINCT currency::text AS currency, day, {anchor} AS anchor FROM base),
    legs AS MATERIALIZED ({_legs(_AVERAGE if rule == "month_average" else _LEG)}),
    rate AS (
        SELECT currency, day, CASE WHEN currency = 'KRW' THEN 1 WHEN direct IS NOT NULL THEN direct ELSE won END AS up,
               CASE WHEN currency = 'KRW' OR direct IS NOT NULL THEN 1 ELSE other END AS down
        FROM legs WHERE currency = 'KRW' OR direct IS NOT NULL OR (won IS NOT NULL AND other IS NOT NULL)
    )"""  # noqa: S608


_BASE = """
taxes AS MATERIALIZED (
    SELECT DISTINCT ON (x.pgh_obj_id) x.* FROM programs_storetaxevent x
    WHERE x.pgh_created_at <= %(taxes_at)s ORDER BY x.pgh_obj_id, x.pgh_id DESC
), base AS (
    SELECT l.business_day AS day, l.currency_id AS currency, l.company_id, l.store_id, b.grade, l.sign, l.units,
           CASE WHEN l.pack_reference = '' THEN l.order_reference ELSE l.pack_reference END AS bought,
           (l.gross_amount + CASE WHEN %(has_shipping)s THEN l.shipping_in_amount ELSE 0 END) AS gross,
           l.refund_amount AS refund, c.decimals,
           CASE WHEN %(has_tax)s AND t.treatment = 'collected' THEN 1 + coalesce(t.rate_percent, 0) / 100
                ELSE 1 END AS times,
           CASE WHEN NOT %(has_tax)s AND t.treatment = 'in_price' THEN 1 + coalesce(t.rate_percent, 0) / 100
                ELSE 1 END AS through
    FROM reports_sales_line l
    JOIN reports_importbatch b ON b.id = l.batch_id JOIN ground_currency c ON c.code = l.currency_id
    LEFT JOIN LATERAL (
        SELECT h.treatment, h.rate_percent FROM taxes h
        WHERE h.store_id = l.store_id AND h.pgh_label <> 'delete' AND l.business_day >= h.from_on
          AND l.business_day <= coalesce(h.until_on, 'infinity'::date) LIMIT 1
    ) t ON true
    WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
      AND l.entered_at <= %(as_of)s AND l.status_class <> 'look'
      AND (NOT %(is_paid)s OR l.status_class IN ('sold', 'refunded') OR (l.status_class = 'cancelled' AND l.refund_amount <> 0))
), whole AS (
    SELECT base.*, CASE WHEN times = through THEN gross ELSE round(gross * times / through,
                        GREATEST(decimals, scale(trim_scale(gross)), scale(trim_scale(refund)))) END AS g,
           CASE WHEN times = through THEN refund ELSE round(refund * times / through,
                        GREATEST(decimals, scale(trim_scale(gross)), scale(trim_scale(refund)))) END AS r
    FROM base
)"""


@dataclass(frozen=True, slots=True)
class Cell:
    month: dt.date
    company: UUID
    currency: str
    grade: str
    gross: Decimal
    refund: Decimal
    krw: Decimal
    net_krw: Decimal
    lines: int
    units: int


def cells(question: Question) -> list[Cell]:
    """Sums of counted lines with a rate, each row rounded to whole won by itself."""
    rows = ask(
        f"""
        WITH {_BASE}, {_rates(question.rate_rule)}
        SELECT date_trunc('month', w.day)::date, w.company_id, w.currency, w.grade, sum(w.g), sum(w.r),
               sum(round(w.gross::numeric(60, 30) * w.times * r.up / (w.through * r.down))),
               sum(round((w.gross + w.refund)::numeric(60, 30) * w.times * r.up / (w.through * r.down))),
               sum(w.sign), sum(w.units)
        FROM whole w JOIN rate r ON r.currency = w.currency AND r.day = w.day
        GROUP BY 1, 2, 3, 4 HAVING sum(w.sign) <> 0 OR sum(w.g) <> 0 ORDER BY 1, 2, 3, 4
        """,  # noqa: S608
        question.parameters(),
    )
    return [Cell(*row[:8], int(row[8]), int(row[9])) for row in rows]  # type: ignore[call-arg]


_BY = {"month": "date_trunc('month', w.day)::date", "company": "w.company_id", "currency": "w.currency"}


def order_counts(question: Question, *by: str) -> dict[tuple[Any, ...], int]:
    """Distinct orders with a standing line, by some of month, company, currency."""
    wanted = ", ".join(f"{_BY[name]} AS {name}" for name in by)
    names = ", ".join(by)
    rows = ask(
        f"""
        WITH {_BASE}, {_rates(question.rate_rule)}, bought AS (
            SELECT {wanted}, w.store_id, w.bought FROM whole w JOIN rate r ON r.currency = w.currency AND r.day = w.day
            GROUP BY {", ".join(_BY[name] for name in by)}, w.store_id, w.bought HAVING sum(w.sign) > 0
        ) SELECT {names}, count(*) FROM bought GROUP BY {names}
        """,  # noqa: S608
        question.parameters(),
    )
    return {tuple(row[:-1]): row[-1] for row in rows}


_PAYOUTS = """
base AS (
    SELECT l.business_day AS day, l.currency_id AS currency, l.company_id, l.net_amount AS net, l.sign
    FROM reports_payout_line l
    WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
      AND l.entered_at <= %(as_of)s AND l.description_class IN ('payment', 'refund', 'chargeback', 'dispute', 'shipping', 'tax', 'fee')
)"""


def payouts(question: Question) -> dict[tuple[dt.date, str], tuple[Decimal, Decimal | None]]:
    """(month, currency) → amount and won; no won when a day has no rate."""
    rows = ask(
        f"""
        WITH {_PAYOUTS}, {_rates(question.rate_rule)}
        SELECT date_trunc('month', w.day)::date, w.currency, sum(w.net),
               CASE WHEN bool_and(r.up IS NOT NULL) THEN sum(round(w.net::numeric(60, 30) * r.up / r.down)) END
        FROM base w LEFT JOIN rate r ON r.currency = w.currency AND r.day = w.day
        GROUP BY 1, 2 HAVING sum(w.sign) <> 0 OR sum(w.net) <> 0 ORDER BY 1, 2
        """,  # noqa: S608
        question.parameters(),
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def waiting(question: Question) -> dict[tuple[str, str], tuple[int, Decimal]]:
    """(kind, currency) → lines and amount of what waits for anything but a rate: gross of sales, net of movements."""
    rows = ask(
        """
        SELECT CASE WHEN l.description_class = 'other' THEN 'unknown_movement' ELSE 'loose_payout' END, l.currency_id,
               sum(l.sign), sum(l.net_amount)
        FROM reports_payout_line l JOIN reports_importbatch b ON b.id = l.batch_id
        WHERE coalesce(l.program_id, b.program_id) = %(program)s AND l.entered_at <= %(as_of)s
          AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
          AND (l.description_class = 'other' OR (l.program_id IS NULL
               AND l.description_class IN ('payment', 'refund', 'chargeback', 'dispute', 'shipping', 'tax', 'fee')))
        GROUP BY 1, 2 HAVING sum(l.sign) <> 0
        UNION ALL
        SELECT CASE WHEN l.program_id IS NULL THEN 'no_assignment' ELSE 'unknown_state' END, l.currency_id, sum(l.sign),
               sum(l.gross_amount)
        FROM reports_sales_line l JOIN reports_importbatch b ON b.id = l.batch_id
        WHERE coalesce(l.program_id, b.program_id) = %(program)s AND l.entered_at <= %(as_of)s
          AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
          AND (l.program_id IS NULL OR l.status_class = 'look')
        GROUP BY 1, 2 HAVING sum(l.sign) <> 0
        """,
        question.parameters(),
    )
    return {(row[0], row[1]): (int(row[2]), row[3]) for row in rows}
