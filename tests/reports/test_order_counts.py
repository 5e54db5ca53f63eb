"""Order counts: distinct at each grain that is shown, never sums over companies or product groups."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from companies.models import Product, ProductGroup
from ground import clock
from programs.domain import planning
from programs.models import Program
from reports.domain import comparing, composing, counting, reporting, rollups, undoing
from reports.domain.verifying import verify
from reports.models import CountedStore, OrderCount
from reports.printing.sums import check_sums
from reports.queries import calendar_months, definitions, kept_orders, order_counts
from reports.queries.order_counts import Grain
from reports.views import order_counts as views
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import closed
from tests.factories.reports import item, order, rate, santiago
from tests.reports.test_measures import scope

pytestmark = pytest.mark.django_db
AUGUST = dt.date(2025, 8, 1)


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


@pytest.fixture
def large(program, sold, move_clock, monkeypatch):
    """A page counts no more than three rows of the ledger; August has four, and all months five."""
    move_clock(dt.datetime(2025, 10, 20, 3, tzinfo=dt.UTC))
    monkeypatch.setattr(counting, "MOST_LINES", 3)
    return counting.whole(program, clock.today())


def as_kept(scope, month: dt.date | None = None) -> dict[Grain, dict[str, int]]:
    found: dict[Grain, dict[str, int]] = {grain: {} for grain in Grain}
    for each in kept_orders.kept(scope, month).counts:
        found[each.grain][each.key] = each.orders
    return found


def test_of_more_lines_than_a_page_reads_the_worker_counts_the_orders(program, large, monkeypatch):
    """Until then the page says that it is being done, and of a month how many orders are kept with its sums. September is one line."""
    officer = browser(people.officer())
    assert "being counted in the background" in page(officer, program)
    assert "2 orders" in page(officer, program, "2025-08")
    assert "being counted" not in page(officer, program, "2025-09")
    assert counting.renew() == 4  # three months of the store, and all of them together
    assert as_kept(large) == counts(large)
    august = as_kept(large, AUGUST)
    assert {**august, Grain.MONTH: {"2025-08-01": 2}} == counts(calendar_months.of_month(large, AUGUST))
    with monkeypatch.context() as patched:
        for read in ("of_scope", "parts"):
            patched.setattr(order_counts, read, lambda *given: pytest.fail("lines are read"))
        whole, month = page(officer, program), page(officer, program, "2025-08")
        assert ("3 orders" in whole, "2 orders" in month) == (True, True)
        assert "Number of orders by product group" in whole
        assert "nothing has changed since" in whole
        assert counting.renew() == 0


def test_counts_of_before_say_so_until_they_are_made_anew(tmp_path, program, sold, large):
    """Another order of the second company in August, and one in a store of its own; what a company states of a product changes its group."""
    officer = browser(people.officer())
    counting.renew()
    newer = [order(7, item("B", price=7_000))]
    second = made.imported(made.ventas(tmp_path, newer, "newer.xlsx"), program, sold.store)
    assert not kept_orders.kept(large, None).is_of_now
    assert not kept_orders.kept(large, AUGUST).is_of_now
    shown = page(officer, program)
    assert ("3 orders" in shown, "Something has changed since" in shown) == (True, True)
    counting.renew()
    assert "4 orders" in page(officer, program)
    assert as_kept(large) == counts(large)
    other = programs.store("OTHER")
    programs.assignment(other, programs.participation(register.company(3), program), sku="D")
    made.imported(made.ventas(tmp_path, [order(1, item("D"))], "other.xlsx"), program, other)
    assert counting.renew() == 2
    assert as_kept(large)[Grain.STORE] == {str(sold.store_id): 4, str(other.pk): 1}
    assert as_kept(large) == counts(large)
    Product.objects.filter(company=register.company(1), code="C").update(product_group=ProductGroup.COSMETICS)
    assert not kept_orders.kept(large, None).is_of_now
    rollups.renew()
    counting.renew()
    assert as_kept(large) == counts(large)
    rollups.tidy()
    assert kept_orders.kept(large, None).is_of_now
    undoing.undo(second, reason="두 번 올림", by=people.officer("manager"))
    counting.renew()
    assert as_kept(large)[Grain.PROGRAM] == {"": 4}
    assert as_kept(large) == counts(large)


def test_a_large_store_is_counted_over_all_months_once_an_hour(
    tmp_path, program, sold, large, move_clock, monkeypatch
):
    monkeypatch.setattr(counting, "LARGE", 1)
    counting.renew()
    newer = [order(7, item("B", price=7_000), at=santiago(8, 6))]
    made.imported(made.ventas(tmp_path, newer, "newer.xlsx"), program, sold.store)
    counting.renew()
    assert as_kept(large, AUGUST)[Grain.PROGRAM] == {"": 3}
    assert as_kept(large)[Grain.PROGRAM] == {"": 3}
    move_clock(dt.datetime(2025, 10, 20, 4, 1, tzinfo=dt.UTC))
    assert counting.renew() == 1
    assert as_kept(large)[Grain.PROGRAM] == {"": 4}


def test_what_is_kept_of_days_that_are_no_longer_the_programs_is_neither_shown_nor_kept(
    tmp_path, program, sold, large, monkeypatch
):
    """A second store sold in August alone. The program then begins in September, in which one order lies; its page says no more than that,
    before the worker has come by and after."""
    other = programs.store("OTHER")
    programs.assignment(other, programs.participation(register.company(3), program), sku="D")
    made.imported(made.ventas(tmp_path, [order(1, item("D"))], "other.xlsx"), program, other)
    counting.renew()
    assert as_kept(large)[Grain.PROGRAM] == {"": 4}
    monkeypatch.setattr(counting, "MOST_LINES", 0)
    program.refresh_from_db()
    program.starts_on = dt.date(2025, 9, 1)
    planning.save_program(program, by=people.officer("manager"))
    moved = counting.whole(program, clock.today())
    assert str(other.pk) not in as_kept(moved)[Grain.STORE]
    assert as_kept(moved)[Grain.MONTH] == {"2025-09-01": 1}
    assert not kept_orders.kept(moved, None).is_of_now
    rollups.renew()
    counting.renew()
    assert as_kept(moved) == counts(moved)
    shown = page(browser(people.officer()), program)
    assert ("1 order<" in shown, "nothing has changed since" in shown) == (True, True)
    kept = {(each.month, each.store_id) for each in CountedStore.objects.all()}
    assert kept == {(month, sold.store_id) for month in (None, dt.date(2025, 9, 1), dt.date(2025, 10, 1))}
    assert {each.store_id for each in OrderCount.objects.all()} == {sold.store_id}
    assert AUGUST not in {each.month for each in OrderCount.objects.all()}
    assert verify().differences == ()


def test_counts_of_a_moment_at_which_orders_count_no_more_are_removed(program, large):
    counting.renew()
    OrderCount.objects.update(moment="ordered")
    CountedStore.objects.update(moment="ordered")
    assert counting.renew() == 4
    for model in (CountedStore, OrderCount):
        assert set(model.objects.values_list("moment", flat=True)) == {large.basis.moment}


def test_a_store_that_is_new_takes_no_count_off_the_page(tmp_path, program, sold, large):
    """The orders of before stand there, and that they are of before."""
    counting.renew()
    officer = browser(people.officer())
    other = programs.store("OTHER")
    programs.assignment(other, programs.participation(register.company(3), program), sku="D")
    made.imported(made.ventas(tmp_path, [order(1, item("D"))], "other.xlsx"), program, other)
    for month, number in (("", "3 orders"), ("2025-08", "2 orders")):
        shown = page(officer, program, month)
        assert number in shown
        assert "Number of orders by company" in shown
        assert "Something has changed since" in shown
    counting.renew()
    assert "4 orders" in page(officer, program)


def test_verify_finds_a_kept_count_that_is_not_what_the_lines_come_to(program, large):
    counting.renew()
    assert verify().differences == ()
    OrderCount.objects.filter(month=None, product_group="09").update(orders=3)
    (found,) = verify().differences
    assert (found.check, found.stated, found.found) == ("kept_orders", "3", "2")


def test_every_night_kept_numbers_of_orders_are_compared(program, large):
    """An order too many of one company: a task, until the months are made anew and counted again."""
    counting.renew()
    OrderCount.objects.filter(month=AUGUST, company=register.company(2)).update(orders=2)
    (task,) = comparing.compare()
    assert (task.kind, task.subject_id) == ("figures", program.pk)
    rollups.renew(all_of_them=True)
    assert comparing.compare() == []
    assert as_kept(large, AUGUST)[Grain.COMPANY][str(register.company(2).pk)] == 1


def test_many_rows_stand_on_pages_of_their_own(program, large, monkeypatch):
    """What further rows come to is not said: an order may stand in several."""
    counting.renew()
    monkeypatch.setattr(views, "SHOWN_ROWS", 1)
    monkeypatch.setattr(views, "ROWS_ON_A_PAGE", 1)
    officer = browser(people.officer())
    asked = {"program": program.code, "list": "company"}
    first = officer.get(reverse("admin:reports_orders"), {"program": program.code})
    (table,) = [each for each in first.context["tables"] if each["grain"] == "company"]
    assert [[str(value) for _column, value in row] for row in table["rows"]][1] == ["1 more row", ""]
    assert "list=company" in first.content.decode()
    pages = [officer.get(reverse("admin:reports_orders"), {**asked, "page": number}) for number in (1, 2)]
    shown = [str(page.context["table"]["rows"][0][0][1]) for page in pages]
    assert shown == [f"{each.name_en} · {each.pretty_number}" for each in map(register.company, (1, 2))]
    stranger = browser(people.officer("officer", agency_code="GBA"))
    assert stranger.get(reverse("admin:reports_orders"), asked).status_code == 404
