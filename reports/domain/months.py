"""The month of a program (실적 월): when it is due, and when its reminders go. A due day on a weekend or holiday moves to the
next working day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ground import workdays
from ground.months import next_month
from programs.models import Program


@dataclass(frozen=True, slots=True)
class Calendar:
    """Due day and reminders of one month of a program: step (working days from the due day) → day."""

    month: dt.date
    due_on: dt.date
    steps: tuple[tuple[int, dt.date], ...]

    def overdue_days(self, today: dt.date) -> int:
        """Days since the due day; 0 until it is over."""
        return max(0, (today - self.due_on).days)

    def reached(self, today: dt.date) -> int | None:
        """The last step whose day has come; None before the first."""
        return max((step for step, day in self.steps if day <= today), default=None)

    @property
    def last_step(self) -> int | None:
        return max((step for step, _day in self.steps), default=None)


def ends_at(program: Program, month: dt.date) -> dt.datetime:
    """The instant at which the month is over where the program counts its days."""
    return dt.datetime.combine(next_month(month), dt.time(), ZoneInfo(program.zone))


def calendar(program: Program, month: dt.date, free: set[dt.date] | None = None) -> Calendar:
    """`free`: the holidays around the month, where they are known already; else one query."""
    if free is None:
        free = holidays_around(month)
    due_on = workdays.next_working(next_month(month).replace(day=program.answer_due_day), free)
    steps = tuple((step, workdays.shifted(due_on, step, free)) for step in sorted(set(program.reminder_days)))
    return Calendar(month.replace(day=1), due_on, steps)


def holidays_around(month: dt.date) -> set[dt.date]:
    """From the month to a quarter after it: no step lies outside."""
    first = month.replace(day=1)
    return workdays.holidays_between(first, first + dt.timedelta(days=150))
