"""Screening as staff and the command line read it: each application with its criteria, and whose turn it is."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django_stubs_ext import StrOrPromise

from programs.domain.screening import overall
from programs.models import Application, Call, Criterion, ReturnRequest
from programs.models.screening import Outcome
from programs.queries import ends
from programs.queries.takings import Result, latest, with_files


@dataclass(frozen=True)
class Line:
    """One criterion of one application: what the rule says, what counts, why, and what shows it."""

    criterion: Criterion
    result: Result | None

    @property
    def outcome(self) -> str:
        """What counts: the rule's answer, or the staff's where it counts; not taken yet means that a person looks."""
        return self.result.final if self.result else Outcome.LOOK

    @property
    def outcome_label(self) -> StrOrPromise:
        return Outcome(self.outcome).label

    @property
    def rule_label(self) -> StrOrPromise:
        return self.result.outcome_label if self.result else ""

    @property
    def rule_reason(self) -> StrOrPromise:
        return self.result.reason if self.result else ""

    @property
    def reason(self) -> StrOrPromise:
        """Why the answer that counts is what it is: the staff's words where their decision counts."""
        if self.result is not None and self.result.counts_override:
            return self.result.override_reason
        return self.rule_reason

    @property
    def value(self) -> StrOrPromise:
        return self.result.value_text if self.result else ""

    @property
    def waits_for_second_person(self) -> bool:
        result = self.result
        return bool(
            result and result.override and result.approval is not None and result.approval.is_granted is None
        )

    @property
    def exception_refused(self) -> bool:
        result = self.result
        return bool(
            result and result.override and result.approval is not None and result.approval.is_granted is False
        )


@dataclass(frozen=True)
class Case:
    """One application in screening, with its lines in the order of the call's criteria."""

    application: Application
    lines: tuple[Line, ...]

    @property
    def outcome(self) -> str:
        counting = [each for each in self.lines if each.criterion.group_id is None]
        return overall((each.outcome for each in counting if each.result is not None), expected=len(counting))

    @property
    def outcome_label(self) -> StrOrPromise:
        return Outcome(self.outcome).label

    @property
    def status_word(self) -> str:
        return ends.word_of(self.application)

    @property
    def taken_at(self) -> dt.datetime | None:
        return max((each.result.taken_at for each in self.lines if each.result), default=None)


def cases(call: Call, *, applications: Iterable[Application]) -> list[Case]:
    """These applications of the call with their criteria, by receipt; drafts last.

    Five queries with theirs, however many there are.
    """
    rows = list(applications)
    criteria = list(Criterion.objects.filter(call=call).order_by("position", "id"))
    answers = with_files(latest(rows))
    return [
        Case(row, tuple(Line(each, answers.get(row.pk, {}).get(each.pk)) for each in criteria))
        for row in sorted(rows, key=lambda row: (row.status == Application.Status.DRAFT, row.receipt))
    ]


def screened_cases(call: Call, user: Any) -> list[Case]:
    """The cases of a call that the person may see; drafts are the companies' own."""
    return cases(
        call,
        applications=ends.with_end(Application.objects.visible_to(user))
        .filter(call=call)
        .exclude(status=Application.Status.DRAFT)
        .select_related("company"),
    )


@dataclass(frozen=True)
class Tally:
    """How many applications of a call stand where."""

    by_status: Counter[str]
    by_outcome: Counter[str]

    @property
    def in_screening(self) -> int:
        return (
            self.by_status[Application.Status.SUBMITTED.value]
            + self.by_status[Application.Status.RETURNED.value]
        )


def tally(found: Sequence[Case]) -> Tally:
    """Outcomes are counted among the submitted ones, whose decision is still to come."""
    return Tally(
        Counter(each.application.status for each in found),
        Counter(each.outcome for each in found if each.application.status == Application.Status.SUBMITTED),
    )


@dataclass(frozen=True)
class Held:
    """How long each side held the file: the agency's clock stands still while it is with the company."""

    agency: dt.timedelta
    company: dt.timedelta

    @property
    def agency_days(self) -> int:
        return self.agency.days

    @property
    def company_days(self) -> int:
        return self.company.days


def held(since: dt.datetime | None, returns: Iterable[ReturnRequest], until: dt.datetime) -> Held:
    """From the first submission until `until`, less the spans between each return and its answer."""
    if since is None:
        return Held(dt.timedelta(0), dt.timedelta(0))
    company = sum(
        (
            (each.answered_at or until) - each.sent_at
            for each in returns
            if (each.answered_at or until) > each.sent_at
        ),
        dt.timedelta(0),
    )
    return Held(max(until - since - company, dt.timedelta(0)), company)


def as_json(found: Sequence[Case], call: Call) -> dict[str, Any]:
    """What `manage.py screen CALL --json` prints."""
    return {
        "call": call.code,
        "applications": [
            {
                "receipt": each.application.receipt,
                "business_number": each.application.company.business_number,
                "name": each.application.company.name_ko,
                "status": each.application.status,
                "outcome": each.outcome,
                "criteria": [
                    {
                        "code": line.criterion.code,
                        "outcome": line.outcome,
                        "reason": str(line.reason),
                        "value": line.result.value,
                        "evidence": str(line.result.shown_evidence),
                    }
                    for line in each.lines
                    if line.result is not None
                ],
            }
            for each in found
        ],
    }
