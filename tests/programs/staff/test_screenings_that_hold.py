"""The migrations by which a screening says that earlier answers hold: in a row for each application that names the earlier one
(0022), then in one row for all of them (0024). On the way back each row says its own answers again; nothing that was said changes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from programs.domain import holding, screening
from programs.models import Application, Call, Screened, Taken, Upheld
from programs.queries import takings
from tests.factories import staff

pytestmark = [pytest.mark.django_db, pytest.mark.full]
WITHOUT, NAMED, LISTED = (
    "0021_figures_that_differ_are_tasks", "0023_questions_about_sales_are_tasks", "0024_screenings_uphold_lists_of_answers",
)  # fmt: skip
SAID = "id, application_id, outcomes, reasons, seen, evidence, days, files, renewals"


def go(step: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    MigrationExecutor(connection).migrate([("programs", step)])


def rows(more: str = "") -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {SAID}{more} FROM programs_screened ORDER BY id")
        return cursor.fetchall()


def course(call: Call) -> list[Any]:
    """Of each application all that was said, when and on which occasion."""
    return [
        [*takings.history(each, list(call.criterions.order_by("pk"))), takings.latest([each])]
        for each in Application.objects.filter(call=call).order_by("pk")
    ]


@pytest.fixture
def call(move_clock: Any, monkeypatch: Any) -> Call:
    """Screened three times: two applications; before the last time one was withdrawn and a third came."""
    monkeypatch.setattr(holding, "LEAST", 1)
    move_clock(staff.AFTER_CLOSING)
    of = staff.call()
    staff.applicant(of, 1)
    row = staff.applicant(of, 2, is_fine=False)
    for _each in range(2):
        screening.screen_call(of, by=None)
    Application.objects.filter(pk=row.pk).update(status="withdrawn")
    staff.applicant(of, 3)
    screening.screen_call(of, by=None)
    assert [each.without for each in Upheld.objects.order_by("id")] == [[], [row.pk]]
    return of


def test_back_and_there(owner_role: Any, call: Call) -> None:
    before, (first, second, third) = course(call), rows()
    taken = [
        (each.screening_id, each.application_id, each.said_id)
        for each in Taken.objects.order_by("id", "application_id")
    ]
    assert len(taken) == 6
    with owner_role():
        go(WITHOUT)
        own = rows(", screening_id")
        assert [each[:9] for each in own[:2]] == [first, second]
        answers = {each[0]: each[1:] for each in (first, second, third)}
        assert sorted(each[:0:-1] for each in own) == sorted(
            (run, *answers[said][::-1]) for run, _application, said in taken
        )
        assert [each[9] for each in own] == [run for run, _application, _said in taken]
        go(LISTED)
        assert rows(", screening_id") == own
        assert course(call) == before
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('programs_screened_id_seq')")
            assert cursor.fetchone()[0] > own[-1][0]


def test_rows_that_name_an_earlier_one_become_a_list(owner_role: Any, call: Call) -> None:
    with owner_role():
        go(NAMED)
        own = rows()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE programs_screened DISABLE TRIGGER USER")
            cursor.execute(
                "UPDATE programs_screened t SET same_as_id = o.id, outcomes = NULL, reasons = NULL, seen = NULL, evidence = NULL,"
                " days = NULL, files = NULL, renewals = NULL FROM programs_screened o"
                " WHERE o.id IN (SELECT min(id) FROM programs_screened GROUP BY application_id)"
                " AND o.application_id = t.application_id AND o.id <> t.id AND t.outcomes = o.outcomes"
            )
            assert cursor.rowcount == 3
            cursor.execute("ALTER TABLE programs_screened ENABLE TRIGGER USER")
        go(LISTED)
        assert Screened.objects.count() == 3
        assert [each.holding.rows.count() for each in Upheld.objects.order_by("id")] == [2, 1]
        go(WITHOUT)
        assert [each[1:] for each in rows()] == [each[1:] for each in own]
        go(LISTED)
