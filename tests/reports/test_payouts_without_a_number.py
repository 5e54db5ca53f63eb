"""Movements that name no order, such as a fee of the account: no sale is looked for because of them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ground.clock import SEOUL
from reports.domain import cohorts as kept_cohorts
from reports.domain import owners, replay
from reports.domain.verifying import verify
from reports.models import CohortCell
from reports.queries import cohorts, payouts
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, movement, order, santiago

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(move_clock):
    move_clock(dt.datetime(2025, 10, 12, 9, tzinfo=SEOUL))
    return programs.program()


@pytest.fixture
def shop(tmp_path, program):
    """A pack of three products of two companies, and a fee of 10 that names no order."""
    shop = programs.store("SHARED", settlement_currency=programs.currency("CLP"))
    for serial, sku in ((1, "A"), (2, "B")):
        programs.assignment(shop, programs.participation(register.company(serial), program), sku=sku)
    made.imported(made.ventas(tmp_path, [order(1, item("A"), item("B"), item("B"))]), program, shop)
    paid(tmp_path, program, shop, 7, "-10", external_reference="", description="shipping")
    return shop


def paid(tmp_path, program, shop, number: int, gross: str, of: int = 1, **more: str) -> None:
    moved = movement(number, gross, order=of, at=santiago(8, 20), **more)
    made.imported(made.release(tmp_path, [moved], f"{number}.csv", columns=23), program, shop)


def sales_read(ask: Callable[[], object]) -> int:
    """How many sales the database reads for these questions."""

    def read(node: dict[str, Any]) -> int:
        rows = node["Actual Rows"] * node["Actual Loops"]
        own = rows if node.get("Relation Name", "").startswith("reports_sales_line") else 0
        return int(own) + sum(read(each) for each in node.get("Plans", ()))

    with CaptureQueriesContext(connection) as asked:
        ask()
    found = 0
    with connection.cursor() as cursor:
        for each in asked.captured_queries:
            if "reports_sales_line" in each["sql"]:
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {each['sql'].replace('%', '%%')}", [])
                plan = cursor.fetchone()[0]
                found += read((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
    return found


def test_whose_they_are_is_found_without_reading_sales(tmp_path, program, shop):
    assert sales_read(lambda: owners.unsettled(shop)) == 0
    assert len(owners.unsettled(shop)) == 1  # it waits: the store is nobody's as a whole
    paid(tmp_path, program, shop, 8, "30000")
    assert sales_read(lambda: owners.unsettled(shop)) > 0
    assert replay.replay(shop) == replay.Replayed(sales=0, payouts=0)


def test_they_are_no_payouts_of_an_unknown_order(tmp_path, program, shop):
    """Order 9 is in no file of sales: 99 pesos. Of the fee nothing is said there, whatever the store sold."""
    scope = cohorts.whole(program)
    assert payouts.orphans(scope) == []
    assert sales_read(lambda: payouts.orphans(scope)) == 0
    paid(tmp_path, program, shop, 9, "99", of=9)
    assert [(row.reference[-1], row.amount) for row in payouts.orphans(scope)] == [("9", 99)]
    rows = cohorts.of_program(program, dt.date(2025, 10, 12)).rows
    assert [(row.orphans, row.orphan_amount) for row in rows] == [(1, 99)]
    assert verify().differences == ()


def test_they_stand_beside_the_orders_with_their_amount(client, tmp_path, program, shop):
    """The fee of 10 and a payment of 1,000,000 in August, 7 in September; what is kept back is no money of sales. One that named no number and
    is told anew with one is none of them any more."""
    paid(tmp_path, program, shop, 9, "1000000", external_reference="")
    paid(tmp_path, program, shop, 10, "-500", external_reference="", description="reserve_for_dispute")
    late = movement(11, "7", order=1, at=santiago(9, 20), external_reference="")
    made.imported(made.release(tmp_path, [late], "11.csv", columns=23), program, shop)
    on = dt.date(2025, 10, 12)
    expected = [(8, 2, 999_990), (9, 1, 7)]

    def found() -> list[tuple[int, int, object]]:
        rows = cohorts.of_program(program, on).rows
        return [(row.month.month, row.unnamed, row.unnamed_amount) for row in rows]

    assert found() == expected
    kept_cohorts.renew()
    assert (found(), cohorts.stale_of(program)) == (expected, [])
    assert verify().differences == ()
    client.force_login(people.officer())
    page = client.get(reverse("admin:reports_results"), {"program": program.code}).content.decode()
    assert "주문 번호가 없는 지급 3건: 999,997 CLP" in page
    paid(tmp_path, program, shop, 9, "1000000")
    assert found() == [(8, 1, -10), (9, 1, 7)]
    assert verify().differences == ()
    kept_cohorts.renew()
    CohortCell.objects.filter(outcome="unnamed").update(expected_amount=1)
    assert {each.check for each in verify().differences} == {"cohort_unnamed"}
