"""Sums and pages of payouts in the database are what the orders themselves come to, one by one."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from importlib import import_module

import pytest
from django.db import connection
from django.urls import reverse

from reports.domain import cohorts as verbs
from reports.domain.verifying import verify
from reports.models import CohortCompany, CohortStore, ExchangeRate
from reports.queries import cohorts, company_payouts, payout_pages, payouts, results
from reports.queries.counted import IN_SETS
from reports.queries.differing import compared
from reports.queries.payouts import Fate
from reports.views.cohorts import WHATS
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import closed
from tests.factories.reports import item, movement, order, santiago

pytestmark = pytest.mark.django_db
ON = dt.date(2025, 10, 12)
DAYS = [dt.date(2025, 9, 10), ON, dt.date(2025, 12, 1)]


@pytest.fixture
def program(move_clock):
    return made.in_october(move_clock)


@pytest.fixture(params=[1, 2])
def filled(request, tmp_path, program):
    """Sixty orders of two companies in one store, some of both; movements that pay them whole, in part, too much, take back, or name
    an order that nobody knows."""
    some = random.Random(request.param)
    shop = programs.store("SHARED", settlement_currency=programs.currency("CLP"))
    for serial, sku in ((1, "A"), (2, "B")):
        programs.assignment(shop, programs.participation(register.company(serial), program), sku=sku)
    bought, moved = [], []
    for number in range(1, 61):
        month, day, price = some.choice((8, 9)), some.randint(1, 28), some.randint(1, 9) * 1_001
        skus = some.choice((["A"], ["B"], ["A", "B"]))
        at = santiago(month, day)
        bought.append(order(number, *(item(sku, price=price) for sku in skus), at=at))
        paid = some.choice((0, price, price, price // 2, price + 1))
        if paid:
            moved.append(
                movement(number, str(paid), order=number, at=at + dt.timedelta(days=some.randint(1, 40)))
            )
            if some.random() < 0.3:
                back = -some.choice((paid, paid // 3))
                moved.append(
                    movement(number + 100, str(back), order=number, at=at + dt.timedelta(days=41), description="refund")
                )  # fmt: skip
        if number % 9 == 0:
            moved.append(movement(number + 200, "77", order=number + 900, at=at))
    made.imported(made.ventas(tmp_path, bought), program, shop)
    made.imported(made.release(tmp_path, moved, columns=23), program, shop)
    return shop


@pytest.fixture
def odd(tmp_path, program):
    """What is out of the ordinary, worked out by hand at 1,400 won and 950 pesos for a dollar. Company 1 has SKU A up to 31 August,
    company 2 has it from September on (a succession) and B all the time, company 3 has C in another program.

    1 A 9,500, released 9,500; 2 A 9,500 of which the file itself refunds 1,900, released 7,600; 3 A 9,500, released, then 2,850 taken back
    of which no file of sales knows: 6,650 due; 4 A and B 9,500 each, a part of 3,800 for A: too late, broken; 5 A 9,500 in September,
    nothing came, not yet due; 6 B 9,500 in August, of which a line of 4,750 is written 40 days later; 7 A 1,000, which a newer
    file moves to 9,500 on 2 September; 8 C, another program's; 9 in no file; 10 A 9,500 of August, which enters after August was closed."""
    shop = programs.store("SHARED", settlement_currency=programs.currency("CLP"))
    one, two = (programs.participation(register.company(serial), program) for serial in (1, 2))
    other = programs.program("2025-OTHER", starts_on=dt.date(2025, 8, 1))
    programs.assignment(shop, one, sku="A", until_on=dt.date(2025, 8, 31))
    programs.assignment(shop, two, sku="A", from_on=dt.date(2025, 9, 1))
    programs.assignment(shop, two, sku="B")
    programs.assignment(shop, two, sku="B2")
    programs.assignment(shop, programs.participation(register.company(3), other), sku="C")

    def sold(name, at, *orders):
        made.imported(made.ventas(tmp_path, orders, name, exported_at=at), program, shop)

    a, b = item("A", price=9_500), item("B", price=9_500)
    first = [
        order(1, a, at=santiago(8, 2)), order(2, a, at=santiago(8, 2), refund_amount=-1_900),
        order(3, a, at=santiago(8, 3)), order(4, a, b, at=santiago(8, 4)), order(7, item("A", price=1_000), at=santiago(8, 31)),
        order(8, item("C", price=9_500), at=santiago(8, 5)), order(6, b, at=santiago(8, 6)),
    ]  # fmt: skip
    sold("a.xlsx", santiago(9, 1), *first)
    moved = [order(7, a, at=santiago(9, 2)), order(5, a, at=santiago(10, 1))]
    sold("b.xlsx", santiago(10, 2), *moved, order(6, item("B2", price=4_750), at=santiago(9, 15)))
    closed(program, dt.date(2025, 8, 1))
    sold("c.xlsx", santiago(10, 3), order(10, a, at=santiago(8, 20)))
    back = {"description": "refund"}
    paid = [
        movement(1, "9500", order=1, at=santiago(8, 20)), movement(2, "7600", order=2, at=santiago(8, 20)),
        movement(3, "9500", order=3, at=santiago(8, 20)), movement(4, "-2850", order=3, at=santiago(9, 20), **back),
        movement(5, "3800", order=4, at=santiago(8, 20)), movement(8, "9500", order=8, at=santiago(8, 20)),
        movement(9, "77", order=9, at=santiago(9, 1)),
    ]  # fmt: skip
    made.imported(made.release(tmp_path, paid, columns=23), program, shop)
    dollars = programs.store("CBT", settlement_currency=programs.currency("USD"))
    programs.assignment(dollars, one)
    made.imported(
        made.ventas(
            tmp_path, [order(each, item("D", price=9_500), at=santiago(9, 3)) for each in (11, 12, 13, 14)], "d.xlsx"
        ),
        program,
        dollars,
    )  # fmt: skip
    came = [
        movement(11, "9.10", order=11, at=santiago(9, 5)), movement(12, "9.10", order=12, at=santiago(9, 5)),
        movement(13, "-9.10", order=12, at=santiago(9, 6), **back), movement(14, "-1.00", order=13, at=santiago(9, 6), **back),
    ]  # fmt: skip
    made.imported(made.release(tmp_path, came, "d.csv"), program, dollars)
    return shop


def one_by_one(program, on):
    return payouts.fates(results.scope_until(program, on), on)


def by_company(program, on):
    """What the orders come to, each in won at the rate of its day."""
    fates = [each for each in one_by_one(program, on) if each.fate != Fate.NOT_DUE]
    known = compared.order_rates(program, fates)
    found = {}
    for each in fates:
        expected, released = compared.in_won(each, known) if each.is_compared else (0, 0)
        sums = found.setdefault(each.company, [Decimal(0), Decimal(0), 0])
        sums[2] += not each.is_compared
        sums[0] = None if expected is None or sums[0] is None else sums[0] + expected
        sums[1] = None if released is None or sums[1] is None else sums[1] + released
    return {company: tuple(sums) for company, sums in found.items()}


def in_database(program, on, **how):
    found = company_payouts.of_scope(results.scope_until(program, on), on, **how)
    return {row.company: (row.expected_krw, row.released_krw, row.other_orders) for row in found.rows}


def alike(program, on):
    assert results.of_program(program, on).fates == payouts.sums(one_by_one(program, on))
    assert in_database(program, on) == by_company(program, on) != {}
    differing = [each for each in one_by_one(program, on) if each.fate in payouts.DIFFERENCES]
    assert results.of_program(program, on).difference_count == len(differing)
    companies = {each.company for each in differing}
    assert payouts.differing(results.scope_until(program, on), on, companies) == differing


@pytest.mark.parametrize("on", DAYS)
@pytest.mark.parametrize("is_kept", [False, True])
def test_sums_of_the_database_are_those_of_the_orders(program, filled, is_kept, on):
    if is_kept:
        verbs.renew()
    alike(program, on)


@pytest.mark.parametrize("on", DAYS)
@pytest.mark.parametrize("is_kept", [False, True])
def test_odd_orders_are_in_the_sums_as_they_are_one_by_one(program, odd, is_kept, on):
    if is_kept:
        verbs.renew()
    alike(program, on)
    assert verify().differences == ()


def test_odd_orders_come_to_what_is_worked_out_by_hand(program, odd):
    """On 12 October, 9,500 pesos are 14,000 won. Company 1 was due 14,000 (1), 11,200 (2), 9,800 (3), 14,000 each of 4, 10, 13 and 14; came
    14,000, 11,200, 9,800, half of 5,600 (4) and -1,400 (13: a dollar); 11 and 12 were settled in dollars. Company 2 was due 14,000 (4),
    21,000 (6) and 14,000 (7); came the other half of 5,600."""
    one, two = (register.company(serial).pk for serial in (1, 2))
    expected = {one: (91_000, 36_400, 2), two: (49_000, 2_800, 0)}
    assert in_database(program, ON) == expected
    verbs.renew()
    assert in_database(program, ON) == expected


def test_a_rate_that_is_corrected_makes_sums_in_won_out_of_date_and_no_others(program, filled, monkeypatch):
    verbs.renew()
    monkeypatch.setattr(company_payouts, "_read", lambda *given: pytest.fail("read from the lines"))
    before = in_database(program, ON)
    monkeypatch.undo()
    for rate in ExchangeRate.objects.filter(
        day__range=(dt.date(2025, 8, 10), dt.date(2025, 8, 20)), base="USD", quote="KRW"
    ):
        ExchangeRate.objects.create(
            base=rate.base, quote=rate.quote, day=rate.day, quoted_value=rate.quoted_value * 2, source="corrected",
            version=rate.version + 1, reason="typed wrongly",
        )  # fmt: skip
    assert before != in_database(program, ON) == by_company(program, ON)
    monkeypatch.setattr(cohorts, "_read", lambda *given: pytest.fail("read from the lines"))
    cohorts.of_program(program, ON)
    monkeypatch.undo()
    assert verbs.renew() == 1
    assert verbs.renew() == 0
    assert cohorts.stale_of(program, company_payouts.priced(program, ON).chain) == []
    assert in_database(program, ON) == by_company(program, ON)


def test_what_was_kept_before_sums_by_company_counts_as_missing(program, odd, monkeypatch):
    """Else its stores stand in no sum, and order 6 in the list without its line of 40 days later."""
    verbs.renew()
    CohortCompany.objects.all().delete()
    CohortStore.objects.update(rates="", spread_days=0, last_on=None)
    with connection.cursor() as cursor:
        cursor.execute(import_module("reports.migrations.0028_payouts_by_company").FORGET)
    assert cohorts.spread_of(program) is None
    monkeypatch.setattr(cohorts, "LIVE_LINES", 1)
    found = company_payouts.of_scope(results.scope_until(program, ON), ON)
    assert (found.rows, found.made_at, found.missing) == ([], None, 2)
    assert [each for each in cohorts.of_program(program, ON).rows if each.orders] == []


def test_sums_that_are_made_otherwise_now_are_not_of_now(program, odd, monkeypatch):
    verbs.renew()
    assert cohorts.spread_of(program) is not None
    monkeypatch.setattr(cohorts, "MADE_BY", cohorts.MADE_BY + 1)
    assert cohorts.spread_of(program) is None
    assert len(cohorts.stale_of(program)) == 2
    assert verbs.renew() == 3  # and that of the other program
    assert cohorts.stale_of(program) == []


def test_a_rate_that_changed_is_not_told_as_a_file_that_came(client, program, filled, monkeypatch):
    verbs.renew()
    rate = ExchangeRate.objects.filter(day=dt.date(2025, 8, 10), base="USD", quote="KRW").get()
    ExchangeRate.objects.create(
        base=rate.base, quote=rate.quote, day=rate.day, quoted_value=rate.quoted_value * 2, source="corrected",
        version=rate.version + 1, reason="typed wrongly",
    )  # fmt: skip
    monkeypatch.setattr(cohorts, "LIVE_LINES", 1)
    client.force_login(people.officer("officer"))
    asked = {"program": program.code, "comparison": "payouts"}
    age = client.get(reverse("admin:reports_compared"), asked, headers={"accept-language": "en"}).context[
        "age"
    ]
    assert age.startswith("Files, rates or terms have changed. Of some stores the table is as of")


def test_of_many_lines_the_page_shows_older_sums_and_the_nightly_comparison_reads_the_lines(
    program, filled, monkeypatch
):
    monkeypatch.setattr(cohorts, "LIVE_LINES", 1)
    found = company_payouts.of_scope(results.scope_until(program, ON), ON)
    assert (found.rows, found.missing) == ([], 1)
    assert in_database(program, ON, is_exact=True) == by_company(program, ON)


@pytest.fixture
def shops(tmp_path, program, odd):
    """The odd orders, and so many others that there are pages."""
    others = [
        order(100 + number, item("B", price=number * 950), at=santiago(8, number)) for number in range(1, 29)
    ]
    made.imported(made.ventas(tmp_path, others, "e.xlsx"), program, odd)


@pytest.mark.parametrize("is_kept", [False, True])
def test_pages_follow_each_other_and_are_the_orders_behind_the_number(program, shops, is_kept):
    """An order stands in its month with all its lines, those of weeks later, too."""
    if is_kept:
        verbs.renew()
        assert cohorts.spread_of(program) is not None
    rows = cohorts.of_program(program, ON).rows
    assert {8, 9} <= {row.month.month for row in rows}
    fates = one_by_one(program, ON)
    for row in rows:
        of_month = [
            each
            for each in fates
            if (each.ordered_on.replace(day=1), each.currency) == (row.month, row.currency)
        ]
        chosen = {
            "sold": of_month,
            "part": [each for each in of_month if each.rest_amount is not None],
            "taken": [each for each in of_month if each.taken_back_amount < 0],
            **{fate.value: [each for each in of_month if each.fate == fate] for fate in Fate},
        }
        assert set(chosen) == WHATS
        for what, expected in chosen.items():
            asked = payout_pages.Orders(program, ON, row.month, row.currency, what, None, len(expected))
            found, page = [], asked.page(rows=4)
            found += page.rows
            while page.following:
                place = payout_pages.place_of(page.following.text(), 4)
                assert place == page.following
                assert place.rows == len(found)
                page = asked.page(place, rows=4)
                found += page.rows
            assert found == expected
    differing = [each for each in fates if each.fate in payouts.DIFFERENCES]
    assert payout_pages.first_differing(program, ON, rows) == differing[:100] != []


def test_an_order_that_left_a_closed_month_stands_in_the_list_with_all_that_it_comes_to(tmp_path, program):
    """Order 1 of 2 August: a newer file has it on 20 September, after August was closed. Of order 2 one line was of 2 August and one comes
    with that file. What took their August lines back is booked in September, and is of August."""
    shop = programs.store("SHARED", settlement_currency=programs.currency("CLP"))
    part = programs.participation(register.company(1), program)
    for sku in "AB":
        programs.assignment(shop, part, sku=sku)
    a, b = item("A", price=9_500), item("B", price=9_500)
    for name, at, orders in (
        ("a.xlsx", santiago(9, 1), [order(1, a, at=santiago(8, 2)), order(2, a, at=santiago(8, 2))]),
        ("b.xlsx", santiago(10, 2), [order(1, a, at=santiago(9, 20)), order(2, a, b, at=santiago(9, 20))]),
    ):
        made.imported(made.ventas(tmp_path, orders, name, exported_at=at), program, shop)
        if name == "a.xlsx":
            closed(program, dt.date(2025, 8, 1))
    verbs.renew()
    assert cohorts.spread_of(program) == dt.timedelta(0)
    (row,) = (each for each in cohorts.of_program(program, ON).rows if each.sold_orders)
    assert (row.month.month, row.sold_orders, row.sold_amount) == (9, 2, 28_500)
    page = payout_pages.Orders(program, ON, row.month, row.currency, "sold", None, 2).page()
    assert [(each.reference, each.expected_amount) for each in page.rows] == [
        ("200000000000001", 9_500), ("200000000000002", 19_000),
    ]  # fmt: skip
    assert page.rows == one_by_one(program, ON)


def test_payouts_without_an_order_stand_in_pages_and_are_as_many_as_the_table_says(program, filled):
    rows = cohorts.of_program(program, ON).rows
    for row in rows:
        found, page = [], payout_pages.orphans(program, row.month, row.currency, rows=2)
        found += page.rows
        while page.following:
            page = payout_pages.orphans(
                program,
                row.month,
                row.currency,
                after=payout_pages.place_of(page.following.text(), 3),
                rows=2,
            )
            found += page.rows
        assert (len(found), sum(each.amount for each in found)) == (row.orphans, row.orphan_amount)
    assert sum(row.orphans for row in rows) == 6


def test_for_payouts_without_an_order_no_other_stores_sales_are_read(program, filled):
    """The ledger holds the sales of all programs of all agencies; a company's page asks for its stores'."""
    given = payouts.parameters_of(cohorts.whole(program), register.company(1).pk)
    with connection.cursor() as cursor:
        cursor.execute(f"{IN_SETS}; SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {cohorts.CELLS}", given)
        waiting, read = [cursor.fetchone()[0][0]["Plan"]], []
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", [])
        if node.get("Relation Name", "").startswith("reports_sales_line") and node["Alias"].startswith("o"):
            read.append(f"{node.get('Index Cond', '')} {node.get('Recheck Cond', '')}")
    assert read
    assert all("store_id = ANY" in each for each in read)


def test_an_address_that_no_page_wrote_begins_with_the_first_row(client, program, filled, monkeypatch):
    monkeypatch.setattr(payout_pages, "ROWS", 5)
    client.force_login(people.officer("officer"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    page, asked = reverse("admin:reports_cohorts"), {"month": "2025-08", "currency": "CLP", "what": "sold"}
    first = client.get(page, asked).content.decode()
    assert "Rows 1 to 5 of" in first
    assert "First page" not in first
    for odd in ("x", "W10", "WzEsMiwzXQ", "é", "bnVsbA"):
        assert "Rows 1 to 5 of" in client.get(page, {**asked, "after": odd}).content.decode()
    following = payout_pages.Orders(program, ON, dt.date(2025, 8, 1), "CLP", "sold").page(rows=5).following
    second = client.get(page, {**asked, "after": following.text()}).content.decode()
    assert "Rows 6 to 10 of" in second
    assert "First page" in second
