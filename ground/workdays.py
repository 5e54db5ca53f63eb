"""Working days of the agency: no Saturday, Sunday or holiday. Days are counted in Seoul."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from ground.models import Holiday

SATURDAY = 5


def holidays_between(first: dt.date, last: dt.date) -> set[dt.date]:
    """Holidays in force from one day to another, both included. One query."""
    return {
        day
        for day, disabled_on in Holiday.objects.filter(day__range=(first, last)).values_list(
            "day", "disabled_on"
        )
        if disabled_on is None or disabled_on > day
    }


def is_working(day: dt.date, free: Collection[dt.date]) -> bool:
    return day.weekday() < SATURDAY and day not in free


def next_working(day: dt.date, free: Collection[dt.date]) -> dt.date:
    """The day itself, or the first working day after it."""
    while not is_working(day, free):
        day += dt.timedelta(days=1)
    return day


def shifted(day: dt.date, days: int, free: Collection[dt.date]) -> dt.date:
    """So many working days later, or earlier when `days` is below 0; `day` is a working day."""
    step = dt.timedelta(days=1 if days > 0 else -1)
    left = abs(days)
    while left:
        day += step
        left -= is_working(day, free)
    return day
