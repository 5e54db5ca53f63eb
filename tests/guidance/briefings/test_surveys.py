"""A survey: asked once of those who came, answered once, counted without letting anybody be found."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from guidance.domain import briefing_rounds, briefings, registering, surveying
from guidance.models import BriefingQuestion, SurveyReply
from guidance.queries.survey_results import result, results_of
from tests.factories import briefings as made
from tests.factories import people
from tests.guidance.briefings.test_registering import refusal

SCALE = BriefingQuestion(kind="scale", label_ko="도움")
CHOICE = BriefingQuestion(kind="choice", label_ko="무엇", choices_ko="가\n나\n다\n라")


def test_few_answers_say_nothing_and_the_mean_never_tells_a_hidden_count():
    few = result(SCALE, [5, 5, 5, 5], [])
    assert (few.answers, few.is_hidden, few.mean, few.counts) == (4, True, None, ())
    five = result(SCALE, [5, 4, 4, 3, 5], [])
    assert (five.is_hidden, five.mean) == (False, Decimal("4.20"))
    assert [count for _label, count in five.counts] == [None] * 5
    plain = result(SCALE, [5] * 6 + [2] * 5, [])
    assert (plain.mean, [count for _label, count in plain.counts]) == (Decimal("3.64"), [0, 5, 0, 0, 6])
    assert result(SCALE, [1, 2, 2, 2, 2, 2, 2, 2], []).mean == Decimal("1.88"), "1.875, half up"


def test_counts_of_a_list_are_hidden_so_that_no_single_one_follows_from_the_sum():
    for counts, told in (
        ((6, 0, 7, 0), (6, 0, 7, 0)), ((6, 1, 9, 0), (None, None, 9, 0)), ((2, 2, 9, 7), (None, None, 9, None)),
    ):  # fmt: skip
        numbers = [place for place, count in enumerate(counts, start=1) for _each in range(count)]
        assert result(CHOICE, numbers, []).counts == tuple(zip("가나다라", told, strict=True))


@pytest.mark.django_db
def test_whoever_came_is_asked_once_and_answers_once(move_clock):
    move_clock(made.BEFORE)
    briefing = made.published(capacity=9)
    came, absent, late = (made.guest(briefing, number) for number in (1, 2, 3))
    scale, choice = made.question(briefing), made.question(briefing, "choice", position=2)
    text = made.question(briefing, "text", position=3)
    move_clock(made.STARTS)
    made.came(briefing, came)
    assert refusal(surveying.answer, came, {scale.pk: 5}) == "no_survey"
    assert briefing_rounds.ask_surveys() == 0
    move_clock(made.ENDS)
    assert [briefing_rounds.ask_surveys(), briefing_rounds.ask_surveys()] == [1, 0]
    assert made.mails(came.email)[-1] == "설명회는 어떠셨습니까: 칠레 시장 설명회"
    assert refusal(made.question, briefing, "scale") == "survey_running"
    assert refusal(briefings.drop_part, scale, by=people.officer()) == "survey_running"
    for wrong in ({scale.pk: 6}, {scale.pk: 0}, {choice.pk: 4}, {scale.pk: "5"}):
        assert refusal(surveying.answer, came, wrong) == "unknown_answer"
    assert refusal(surveying.answer, came, {text.pk: "  "}) == "nothing"
    surveying.answer(came, {scale.pk: 4, choice.pk: 3, text.pk: " 좋았습니다. "})
    assert refusal(surveying.answer, came, {scale.pk: 1}) == "answered"
    assert refusal(surveying.answer, absent, {scale.pk: 1}) == "did_not_come"
    assert refusal(registering.undo_check_in, came, by=people.officer()) == "answered"
    made.came(briefing, late)
    assert briefing_rounds.ask_surveys() == 1, "attendance that is entered later is asked, too"
    (reply,) = SurveyReply.objects.all()
    assert {field.name for field in SurveyReply._meta.concrete_fields} == {
        "id", "created_at", "agency", "briefing"
    }, "nothing leads to who answered"  # fmt: skip
    assert sorted((each.number, each.text) for each in reply.answers.exclude(number=None)) == [
        (3, ""),
        (4, ""),
    ]
    first, second, third = results_of(briefing)
    assert (first.is_hidden, second.is_hidden, third.texts) == (True, True, ("좋았습니다.",))
    move_clock(made.ENDS + dt.timedelta(days=30))
    assert refusal(surveying.answer, late, {scale.pk: 1}) == "closed"
