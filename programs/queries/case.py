"""What a company handed in, for those who judge it: answers, baseline, papers, submissions and returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from companies.models import ConsentText
from ground.templatetags.naru import day
from programs.domain import asking
from programs.models import (
    Answer,
    Application,
    Baseline,
    Call,
    Document,
    Question,
    RequiredDocument,
    ReturnRequest,
    Submission,
)
from programs.queries import ends
from programs.queries.answering import country_names, shown, trimmed, yes_no
from programs.queries.receipts import agreed_in


@dataclass(frozen=True)
class Given:
    """A question or figure with what was answered ("" for nothing)."""

    label: str
    value: str
    section: str = ""


@dataclass(frozen=True)
class Paper:
    """A document of the call with the current file, or None when nothing was handed in."""

    required: RequiredDocument
    document: Document | None

    @property
    def validity(self) -> str:
        if self.document is None or self.document.valid_until is None:
            return ""
        return _("valid until %(day)s") % {"day": day(self.document.valid_until)}


@dataclass(frozen=True)
class CaseFile:
    answers: Sequence[Given]
    baseline: Sequence[Given]
    papers: Sequence[Paper]
    submissions: Sequence[Submission]
    returns: Sequence[ReturnRequest]


def case_file(application: Application) -> CaseFile:
    """Everything that was handed in, for staff of the agency. Eight queries."""
    return CaseFile(
        answers=answers_of(application),
        baseline=baseline_of(application),
        papers=papers_of(application),
        submissions=list(
            Submission.objects.filter(application=application)
            .select_related("submitted_by")
            .order_by("submitted_at")
        ),
        returns=list(
            ReturnRequest.objects.filter(application=application)
            .select_related("sent_by")
            .prefetch_related("items__question", "items__document", "items__criterion")
            .order_by("sent_at")
        ),
    )


def sheet_for_evaluator(application: Application) -> CaseFile:
    """The same without anything that names a person: no certificates, no submissions, no returns."""
    papers = [
        each
        for each in papers_of(application)
        if not each.required.certificate_kind and each.document is not None
    ]
    return CaseFile(answers_of(application), baseline_of(application), papers, (), ())


def answers_of(application: Application) -> list[Given]:
    """Every question of the call in its order, with its section, answered or not; a file is named among the papers too.

    What the answers leave unasked is not in it. Six queries.
    """
    given = {
        each.question_id: each
        for each in Answer.objects.filter(application=application).prefetch_related("lines__product")
    }
    questions = Question.objects.filter(call=application.call_id).in_order()
    files = (
        {
            each.required.question_id: str(each.file.public_name)
            for each in Document.objects.filter(
                application=application, required__question__isnull=False, replaced_at__isnull=True
            ).select_related("required", "file")
        }
        if any(each.kind == Question.Kind.FILE for each in questions)
        else {}
    )
    unasked = asking.hidden(questions, given)
    countries = country_names(questions)
    return [
        Given(
            str(question),
            files.get(question.pk, "")
            if question.kind == Question.Kind.FILE
            else shown(question, given.get(question.pk), countries),
            str(question.section or ""),
        )
        for question in questions
        if question.pk not in unasked
    ]


AMOUNTS = (
    "export_last_amount", "export_before_amount", "country_last_amount", "country_before_amount",
    "online_last_amount", "online_before_amount", "platform_last_amount", "platform_before_amount",
)  # fmt: skip

YES_NO = ("is_first_export", "may_ask_again")


def baseline_of(application: Application) -> list[Given]:
    """Where the company stood before, in USD, of the two years named."""
    baseline = Baseline.objects.filter(application=application).first()
    if baseline is None:
        return []
    lines = [Given(_label("last_year"), str(baseline.last_year))]
    for name in AMOUNTS:
        value = getattr(baseline, name)
        lines.append(Given(_label(name), "" if value is None else f"USD {trimmed(value)}"))
    return lines + [Given(_label(name), yes_no(getattr(baseline, name))) for name in YES_NO]


def baselines_of(call: Call) -> tuple[list[str], list[list[Any]]]:
    """Head and rows of a table: every application that was handed in, with its baseline (amounts in USD), selected or
    not; a year or two later it says who may be asked again. Persons are not in it. One query."""
    head = [_("Receipt number"), _("Business number"), _("Company"), _("Status")]
    rows = (
        ends.with_end(Application.objects.filter(call=call, submitted_at__isnull=False))
        .select_related("company", "baseline")
        .order_by("receipt", "pk")
    )
    return head + figure_labels(), [
        [
            row.receipt,
            row.company.pretty_number,
            str(row.company),
            ends.word_of(row),
            *figures_of(getattr(row, "baseline", None)),
        ]
        for row in rows
    ]


def figure_labels() -> list[str]:
    """Heads of the columns that `figures_of` fills; amounts are in USD."""
    return [_label(name) for name in ("last_year", *AMOUNTS, *YES_NO)]


def figures_of(baseline: Baseline | None) -> list[Any]:
    """A baseline's figures, typed; what is unknown is empty."""
    if baseline is None:
        return [""] * (1 + len(AMOUNTS) + len(YES_NO))
    amounts = [getattr(baseline, name) for name in AMOUNTS]
    return [
        baseline.last_year,
        *("" if each is None else each for each in amounts),
        *(yes_no(getattr(baseline, name)) for name in YES_NO),
    ]


def _label(name: str) -> str:
    field: Any = Baseline._meta.get_field(name)
    return str(field.verbose_name)


def consents_of(application: Application) -> list[ConsentText]:
    """The wordings that were agreed to with the submission that is in force; two queries."""
    current = application.submissions.filter(recalled_at__isnull=True).first()
    return agreed_in(current) if current is not None else []


def papers_of(application: Application) -> list[Paper]:
    """Every document that the call asks for, with the current file."""
    current = {
        each.required_id: each
        for each in Document.objects.filter(application=application, replaced_at__isnull=True).select_related(
            "file"
        )
    }
    return [
        Paper(each, current.get(each.pk))
        for each in RequiredDocument.objects.filter(call=application.call_id).order_by("position", "id")
    ]
