"""Which questions of a form are asked: a condition looks at the answer to an earlier question, typed or saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from ground.models import StoredFile
from programs.domain import tasks
from programs.models import Answer, Application, Document, Question, RequiredDocument, ReturnItem, Task
from programs.models.call import Stage
from programs.models.question import Condition

How, Match = Question.How, Question.Match


class Said(Protocol):
    """What a condition sees of an answer."""

    @property
    def number(self) -> Decimal | None: ...
    @property
    def amount(self) -> Decimal | None: ...
    @property
    def is_yes(self) -> bool | None: ...
    @property
    def codes(self) -> Sequence[str]: ...


def is_met(condition: Condition, said: Said | None) -> bool:
    """Whether the answer to the earlier question is as the condition says; no answer never is."""
    if said is None:
        return False
    match condition.how:
        case How.YES:
            return said.is_yes is True
        case How.NO:
            return said.is_yes is False
        case How.EQUALS:
            return set(said.codes) == set(condition.codes)
        case How.ONE_OF:
            return bool(set(said.codes) & set(condition.codes))
        case How.AT_LEAST:
            value = said.amount if said.number is None else said.number
            return value is not None and condition.least is not None and value >= condition.least
    return True


def hidden(questions: Iterable[Question], said: Mapping[UUID, Said]) -> frozenset[UUID]:
    """Questions that are not asked. A condition on a question that is not asked itself is not met.

    `questions` are all of a call: a condition on anything else counts as not met.
    """
    found = {question.code: question for question in questions}
    answers: dict[str, bool] = {}

    def is_asked(question: Question, above: frozenset[str]) -> bool:
        conditions = question.conditions
        if not conditions:
            return True
        if question.code not in answers:
            above |= {question.code}
            met = (
                (earlier := found.get(each.question)) is not None
                and earlier.code not in above
                and is_asked(earlier, above)
                and is_met(each, said.get(earlier.pk))
                for each in conditions
            )
            answers[question.code] = any(met) if question.asked_if_match == Match.ANY else all(met)
        return answers[question.code]

    return frozenset(each.pk for each in found.values() if not is_asked(each, frozenset()))


def hidden_in(application: Application) -> frozenset[UUID]:
    """Questions that the saved answers of an application leave unasked. Two queries."""
    said = {each.question_id: each for each in Answer.objects.filter(application=application)}
    return hidden(Question.objects.filter(call=application.call_id), said)


def opened_by(items: Iterable[ReturnItem], questions: Iterable[Question]) -> frozenset[UUID]:
    """The questions that a return names, and all that hang on them, directly or through others."""
    found = {item.question_id for item in items if item.question_id}
    rows = list(questions) if found else []
    keys = {each.code: each.pk for each in rows}
    hangs = {each.pk: {keys.get(condition.question) for condition in each.conditions} for each in rows}
    while more := {key for key, on in hangs.items() if on & found} - found:
        found |= more
    return frozenset(found)


def drop_unasked(application: Application, now: object) -> None:
    """An answer to a question that is not asked is not handed in: it is deleted, a file of it replaced by nothing.

    What is asked only from those selected stays as it is. In the caller's transaction, with the application locked.
    """
    unasked = hidden_in(application)
    if not unasked:
        return
    here = Question.objects.filter(pk__in=unasked, stage=Stage.APPLICATION)
    for answer in Answer.objects.filter(application=application, question__in=here):
        answer.delete()
    Document.objects.filter(
        application=application, required__question__in=here, replaced_at__isnull=True
    ).update(replaced_at=now)


def is_given(answer: Answer | None) -> bool:
    """Whether anything was answered (with its lines)."""
    if answer is None:
        return False
    typed = (answer.number, answer.amount, answer.day, answer.is_yes)
    return bool(answer.text or answer.codes or answer.lines.all()) or any(
        value is not None for value in typed
    )


def close_if_whole(application: Application) -> None:
    """All that is asked from those selected is there: the company's task is done. In the caller's transaction."""
    given = {
        each.question_id: each
        for each in Answer.objects.filter(application=application).prefetch_related("lines")
    }
    questions = list(
        Question.objects.filter(call=application.call_id, stage=Stage.SELECTED, is_required=True)
    )
    unasked = hidden_in(application) if questions else frozenset()
    asked = RequiredDocument.objects.filter(
        call=application.call_id, stage=Stage.SELECTED, is_required=True
    ).exclude(question__in=unasked)
    there = (
        Document.objects.filter(application=application, replaced_at__isnull=True)
        .exclude(file__passage=StoredFile.Passage.REFUSED)
        .values("required")
    )
    is_open = asked.exclude(pk__in=there).exists() or any(
        not is_given(given.get(each.pk))
        for each in questions
        if each.kind != Question.Kind.FILE and each.pk not in unasked
    )
    if not is_open:
        tasks.close_task(Task.Kind.HAND_IN, application.pk, side=Task.Side.COMPANY)
