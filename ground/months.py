"""Calendar months, each named by its first day."""

from __future__ import annotations

import datetime as dt


def next_month(day: dt.date) -> dt.date:
    """The month after that of the day."""
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def month_before(day: dt.date) -> dt.date:
    return (day.replace(day=1) - dt.timedelta(days=1)).replace(day=1)


def last_day(month: dt.date) -> dt.date:
    return next_month(month) - dt.timedelta(days=1)


def months_of(from_on: dt.date, until_on: dt.date) -> list[dt.date]:
    """From the month of one day to that of another, both included; none where the other one lies before it."""
    months, month = [], from_on.replace(day=1)
    while month <= until_on:
        months.append(month)
        month = next_month(month)
    return months
