"""The clock of deadlines, periods and audit."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import ProgrammingError, connection, transaction

from ground import clock
from ground.history import history_of
from ground.models import Currency

pytestmark = pytest.mark.django_db

AUTUMN = dt.datetime(2025, 9, 30, 14, 59, tzinfo=dt.UTC)


def test_the_clock_is_the_database_s_statement_time():
    with connection.cursor() as cursor:
        cursor.execute("SELECT naru_now() = statement_timestamp()")
        assert cursor.fetchone() == (True,)
    assert not clock.is_moved()


def test_a_moved_clock_runs_on_and_dates_the_history(move_clock):
    move_clock(AUTUMN)
    assert dt.timedelta(0) <= clock.now() - AUTUMN < dt.timedelta(seconds=30)
    assert clock.today() == dt.date(2025, 9, 30)
    currency = Currency.objects.create(code="XTS", name_ko="시험")
    (change,) = history_of(currency)
    assert change.at.astimezone(dt.UTC).date() == dt.date(2025, 9, 30)


def test_seoul_s_day_begins_before_utc_s(move_clock):
    move_clock(AUTUMN + dt.timedelta(minutes=2))
    assert clock.today() == dt.date(2025, 10, 1)


def test_the_plain_role_cannot_move_the_clock():
    with pytest.raises(ProgrammingError), transaction.atomic():
        clock.move_to(AUTUMN)
