"""Eligibility (요건심사): every criterion answers met, not met or "a person must look", as of a stated day.

One definition (`programs.domain.criteria`) serves the company's check before submission, the staff's screening and the
look at the whole register. Nothing is written here. The closing day is the Seoul day of the last instant that the call
accepts: the period is half open, so a call that closes at midnight (00:00) closes on the day before.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django_stubs_ext import StrOrPromise

from ground.worded import together, worded
from programs.domain.criteria import one
from programs.domain.criteria.compiling import Compiled, closing_day, compile_criteria, days_that_count
from programs.domain.criteria.given import Facts
from programs.domain.criteria.plan import OUTCOMES
from programs.domain.criteria.relations import Source, literal, of_applications, of_facts
from programs.domain.eligibility_reasons import reason_text, value_text
from programs.models import Application, Call, Criterion

__all__ = [
    "Finding", "assess", "assess_given", "assess_many", "closing_day", "day_that_counts", "reason_text", "value_text",
]  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One criterion's answer for one application. `value` and `evidence` are at most 200 characters, free of language."""

    criterion: Criterion
    outcome: str
    reason_code: str
    reason: StrOrPromise
    value: str
    evidence: str
    evidence_file_id: UUID | None
    as_of: dt.date
    renew_by: dt.date | None

    @property
    def value_text(self) -> StrOrPromise:
        return value_text(self.reason_code, self.value)


def day_that_counts(call: Call, which: str) -> dt.date:
    """The day named by `Criterion.AsOf`; of a cure, the last one."""
    return days_that_count(call, which)[-1]


def assess(
    application: Application, *, criteria: Sequence[Criterion] | None = None, unasked: Collection[UUID] = ()
) -> list[Finding]:
    """All criteria of the call, or only `criteria`, for one application, in their order. With criteria the application's
    `call` is as it was read.

    In a draft, answers to `unasked` questions are still there; they count as little as when it is handed in.
    """
    if criteria is None:
        return assess_many([application], unasked=unasked)[application.pk]
    return _of_one(application.call, criteria, application.pk, unasked).get(application.pk, [])


def _of_one(
    call: Call, criteria: Sequence[Criterion], key: UUID, unasked: Collection[UUID]
) -> dict[UUID, list[Finding]]:
    if not criteria:
        return {}
    return _findings(
        criteria, one.rows_about(one.made_of(call, criteria, Compiled.explained, unasked=unasked), key)
    )


def assess_many(
    applications: Iterable[Application], *, unasked: Collection[UUID] = ()
) -> dict[UUID, list[Finding]]:
    """The same for many applications, by the application's id; a few queries for each call, however many there are."""
    found: dict[UUID, list[Finding]] = {row.pk: [] for row in applications}
    of_call: dict[UUID, list[UUID]] = defaultdict(list)
    for row in applications:
        of_call[row.call_id].append(row.pk)
    for key, rows in of_call.items():
        (call,), of_this = together((_call, (key,)), (criteria_of, (key,)))
        if len(rows) == 1:
            found.update(_of_one(call, of_this, rows[0], unasked))
        else:
            listed = ", ".join(literal(str(row)) for row in rows)
            found.update(
                _asked(call, of_this, of_applications(call.agency_id, f"a.id IN ({listed})", unasked))
            )
    return found


@worded
def _call(key: UUID) -> QuerySet[Call]:
    return Call.objects.select_related("agency").filter(pk=key)


@worded
def criteria_of(call: UUID) -> QuerySet[Criterion]:
    """All criteria of a call, in their order."""
    return Criterion.objects.filter(call=call).order_by("position", "id")


def assess_given(
    call: Call, criteria: Sequence[Criterion], given: Mapping[UUID, Facts]
) -> dict[UUID, list[Finding]]:
    """How companies would stand of which only the stated facts are known: a visitor without an account, for one."""
    found: dict[UUID, list[Finding]] = {key: [] for key in given}
    return {**found, **_asked(call, criteria, of_facts(given))} if given else found


def _asked(call: Call, criteria: Sequence[Criterion], source: Source) -> dict[UUID, list[Finding]]:
    if not criteria:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(compile_criteria(call, criteria).explained(source))
        return _findings(criteria, cursor.fetchall())


def _findings(criteria: Sequence[Criterion], answers: Iterable[Sequence[Any]]) -> dict[UUID, list[Finding]]:
    found: dict[UUID, dict[UUID, Finding]] = defaultdict(dict)
    by_key = {each.pk: each for each in criteria}
    for subject, key, outcome, reason, value, evidence, file, as_of, renew_by in answers:
        found[subject][key] = Finding(
            criterion=by_key[key],
            outcome=OUTCOMES[outcome],
            reason_code=reason,
            reason=reason_text(reason, as_of=as_of, renew_by=renew_by, value=value, evidence=evidence),
            value=value,
            evidence=evidence,
            evidence_file_id=file,
            as_of=as_of,
            renew_by=renew_by,
        )
    return {subject: [answers[each.pk] for each in criteria] for subject, answers in found.items()}
