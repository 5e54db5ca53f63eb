"""An import that was taken back counts no more; what it had replaced counts again; everything stays on record."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from ground.errors import RuleBroken
from reports.domain import importing, replay, undoing
from reports.domain.verifying import verify
from reports.models import ImportBatch, PayoutLine, SalesLine
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, movement, order, santiago

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return programs.program()


@pytest.fixture
def shop(program):
    store = programs.store("SHARED")
    programs.assignment(store, programs.participation(register.company(1), program), sku="A")
    return store


@pytest.fixture
def by():
    return people.officer()


def standing() -> list[tuple[object, ...]]:
    """Order, batch and net of each line that stands, by SQL of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT order_reference, batch_id, sum(net_amount) FROM reports_sales_line"
            " GROUP BY 1, 2, line_key, version HAVING sum(sign) > 0 ORDER BY 1"
        )
        return cursor.fetchall()


def test_what_a_file_brought_counts_no_more_and_what_it_replaced_counts_again(tmp_path, program, shop, by):
    """The first file says 10,000 and 7,000; the second 10,000 less 4,000, 7,000 as before, and a third order of 500."""
    orders = [order(1, item("A")), order(2, item("A", price=7_000))]
    first = made.imported(made.ventas(tmp_path, orders, exported_at=santiago(9, 1)), program, shop)
    newer = [order(1, item("A"), refund_amount=-4_000), orders[1], order(3, item("A", price=500))]
    path = made.ventas(tmp_path, newer, "newer.xlsx", exported_at=santiago(9, 9))
    second = made.imported(path, program, shop)
    one, two, three = (order(number).reference for number in (1, 2, 3))
    assert standing() == [(one, second.pk, 6_000), (two, first.pk, 7_000), (three, second.pk, 500)]
    undone = undoing.undo(second, reason="다른 스토어의 파일", by=by)
    assert (undone.state, undone.undone_by, undone.undo_reason) == ("undone", by, "다른 스토어의 파일")
    assert standing() == [(one, first.pk, 10_000), (two, first.pk, 7_000)]
    assert SalesLine.objects.count() == 8  # 2, then -1 +2, then -2 +1: nothing is gone
    assert undoing.undo(second, reason="once more", by=by).undo_reason == "다른 스토어의 파일"
    assert [each for each in verify().differences if each.check != "run_record"] == []
    again = made.imported(path, program, shop)
    assert (again.duplicate, again.replaced) == (1, 1)
    assert standing() == [(one, again.pk, 6_000), (two, first.pk, 7_000), (three, again.pk, 500)]


def test_what_a_later_file_has_replaced_since_stays(tmp_path, program, shop, by):
    first = made.imported(made.ventas(tmp_path, [order(1, item("A"))], "a.xlsx"), program, shop)
    refunded = [order(1, item("A"), refund_amount=-1_000)]
    second = made.imported(made.ventas(tmp_path, refunded, "b.xlsx"), program, shop)
    undoing.undo(first, reason="wrong file", by=by)
    assert standing() == [(order(1).reference, second.pk, 9_000)]
    undoing.undo(second, reason="wrong file, too", by=by)
    assert standing() == []  # what the first one said was taken back, too
    assert [each for each in verify().differences if each.check != "run_record"] == []


def test_what_a_later_file_says_as_well_is_not_lost(tmp_path, program, shop, by):
    """The same export was taken in twice: the second one stands by the first one's lines."""
    first = made.imported(made.ventas(tmp_path, [order(1, item("A"))], "a.xlsx"), program, shop)
    second = made.imported(
        made.ventas(tmp_path, [order(1, item("A")), order(2, item("A"))], "b.xlsx"), program, shop
    )
    with pytest.raises(RuleBroken) as refused:
        undoing.undo(first, reason="twice", by=by)
    assert (refused.value.code, "b.xlsx" in str(refused.value.sentence)) == ("known_by_later", True)
    undoing.undo(second, reason="twice", by=by)
    assert standing() == [(order(1).reference, first.pk, 10_000)]
    undoing.undo(first, reason="twice", by=by)
    assert standing() == []


def test_an_export_that_was_taken_back_blocks_no_earlier_one(tmp_path, program, shop, by):
    """It had shown the line again with the date of a year to come."""
    made.imported(
        made.ventas(tmp_path, [order(1, item("A"))], "a.xlsx", exported_at=santiago(8, 6)), program, shop
    )
    far = made.ventas(
        tmp_path, [order(1, item("A"))], "far.xlsx", exported_at=santiago(8, 6) + dt.timedelta(days=400)
    )
    undoing.undo(made.imported(far, program, shop), reason="dated wrongly", by=by)
    refunded = [order(1, item("A"), refund_amount=-1_000)]
    newer = made.imported(
        made.ventas(tmp_path, refunded, "b.xlsx", exported_at=santiago(9, 1)), program, shop
    )
    assert (newer.replaced, standing()[0][2]) == (1, 9_000)


def test_payouts_in_parts_are_taken_back_together(tmp_path, program, by):
    shop = programs.store("TWO")
    for number, sku in ((1, "A"), (2, "B")):
        programs.assignment(shop, programs.participation(register.company(number), program), sku=sku)
    pack = order(1, item("A", price=6_000), item("B", price=4_000))
    made.imported(made.ventas(tmp_path, [pack]), program, shop)
    money = [movement(1, "10000", order=1, at=santiago(8, 20))]
    batch = made.imported(made.release(tmp_path, money), program, shop)
    assert PayoutLine.objects.count() == 2
    undoing.undo(batch, reason="wrong month", by=by)
    assert replay.replay(shop) == replay.Replayed(0, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(sign), sum(net_amount) FROM reports_payout_line")
        assert cursor.fetchone() == (4, 0, Decimal(0))


def test_who_may_and_when(tmp_path, program, shop, by):
    path = made.ventas(tmp_path, [order(1, item("A"))])
    previewed = made.taken_in(path, program, shop)
    for who, reason, code in (
        (by, "x", "not_imported"),
        (by, "  ", "reason_missing"),
        (people.officer("reader", email="reader@naru.example"), "x", "not_your_agency"),
        (register.member(register.company(1)), "x", "not_your_agency"),
    ):
        with pytest.raises(RuleBroken) as refused:
            undoing.undo(previewed, reason=reason, by=who)
        assert refused.value.code == code
    assert ImportBatch.objects.get().state == "preview"
    importing.cancel(previewed, by=None)


def test_staff_take_an_import_back_on_its_page(tmp_path, client, program, shop, by):
    batch = made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    client.force_login(by)
    page, undo = (
        reverse(f"admin:reports_importbatch_{name}", args=[batch.pk]) for name in ("change", "undo")
    )
    assert "반영 취소" in client.get(page).content.decode()
    assert client.post(undo, {"reason": ""}).status_code == 400
    assert client.post(undo, {"reason": "잘못된 파일"}).status_code == 302
    after = client.get(page).content.decode()
    assert "이 파일의 반영은 취소되었습니다" in after
    assert standing() == []
