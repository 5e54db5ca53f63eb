"""Outcomes of many companies at once: a bit for each company, in one number for those that meet and one for those that do not.

Of groups as in `compiling`: all is the least of its members, any the greatest, not the opposite.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Self
from uuid import UUID

from programs.domain.criteria.compiling import is_incomplete
from programs.domain.criteria.plan import MET, NOT_MET
from programs.models import Criterion

Kind = Criterion.Kind


@dataclass(frozen=True)
class Plane:
    """Who meets a criterion and who does not; of everybody else a person must look."""

    met: int
    not_met: int

    @classmethod
    def of_bytes(cls, outcomes: bytes, shift: int) -> Self:
        """Of a byte for each company, in whose bits from `shift` the outcome stands."""
        return cls(*(_bits(outcomes, shift, wanted) for wanted in (MET, NOT_MET)))

    def among(self, places: int) -> Plane:
        return Plane(self.met & places, self.not_met & places)

    def followed_by(self, other: Plane, count: int) -> Plane:
        """With the other's companies after these, which are `count`."""
        return Plane(self.met | other.met << count, self.not_met | other.not_met << count)


def _bits(outcomes: bytes, shift: int, wanted: int) -> int:
    digits = bytes(b"01"[each >> shift & 3 == wanted] for each in range(256))
    return int(outcomes[::-1].translate(digits) or b"0", 2)


@dataclass(frozen=True)
class Judged:
    """A list of criteria over the companies at `places`: each counting criterion, and all together."""

    places: int
    counting: tuple[tuple[Criterion, Plane], ...]

    @property
    def overall(self) -> Plane:
        return least((plane for _rule, plane in self.counting), self.places)

    def alone(self) -> list[int]:
        """Of each counting criterion who does not meet it and nothing else."""
        once = twice = 0
        for _rule, plane in self.counting:
            twice |= once & plane.not_met
            once |= plane.not_met
        return [plane.not_met & ~twice for _rule, plane in self.counting]


def judged(criteria: Sequence[Criterion], answers: Mapping[UUID, Plane], places: int) -> Judged:
    """By the answers of the criteria that are no groups."""
    members: dict[UUID | None, list[Criterion]] = {}
    for each in criteria:
        members.setdefault(each.group_id, []).append(each)

    def outcome(criterion: Criterion) -> Plane:
        if criterion.kind not in Criterion.GROUPS:
            return answers[criterion.pk]
        if is_incomplete(criterion, criteria):
            return Plane(0, 0)
        found = [outcome(each) for each in members[criterion.pk]]
        if criterion.kind == Kind.NOT:
            return Plane(found[0].not_met, found[0].met)
        if criterion.kind == Kind.ANY:
            return Plane(
                reduce(or_, (each.met for each in found)), reduce(and_, (each.not_met for each in found))
            )
        return least(found, places)

    known = {each.pk for each in criteria}
    counting = [each for each in criteria if each.group_id not in known]
    return Judged(places, tuple((each, outcome(each)) for each in counting))


def least(planes: Iterable[Plane], places: int) -> Plane:
    """The least outcome of each company; met where nothing is asked."""
    found = Plane(places, 0)
    for each in planes:
        found = Plane(found.met & each.met, found.not_met | each.not_met)
    return found
