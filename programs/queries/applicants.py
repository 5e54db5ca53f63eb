"""The applicants of a call as one table: who, how it stands, what screening says, all figures and all answers, typed."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from ground.workbooks import Value
from programs.models import Answer, Application, Call, Question
from programs.queries.case import choice_label, figure_labels, figures_of, yes_no
from programs.queries.screening import cases


def applicants_of(call: Call, user: Any) -> tuple[list[str], list[list[Value]]]:
    """Head and rows in the reader's language: every application that was handed in and that the user may see, by
    receipt. Amounts of the baseline are in USD, those of answers in the currency of their head or of the column beside
    them; instants in Seoul time. Persons in charge are not in it. Six queries.
    """
    questions = list(Question.objects.filter(call=call).order_by("position", "id"))
    rows = (
        Application.objects.visible_to(user)
        .filter(call=call, submitted_at__isnull=False)
        .exclude(status=Application.Status.DRAFT)
        .select_related("company", "baseline")
    )
    found = cases(call, applications=rows)
    given: dict[UUID, dict[UUID, Answer]] = defaultdict(dict)
    for answer in Answer.objects.filter(application__in=[each.application for each in found]):
        given[answer.application_id][answer.question_id] = answer
    head = [
        _("Receipt number"), _("Business number"), _("Company"), _("Status"), _("Submitted at (Seoul time)"),
        _("Outcome of screening"), *figure_labels(),
    ]  # fmt: skip
    return head + [title for question in questions for title in _titles(question)], [
        [
            each.application.receipt,
            each.application.company.pretty_number,
            str(each.application.company),
            each.application.get_status_display(),
            each.application.submitted_at,
            str(each.outcome_label),
            *figures_of(getattr(each.application, "baseline", None)),
            *(
                value
                for question in questions
                for value in _values(question, given[each.application.pk].get(question.pk))
            ),
        ]
        for each in found
    ]


def _titles(question: Question) -> list[str]:
    """One column a question; an amount whose currency is open has that beside it."""
    if question.kind != Question.Kind.MONEY:
        return [str(question)]
    if question.currency:
        return [f"{question} ({question.currency})"]
    return [str(question), _("%(question)s: currency") % {"question": question}]


def _values(question: Question, answer: Answer | None) -> list[Value]:
    if answer is None:
        return [None] * len(_titles(question))
    match question.kind:
        case Question.Kind.NUMBER:
            return [answer.number]
        case Question.Kind.MONEY:
            return [answer.amount] if question.currency else [answer.amount, answer.currency]
        case Question.Kind.DAY:
            return [answer.day]
        case Question.Kind.YES_NO:
            return [yes_no(answer.is_yes)]
        case Question.Kind.ONE | Question.Kind.MANY:
            return [", ".join(choice_label(question, code) for code in answer.codes)]
    return [answer.text]
