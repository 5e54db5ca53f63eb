"""Questions that are asked after earlier answers only: on the page, in the check, in what is handed in and returned."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from html import unescape
from typing import Any
from uuid import uuid4

import pytest

from programs.domain import asking, intake, intake_check
from programs.domain.intake_drafts import AnswerValue
from programs.forms.intake_answers import QuestionsForm
from programs.models import Answer, Application, ReturnItem
from programs.models.question import Condition
from tests.conftest import standing_on
from tests.factories import intake as made
from tests.factories import programs, register
from tests.factories.intake import question_of as of
from tests.programs.intake.test_form_questions import (
    call_with,
    client_page,
    exporters,
    mends,
    nothing,
    prepare,
    send,
)

__all__ = ["prepare"]  # what the tests of this module begin with

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def application(made_before: Any) -> Any:
    return made_before


def test_a_question_is_asked_only_when_the_earlier_answer_says_so(client, application):
    assert mends(application) == ["id_q_exports_0"]
    assert send(client, application, q_exports="no").status_code == 302
    assert mends(application) == []
    page = send(client, application, q_exports="yes")
    assert list(page.context["form"].errors) == ["q_where"]
    page = send(client, application, q_exports="yes", q_where="CL")
    assert list(page.context["form"].errors) == ["q_much"]
    assert send(client, application, q_exports="yes", q_where="VN").status_code == 302
    assert (mends(application), Answer.objects.get(question__code="where").codes) == ([], ["VN"])


def test_what_is_wrong_where_nothing_is_asked_is_passed_over(client, application):
    assert send(client, application, q_exports="no", q_where="XX", q_much="many").status_code == 302


def test_an_answer_that_is_not_asked_any_more_is_not_handed_in(client, application):
    call = application.call
    assert send(client, application, q_exports="yes", q_where="CL", q_much="7").status_code == 302
    assert send(client, application, q_exports="no", q_where="CL", q_much="7").status_code == 302
    assert Answer.objects.filter(application=application).count() == 3
    submission = intake.submit(application, by=register.member(application.company), form_key=uuid4())
    assert [each["code"] for each in submission.content["answers"]] == ["exports"]
    assert Answer.objects.get(application=application).question == of(call, "exports")


def test_an_answer_that_is_not_asked_any_more_decides_nothing(client, application):
    """While it waits in the draft it neither bars the company nor opens the door; what is asked does."""
    call = application.call
    made.criterion(call, "little", "answer", values={"question": "much", "at_most": 5})
    (little,) = [each.pk for each in call.criterions.filter(code="little")]

    def stands(**said: str) -> str:
        assert send(client, application, **said).status_code == 302
        found = intake_check.examine(Application.objects.get(pk=application.pk)).findings
        return next(each.outcome for each in found if each.criterion.pk == little)

    assert stands(q_exports="yes", q_where="CL", q_much="7") == "not_met"
    assert stands(q_exports="no", q_where="CL", q_much="7") == "look"
    assert stands(q_exports="no", q_where="CL", q_much="3") == "look"
    assert stands(q_exports="yes", q_where="CL", q_much="3") == "met"


def test_what_hangs_on_a_question_that_is_not_asked_is_not_asked(client, application):
    assert send(client, application, q_exports="no", q_where="CL").status_code == 302
    assert Answer.objects.get(question__code="where").codes == ["CL"]
    assert mends(application) == []


def test_the_page_says_when_a_question_is_asked(client, application):
    client.force_login(register.member(application.company))
    page = client.get(f"/applications/{application.pk}/questions/")
    sentences = [str(each.condition) for each in page.context["form"].asked]
    assert sentences == [
        "",
        "“질문 exports”의 답이 “예”일 때만 답해 주십시오.",
        "“질문 where”의 답이 “칠레”일 때만 답해 주십시오.",
    ]
    text = page.content.decode()
    assert [json.loads(unescape(each)) for each in re.findall(r'data-asked-if="([^"]+)"', text)] == [
        [{"name": "q_exports", "how": "yes", "codes": [], "least": ""}],
        [{"name": "q_where", "how": "one_of", "codes": ["CL"], "least": ""}],
    ]


@standing_on(nothing)
def test_a_condition_is_said_in_words_also_when_its_question_is_on_another_page(django_assert_num_queries):
    call = exporters()
    form = QuestionsForm([of(call, "much")], every=call.questions.all())
    with django_assert_num_queries(1):
        (much,) = form.asked
    assert much.condition == "“질문 where”의 답이 “칠레”일 때만 답해 주십시오."


@standing_on(nothing)
@pytest.mark.parametrize(
    ("how", "more", "said", "expected"),
    [
        ("yes", {}, AnswerValue(is_yes=True), True),
        ("yes", {}, AnswerValue(is_yes=False), False),
        ("no", {}, AnswerValue(is_yes=False), True),
        ("no", {}, AnswerValue(), False),
        ("equals", {"codes": ["a"]}, AnswerValue(codes=("a",)), True),
        ("equals", {"codes": ["a"]}, AnswerValue(codes=("a", "b")), False),
        ("one_of", {"codes": ["a", "c"]}, AnswerValue(codes=("b", "c")), True),
        ("one_of", {"codes": ["a", "c"]}, AnswerValue(codes=("b",)), False),
        ("at_least", {"least": "10"}, AnswerValue(number=Decimal(10)), True),
        ("at_least", {"least": "10"}, AnswerValue(amount=Decimal("9.99")), False),
        ("at_least", {"least": "10"}, AnswerValue(), False),
        ("yes", {}, None, False),
    ],
)
def test_each_condition(how, more, said, expected):
    assert asking.is_met(Condition.read({"question": "it", "how": how, **more}), said) is expected


@standing_on(nothing)
@pytest.mark.parametrize("match", ["all", "any"])
def test_a_question_may_hang_on_several_answers(client, match):
    """Whether they export, and how much they sell; the plan is asked if both are so, or either. What is asked, the page
    without a script, the check, what is handed in, and what a return opens say the same."""
    programs.currency("KRW")
    hangs = [{"question": "exports", "how": "yes"}, {"question": "sales", "how": "at_least", "least": "1000"}]
    call = call_with(
        {"code": "exports", "kind": "yes_no"},
        {"code": "sales", "kind": "money", "currency": "KRW"},
        {"code": "goal", "kind": "short", "asked_if": hangs, "asked_if_match": match},
        {"code": "year", "kind": "yes_no", "asked_if": hangs[:1]},
        {
            "code": "why", "kind": "short", "asked_if_match": match,
            "asked_if": [{"question": "year", "how": "yes"}, hangs[1]],
        },
    )  # fmt: skip
    asked = {
        # (exports, sales, year): whether the goal is asked, and why (it hangs on the year, which hangs on exports)
        ("no", "999", "yes"): ((False, False), (False, False)),
        ("no", "1000", "yes"): ((False, False), (True, True)),
        ("yes", "999", "yes"): ((False, False), (True, True)),
        ("yes", "1000", "yes"): ((True, True), (True, True)),
        ("yes", "1000", "no"): ((True, False), (True, True)),
    }
    application = made.filled(call)
    form = None
    for (exports, sales, year), both in asked.items():
        typed = {"q_exports": exports, "q_sales": sales, "q_year": year, "q_goal": "가", "q_why": "나"}
        expected = dict(zip(("goal", "why"), both[match == "any"], strict=True))
        form = QuestionsForm(call.questions.all(), typed)
        assert form.is_valid()
        unasked = {each.code for each in call.questions.all() if each.pk in form.unasked()}
        assert {code: code not in unasked for code in expected} == expected, (exports, sales, year)
    assert form is not None
    goal, year, _why = form.asked[2:5]
    head = {
        "all": "다음에 모두 해당할 때만 답해 주십시오.",
        "any": "다음 가운데 하나라도 해당하면 답해 주십시오.",
    }
    assert (goal.condition, [str(each) for each in goal.conditions]) == (
        head[match],
        ["“질문 exports”: “예”", "“질문 sales”: 1,000 KRW 이상"],
    )
    assert (year.condition, year.conditions) == ("“질문 exports”의 답이 “예”일 때만 답해 주십시오.", [])
    text = client_page(client, application)
    assert f'data-asked-when="{match}"' in text
    assert "<li>“질문 sales”: 1,000 KRW 이상</li>" in text

    assert mends(application) == ["id_q_exports_0", "id_q_sales"]
    assert (
        send(client, application, q_exports="no", q_sales="1000", q_goal="가", q_why="나").status_code == 302
    )
    assert mends(application) == []
    submission = intake.submit(application, by=register.member(application.company), form_key=uuid4())
    handed_in = [each["code"] for each in submission.content["answers"]]
    assert handed_in == [
        "exports",
        *(["goal"] if match == "any" else []),
        "sales",
        *(["why"] if match == "any" else []),
    ]
    for code, opened in (("sales", {"sales", "goal", "why"}), ("year", {"year", "why"})):
        items = [ReturnItem(question=of(call, code))]
        found = asking.opened_by(items, call.questions.all())
        assert {each.code for each in call.questions.all() if each.pk in found} == opened
