"""The migration by which a screening may name an earlier one: on the way back each row says its own answers again."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from programs.domain import holding, screening
from programs.models import Screened
from tests.factories import staff

pytestmark = [pytest.mark.django_db, pytest.mark.full]
BEFORE, AFTER = "0021_figures_that_differ_are_tasks", "0022_answers_that_hold"
SAID = "id, application_id, outcomes, reasons, seen, evidence, days, files, renewals"


def go(step: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    MigrationExecutor(connection).migrate([("programs", step)])


def rows() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {SAID} FROM programs_screened ORDER BY id")
        return cursor.fetchall()


def test_there_and_back(owner_role, move_clock, monkeypatch):
    monkeypatch.setattr(holding, "LEAST", 1)
    move_clock(staff.AFTER_CLOSING)
    call = staff.call()
    staff.applicant(call, 1)
    staff.applicant(call, 2, is_fine=False)
    screening.screen_call(call, by=None)
    screening.screen_call(call, by=None)
    assert [each is None for each in Screened.objects.order_by("id").values_list("same_as", flat=True)] == [
        True,
        True,
        False,
        False,
    ]
    first, second, *again = rows()
    assert {each[2:] for each in again} == {(None,) * 7}
    with owner_role():
        go(BEFORE)
        own = rows()
        assert own[:2] == [first, second]
        by_application = {each[1]: each[1:] for each in (first, second)}
        assert [each[1:] for each in own[2:]] == [by_application[each[1]] for each in own[2:]]
        go(AFTER)
        assert rows() == own
