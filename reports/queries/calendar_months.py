"""Calendar months, and scopes that lie in one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from ground.months import last_day, months_of
from programs.models import Program
from reports.queries.counted import Scope

__all__ = ["last_day", "month_scope", "months_of", "of_month"]


def month_scope(program: Program, month: dt.date, as_of: dt.datetime | None = None) -> Scope:
    return Scope(program, month.replace(day=1), last_day(month), as_of)


def of_month(scope: Scope, month: dt.date) -> Scope:
    """The days of the scope that lie in a month."""
    return replace(scope, from_on=max(scope.from_on, month), until_on=min(scope.until_on, last_day(month)))
