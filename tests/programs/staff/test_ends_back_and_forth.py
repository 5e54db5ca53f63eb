"""Agreed ends over a step back to a version that does not know them, and forward again."""

from __future__ import annotations

import datetime as dt
from importlib import import_module

import pytest
from django.db import connection

from programs.domain import agreement, going_on
from programs.models import EndRequest, Participation, Task
from tests.factories import people, programs, staff
from tests.programs.staff.test_ending import agreed
from tests.programs.staff.test_ending_ahead import FIRST, LAST, ahead, at
from tests.programs.staff.test_going_on import asked_on

pytestmark = pytest.mark.django_db
DAYS = import_module("programs.migrations.0031_agreements_end_on_an_agreed_day")
GOING_ON = import_module("programs.migrations.0032_companies_ask_that_an_agreement_goes_on")


@pytest.fixture(autouse=True)
def _in_summer(move_clock, replay_topic):
    programs.currency("KRW")
    at(move_clock, FIRST)


def editor() -> object:
    """What the operations of a migration are given to reach the database."""
    return type("Editor", (), {"connection": connection})()


def test_an_end_to_come_is_named_on_the_way_back_and_agreed_again_on_the_way_forward(capsys):
    row, other, left = agreed(), staff.taking_part(9), staff.taking_part(8)
    programs.assignment(programs.store(), row)
    ahead(row)
    agreement.end(left, reason="폐업", by=people.officer(), last_on=FIRST)
    Task.objects.filter(kind="assign").delete()
    for _twice in range(2):
        DAYS.name_ends_to_come(None, editor())
    task = Task.objects.open().get(kind="assign")
    assert (task.side, task.subject_id, task.due_on) == ("agency", row.pk, FIRST + dt.timedelta(days=7))
    assert (task.subject_ko, task.agency) == (f"{row.number} {row.company.name_ko}", row.agency)
    said = capsys.readouterr().out
    assert row.number in said
    assert other.number not in said
    Participation.objects.update(last_on=None)
    DAYS.days_from_records(None, editor())
    found = Participation.objects.values_list("pk", "last_on")
    assert dict(found) == {row.pk: LAST, other.pk: None, left.pk: FIRST}


def test_an_end_that_both_sides_dropped_stands_as_taken_back_in_the_version_before():
    row, other = ahead(), ahead(staff.taking_part(9))
    asked_on(row)
    going_on.agree(row, by=people.officer())
    asked_on(other)
    with connection.cursor() as cursor:
        cursor.execute(GOING_ON.Migration.operations[-1].reverse_sql)
    found = EndRequest.objects.values_list("participation", "is_to_go_on", "state", "ended_on")
    assert set(found) == {
        (row.pk, False, "taken_back", None), (row.pk, True, "taken_back", None),
        (other.pk, False, "accepted", LAST), (other.pk, True, "over", None),
    }  # fmt: skip
    Participation.objects.update(last_on=None)
    DAYS.days_from_records(None, editor())
    assert dict(Participation.objects.values_list("pk", "last_on")) == {row.pk: None, other.pk: LAST}
