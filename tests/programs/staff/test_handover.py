"""Tasks are the agency's: who leaves leaves nothing behind, who comes has everything from the first day on."""

from __future__ import annotations

import datetime as dt

import pytest

from programs.domain import tasks
from programs.models import Task
from tests.factories import people, programs

pytestmark = pytest.mark.django_db


def test_a_successor_has_all_open_tasks_and_who_left_has_none(move_clock):
    move_clock(dt.datetime(2025, 6, 2, 10, tzinfo=programs.SEOUL))
    application = programs.application(status="submitted")
    task = tasks.open_task(
        agency=application.agency, side="agency", kind="screen", subject_id=application.pk, subject="심사",
        due_on=dt.date(2025, 6, 20),
    )  # fmt: skip
    leaving, coming = people.officer("officer"), people.user("successor@naru.example")
    coming.officers.create(agency=application.agency, role="officer", from_on=dt.date(2025, 6, 3))
    leaving.officers.update(until_on=dt.date(2025, 6, 2))
    assert [list(Task.objects.for_staff(each)) for each in (leaving, coming)] == [[task], []]
    move_clock(dt.datetime(2025, 6, 3, 0, 1, tzinfo=programs.SEOUL))
    assert [list(Task.objects.for_staff(each)) for each in (leaving, coming)] == [[], [task]]
