"""Kept sums of months that two people have closed, and of many months that change while they are tidied."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection, transaction

from programs.models import Program
from reports.domain import rollups
from reports.models import RollupMonth
from reports.queries import closing, order_sums
from reports.queries import rollups as reading
from tests.factories import programs, register
from tests.factories import reports as made
from tests.factories.closing import closed, reopened
from tests.factories.reports import item, order, rate
from tests.reports.test_measures import AUGUST
from tests.reports.test_rollups import same

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(tmp_path, move_clock) -> Program:
    """10,000 pesos on 5 August 2025 at 2 won; it is the middle of September."""
    move_clock(dt.datetime(2025, 9, 12, 3, tzinfo=dt.UTC))
    program = programs.program(starts_on=AUGUST)
    shop = programs.store("SHARED")
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    rate("CLP", "KRW", dt.date(2025, 8, 5), "2")
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    return program


def test_a_closing_leaves_the_sums_as_they_are_and_an_opening_does_not(program):
    row = closed(program, AUGUST)
    assert rollups.out_of_date() == []
    rate("CLP", "KRW", dt.date(2025, 8, 5), "3", version=2)
    assert rollups.renew() == 1
    scope = closing.scope_of(program, AUGUST)
    assert (same(scope), order_sums.orders(scope).krw_amount) == (True, 20_000)
    reopened(row)
    assert [each.month for each in rollups.out_of_date()] == [AUGUST]
    rollups.renew()
    assert (same(scope), order_sums.orders(scope).krw_amount) == (True, 30_000)


def test_by_the_rates_of_now_a_closed_month_is_read_from_its_lines(program):
    """The sums that are kept of it are by the rates of its closing."""
    closed(program, AUGUST)
    rate("CLP", "KRW", dt.date(2025, 8, 5), "3", version=2)
    rollups.renew()
    scope = closing.scope_of(program, AUGUST)
    assert reading.kept(scope).months == []
    assert order_sums.orders(scope).krw_amount == 20_000
    assert order_sums.orders(replace(scope, is_restated=True)).krw_amount == 30_000


@pytest.mark.django_db(transaction=True)
def test_a_month_that_is_being_made_is_tidied_the_next_time(program):
    """Whoever tidies waits for nobody."""

    def snapshot() -> str:
        return RollupMonth.objects.get().snapshot

    rollups.renew()
    before = snapshot()
    other = connection.copy()
    try:
        other.ensure_connection()
        other.set_autocommit(False)
        with other.cursor() as making:
            making.execute(
                "SELECT naru_roll_up(program_id, store_id, ARRAY[month]) FROM reports_rollup_month"
            )
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            rollups.tidy()
        assert snapshot() == before
        other.rollback()
    finally:
        other.close()
    rollups.tidy()
    assert snapshot() != before
    assert rollups.out_of_date() == []
