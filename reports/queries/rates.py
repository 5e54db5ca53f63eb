"""Exchange rates for amounts of a day: KRW per one unit, made of the published legs, never of a rounded cross rate.

Rule of a program: the rate of the day, or else of the latest earlier day up to ten days back (no Korean rate was
notified from 3 to 9 October 2025, Chuseok); the average of the month, each leg averaged over the days on which it was
published and rounded to eight decimals; one fixed rate, that of the program's first day; or what customs notified for
the week of the day, Sunday to Saturday, and for no other week. Rates of the day and of the customs week are apart: no
rate is made of both. A rate for won against the currency itself comes first, unless that of the day is older than both legs;
without one it is made of two legs, won per dollar and the currency per dollar.

A closed month keeps its rates: of an event in it counts what had been entered when it was closed; and where that was
nothing, what had been entered at the first later closing that knew a rate.

Amounts in dollars (`dollars`) are made by way of the won of the same rule: amount × won per unit / won per dollar. Sums in
dollars are of amounts not yet rounded (`usd_per_unit`); who shows one rounds it, once (`cents`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any
from uuid import UUID

from django.db import connection

from programs.models import Program
from reports.models import ExchangeRate

DAYS_BACK = 10
WON, DOLLAR = "KRW", "USD"
EIGHT, SIXTEEN = Decimal("0.00000001"), Decimal("0.0000000000000001")
CENTS = 100
ONE = Decimal(1)

CurrencyDay = tuple[str, dt.date]
Found = dict[CurrencyDay, "Rate"]


@dataclass(frozen=True, slots=True)
class Leg:
    """`value` of `quoted` for `units` of `base`, published on `rate_on`; entered here at `entered_at`.

    Of an average `rate_on` is the last day that went into it.
    """

    base: str
    quoted: str
    units: int
    value: Decimal
    source: str
    rate_on: dt.date
    entered_at: dt.datetime

    def from_currency(self, currency: str) -> tuple[Decimal, Decimal]:
        """Numerator and denominator that lead from an amount in `currency` to the other one."""
        if self.base == currency:
            return self.value, Decimal(self.units)
        return Decimal(self.units), self.value


@dataclass(frozen=True, slots=True)
class Rate:
    """Won for one unit of a currency as an exact fraction, with the legs that it was made of."""

    numerator: Decimal
    denominator: Decimal
    legs: tuple[Leg, ...] = ()

    @property
    def krw_per_unit(self) -> Decimal:
        """For the eye: half-up at eight decimals. Amounts are converted by the fraction itself."""
        return (self.numerator / self.denominator).quantize(EIGHT, ROUND_HALF_UP)

    def won(self, amount: Decimal) -> Decimal:
        """The amount in whole won, half away from zero."""
        with localcontext() as context:
            context.prec = 60
            whole = (2 * abs(amount) * self.numerator + self.denominator) // (2 * self.denominator)
        return whole if amount >= 0 else -whole

    def is_worth(self, other: Rate) -> bool:
        """Whether both make the same of an amount, whatever their legs."""
        return self.numerator * other.denominator == other.numerator * self.denominator

    def usd_per_unit(self, dollar: Rate) -> Decimal:
        """Dollars for one unit by way of the won, half-up at sixteen decimals: of a billion won they are right to a
        millionth of a cent. `dollar` is the rate of one dollar by the same rule for the same day."""
        with localcontext() as context:
            context.prec = 90
            exact = self.numerator * dollar.denominator / (self.denominator * dollar.numerator)
            return exact.quantize(SIXTEEN, ROUND_HALF_UP)

    def dollars(self, amount: Decimal, dollar: Rate) -> Decimal:
        """The amount in US dollars, to the cent, half away from zero, by way of the won: `dollar` is the rate of one
        dollar by the same rule for the same day. Exact up to the one rounding: no won are rounded in between, so a dollar
        is a dollar. Round once: sums are added up of rounded lines, or of amounts not yet converted, never of both."""
        with localcontext() as context:
            context.prec = 90
            up, down = self.numerator * dollar.denominator * CENTS, self.denominator * dollar.numerator
            cents = (2 * abs(amount) * up + down) // (2 * down)
            whole = cents.scaleb(-2)
        return whole if amount >= 0 else -whole


def cents(usd: Decimal | None) -> Decimal | None:
    """A sum in dollars as it is shown: rounded once, half up (away from zero) to the cent."""
    return None if usd is None else usd.quantize(Decimal("0.01"), ROUND_HALF_UP)


def both(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """Their sum; not known where one of them is not."""
    return None if one is None or other is None else one + other


def dollars(parts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of amounts in dollars; not known where one of them is not."""
    total: Decimal | None = Decimal(0)
    for part in parts:
        total = both(total, part)
    return total


def for_days(
    program: Program,
    wanted: Iterable[CurrencyDay],
    as_of: dt.datetime | None = None,
    *,
    without: UUID | None = None,
    is_restated: bool = False,
) -> dict[CurrencyDay, Rate]:
    """The rate of each wanted (currency, day) by the program's rule; those without a rate are absent.

    With `as_of` only what had been entered by then counts. A newer version of a day's rate replaces the older, but for
    days of a closed month. `without` leaves one published value out, as if nobody had entered it. `is_restated`: closed
    months, too, by the rates of now.
    """
    known = Known(as_of, without)
    if is_restated:
        return _for_days(program, sorted(set(wanted)), known)
    return _kept(program, wanted, known, lambda days, at: _for_days(program, days, at))


def _kept(
    program: Program,
    wanted: Iterable[CurrencyDay],
    known: Known,
    find: Callable[[list[CurrencyDay], Known], Found],
) -> Found:
    """What `find` gives: for days of closed months as of their closing, or of the first later one that knows a rate."""
    days = sorted(set(wanted))
    closings = closings_of(program, known.as_of) if any(currency != WON for currency, _day in days) else []
    found: Found = {}
    for month, closed_at in closings:
        asked = [key for key in days if key not in found and key[1].replace(day=1) <= month]
        if asked:
            found |= find(asked, replace(known, as_of=closed_at))
    return found | find([key for key in days if key not in found], known)


def closings_of(program: Program, as_of: dt.datetime | None = None) -> list[tuple[dt.date, dt.datetime]]:
    """The program's months that were closed at an instant (None: that are), in their order, each with its cut."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSINGS, {"program": program.pk, "as_of": as_of})
        return [(month, closed_at) for month, closed_at in cursor.fetchall()]


_CLOSINGS = """
SELECT month, closed_at FROM reports_closedmonth
WHERE program_id = %(program)s AND closed_at IS NOT NULL AND closed_at <= COALESCE(%(as_of)s::timestamptz, 'infinity')
  AND (reopened_at IS NULL OR reopened_at > %(as_of)s::timestamptz) ORDER BY month
"""


def _for_days(program: Program, days: list[CurrencyDay], known: Known) -> Found:
    if program.rate_rule == Program.RateRule.MONTH_AVERAGE:
        return _by_month(days, known)
    if program.rate_rule == Program.RateRule.FIXED:
        first = program.starts_on
        fixed = _rates(sorted({(currency, first) for currency, _day in days}), known, _ON_DAYS)
        return {key: fixed[key[0], first] for key in days if (key[0], first) in fixed}
    if program.rate_rule == Program.RateRule.CUSTOMS_WEEK:
        return _by_week(days, known)
    return _rates(days, known, _ON_DAYS)


def of_days(wanted: Iterable[CurrencyDay], as_of: dt.datetime | None = None) -> dict[CurrencyDay, Rate]:
    """Rates of the day, else of the latest day up to `DAYS_BACK` days earlier."""
    return _rates(sorted(set(wanted)), Known(as_of), _ON_DAYS)


def month_averages(
    program: Program,
    wanted: Iterable[CurrencyDay],
    as_of: dt.datetime | None = None,
    *,
    without: UUID | None = None,
    is_restated: bool = False,
) -> dict[CurrencyDay, Rate]:
    """For each wanted (currency, day) the average rate of the day's calendar month; the rest as `for_days`."""
    known = Known(as_of, without)
    if is_restated:
        return _by_month(sorted(set(wanted)), known)
    return _kept(program, wanted, known, _by_month)


def of_months(wanted: Iterable[CurrencyDay]) -> dict[CurrencyDay, Rate]:
    """For each wanted (currency, day) the average rate of the day's calendar month as it is now, closed or not."""
    return _by_month(sorted(set(wanted)), Known())


def of_weeks(wanted: Iterable[CurrencyDay], as_of: dt.datetime | None = None) -> dict[CurrencyDay, Rate]:
    """For each wanted (currency, day) what customs notified for the week of the day."""
    return _by_week(sorted(set(wanted)), Known(as_of))


def sunday_of(day: dt.date) -> dt.date:
    """The first day of the customs week in which the day lies."""
    return day - dt.timedelta(days=day.isoweekday() % 7)


@dataclass(frozen=True, slots=True)
class Known:
    """What counts of the published values: entered up to an instant (None: all), but for one of them."""

    as_of: dt.datetime | None = None
    without: UUID | None = None


def _by_month(days: list[CurrencyDay], known: Known) -> dict[CurrencyDay, Rate]:
    months = _rates(sorted({(currency, day.replace(day=1)) for currency, day in days}), known, _IN_MONTHS)
    return {key: months[first] for key in days if (first := (key[0], key[1].replace(day=1))) in months}


def _by_week(days: list[CurrencyDay], known: Known) -> dict[CurrencyDay, Rate]:
    sundays = sorted({(currency, sunday_of(day)) for currency, day in days})
    weeks = _rates(sundays, known, _ON_DAYS, ExchangeRate.Series.CUSTOMS_WEEK, back=0)
    return {key: weeks[first] for key in days if (first := (key[0], sunday_of(key[1]))) in weeks}


def _rates(
    wanted: list[CurrencyDay],
    known: Known,
    sql: str,
    series: str = ExchangeRate.Series.DAY,
    back: int = DAYS_BACK,
) -> dict[CurrencyDay, Rate]:
    foreign = [(currency, day) for currency, day in wanted if currency != WON]
    pairs = {(currency, WON, day) for currency, day in foreign}
    pairs |= {(DOLLAR, WON, day) for _currency, day in foreign}
    pairs |= {(DOLLAR, currency, day) for currency, day in foreign if currency != DOLLAR}
    legs = _legs(sorted(pairs), known, sql, series, back)
    found = {(currency, day): Rate(ONE, ONE) for currency, day in wanted if currency == WON}
    for currency, day in foreign:
        direct = legs.get((currency, WON, day))
        won, other = legs.get((DOLLAR, WON, day)), legs.get((DOLLAR, currency, day))
        legs_on = min(won.rate_on, other.rate_on) if won is not None and other is not None else None
        if direct is not None and (legs_on is None or sql == _IN_MONTHS or direct.rate_on >= legs_on):
            found[currency, day] = Rate(*direct.from_currency(currency), (direct,))
        elif won is not None and other is not None:
            (a, b), (c, d) = other.from_currency(currency), won.from_currency(DOLLAR)
            found[currency, day] = Rate(a * c, b * d, (other, won))
    return found


def _legs(
    pairs: list[tuple[str, str, dt.date]], known: Known, sql: str, series: str, back: int
) -> dict[tuple[str, str, dt.date], Leg]:
    if not pairs:
        return {}
    one, other, days = ([pair[place] for pair in pairs] for place in range(3))
    parameters: dict[str, Any] = {
        "one": one, "other": other, "days": days, "back": back, "series": str(series), "as_of": known.as_of,
        "without": known.without,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return {(row[0], row[1], row[2]): Leg(*row[3:]) for row in cursor.fetchall()}


_COUNTS = """e.series = %(series)s AND (%(as_of)s::timestamptz IS NULL OR e.created_at <= %(as_of)s)
      AND (%(without)s::uuid IS NULL OR e.id <> %(without)s)"""

# A pair may have been quoted either way round; of one day the newest version counts, the wanted way round first.
_ON_DAYS = f"""
SELECT w.one, w.other, w.day, r.base_id, r.quote_id, r.quoted_units, r.quoted_value, r.source, r.day, r.created_at
FROM unnest(%(one)s::text[], %(other)s::text[], %(days)s::date[]) AS w (one, other, day)
CROSS JOIN LATERAL (
    SELECT * FROM reports_exchangerate e
    WHERE ((e.base_id = w.one AND e.quote_id = w.other) OR (e.base_id = w.other AND e.quote_id = w.one))
      AND e.day BETWEEN w.day - %(back)s AND w.day
      AND {_COUNTS}
    ORDER BY e.day DESC, (e.base_id = w.one) DESC, e.version DESC LIMIT 1
) r
"""  # noqa: S608 — the pieces are constants of this module

_IN_MONTHS = f"""
SELECT w.one, w.other, w.day, w.one, w.other, 1, m.value, m.source, m.last_on, m.entered_at
FROM unnest(%(one)s::text[], %(other)s::text[], %(days)s::date[]) AS w (one, other, day)
CROSS JOIN LATERAL (
    SELECT round(avg(d.value), 8) AS value, string_agg(DISTINCT d.source, ', ' ORDER BY d.source) AS source,
           max(d.day) AS last_on, max(d.created_at) AS entered_at
    FROM (
        SELECT DISTINCT ON (e.day) e.day, e.source, e.created_at,
               CASE WHEN e.base_id = w.one THEN e.quoted_value / e.quoted_units
                    ELSE e.quoted_units / e.quoted_value END AS value
        FROM reports_exchangerate e
        WHERE ((e.base_id = w.one AND e.quote_id = w.other) OR (e.base_id = w.other AND e.quote_id = w.one))
          AND e.day >= w.day AND e.day < (w.day + interval '1 month')
          AND {_COUNTS}
        ORDER BY e.day, (e.base_id = w.one) DESC, e.version DESC
    ) d
) m
WHERE m.value IS NOT NULL
"""  # noqa: S608
