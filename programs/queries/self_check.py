"""Where a company stands before it applies, by what it states or by what the register knows; nothing is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django_stubs_ext import StrOrPromise

from programs.domain.criteria.given import Facts
from programs.domain.eligibility import Finding, assess_given
from programs.domain.eligibility_next import Step, next_step
from programs.domain.eligibility_reasons import reason_text
from programs.domain.screening import overall
from programs.models import Call, Criterion
from programs.models.screening import Outcome


@dataclass(frozen=True)
class Row:
    """One requirement's answer, what to do next, and the members of a group, which count through it."""

    finding: Finding
    reason: StrOrPromise
    step: Step | None
    members: tuple[Row, ...]


@dataclass(frozen=True)
class Standing:
    """One answer from all requirements that count, and each of them."""

    outcome: str
    rows: tuple[Row, ...]

    def count(self, outcome: str) -> int:
        return sum(row.finding.outcome == outcome for row in self.rows)

    @property
    def not_met(self) -> int:
        return self.count(Outcome.NOT_MET)

    @property
    def look(self) -> int:
        return self.count(Outcome.LOOK)

    @property
    def renew_by(self) -> dt.date | None:
        """The first day by which something is to be renewed."""
        return min((row.finding.renew_by for row in self.rows if row.finding.renew_by), default=None)


def standing(
    call: Call,
    criteria: Sequence[Criterion],
    facts: Facts,
    is_stated: Callable[[Criterion, dt.date], bool],
) -> Standing:
    """The outcome as the stored screening of an application would have it with the same facts. Two queries at most.

    `is_stated` says of a criterion (and the day that counts) whether it was answered by what somebody stated, in no record.
    """
    key = uuid4()
    findings = assess_given(call, criteria, {key: facts})[key]
    known = {each.pk for each in criteria}

    def row(finding: Finding, above: frozenset[UUID]) -> Row:
        criterion = finding.criterion
        inside = above | {criterion.pk}
        stated = is_stated(criterion, finding.as_of)
        waits = finding.reason_code.endswith("_unchecked") and not stated  # for the agency: the record has it
        return Row(
            finding,
            reason_text(
                finding.reason_code,
                as_of=finding.as_of,
                renew_by=finding.renew_by,
                is_stated=stated,
                value=finding.value,
                evidence=finding.evidence,
            ),
            None if waits else next_step(criterion, finding.reason_code),
            tuple(
                row(each, inside)
                for each in findings
                if each.criterion.group_id == criterion.pk and each.criterion.pk not in inside
            ),
        )

    counting = [each for each in findings if each.criterion.group_id not in known]
    return Standing(
        overall((each.outcome for each in counting), expected=len(counting)),
        tuple(row(each, frozenset()) for each in counting),
    )
