"""Waiting lines find their company or their state later, and enter anew with it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection, transaction

from accounts.domain import approvals
from ground import outbox
from ground.errors import RuleBroken
from ground.history import history_of
from ground.models import OutboxEvent
from programs.domain import agreement, stores
from programs.domain.stores import REPLAY
from reports.domain import replay, states
from reports.domain.verifying import verify
from reports.models import PayoutLine, SalesLine
from reports.queries import files
from reports.views.batch_page import batch_context
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, movement, order, santiago

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return programs.program()


def test_a_waiting_line_enters_anew_with_its_company(tmp_path, program):
    shop = programs.store("SHARED")
    batch = made.imported(
        made.ventas(tmp_path, [order(1, item("A", price=4_000)), order(2, item("B"))]), program, shop
    )
    company = register.company(1)
    programs.assignment(shop, programs.participation(company, program), sku="A")
    assert replay.replay(shop) == replay.Replayed(sales=1, payouts=0)
    rows = SalesLine.objects.filter(sku="A").order_by("version", "-sign")
    assert [(row.version, row.sign, row.company_id, row.gross_amount, row.batch_id) for row in rows] == [
        (1, 1, None, Decimal(4_000), batch.pk),
        (1, -1, None, Decimal(-4_000), batch.pk),
        (2, 1, company.pk, Decimal(4_000), batch.pk),
    ]
    assert {row.row for row in rows} == {7}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT company_id IS NULL, sum(sign), sum(gross_amount) FROM reports_sales_line GROUP BY 1 ORDER BY 1"
        )
        assert cursor.fetchall() == [(False, 1, Decimal(4_000)), (True, 1, Decimal(10_000))]
    assert replay.replay(shop) == replay.Replayed(sales=0, payouts=0)


def test_the_outbox_does_it_after_an_assignment(tmp_path, program):
    shop = programs.store("SHARED")
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    with transaction.atomic():
        outbox.publish(REPLAY, {"store": str(shop.pk)})
    outbox.drain()
    assert SalesLine.objects.filter(company=register.company(1), sign=1).count() == 1


def test_an_assignment_of_other_days_leaves_the_line_waiting(tmp_path, program):
    shop = programs.store("SHARED")
    made.imported(made.ventas(tmp_path, [order(1, item("A"), at=santiago(8, 5))]), program, shop)
    programs.assignment(
        shop, programs.participation(register.company(1), program), sku="A", from_on=santiago(8, 6).date()
    )
    assert replay.replay(shop).sales == 0


def test_a_line_keeps_the_company_that_it_has(tmp_path, program):
    """Counted for the holder of the whole store: an SKU assigned to another afterwards is for what comes later."""
    shop = programs.store("SHARED")
    programs.assignment(shop, programs.participation(register.company(1), program))
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    programs.assignment(shop, programs.participation(register.company(2), program), sku="A")
    assert replay.replay(shop).sales == 0


def test_sales_after_a_last_day_in_the_past_are_not_the_companys_any_more(tmp_path, program, move_clock):
    """Sold on 10 September for 4,000 and on 20 September for 6,000, both counted and paid. Then it is recorded that the
    company left on the 15th: 4,000 stay, 6,000 and the money for them wait, until somebody else has these days."""
    move_clock(dt.datetime(2025, 9, 30, 12, tzinfo=dt.UTC))
    shop = programs.store("SHARED")
    leaver = programs.participation(register.company(1), program)
    programs.assignment(shop, leaver, sku="A")
    sold = [
        order(1, item("A", price=4_000), at=santiago(9, 10)),
        order(2, item("A", price=6_000), at=santiago(9, 20)),
    ]
    made.imported(made.ventas(tmp_path, sold), program, shop)
    paid = [
        movement(1, "4000", order=1, at=santiago(9, 25)),
        movement(2, "6000", order=2, at=santiago(9, 25)),
    ]
    made.imported(made.release(tmp_path, paid, columns=23), program, shop)
    assert _sold() == _paid() == {leaver.company_id: Decimal(10_000)}
    agreement.end(leaver, reason="closed its export team", by=people.officer(), last_on=dt.date(2025, 9, 15))
    assert [each.check for each in verify().differences] == ["sales_owner"]
    outbox.drain()
    assert _sold() == _paid() == {leaver.company_id: Decimal(4_000), None: Decimal(6_000)}
    assert verify().differences == ()
    follower = programs.participation(register.company(2), program)
    programs.assignment(shop, follower, sku="A", from_on=dt.date(2025, 9, 16))
    assert replay.replay(shop) == replay.Replayed(1, 1)
    assert _sold() == _paid() == {leaver.company_id: Decimal(4_000), follower.company_id: Decimal(6_000)}
    assert replay.replay(shop) == replay.Replayed(0, 0)


def test_a_wrong_assignment_is_mended_by_ending_it(tmp_path, program):
    """SKU B was given to company 1 by mistake and is company 2's from 2 July on. Its share of a pack that is paid in
    parts goes along: 4,000 for A stay, 6,000 for B move."""
    shop = programs.store("SHARED")
    first, second = (programs.participation(register.company(each), program) for each in (1, 2))
    third = programs.participation(register.company(3), program)
    programs.assignment(shop, first, sku="A")
    wrong = programs.assignment(shop, third, sku="B", from_on=dt.date(2025, 7, 1))
    pack = order(1, item("A", price=4_000), item("B", price=6_000), at=santiago(9, 1))
    made.imported(made.ventas(tmp_path, [pack]), program, shop)
    paid = made.release(tmp_path, [movement(1, "10000", order=1, at=santiago(9, 2))], columns=23)
    made.imported(paid, program, shop)
    assert _paid() == {first.company_id: Decimal(4_000), third.company_id: Decimal(6_000)}
    officer = people.officer()
    stores.end_assignment(
        wrong, until_on=dt.date(2025, 7, 1), by=officer, reason="entered for the wrong firm"
    )
    outbox.drain()
    assert _sold() == {first.company_id: Decimal(4_000), None: Decimal(6_000)}
    assert _paid() == {None: Decimal(10_000)}
    stores.assign(shop, second, scope="sku", reference="B", from_on=dt.date(2025, 7, 2), by=officer)
    outbox.drain()
    assert _sold() == _paid() == {first.company_id: Decimal(4_000), second.company_id: Decimal(6_000)}
    assert verify().differences == ()


def test_a_withdrawn_assignment_leaves_nothing_with_the_company(tmp_path, program):
    """The whole store was company 1's by mistake: 10,000 pesos sold and 4,000 paid for them wait again, also those of
    its first day."""
    shop = programs.store("SHARED")
    wrong = programs.assignment(
        shop, programs.participation(register.company(1), program), from_on=dt.date(2025, 9, 1)
    )
    made.imported(made.ventas(tmp_path, [order(1, item("A"), at=santiago(9, 1))]), program, shop)
    paid = made.release(tmp_path, [movement(1, "4000", order=1, at=santiago(9, 2))], columns=23)
    made.imported(paid, program, shop)
    assert _sold() == {register.company(1).pk: Decimal(10_000)}
    stores.withdraw_assignment(wrong, reason="entered for the wrong firm", by=people.officer())
    assert [each.check for each in verify().differences] == ["sales_owner"]
    outbox.drain()
    assert (_sold(), _paid()) == ({None: Decimal(10_000)}, {None: Decimal(4_000)})
    assert verify().differences == ()


def test_parts_of_a_payout_follow_the_products_amounts_of_a_newer_export(tmp_path, program):
    """A pack of A 4,000 and B 6,000 is paid with 10,000; the newer export says 5,000 each."""
    shop = programs.store("SHARED")
    parts = [programs.participation(register.company(each), program) for each in (1, 2)]
    for part, sku in zip(parts, "AB", strict=True):
        programs.assignment(shop, part, sku=sku)
    pack = order(1, item("A", price=4_000), item("B", price=6_000), at=santiago(9, 1))
    made.imported(made.ventas(tmp_path, [pack]), program, shop)
    paid = made.release(tmp_path, [movement(1, "10000", order=1, at=santiago(9, 2))], columns=23)
    made.imported(paid, program, shop)
    newer = order(1, item("A", price=5_000), item("B", price=5_000), at=santiago(9, 1))
    made.imported(made.ventas(tmp_path, [newer], "newer.xlsx"), program, shop)
    outbox.drain()
    assert _sold() == _paid() == {part.company_id: Decimal(5_000) for part in parts}
    assert replay.replay(shop) == replay.Replayed(0, 0)


def test_money_of_an_unknown_order_follows_the_store(tmp_path, program):
    """7,000 pesos of an order that no file names came on 20 September, when the store was company 1's as a whole."""
    shop = programs.store("SHARED")
    whole = programs.assignment(shop, programs.participation(register.company(1), program))
    paid = made.release(tmp_path, [movement(1, "7000", order=9, at=santiago(9, 20))], columns=23)
    made.imported(paid, program, shop)
    assert _paid() == {register.company(1).pk: Decimal(7_000)}
    stores.end_assignment(whole, until_on=dt.date(2025, 9, 19), by=people.officer())
    outbox.drain()
    assert _paid() == {None: Decimal(7_000)}


def test_a_state_decided_once_holds_for_waiting_and_later_lines(tmp_path, program):
    shop = programs.store("OWN", company=register.company(1))
    programs.assignment(shop, programs.participation(register.company(1), program))
    odd = item("A", status_text="Estado  NUNCA visto")
    path = made.ventas(tmp_path, [order(1, odd), order(2, item("B"))])
    made.imported(path, program, shop)
    officer = people.officer()
    states.decide(
        program.agency, "estado nunca visto", meaning="sold", reason="platform's help page", by=officer
    )
    outbox.drain()
    rows = SalesLine.objects.filter(sku="A").order_by("version", "-sign")
    assert [(row.version, row.sign, row.status_class) for row in rows] == [
        (1, 1, "look"),
        (1, -1, "look"),
        (2, 1, "sold"),
    ]
    again = made.imported(path, program, shop)
    assert (again.duplicate, again.replaced) == (2, 0)
    later = made.imported(
        made.ventas(tmp_path, [order(3, item("C", status_text="Estado nunca visto"))], "later.xlsx"),
        program,
        shop,
    )
    assert later.accepted == 1
    assert SalesLine.objects.get(sku="C").status_class == "sold"


@pytest.mark.parametrize(
    ("text", "meaning", "reason", "code"),
    [
        ("Entregado", "cancelled", "x", "state_known"),
        ("Estado raro", "maybe", "x", "meaning_unknown"),
        ("Estado raro", "sold", " ", "reason_missing"),
    ],
)
def test_what_a_state_means_is_not_decided_lightly(program, text, meaning, reason, code):
    with pytest.raises(RuleBroken) as refused:
        states.decide(program.agency, text, meaning=meaning, reason=reason, by=people.officer())
    assert refused.value.code == code


def test_a_decided_state_is_not_decided_otherwise_and_only_by_its_agency(program):
    states.decide(program.agency, "Estado raro", meaning="sold", reason="x", by=people.officer())
    states.decide(program.agency, "ESTADO RARO", meaning="sold", reason="x", by=people.officer())
    with pytest.raises(RuleBroken, match="state_decided"):
        states.decide(program.agency, "Estado raro", meaning="cancelled", reason="x", by=people.officer())
    with pytest.raises(RuleBroken, match="not_your_agency"):
        states.decide(
            program.agency, "Otro", meaning="sold", reason="x", by=people.officer(agency_code="GBA")
        )


def test_a_wrong_reading_is_corrected_by_two_and_its_lines_enter_anew(tmp_path, program):
    """“Estado raro” was read as sold; it means cancelled. The other line of the file, another agency's line with the same
    state and a second reading stay as they are."""
    officer, manager = people.officer(), people.officer("manager")
    shop = programs.store("OWN", company=register.company(1))
    programs.assignment(shop, programs.participation(register.company(1), program))
    odd, other = item("A", status_text="Estado raro"), item("C", status_text="Otro estado")
    path = made.ventas(tmp_path, [order(1, odd), order(2, item("B")), order(3, other)])
    made.imported(path, program, shop)
    foreign = programs.program("GBA-1", "GBA")
    made.imported(path, foreign, programs.store("FOREIGN", agency_code="GBA"))
    reading = states.decide(program.agency, "Estado raro", meaning="sold", reason="a guess", by=officer)
    states.decide(program.agency, "Otro estado", meaning="pending", reason="help page", by=officer)
    outbox.drain()
    corrected = {"meaning": "cancelled", "by": officer}
    for wrong, code in (
        ({"meaning": "sold"}, "same_meaning"),
        ({"meaning": "maybe"}, "meaning_unknown"),
        ({"by": people.officer("manager", "GBA")}, "not_your_agency"),
    ):
        with pytest.raises(RuleBroken, match=code):
            states.ask_correction(reading, reason="x", **{**corrected, **wrong})
        with pytest.raises(RuleBroken, match=code):
            states.correct(reading, **{**corrected, **wrong})
    for reason, code in ((" ", "reason_missing"), ("x" * 301, "reason_long")):
        with pytest.raises(RuleBroken, match=code):
            states.ask_correction(reading, reason=reason, **corrected)
    question = states.ask_correction(reading, reason="the platform wrote back", **corrected)
    with pytest.raises(RuleBroken, match="second_person"):
        states.correct(reading, **corrected)
    approvals.answer(question, by=manager, grant=True)
    with pytest.raises(RuleBroken, match="second_person"):
        states.correct(reading, meaning="refunded", by=officer)
    OutboxEvent.objects.all().delete()
    states.correct(reading, **corrected)
    assert [event.payload for event in OutboxEvent.objects.all()] == [{"store": str(shop.pk)}]
    outbox.drain()
    assert _states(shop) == {"A": "cancelled", "B": "sold", "C": "pending"}
    assert _states(foreign.agency.stores.get()) == {"A": "look", "B": "sold", "C": "look"}
    assert replay.replay(shop) == replay.Replayed(0, 0)
    assert verify().differences == ()
    newest = history_of(reading)[0]
    assert (newest.kind, newest.reason) == ("update", "the platform wrote back")
    again = made.imported(path, program, shop)
    assert (again.duplicate, again.replaced) == (3, 0)
    back = states.ask_correction(reading, meaning="sold", reason="they erred", by=officer)
    approvals.answer(back, by=manager, grant=True)
    states.correct(reading, meaning="sold", by=officer)
    with pytest.raises(RuleBroken, match="second_person"):
        states.correct(reading, **corrected)


def _states(shop) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sku, status_class FROM reports_sales_line WHERE store_id = %s GROUP BY 1, 2 HAVING sum(sign) > 0",
            [shop.pk],
        )
        return dict(cursor.fetchall())


def test_a_payout_before_its_orders_file_waits_where_single_products_are_assigned(tmp_path, program):
    """The whole store is company 1's, SKU B company 2's. 9,000 pesos come for order 1 before anybody knows it is B."""
    shop = programs.store("SHARED")
    programs.assignment(shop, programs.participation(register.company(1), program))
    programs.assignment(shop, programs.participation(register.company(2), program), sku="B")
    paid = made.release(tmp_path, [movement(1, "9000", order=1, at=santiago(9, 2))], columns=23)
    assert made.imported(paid, program, shop).unmatched == 1
    made.imported(made.ventas(tmp_path, [order(1, item("B"))]), program, shop)
    outbox.drain()
    assert _paid() == {register.company(2).pk: Decimal(9_000)}
    assert verify().differences == ()


def test_a_payout_given_to_the_stores_holder_follows_its_order(tmp_path, program):
    """10,000 pesos come for a pack while the whole store is company 1's. Then SKU B is assigned to company 2 and the
    pack's file comes: A for 2 x 2,000 and B for 6,000, so 4,000 and 6,000."""
    shop = programs.store("SHARED")
    programs.assignment(shop, programs.participation(register.company(1), program))
    paid = made.release(
        tmp_path,
        [movement(1, "10000", order=1, at=santiago(9, 2)), movement(2, "500", order=2, at=santiago(9, 2))],
        columns=23,
    )
    assert made.imported(paid, program, shop).unmatched == 0
    programs.assignment(shop, programs.participation(register.company(2), program), sku="B")
    pack = order(1, item("A", units=2, price=2_000), item("B", price=6_000))
    made.imported(made.ventas(tmp_path, [pack, order(2, item("A"))]), program, shop)
    assert {each.check for each in verify().differences} == set()
    outbox.drain()
    assert _paid() == {register.company(1).pk: Decimal(4_500), register.company(2).pk: Decimal(6_000)}
    assert replay.replay(shop) == replay.Replayed(0, 0)
    assert verify().differences == ()


def test_verify_finds_a_payout_that_is_not_its_orders(tmp_path, program):
    """Order 1 is company 2's, and its payout stays company 1's as long as nobody looks again."""
    shop = programs.store("SHARED")
    programs.assignment(shop, programs.participation(register.company(1), program))
    paid = made.release(tmp_path, [movement(1, "9000", order=1, at=santiago(9, 2))], columns=23)
    made.imported(paid, program, shop)
    programs.assignment(shop, programs.participation(register.company(2), program), sku="B")
    made.imported(made.ventas(tmp_path, [order(1, item("B"))]), program, shop)
    assert [each.check for each in verify().differences] == ["payout_owner"]
    assert replay.replay(shop) == replay.Replayed(0, 1)
    assert verify().differences == ()


def _paid() -> dict:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT company_id, sum(net_amount) FROM reports_payout_line GROUP BY 1 HAVING sum(sign) > 0"
        )
        return dict(cursor.fetchall())


def _sold() -> dict:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT company_id, sum(gross_amount) FROM reports_sales_line GROUP BY 1 HAVING sum(sign) > 0"
        )
        return dict(cursor.fetchall())


def test_payouts_wait_for_their_orders_file(tmp_path, program):
    shop = programs.store("SHARED")
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    paid = made.release(tmp_path, [movement(1, "9000", order=1, at=santiago(9, 2))], columns=23)
    assert made.imported(paid, program, shop).unmatched == 1
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    outbox.drain()
    assert [row.company_id for row in PayoutLine.objects.filter(version=2)] == [register.company(1).pk]


def test_a_files_page_tells_whose_its_lines_are_now(tmp_path, program):
    """Imported with 4,000 and 10,000 pesos of nobody; A is assigned afterwards: 4,000 of company 1, one line of nobody."""
    shop = programs.store("SHARED")
    batch = made.imported(
        made.ventas(tmp_path, [order(1, item("A", price=4_000)), order(2, item("B"))]), program, shop
    )
    assert files.without_company([batch.pk]) == {batch.pk: 2}
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    replay.replay(shop)
    batch.refresh_from_db()
    assert batch.unmatched == 2
    assert files.without_company([batch.pk]) == {batch.pk: 1}
    assert [(row["business_number"], row["lines"], row["gross"]) for row in files.by_company(batch)] == [
        (register.number(1), 1, 4_000),
        ("", 1, 10_000),
    ]
    shown = batch_context(batch)
    assert shown["counts"][-1]["value"] == 1
    assert len(shown["by_company"]["rows"]) == 2
    newer = made.imported(
        made.ventas(tmp_path, [order(1, item("A", price=4_000), refund_amount=-1_000)], "b.xlsx"),
        program,
        shop,
    )
    assert [(row["business_number"], row["net"]) for row in files.by_company(newer)] == [
        (register.number(1), 3_000)
    ]
    assert [row["business_number"] for row in files.by_company(batch)] == [""]
    assert verify().differences == ()
