"""One criterion asked of stated facts: the compiled SQL answers, and Python's answer must be the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from django.db import connection

from accounts.models import Agency
from programs.domain.criteria.compiling import compile_criteria
from programs.domain.criteria.given import Facts
from programs.domain.criteria.plan import OUTCOMES
from programs.domain.criteria.relations import Source, of_facts
from programs.models import Call, Criterion
from tests import oracle
from tests.oracle import Verdict

DAY = dt.date(2025, 5, 30)
LATER = dt.date(2025, 6, 25)


def a_call(as_of: dt.date = DAY, later: dt.date | None = LATER, evaluation: dt.date | None = None) -> Call:
    """A call that stands in no table; it closes at the end of its closing day in Seoul."""
    closes_at = dt.datetime.combine(as_of, dt.time(15), dt.UTC)
    return Call(
        agency=Agency(code="SBA"), closes_at=closes_at, agreement_on=later or as_of, evaluation_on=evaluation
    )


def ask(
    source: Source,
    call: Call,
    criteria: Sequence[Criterion],
    successors: Mapping[str, str],
    *,
    is_taken_now: bool = False,
) -> dict[UUID, dict[UUID, Verdict]]:
    """The answers of the SQL, by subject and criterion."""
    found: dict[UUID, dict[UUID, Verdict]] = {}
    with connection.cursor() as cursor:
        compiled = compile_criteria(call, criteria, successors=successors, is_taken_now=is_taken_now)
        cursor.execute(compiled.explained(source))
        for subject, key, outcome, reason, value, evidence, file, as_of, renew_by in cursor.fetchall():
            found.setdefault(subject, {})[key] = Verdict(
                str(OUTCOMES[outcome].value), reason, value, evidence, file, renew_by, as_of
            )
    return found


def judge(
    criterion: Criterion,
    facts: Facts,
    *,
    as_of: dt.date = DAY,
    later: dt.date | None = None,
    successors: Mapping[str, str] | None = None,
    is_taken_now: bool = False,
) -> Verdict:
    call, successors = a_call(as_of, later), successors or {}
    criterion.later_as_of = "agreement" if later else ""
    key = uuid4()
    source = of_facts({key: facts})
    found = ask(source, call, [criterion], successors, is_taken_now=is_taken_now)[key][criterion.pk]
    said = oracle.judge_all(
        [criterion], facts, oracle.days_of(call), successors=successors, agency_code="SBA", is_taken_now=is_taken_now,
    )  # fmt: skip
    assert found == said[criterion.pk]
    return found


def bare(
    source: Source, call: Call, criteria: Sequence[Criterion], successors: Mapping[str, str]
) -> dict[UUID, dict[UUID, str]]:
    """Only the outcomes, by subject and criterion, as the what-if asks them: reasons are not made."""
    compiled = compile_criteria(call, criteria, is_explained=False, successors=successors)
    columns = [compiled.answers[each.pk].outcome for each in criteria]
    with connection.cursor() as cursor:
        cursor.execute(compiled.body(source, ", ".join(["subject.subject", *columns])))
        return {
            subject: {
                each.pk: str(OUTCOMES[outcome].value)
                for each, outcome in zip(criteria, outcomes, strict=True)
            }
            for subject, *outcomes in cursor.fetchall()
        }
