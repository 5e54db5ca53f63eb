"""What became of the money of an order: each case worked out by hand, on the day before and after the money is due."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ground.clock import SEOUL
from reports.domain import ledger, seals
from reports.domain.verifying import verify
from reports.models import ImportBatch, PayoutLine, PayoutTerm
from reports.queries import payouts
from reports.queries.counted import Scope
from reports.queries.payouts import Fate
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, movement, order, santiago
from tests.reports.differences import checks, plant

pytestmark = pytest.mark.django_db
IN_TIME, LATE = dt.date(2025, 9, 20), dt.date(2025, 9, 21)
"""Ordered on 21 August, due on 20 September."""


@pytest.fixture
def program(move_clock):
    move_clock(dt.datetime(2025, 12, 2, 9, tzinfo=SEOUL))
    return programs.program()


@pytest.fixture
def company(program):
    return register.company(1)


@pytest.fixture
def shop(program, company):
    shop = programs.store("OWN", company=company, settlement_currency=programs.currency("CLP"))
    programs.assignment(shop, programs.participation(company, program))
    return shop


def fates(program, on=IN_TIME):
    rows = payouts.fates(Scope(program, program.starts_on, program.ends_on), on)
    return [
        (row.fate, row.expected_amount, row.released_amount, row.taken_back_amount, row.due_amount)
        for row in rows
    ]


def back(number: int, gross: str, kind: str = "refund", **more):
    return movement(number, gross, description=kind, **more)


PAID = {"order": 1, "at": santiago(9, 1)}
TAKEN = {"order": 1, "at": santiago(9, 10)}
CASES = {
    "refunded before anything was released: nothing is due": (
        {"refund_amount": -10_000}, [],
        (Fate.REFUNDED, 0, 0, 0, 0), (Fate.REFUNDED, 0, 0, 0, 0),
    ),
    "released, then taken back, and the sales file does not know it yet": (
        {}, [movement(1, "10000", **PAID), back(2, "-10000", **TAKEN)],
        (Fate.REFUNDED, 10_000, 0, -10_000, 0), (Fate.REFUNDED, 10_000, 0, -10_000, 0),
    ),
    "released, then taken back, and the sales file knows it": (
        {"refund_amount": -10_000}, [movement(1, "10000", **PAID), back(2, "-10000", **TAKEN)],
        (Fate.REFUNDED, 0, 0, -10_000, 0), (Fate.REFUNDED, 0, 0, -10_000, 0),
    ),
    "a part taken back, of which only the payouts know: 7,000 are due and were released": (
        {}, [movement(1, "10000", **PAID), back(2, "-3000", **TAKEN)],
        (Fate.RELEASED, 10_000, 7_000, -3_000, 7_000), (Fate.RELEASED, 10_000, 7_000, -3_000, 7_000),
    ),
    "a part taken back, of which the sales file knows": (
        {"refund_amount": -3_000}, [movement(1, "10000", **PAID), back(2, "-3000", **TAKEN)],
        (Fate.RELEASED, 7_000, 7_000, -3_000, 7_000), (Fate.RELEASED, 7_000, 7_000, -3_000, 7_000),
    ),
    "more taken back than the sales file says": (
        {"refund_amount": -3_000}, [movement(1, "10000", **PAID), back(2, "-5000", **TAKEN)],
        (Fate.NOT_DUE, 7_000, 5_000, -5_000, 7_000), (Fate.BROKEN, 7_000, 5_000, -5_000, 7_000),
    ),
    "a chargeback": (
        {}, [movement(1, "10000", **PAID), back(2, "-10000", "chargeback", **TAKEN)],
        (Fate.REFUNDED, 10_000, 0, -10_000, 0), (Fate.REFUNDED, 10_000, 0, -10_000, 0),
    ),
    "a chargeback that the seller won": (
        {}, [movement(1, "10000", **PAID), back(2, "-10000", "chargeback", **TAKEN), back(3, "10000", "dispute", **TAKEN)],
        (Fate.RELEASED, 10_000, 10_000, 0, 10_000), (Fate.RELEASED, 10_000, 10_000, 0, 10_000),
    ),
    "taken back though nothing had come": (
        {}, [back(2, "-10000", **TAKEN)],
        (Fate.BROKEN, 10_000, -10_000, -10_000, 0), (Fate.BROKEN, 10_000, -10_000, -10_000, 0),
    ),
    "several releases that add up": (
        {}, [movement(1, "4000", **PAID), movement(2, "6000", **TAKEN)],
        (Fate.RELEASED, 10_000, 10_000, 0, 10_000), (Fate.RELEASED, 10_000, 10_000, 0, 10_000),
    ),
    "a part, and a part of that taken back": (
        {}, [movement(1, "5000", **PAID), back(2, "-2000", **TAKEN)],
        (Fate.NOT_DUE, 10_000, 3_000, -2_000, 8_000), (Fate.BROKEN, 10_000, 3_000, -2_000, 8_000),
    ),
    "more released than due": (
        {}, [movement(1, "10001", **PAID)],
        (Fate.BROKEN, 10_000, 10_001, 0, 10_000), (Fate.BROKEN, 10_000, 10_001, 0, 10_000),
    ),
    "nothing came": ({}, [], (Fate.NOT_DUE, 10_000, 0, 0, 10_000), (Fate.OVERDUE, 10_000, 0, 0, 10_000)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_became_of_an_order(tmp_path, program, shop, case):
    of_order, movements, in_time, late = CASES[case]
    status = "Reembolsado" if of_order.get("refund_amount") == -10_000 else "Entregado"
    bought = order(1, item("A", status_text=status), at=santiago(8, 21), **of_order)
    made.imported(made.ventas(tmp_path, [bought]), program, shop)
    if movements:
        made.imported(made.release(tmp_path, movements, columns=23), program, shop)
    assert fates(program) == [in_time]
    assert fates(program, LATE) == [late]
    assert verify().differences == ()


def test_money_in_dollars_that_was_taken_back_whole_is_no_difference_and_less_than_nothing_is(
    tmp_path, program, company
):
    shop = programs.store("CBT", company=company, settlement_currency=programs.currency("USD"))
    programs.assignment(shop, programs.participation(company, program))
    made.imported(
        made.ventas(tmp_path, [order(each, at=santiago(8, 21)) for each in (1, 2, 3)]), program, shop
    )
    at = santiago(9, 2)
    movements = [
        movement(1, "9.10", order=1, at=at), back(2, "-9.10", order=1, at=at),
        movement(3, "9.10", order=2, at=at), back(4, "-3.00", order=2, at=at),
        back(5, "-1.00", order=3, at=at),
    ]  # fmt: skip
    made.imported(made.release(tmp_path, movements), program, shop)
    assert [(row[0], row[2]) for row in fates(program)] == [
        (Fate.REFUNDED, 0), (Fate.RELEASED, Decimal("6.10")), (Fate.BROKEN, -1),
    ]  # fmt: skip
    assert verify().differences == ()


def test_one_release_for_a_pack_of_two_products(tmp_path, program, shop):
    """10,000 and 2,000 pesos bought at once: one order of 12,000, released under the pack's number and, 500, under one of its own."""
    pack = order(1, item("A"), item("B", price=2_000), at=santiago(8, 21))
    made.imported(made.ventas(tmp_path, [pack]), program, shop)
    movements = [
        movement(1, "11500", order=1, at=santiago(9, 1)),
        movement(2, "500", order=1, at=santiago(9, 2)),
    ]
    made.imported(made.release(tmp_path, movements, columns=23), program, shop)
    assert fates(program) == [(Fate.RELEASED, 12_000, 12_000, 0, 12_000)]


def test_a_refund_inside_a_movement_lessens_what_is_due(tmp_path, program, shop):
    """Shopee's income file tells 3,000 of 10,000 as repaid in the row of the release: 7,000 are due."""
    made.imported(made.ventas(tmp_path, [order(1, item("A"), at=santiago(8, 21))]), program, shop)
    path = tmp_path / "income.csv"
    path.write_text(
        "Order ID,Payout Completed Date,Original Product Price,Refund Amount to Buyer,Total Released Amount\n"
        "200000000000001,2025-09-01,10000,-3000,7000\n"
    )
    made.imported(path, program, shop)
    line = PayoutLine.objects.get()
    assert (line.refund_amount, line.fee_amount, line.net_amount) == (-3_000, -3_000, 7_000)
    assert fates(program) == [(Fate.RELEASED, 10_000, 7_000, -3_000, 7_000)]
    assert verify().differences == ()


def term(of, value, from_on, **place) -> PayoutTerm:
    return PayoutTerm.objects.create(
        agency_id=of.agency_id, kind="release", value=value, from_on=from_on, source="약관 7조",
        recorded_by=people.officer("manager"), recorded_at=dt.datetime(2025, 8, 1, tzinfo=SEOUL), **place,
    )  # fmt: skip


def test_days_are_those_of_the_narrowest_term_that_has_begun_on_the_day_of_the_order(tmp_path, program, shop):
    """Assumed are 30 days; the platform's 14, the program's 20 from 21 August, the store's 7 from 25 August on."""
    days = (20, 21, 25)
    orders = [order(day, item("A"), at=santiago(8, day)) for day in days]
    made.imported(made.ventas(tmp_path, orders), program, shop)
    due = lambda: [  # noqa: E731
        (row.due_on - row.ordered_on).days
        for row in payouts.fates(Scope(program, program.starts_on, program.ends_on), LATE)
    ]
    assert due() == [30, 30, 30]
    term(program, 14, dt.date(2025, 1, 1), platform=shop.market.platform)
    term(program, 20, dt.date(2025, 8, 21), program=program)
    own = term(program, 7, dt.date(2025, 8, 25), store=shop)
    assert due() == [14, 20, 7]
    assert verify().differences == ()
    own.withdrawn_at, own.withdrawn_by, own.withdraw_reason = own.recorded_at, own.recorded_by, "다른 스토어"
    own.save()
    assert due() == [14, 20, 20]


def test_a_file_from_before_refunds_were_kept_has_its_seal_and_changes_nothing_when_taken_in_again(
    tmp_path, program, shop, owner_role
):
    made.imported(made.ventas(tmp_path, [order(1, item("A"), at=santiago(8, 21))]), program, shop)
    path = tmp_path / "income.csv"
    head = (
        "Order ID,Payout Completed Date,Original Product Price,Refund Amount to Buyer,Total Released Amount\n"
    )
    path.write_text(f"{head}200000000000001,2025-09-01,10000,-3000,7000\n")
    batch = made.imported(path, program, shop)
    plant(
        owner_role,
        "ALTER TABLE reports_payout_line DISABLE TRIGGER USER",
        "UPDATE reports_payout_line SET refund_amount = 0",
        "ALTER TABLE reports_payout_line ENABLE TRIGGER USER",
    )
    assert "batch_seal" in checks()
    ImportBatch.objects.filter(pk=batch.pk).update(lines_sha256=seals.seal(ledger.PAYOUTS, batch.pk, ()))
    assert checks() == []
    path.write_text(f"{head}200000000000001,2025-09-01,10000,-3000,7000\n\n")
    again = made.imported(path, program, shop)
    assert (again.duplicate, again.replaced, PayoutLine.objects.count()) == (1, 0, 1)
    path.write_text(f"{head}200000000000001,2025-09-01,10000,-3500,6500\n")
    assert made.imported(path, program, shop).replaced == 1


def test_a_repaid_amount_that_two_files_tell_differently_changes_the_line(tmp_path, program, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"), at=santiago(8, 21))]), program, shop)
    path = tmp_path / "income.csv"
    for back, replaced in ((-3000, 0), (-2000, 1)):
        path.write_text(
            "Order ID,Payout Completed Date,Original Product Price,Refund Amount to Buyer,Total Released Amount\n"
            f"200000000000001,2025-09-01,10000,{back},7000\n"
        )
        assert made.imported(path, program, shop).replaced == replaced
