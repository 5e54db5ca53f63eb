"""Exchange rates for amounts of a day: KRW per one unit, made of the published legs, never of a rounded cross rate.

Rule of a program: the rate of the day, or else of the latest earlier day up to ten days back (no Korean rate was
notified from 3 to 9 October 2025, Chuseok); the average of the month, each leg averaged over the days on which it was
published and rounded to eight decimals; or one fixed rate, that of the program's first day. A rate for won against the
currency itself comes first; without one it is made of two legs, won per dollar and the currency per dollar.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from django.db import connection

from programs.models import Program

DAYS_BACK = 10
WON, DOLLAR = "KRW", "USD"
EIGHT = Decimal("0.00000001")
ONE = Decimal(1)

CurrencyDay = tuple[str, dt.date]


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


def for_days(
    program: Program, wanted: Iterable[CurrencyDay], as_of: dt.datetime | None = None
) -> dict[CurrencyDay, Rate]:
    """The rate of each wanted (currency, day) by the program's rule; those without a rate are absent.

    With `as_of` only what had been entered by then counts. A newer version of a day's rate replaces the older.
    """
    days = sorted(set(wanted))
    if program.rate_rule == Program.RateRule.MONTH_AVERAGE:
        return month_averages(days, as_of)
    if program.rate_rule == Program.RateRule.FIXED:
        fixed = of_days({(currency, program.starts_on) for currency, _day in days}, as_of)
        return {key: fixed[key[0], program.starts_on] for key in days if (key[0], program.starts_on) in fixed}
    return of_days(days, as_of)


def of_days(wanted: Iterable[CurrencyDay], as_of: dt.datetime | None = None) -> dict[CurrencyDay, Rate]:
    """Rates of the day, else of the latest day up to `DAYS_BACK` days earlier."""
    return _rates(sorted(set(wanted)), as_of, _ON_DAYS)


def month_averages(
    wanted: Iterable[CurrencyDay], as_of: dt.datetime | None = None
) -> dict[CurrencyDay, Rate]:
    """For each wanted (currency, day) the average rate of the day's calendar month."""
    days = sorted(set(wanted))
    months = _rates(sorted({(currency, day.replace(day=1)) for currency, day in days}), as_of, _IN_MONTHS)
    found = {key: months.get((key[0], key[1].replace(day=1))) for key in days}
    return {key: rate for key, rate in found.items() if rate is not None}


def _rates(wanted: list[CurrencyDay], as_of: dt.datetime | None, sql: str) -> dict[CurrencyDay, Rate]:
    foreign = [(currency, day) for currency, day in wanted if currency != WON]
    pairs = {(currency, WON, day) for currency, day in foreign}
    pairs |= {(DOLLAR, WON, day) for _currency, day in foreign}
    pairs |= {(DOLLAR, currency, day) for currency, day in foreign if currency != DOLLAR}
    legs = _legs(sorted(pairs), as_of, sql)
    found = {(currency, day): Rate(ONE, ONE) for currency, day in wanted if currency == WON}
    for currency, day in foreign:
        direct = legs.get((currency, WON, day))
        won, other = legs.get((DOLLAR, WON, day)), legs.get((DOLLAR, currency, day))
        if direct is not None:
            found[currency, day] = Rate(*direct.from_currency(currency), (direct,))
        elif won is not None and other is not None:
            (a, b), (c, d) = other.from_currency(currency), won.from_currency(DOLLAR)
            found[currency, day] = Rate(a * c, b * d, (other, won))
    return found


def _legs(
    pairs: list[tuple[str, str, dt.date]], as_of: dt.datetime | None, sql: str
) -> dict[tuple[str, str, dt.date], Leg]:
    if not pairs:
        return {}
    one, other, days = ([pair[place] for pair in pairs] for place in range(3))
    parameters: dict[str, Any] = {
        "one": one, "other": other, "days": days, "back": DAYS_BACK, "as_of": as_of,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return {(row[0], row[1], row[2]): Leg(*row[3:]) for row in cursor.fetchall()}


# A pair may have been quoted either way round; of one day the newest version counts, the wanted way round first.
_ON_DAYS = """
SELECT w.one, w.other, w.day, r.base_id, r.quote_id, r.quoted_units, r.quoted_value, r.source, r.day, r.created_at
FROM unnest(%(one)s::text[], %(other)s::text[], %(days)s::date[]) AS w (one, other, day)
CROSS JOIN LATERAL (
    SELECT * FROM reports_exchangerate e
    WHERE ((e.base_id = w.one AND e.quote_id = w.other) OR (e.base_id = w.other AND e.quote_id = w.one))
      AND e.day BETWEEN w.day - %(back)s AND w.day
      AND (%(as_of)s::timestamptz IS NULL OR e.created_at <= %(as_of)s)
    ORDER BY e.day DESC, (e.base_id = w.one) DESC, e.version DESC LIMIT 1
) r
"""

_IN_MONTHS = """
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
          AND (%(as_of)s::timestamptz IS NULL OR e.created_at <= %(as_of)s)
        ORDER BY e.day, (e.base_id = w.one) DESC, e.version DESC
    ) d
) m
WHERE m.value IS NOT NULL
"""
