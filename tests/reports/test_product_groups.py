"""Sales by product group and in dollars: kept with the lines, out of date when what tells the group changes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from importlib import import_module

import pytest
from django.db import connection

from companies.domain import merging
from companies.models import Product, ProductGroup
from programs.models import Listing
from reports.domain import rollups, undoing
from reports.domain.verifying import verify
from reports.models import RollupGroup
from reports.queries import order_sums, product_groups, rates
from reports.queries import rollups as reading
from tests.companies.test_merging import agreed, begun, decided, pair
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order, rate
from tests.factories.staff import manager
from tests.reports.test_measures import AUGUST, scope

pytestmark = pytest.mark.django_db

COSMETICS, FOOD, CLOTHING = ProductGroup.COSMETICS, ProductGroup.FOOD, ProductGroup.CLOTHING


@pytest.fixture
def program():
    return programs.program()


@pytest.fixture
def shop(program):
    """SKU A and C of company 1, B of company 2; a peso is 2 won, a dollar 1,400."""
    shop = programs.store("SHARED")
    for serial, sku in ((1, "A"), (2, "B"), (1, "C")):
        part = program.participations.filter(company=register.company(serial)).first()
        programs.assignment(shop, part or programs.participation(register.company(serial), program), sku=sku)
    rate("CLP", "KRW", dt.date(2025, 8, 5), "2")
    rate("USD", "KRW", dt.date(2025, 8, 5), "1400")
    return shop


@pytest.fixture
def sold(tmp_path, program, shop):
    """A is cosmetics by its own code, B nobody stated; a pack of A and B, A again with 1,000 pesos given back, C once."""
    register.product(register.company(1), "A", product_group=COSMETICS)
    orders = [
        order(1, item("A"), item("B", price=7_000)),
        order(2, item("A", price=5_000), refund_amount=-1_000),
        order(3, item("C", price=300)),
    ]
    return made.imported(made.ventas(tmp_path, orders), program, shop)


def shown(program) -> dict[str, tuple[int, int, str, str, int]]:
    return {
        row.product_group: (
            int(row.sum.krw_amount), int(row.sum.net_krw_amount), str(rates.cents(row.sum.usd_amount)), str(rates.cents(row.sum.net_usd_amount)),
            row.sum.lines,
        )
        for row in product_groups.of_scope(scope(program))
    }  # fmt: skip


def kept_months(program) -> list[dt.date]:
    """Months that have to be read from the lines."""
    found = reading.groups(scope(program))
    assert found is not None
    return sorted(found[1])


def listing(program, company, sku: str, **fields) -> Listing:
    part = program.participations.get(company=company)
    return Listing.objects.create(
        **{
            "agency": program.agency, "program": program, "company": company, "participation": part,
            "market": programs.market(), "sku": sku, **fields,
        }
    )  # fmt: skip


BY_HAND = {
    "09": (30_000, 28_000, "21.43", "20.00", 2),
    "": (14_600, 14_600, "10.43", "10.43", 2),
}
"""Cosmetics: 15,000 pesos are 30,000 won, 21.4285… dollars; after the refund 28,000 won are 20. Not known: 7,300 pesos are 14,600
won, 10.4285… dollars."""


def test_sums_by_group_by_hand(program, sold):
    assert shown(program) == BY_HAND
    assert list(shown(program)) == ["09", ""]
    assert kept_months(program) == []
    assert verify().differences == ()


def test_groups_add_up_to_the_whole(program, sold):
    whole, groups = order_sums.orders(scope(program)), product_groups.of_scope(scope(program))
    assert sum(row.sum.krw_amount for row in groups) == whole.krw_amount
    assert rates.dollars(row.sum.usd_amount for row in groups) == whole.usd_amount
    assert str(rates.cents(whole.usd_amount)) == "31.86"


def test_a_page_reads_what_is_kept_in_one_question(program, sold, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert len(product_groups.of_scope(scope(program))) == 2


def state_b(program, shop) -> None:
    register.product(register.company(2), "B", product_group=FOOD)


def restate_a(program, shop) -> None:
    Product.objects.filter(code="A").update(product_group=CLOTHING)


def list_c(program, shop) -> None:
    product = register.product(register.company(1), "OTHER", product_group=FOOD)
    listing(program, register.company(1), "C", product=product)


def list_by_number(program, shop) -> None:
    """The listing's number comes before the code."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT listing_reference FROM reports_sales_line WHERE sku = 'A'")
        ((reference,),) = cursor.fetchall()
    product = register.product(register.company(1), "OTHER", product_group=FOOD)
    listing(program, register.company(1), "", reference=reference, product=product, store=shop)


CHANGES = {
    "a group is stated": (state_b, {"09": 30_000, "11": 14_000, "": 600}),
    "a group is stated anew": (restate_a, {"07": 30_000, "": 14_600}),
    "a SKU is listed": (list_c, {"09": 30_000, "11": 600, "": 14_000}),
    "a number is listed": (list_by_number, {"11": 30_000, "": 14_600}),
}


@pytest.mark.parametrize(("change", "won"), CHANGES.values(), ids=CHANGES)
def test_what_tells_the_group_makes_its_sums_out_of_date_and_no_others(program, shop, sold, change, won):
    change(program, shop)
    assert kept_months(program) == [AUGUST]
    kept = reading.kept(scope(program))
    assert kept is not None
    assert kept.months == []
    for _time in range(2):
        assert {group: row[0] for group, row in shown(program).items()} == won
        assert verify().differences == ()
        rollups.renew()
    assert kept_months(program) == []
    rollups.tidy()
    assert kept_months(program) == []


def test_two_listings_of_one_sku_that_disagree_tell_nothing(program, shop, sold):
    """The code of the product itself, if there is one, does."""
    for code, group, market in (("X", FOOD, shop.market), ("Y", CLOTHING, shop.market)):
        product = register.product(register.company(1), code, product_group=group)
        for sku in ("A", "C"):
            if not Listing.objects.filter(product=product).exists():
                listing(program, register.company(1), sku, product=product, market=market)
    Listing.objects.update(sku="C")
    assert {group: row[0] for group, row in shown(program).items()} == {"09": 30_000, "": 14_600}
    Listing.objects.update(sku="A")
    assert {group: row[0] for group, row in shown(program).items()} == {"09": 30_000, "": 14_600}
    rollups.renew()
    assert verify().differences == ()


def test_a_listing_that_only_goes_on_changes_nothing(program, shop, sold):
    product = register.product(register.company(1), "OTHER", product_group=FOOD)
    row = listing(program, register.company(1), "C", product=product)
    rollups.renew()
    Listing.objects.filter(pk=row.pk).update(state="permit")
    Product.objects.filter(pk=product.pk).update(category="snack")
    assert kept_months(program) == []


def test_a_day_without_a_dollar_rate_has_no_dollars(tmp_path, program, shop):
    """Won are known by the direct rate; dollars are not nought."""
    rate("CLP", "KRW", dt.date(2025, 9, 20), "3")
    made.imported(
        made.ventas(tmp_path, [order(1, item("A"), at=made.santiago(9, 20)), order(2, item("B"))]),
        program,
        shop,
    )
    found = order_sums.orders(scope(program))
    by_month = {month.month: each for (month, _currency), each in found.by_month().items()}
    assert (rates.cents(by_month[8].usd_amount), by_month[9].usd_amount) == (Decimal("14.29"), None)
    assert by_month[9].krw_amount == 30_000
    assert found.by_currency()["CLP"].usd_amount is None
    lines = order_sums.of_lines(scope(program))
    assert lines.sums == found.sums
    assert verify().differences == ()


def test_only_stores_whose_groups_changed_are_read_line_by_line(tmp_path, program, shop, sold):
    """Of the other store what is kept counts, once."""
    other = programs.store("OTHER")
    programs.assignment(other, programs.participation(register.company(3), program), sku="A")
    made.imported(made.ventas(tmp_path, [order(9, item("A", price=100))], "other.xlsx"), program, other)
    state_b(program, shop)
    assert reading.groups(scope(program))[1] == {AUGUST: [shop.pk]}
    assert {group: row[0] for group, row in shown(program).items()} == {"09": 30_000, "11": 14_000, "": 800}


def test_what_was_taken_back_whole_takes_no_dollars_from_its_group(tmp_path, program, shop):
    """On a day without a dollar rate C was sold, and the file taken back: line by line B's 7,000 pesos are 10 dollars too."""
    register.product(register.company(1), "A", product_group=COSMETICS)
    rate("CLP", "KRW", dt.date(2025, 9, 20), "2")
    orders = [order(1, item("B", price=7_000)), order(2, item("A"), at=made.santiago(9, 20))]
    made.imported(made.ventas(tmp_path, orders), program, shop)
    lost = [order(3, item("C", price=300), at=made.santiago(9, 20))]
    second = made.imported(made.ventas(tmp_path, lost, "lost.xlsx"), program, shop)
    undoing.undo(second, reason="taken in twice", by=people.officer("manager"))
    kept = {(row.product_group, row.sum.currency): row.sum for row in product_groups.of_scope(scope(program))}
    assert kept_months(program) == []
    assert rates.cents(kept["", "CLP"].usd_amount) == 10
    assert product_groups.of_lines(scope(program)) == kept


def test_a_merge_of_two_records_loses_no_product_group(tmp_path, program):
    """The record given up sold A, its cosmetics, and ended; the one that stays calls its A food: that is asked. What goes over, B,
    tells the group where the lines stayed; so does what the one that stays has, once the merge is carried out."""
    kept, gone = pair()
    rate("CLP", "KRW", dt.date(2025, 8, 5), "2")
    shop = programs.store("SHARED")
    part = programs.participation(gone, program)
    for sku in "ABC":
        programs.assignment(shop, part, sku=sku)
    for company, code, group in (
        (gone, "A", COSMETICS),
        (kept, "A", FOOD),
        (gone, "B", CLOTHING),
        (kept, "C", FOOD),
    ):
        register.product(company, code, product_group=group)
    orders = [order(1, item("A", price=100), item("B", price=20), item("C", price=3))]
    made.imported(made.ventas(tmp_path, orders), program, shop)
    type(part).objects.filter(pk=part.pk).update(state="completed")
    assert {group: row[0] for group, row in shown(program).items()} == {"09": 200, "07": 40, "": 6}
    merging.carry_out(agreed(decided(begun(kept, gone))), by=manager())
    assert sorted(Product.objects.values_list("company", "code", "product_group")) == sorted(
        [(kept.pk, "A", "11"), (gone.pk, "A", "09"), (kept.pk, "B", "07"), (kept.pk, "C", "11")]
    )
    for _time in range(2):
        assert {group: row[0] for group, row in shown(program).items()} == {"09": 200, "07": 40, "11": 6}
        assert verify().differences == ()
        rollups.renew()
    Product.objects.filter(code="B").update(product_group=FOOD)
    for _time in range(2):
        assert {group: row[0] for group, row in shown(program).items()} == {"09": 200, "11": 46}
        rollups.renew()


def test_the_migration_leaves_the_sums_to_the_worker(program, sold, owner_role):
    """It reads no line: pages do until the worker has made each month anew."""
    migration = import_module("reports.migrations.0022_sums_by_product_group_and_in_dollars")
    with owner_role():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(migration.BACKWARD)
            cursor.execute(migration.FORWARD)
        assert not RollupGroup.objects.exists()
        assert [each.month for each in rollups.out_of_date()] == [AUGUST]
        assert (kept_months(program), reading.kept(scope(program)).months) == ([AUGUST], [AUGUST])
        assert shown(program) == BY_HAND
        assert rollups.renew() == 1
        assert (kept_months(program), reading.kept(scope(program)).months) == ([], [])
        assert shown(program) == BY_HAND
        assert verify().differences == ()
