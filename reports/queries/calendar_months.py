"""Calendar months: their days, and scopes that lie in one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from programs.models import Program
from reports.queries.counted import Scope


def months_of(from_on: dt.date, until_on: dt.date) -> list[dt.date]:
    """First days of the months from one day to another, both included."""
    months, month = [], from_on.replace(day=1)
    while month <= until_on:
        months.append(month)
        month = (month + dt.timedelta(days=32)).replace(day=1)
    return months


def last_day(month: dt.date) -> dt.date:
    """The last day of the month."""
    return (month.replace(day=1) + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)


def month_scope(program: Program, month: dt.date, as_of: dt.datetime | None = None) -> Scope:
    return Scope(program, month.replace(day=1), last_day(month), as_of)


def of_month(scope: Scope, month: dt.date) -> Scope:
    """The days of the scope that lie in a month."""
    return replace(scope, from_on=max(scope.from_on, month), until_on=min(scope.until_on, last_day(month)))
