"""Where a requirement that is not met, or that a person must look at, is mended: in the form, or in the company's record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django_stubs_ext import StrOrPromise

from programs.domain.criteria.needs import needs
from programs.domain.criteria.relations_history import SIZE_OF_PAPER
from programs.domain.eligibility import Finding
from programs.domain.eligibility_next import Step, next_step
from programs.domain.intake_check import anchor_of
from programs.models import Call, Criterion, Draft, Question, RequiredDocument
from programs.models.call import Stage
from programs.models.screening import Outcome
from programs.queries.reading import Reading


@dataclass(frozen=True)
class Field:
    """A field of the application, and where it stands."""

    label: StrOrPromise
    address: str


@dataclass(frozen=True)
class Row:
    """A requirement's answer, what can be done about it, where, and the members of a group, which count through it."""

    finding: Finding
    step: Step | None
    fields: tuple[Field, ...]
    members: tuple[Row, ...]


def inside(criterion: Criterion, criteria: Iterable[Criterion]) -> list[Criterion]:
    """The criterion and all that count through it, however deep."""
    found, rows = {criterion.pk: criterion}, list(criteria)
    while more := [each for each in rows if each.group_id in found and each.pk not in found]:
        found.update((each.pk, each) for each in more)
    return list(found.values())


def reads(
    call: Call,
    criteria: Sequence[Criterion],
    questions: Iterable[Question],
    documents: Iterable[RequiredDocument],
) -> tuple[list[Question], list[RequiredDocument]]:
    """The questions and documents of the application, of those given, that these criteria read."""
    asked = needs(call, criteria)
    papers = {*asked.papers, *(SIZE_OF_PAPER if asked.size else ())}
    return (
        [each for each in questions if each.code in asked.questions and each.stage == Stage.APPLICATION],
        [each for each in documents if each.certificate_kind in papers and each.stage == Stage.APPLICATION],
    )


def rows_of(reading: Reading, findings: Sequence[Finding], *, is_returned: bool = False) -> list[Row]:
    """Those that count, in their order; of what is met there is nothing to mend, nor where the agency has yet to look at a paper,
    but for an application that it returned: there it is the company's turn."""
    known = {each.criterion.pk for each in findings}

    def row(finding: Finding, above: frozenset[UUID]) -> Row:
        within = above | {finding.criterion.pk}
        members = tuple(
            row(each, within)
            for each in findings
            if each.criterion.group_id == finding.criterion.pk and each.criterion.pk not in within
        )
        is_open = finding.outcome != Outcome.MET or finding.renew_by is not None
        fields = _fields(reading, finding.criterion) if is_open and not members else ()
        waits = finding.reason_code.endswith("_unchecked") and not is_returned
        step = next_step(finding.criterion, finding.reason_code) if is_open and not waits else None
        return Row(finding, step, fields, members)

    return [row(each, frozenset()) for each in findings if each.criterion.group_id not in known]


def _fields(reading: Reading, criterion: Criterion) -> tuple[Field, ...]:
    application = reading.application
    questions, documents = reads(application.call, [criterion], reading.questions, reading.asked_documents)

    def field(step: str, asked: Question | RequiredDocument, anchor: str) -> Field:
        page = reverse(f"application_{step}", kwargs={"pk": application.pk})
        return Field(str(asked), f"{page}#{anchor}")

    return (
        *(
            field(Draft.Step.QUESTIONS, each, anchor_of(each))
            for each in questions
            if each.pk not in reading.unasked
        ),
        *(field(Draft.Step.DOCUMENTS, each, f"id_file_{each.code}") for each in documents),
    )
