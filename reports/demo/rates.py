"""Made-up rates of the demonstration: two legs a day, none on Korean holidays (none from 3 to 9 October 2025)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random

import holidays

FIRST, LAST = dt.date(2025, 6, 16), dt.date(2025, 10, 22)
SOURCE = "시연용 가상 환율"


def legs() -> list[tuple[dt.date, Decimal, Decimal]]:
    """(day, KRW per USD, CLP per USD) of each Korean working day."""
    random = Random(2025)  # noqa: S311 — made-up rates, not a secret
    closed = holidays.country_holidays("KR", years=[2025])
    krw, clp = Decimal("1372.40"), Decimal("938.50")
    found = []
    day = FIRST
    while day <= LAST:
        if day.weekday() < 5 and day not in closed:
            krw += Decimal(random.randint(-55, 60)) / 10
            clp += Decimal(random.randint(-40, 46)) / 10
            found.append((day, krw.quantize(Decimal("0.01")), clp.quantize(Decimal("0.01"))))
        day += dt.timedelta(days=1)
    return found


OTHERS = {
    "JPY(100)": "0.6794",
    "CNH": "0.1404",
    "EUR": "1.1702",
    "IDR(100)": "0.0061",
    "SGD": "0.7780",
    "THB": "0.0308",
}
"""Dollars for as many units as are quoted at once, as made up as the rest."""


def bank_days() -> dict[dt.date, dict[str, str]]:
    """What a publisher of the demonstration says of each day; dollars as they are entered by hand."""
    return {day: {unit: f"{value:,}" for unit, value in _all(krw).items()} for day, krw, _clp in legs()}


def customs_weeks() -> dict[dt.date, dict[str, str]]:
    """And of each week, from its Sunday: the last rate before it, for one unit."""
    found: dict[dt.date, dict[str, str]] = {}
    for day, krw, _clp in legs():
        sunday = day + dt.timedelta(days=7 - day.isoweekday() % 7)
        of_one = {
            "CNY" if unit == "CNH" else unit[:3]: value / (100 if "(" in unit else 1)
            for unit, value in _all(krw).items()
        }
        found[sunday] = {code: str(value) for code, value in of_one.items()}
    return found


def _all(krw: Decimal) -> dict[str, Decimal]:
    cent = Decimal("0.01")
    return {"USD": krw, **{unit: (krw * Decimal(times)).quantize(cent) for unit, times in OTHERS.items()}}
