"""What a survey says (설문 결과): counts and means, without groups so small that an answer could be somebody's.

Nothing is said while the survey is open: who looks before and after somebody answers would read that answer.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ground.small import LEAST, is_small, shown
from guidance.models import Briefing, BriefingQuestion, SurveyAnswer
from guidance.models.survey import SCALE

Kind = BriefingQuestion.Kind


@dataclass(frozen=True)
class Result:
    """Of a question: how many answered, the mean of a scale, and how many chose what (None: hidden). `is_hidden`: fewer
    than five answered, so nothing is said. `texts` are for staff of the agency only."""

    question: BriefingQuestion
    answers: int
    is_hidden: bool
    mean: Decimal | None
    counts: tuple[tuple[str, int | None], ...]
    texts: tuple[str, ...]


def results_of(briefing: Briefing, now: dt.datetime) -> list[Result] | None:
    """One for each question, in order; None as long as the survey takes answers. Two queries."""
    questions = list(briefing.survey_questions.order_by("position", "id"))
    if questions and now < briefing.survey_closes_at:
        return None
    numbers: dict[object, list[int]] = {}
    texts: dict[object, list[str]] = {}
    for question, number, text in (
        SurveyAnswer.objects.filter(briefing=briefing)
        .order_by("text", "number")
        .values_list("question", "number", "text")
    ):
        if number is None:
            texts.setdefault(question, []).append(text)
        else:
            numbers.setdefault(question, []).append(number)
    return [result(each, numbers.get(each.pk, []), texts.get(each.pk, [])) for each in questions]


def result(question: BriefingQuestion, numbers: Sequence[int], texts: Sequence[str]) -> Result:
    """The mean to two decimals, half up. Counts of a list are hidden with as many others as it takes so that together they
    are five or more and no single one follows from the sum; counts of a scale are shown only if none is from one to four,
    since the mean would tell the hidden ones."""
    if question.kind == Kind.TEXT:
        return Result(question, len(texts), False, None, (), tuple(texts))
    if len(numbers) < LEAST:
        return Result(question, len(numbers), True, None, (), ())
    counted = Counter(numbers)
    if question.kind == Kind.SCALE:
        labels = [str(each) for each in range(1, SCALE + 1)]
        counts = [counted[each] for each in range(1, SCALE + 1)]
        told: list[int | None] = [None] * SCALE if any(is_small(each) for each in counts) else [*counts]
        mean = (Decimal(sum(numbers)) / len(numbers)).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        return Result(question, len(numbers), False, mean, tuple(zip(labels, told, strict=True)), ())
    labels = question.choice_labels
    parts = shown([counted[place] for place in range(1, len(labels) + 1)]).parts
    return Result(question, len(numbers), False, None, tuple(zip(labels, parts, strict=True)), ())
