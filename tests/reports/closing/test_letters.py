"""Who asked for a closing, or agreed to one, is written to when something stands in the way: they have left the page."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.domain import approvals
from ground.models import Message
from reports.domain import closing
from reports.models import ClosedMonth
from tests.factories import people
from tests.factories import reports as made
from tests.factories.closing import asked_for, closed, looked_at, worked
from tests.factories.reports import item, order

pytestmark = pytest.mark.django_db
AUGUST = dt.date(2025, 8, 1)


@pytest.fixture
def officer(tmp_path, now, program, shop):
    """Of a program whose August has one order."""
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    return people.officer()


@pytest.fixture
def manager():
    """Reads English."""
    who = people.officer("manager")
    who.language = "en"
    who.save()
    return who


def waiting(tmp_path, program, shop) -> None:
    made.taken_in(made.ventas(tmp_path, [order(2, item("A"))], "b <&>.xlsx"), program, shop)


def test_who_asked_reads_what_stands_in_the_way(tmp_path, program, shop, officer):
    row = closing.ask_to_close(program, AUGUST, reason="8월 마감", by=officer)
    waiting(tmp_path, program, shop)
    looked_at(row)
    letter = Message.objects.get()
    assert letter.recipients == [officer.email]
    assert letter.subject == f"2025년 8월 마감을 막는 사유가 있습니다: {program.name_ko}"
    assert letter.body.startswith("아래 사유를 해결한 뒤 다시 요청해 주십시오.\n- ")
    assert "b <&>.xlsx" in letter.body
    assert f"{reverse('admin:reports_months')}?program={program.code}" in letter.body


def test_where_nothing_is_in_the_way_nobody_is_written_to(program, officer, manager):
    closed(program, AUGUST)
    assert not Message.objects.exists()


def test_both_read_why_what_they_agreed_to_was_not_done(tmp_path, program, shop, officer, manager):
    asked = asked_for(program, AUGUST, reason="8월 마감", by=officer)
    approvals.answer_any(asked, by=manager, grant=True)
    made.imported(made.ventas(tmp_path, [order(3, item("A"))], "c.xlsx"), program, shop)
    worked(asked)
    closing.carry_out(asked)  # handed out once more
    letters = {each.recipients[0]: each for each in Message.objects.all()}
    assert (letters.keys(), Message.objects.count()) == ({officer.email, manager.email}, 2)
    assert letters[officer.email].subject.startswith("2025년 8월 마감에 동의했으나 처리하지 못했습니다")
    assert "그 달이 바뀌었습니다" in letters[officer.email].body
    assert letters[manager.email].subject.startswith("August 2025 was agreed to and not closed")
    assert "The month has changed since it was asked for" in letters[manager.email].body


def test_both_read_why_a_month_was_not_opened_again(program, officer, manager, move_clock):
    august = closed(program, AUGUST)
    asked = closing.ask_to_reopen(august, reason="늦게 온 파일", by=officer)
    approvals.answer_any(asked, by=manager, grant=True)
    move_clock(dt.datetime(2025, 10, 2, 3, tzinfo=dt.UTC))
    closed(program, dt.date(2025, 9, 1))
    worked(asked)
    assert ClosedMonth.objects.get(pk=august.pk).state == "closed"
    letters = {each.recipients[0]: each for each in Message.objects.all()}
    assert letters[officer.email].subject.startswith("2025년 8월 마감 해제에 동의했으나")
    assert "agreed to and not opened again" in letters[manager.email].subject


def test_who_was_switched_off_gets_no_letter(tmp_path, program, shop, officer):
    row = closing.ask_to_close(program, AUGUST, reason="8월 마감", by=officer)
    waiting(tmp_path, program, shop)
    officer.is_active = False
    officer.save()
    looked_at(row)
    assert not Message.objects.exists()
