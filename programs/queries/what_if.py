"""Before a call opens: how many companies of the register would qualify, and what each rule and each number does.

Answered from the rows of the register in one statement, by the same compiled criteria that screen applications. What
only an application can say (answers, documents handed in for it) is missing here, so a person would have to look.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models.expressions import RawSQL

from companies.models import Company
from programs.domain.criteria.compiling import compile_criteria
from programs.domain.criteria.plan import LOOK, MET, NOT_MET
from programs.domain.criteria.relations import literal, of_register
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
    """What other values of one criterion would do, or its absence. Who qualifies meets everything, with nothing left to look at."""

    before: Register
    after: Register
    comes_in: Move
    drops_out: Move


def stand_of_register(call: Call, criteria: Sequence[Criterion] | None = None) -> Register:
    """All companies by outcome, and each counting criterion's effect; two or three queries. Reads `call.agency`."""
    asked = _asked(call) if criteria is None else criteria
    columns, counting = _outcomes(call, asked)
    barred = " + ".join(f"(o{serial} = {NOT_MET})::int" for serial in range(len(counting))) or "0"
    counts = ["count(*)", *(f"count(*) FILTER (WHERE overall = {each})" for each in (MET, LOOK, NOT_MET))]
    for serial in range(len(counting)):
        is_barred = f"o{serial} = {NOT_MET}"
        counts += [
            f"count(*) FILTER (WHERE {is_barred})",
            f"count(*) FILTER (WHERE o{serial} = {LOOK})",
            f"count(*) FILTER (WHERE {is_barred} AND barred = 1)",
        ]
    total, met, look, not_met, *rest = _row(
        f"SELECT {', '.join(counts)} FROM (SELECT *, {barred} AS barred FROM ({columns}) o) b"  # noqa: S608
    )
    effects = [Effect(each, *rest[3 * serial : 3 * serial + 3]) for serial, each in enumerate(counting)]
    return Register(total, met, look, not_met, tuple(effects))


def what_if(
    call: Call, criterion: Criterion, values: dict[str, Any] | None, user: Any, *, names: int = 50
) -> Change:
    """The register under the call's criteria, and again with other values of one of them, or without it.

    Up to `names` companies each way, of those that the user may see. `values` are sound (`shape_faults`); None leaves the
    criterion out.
    """
    before, after = _both(call, criterion, values)
    moved = _moved(call, before, after)
    comes_in, drops_out = _row(
        f"SELECT count(*) FILTER (WHERE will = {MET}), count(*) FILTER (WHERE was = {MET}) FROM ({moved}) m"  # noqa: S608
    )
    return Change(
        stand_of_register(call, before),
        stand_of_register(call, after),
        _move(comes_in, f"SELECT subject FROM ({moved}) m WHERE will = {MET}", user, names),  # noqa: S608
        _move(drops_out, f"SELECT subject FROM ({moved}) m WHERE was = {MET}", user, names),  # noqa: S608
    )


def coming_in(
    call: Call, criterion: Criterion, values: dict[str, Any] | None, among: Collection[UUID]
) -> set[UUID]:
    """Which of these companies would come in with other values of one criterion, or without it, seen by the reader or not."""
    if not among:
        return set()
    moved = _moved(call, *_both(call, criterion, values))
    found = f"SELECT array_agg(subject) FROM ({moved}) m WHERE will = {MET} AND {_listed(among)}"  # noqa: S608
    return set(_row(found)[0] or ())


def fitting(call: Call, among: Collection[UUID]) -> dict[UUID, bool]:
    """Which of these companies no criterion of the call bars, and whether they meet everything (else a person looks)."""
    if not among:
        return {}
    met, look = _row(
        f"SELECT array_agg(subject) FILTER (WHERE overall = {MET}), array_agg(subject) FILTER (WHERE overall = {LOOK})"  # noqa: S608
        f" FROM ({_outcomes(call, _asked(call))[0]}) o WHERE {_listed(among)}"
    )
    return {**dict.fromkeys(met or (), True), **dict.fromkeys(look or (), False)}


def _listed(companies: Collection[UUID]) -> str:
    return f"subject IN ({', '.join(literal(str(each)) for each in companies)})"


def _both(
    call: Call, criterion: Criterion, values: dict[str, Any] | None
) -> tuple[list[Criterion], list[Criterion]]:
    """The call's criteria, and the same with other values of one of them, or without it."""
    before = _asked(call)
    if values is None:
        return before, _without(criterion, before)
    after = [copy(each) for each in before]
    for each in after:
        if each.pk == criterion.pk:
            each.values = values
    return before, after


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


def _moved(call: Call, before: Sequence[Criterion], after: Sequence[Criterion]) -> str:
    return (
        f"SELECT was.subject, was.overall AS was, will.overall AS will FROM ({_outcomes(call, before)[0]}) was"  # noqa: S608
        f" JOIN ({_outcomes(call, after)[0]}) will USING (subject) WHERE (was.overall = {MET}) <> (will.overall = {MET})"
    )


def _move(count: int, subjects: str, user: Any, names: int) -> Move:
    if not count:
        return Move(0, (), 0)
    seen = Company.objects.visible_to(user).filter(pk__in=RawSQL(subjects.replace("%", "%%"), []))  # noqa: S611
    return Move(count, tuple(seen.order_by("name_ko", "id")[:names]), seen.count())


def _asked(call: Call) -> list[Criterion]:
    return list(Criterion.objects.filter(call=call).order_by("position", "id"))


def _outcomes(call: Call, criteria: Sequence[Criterion]) -> tuple[str, list[Criterion]]:
    """A SELECT of subject, overall and o0, o1, … of the counting criteria, and these."""
    compiled = compile_criteria(call, criteria, is_explained=False)
    counting = compiled.counting
    outcomes = [f"{compiled.answers[each.pk].outcome} AS o{serial}" for serial, each in enumerate(counting)]
    single = compiled.body(
        of_register(call.agency_id), ", ".join(["subject.subject", *outcomes]), more="OFFSET 0"
    )
    least = f"least({', '.join(f'o{serial}' for serial in range(len(counting)))})" if counting else str(MET)
    return f"SELECT *, {least} AS overall FROM ({single}) answered", counting  # noqa: S608


def _row(sql: str) -> tuple[Any, ...]:
    """One row. The tables of a whole register are put together in memory; what is set holds for this statement only."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT set_config('work_mem', '48MB', true), set_config('jit', 'off', true);\n{sql}")
        cursor.nextset()
        return tuple(cursor.fetchone())
