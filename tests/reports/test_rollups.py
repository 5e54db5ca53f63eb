"""Sums that are kept: with the lines, in their transaction; never read when something changed that they do not see."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, connections, transaction

from ground.models import Currency
from programs.models import Program, StoreTax, Target, Task
from reports.domain import comparing, importing, replay, rollups, undoing
from reports.domain.verifying import verify
from reports.models import ImportBatch, RollupCell, RollupMonth, RollupOrders
from reports.queries import counted, duties, order_sums, rates
from reports.queries import rollups as reading
from reports.queries.counted import Basis, Scope
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import closed, reopened
from tests.factories.reports import item, order, rate, santiago
from tests.reports.test_measures import AUGUST, JULY, SEPTEMBER, booked_later, scope
from tests.reports.test_races import at_once

pytestmark = pytest.mark.django_db


AVERAGE = (Decimal("1385.20") + Decimal("1392.11")) / 2
"""Of dollars in July before it was closed."""


@pytest.fixture
def program():
    return programs.program()


@pytest.fixture
def shop(program):
    """SKU A of company 1, B of company 2; at 2 won for a peso in August, 3 in September."""
    shop = programs.store("SHARED")
    for serial, sku in ((1, "A"), (2, "B")):
        programs.assignment(shop, programs.participation(register.company(serial), program), sku=sku)
    for month, won in ((8, "2"), (9, "3")):
        rate("CLP", "KRW", dt.date(2025, month, 5), won)
    return shop


@pytest.fixture
def sold(tmp_path, program, shop):
    """August: a pack of 10,000 (A) and 7,000 pesos (B), then 5,000 (A); September: 1,000 (A)."""
    orders = [
        order(1, item("A"), item("B", price=7_000)),
        order(2, item("A", price=5_000)),
        order(3, item("A", price=1_000), at=santiago(9, 5)),
    ]
    return made.imported(made.ventas(tmp_path, orders), program, shop)


def cells(program: Program, **more: object) -> dict[tuple[dt.date, int], tuple[Decimal, Decimal, int]]:
    """Month and place of the company: pesos, won and lines."""
    place = {register.company(serial).pk: serial for serial in (1, 2, 3)}
    return {
        (row.month, place[row.company_id]): (row.gross_amount, row.krw_amount, row.lines)
        for row in RollupCell.objects.filter(program=program, **more)
    }


def read(of: Scope) -> list[dt.date]:
    """The months of the scope that have to be read from the lines."""
    kept = reading.kept(of)
    assert kept is not None
    return kept.months


def same(of: Scope) -> bool:
    """What is shown is what the lines come to."""
    shown, lines = order_sums.orders(of), order_sums.of_lines(of)
    assert (shown.sums, shown.orders_by_month) == (lines.sums, lines.orders_by_month)
    return shown.cells == lines.cells


def test_cells_are_kept_with_the_lines_by_hand(program, sold):
    assert cells(program, basis="paid,tax") == {
        (AUGUST, 1): (15_000, 30_000, 2),
        (AUGUST, 2): (7_000, 14_000, 1),
        (SEPTEMBER, 1): (1_000, 3_000, 1),
    }
    company = {None: None, **{register.company(n).pk: n for n in (1, 2)}}
    assert {
        (row.month, company[row.company_id]): row.orders
        for row in RollupOrders.objects.filter(program=program)
    } == {(AUGUST, None): 2, (AUGUST, 1): 2, (AUGUST, 2): 1, (SEPTEMBER, None): 1, (SEPTEMBER, 1): 1}
    assert read(scope(program)) == []
    assert same(scope(program))


def test_a_page_reads_what_is_kept_in_one_question(program, sold, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = order_sums.orders(scope(program))
    assert (found.krw_amount, found.lines) == (47_000, 4)
    assert [each.orders for each in found.by_month().values()] == [2, 1]
    one = order_sums.orders(scope(program), [register.company(2).pk])
    assert (one.krw_amount, [each.orders for each in one.by_month().values()]) == (14_000, [1])


def test_a_scope_that_ends_among_the_lines_of_a_month_reads_that_month(program, sold):
    assert read(scope(program, JULY, dt.date(2025, 8, 4))) == [AUGUST]
    assert order_sums.orders(scope(program, JULY, dt.date(2025, 8, 4))).cells == ()
    assert read(scope(program, dt.date(2025, 8, 5), dt.date(2025, 8, 5))) == []
    assert reading.kept(scope(program, as_of=sold.imported_at)) is None


def test_of_one_store_that_is_out_of_date_the_lines_of_the_others_are_not_read(
    tmp_path, program, shop, sold, monkeypatch
):
    """Another store sold for 2,000 pesos in August, and its tax treatment changes. Orders of both stores add up: two and one."""
    other = programs.store("OTHER")
    programs.assignment(other, programs.participation(register.company(2), program), sku="Z")
    made.imported(made.ventas(tmp_path, [order(8, item("Z", price=2_000))], "other.xlsx"), program, other)
    StoreTax.objects.filter(store=other).update(rate_percent=10)
    kept = reading.kept(scope(program))
    assert kept is not None
    assert kept.stale == {AUGUST: [other.pk]}
    assert same(scope(program))
    asked: list[object] = []
    sql = counted.lines_sql
    monkeypatch.setattr(counted, "lines_sql", lambda of: (asked.append(of.stores), sql(of))[1])
    found = order_sums.orders(scope(program))
    assert set(asked) == {(other.pk,)}
    assert (found.krw_amount, [each.orders for each in found.by_month().values()]) == (47_000 + 4_000, [3, 1])
    assert found.cells == order_sums.of_lines(scope(program)).cells


def test_replacement_replay_and_undo_keep_them(tmp_path, program, shop, sold):
    """The first order is taken off the shelf, a waiting one finds its company, then the second file is taken back."""
    newer = [order(2, item("A", price=5_000), refund_amount=-5_000), order(4, item("C", price=900))]
    second = made.imported(made.ventas(tmp_path, newer, "newer.xlsx"), program, shop)
    programs.assignment(shop, programs.participation(register.company(3), program), sku="C")
    assert replay.replay(shop).sales == 1
    assert cells(program)[AUGUST, 3] == (900, 1_800, 1)
    assert (read(scope(program)), same(scope(program))) == ([], True)
    assert order_sums.orders(scope(program)).net_krw_amount == 47_000 + 1_800 - 10_000
    undoing.undo(second, reason="taken in twice", by=people.officer("manager"))
    assert (read(scope(program)), same(scope(program))) == ([], True)
    assert order_sums.orders(scope(program)).krw_amount == 47_000


def opened_again(program: Program) -> None:
    """August is closed at 2 won, a rate of 4 won that comes then moves nothing; opened again it does."""
    row = [closed(program, dt.date(2025, month, 1)) for month in (5, 6, 7, 8)][-1]
    rate("CLP", "KRW", dt.date(2025, 8, 5), "4", version=2)
    rollups.renew()
    assert cells(program)[AUGUST, 1] == (15_000, 30_000, 2)
    reopened(row)


CHANGES = {
    "a rate": lambda program, shop: rate("CLP", "KRW", dt.date(2025, 8, 5), "4", version=2),
    "a rate of an earlier day": lambda program, shop: rate("USD", "KRW", dt.date(2025, 7, 30), "4"),
    "a tax treatment": lambda program, shop: StoreTax.objects.filter(store=shop).update(until_on=dt.date(2025, 8, 1)),
    "the rule of the rates": lambda program, shop: Program.objects.filter(pk=program.pk).update(rate_rule="month_average"),
    "a target on another basis": lambda program, shop: programs.target(program, has_tax=False),
    "a month that is opened again": lambda program, shop: opened_again(program),
    "the grade of a file": lambda program, shop: ImportBatch.objects.update(grade="platform"),
    "the decimals of a currency": lambda program, shop: Currency.objects.filter(pk="CLP").update(decimals=2),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changes_the_figures_makes_months_out_of_date_until_they_are_made_anew(
    program, shop, sold, change
):
    change(program, shop)
    program.refresh_from_db()
    target = program.targets.first()
    of = scope(program, basis=Basis.of_target(target) if target else Basis())
    assert AUGUST in read(of)
    assert same(of)
    assert AUGUST in {each.month for each in rollups.out_of_date()}
    assert verify().differences == ()
    assert rollups.renew() >= 1
    assert (rollups.out_of_date(), read(of), same(of)) == ([], [], True)
    assert verify().differences == ()


def test_a_corrected_rate_is_in_the_next_page(program, sold):
    """August at 4 won: 22,000 pesos are 88,000 won at once, and after the month was made anew as well."""
    rate("CLP", "KRW", dt.date(2025, 8, 5), "4", version=2)
    for _time in range(2):
        assert order_sums.orders(scope(program)).by_month()[AUGUST, "CLP"].krw_amount == 88_000
        rollups.renew()
    assert cells(program)[AUGUST, 1] == (15_000, 60_000, 2)


def test_a_rate_that_no_line_needs_leaves_months_as_they_are(program, sold):
    rate("CLP", "KRW", dt.date(2025, 10, 1), "4")
    rate("CLP", "KRW", dt.date(2025, 7, 20), "4")
    assert read(scope(program)) == []


def test_lines_that_nobody_summed_are_read_from_the_ledger(program, sold):
    """Rows by hand, past every verb: the month is out of date by itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT order_reference FROM reports_sales_line WHERE gross_amount = 5000")
        ((reference,),) = cursor.fetchall()
    booked_later(reference, dt.date(2025, 9, 5), 4_000)
    assert read(scope(program)) == [SEPTEMBER]
    assert same(scope(program))
    assert rollups.renew() == 1
    assert cells(program)[SEPTEMBER, 1] == (0, 0, 1)


def test_each_program_has_the_days_that_are_its_own(tmp_path, program, shop):
    """A company goes over to another program on 16 August: each has what was sold in its days, to the won."""
    other = programs.program("NEXT")
    mine = shop.assignments.get(reference="A")
    mine.until_on = dt.date(2025, 8, 15)
    mine.save()
    joined = programs.participation(register.company(1), other)
    programs.assignment(shop, joined, sku="A", from_on=dt.date(2025, 8, 16))
    for day in (15, 16):
        rate("CLP", "KRW", dt.date(2025, 8, day), "2")
    orders = [order(1, item("A"), at=santiago(8, 15)), order(2, item("A", price=300), at=santiago(8, 16))]
    made.imported(made.ventas(tmp_path, orders), program, shop)
    assert cells(program) == {(AUGUST, 1): (10_000, 20_000, 1)}
    assert cells(other) == {(AUGUST, 1): (300, 600, 1)}
    assert [order_sums.orders(scope(each)).krw_amount for each in (program, other)] == [20_000, 600]
    assert verify().differences == ()


def test_the_plain_role_reads_and_does_not_write(program, sold):
    for statement in (
        "UPDATE reports_rollup_cell SET krw_amount = 1",
        "DELETE FROM reports_rollup_month",
        "INSERT INTO reports_rollup_change (what) VALUES ('all')",
        "DELETE FROM reports_rollup_change",
        "UPDATE reports_rollup_orders SET orders = 1",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_whoever_calls_the_function_makes_the_truth(program, shop, sold):
    before = cells(program)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT naru_roll_up(%s, %s, '{2025-08-01,2025-08-20,2031-01-01}')", [program.pk, shop.pk]
        )
    assert cells(program) == before
    assert RollupMonth.objects.filter(program=program, first_on=None).count() == 1
    assert (read(scope(program)), verify().differences) == ([], ())


@pytest.mark.parametrize("rule", Program.RateRule.values)
def test_the_database_finds_the_rates_that_the_program_finds(program, rule, move_clock):
    """Direct ones, two legs, quoted the other way round and for a hundred, corrected, late, old, none; of a closed month
    those that were known then, and euros, which were not, by the first that came."""
    move_clock(dt.datetime(2025, 8, 12, 3, tzinfo=dt.UTC))
    program.rate_rule, program.starts_on = rule, dt.date(2025, 7, 7)
    program.save()
    first = dt.date(2025, 7, 1)
    for base, quote, day, value, more in (
        ("USD", "KRW", 1, "1385.20", {}), ("USD", "KRW", 6, "1391.37", {}), ("USD", "KRW", 6, "1392.11", {"version": 2}),
        ("USD", "CLP", 1, "950.10", {}), ("USD", "CLP", 4, "951.7", {}), ("CLP", "KRW", 2, "1.4571", {}),
        ("JPY", "KRW", 3, "940.07", {"units": 100}), ("MXN", "USD", 5, "0.0533", {}),
        ("USD", "KRW", 6, "1400", {"series": "customs_week"}), ("JPY", "KRW", 6, "933", {"series": "customs_week"}),
        ("", "", 0, "", {}),
        ("USD", "KRW", 6, "1500", {"version": 3}), ("JPY", "KRW", 5, "950", {"units": 100}), ("KRW", "EUR", 4, "0.00061", {}),
        ("USD", "KRW", 6, "1490", {"series": "customs_week", "version": 2}),
        ("EUR", "KRW", 6, "1600", {"series": "customs_week"}), ("USD", "KRW", 32, "1510", {}),
    ):  # fmt: skip
        if base:
            rate(base, quote, first + dt.timedelta(days=day - 1), value, **more)
        else:
            closed(program, JULY)
    wanted = [
        (currency, first + dt.timedelta(days=day))
        for currency in ("USD", "CLP", "JPY", "MXN", "EUR", "KRW", "BRL")
        for day in range(40)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM naru_kept_rates(%s, %s, %s, %s, %s)",
            [program.pk, rule, program.starts_on, *map(list, zip(*wanted, strict=True))],
        )
        found = {(row[0], row[1]): (row[2], row[3]) for row in cursor.fetchall()}
    expected = rates.for_days(program, wanted)
    assert len(expected) > 40
    assert "EUR" in {currency for currency, _day in expected}
    assert expected["USD", dt.date(2025, 7, 7)].numerator in {Decimal("1392.11"), Decimal(1400), AVERAGE}
    assert found == {key: (each.numerator, each.denominator) for key, each in expected.items()}


@pytest.mark.django_db(transaction=True)
def test_changes_that_every_month_has_seen_are_let_go_and_others_are_not(program, shop, sold, owner_role):
    rate("CLP", "KRW", dt.date(2025, 8, 5), "4", version=2)
    with owner_role(), connection.cursor() as cursor:
        cursor.execute("UPDATE reports_rollup_change SET noted_at = noted_at - interval '2 days'")
    rollups.tidy()
    assert read(scope(program)) == [AUGUST]
    assert same(scope(program))


@pytest.mark.django_db(transaction=True)
def test_two_stores_of_a_program_are_entered_at_once(tmp_path, program):
    """Neither waits for the other to its death, and nothing of either is lost."""
    batches = []
    for serial, code in ((1, "ONE"), (2, "TWO")):
        company = register.company(serial)
        store = programs.store(code, company=company)
        programs.assignment(store, programs.participation(company, program))
        orders = [
            order(n, item("A"), at=santiago(8 + n % 2, 5)) for n in range(serial * 100, serial * 100 + 40)
        ]
        path = made.ventas(tmp_path, orders, f"{code}.xlsx")
        batches.append(importing.confirm(made.taken_in(path, program, store), by=None))
    for month in (8, 9):
        rate("CLP", "KRW", dt.date(2025, month, 5), "2")
    results = at_once(*[lambda batch=batch: importing.enter(batch) for batch in batches])
    assert [str(getattr(result, "state", result)) for result in results] == ["done", "done"]
    assert read(scope(program)) == []
    assert (same(scope(program)), order_sums.orders(scope(program)).krw_amount) == (True, 80 * 10_000 * 2)


@pytest.mark.django_db(transaction=True)
def test_a_rate_that_was_not_committed_when_the_month_was_made_is_not_missed(program, shop, sold):
    """Another transaction corrects the rate, the month is made while it is open, then it commits."""
    entered, made_anew = threading.Event(), threading.Event()

    def correct() -> None:
        try:
            with transaction.atomic():
                rate("CLP", "KRW", dt.date(2025, 8, 5), "4", version=2)
                entered.set()
                made_anew.wait(timeout=30)
        finally:
            connections.close_all()

    other = threading.Thread(target=correct)
    other.start()
    try:
        assert entered.wait(timeout=30)
        with transaction.atomic():
            rollups.make(rollups.Kept(program.pk, shop.pk, AUGUST))
        assert (read(scope(program)), order_sums.orders(scope(program)).krw_amount) == ([], 47_000)
    finally:
        made_anew.set()
        other.join(timeout=30)
    assert read(scope(program)) == [AUGUST]
    assert order_sums.orders(scope(program)).krw_amount == 91_000
    rollups.tidy()
    assert read(scope(program)) == [AUGUST]
    assert rollups.renew() == 1
    rollups.tidy()
    assert (read(scope(program)), order_sums.orders(scope(program)).krw_amount) == ([], 91_000)


def test_targets_of_every_basis_are_kept(tmp_path, program, shop):
    """Tax of 19 % in the price, shipping income of 500: 10,500 pesos with both; without tax 8,824 pesos (of 10,500 / 1.19)."""
    StoreTax.objects.filter(store=shop).delete()
    StoreTax.objects.create(store=shop, treatment="in_price", rate_percent="19", from_on=dt.date(2025, 1, 1))
    programs.target(program, moment=Target.Moment.ORDERED, has_tax=False, has_shipping=True)
    lines = [order(1, item("A"), shipping_in_amount=500)]
    made.imported(made.ventas(tmp_path, lines), program, shop)
    of = scope(program, basis=Basis(moment="ordered", has_tax=False, has_shipping=True))
    assert of.basis.key == "ordered,shipping"
    assert (read(of), same(of), read(scope(program)), same(scope(program))) == ([], True, [], True)
    assert cells(program, basis="ordered,shipping") == {(AUGUST, 1): (8_824, 17_647, 1)}
    assert verify().differences == ()


def test_every_night_all_is_compared_and_what_differs_is_a_task(program, sold, owner_role, capsys):
    """A won too much in one cell: the agency reads it in both languages until all was made anew and compared again."""
    assert comparing.compare() == []
    with owner_role(), connection.cursor() as cursor:
        cursor.execute("UPDATE reports_rollup_cell SET krw_amount = krw_amount + 1 WHERE gross_amount = 1000")
    for _night in range(2):
        (task,) = comparing.compare()
    assert (task.kind, task.agency, task.subject_en) == (
        "figures", program.agency, f"{program.code}: 1 kept sum is not what its lines come to. Tell the operator.",
    )  # fmt: skip
    assert task.subject_ko == (
        f"{program.code}: 집계값 1건이 매출 내역 합계와 다릅니다. 시스템 운영자에게 알려 주십시오."
    )
    assert Task.objects.open().filter(kind="figures").count() == 1
    assert duties.STAFF_PAGES["figures"] in duties.FOR_ALL
    call_command("roll_up", "--all")
    assert "2 months" in capsys.readouterr().out
    assert comparing.compare() == []
    assert not Task.objects.open().filter(kind="figures").exists()
