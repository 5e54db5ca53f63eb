"""Ranking (순위) as arithmetic: evaluators' totals in, places out. The same totals always give the same places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from programs.models.evaluation import SelectionRow

STEP = Decimal("0.0001")
FULL_POINTS = Decimal(100)


@dataclass(frozen=True)
class Candidate:
    """An eligible application with one total (out of 100) for each evaluator whose sheet counts, and the points that
    the same evaluators gave for the item that decides ties."""

    application_id: UUID
    receipt: str
    totals: tuple[Decimal, ...]
    tie_points: tuple[Decimal, ...]
    submitted_at: dt.datetime


@dataclass(frozen=True)
class Place:
    """One line of the ranking. `apart_by` says what put it behind the line above: points, tie_breaker or submission."""

    rank: int
    application_id: UUID
    receipt: str
    points: Decimal
    tie_points: Decimal
    submitted_at: dt.datetime
    sheets: int
    result: str
    apart_by: str


def mean(values: Sequence[Decimal]) -> Decimal:
    """To four decimals, half up; what is printed is what is compared. Nothing given is 0."""
    if not values:
        return Decimal(0).quantize(STEP)
    return (sum(values, Decimal(0)) / len(values)).quantize(STEP, rounding=ROUND_HALF_UP)


def rank(
    candidates: Iterable[Candidate], *, quota: int, reserve_count: int, minimum: Decimal
) -> tuple[Place, ...]:
    """Places by mean of totals; equal ones by the mean of the tie-breaker, then by the earlier submission, then by
    receipt number. From the first on, `quota` are selected and `reserve_count` come on the reserve list; whoever has
    less than `minimum` is not selected, whatever is free."""
    lines = sorted(
        ((mean(each.totals), mean(each.tie_points), each) for each in candidates),
        key=lambda line: (-line[0], -line[1], line[2].submitted_at, line[2].receipt),
    )
    places: list[Place] = []
    for number, (points, tie_points, each) in enumerate(lines, start=1):
        above = places[-1] if places else None
        places.append(
            Place(
                rank=number,
                application_id=each.application_id,
                receipt=each.receipt,
                points=points,
                tie_points=tie_points,
                submitted_at=each.submitted_at,
                sheets=len(each.totals),
                result=_result(number, points, quota=quota, reserve_count=reserve_count, minimum=minimum),
                apart_by=_apart(above, points, tie_points),
            )
        )
    return tuple(places)


def _result(number: int, points: Decimal, *, quota: int, reserve_count: int, minimum: Decimal) -> str:
    if points < minimum or number > quota + reserve_count:
        return SelectionRow.Result.NOT_SELECTED
    return SelectionRow.Result.SELECTED if number <= quota else SelectionRow.Result.RESERVE


def _apart(above: Place | None, points: Decimal, tie_points: Decimal) -> str:
    if above is None or above.points != points:
        return "points"
    return "tie_breaker" if above.tie_points != tie_points else "submission"


def rule_text(*, quota: int, reserve_count: int, minimum: Decimal, tie_breaker: str) -> str:
    """The rule in a sentence, as it stands above every ranking."""
    if tie_breaker:
        ties = _("Equal points: the higher mean for “%(item)s” first, then the earlier submission.") % {
            "item": tie_breaker
        }
    else:
        ties = _("Equal points: the earlier submission first.")
    order = _("Ranked by the mean of the evaluators' totals (out of 100, four decimals, rounded half up).")
    cut = _(
        "The first %(quota)d are selected, the next %(reserve)d are on the reserve list; below %(minimum)s points"
        " nobody is selected."
    ) % {"quota": quota, "reserve": reserve_count, "minimum": f"{minimum.normalize():f}"}
    return f"{order} {ties} {cut}"
