"""The check before submission: what the agency would send back is said now, with the place where it can be mended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from companies.models import Certificate
from ground.templatetags.naru import day
from ground.words import plain
from programs.domain import asking
from programs.domain.eligibility import Finding, assess, closing_day
from programs.models import Application, Baseline, Document, Draft, Question, RequiredDocument
from programs.models.call import Stage
from programs.models.screening import Outcome
from programs.queries.reading import Reading


class Level(StrEnum):
    """What a remark means for submitting."""

    MEND = "mend"  # would be sent back: mend it first
    LOOK = "look"  # does not block
    RENEW = "renew"  # does not block, becomes a task


@dataclass(frozen=True)
class Remark:
    """One thing to say, with the step and the field it is about."""

    level: Level
    step: str
    anchor: str
    label: StrOrPromise
    sentence: StrOrPromise


@dataclass(frozen=True)
class Check:
    """All remarks and the answers of all criteria, as of the days that count."""

    remarks: tuple[Remark, ...]
    findings: tuple[Finding, ...]
    company_id: UUID

    @property
    def mends(self) -> list[Remark]:
        return [remark for remark in self.remarks if remark.level == Level.MEND]

    @property
    def notes(self) -> list[Remark]:
        return [remark for remark in self.remarks if remark.level != Level.MEND]

    @property
    def barred(self) -> list[Finding]:
        """What keeps the application from being submitted: not met, and staff did not allow it all the same."""
        return [
            finding
            for finding in self._counting
            if finding.outcome == Outcome.NOT_MET and not finding.criterion.can_apply_unmet
        ]

    @property
    def renewals(self) -> list[tuple[UUID, UUID, dt.date | None]]:
        """Criterion, company and day of what is met but ends before a later day."""
        return [
            (finding.criterion.pk, self.company_id, finding.renew_by)
            for finding in self._counting
            if finding.renew_by is not None
        ]

    @property
    def _counting(self) -> list[Finding]:
        """The members of a group count through it."""
        return [finding for finding in self.findings if finding.criterion.group_id is None]

    @property
    def can_submit(self) -> bool:
        return not self.mends and not self.barred


def examine(application: Application) -> Check:
    """Everything that would be sent back, and every criterion. Reads only; what it finds is also what `submit` refuses."""
    return examined(Reading(application))


def examined(reading: Reading) -> Check:
    """The same of an application that was read."""
    findings = assess(reading.application, criteria=reading.criteria, unasked=reading.unasked)
    return Check(tuple(remarks_of(reading)), tuple(findings), reading.application.company_id)


def open_steps(reading: Reading) -> frozenset[str]:
    """Steps in which something has to be mended."""
    return frozenset(remark.step for remark in remarks_of(reading) if remark.level == Level.MEND)


def remarks_of(reading: Reading) -> list[Remark]:
    """Everything that would be sent back but for the criteria."""
    return [
        *_baseline(reading.baseline),
        *_answers(reading),
        *_documents(reading),
        *_contact(reading),
        *_unsaved(reading),
    ]


def _mend(step: str, anchor: str, label: StrOrPromise, sentence: StrOrPromise) -> Remark:
    return Remark(Level.MEND, step, anchor, label, sentence)


def _baseline(baseline: Baseline | None) -> Iterable[Remark]:
    step = Draft.Step.BASELINE
    if baseline is None:
        yield _mend(step, "", Draft.Step.BASELINE.label, _("Answer this step: everybody is asked."))
        return
    for name, sentence in (
        ("is_first_export", _("Say whether this would be your first export.")),
        ("may_ask_again", _("Say yes or no: may the agency ask again later?")),
    ):
        if getattr(baseline, name) is None:
            yield _mend(step, f"id_{name}_0", _label(baseline, name), sentence)
    for year in ("last", "before"):
        total = getattr(baseline, f"export_{year}_amount")
        for part in ("country", "online"):
            value = getattr(baseline, f"{part}_{year}_amount")
            if value is not None and total is not None and value > total:
                name = f"{part}_{year}_amount"
                yield _mend(
                    step,
                    f"id_{name}",
                    _label(baseline, name),
                    _("A part cannot be more than exports in total."),
                )
        if baseline.is_first_export and total:
            name = f"export_{year}_amount"
            yield _mend(
                step,
                f"id_{name}",
                _label(baseline, name),
                _(
                    "You say that this would be your first export, but exports are entered here. Mend one of the two."
                ),
            )


def _label(record: Any, name: str) -> StrOrPromise:
    label: StrOrPromise = record._meta.get_field(name).verbose_name
    return label


def _answers(reading: Reading) -> Iterable[Remark]:
    """What is missing among the questions that are asked; a file is asked for as a document."""
    given = {answer.question_id: answer for answer in reading.answers}
    for question in reading.questions:
        if question.stage != Stage.APPLICATION or question.kind == Question.Kind.FILE:
            continue
        if question.pk in reading.unasked or not question.is_required:
            continue
        if not asking.is_given(given.get(question.pk)):
            yield _mend(
                Draft.Step.QUESTIONS, anchor_of(question), str(question), _("This question needs an answer.")
            )


def anchor_of(question: Question) -> str:
    """The id of the question's first input."""
    has_options = question.kind in {Question.Kind.YES_NO, Question.Kind.ONE, Question.Kind.MANY}
    if question.kind == Question.Kind.PRODUCTS:
        return f"id_q_{question.code}_0_product"
    return f"id_q_{question.code}_0" if has_options else f"id_q_{question.code}"


def _documents(reading: Reading) -> Iterable[Remark]:
    call = reading.application.call
    closing = closing_day(call)
    for required in reading.required:
        if required.stage != Stage.APPLICATION or required.question_id in reading.unasked:
            continue
        yield from _document(required, reading.documents.get(required.pk), closing, call.agreement_on)


def _document(
    required: RequiredDocument, document: Document | None, closing: dt.date, agreement: dt.date
) -> Iterable[Remark]:
    step, file, until = Draft.Step.DOCUMENTS, f"id_file_{required.code}", f"id_until_{required.code}"
    if required.question is not None:
        step, file = Draft.Step.QUESTIONS, anchor_of(required.question)
    if document is None:
        if required.is_required:
            yield _mend(step, file, str(required), _("Hand in this document."))
        return
    if document.file.finding:
        yield _mend(step, file, str(required), document.file.why_refused)
        return
    if not document.file.has_passed:
        sentence = _(
            "This file is still being checked. You can submit: if it is refused you are asked for another."
        )
        yield Remark(Level.LOOK, step, file, str(required), sentence)
    if not required.has_validity:
        return
    if document.valid_until is None:
        yield _mend(step, until, str(required), _("Type the last day on which it is valid."))
    elif fault := why_not_valid(document, closing):
        yield _mend(step, file, str(required), fault)
    elif document.valid_until < agreement:
        yield Remark(
            Level.RENEW,
            step,
            file,
            str(required),
            _("It is valid until %(last)s. If you are selected, a new one is needed by %(day)s.")
            % {"last": day(document.valid_until), "day": day(agreement)},
        )


def why_not_valid(document: Document | Certificate, closing: dt.date) -> StrOrPromise:
    """Why the days of a document do not hold on the closing day; empty when they do or are not known."""
    if document.valid_until is not None and document.valid_until < closing:
        return _("It is valid until %(last)s only; the day that counts is %(day)s. Hand in a newer one.") % {
            "last": day(document.valid_until),
            "day": day(closing),
        }
    if document.valid_from is not None and document.valid_from > closing:
        return _(
            "It is valid from %(first)s only; the day that counts is %(day)s. Hand in one that is valid then."
        ) % {"first": day(document.valid_from), "day": day(closing)}
    return ""


def _contact(reading: Reading) -> Iterable[Remark]:
    step, application = Draft.Step.CONTACT, reading.application
    for name in ("contact_name", "contact_email", "contact_phone"):
        if not getattr(application, name):
            yield _mend(
                step, f"id_{name}", _label(application, name), _("The agency needs this to reach you.")
            )
    for text in reading.consent_texts:
        if text.kind == text.Kind.REQUIRED and text.pk not in reading.ticked:
            yield _mend(
                step,
                f"id_consent_{text.pk.hex}",
                plain(text, "title"),
                _("Without this consent the application cannot be submitted."),
            )


def _unsaved(reading: Reading) -> Iterable[Remark]:
    for draft in reading.drafts.values():
        if draft.step != Draft.Step.CORRECTION and draft.has_unsaved:
            yield _mend(
                draft.step,
                "",
                draft.get_step_display(),
                _("Something is typed in this step that has not been saved. Open the step and save it."),
            )
