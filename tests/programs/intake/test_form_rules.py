"""What a question of a form may be, and codes that keep their meaning."""

from __future__ import annotations

import pytest

from programs.domain import form_building, planning
from programs.models import Call, Question, Section
from tests.factories import intake as made
from tests.factories import people
from tests.factories.intake import question_of as of
from tests.factories.intake import refused

pytestmark = pytest.mark.django_db


def draft_call() -> Call:
    call = made.whole_call()
    call.questions.all().delete()
    Call.objects.filter(pk=call.pk).update(published_at=None)
    made.question(call, "a", "yes_no", position=1)
    made.question(call, "b", "one", position=2, choices=[{"code": "x", "ko": "가"}])
    made.question(call, "c", "short", position=3)
    return Call.objects.get(pk=call.pk)


@pytest.mark.parametrize(
    ("code", "earlier", "how", "more", "refusal"),
    [
        ("a", "b", "equals", {"shown_codes": ["x"]}, "condition_later"),
        ("c", "c", "yes", {}, "condition_cycle"),
        ("c", "b", "one_of", {"shown_codes": ["x", "gone"]}, "condition_choice"),
        ("c", "b", "one_of", {"shown_codes": []}, "condition_choice"),
        ("c", "b", "yes", {}, "condition_kind"),
        ("c", "a", "at_least", {"shown_least": 1}, "condition_kind"),
        ("c", "a", "", {}, "condition_question"),
        ("c", None, "yes", {}, "condition_question"),
        ("c", None, "", {"least": 3, "most": 2}, "limits"),
    ],
)
def test_what_no_question_may_be(code, earlier, how, more, refusal):
    call = draft_call()
    question = of(call, code)
    question.shown_if = {"c": question}.get(earlier, of(call, earlier)) if earlier else None
    question.shown_how = how
    for name, value in more.items():
        setattr(question, name, value)
    with refused(refusal):
        planning.save_call_part(question, by=people.officer())


def test_a_cycle_and_a_later_question_keep_a_call_from_being_published():
    call = draft_call()
    Question.objects.filter(pk=of(call, "b").pk).update(shown_if=of(call, "a"), shown_how="yes", position=0)
    assert len(form_building.faults(call)) == 1
    first = of(call, "a")
    first.shown_if, first.shown_how, first.shown_codes = of(call, "b"), "equals", ["x"]
    with refused("condition_cycle"):
        planning.save_call_part(first, by=people.officer())


def test_what_decides_about_another_question_stays():
    call = draft_call()
    last = of(call, "c")
    last.shown_if, last.shown_how = of(call, "a"), "yes"
    planning.save_call_part(last, by=people.officer())
    with refused("condition_question"):
        planning.drop_call_part(of(call, "a"), by=people.officer())


def test_choices_are_lines_and_keep_their_codes():
    found = form_building.choices_of("아마존 | Amazon | amazon\n쇼피\n\n 큐텐 | Qoo10 ")
    assert found == [
        {"code": "amazon", "ko": "아마존", "en": "Amazon"},
        {"code": "c1", "ko": "쇼피", "en": ""},
        {"code": "c2", "ko": "큐텐", "en": "Qoo10"},
    ]
    assert form_building.choices_of(form_building.lines_of(found)) == found
    for wrong in ("| Amazon", "가\n가", "가 | A | x\n나 | B | x", "가 | A | X Y", "가 | A | x | more"):
        with refused("choices_not_sound"):
            form_building.choices_of(wrong)


def test_a_code_that_means_something_is_not_given_again():
    """Neither the code of a choice that was there, or that a condition or a criterion names, nor that of a question."""
    call = draft_call()
    lists = of(call, "b")
    last = of(call, "c")
    last.shown_if, last.shown_how, last.shown_codes = lists, "one_of", ["x"]
    planning.save_call_part(last, by=people.officer())
    made.criterion(call, "online", "answer", values={"question": "b", "equals": "c1"})
    made.criterion(call, "later", "answer", values={"question": "q1", "equals": True})
    Question.objects.filter(pk=lists.pk).update(choices=[{"code": "c2", "ko": "나"}])
    lists.refresh_from_db()
    assert form_building.used_codes(lists) == {"x", "c1", "c2"}
    (made_new,) = form_building.choices_of("새것", form_building.used_codes(lists))
    assert made_new["code"] == "c3"
    added = planning.save_call_part(
        Question(call=call, kind="short", label_ko="새 질문", position=8), by=people.officer()
    )
    assert added.code == "q2"


def test_the_questions_of_a_dropped_section_stay():
    call = draft_call()
    section = planning.save_call_part(Section(call=call, title_ko="판매"), by=people.officer())
    first = of(call, "a")
    first.section = section
    planning.save_call_part(first, by=people.officer())
    planning.drop_call_part(Section.objects.get(), by=people.officer())
    first.refresh_from_db()
    assert (first.section, Section.objects.count()) == (None, 0)
