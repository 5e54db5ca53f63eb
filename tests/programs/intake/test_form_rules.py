"""What a question of a form may be, and codes that keep their meaning."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from programs.domain import form_building, planning, publishing
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


def condition(question: str, how: str, **more: Any) -> dict[str, Any]:
    return {"question": question, "how": how, **more}


YES = condition("a", "yes")


@pytest.mark.parametrize(
    ("code", "conditions", "more", "refusal"),
    [
        ("a", [condition("b", "equals", codes=["x"])], {}, "condition_later"),
        ("c", [condition("c", "yes")], {}, "condition_cycle"),
        ("c", [condition("b", "one_of", codes=["x", "gone"])], {}, "condition_choice"),
        ("c", [condition("b", "one_of")], {}, "condition_choice"),
        ("c", [condition("b", "yes")], {}, "condition_kind"),
        ("c", [condition("a", "at_least", least="1")], {}, "condition_kind"),
        ("c", [condition("a", "")], {}, "condition_question"),
        ("c", [condition("", "yes")], {}, "condition_question"),
        ("c", [YES, condition("gone", "yes")], {}, "condition_question"),
        ("c", [YES, condition("b", "one_of", codes=["gone"])], {"asked_if_match": "any"}, "condition_choice"),
        ("c", [], {"least": 3, "most": 2}, "limits"),
        ("c", [YES, condition("b", "gone")], {}, "condition_question"),
        ("c", [YES] * 6, {}, "conditions_many"),
        ("c", [], {"asks_for": "opened_on"}, "asks_for_kind"),
    ],
)
def test_what_no_question_may_be(code, conditions, more, refusal):
    call = draft_call()
    question = of(call, code)
    question.asked_if = conditions
    for name, value in more.items():
        setattr(question, name, value)
    with refused(refusal) as refusal_:
        planning.save_call_part(question, by=people.officer())
    assert str(refusal_.value.sentence).startswith("조건 2: ") is (len(conditions) == 2)


def test_what_keeps_a_form_with_several_conditions_from_being_published_or_changed():
    """A circle over one of several conditions, a question that moved behind, a choice that was removed; and a question
    that decides about another one stays, under its code."""
    call, by = draft_call(), people.officer()
    last = of(call, "c")
    said = [publishing.facts(call)]
    for conditions, match, fact in (
        ([YES], "all", ""),
        ([YES, condition("b", "one_of", codes=["x"])], "all", ""),
        (None, "any", ""),
        (None, "any", "website"),
    ):
        last.asked_if, last.asked_if_match, last.asks_for = conditions or last.asked_if, match, fact
        planning.save_call_part(last, by=by)
        assert publishing.facts(call) not in said  # a second person agrees to each of them
        said.append(publishing.facts(call))
    assert form_building.faults(call) == []
    for code in ("a", "b"):
        with refused("condition_question"):
            planning.drop_call_part(of(call, code), by=by)
        renamed = of(call, code)
        renamed.code = "other"
        with refused("code_named"):
            planning.save_call_part(renamed, by=by)
    Question.objects.filter(pk=of(call, "b").pk).update(choices=[{"code": "y", "ko": "나"}])
    assert form_building.faults(call) == ["c: 조건 2: “질문 b”의 선택지 가운데에서 골라 주십시오."]
    Question.objects.filter(pk=of(call, "b").pk).update(position=4, choices=[{"code": "x", "ko": "가"}])
    assert len(form_building.faults(call)) == 1
    first = of(call, "b")
    first.position, first.asked_if = 9, [YES, condition("c", "yes")]
    with refused("condition_cycle"):
        planning.save_call_part(first, by=by)


def test_conditions_are_kept_in_one_shape():
    """Whatever writes them: the form of a call, and the page of an applicant, read them without a look at their shape."""
    question = draft_call().questions.filter(code="c")
    for shape in (
        None, {}, "x", YES, [[YES]], ["yes"], [{}], [{"question": "a"}], [YES, {"how": "yes"}], [{"question": 1, "how": "yes"}],
        [YES | {"how": None}], [YES | {"codes": "x"}], [YES | {"least": 1}],
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            question.update(asked_if=shape)
    for shape in ([], [YES], [YES | {"codes": ["x"], "least": "1"}, condition("", "")]):
        assert question.update(asked_if=shape) == 1


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
    last.asked_if = [YES, condition("b", "one_of", codes=["x"])]
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
