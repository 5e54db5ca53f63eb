"""What waits for an officer on this floor, as counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from accounts.roles import agency_ids
from ground.clock import ClockToday
from guidance.models import ResearchTask, StatementVersion


@dataclass(frozen=True)
class Waiting:
    """Published statements past their day of review; research handed in; research that is late."""

    past_review: int
    handed_in: int
    late: int


def waiting_for(user: Any) -> Waiting:
    """What waits for an officer of the user's agencies. Two queries."""
    mine = agency_ids(user)
    tasks = ResearchTask.objects.filter(agency__in=mine).aggregate(
        handed_in=Count("pk", filter=Q(state=ResearchTask.State.HANDED_IN)),
        late=Count("pk", filter=Q(state__in=ResearchTask.OPEN, due_on__lt=ClockToday())),
    )
    return Waiting(StatementVersion.objects.filter(agency__in=mine).past_review().count(), **tasks)
