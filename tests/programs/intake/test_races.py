"""Fifty identical posts at once, over real connections: one application, one receipt. With the guard off: more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.db.models import QuerySet
from django.test import Client

from accounts.models import User
from ground.models import Message
from programs.domain import intake, intake_rules
from programs.models import Application, Submission, Task
from tests.factories import intake as made
from tests.factories import register

pytestmark = pytest.mark.django_db(transaction=True)
RACERS = 50
ROUNDS = 5
"""A control without its guard may win by luck once: it is tried so many times."""


@pytest.fixture(autouse=True)
def during(move_clock: Any) -> Any:
    move_clock(made.DURING)


def race(user: User, address: str, data: dict[str, str]) -> list[Any]:
    """The same post from `RACERS` browsers of one person, let go at once."""
    first = Client()
    first.force_login(user)
    start = threading.Barrier(RACERS)

    def post() -> Any:
        client = Client(raise_request_exception=False)
        client.cookies["sessionid"] = first.cookies["sessionid"].value
        try:
            start.wait(timeout=60)
            return client.post(address, data)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(RACERS) as pool:
        return [future.result() for future in [pool.submit(post) for _racer in range(RACERS)]]


@contextmanager
def without_constraints(owner_role: Any, model: Any) -> Iterator[None]:
    """The unique constraints of the model are dropped, and put back after its rows are gone."""
    table = model._meta.db_table
    with owner_role(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c"
            " WHERE c.conrelid = %s::regclass AND c.contype = 'u'"
            " AND NOT EXISTS (SELECT 1 FROM pg_constraint f WHERE f.confrelid = c.conrelid AND f.conindid = c.conindid"
            "                 AND f.contype = 'f')",
            [table],
        )
        constraints = cursor.fetchall()
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexdef LIKE 'CREATE UNIQUE%%'"
            " AND indexdef LIKE '%% WHERE %%'",
            [table],
        )
        indexes = cursor.fetchall()
        assert len(constraints) + len(indexes) >= 3, "an earlier run was killed here: run with --create-db"
        for name, _definition in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
    try:
        yield
    finally:
        with owner_role(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")
            for name, definition in constraints:
                cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
            for _name, definition in indexes:
                cursor.execute(definition)


def begin(call: Any, company: Any) -> list[Any]:
    data = {"company": str(company.pk), "form_key": str(uuid4())}
    return race(register.member(company), f"/calls/{call.pk}/apply/", data)


def test_fifty_clicks_begin_one_application():
    call, company = made.whole_call(), register.company()
    answers = begin(call, company)
    (application,) = Application.objects.all()
    assert {(each.status_code, each["Location"]) for each in answers} == {
        (302, f"/applications/{application.pk}/baseline/")
    }


def test_without_its_constraints_fifty_clicks_begin_more_than_one(owner_role):
    """Negative control: it is the database that keeps it one."""
    call = made.whole_call()
    with without_constraints(owner_role, Application):
        assert any(
            begin(call, company) and company.applications.count() > 1
            for company in (register.company(serial) for serial in range(ROUNDS))
        )


def send(application: Any) -> list[Any]:
    data = {"form_key": str(uuid4()), "version": str(application.version)}
    return race(register.member(application.company), f"/applications/{application.pk}/submit/", data)


def assert_one_receipt(answers: list[Any]) -> None:
    (submission,) = Submission.objects.all()
    assert len(answers) == RACERS
    assert {(each.status_code, each["Location"]) for each in answers} == {
        (302, f"/receipts/{submission.pk}/")
    }
    assert submission.receipt == "SBA-MELI-CL-2025-1-0001"
    assert Task.objects.filter(kind="screen").count() == 1
    assert Message.objects.filter(subject__contains=submission.receipt).count() == 1


def test_fifty_submissions_give_one_receipt():
    assert_one_receipt(send(made.filled()))


def test_companies_that_submit_at_once_get_numbers_of_their_own_without_gaps():
    call = made.whole_call()
    drafts = [made.filled(call, register.company(serial)) for serial in range(1, 9)]
    owners = [register.member(draft.company) for draft in drafts]
    start = threading.Barrier(len(drafts))

    def submit(draft: Application, owner: User) -> str:
        try:
            start.wait(timeout=60)
            return intake.submit(draft, by=owner, form_key=uuid4()).receipt
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(drafts)) as pool:
        receipts = [
            future.result()
            for future in [pool.submit(submit, *each) for each in zip(drafts, owners, strict=True)]
        ]
    assert sorted(receipts) == [f"SBA-MELI-CL-2025-1-{number:04d}" for number in range(1, 9)]


@pytest.fixture
def no_locks(monkeypatch: Any) -> Iterator[Callable[[], None]]:
    """Row locks are off, also in what was put into words before: what is left are the constraints."""
    words = intake_rules._locked.words

    def switch_off() -> None:
        words.cache_clear()
        monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_kwargs: self)

    yield switch_off
    words.cache_clear()


def test_without_row_locks_the_constraints_still_give_one_receipt(no_locks):
    application = made.filled()
    no_locks()
    assert_one_receipt(send(application))


def test_without_locks_and_constraints_there_is_more_than_one_receipt(no_locks, owner_role):
    """Negative control."""
    call = made.whole_call()
    drafts = [made.filled(call, register.company(serial)) for serial in range(ROUNDS)]
    no_locks()
    with without_constraints(owner_role, Submission):
        assert any(send(draft) and draft.submissions.count() > 1 for draft in drafts)
