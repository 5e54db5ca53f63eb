"""What a corrected rate moves (환율 정정에 따른 변동): won before and after, program by program and month by month.

The lines are those of now; the rates are those that were known the instant the correction was entered, once without it
and once with it. So each correction shows what it moved itself, not what came after it. A month that was closed by then it
does not move.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from ground.errors import RuleBroken
from programs.models import Program, Target
from reports.models import ExchangeRate, ReportRun
from reports.queries import calendar_months, counted, rates, reported_measures, results
from reports.queries.counted import ENTERED, EVENT_DAY, IS_LEFT, RATE_TABLE, Scope
from reports.queries.rates import DAYS_BACK, CurrencyDay, Rate

Rates = dict[CurrencyDay, Rate]
ZERO = Decimal(0)
Measure = Target.Measure


@dataclass(frozen=True, slots=True)
class Moved:
    """One measure of a program's month: whole won by the rates before the correction and by those after it, of `count`
    lines (of declared sales and customs records: of so many companies)."""

    program: Program
    month: dt.date
    measure: str
    count: int
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


def moved_by(correction: ExchangeRate, programs: Iterable[Program], on: dt.date) -> list[Moved]:
    """What the correction moves in these programs, counted as their results are on a day; nothing where it moves nothing. A
    line that had no rate before was in no total, so the correction does not move it."""
    found: list[Moved] = []
    for program in programs:
        scope = results.scope_until(program, on)
        try:
            found += of_lines(correction, scope)
        except RuleBroken:
            continue
        found += _of_months(correction, scope)
    return sorted(found, key=lambda row: (row.program.code, row.month, Measure.values.index(row.measure)))


def reported_with(correction: ExchangeRate, programs: Iterable[Program]) -> list[ReportRun]:
    """Reports of these programs that were written before the correction and cover its day, the newest first."""
    runs = ReportRun.objects.filter(
        program__in=list(programs),
        created_at__lt=correction.created_at,
        period__gte=correction.day.replace(day=1),
    )
    return list(runs.defer("data").select_related("program").order_by("-created_at", "-id"))


def _touched(correction: ExchangeRate, scope: Scope) -> Scope | None:
    """The scope on the days whose lines the rate may convert by the program's rule."""
    rule, first = scope.program.rate_rule, correction.day
    is_of_week = correction.series == ExchangeRate.Series.CUSTOMS_WEEK
    if is_of_week != (rule == Program.RateRule.CUSTOMS_WEEK):
        return None
    last = first + dt.timedelta(days=6 if is_of_week else DAYS_BACK)
    if rule == Program.RateRule.MONTH_AVERAGE:
        first, last = first.replace(day=1), calendar_months.last_day(first)
    elif rule == Program.RateRule.FIXED:
        if not first <= scope.program.starts_on <= last:
            return None
        return scope
    booked = counted.ask(_BOOKED_LATER, {**scope.parameters(), "first": first, "last": last})[0][0]
    first, last = max(first, scope.from_on), min(max(filter(None, (last, booked))), scope.until_on)
    return replace(scope, from_on=first, until_on=last) if first <= last else None


_BOOKED_LATER = """
SELECT max(l.business_day) FROM (
    SELECT business_day, event_on FROM reports_sales_line WHERE program_id = %(program)s AND event_on IS NOT NULL
    UNION ALL SELECT business_day, event_on FROM reports_payout_line WHERE program_id = %(program)s AND event_on IS NOT NULL
) l WHERE l.event_on BETWEEN %(first)s AND %(last)s
"""
"""The last day on which rows of closed months' days are booked: they count by the rate of the day of their event."""


def of_lines(correction: ExchangeRate, whole: Scope) -> list[Moved]:
    """What it moves of orders and payouts; the lines are those of the scope's instant."""
    scope = _touched(correction, whole)
    if scope is None:
        return []
    days = [*counted.currency_days(scope), *reported_measures.payout_days(scope)]
    before, after = _changed(
        rates.for_days(scope.program, days, correction.created_at, without=correction.pk),
        rates.for_days(scope.program, days, correction.created_at),
    )
    if not before:
        return []
    won = "krw" if scope.basis.is_before_refunds else "net_krw"
    orders = (
        f"SELECT month, sum(sign), sum({won}) FROM ({counted.converted_sql(scope)}) line GROUP BY 1"  # noqa: S608
        f" HAVING {counted.LINES_LEFT}"
    )
    return [
        Moved(scope.program, month, measure, lines, was, now[month][1])
        for measure, sql in ((Measure.ORDERS, orders), (Measure.PAYOUTS, _PAYOUTS))
        for now in (_sums(sql, scope, after),)
        for month, (lines, was) in _sums(sql, scope, before).items()
    ]


def _changed(before: Rates, after: Rates) -> tuple[Rates, Rates]:
    """What of both is not the same; days that have no rate in one of them are left out."""
    keys = [key for key in before if key in after and not before[key].is_worth(after[key])]
    return {key: before[key] for key in keys}, {key: after[key] for key in keys}


def _sums(sql: str, scope: Scope, found: Rates) -> dict[dt.date, tuple[int, Decimal]]:
    parameters = {
        **scope.parameters(), **counted.rate_parameters(found), "not_sales": list(reported_measures.NOT_SALES),
    }  # fmt: skip
    return {month: (int(count), won) for month, count, won in counted.ask(sql, parameters)}


_PAYOUTS = f"""
SELECT date_trunc('month', l.business_day)::date, sum(l.sign), sum({counted.won("l.net_amount")})
FROM reports_payout_line l
JOIN {RATE_TABLE} ON rate.currency_id = l.currency_id AND rate.event_day = {EVENT_DAY}
WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
  AND l.description_class <> ALL(%(not_sales)s) AND {ENTERED} GROUP BY 1 HAVING {IS_LEFT}
"""  # noqa: S608 — the pieces are constants


def _of_months(correction: ExchangeRate, scope: Scope) -> list[Moved]:
    """Declared sales and customs records have no day: they move with the average of the month."""
    month = correction.day.replace(day=1)
    if (
        correction.series != ExchangeRate.Series.DAY
        or not scope.from_on.replace(day=1) <= month <= scope.until_on
    ):
        return []
    of_month = replace(scope, from_on=max(month, scope.from_on), until_on=calendar_months.last_day(month))
    found = []
    for measure, ask in (
        (Measure.DECLARED, reported_measures.declared),
        (Measure.CUSTOMS, reported_measures.customs),
    ):
        rows = ask(of_month, each_company=True)
        days = [(row.currency, row.month) for row in rows]
        before, after = _changed(
            rates.month_averages(scope.program, days, correction.created_at, without=correction.pk),
            rates.month_averages(scope.program, days, correction.created_at),
        )
        moved = [row for row in rows if (row.currency, row.month) in before]
        if moved:
            was, now = (
                sum((found_[row.currency, row.month].won(row.amount) for row in moved), ZERO)
                for found_ in (before, after)
            )
            count = len({row.company for row in moved})
            found.append(Moved(scope.program, month, measure, count, was, now))
    return found
