"""Who left on an agreed day answers for the months up to that day; whose agreement the agency ended is asked no more."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from ground import mailbox, outbox
from ground.errors import RuleBroken
from programs.domain import agreement, ending
from programs.models import Participation, Task
from reports.domain import answering, months, reminding
from reports.models import Declaration
from reports.queries import answers, closing, duties
from tests.factories import people, programs, register, staff
from tests.programs.staff.test_ending import agreed, asked, signed_in
from tests.programs.staff.test_ending_ahead import FIRST, ahead, at
from tests.reports.months.said import typed

pytestmark = pytest.mark.django_db
AUGUST, LAST, NEXT = FIRST, dt.date(2025, 8, 31), dt.date(2025, 9, 1)


@pytest.fixture(autouse=True)
def _in_summer(move_clock):
    programs.currency("KRW")
    at(move_clock, FIRST)


def owed(row: Participation, month: dt.date = AUGUST) -> tuple[list[str], list[Participation], int]:
    """The month's answers, who can still answer, and how many the page of closing names."""
    found = answers.of_month(row.program, month, NEXT)
    still = closing.still_to_come(row.program, month).undeclared
    return [each.answer.value for each in found.rows], found.owing(), still


def test_a_month_that_was_over_with_the_last_day_is_asked_for_and_answered(move_clock):
    row = ahead(last_on=LAST)
    owner = register.member(row.company)
    at(move_clock, NEXT, 0, 2)
    assert ending.end_due() == 1
    at(move_clock, NEXT, 9, 30)
    assert owed(row) == (["owed"], [row], 1)
    assert (reminding.ask(), reminding.ask()) == (1, 0)
    task = Task.objects.open().get(kind="declare")
    (page,) = duties.pages_of([task]).values()
    assert page == ("declaration_edit", reverse("declaration_edit", args=[row.pk, "2025-08"]))
    due = dict(months.calendar(row.program, AUGUST).steps)[0]
    at(move_clock, due)
    assert reminding.remind() == 1
    outbox.drain()
    letters = [each.body for each in mailbox.read_all() if each.recipient == owner.email]
    assert any(page[1] in body for body in letters)
    client = signed_in(owner)
    shown = client.get(page[1])
    assert (shown.status_code, reverse("sales_upload") in shown.content.decode()) == (200, False)
    done = client.post(reverse("declaration_none", args=[row.pk, "2025-08"]))
    assert (done.status_code, Declaration.objects.get().kind) == (302, "no_sales")
    assert owed(row) == (["no_sales"], [], 0)
    assert not Task.objects.open().filter(kind="declare").exists()
    assert client.post(reverse("declaration_take_back", args=[row.pk, "2025-08"])).status_code == 302
    assert Task.objects.open().filter(kind="declare").exists()


def test_a_question_that_is_open_stays_open_over_an_agreed_end(move_clock):
    row = programs.participation(register.company(5))
    register.seen_by(row.company)
    at(move_clock, FIRST, 10)
    assert reminding.ask() == 1
    asked(row, dt.date(2025, 8, 20))
    ending.accept(row, by=people.officer())
    at(move_clock, dt.date(2025, 8, 21), 0, 2)
    assert ending.end_due() == 1
    assert Task.objects.open().filter(kind="declare").count() == 1


def test_the_month_of_the_last_day_may_be_answered_and_none_after_it(move_clock):
    row = ahead(last_on=dt.date(2025, 8, 20))
    owner = register.member(row.company)
    at(move_clock, NEXT)
    ending.end_due()
    assert owed(row) == ([], [], 0), "it was not in the program at the end of August"
    client = signed_in(owner)
    pages = [reverse("declaration_edit", args=[row.pk, f"2025-{month:02}"]) for month in (8, 9)]
    assert [client.get(page).status_code for page in pages] == [200, 404]
    assert answering.type_month(row, AUGUST, [typed()], by=owner)
    with pytest.raises(RuleBroken, match=r"^after_last_day:"):
        answering.type_month(row, NEXT, [typed()], by=owner)


def test_who_left_at_once_with_the_agency_s_word_answers_and_whom_the_agency_ended_does_not(move_clock):
    row, other = agreed(), staff.taking_part(9)
    asked(row, FIRST)
    at(move_clock, dt.date(2025, 9, 2))
    ending.accept(row, last_on=LAST, by=people.officer())
    agreement.end(other, reason="부정수급", last_on=LAST, by=people.officer())
    answer, owing, still = owed(row)
    assert (answer, owing, still) == (["owed", "owed"], [row], 1)
    assert reminding.ask() == 1
    page = reverse("declaration_edit", args=[other.pk, "2025-08"])
    assert signed_in(register.member(other.company)).get(page).status_code == 404
