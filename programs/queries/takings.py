"""What screening said: the latest answers of applications with what staff decided otherwise, and what changed when.

The only place, beside the verb that writes, which knows how results are stored.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django_stubs_ext import StrOrPromise

from accounts.domain.approvals import fingerprint
from accounts.models import Approval, User
from ground.models import StoredFile
from programs.domain.criteria.plan import OUTCOMES
from programs.domain.eligibility_reasons import evidence_text, reason_text, value_text
from programs.models import Application, Criterion, Override, Screening, Taken
from programs.models.screening import Outcome


@dataclass(frozen=True)
class Result:
    """One criterion's answer for one application on one occasion. `value` and `evidence` are free of language."""

    application_id: UUID
    criterion_id: UUID
    call_id: UUID
    outcome: str
    reason_code: str
    value: str
    evidence: str
    evidence_file_id: UUID | None
    as_of: dt.date
    renew_by: dt.date | None
    rule_version: int
    taken_at: dt.datetime
    occasion: str
    decided: Override | None = None
    evidence_file: StoredFile | None = None
    """Read by `with_files`."""

    @property
    def shown_evidence(self) -> StrOrPromise:
        """What shows it, for staff: the paper's own name only once its file has passed the check. Needs `with_files`."""
        file = self.evidence_file
        if self.evidence_file_id is None or (file is not None and file.has_passed):
            return self.evidence_text
        return file.public_name if file is not None else ""

    @property
    def pk(self) -> UUID:
        """Names the result on the pages of its application."""
        return self.criterion_id

    @property
    def said_sha256(self) -> str:
        """What staff decide otherwise than; another answer, value, document or rule is another matter."""
        return fingerprint(
            [self.outcome, self.reason_code, self.value, self.evidence, str(self.evidence_file_id), self.rule_version]
        )  # fmt: skip

    @property
    def override(self) -> str:
        return self.decided.to if self.decided else ""

    @property
    def override_reason(self) -> str:
        return self.decided.reason if self.decided else ""

    @property
    def override_by(self) -> User | None:
        return self.decided.by if self.decided else None

    @property
    def approval(self) -> Approval | None:
        return self.decided.approval if self.decided else None

    @property
    def counts_override(self) -> bool:
        """Whether the staff's decision counts: an exception does only once a second person agreed to it."""
        return self.decided is not None and (self.approval is None or self.approval.is_granted is True)

    @property
    def final(self) -> str:
        """What counts: the staff's decision, else the rule's answer."""
        return self.override if self.counts_override else self.outcome

    @property
    def outcome_label(self) -> StrOrPromise:
        return Outcome(self.outcome).label

    @property
    def reason(self) -> StrOrPromise:
        """The rule's reason in the reader's language."""
        return reason_text(
            self.reason_code,
            as_of=self.as_of,
            renew_by=self.renew_by,
            value=self.value,
            evidence=self.evidence,
        )

    @property
    def value_text(self) -> StrOrPromise:
        return value_text(self.reason_code, self.value)

    @property
    def evidence_text(self) -> str:
        return evidence_text(self.reason_code, self.evidence)


Answers = dict[UUID, Result]
"""By criterion."""


def latest(applications: Iterable[Application]) -> dict[UUID, Answers]:
    """The answers of the last screening of each application, by application; two queries. Reads ids only."""
    rows = (
        Taken.objects.filter(application__in=[each.pk for each in applications])
        .order_by("application_id", "-id")
        .distinct("application_id")
        .select_related("screening", "said")
    )
    found = {row.application_id: _answers(row) for row in rows}
    for each in Override.objects.filter(application__in=list(found)).select_related(
        "by", "approval__answered_by"
    ):
        answer = found[each.application_id].get(each.criterion_id)
        if answer is not None:
            found[each.application_id][each.criterion_id] = replace(answer, decided=each)
    return found


def with_files(found: Mapping[UUID, Answers]) -> dict[UUID, Answers]:
    """The same answers with the files that show them; a query if there are any."""
    wanted = {each.evidence_file_id for answers in found.values() for each in answers.values()} - {None}
    files = StoredFile.objects.in_bulk(wanted) if wanted else {}
    return {
        application: {
            key: replace(each, evidence_file=files.get(each.evidence_file_id))
            for key, each in answers.items()
        }
        for application, answers in found.items()
    }


def of_criterion(application: Application, criterion: UUID) -> Result | None:
    """The last answer of one criterion for the application; None where it was never taken."""
    return latest([application]).get(application.pk, {}).get(criterion)


def counting(answers: Mapping[UUID, Result], criteria: Iterable[Criterion]) -> list[Result]:
    """Those of criteria that decide, in the order of `criteria`; the members of a group count through it."""
    return [answers[each.pk] for each in criteria if each.group_id is None and each.pk in answers]


def not_met(applications: Iterable[Application]) -> dict[UUID, list[tuple[Criterion, Result]]]:
    """The criteria that were finally not met, by application, in the order of the call; three queries."""
    rows = list(applications)
    answers = latest(rows)
    of_call = criteria_of({each.call_id for each in rows})
    return {
        row.pk: [
            (each, answers[row.pk][each.pk])
            for each in of_call[row.call_id]
            if each.pk in answers.get(row.pk, {}) and answers[row.pk][each.pk].final == Outcome.NOT_MET
        ]
        for row in rows
    }


def criteria_of(calls: Iterable[UUID]) -> dict[UUID, list[Criterion]]:
    """The criteria that decide, by call, in their order."""
    found: dict[UUID, list[Criterion]] = defaultdict(list)
    for each in Criterion.objects.counting().filter(call__in=calls).order_by("position", "id"):
        found[each.call_id].append(each)
    return found


def _answers(row: Taken) -> Answers:
    of, said = row.screening, row.said
    nothing: list[None] = [None] * len(of.criteria)
    answered: Iterable[tuple[Any, ...]] = zip(
        of.criteria, of.versions, said.outcomes, said.reasons, said.seen, said.evidence, said.files or nothing, said.days,
        said.renewals or nothing, strict=True,
    )  # fmt: skip
    return {
        criterion: Result(
            row.application_id, criterion, of.call_id, OUTCOMES[outcome], reason, value, evidence, file, day, renew_by,
            version, of.taken_at, of.occasion,
        )
        for criterion, version, outcome, reason, value, evidence, file, day, renew_by in answered
        if outcome is not None
    }  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One criterion on two occasions after each other; `before` is None where it was not asked then."""

    criterion: Criterion
    before: Result | None
    after: Result


@dataclass(frozen=True)
class Taking:
    """One screening of an application and what it changed against the one before, at payment against the agreement; the
    first changes nothing."""

    screening: Screening
    changes: tuple[Change, ...]
    is_first: bool
    is_since_agreement: bool


def history(application: Application, criteria: Sequence[Criterion]) -> list[Taking]:
    """All screenings of the application, oldest first, by the rules' own answers to `criteria`; one query."""
    found: list[Taking] = []
    before: Answers | None = None
    agreed: Answers | None = None
    for row in (
        Taken.objects.filter(application=application)
        .select_related("screening__taken_by", "said")
        .order_by("id")
    ):
        now, occasion = _answers(row), row.screening.occasion
        is_since_agreement = occasion == Screening.Occasion.PAYMENT and agreed is not None
        then = agreed if is_since_agreement else before
        changes = [
            Change(each, then.get(each.pk), now[each.pk])
            for each in criteria
            if then is not None and each.pk in now and _changed(then.get(each.pk), now[each.pk])
        ]
        found.append(Taking(row.screening, tuple(changes), before is None, is_since_agreement))
        before = now
        agreed = now if occasion == Screening.Occasion.AGREEMENT else agreed
    return found


def _changed(before: Result | None, after: Result) -> bool:
    return before is None or (before.said_sha256, before.as_of, before.renew_by) != (
        after.said_sha256,
        after.as_of,
        after.renew_by,
    )
