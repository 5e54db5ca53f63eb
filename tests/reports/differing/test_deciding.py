"""Decisions, questions, answers: who may, twice is once, and every refusal in words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from companies.domain import merging
from ground.errors import RuleBroken
from ground.models import Message
from programs.models import Participation, Task
from programs.queries.applications import tasks_of
from reports.domain.differing import deciding
from reports.models import Cause, Comparison, Difference, DifferenceQuestion
from reports.queries import duties
from reports.queries.differing import unanswered
from tests.companies.test_merging import agreed, begun, pair
from tests.factories import people, programs, register, staff

pytestmark = pytest.mark.django_db
DUE = dt.date(2025, 10, 20)


@pytest.fixture
def difference(move_clock):
    """Of company 5 in August, found on 12 October 2025."""
    move_clock(dt.datetime(2025, 10, 12, 3, tzinfo=dt.UTC))
    part = programs.participation(register.company(5), programs.program(starts_on=dt.date(2025, 8, 1)))
    now = dt.datetime(2025, 10, 12, tzinfo=dt.UTC)
    return Difference.objects.create(
        agency=part.agency, program=part.program, participation=part, comparison=Comparison.DECLARED,
        month=dt.date(2025, 8, 1), left_krw=Decimal(1_000_000), right_krw=Decimal(1_473_684), found_at=now, changed_at=now,
    )  # fmt: skip


def refused(verb, *args, **more) -> str:
    with pytest.raises(RuleBroken) as error:
        verb(*args, **more)
    assert str(error.value.sentence)
    return error.value.code


def decided(difference, **more):
    said = {
        "cause": Cause.WRONG_CURRENCY,
        "outcome": "company",
        "reason": "페소를 원으로 입력",
        "by": people.officer(),
    }
    return deciding.decide(difference, **{**said, **more})


def asked(difference, **more) -> DifferenceQuestion:
    said = {"text": "왜 다릅니까?", "due_on": DUE, "by": people.officer()}
    return deciding.ask(difference, **{**said, **more})


def test_a_decision_keeps_cause_outcome_reason_and_the_figures_that_were_seen(difference):
    first = decided(difference)
    assert decided(difference) == first  # clicked twice
    difference.refresh_from_db()
    assert (difference.state, first.left_krw, first.right_krw) == ("decided", 1_000_000, 1_473_684)
    assert refused(decided, difference, outcome="accepted") == "already_decided"
    assert refused(decided, difference, by=people.officer("manager")) == "already_decided"


def test_refusals_of_a_decision(difference):
    assert refused(decided, difference, reason=" ") == "reason_missing"
    assert refused(decided, difference, cause="weather") == "cause_unknown"
    assert refused(decided, difference, by=people.officer("manager", "KOTRA")) == "not_your_agency"
    assert refused(decided, difference, by=people.officer("auditor")) == "not_your_agency"
    Difference.objects.update(state="gone", gone_at=dt.datetime(2025, 10, 12, tzinfo=dt.UTC))
    assert refused(decided, difference) == "difference_gone"


def test_the_company_is_asked_by_mail_and_on_its_home(difference):
    owner = register.member(register.company(5))
    reader = register.member(register.company(5), "reader")
    question = asked(difference)
    assert asked(difference) == question  # clicked twice
    difference.refresh_from_db()
    assert difference.state == "asked"
    (mail,) = Message.objects.all()
    assert mail.recipients == [owner.email]
    assert reader.email not in mail.recipients
    assert str(question.pk) in mail.body
    assert "왜 다릅니까?" in mail.body
    (row,) = tasks_of(owner)
    assert duties.pages_of([row.task])[row.task.pk][1] == f"/sales/questions/{question.pk}/"
    assert row.due_on == DUE


def test_refusals_of_a_question(difference):
    assert refused(asked, difference) == "nobody_to_ask"
    register.member(register.company(5))
    assert refused(asked, difference, text=" ") == "text_missing"
    assert refused(asked, difference, due_on=dt.date(2025, 10, 12)) == "due_past"
    assert refused(asked, difference, by=people.officer("officer", "KOTRA")) == "not_your_agency"
    asked(difference)
    assert refused(asked, difference, text="다른 질의") == "already_asked"
    decided(difference)
    assert refused(asked, difference) == "already_decided"


def test_an_answer_returns_the_difference_to_the_queue(difference):
    owner = register.member(register.company(5))
    question = asked(difference)
    answered = deciding.answer(question, text=" 페소를 원으로 적었습니다. ", by=owner)
    assert deciding.answer(question, text="페소를 원으로 적었습니다.", by=owner) == answered
    difference.refresh_from_db()
    assert (difference.state, answered.answer) == ("open", "페소를 원으로 적었습니다.")
    assert not Task.objects.open().filter(kind="explain").exists()
    assert refused(deciding.answer, question, text="다른 답", by=owner) == "already_answered"


def test_refusals_of_an_answer(difference):
    owner = register.member(register.company(5))
    question = asked(difference)
    other = register.member(register.company(6))
    assert refused(deciding.answer, question, text=" ", by=owner) == "answer_missing"
    assert refused(deciding.answer, question, text="가" * 2001, by=owner) == "answer_long"
    assert refused(deciding.answer, question, text="답", by=other) == "not_your_company"
    assert (
        refused(deciding.answer, question, text="답", by=register.member(register.company(5), "reader"))
        == "not_your_company"
    )
    decided(difference)
    assert refused(deciding.answer, question, text="답", by=owner) == "question_ended"
    assert not Task.objects.open().filter(kind="explain").exists()


def test_a_merged_record_is_asked_nothing_and_answers_nothing(difference):
    kept, gone = pair()
    Participation.objects.update(company=gone)
    owner = register.member(gone)
    question = asked(difference)
    merging.carry_out(agreed(begun(kept, gone)), by=staff.manager())
    register.member(gone)
    assert refused(deciding.answer, question, text="답", by=owner) in {"merged", "not_your_company"}
    decided(difference)
    Difference.objects.update(state="open")
    assert refused(asked, difference, text="또") == "merged"


def test_what_was_never_answered_has_its_days(difference, move_clock):
    """Due on 20 October; on the 25th five days late; decided then, it stays with its five days."""
    register.member(register.company(5))
    asked(difference)
    officer = people.officer()
    assert unanswered.of(officer, DUE) == []
    assert unanswered.counts(difference.program_id, DUE) == unanswered.Open(0, 1, 0)
    move_clock(dt.datetime(2025, 10, 25, 3, tzinfo=dt.UTC))
    assert [each.days for each in unanswered.of(officer, dt.date(2025, 10, 25))] == [5]
    assert unanswered.counts(difference.program_id, dt.date(2025, 10, 25)) == unanswered.Open(0, 1, 1)
    assert unanswered.of(people.officer("manager", "KOTRA"), dt.date(2025, 10, 25)) == []
    decided(difference)
    assert [each.days for each in unanswered.of(officer, dt.date(2025, 11, 3))] == [5]
    assert unanswered.counts(difference.program_id, dt.date(2025, 11, 3)) == unanswered.Open(0, 0, 0)
