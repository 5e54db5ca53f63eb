"""What was never answered (미회신): questions about differences past their day, with the days overdue."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q

from ground.clock import SEOUL
from reports.models import Difference, DifferenceQuestion


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question without an answer; `days` until today, or until nobody waited any more."""

    question: DifferenceQuestion
    days: int


def of(user: Any, today: dt.date) -> list[Unanswered]:
    """The questions of the user's agencies, the longest overdue first; ended ones too, if their day had passed before."""
    rows = (
        DifferenceQuestion.objects.visible_to(user)
        .filter(answered_at__isnull=True, due_on__lt=today)
        .filter(Q(ended_at__isnull=True) | Q(ended_at__date__gt=F("due_on")))
        .select_related("difference__program", "difference__participation__company", "asked_by")
    )
    found = []
    for row in rows:
        until = row.ended_at.astimezone(SEOUL).date() if row.ended_at else today
        if until > row.due_on:
            found.append(Unanswered(row, (until - row.due_on).days))
    return sorted(found, key=lambda each: (-each.days, str(each.question.pk)))


@dataclass(frozen=True, slots=True)
class Open:
    """How many differences of a program wait: to be decided, for the company's answer, of these past the day."""

    to_decide: int
    asked: int
    overdue: int


def counts(program: UUID, today: dt.date) -> Open:
    """Of the program's differences, whatever month. One query."""
    waits = Q(questions__answered_at__isnull=True, questions__ended_at__isnull=True)
    found = Difference.objects.filter(program=program).aggregate(
        to_decide=Count("pk", filter=Q(state=Difference.State.OPEN), distinct=True),
        asked=Count("pk", filter=Q(state=Difference.State.ASKED), distinct=True),
        overdue=Count(
            "pk", filter=Q(state=Difference.State.ASKED, questions__due_on__lt=today) & waits, distinct=True
        ),
    )
    return Open(**found)
