"""The table of exchange rates in a report, made once more: which days were converted, by which published rates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from reports.domain.verifying import amounts, figures
from reports.domain.verifying.figures import Question
from reports.domain.verifying.result import ask

EIGHT = Decimal("0.00000001")
Leg = tuple[str, str, int, Decimal, str, dt.date]
"""base, quoted, units, value, source, day"""
Row = tuple[str, dt.date, dt.date, Decimal, tuple[Leg, ...]]
"""currency, first day, last day, won for one unit, legs"""

_WANTED = f"""unnest(%(currencies)s::text[], %(days)s::date[], %(anchors)s::date[]) b (currency, day, anchor)
    CROSS JOIN LATERAL ({figures.CUTS}) t
    CROSS JOIN LATERAL (SELECT b.currency, b.day, b.anchor, t.cut) w
    CROSS JOIN LATERAL (VALUES (w.currency, 'KRW'), ('USD', w.currency), ('USD', 'KRW')) g (one, other)"""
_QUOTED = """SELECT DISTINCT ON (e.day) e.*, e.base_id = g.one AS alike FROM reports_exchangerate e
    WHERE LEAST(e.base_id, e.quote_id) = LEAST(g.one, g.other)
      AND GREATEST(e.base_id, e.quote_id) = GREATEST(g.one, g.other) AND e.series = %(series)s
      AND e.created_at <= w.cut"""
_ON_DAY = f"""
SELECT w.currency, w.day, w.cut, g.one, g.other, q.base_id, q.quote_id, q.quoted_units, q.quoted_value, q.source, q.day
FROM {_WANTED} CROSS JOIN LATERAL (
    SELECT * FROM ({_QUOTED} ORDER BY e.day, alike DESC, e.version DESC) e
    WHERE e.day BETWEEN w.anchor - %(back)s AND w.anchor ORDER BY e.day DESC LIMIT 1
) q WHERE g.one <> g.other
"""  # noqa: S608
_IN_MONTH = f"""
SELECT w.currency, w.day, w.cut, g.one, g.other, g.one, g.other, 1,
       round(avg(CASE WHEN q.alike THEN q.quoted_value / q.quoted_units ELSE q.quoted_units / q.quoted_value END), 8),
       string_agg(DISTINCT q.source, ', ' ORDER BY q.source), max(q.day)
FROM {_WANTED} CROSS JOIN LATERAL (
    {_QUOTED} AND date_trunc('month', e.day) = date_trunc('month', w.anchor) ORDER BY e.day, alike DESC, e.version DESC
) q WHERE g.one <> g.other GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608


SOLD, ALL = "sold", "all"


def table(question: Question, *, dollars: str = ALL) -> set[Row]:
    """Days of sales and payouts by the program's rule, days on end with the same legs as one row; and the averages of
    the months that were declared or recorded by customs. `dollars`: the dollar's too, of the days of sales (`SOLD`) or of all
    that is converted (`ALL`)."""
    sql = _IN_MONTH if question.rate_rule == "month_average" else _ON_DAY
    is_by_week = question.rate_rule == "customs_week"
    rows: list[Row] = []
    for (currency, day), (won, legs) in sorted(
        _legs(sql, question, _anchored(question, dollars), is_by_week).items()
    ):
        if rows and rows[-1][0] == currency and rows[-1][4] == legs:
            rows[-1] = (currency, rows[-1][1], day, won, legs)
        else:
            rows.append((currency, day, day, won, legs))
    averaged = {(currency, month): month for currency, month in _months(question)}
    if dollars == ALL:
        averaged |= {("USD", month): month for month in averaged.values()}
    for (currency, month), (won, legs) in _legs(_IN_MONTH, question, averaged, False).items():
        last = (month + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
        rows.append((currency, month, last, won, legs))
    return set(rows)


def _anchored(question: Question, dollars: str) -> dict[tuple[str, dt.date], dt.date]:
    """For each day that was converted the day whose rate counts by the program's rule."""
    found = {}
    for currency, day in _days(question, dollars):
        anchor = day
        if question.rate_rule == "fixed":
            anchor = question.program.starts_on
        elif question.rate_rule == "customs_week":
            anchor = day - dt.timedelta(days=(day.weekday() + 1) % 7)
        found[currency, day] = anchor
    return found


def _days(question: Question, dollars: str) -> set[tuple[str, dt.date]]:
    """(currency, day) of the sales and payouts that count."""
    sql = [
        f"WITH {base} SELECT currency, day FROM base GROUP BY currency, day, month, company_id, store_id{more}"  # noqa: S608
        f" HAVING sum(sign) <> 0 OR {left}"
        for base, more, left in (
            (
                figures.BASE.partition(", whole AS")[0],
                ", grade",
                "sum(gross) <> 0 OR sum(refund) <> 0 OR sum(units) <> 0",
            ),
            (amounts.PAYOUTS, "", "sum(net) <> 0"),
        )
    ]
    sold, paid = ({(row[0], row[1]) for row in ask(each, question.parameters())} for each in sql)
    of_dollars = {SOLD: sold, ALL: sold | paid}.get(dollars, set())
    return sold | paid | {("USD", day) for _currency, day in of_dollars}


def _months(question: Question) -> set[tuple[str, dt.date]]:
    """(currency, month) of what was declared and recorded by customs."""
    sql = [f"WITH {base} SELECT currency, day FROM base" for base in (amounts.DECLARED, amounts.CUSTOMS)]  # noqa: S608
    return {(row[0], row[1]) for each in sql for row in ask(each, question.parameters())}


def _legs(
    sql: str,
    question: Question,
    wanted: dict[tuple[str, dt.date], dt.date],
    is_by_week: bool,
) -> dict[tuple[str, dt.date], tuple[Decimal, tuple[Leg, ...]]]:
    pairs = [pair for pair in wanted if pair[0] != "KRW"]
    parameters = {
        "currencies": [currency for currency, _day in pairs],
        "days": [day for _currency, day in pairs],
        "anchors": [wanted[pair] for pair in pairs],
        **({"series": "customs_week", "back": 0} if is_by_week else {"series": "day", "back": 10}),
    }
    quoted: dict[tuple[str, dt.date, dt.datetime], dict[tuple[str, str], Leg]] = {}
    for currency, day, cut, one, other, *leg in ask(sql, {**question.parameters(), **parameters}):
        quoted.setdefault((currency, day, cut), {})[one, other] = tuple(leg)
    found: dict[tuple[str, dt.date], tuple[Decimal, tuple[Leg, ...]]] = {}
    for (currency, day, _cut), legs in sorted(quoted.items(), key=lambda each: each[0]):
        if (currency, day) in found:
            continue
        direct, two = legs.get((currency, "KRW")), [legs.get(("USD", currency)), legs.get(("USD", "KRW"))]
        used = tuple(leg for leg in two if leg)
        is_newer = len(used) == 2 and direct and sql == _ON_DAY and all(leg[5] > direct[5] for leg in used)
        if direct and not is_newer:
            used = (direct,)
        if direct or len(used) == 2:
            found[currency, day] = (_won(currency, used), used)
    return found


def _won(currency: str, legs: tuple[Leg, ...]) -> Decimal:
    up = down = Decimal(1)
    held = currency
    for base, other, units, value, _source, _day in legs:
        if base == held:
            up, down, held = up * value, down * units, other
        else:
            up, down, held = up * units, down * value, base
    return (up / down).quantize(EIGHT, ROUND_HALF_UP)


def stated(rows: Iterable[dict[str, Any]]) -> set[Row]:
    """The same of a stored report's table."""
    return {
        (
            row["currency"], _day(row["from_on"]), _day(row["to_on"]), Decimal(row["krw_per_unit"]),
            tuple(
                (leg["base"], leg["quoted"], leg["unit"], Decimal(leg["value"]), leg["source"]["ko"], _day(leg["rate_on"]))
                for leg in row["legs"]
            ),
        )
        for row in rows
    }  # fmt: skip


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
