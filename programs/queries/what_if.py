"""Before a call opens: how many companies of the register would qualify, and what each rule and each number does.

Answered from the rows of the register, as of one moment, by the same compiled criteria that screen applications; of what
did not change since it was asked before, by what they said then (`keeping`). What only an application can say (answers,
documents handed in for it) is missing here, so a person would have to look.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Window
from django.db.models.expressions import RawSQL

from accounts.models import Agency
from companies.models import Company
from ground.clock import SEOUL
from programs.domain.criteria.planes import Judged, judged
from programs.domain.keeping import Answered, ask
from programs.models import Call, Criterion


@dataclass(frozen=True)
class Effect:
    """What one criterion does to the register."""

    criterion: Criterion
    not_met: int
    look: int
    alone: int
    """Not met, while no other criterion is not met: who would no longer be barred without it."""


@dataclass(frozen=True)
class Register:
    """How the companies of the register stand: they sum to `total`."""

    total: int
    met: int
    look: int
    not_met: int
    effects: tuple[Effect, ...]

    @property
    def removes_most(self) -> Effect | None:
        """The criterion that most companies do not meet; the first of equals, none where all are met."""
        most = max(self.effects, key=lambda each: each.not_met, default=None)
        return most if most and most.not_met else None


@dataclass(frozen=True)
class Move:
    """Companies that come in or drop out: how many, and the first by name of those that the reader may see."""

    count: int
    in_sight: tuple[Company, ...]
    in_sight_count: int


@dataclass(frozen=True)
class Change:
    """What other values of criteria would do, or their absence. Who qualifies meets everything, with nothing left to look at."""

    before: Register
    after: Register
    comes_in: Move
    drops_out: Move
    alone: tuple[Register, ...] = ()
    """Where several are moved at once: the register with each of these moves alone."""


Rule = tuple[str, dict[str, Any]]
"""A kind of criterion and its values."""

Moved = tuple[Criterion, dict[str, Any] | None]
"""A criterion, and what it would ask instead; None leaves it out."""


def stand_of_register(call: Call, criteria: Sequence[Criterion] | None = None) -> Register:
    """All companies whose record is open by outcome, and each counting criterion's effect. Reads `call.agency`."""
    _found, (stand,) = _judged(call, _asked(call) if criteria is None else criteria)
    return _register(stand)


def what_if(
    call: Call, criterion: Criterion, values: dict[str, Any] | None, user: Any, *, names: int = 50,
    also: Sequence[Moved] = (),
) -> Change:  # fmt: skip
    """The register under the call's criteria, and again with other values of one of them, or without it.

    Up to `names` companies each way, of those that the user may see. `values` are sound (`shape_faults`); None leaves the
    criterion out. What is `also` moved is moved at once, each criterion once; then the register is told of each move alone,
    too. All figures are of one moment.
    """
    before, after = _both(call, criterion, values, also)
    alone = [_moved_to(before, *each) for each in [(criterion, values), *also]] if also else []
    found, stands = _judged(call, before, *alone, after)
    was, will = stands[0].overall.met, stands[-1].overall.met
    return Change(
        _register(stands[0]),
        _register(stands[-1]),
        _move(found.keys(will & ~was), user, names),
        _move(found.keys(was & ~will), user, names),
        tuple(_register(each) for each in stands[1:-1]),
    )


def coming_in(
    call: Call, criterion: Criterion, values: dict[str, Any] | None, among: Collection[UUID],
    also: Sequence[Moved] = (),
) -> set[UUID]:  # fmt: skip
    """Which of these companies would come in with other values of one criterion, or without it, seen by the reader or not;
    `also` as in `what_if`."""
    if not among:
        return set()
    found, (now, then) = _judged(call, *_both(call, criterion, values, also))
    come_in = set(found.keys(then.overall.met & ~now.overall.met))
    return {each for each in among if each.bytes in come_in}


def meeting(agency: Agency, rules: Sequence[Rule], on: dt.date) -> tuple[set[UUID], int]:
    """Companies of the register that meet all of the rules on that day, by the compiled criteria that screen applications;
    and of how many more nobody knows, where a person would have to look. Rules are sound (`shape_faults`) and no groups."""
    criteria = [
        Criterion(kind=kind, values=values, code=f"r{place}") for place, (kind, values) in enumerate(rules)
    ]
    found, (stand,) = _judged(on_day(agency, on), criteria)
    met, not_met = stand.overall.met, stand.overall.not_met
    return {UUID(bytes=each) for each in found.keys(met)}, (stand.places & ~(met | not_met)).bit_count()


def on_day(agency: Agency, day: dt.date) -> Call:
    """A call that is none, for criteria that are asked of a day: it closes and agrees on that day. It is never saved."""
    closes_at = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=SEOUL)
    return Call(agency=agency, closes_at=closes_at, agreement_on=day)


def fitting(call: Call, among: Collection[UUID]) -> dict[UUID, bool]:
    """Which of these companies no criterion of the call bars, and whether they meet everything (else a person looks)."""
    if not among:
        return {}
    found, (stand,) = _judged(call, _asked(call))
    met = set(found.keys(stand.overall.met))
    fits = set(found.keys(stand.places & ~stand.overall.not_met))
    return {each: each.bytes in met for each in among if each.bytes in fits}


def _both(
    call: Call, criterion: Criterion, values: dict[str, Any] | None, also: Sequence[Moved] = ()
) -> tuple[list[Criterion], list[Criterion]]:
    """The call's criteria, and the same with other values of some of them, or without them."""
    before = after = _asked(call)
    for each in [(criterion, values), *also]:
        after = _moved_to(after, *each)
    return before, after


def _moved_to(
    criteria: list[Criterion], criterion: Criterion, values: dict[str, Any] | None
) -> list[Criterion]:
    if values is None:
        return _without(criterion, criteria)
    after = [copy(each) for each in criteria]
    for each in after:
        if each.pk == criterion.pk:
            each.values = values
    return after


def _without(criterion: Criterion, criteria: Sequence[Criterion]) -> list[Criterion]:
    """With it goes what belongs to it, and each group in which nothing is left."""
    members: dict[UUID | None, set[UUID]] = defaultdict(set)
    for each in criteria:
        members[each.group_id].add(each.pk)
    gone = {criterion.pk}
    for _level in criteria:
        gone |= {each.pk for each in criteria if each.group_id in gone}
        gone |= {each.pk for each in criteria if members[each.pk] and members[each.pk] <= gone}
    return [each for each in criteria if each.pk not in gone]


def _move(companies: Sequence[bytes], user: Any, names: int) -> Move:
    if not companies:
        return Move(0, (), 0)
    listed = "{" + ",".join(each.hex() for each in companies) + "}"
    moved = Company.objects.filter(pk__in=RawSQL("SELECT unnest(%s::uuid[])", [listed]))
    seen = moved.filter(pk__in=Company.objects.visible_to(user).values("pk"))
    found = tuple(seen.annotate(of=Window(Count("pk"))).order_by("name_ko", "id")[:names])
    return Move(len(companies), found, int(vars(found[0])["of"]) if found else 0)


def _asked(call: Call) -> list[Criterion]:
    return list(Criterion.objects.filter(call=call).order_by("position", "id"))


def _judged(call: Call, *lists: Sequence[Criterion]) -> tuple[Answered, list[Judged]]:
    """The companies under each list of criteria, as of one moment."""
    found, answers = ask(call, *lists)
    return found, [judged(*each, found.places) for each in zip(lists, answers, strict=True)]


def _register(stand: Judged) -> Register:
    places, overall = stand.places, stand.overall
    total, met, not_met = places.bit_count(), overall.met.bit_count(), overall.not_met.bit_count()
    effects = [
        Effect(
            rule,
            plane.not_met.bit_count(),
            (places & ~(plane.met | plane.not_met)).bit_count(),
            alone.bit_count(),
        )
        for (rule, plane), alone in zip(stand.counting, stand.alone(), strict=True)
    ]
    return Register(total, met, total - met - not_met, not_met, tuple(effects))
