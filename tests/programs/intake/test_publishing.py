"""Publishing a call: whole, by people of the agency, with a second person where the agency's table wants one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.domain import approvals
from accounts.models import Approval, SecondPersonRule
from ground import mailbox, outbox
from ground.clock import SEOUL
from programs.domain import amending, planning, publishing
from programs.models import Call, Criterion, Question, Task
from tests.factories import intake as made
from tests.factories import people
from tests.factories.intake import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(move_clock: Any) -> Any:
    move_clock(made.DURING)
    return made.whole_call(published_at=None)


def test_publishing_makes_it_public_once(call, client):
    officer = people.officer()
    assert client.get(f"/calls/{call.pk}/").status_code == 404
    published = publishing.publish(call, by=officer)
    assert (published.published_by, str(published.published_at)[:10]) == (officer, "2025-05-20")
    assert client.get(f"/calls/{call.pk}/").status_code == 200
    with refused("already_published"):
        publishing.publish(call, by=officer)


@pytest.mark.parametrize(("role", "agency"), [("auditor", "SBA"), ("finance", "SBA"), ("manager", "BBA")])
def test_only_officers_and_managers_of_the_agency_publish(call, role, agency):
    with refused("not_your_agency"):
        publishing.publish(call, by=people.officer(role, agency))


def test_a_call_that_is_not_whole_is_refused_with_all_reasons(call, move_clock):
    made.question(call, "one", "one")
    made.question(call, "money", "money", currency="XXX")
    made.criterion(call, "empty", "province", values={"provinces": []})
    made.criterion(call, "unknown", "province", values={"provinces": ["99"]})
    made.criterion(call, "cert", "certificate", values={})
    move_clock(made.CLOSES)
    assert len(publishing.faults(call)) == 6
    with refused("not_ready"):
        publishing.publish(call, by=people.officer())
    call.criterions.all().delete()
    assert len(publishing.faults(call)) == 4


def test_a_second_person_agrees_to_exactly_this_notice(call):
    officer, manager = people.officer(), people.officer("manager")
    SecondPersonRule.objects.create(agency=call.agency, decision="publishing", is_needed=True)
    with refused("second_person"):
        publishing.publish(call, by=officer)
    question = publishing.ask_to_publish(call, by=officer, reason="공고합니다.")
    with refused("second_person"):
        publishing.publish(call, by=officer)
    with refused("same_person"):
        approvals.answer(question, by=officer, grant=True)
    approvals.answer(question, by=manager, grant=True)
    call.notice_ko = "다른 공고"
    call.save()
    with refused("second_person"):
        publishing.publish(call, by=officer)
    made.question(call, "more")
    call.notice_ko = "모집합니다."
    call.save()
    with refused("second_person"):
        publishing.publish(call, by=officer)
    call.questions.filter(code="more").delete()
    publishing.publish(call, by=officer)


def test_another_agency_cannot_ask(call):
    with refused("not_your_agency"):
        publishing.ask_to_publish(call, by=people.officer("manager", "BBA"), reason="x")


LATER = made.CLOSES + dt.timedelta(days=3)


@pytest.mark.parametrize(
    "change",
    [
        {"closes_at": LATER}, {"quota": 31}, {"reserve_count": 9}, {"minimum_points": 1}, {"notice_ko": "다른 공고"},
        {"agreement_on": dt.date(2025, 12, 1)}, {"answer_days": 90}, {"contact_ko": "다른 팀"},
    ],
)  # fmt: skip
def test_after_publishing_one_officer_changes_nothing_of_the_notice(call, change):
    publishing.publish(call, by=people.officer())
    mine = Call.objects.get(pk=call.pk)
    for name, value in change.items():
        setattr(mine, name, value)
    with refused("published"):
        planning.save_call(mine, by=people.officer())


def test_after_publishing_criteria_and_questions_stay(call):
    publishing.publish(call, by=people.officer())
    known = call.criterions.first()
    known.name_ko = "다른 요건"
    for part in (
        known,
        Criterion(call=call, code="more", kind="status", name_ko="새 요건"),
        Question(call=call, code="more", kind="short", label_ko="새 질문"),
    ):
        with refused("published"):
            planning.save_call_part(part, by=people.officer())
    with refused("published"):
        planning.drop_call_part(known, by=people.officer())


def test_a_page_opened_before_the_publishing_does_not_take_it_back(call):
    opened_before = Call.objects.get(pk=call.pk)
    publishing.publish(call, by=people.officer())
    planning.save_call(opened_before, by=people.officer())
    assert Call.objects.get(pk=call.pk).published_at is not None


def test_a_later_closing_needs_two_and_is_told_to_everybody(call, client):
    officer = people.officer()
    call = publishing.publish(call, by=officer)
    waiting = made.submitted(call).application
    outbox.drain()
    written = len(mailbox.read_all())
    with refused("second_person"):
        amending.move_closing(call, closes_at=LATER, by=officer)
    with refused("reason_missing"):
        amending.ask_later_closing(call, closes_at=LATER, reason=" ", by=officer)
    with refused("not_later"):
        amending.ask_later_closing(call, closes_at=made.CLOSES, reason="x", by=officer)
    with refused("agreement_before"):
        past = dt.datetime.combine(call.agreement_on + dt.timedelta(days=1), dt.time(), SEOUL)
        amending.ask_later_closing(call, closes_at=past, reason="x", by=officer)
    with refused("not_your_agency"):
        amending.ask_later_closing(call, closes_at=LATER, reason="x", by=people.officer("manager", "BBA"))
    question = amending.ask_later_closing(call, closes_at=LATER, reason="접수 시스템 점검", by=officer)
    approvals.answer(question, by=people.officer("manager"), grant=True)
    with refused("second_person"):
        amending.move_closing(call, closes_at=LATER + dt.timedelta(days=1), by=officer)
    due_on = Task.objects.get(kind=Task.Kind.SCREEN).due_on
    row = amending.move_closing(call, closes_at=LATER, by=officer)
    assert (row.closes_at, row.first_closes_at, row.closing_reason) == (
        LATER,
        made.CLOSES,
        "접수 시스템 점검",
    )
    assert Task.objects.get(kind=Task.Kind.SCREEN).due_on == due_on + dt.timedelta(days=3)
    assert "접수 시스템 점검" in client.get(f"/calls/{call.pk}/").content.decode()
    outbox.drain()
    mail, *before = mailbox.read_all()
    assert len(before) == written
    assert "접수 시스템 점검" in mail.body
    assert f"/applications/{waiting.pk}/" in mail.body


def test_a_closing_that_has_passed_stays(call, move_clock):
    officer = people.officer()
    publishing.publish(call, by=officer)
    question = amending.ask_later_closing(call, closes_at=LATER, reason="접수 시스템 점검", by=officer)
    approvals.answer(question, by=people.officer("manager"), grant=True)
    move_clock(made.CLOSES)
    with refused("closed"):
        amending.move_closing(call, closes_at=LATER, by=officer)
    assert Call.objects.get(pk=call.pk).closes_at == made.CLOSES


def test_the_closing_is_moved_on_the_staff_s_page(call, client):
    publishing.publish(call, by=people.officer())
    client.force_login(people.officer())
    address = f"/staff/programs/call/{call.pk}/"
    day, hour = LATER.strftime("%Y-%m-%d"), LATER.strftime("%H:%M")
    typed = {"closes_on": day, "closes_time": hour}
    assert client.post(f"{address}move_closing/", typed).status_code == 409
    assert client.post(f"{address}ask_later_closing/", {**typed, "reason": "점검"}).status_code == 302
    approvals.answer(Approval.objects.get(), by=people.officer("manager"), grant=True)
    assert client.post(f"{address}move_closing/", typed).status_code == 302
    assert Call.objects.get(pk=call.pk).closes_at == LATER
