"""Order counts: distinct at each grain that is shown, never sums over companies or product groups."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from companies.models import ProductGroup
from programs.models import Program
from reports.domain import composing, reporting
from reports.domain.verifying import verify
from reports.printing.sums import check_sums
from reports.queries import definitions, order_counts
from reports.queries.order_counts import Grain
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import closed
from tests.factories.reports import item, order, rate, santiago
from tests.reports.test_measures import scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return programs.program()


@pytest.fixture
def sold(tmp_path, program):
    """Company 1 sells A (cosmetics) and C (food), company 2 B, which is nobody's group. Order 1 is a pack of A and B: two companies, two
    groups. Order 2 is a pack of A and C: one company, two groups. Order 3 is C alone, in September. Order 4 has no rate."""
    shop = programs.store("SHARED")
    one, two = register.company(1), register.company(2)
    parts = {one: programs.participation(one, program), two: programs.participation(two, program)}
    for company, sku in ((one, "A"), (two, "B"), (one, "C")):
        programs.assignment(shop, parts[company], sku=sku)
    register.product(one, "A", product_group=ProductGroup.COSMETICS)
    register.product(one, "C", product_group=ProductGroup.FOOD)
    for month in (8, 9):
        rate("CLP", "KRW", dt.date(2025, month, 5), "2")
    orders = [
        order(1, item("A"), item("B", price=7_000)),
        order(2, item("A"), item("C", price=300)),
        order(3, item("C", price=300), at=santiago(9, 5)),
        order(4, item("C", price=300), at=santiago(10, 30)),
    ]
    return made.imported(made.ventas(tmp_path, orders), program, shop)


def counts(of) -> dict[Grain, dict[str, int]]:
    found: dict[Grain, dict[str, int]] = {grain: {} for grain in Grain}
    for each in order_counts.of_scope(of):
        found[each.grain][each.key] = each.orders
    return found


def test_each_grain_has_its_own_distinct_count_by_hand(program, sold, django_assert_num_queries):
    found = counts(scope(program))
    assert found[Grain.PROGRAM] == {"": 3}
    assert found[Grain.MONTH] == {"2025-08-01": 2, "2025-09-01": 1}
    assert found[Grain.COMPANY] == {str(register.company(1).pk): 3, str(register.company(2).pk): 1}
    assert found[Grain.PRODUCT_GROUP] == {"": 1, "09": 2, "11": 2}
    assert found[Grain.STORE] == {str(sold.store_id): 3}
    assert found[Grain.COUNTRY] == {"CL": 3}
    assert sum(found[Grain.PLATFORM].values()) == 3


def test_counts_are_those_of_plain_sql(program, sold):
    """Packs by the products' rows of one buyer, without any rate: all but the order of October."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT coalesce(nullif(pack_reference, ''), order_reference)) FROM reports_sales_line"
            " WHERE business_day < '2025-10-01'"
        )
        assert counts(scope(program))[Grain.PROGRAM][""] == cursor.fetchone()[0]


def test_an_order_taken_back_after_the_closing_is_none_of_the_program(tmp_path, program, sold, move_clock):
    """August was closed with two orders; the second is cancelled unpaid in a later file. August keeps two, September has its own, and the
    program has two in all, not three: in the count, in the report, and by SQL of its own."""
    for month in (5, 6, 7, 8):
        closed(program, dt.date(2025, month, 1))
    cancelled = [order(2, item("A", status_text="Cancelada"), item("C", price=300, status_text="Cancelada"))]
    made.imported(
        made.ventas(tmp_path, cancelled, "later.xlsx", exported_at=santiago(10, 9)), program, sold.store
    )
    found = counts(scope(program))
    assert found[Grain.MONTH] == {"2025-08-01": 2, "2025-09-01": 1}
    assert found[Grain.PROGRAM] == {"": 2}
    report = composing.build(program, dt.date(2025, 9, 1))
    assert [row.sales.orders for row in report.by_month] == [2, 1]
    assert (report.totals.orders, report.totals.by_currency[0].orders) == (2, 2)
    assert check_sums(report) == []
    reporting.write(program, dt.date(2025, 9, 1), languages=["ko"])
    assert verify().differences == ()


def test_the_definitions_name_the_columns_that_are_read(program):
    found = {each.code: each for each in definitions.definitions(program)}
    assert (found["qoo10-orders"].order, found["qoo10-orders"].pack) == ("注文番号", "カート番号")
    assert (found["amazon-orders"].order, found["amazon-orders"].pack) == ("amazon-order-id", "")
    assert found["amazon-orders"].line == "amazon-order-id + sku"
    assert str(found["qoo10-orders"].counted) != str(found["amazon-orders"].counted)
    assert "lazada-finance" not in found


def browser(who) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(who)
    return client


def page(who, program: Program, month: str = "") -> str:
    return who.get(
        reverse("admin:reports_orders"), {"program": program.code, "month": month}
    ).content.decode()


def test_the_page_shows_counts_and_definitions(program, sold, move_clock):
    move_clock(dt.datetime(2025, 10, 20, 3, tzinfo=dt.UTC))
    officer = browser(people.officer())
    shown = page(officer, program)
    assert "3 orders" in shown
    assert "the rows of a table are not added up" in shown
    assert "カート番号" in shown
    assert "2 orders" in page(officer, program, "2025-08")
    assert "3 orders" in page(officer, program, "1999-01")


def test_another_agency_sees_nothing_of_it(program, sold, move_clock):
    move_clock(dt.datetime(2025, 10, 20, 3, tzinfo=dt.UTC))
    people.agency("GBA")
    stranger = browser(people.officer("officer", agency_code="GBA"))
    shown = page(stranger, program)
    assert "No program yet" in shown
    assert str(sold.store) not in shown
    assert program.name_ko not in shown


def test_too_many_lines_are_counted_month_by_month(program, sold, move_clock, monkeypatch):
    from reports.views import order_counts as view

    monkeypatch.setattr(view, "MOST_LINES", 5)
    move_clock(dt.datetime(2025, 10, 20, 3, tzinfo=dt.UTC))
    officer = browser(people.officer())
    shown = page(officer, program)
    assert "3 orders" in shown
    assert "choose a month" not in shown
    monkeypatch.setattr(view, "MOST_LINES", 4)
    shown = page(officer, program)
    assert "1 order<" in shown
    assert "choose a month" in shown
    assert "too many lines to count its orders" not in shown


def test_a_month_of_too_many_rows_is_not_counted_line_by_line(
    tmp_path, program, sold, move_clock, monkeypatch
):
    """Rows that take lines back are read too, so they count: August has four lines, in six rows once one of them changed."""
    from reports.views import order_counts as view

    monkeypatch.setattr(view, "MOST_LINES", 4)
    move_clock(dt.datetime(2025, 10, 20, 3, tzinfo=dt.UTC))
    officer = browser(people.officer())
    assert "Number of orders by store" in page(officer, program, "2025-08")
    newer = [order(1, item("A", price=5_000), item("B", price=7_000))]
    made.imported(made.ventas(tmp_path, newer, "newer.xlsx"), program, sold.store)
    monkeypatch.setattr(view, "MOST_LINES", 6)
    assert "Number of orders by store" in page(officer, program, "2025-08")
    monkeypatch.setattr(view, "MOST_LINES", 5)
    shown = page(officer, program, "2025-08")
    assert "too many lines to count its orders" in shown
    assert "2 orders" in shown
    assert "Number of orders by store" not in shown
