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

from django.db import connection, transaction
from django.db.models import Count, Window
from django.db.models.expressions import RawSQL

from companies.models import Company
from programs.domain.criteria.compiling import compile_criteria
from programs.domain.criteria.plan import APART, LOOK, MET, NOT_MET
from programs.domain.criteria.relations import SETTINGS, literal, of_register
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


Moved = tuple[Criterion, dict[str, Any] | None]
"""A criterion, and what it would ask instead; None leaves it out."""


def stand_of_register(call: Call, criteria: Sequence[Criterion] | None = None) -> Register:
    """All companies whose record is open by outcome, and each counting criterion's effect; two or three queries. Reads
    `call.agency`."""
    return _stands(call, _asked(call) if criteria is None else criteria)[0][0]


def what_if(
    call: Call, criterion: Criterion, values: dict[str, Any] | None, user: Any, *, names: int = 50,
    also: Sequence[Moved] = (),
) -> Change:  # fmt: skip
    """The register under the call's criteria, and again with other values of one of them, or without it.

    Up to `names` companies each way, of those that the user may see. `values` are sound (`shape_faults`); None leaves the
    criterion out. What is `also` moved is moved at once, each criterion once; then the register is told of each move alone,
    too. The register is read once for all figures, and once more for the names of each way.
    """
    before, after = _both(call, criterion, values, also)
    alone = [_moved_to(before, *each) for each in [(criterion, values), *also]] if also else []
    (now, *each_alone, then), (comes_in, drops_out) = _stands(call, before, *alone, after)
    moved = _moved(call, before, after)
    return Change(
        now,
        then,
        _move(comes_in, f"SELECT subject FROM ({moved}) m WHERE will = {MET}", user, names),  # noqa: S608
        _move(drops_out, f"SELECT subject FROM ({moved}) m WHERE was = {MET}", user, names),  # noqa: S608
        tuple(each_alone),
    )


def coming_in(
    call: Call, criterion: Criterion, values: dict[str, Any] | None, among: Collection[UUID],
    also: Sequence[Moved] = (),
) -> set[UUID]:  # fmt: skip
    """Which of these companies would come in with other values of one criterion, or without it, seen by the reader or not;
    `also` as in `what_if`."""
    if not among:
        return set()
    moved = _moved(call, *_both(call, criterion, values, also))
    found = f"SELECT array_agg(subject) FROM ({moved}) m WHERE will = {MET} AND {_listed(among)}"  # noqa: S608
    return set(_row(found)[0] or ())


def fitting(call: Call, among: Collection[UUID]) -> dict[UUID, bool]:
    """Which of these companies no criterion of the call bars, and whether they meet everything (else a person looks)."""
    if not among:
        return {}
    selected, (counting,) = _outcomes(call, _asked(call))
    met, look = _row(
        f"SELECT array_agg(subject) FILTER (WHERE overall = {MET}), array_agg(subject) FILTER (WHERE overall = {LOOK})"  # noqa: S608
        f" FROM (SELECT subject, {_least(0, counting)} AS overall FROM ({selected}) o) o WHERE {_listed(among)}"
    )
    return {**dict.fromkeys(met or (), True), **dict.fromkeys(look or (), False)}


def _listed(companies: Collection[UUID]) -> str:
    return f"subject IN ({', '.join(literal(str(each)) for each in companies)})"


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


def _moved(call: Call, before: Sequence[Criterion], after: Sequence[Criterion]) -> str:
    """A SELECT of subject, was and will: the least outcome of the counting criteria, of those who come in or drop out."""
    selected, counting = _outcomes(call, before, after)
    was, will = (_least(serial, each) for serial, each in enumerate(counting))
    return (
        f"SELECT * FROM (SELECT subject, {was} AS was, {will} AS will FROM ({selected}) o) m"  # noqa: S608
        f" WHERE (was = {MET}) <> (will = {MET})"
    )


def _move(count: int, subjects: str, user: Any, names: int) -> Move:
    if not count:
        return Move(0, (), 0)
    moved = Company.objects.filter(pk__in=RawSQL(subjects.replace("%", "%%"), []))  # noqa: S611
    seen = moved.filter(pk__in=Company.objects.visible_to(user).values("pk"))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SETTINGS)
        found = tuple(seen.annotate(of=Window(Count("pk"))).order_by("name_ko", "id")[:names])
    return Move(count, found, int(vars(found[0])["of"]) if found else 0)


def _asked(call: Call) -> list[Criterion]:
    return list(Criterion.objects.filter(call=call).order_by("position", "id"))


def _stands(call: Call, *lists: Sequence[Criterion]) -> tuple[list[Register], tuple[int, int]]:
    """The register under each list of criteria; and how many meet all of the last but not of the first, and the reverse.

    Companies with the same outcomes are counted together before anything else is asked of them.
    """
    selected, counting = _outcomes(call, *lists, is_packed=True)
    names = [f"p{serial}_{word}" for serial, each in enumerate(counting) for word in range(_words(each))]
    together = f"SELECT {', '.join([*names, 'count(*) AS times'])} FROM ({selected}) o GROUP BY {', '.join(names) or '()'}"  # noqa: S608
    taken_apart, judged, counts = ["times"], [], []
    for serial, each in enumerate(counting):
        outcomes = [f"o{serial}_{place}" for place in range(len(each))]
        taken_apart += [
            f"p{serial}_{place // IN_ONE} >> {2 * (place % IN_ONE)} & 3 AS {name}"
            for place, name in enumerate(outcomes)
        ]
        barred = " + ".join(f"({name} = {NOT_MET})::int" for name in outcomes) or "0"
        judged += [f"{_least(serial, each)} AS overall{serial}", f"{barred} AS barred{serial}"]
        counts += [
            _times("true"),
            *(_times(f"overall{serial} = {outcome}") for outcome in (MET, LOOK, NOT_MET)),
        ]
        for name in outcomes:
            alone = f"{name} = {NOT_MET} AND barred{serial} = 1"
            counts += [_times(f"{name} = {NOT_MET}"), _times(f"{name} = {LOOK}"), _times(alone)]
    first, last = "overall0", f"overall{len(lists) - 1}"
    counts += [_times(f"{one} < {MET} AND {other} = {MET}") for one, other in ((first, last), (last, first))]
    found = _row(
        f"SELECT {', '.join(counts)} FROM (SELECT *, {', '.join(judged)} FROM (SELECT {', '.join(taken_apart)}"  # noqa: S608
        f" FROM ({together}) p {APART}) o {APART}) b",
    )
    registers = []
    for each in counting:
        (total, met, look, not_met), found = found[:4], found[4:]
        effects = [Effect(rule, *found[3 * place : 3 * place + 3]) for place, rule in enumerate(each)]
        registers.append(Register(total, met, look, not_met, tuple(effects)))
        found = found[3 * len(each) :]
    return registers, (found[0], found[1])


def _outcomes(
    call: Call, *lists: Sequence[Criterion], is_packed: bool = False
) -> tuple[str, list[list[Criterion]]]:
    """A SELECT of subject and, of each list, the outcomes of its counting criteria (`o0_0`, …; or packed, `p0_0`, …),
    and these. All lists are answered in one pass."""
    compiled = compile_criteria(call, lists[0], is_explained=False)
    all_compiled = [compiled, *(compile_criteria(call, each, plan=compiled.plan) for each in lists[1:])]
    columns = ["subject.subject"]
    for serial, each in enumerate(all_compiled):
        outcomes = [each.answers[rule.pk].outcome for rule in each.counting]
        letter, texts = ("p", _packed(outcomes)) if is_packed else ("o", outcomes)
        columns += [f"{text} AS {letter}{serial}_{place}" for place, text in enumerate(texts)]
    selected = compiled.body(of_register(call.agency_id, even_closed=False), ", ".join(columns), more=APART)
    return selected, [each.counting for each in all_compiled]


IN_ONE = 30
"""So many outcomes go into a bigint, two bits each."""


def _words(criteria: Sequence[Criterion]) -> int:
    return -(-len(criteria) // IN_ONE)


def _packed(outcomes: Sequence[str]) -> list[str]:
    return [
        " | ".join(
            f"(({text})::bigint << {2 * place})"
            for place, text in enumerate(outcomes[first : first + IN_ONE])
        )
        for first in range(0, len(outcomes), IN_ONE)
    ]


def _least(serial: int, criteria: Sequence[Criterion]) -> str:
    return (
        f"least({', '.join(f'o{serial}_{place}' for place in range(len(criteria)))})"
        if criteria
        else str(MET)
    )


def _times(condition: str) -> str:
    return f"coalesce(sum(times) FILTER (WHERE {condition}), 0)::int"


def _row(sql: str) -> tuple[Any, ...]:
    """One row."""
    with connection.cursor() as cursor:
        cursor.execute(f"{SETTINGS};\n{sql}")
        cursor.nextset()
        return tuple(cursor.fetchone())
