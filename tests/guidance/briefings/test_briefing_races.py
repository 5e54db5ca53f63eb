"""Two people at once, over real connections: the last seat is given once, and one that becomes free is not lost."""

from __future__ import annotations

from threading import Barrier

import pytest
from django.db import connection

from guidance.domain import registering, seats
from guidance.models import Briefing
from tests.conftest import OwnerRole
from tests.factories import briefings as made
from tests.factories import register
from tests.programs.staff.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _before(move_clock):
    move_clock(made.BEFORE)
    yield
    with OwnerRole(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ground_clock_shift")


def waiting_to_confirm(capacity: int):
    briefing = made.published(capacity=capacity)
    return briefing, [made.asked(briefing, number) for number in (1, 2)]


def test_two_who_take_the_last_seat_at_once_get_one_and_the_other_waits():
    briefing, asked = waiting_to_confirm(1)
    assert at_once([lambda each=each: registering.confirm(each) for each in asked]) == ["done", "done"]
    assert sorted(made.states(briefing).values()) == ["registered", "waiting"]


def test_a_company_and_a_guest_at_once_get_one_seat_between_them():
    briefing, (first, _second) = waiting_to_confirm(1)
    company = register.company()
    by = register.member(company)
    at_once([lambda: registering.confirm(first), lambda: made.of_company(briefing, company, by=by)])
    assert sorted(made.states(briefing).values()) == ["registered", "unconfirmed", "waiting"]


def test_a_cancellation_at_the_moment_of_a_registration_leaves_no_seat_empty_while_somebody_waits():
    briefing, (first, second) = waiting_to_confirm(1)
    registering.confirm(first)
    at_once([lambda: registering.leave(first), lambda: registering.confirm(second)])
    assert made.states(briefing) == {"guest1": "cancelled", "guest2": "registered"}


def unlocked(monkeypatch, *, meet_in: str) -> None:
    """The briefing is read without its lock, and both stand still once they have counted the seats."""
    meet, count = Barrier(2), seats.seats_taken

    def slowly(briefing: Briefing) -> int:
        found = count(briefing)
        meet.wait(20)
        return found

    def read(key) -> Briefing:
        return Briefing.objects.select_related("agency").get(pk=key)

    for module in (registering, seats):
        monkeypatch.setattr(module, "locked", read)
    monkeypatch.setattr(seats, meet_in, slowly)


def test_without_the_lock_the_last_seat_would_be_given_twice(monkeypatch):
    """The negative control."""
    briefing, asked = waiting_to_confirm(1)
    unlocked(monkeypatch, meet_in="seats_taken")
    at_once([lambda each=each: registering.confirm(each) for each in asked])
    assert made.states(briefing) == {"guest1": "registered", "guest2": "registered"}


def test_without_the_lock_a_seat_would_stay_empty_while_somebody_waits(monkeypatch):
    """The negative control: who cancels sees nobody waiting yet, who comes sees the seat still taken."""
    briefing, (first, second) = waiting_to_confirm(1)
    registering.confirm(first)
    unlocked(monkeypatch, meet_in="seats_taken")
    at_once([lambda: registering.leave(first), lambda: registering.confirm(second)])
    assert made.states(briefing) == {"guest1": "cancelled", "guest2": "waiting"}
