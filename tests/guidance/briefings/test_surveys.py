"""A survey: asked once of those who came, answered once, counted without letting anybody be found."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection

from ground.history import event_model
from guidance.domain import attending, briefing_rounds, briefings, surveying
from guidance.models import BriefingQuestion, Registration, SurveyAnswer, SurveyReply
from guidance.queries.survey_results import result, results_of
from tests.factories import briefings as made
from tests.factories import people, register
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
    attending.enter(briefing, attending.WalkIn(register.company()), key=uuid4(), by=people.officer())
    assert refusal(surveying.answer, came, {scale.pk: 5}) == "no_survey"
    assert briefing_rounds.ask_surveys() == 0
    move_clock(made.ENDS)
    assert [briefing_rounds.ask_surveys(), briefing_rounds.ask_surveys()] == [1, 0], (
        "one of two left an address"
    )
    assert made.mails(came.email)[-1] == "설명회는 어떠셨습니까: 칠레 시장 설명회"
    assert refusal(made.question, briefing, "scale") == "survey_running"
    assert refusal(briefings.drop_part, scale, by=people.officer()) == "survey_running"
    for wrong in ({scale.pk: 6}, {scale.pk: 0}, {choice.pk: 4}, {scale.pk: "5"}):
        assert refusal(surveying.answer, came, wrong) == "unknown_answer"
    assert refusal(surveying.answer, came, {text.pk: "  "}) == "nothing"
    surveying.answer(came, {scale.pk: 4, choice.pk: 3, text.pk: " 좋았습니다. "})
    assert refusal(surveying.answer, came, {scale.pk: 1}) == "answered"
    assert refusal(surveying.answer, absent, {scale.pk: 1}) == "did_not_come"
    assert refusal(attending.undo_check_in, came, by=people.officer()) == "answered"
    made.came(briefing, late)
    assert briefing_rounds.ask_surveys() == 1, "attendance that is entered later is asked, too"
    (reply,) = SurveyReply.objects.all()
    assert sorted((each.number, each.text) for each in reply.answers.exclude(number=None)) == [
        (3, ""),
        (4, ""),
    ]
    assert results_of(briefing, made.ENDS + dt.timedelta(days=30, seconds=-1)) is None
    move_clock(made.ENDS + dt.timedelta(days=30))
    found = results_of(briefing, made.ENDS + dt.timedelta(days=30))
    assert found is not None
    assert [each.is_hidden for each in found] == [True, True, False]
    assert found[2].texts == ("좋았습니다.",)
    assert refusal(surveying.answer, late, {scale.pk: 1}) == "closed"


@pytest.mark.django_db
def test_nothing_in_the_database_leads_from_a_person_to_the_answers(move_clock, client):
    """Tried: histories with their requests and instants, keys, columns, the transaction that wrote a row, the place in which
    it lies."""
    move_clock(made.BEFORE)
    briefing = made.published(capacity=9)
    guests = [made.guest(briefing, number) for number in (1, 2, 3)]
    questions = [made.question(briefing, position=place) for place in (1, 2)]
    move_clock(made.STARTS)
    made.came(briefing, *guests)
    move_clock(made.ENDS)
    events = event_model(Registration)
    assert events is not None
    before = events.objects.count()
    for number, each in zip((2, 5, 3), guests, strict=True):
        client.post(f"{made.link(each)}survey/", {f"q_{question.pk.hex}": number for question in questions})
    assert Registration.objects.filter(has_answered=True).count() == 3
    assert sorted(SurveyAnswer.objects.values_list("number", flat=True)) == [2, 2, 3, 3, 5, 5]

    assert events.objects.count() == before
    assert "has_answered" not in {field.name for field in events._meta.get_fields()}
    assert [event_model(each) for each in (SurveyReply, SurveyAnswer)] == [None, None]
    columns = {"id", "agency", "briefing"}
    assert {field.name for field in SurveyReply._meta.concrete_fields} == columns
    assert {field.name for field in SurveyAnswer._meta.concrete_fields} == columns | {
        "reply", "question", "number", "text"
    }  # fmt: skip
    keys = [key for rows in (SurveyReply, SurveyAnswer) for key in rows.objects.values_list("pk", flat=True)]
    assert {key.version for key in keys} == {4}, "random, without a time"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT xmin::text FROM guidance_surveyreply UNION SELECT xmin::text FROM guidance_surveyanswer"
        )
        assert len(cursor.fetchall()) == 1, "one transaction wrote all of them"
        for table in ("guidance_surveyreply", "guidance_surveyanswer"):
            cursor.execute(f"SELECT id FROM {table} ORDER BY ctid")
            lying = [key for (key,) in cursor.fetchall()]
            assert lying == sorted(lying)
