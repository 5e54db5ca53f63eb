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
from uuid import UUID

from django.db import connection
from django_stubs_ext import StrOrPromise

from programs.domain.criteria.compiling import closing_day, compile_criteria, days_that_count
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
    """All criteria of the call (or only `criteria`) for one application, in their order.

    In a draft, answers to `unasked` questions are still there; they count as little as when it is handed in.
    """
    return assess_many([application], criteria=criteria, unasked=unasked)[application.pk]


def assess_many(
    applications: Iterable[Application],
    *,
    criteria: Sequence[Criterion] | None = None,
    unasked: Collection[UUID] = (),
) -> dict[UUID, list[Finding]]:
    """The same for many applications, by the application's id; a few queries for each call, however many there are."""
    found: dict[UUID, list[Finding]] = {row.pk: [] for row in applications}
    of_call: dict[UUID, list[UUID]] = defaultdict(list)
    for row in applications:
        of_call[row.call_id].append(row.pk)
    calls = Call.objects.select_related("agency").in_bulk(of_call)
    asked: dict[UUID, list[Criterion]] = defaultdict(list)
    for criterion in (
        criteria
        if criteria is not None
        else Criterion.objects.filter(call__in=calls).order_by("position", "id")
    ):
        asked[criterion.call_id].append(criterion)
    for key, rows in of_call.items():
        listed = ", ".join(literal(str(row)) for row in rows)
        source = of_applications(calls[key].agency_id, f"a.id IN ({listed})", unasked)
        found.update(_findings(calls[key], asked[key], source))
    return found


def assess_given(
    call: Call, criteria: Sequence[Criterion], given: Mapping[UUID, Facts]
) -> dict[UUID, list[Finding]]:
    """How companies would stand of which only the stated facts are known: a visitor without an account, for one."""
    found: dict[UUID, list[Finding]] = {key: [] for key in given}
    return {**found, **_findings(call, criteria, of_facts(given))} if given else found


def _findings(call: Call, criteria: Sequence[Criterion], source: Source) -> dict[UUID, list[Finding]]:
    found: dict[UUID, dict[UUID, Finding]] = defaultdict(dict)
    if not criteria:
        return {}
    by_key = {each.pk: each for each in criteria}
    with connection.cursor() as cursor:
        cursor.execute(compile_criteria(call, criteria).explained(source))
        for subject, key, outcome, reason, value, evidence, file, as_of, renew_by in cursor.fetchall():
            found[subject][key] = Finding(
                criterion=by_key[key],
                outcome=OUTCOMES[outcome],
                reason_code=reason,
                reason=reason_text(reason, as_of=as_of, renew_by=renew_by),
                value=value,
                evidence=evidence,
                evidence_file_id=file,
                as_of=as_of,
                renew_by=renew_by,
            )
    return {subject: [answers[each.pk] for each in criteria] for subject, answers in found.items()}
