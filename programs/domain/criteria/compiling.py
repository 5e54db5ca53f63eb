"""Criteria of a call compiled to one SELECT: a row per subject, or a row per subject and criterion with its reason.

The same compiled criteria answer for one company, a call's applications and the whole register; only the source of
the facts differs (`relations`). Outcomes are 0 not met, 1 a person must look, 2 met. Of groups: all is the least of its
members, any the greatest, not the opposite. "Closing or first evaluation" takes the better of both days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from ground.clock import SEOUL
from ground.models import Province
from ground.worded import worded
from programs.domain.criteria.kinds import leaf
from programs.domain.criteria.plan import APART, LOOK, MET, NOT_MET, Leaf, Plan, day
from programs.domain.criteria.relations import Source, literal
from programs.models import Call, Criterion

Kind, AsOf = Criterion.Kind, Criterion.AsOf


def closing_day(call: Call) -> dt.date:
    """The Seoul day on which the call can be applied to for the last time."""
    return (call.closes_at - dt.timedelta(microseconds=1)).astimezone(SEOUL).date()


def days_that_count(call: Call, which: str) -> list[dt.date]:
    """The day named by `Criterion.AsOf`; two for a cure. Without a first evaluation day the closing day counts."""
    closing = closing_day(call)
    if which == AsOf.AGREEMENT:
        return [call.agreement_on]
    if which == AsOf.EVALUATION:
        return [call.evaluation_on or closing]
    if which == AsOf.CURE and call.evaluation_on not in {None, closing}:
        return [closing, call.evaluation_on]
    return [closing]


@dataclass(frozen=True)
class Columns:
    """The SQL of one criterion's answer over the joined facts."""

    outcome: str
    reason: str
    value: str
    evidence: str
    file: str
    as_of: str
    renew_by: str


ANSWERED = {
    "outcome": "smallint", "reason": "text", "value": "text", "evidence": "text", "file": "uuid", "as_of": "date",
    "renew_by": "date",
}  # fmt: skip
RARE = ("file", "renew_by")
"""Most subjects have none of these."""


def counting_of(criteria: Sequence[Criterion]) -> list[Criterion]:
    """Those that decide; the members of a group count through it."""
    known = {each.pk for each in criteria}
    return [each for each in criteria if each.group_id not in known]


@dataclass
class Compiled:
    """`answers[criterion id]` are columns of `joined(source)`."""

    plan: Plan
    criteria: Sequence[Criterion]
    answers: dict[UUID, Columns] = field(default_factory=dict)

    @property
    def counting(self) -> list[Criterion]:
        """Those that decide; the members of a group count through it."""
        return counting_of(self.criteria)

    def body(self, source: Source, select: str, *, more: str = "") -> str:
        """`WITH … SELECT {select} FROM` the subjects joined to their facts; `more` is appended."""
        names = ["subject", *sorted(self.plan.relations() - {"subject"})]
        tables = [(name, source.selects[name]) for name in names] + self.plan.tables()
        joined = [*(f"{relation}_facts" for relation in self.plan.apart()), *self.plan.rows]
        joins = "".join(f" LEFT JOIN {name} USING (subject)" for name in joined)
        listed = ",\n".join(f"{name} AS NOT MATERIALIZED ({text})" for name, text in tables)
        rows = f"{'asked' if self.plan.is_explained else 'folded'} AS subject{joins}"
        for columns in (self.plan.known, self.plan.decisions, self.plan.answered):
            if columns:
                made = ", ".join(f"{text} AS {name}" for text, name in columns.items())
                rows = f"(SELECT *, {made}\nFROM {rows} {APART}) AS subject"
        return f"WITH {listed}\nSELECT {select}\nFROM {rows} {more}"

    def wide(self, source: Source) -> str:
        """A row per subject: subject and an array for each of `ANSWERED`, in the order of the criteria. Files and days of
        renewal are null as a whole where there are none."""
        answers = [self.answers[each.pk] for each in self.criteria]
        arrays = []
        for name, kind in ANSWERED.items():
            cells = [getattr(each, name) for each in answers]
            array = f"ARRAY[{', '.join(cells)}]::{kind}[]"
            if name in RARE:
                some = ", ".join(dict.fromkeys(each for each in cells if each != f"NULL::{kind}"))
                array = (
                    f"CASE WHEN coalesce({some}) IS NOT NULL THEN {array} END" if some else f"NULL::{kind}[]"
                )
            arrays.append(f"{array} AS {name}")
        return self.body(source, ", ".join(["subject.subject", *arrays]), more=APART)

    def explained(self, source: Source) -> str:
        """A row per subject and criterion: subject, criterion, outcome, reason, value, evidence, file, as_of, renew_by.

        The answers of a subject are made once, as arrays; taken apart by VALUES they would be planned for each row anew.
        """
        listed = ", ".join(literal(str(each.pk)) for each in self.criteria)
        names = ", ".join(f"made.{name}" for name in ANSWERED)
        return (
            f"SELECT made.subject, answer.* FROM ({self.wide(source)}) made"
            f" CROSS JOIN LATERAL unnest(ARRAY[{listed}]::uuid[], {names}) AS answer (criterion, {', '.join(ANSWERED)})"
        )


def successors_of_provinces() -> dict[str, str]:
    """Province code → the code that took its place; one query."""
    return dict(_successors())


@worded
def _successors() -> QuerySet[Any, tuple[str, str]]:
    found = Province.objects.filter(succeeded_by__isnull=False).order_by("code")
    return found.values_list("code", "succeeded_by")  # type: ignore[misc]


def compile_criteria(
    call: Call,
    criteria: Sequence[Criterion],
    *,
    is_explained: bool = True,
    is_taken_now: bool = False,
    successors: Mapping[str, str] | None = None,
    plan: Plan | None = None,
) -> Compiled:
    """One query when `successors` is not given and a criterion asks for provinces. Reads `call.agency`.

    What is compiled into the `plan` of others is answered with them, in one pass. With `is_taken_now` answers from outside
    must be young today, as at an agreement and a payment.
    """
    if plan is None:
        if successors is None:
            asks = any(each.kind == Kind.PROVINCE for each in criteria)
            successors = successors_of_provinces() if asks else {}
        plan = Plan(
            is_explained=is_explained,
            successors=successors,
            agency_code=call.agency.code,
            is_taken_now=is_taken_now,
        )
    compiled = Compiled(plan, criteria)
    for criterion in criteria:
        _answer(compiled, call, criterion)
    return compiled


def _answer(compiled: Compiled, call: Call, criterion: Criterion) -> Columns:
    if criterion.pk not in compiled.answers:
        days = days_that_count(call, criterion.as_of)
        if criterion.kind in Criterion.GROUPS:
            found = _group(compiled, call, criterion, days[0])
        else:
            is_later_asked = criterion.later_as_of and compiled.plan.is_explained  # it changes no outcome
            later = days_that_count(call, criterion.later_as_of)[0] if is_later_asked else None
            found = _better(
                compiled.plan,
                [(leaf(compiled.plan, criterion.kind, criterion.values, each, later), each) for each in days],
            )
        compiled.answers[criterion.pk] = found
    return compiled.answers[criterion.pk]


def _of_leaf(plan: Plan, leaf: Leaf, on: dt.date) -> Columns:
    """Where only outcomes are asked they are asked for once; with reasons, each row's conditions are tried beforehand."""
    as_of = leaf.as_of or day(on)
    if not plan.is_explained:
        return Columns(leaf.outcome, "''", "''", "''", "NULL::uuid", as_of, leaf.renew_by)
    decided = plan.decide(leaf.branches)
    outcome, file = plan.answer(leaf.outcome_of(decided)), leaf.file
    if file != Leaf.file:
        file = plan.answer(file)
    return Columns(outcome, leaf.reason_of(decided), leaf.value, leaf.evidence, file, as_of, leaf.renew_by)


def _better(plan: Plan, found: Sequence[tuple[Leaf, dt.date]]) -> Columns:
    """The answer of the first day, or of the second where that one is better."""
    columns = [_of_leaf(plan, each, on) for each, on in found]
    if len(columns) == 1:
        return columns[0]
    first, second = columns
    is_second = f"{second.outcome} > {first.outcome}"
    chosen = {
        name: f"CASE WHEN {is_second} THEN {getattr(second, name)} ELSE {getattr(first, name)} END"
        for name in ("reason", "value", "evidence", "file", "as_of", "renew_by")
    }
    return Columns(outcome=f"greatest({first.outcome}, {second.outcome})", **chosen)


def _group(compiled: Compiled, call: Call, criterion: Criterion, on: dt.date) -> Columns:
    members = _members(criterion, compiled.criteria)
    if is_incomplete(criterion, compiled.criteria):
        return Columns(str(LOOK), "'rule_incomplete'", "''", "''", "NULL::uuid", day(on), "NULL::date")
    answers = [_answer(compiled, call, each) for each in members]
    outcomes = [each.outcome for each in answers]
    chosen = outcomes[0] if len(outcomes) == 1 else ""
    if criterion.kind == Kind.NOT:
        outcome = f"({MET} - {chosen})"
        renew_by = "NULL::date"
        decided = literal(members[0].code)
    else:
        best = "greatest" if criterion.kind == Kind.ANY else "least"
        outcome = chosen or f"{best}({', '.join(outcomes)})"
        decided = "concat_ws(', ', " + ", ".join(
            f"CASE WHEN {each.outcome} = {outcome} THEN {literal(member.code)} END"
            for each, member in zip(answers, members, strict=True)
        ) + ")"  # fmt: skip
        renewals = ", ".join(each.renew_by for each in answers)
        renew_by = f"CASE WHEN {outcome} = {MET} THEN least({renewals}) END"
        if criterion.kind == Kind.ANY:
            lasting = " OR ".join(f"({each.outcome} = {MET} AND {each.renew_by} IS NULL)" for each in answers)
            renew_by = f"CASE WHEN {outcome} = {MET} AND NOT ({lasting}) THEN greatest({renewals}) END"
    reason = f"CASE {outcome} WHEN {MET} THEN 'group_met' WHEN {NOT_MET} THEN 'group_not_met' ELSE 'group_look' END"
    return Columns(outcome, reason, f"left({decided}, 200)", "''", "NULL::uuid", day(on), renew_by)


def _members(group: Criterion, criteria: Sequence[Criterion]) -> list[Criterion]:
    return [each for each in criteria if each.group_id == group.pk]


def is_incomplete(group: Criterion, criteria: Sequence[Criterion]) -> bool:
    """Whether the group has no members or is one of its own, or is to be the opposite of several."""
    count = len(_members(group, criteria))
    return not count or _is_in_itself(group, criteria) or (group.kind == Kind.NOT and count > 1)


def _is_in_itself(group: Criterion, criteria: Sequence[Criterion]) -> bool:
    """Whether a way up from the group leads back to it; the same for each group of a circle, whichever is asked first."""
    above = {each.pk: each.group_id for each in criteria}
    at = above[group.pk]
    for _step in criteria:
        if at is None or at == group.pk:
            break
        at = above.get(at)
    return at == group.pk
