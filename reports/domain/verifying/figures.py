"""What the ledger gives, asked in a second way: plain sums over all rows with their signs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from programs.models import Program
from reports.domain.verifying.result import ask

NOW = 2**62
EVENT = "coalesce(l.event_on, l.business_day)"
"""The day by whose rate and tax a row counts."""


@dataclass(frozen=True, slots=True)
class Question:
    """Lines of a program on some days as they stood at `as_of`; what people edit as it stood at these entries of the
    histories (those that are not named: now)."""

    program: Program
    from_on: dt.date
    until_on: dt.date
    moment: str = "paid"
    has_tax: bool = True
    has_shipping: bool = False
    rate_rule: str = "day"
    as_of: dt.datetime | None = None
    marks: Mapping[str, int] = field(default_factory=dict)

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
            "taxes": self.marks.get("tax", NOW),
            "customs": self.marks.get("customs", NOW),
            "deliveries": self.marks.get("delivery", NOW),
            "participations": self.marks.get("participation", NOW),
            "applications": self.marks.get("application", NOW),
            "components": self.marks.get("component", NOW),
            "products": self.marks.get("product", NOW),
            "listings": self.marks.get("listing", NOW),
            "merges": self.marks.get("merge", NOW),
            "rule": self.rate_rule,
            "first_day": self.program.starts_on,
        }


# One leg: how much of `b` one `a` costs, by the newest version of the latest day that may be taken; or which day that is.
_COSTS = """CASE WHEN e.base_id = {a} THEN e.quoted_value::numeric(60, 30) / e.quoted_units
                    ELSE e.quoted_units::numeric(60, 30) / e.quoted_value END"""
_TAKEN = """
    FROM reports_exchangerate e
    WHERE LEAST(e.base_id, e.quote_id) = LEAST({a}, {b}) AND GREATEST(e.base_id, e.quote_id) = GREATEST({a}, {b})
      AND e.series = '{series}' AND e.day <= d.anchor AND e.day >= d.anchor - {back} AND e.created_at <= d.cut
    ORDER BY e.day DESC, (e.base_id = {a}) DESC, e.version DESC LIMIT 1)"""
_LEG, _LEG_DAY = f"(SELECT {_COSTS} {_TAKEN}", f"(SELECT e.day {_TAKEN}"
_AVERAGE = """(SELECT round(avg(v.value), 8) FROM (
    SELECT DISTINCT ON (e.day) CASE WHEN e.base_id = {a} THEN e.quoted_value / e.quoted_units
                                    ELSE e.quoted_units / e.quoted_value END AS value
    FROM reports_exchangerate e
    WHERE LEAST(e.base_id, e.quote_id) = LEAST({a}, {b}) AND GREATEST(e.base_id, e.quote_id) = GREATEST({a}, {b})
      AND e.series = '{series}' AND date_trunc('month', e.day) = date_trunc('month', d.anchor)
      AND e.created_at <= d.cut
    ORDER BY e.day, (e.base_id = {a}) DESC, e.version DESC) v)"""


CUTS = """
    SELECT m.closed_at AS cut FROM reports_closedmonth m
    WHERE m.program_id = %(program)s AND m.month >= date_trunc('month', b.day) AND m.closed_at <= %(as_of)s
      AND coalesce(m.reopened_at, 'infinity') > %(as_of)s
    UNION ALL SELECT %(as_of)s::timestamptz"""
"""The instants of which a rate for the day of `b` is asked in turn."""


def _legs(rule: str) -> str:
    leg = _AVERAGE if rule == "month_average" else _LEG
    held = {"series": "customs_week", "back": 0} if rule == "customs_week" else {"series": "day", "back": 10}
    pairs = (("d.currency", "'KRW'::text"), ("'USD'::text", "'KRW'::text"), ("'USD'::text", "d.currency"))
    direct, won, other = (leg.format(a=a, b=b, **held) for a, b in pairs)
    if rule != "month_average":
        on, won_on, other_on = (_LEG_DAY.format(a=a, b=b, **held) for a, b in pairs)
        direct = f"CASE WHEN {on} < {won_on} AND {on} < {other_on} THEN NULL ELSE {direct} END"
    return f"SELECT d.currency, d.day, d.cut, {direct} AS direct, {won} AS won, {other} AS other FROM d"  # noqa: S608


def rates_of(rule: str) -> str:
    """CTEs after `base` (with `currency` and `day`): `rate` gives multiplier and divisor for each of its days, and the dollar's. A day of a closed
    month has the rate that was known when it was closed, or at the first later closing at which one was."""
    anchors = {"fixed": "%(first_day)s::date", "customs_week": "day - extract(dow FROM day)::integer"}
    anchor = anchors.get(rule, "day")
    return f"""
    d AS (
        SELECT b.currency, b.day, {anchor} AS anchor, c.cut
        FROM (SELECT currency::text AS currency, day FROM base UNION SELECT 'USD', day FROM base) b CROSS JOIN LATERAL ({CUTS}) c
    ),
    legs AS MATERIALIZED ({_legs(rule)}),
    rate AS (
        SELECT DISTINCT ON (currency, day) currency, day, CASE WHEN currency = 'KRW' THEN 1 WHEN direct IS NOT NULL THEN direct ELSE won END AS up,
               CASE WHEN currency = 'KRW' OR direct IS NOT NULL THEN 1 ELSE other END AS down
        FROM legs WHERE currency = 'KRW' OR direct IS NOT NULL OR (won IS NOT NULL AND other IS NOT NULL)
        ORDER BY currency, day, cut
    )"""  # noqa: S608


BASE = f"""
taxes AS MATERIALIZED (
    SELECT DISTINCT ON (x.pgh_obj_id) x.* FROM programs_storetaxevent x
    WHERE x.pgh_id <= %(taxes)s ORDER BY x.pgh_obj_id, x.pgh_id DESC
), base AS (
    SELECT {EVENT} AS day, date_trunc('month', l.business_day)::date AS month, l.currency_id AS currency, l.company_id,
           l.id AS line, l.store_id, l.participation_id, b.grade, l.sign, l.units, l.sku, l.listing_reference,
           CASE WHEN l.pack_reference = '' THEN l.order_reference ELSE l.pack_reference END AS bought,
           (l.gross_amount + l.discount_amount + CASE WHEN %(has_shipping)s THEN l.shipping_in_amount ELSE 0 END) AS gross,
           l.refund_amount AS refund, c.decimals,
           CASE WHEN %(has_tax)s AND t.treatment = 'collected' THEN 1 + coalesce(t.rate_percent, 0) / 100
                ELSE 1 END AS times,
           CASE WHEN NOT %(has_tax)s AND t.treatment = 'in_price' THEN 1 + coalesce(t.rate_percent, 0) / 100
                ELSE 1 END AS through,
           t.treatment IS NULL OR t.treatment = 'unknown' OR (t.rate_percent IS NULL
               AND t.treatment = CASE WHEN %(has_tax)s THEN 'collected' ELSE 'in_price' END) AS untold
    FROM reports_sales_line l
    JOIN reports_importbatch b ON b.id = l.batch_id JOIN ground_currency c ON c.code = l.currency_id
    LEFT JOIN taxes t ON t.store_id = l.store_id AND t.pgh_label <> 'delete' AND {EVENT} >= t.from_on
        AND {EVENT} <= coalesce(t.until_on, 'infinity'::date)
    WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
      AND l.entered_at <= %(as_of)s AND l.status_class <> 'look'
      AND (NOT %(is_paid)s OR l.status_class IN ('sold', 'refunded') OR (l.status_class = 'cancelled' AND l.refund_amount <> 0))
), whole AS (
    SELECT base.*, CASE WHEN times = through THEN gross ELSE round(gross * times / through,
                        GREATEST(decimals, scale(trim_scale(gross)), scale(trim_scale(refund)))) END AS g,
           CASE WHEN times = through THEN refund ELSE round(refund * times / through,
                        GREATEST(decimals, scale(trim_scale(gross)), scale(trim_scale(refund)))) END AS r
    FROM base
)"""  # noqa: S608
LEFT = "sum(w.sign) <> 0 OR sum(w.gross) <> 0 OR sum(w.refund) <> 0 OR sum(w.units) <> 0"


@dataclass(frozen=True, slots=True)
class Cell:
    month: dt.date
    company: UUID
    store: UUID
    currency: str
    grade: str
    gross: Decimal
    refund: Decimal
    krw: Decimal
    net_krw: Decimal
    lines: int
    units: int
    usd: Decimal | None
    net_usd: Decimal | None


USD = "r.up::numeric(80, 40) * u.down / (r.down * u.up)"
_SUMS = f"""sum(w.g), sum(w.r),
               sum(round(w.gross::numeric(60, 30) * w.times * r.up / (w.through * r.down))),
               sum(round((w.gross + w.refund)::numeric(60, 30) * w.times * r.up / (w.through * r.down))),
               sum(w.sign)::bigint, sum(w.units)::bigint,
               CASE WHEN count(*) = count(u.up)
                    THEN sum(w.gross * round(round({USD}, 16) * w.times / w.through, 16)) END,
               CASE WHEN count(*) = count(u.up)
                    THEN sum((w.gross + w.refund) * round(round({USD}, 16) * w.times / w.through, 16)) END
        FROM whole w JOIN rate r ON r.currency = w.currency AND r.day = w.day
        LEFT JOIN rate u ON u.currency = 'USD' AND u.day = w.day"""


def cells(question: Question) -> list[Cell]:
    """Sums of counted lines with a rate, each row rounded to whole won by itself; dollars of amounts not rounded."""
    rows = ask(
        f"""
        WITH {BASE}, {rates_of(question.rate_rule)}
        SELECT w.month, w.company_id, w.store_id, w.currency, w.grade, {_SUMS}
        GROUP BY 1, 2, 3, 4, 5 HAVING {LEFT} ORDER BY 1, 2, 3, 4, 5
        """,
        question.parameters(),
    )
    return [Cell(*row) for row in rows]


_LISTED = """(SELECT max(p.product_group) FROM programs_listing x JOIN companies_product p ON p.id = x.product_id
     JOIN programs_store s ON s.id = a.store_id AND s.agency_id = x.agency_id AND s.market_id = x.market_id
     WHERE x.company_id = a.company_id AND coalesce(x.store_id, s.id) = s.id AND x.{number} <> '' AND x.{number} = a.{of_line}
       AND p.product_group <> '' HAVING count(DISTINCT p.product_group) = 1)"""
TOLD = f"""
merged AS MATERIALIZED (SELECT company_id, kept_id FROM naru_merged()),told AS MATERIALIZED (
    SELECT a.*, coalesce({_LISTED.format(number="reference", of_line="listing_reference")}, {_LISTED.format(number="sku", of_line="sku")},
        (SELECT p.product_group FROM companies_product p
         WHERE p.company_id = a.company_id AND p.code = a.sku AND p.product_group <> ''),
        (SELECT p.product_group FROM merged g JOIN companies_product p ON p.company_id = g.kept_id
         WHERE g.company_id = a.company_id AND p.code = a.sku AND p.product_group <> '' AND NOT EXISTS (
             SELECT FROM companies_product o WHERE o.company_id = a.company_id AND o.code = a.sku)), '') AS product_group
    FROM (SELECT DISTINCT store_id, company_id, sku, listing_reference FROM base) a
)"""  # noqa: S608
"""The product group of what was sold, asked number by number."""


def groups(question: Question) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """(month, company, store, currency, product group) → the sums of `cells`."""
    rows = ask(
        f"""
        WITH {BASE}, {TOLD}, {rates_of(question.rate_rule)}
        SELECT w.month, w.company_id, w.store_id, w.currency, t.product_group, {_SUMS}
        JOIN told t ON (t.store_id, t.company_id, t.sku, t.listing_reference)
            = (w.store_id, w.company_id, w.sku, w.listing_reference)
        GROUP BY 1, 2, 3, 4, 5 HAVING {LEFT}
        """,
        question.parameters(),
    )
    return {row[:5]: row[5:] for row in rows}


def adjustments(question: Question) -> dict[tuple[Any, ...], tuple[Decimal, Decimal, Decimal]]:
    """(month, month concerned, currency) → amount before refunds, won before and after them, of what is booked later."""
    rows = ask(
        f"""
        WITH {BASE}, {rates_of(question.rate_rule)}
        SELECT w.month, date_trunc('month', w.day)::date, w.currency, sum(w.g),
               sum(round(w.gross::numeric(60, 30) * w.times * r.up / (w.through * r.down))),
               sum(round((w.gross + w.refund)::numeric(60, 30) * w.times * r.up / (w.through * r.down)))
        FROM whole w JOIN rate r ON r.currency = w.currency AND r.day = w.day WHERE w.day < w.month GROUP BY 1, 2, 3
        """,  # noqa: S608
        question.parameters(),
    )
    return {tuple(row[:3]): (row[3], row[4], row[5]) for row in rows}


def no_rate(question: Question) -> dict[tuple[str, str], tuple[int, Decimal]]:
    """("no_rate", currency) → lines that count and whose day has no rate, with their amount before refunds."""
    rows = ask(
        f"""
        WITH {BASE}, {rates_of(question.rate_rule)}
        SELECT w.currency, sum(w.sign), sum(w.g) FROM whole w
        WHERE NOT EXISTS (SELECT 1 FROM rate r WHERE r.currency = w.currency AND r.day = w.day)
        GROUP BY 1 HAVING {LEFT}
        """,  # noqa: S608
        question.parameters(),
    )
    return {("no_rate", row[0]): (int(row[1]), row[2]) for row in rows}


def tax_unknown(question: Question) -> dict[str, tuple[Decimal, Decimal]]:
    """Store → won before and after refunds of its counted lines whose tax is not known."""
    rows = ask(
        f"""
        WITH {BASE}, {rates_of(question.rate_rule)}
        SELECT s.code, sum(round(w.gross::numeric(60, 30) * w.times * r.up / (w.through * r.down))),
               sum(round((w.gross + w.refund)::numeric(60, 30) * w.times * r.up / (w.through * r.down)))
        FROM whole w JOIN rate r ON r.currency = w.currency AND r.day = w.day JOIN programs_store s ON s.id = w.store_id
        WHERE w.untold GROUP BY 1 HAVING {LEFT}
        """,  # noqa: S608
        question.parameters(),
    )
    return {row[0]: (row[1], row[2]) for row in rows}


_BY = {"month": "w.month", "company": "w.company_id", "currency": "w.currency"}


def order_counts(question: Question, *by: str) -> dict[tuple[Any, ...], int]:
    """Distinct orders with a standing line, by some of month, company, currency."""
    wanted = ", ".join(f"{_BY[name]} AS {name}" for name in by)
    names = ", ".join(by)
    rows = ask(
        f"""
        WITH {BASE}, {rates_of(question.rate_rule)}, bought AS (
            SELECT {wanted}, w.store_id, w.bought FROM whole w JOIN rate r ON r.currency = w.currency AND r.day = w.day
            GROUP BY {", ".join(_BY[name] for name in by)}, w.store_id, w.bought HAVING sum(w.sign) > 0
        ) SELECT {names}, count(*) FROM bought GROUP BY {names}
        """,  # noqa: S608
        question.parameters(),
    )
    return {tuple(row[:-1]): row[-1] for row in rows}


def order_count(question: Question) -> int:
    """Distinct orders with a standing line, whatever their months and currencies."""
    rows = ask(
        f"""
        WITH {BASE}, {rates_of(question.rate_rule)}
        SELECT count(*) FROM (
            SELECT FROM whole w JOIN rate r ON r.currency = w.currency AND r.day = w.day
            GROUP BY w.store_id, w.bought HAVING sum(w.sign) > 0
        ) bought
        """,  # noqa: S608
        question.parameters(),
    )
    return int(rows[0][0])


def agreed(question: Question) -> int:
    """Companies that take part, from the history of the participations."""
    rows = ask(
        """
        SELECT count(*) FROM (
            SELECT DISTINCT ON (x.pgh_obj_id) x.state, x.pgh_label, x.last_on FROM programs_participationevent x
            WHERE x.program_id = %(program)s AND x.pgh_id <= %(participations)s ORDER BY x.pgh_obj_id, x.pgh_id DESC
        ) p WHERE p.pgh_label <> 'delete' AND p.state IN ('agreed', 'completed')
          AND coalesce(p.last_on >= timezone('Asia/Seoul', least(%(as_of)s, naru_now()))::date, true)
        """,
        question.parameters(),
    )
    return int(rows[0][0])


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
        GROUP BY 1, 2 HAVING sum(l.sign) <> 0 OR sum(l.net_amount) <> 0
        UNION ALL
        SELECT CASE WHEN l.program_id IS NULL THEN 'no_assignment' ELSE 'unknown_state' END, l.currency_id, sum(l.sign),
               sum(l.gross_amount + l.discount_amount)
        FROM reports_sales_line l JOIN reports_importbatch b ON b.id = l.batch_id
        WHERE coalesce(l.program_id, b.program_id) = %(program)s AND l.entered_at <= %(as_of)s
          AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
          AND (l.program_id IS NULL OR l.status_class = 'look')
        GROUP BY 1, 2 HAVING sum(l.sign) <> 0 OR sum(l.net_amount) <> 0
        """,
        question.parameters(),
    )
    return {(row[0], row[1]): (int(row[2]), row[3]) for row in rows}
