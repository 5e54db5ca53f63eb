"""Of sessions that do the same work one does it at a time."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from ground import turns

pytestmark = pytest.mark.django_db


@pytest.fixture
def other() -> Iterator[psycopg.Connection]:
    """Another session on the database of the test."""
    facts = connection.get_connection_params()
    wanted = {name: facts[name] for name in ("dbname", "host", "port", "user") if facts.get(name)}
    with psycopg.connect(**wanted, autocommit=True) as session:
        yield session


def taken(session: psycopg.Connection, key: str) -> bool:
    """Whether the session has the lock now, which it holds until its transaction ends."""
    row = session.execute(f"SELECT pg_try_advisory_xact_lock({key})").fetchone()
    assert row is not None
    return row[0]


def test_what_somebody_else_does_is_left_to_them_until_they_are_done(other):
    ours = "hashtext('sums'), hashtext('2025')"
    with other.transaction():
        assert taken(other, ours)
        assert not turns.is_ours("sums", 2025)
        assert turns.is_ours("sums", 2026)
        assert turns.is_ours("counts", 2025)
    for _twice in range(2):
        assert turns.is_ours("sums", 2025)
    assert not taken(other, ours)


def test_who_waits_begins_when_the_other_one_is_done(other):
    ours = "hashtextextended('rates', 0)"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = 50")
    with other.transaction():
        assert taken(other, ours)
        turns.wait("names")
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            turns.wait("rates")
    turns.wait("rates")
    assert not taken(other, ours)
