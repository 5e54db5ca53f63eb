"""The comparison of measures, its sums by SQL of their own, and the queue that it keeps."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection

from ground.errors import RuleBroken
from programs.models import Task
from reports import handlers
from reports import tasks as jobs
from reports.domain.differing import deciding, finding, tolerating
from reports.models import Cause, Comparison, CustomsRecord, Declaration, Difference, Tolerance
from reports.queries.differing import compared, tolerances
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, movement, order, santiago

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER = dt.date(2025, 8, 1), dt.date(2025, 9, 1)


@pytest.fixture
def program(move_clock):
    """On 12 October 2025; 1,400 won and 950 pesos for a dollar on every day of August and September."""
    move_clock(dt.datetime(2025, 10, 12, 3, tzinfo=dt.UTC))
    made.rates(AUGUST, dt.date(2025, 10, 12))
    return programs.program(starts_on=AUGUST)


@pytest.fixture
def shop(program):
    shop = programs.store("SHARED")
    for serial, sku in ((1, "A"), (2, "B")):
        programs.assignment(shop, programs.participation(register.company(serial), program), sku=sku)
    return shop


def declared(serial: int, amount: int, month: dt.date = AUGUST, currency: str = "KRW", **more) -> Declaration:
    company = register.company(serial)
    part = programs.participation(company)
    return Declaration.objects.create(
        agency=part.agency, participation=part, company=company, month=month, currency=programs.currency(currency),
        amount=amount, orders=1, declared_by=register.member(company), declared_at=dt.datetime(2025, 9, 5, tzinfo=dt.UTC),
        **more,
    )  # fmt: skip


def customs(serial: int, usd: str, month: dt.date = AUGUST) -> CustomsRecord:
    part = programs.participation(register.company(serial))
    return CustomsRecord.objects.create(
        agency=part.agency,
        participation=part,
        month=month,
        fob_amount=Decimal(usd),
        source="수출실적증명서",
    )


def sides(program, comparison: Comparison) -> dict[tuple[str, dt.date | None], tuple]:
    names = {register.company(serial).pk: f"company {serial}" for serial in (1, 2)}
    return {
        (names[each.company], each.month): (each.left, each.right)
        for each in compared.of_program(program).pairs
        if each.comparison == comparison
    }


def by_sql(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


ORDERS_BY_SQL = """
SELECT l.company_id, date_trunc('month', l.business_day)::date, sum(round(l.gross_amount * 1400 / 950))
FROM reports_sales_line l WHERE l.status_class IN ('sold', 'refunded') GROUP BY 1, 2
"""


def test_declared_stands_beside_the_orders_of_the_month(tmp_path, program, shop):
    """Company 1: 10,000 pesos in August (14,737 won) and 5,000 in September (7,368); company 2 21,000 (30,947 won)."""
    lines = [
        order(1, item("A")),
        order(2, item("B", units=3, price=7_000)),
        order(3, item("A", price=5_000), at=santiago(9, 3)),
        order(4, item("A", price=900_000), at=santiago(10, 3)),
    ]
    made.imported(made.ventas(tmp_path, lines), program, shop)
    declared(1, 14_000)
    declared(1, 7_368, SEPTEMBER)
    declared(1, 5, dt.date(2025, 10, 1))  # the month is not over
    assert sides(program, Comparison.DECLARED) == {
        ("company 1", AUGUST): (14_000, 14_737),
        ("company 1", SEPTEMBER): (7_368, 7_368),
    }
    sold = {(company, month): krw for company, month, krw in by_sql(ORDERS_BY_SQL)}
    for each in compared.of_program(program).pairs:
        assert each.right == sold[each.company, each.month]
    one = compared.of_program(program).pairs[0]
    assert (one.difference, one.percent) == (-737, Decimal("-5.0"))  # 737 x 100 / 14,737 = 5.0009


def test_a_declaration_without_a_rate_says_nothing(tmp_path, program, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    declared(1, 100, currency="EUR")
    (pair,) = compared.of_program(program).pairs
    assert (pair.left, pair.right, pair.difference, pair.percent) == (None, 14_737, None, None)
    finding.find(program)
    assert not Difference.objects.exists()


def test_customs_is_compared_over_all_months_that_are_over(tmp_path, program, shop):
    """Company 1: 10,000 + 5,000 pesos are 14,737 + 7,368 = 22,105 won; 10.00 + 5.00 dollars are 14,000 + 7,000. Company 2 has no
    record once the program has any. October is not over."""
    lines = [
        order(1, item("A")), order(2, item("B")), order(3, item("A", price=5_000), at=santiago(9, 3)),
        order(4, item("A", price=900_000), at=santiago(10, 3)),
    ]  # fmt: skip
    made.imported(made.ventas(tmp_path, lines), program, shop)
    assert sides(program, Comparison.CUSTOMS) == {}
    assert not compared.of_program(program).has_customs
    customs(1, "10.00")
    customs(1, "5.00", SEPTEMBER)
    assert sides(program, Comparison.CUSTOMS) == {
        ("company 1", None): (22_105, 21_000),
        ("company 2", None): (14_737, 0),
    }
    ((total,),) = by_sql("SELECT sum(fob_amount) * 1400 FROM reports_customsrecord")
    assert total == 21_000


def test_payouts_are_compared_order_by_order(tmp_path, program, shop):
    """Of August, due by 12 October: order 1 came whole (10,000), 2 half (5,000 of 10,000), 3 not at all. Order 4 of 1 October is
    not due. Expected 3 x 14,737, came 14,737 + 7,368 (5,000 x 1,400 / 950)."""
    orders = [order(number, item("A")) for number in (1, 2, 3)]
    orders.append(order(4, item("A"), at=santiago(10, 1)))
    made.imported(made.ventas(tmp_path, orders), program, shop)
    assert not compared.of_program(program).has_payouts
    moved = [
        movement(1, "10000", order=1, at=santiago(8, 20)), movement(2, "5000", order=2, at=santiago(9, 20)),
    ]  # fmt: skip
    made.imported(made.release(tmp_path, moved), program, shop)
    assert sides(program, Comparison.PAYOUTS) == {("company 1", None): (3 * 14_737, 14_737 + 7_368)}
    ((released,),) = by_sql("SELECT sum(round(net_amount * 1400 / 950)) FROM reports_payout_line")
    assert released == 22_105


def test_the_tolerance_is_a_percent_or_an_amount(program):
    """The default of declared months: 1 % of the orders or 10,000 won."""
    limit = tolerances.of_program(program)[Comparison.DECLARED]
    for difference, orders, is_within in (
        (10_000, 50_000, True), (10_001, 50_000, False), (-10_001, 1_000_100, True), (10_001, 1_000_000, False), (0, 0, True),
    ):  # fmt: skip
        assert limit.allows(Decimal(difference), Decimal(orders)) is is_within


def test_staff_set_the_tolerance_and_earlier_ones_stay(program):
    officer = people.officer()
    first = tolerating.set_limit(
        program, "declared", percent=Decimal(3), krw_amount=Decimal(0), reason="가격이 흔들림", by=officer
    )
    again = tolerating.set_limit(
        program, "declared", percent=Decimal(3), krw_amount=Decimal(0), reason="두 번 누름", by=officer
    )
    assert again == first
    tolerating.set_limit(
        program, "declared", percent=Decimal(5), krw_amount=Decimal(7), reason="협의", by=officer
    )
    assert [(row.percent, row.replaced_at is None) for row in Tolerance.objects.order_by("set_at")] == [
        (3, False),
        (5, True),
    ]
    limit = tolerances.of_program(program)[Comparison.DECLARED]
    assert (limit.percent, limit.krw_amount) == (5, 7)
    stranger = people.officer("manager", "KOTRA")
    for by, percent, reason, code in (
        (stranger, 1, "r", "not_your_agency"), (officer, 101, "r", "percent_range"), (officer, 1, " ", "reason_missing"),
    ):  # fmt: skip
        with pytest.raises(RuleBroken) as refused:
            tolerating.set_limit(
                program, "customs", percent=Decimal(percent), krw_amount=Decimal(0), reason=reason, by=by
            )
        assert refused.value.code == code


def test_what_is_beyond_is_a_record_once_and_goes_by_itself(tmp_path, program, shop):
    """Orders 1,000,000 pesos: 1,473,684 won. Declared 1,000,000 in won, which are pesos: 1,000,000 x 1.473684 hits."""
    made.imported(made.ventas(tmp_path, [order(1, item("A", price=1_000_000))]), program, shop)
    stated = declared(1, 1_000_000)
    assert finding.find(program) == finding.Found(new=1)
    assert finding.find(program) == finding.Found()
    row = Difference.objects.get()
    assert (row.left_krw, row.right_krw, row.month, row.state) == (1_000_000, 1_473_684, AUGUST, "open")
    assert [(each["cause"], each["krw"]) for each in row.causes] == [("currency", "473684")]
    Declaration.objects.filter(pk=stated.pk).update(amount=1_200_000)
    assert finding.find(program) == finding.Found(changed=1)
    row.refresh_from_db()
    assert (row.left_krw, row.causes) == (1_200_000, [])
    Declaration.objects.filter(pk=stated.pk).update(amount=1_473_000)
    assert finding.find(program) == finding.Found(gone=1)
    row.refresh_from_db()
    assert (row.state, row.gone_at is not None) == ("gone", True)
    Declaration.objects.filter(pk=stated.pk).update(amount=1)
    assert finding.find(program) == finding.Found(new=1)
    assert Difference.objects.count() == 2


def test_a_decided_difference_is_open_again_when_its_amount_changes(tmp_path, program, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A", price=1_000_000))]), program, shop)
    stated = declared(1, 1_200_000)
    finding.find(program)
    row = Difference.objects.get()
    deciding.decide(row, cause=Cause.OTHER, outcome="accepted", reason="환율", by=people.officer())
    assert finding.find(program) == finding.Found()
    row.refresh_from_db()
    assert row.state == "decided"
    Declaration.objects.filter(pk=stated.pk).update(amount=1_100_000)
    assert finding.find(program) == finding.Found(changed=1, anew=1)
    row.refresh_from_db()
    assert (row.state, row.decisions.count()) == ("open", 1)


def test_what_is_gone_waits_for_no_answer(tmp_path, program, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A", price=1_000_000))]), program, shop)
    stated = declared(1, 1)
    finding.find(program)
    row = Difference.objects.get()
    question = deciding.ask(row, text="왜 1원입니까?", due_on=dt.date(2025, 10, 20), by=people.officer())
    assert Task.objects.open().filter(kind="explain").count() == 1
    Declaration.objects.filter(pk=stated.pk).update(amount=1_473_684)
    finding.find(program)
    question.refresh_from_db()
    assert (question.ended_at is not None, question.answered_at) == (True, None)
    assert not Task.objects.open().filter(kind="explain").exists()


def test_refunds_that_came_with_a_newer_file_are_proposed(tmp_path, program, shop, move_clock):
    """August 20,000,000 pesos = 2 x 14,736,842 won. A newer file of October says that one order was paid back whole; the
    company declared without it."""
    path = made.ventas(
        tmp_path,
        [order(number, item("A", price=10_000_000)) for number in (1, 2)],
        exported_at=santiago(9, 1),
    )
    made.imported(path, program, shop)
    newer = [
        order(1, item("A", price=10_000_000)),
        order(2, item("A", price=10_000_000), refund_amount=-10_000_000),
    ]
    made.imported(made.ventas(tmp_path, newer, "newer.xlsx", exported_at=santiago(10, 2)), program, shop)
    declared(1, 14_736_842)
    finding.find(program)
    assert [(each["cause"], each["krw"]) for each in Difference.objects.get().causes] == [
        ("refund", "14736842")
    ]


def test_refunds_that_the_first_file_knew_are_not_proposed(tmp_path, program, shop):
    lines = [
        order(1, item("A", price=10_000_000)),
        order(2, item("A", price=10_000_000), refund_amount=-10_000_000),
    ]
    made.imported(made.ventas(tmp_path, lines), program, shop)
    declared(1, 14_736_842)
    finding.find(program)
    assert Difference.objects.get().causes == []


def test_fees_duplicates_and_missing_files_are_found_in_the_ledger(tmp_path, program, shop):
    """An order of 1,000,000 pesos (1,473,684 won) with fees of 160,000 (235,789 won). The second store first has no file, then one
    with an order of the same number."""
    lines = [order(1, item("A", price=1_000_000), fee_amount=-160_000)]
    made.imported(made.ventas(tmp_path, lines), program, shop)
    second = programs.store("SECOND")
    programs.assignment(second, programs.participation(register.company(1), program))
    declared(1, 1_237_895)  # 1,473,684 less 235,789
    finding.find(program)
    assert [each["cause"] for each in Difference.objects.get().causes] == ["fees"]
    Declaration.objects.update(amount=2_000_000)
    finding.find(program)
    assert [(each["cause"], each["krw"]) for each in Difference.objects.get().causes] == [("missing", None)]
    made.imported(
        made.ventas(tmp_path, [order(1, item("Z", price=1_000_000))], "second.xlsx"), program, second
    )
    Declaration.objects.update(amount=1_473_684)
    finding.find(program)
    assert [(each["cause"], each["krw"]) for each in Difference.objects.get().causes] == [
        ("duplicate", "1473684")
    ]


def test_a_pack_counted_twice_is_found_in_the_ledger(tmp_path, program, shop):
    """An order of 1,000,000 pesos and a pack of 2 x 300,000: 1,473,684 + 2 x 442,105 = 2,357,894 won; the pack once more is
    3,242,104."""
    lines = [
        order(1, item("A", price=1_000_000)),
        order(2, item("A", price=300_000), item("A", price=300_000)),
    ]
    made.imported(made.ventas(tmp_path, lines), program, shop)
    declared(1, 3_242_104)
    finding.find(program)
    (cause,) = Difference.objects.get().causes
    assert (cause["cause"], cause["krw"], cause["facts"]["packs"]) == ("pack", "884210", 1)


def test_every_night_each_program_is_compared_for_itself(tmp_path, program, shop):
    """A program whose target counts at a moment that no file tells is left out; the others are compared."""
    made.imported(made.ventas(tmp_path, [order(1, item("A", price=1_000_000))]), program, shop)
    declared(1, 1)
    programs.target(
        programs.program("ANOTHER", starts_on=AUGUST), moment="delivered", until_on=dt.date(2025, 12, 31)
    )
    jobs.find_differences()
    assert [row.program_id for row in Difference.objects.all()] == [program.pk]


def test_the_worker_compares_what_was_asked_for(tmp_path, program, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A", price=1_000_000))]), program, shop)
    declared(1, 1)
    event = finding.ask_to_find(program, by=people.officer())
    for _time in range(2):
        handlers.find_differences(event)
    assert Difference.objects.count() == 1
    with pytest.raises(RuleBroken) as refused:
        finding.ask_to_find(program, by=people.officer("auditor"))
    assert refused.value.code == "not_your_agency"
