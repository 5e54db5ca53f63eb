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
