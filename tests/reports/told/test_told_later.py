"""Lines that count only later: one sale in two kinds of file counts once, in whichever order files come and states are read."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.domain import approvals
from reports.domain import replay, states, undoing
from reports.models import ImportBatch, SalesLine, StateReading
from reports.queries import told_twice, waiting
from reports.views import batch_page, rejects
from tests.factories import people
from tests.factories import reports as made
from tests.factories.reports import item, order
from tests.reports.told.test_told_twice import api, entered, is_right, template

pytestmark = pytest.mark.django_db

ODD, OTHER = "En custodia del curador", "보관소 확인 단계"


def panel(tmp_path, *numbers: int, state: str = ODD, name: str = "panel.xlsx", **more):
    """Orders of 10,000 pesos each, by the seller panel."""
    orders = [order(number, item("A", status_text=state)) for number in numbers]
    return made.ventas(tmp_path, orders, name, **more)


def rows(tmp_path, *numbers: int, state: str = OTHER, name: str = "naru.csv"):
    """The same by Naru's template."""
    sale = {
        "주문일시": "2025-08-12",
        "통화": "CLP",
        "거래구분": "판매",
        "상품금액": "10000",
        "수량": "1",
        "주문상태": state,
    }
    return template(
        tmp_path, *(sale | {"주문번호": order(number).reference} for number in numbers), name=name
    )


def read_as(shop, text: str, meaning: str) -> None:
    """A person says what a state means, or two say that it means something else; then the worker looks at the lines."""
    officer = people.officer()
    known = StateReading.objects.filter(agency=shop.agency, text=text).first()
    if known is None:
        states.decide(shop.agency, text, meaning=meaning, reason="asked the platform", by=officer)
    else:
        question = states.ask_correction(known, meaning=meaning, reason="the platform wrote back", by=officer)
        approvals.answer(question, by=people.officer("manager"), grant=True)
        states.correct(known, meaning=meaning, by=officer)
    replay.replay(shop)
    assert replay.replay(shop) == replay.Replayed(0, 0)


def counted() -> dict[str, int]:
    """The pesos that count of each order, by the last digit of its number."""
    found: dict[str, int] = {}
    for line in SalesLine.objects.filter(status_class__in=("sold", "refunded")):
        number = line.order_reference[-1]
        found[number] = found.get(number, 0) + int(line.gross_amount)
    return {number: amount for number, amount in sorted(found.items()) if amount}


def left_out(batch: ImportBatch) -> list[tuple[str, str]]:
    """The orders of a file that were left out after it had entered; its counts say so, too."""
    batch.refresh_from_db()
    assert batch.rows == batch.accepted + batch.rejected
    found = list(batch.rejections.values_list("value", "code"))
    assert batch.rejected == len(found)
    return [(value[-1], code) for value, code in found]


LEFT_OUT = "told_elsewhere_later"


def mended(tmp_path, batch: ImportBatch, name: str = "mended.xlsx"):
    path = tmp_path / name
    path.write_bytes(rejects.in_own_layout(batch).content)
    return path


def test_a_line_is_left_out_that_is_read_as_sold_after_another_kind_told_its_order(
    tmp_path, program, shop, client
):
    """The panel has orders 1 and 2 in a state that nobody knows, then the API tells 1 as paid. Read as sold, 2 counts, and 1 by the
    API alone. After the API's file was taken back its page says that the panel's row of 1 counts nowhere; it can be had and enters."""
    first = made.imported(panel(tmp_path, 1, 2), program, shop)
    second = made.imported(api(tmp_path, 1), program, shop)
    assert (second.rejected, counted()) == (0, {"1": 10_000})
    read_as(shop, ODD, "sold")
    assert counted() == {"1": 10_000, "2": 10_000}
    assert left_out(first) == [("1", LEFT_OUT)]
    assert [(row["gross"], row["net"]) for row in first.totals] == [("10000", "10000")]
    reason = first.rejections.get()
    assert "orders.json" in reason.reason_ko
    assert "orders.json" in reason.reason_en
    assert waiting.unknown_states(people.officer()) == []
    is_right()
    client.force_login(people.officer())
    url = reverse("admin:reports_importbatch_undo", args=[second.pk])
    page = client.post(url, {"reason": "the panel is to count"}, follow=True).content.decode()
    assert "panel.xlsx (1)" in page
    assert counted() == {"2": 10_000}
    second.refresh_from_db()
    assert "panel.xlsx (1)" in batch_page.twice_words(second)
    again = entered(made.taken_in(mended(tmp_path, first), program, shop))
    assert (again.rows, again.rejected, counted()) == (1, 0, {"1": 10_000, "2": 10_000})
    assert batch_page.twice_words(second) == ""
    is_right()
    undoing.undo(again, reason="once more", by=people.officer())
    replay.replay(shop)
    assert counted() == {"2": 10_000}
    again.refresh_from_db()
    assert "panel.xlsx (1)" in batch_page.twice_words(again)
    is_right()


def test_it_is_the_same_where_the_other_kind_told_it_before(tmp_path, program, shop):
    """The API tells order 1 first; the panel's lines of 1 and 2 wait until their state is read."""
    made.imported(api(tmp_path, 1), program, shop)
    second = made.imported(panel(tmp_path, 1, 2), program, shop)
    assert (second.rejected, counted()) == (0, {"1": 10_000})
    read_as(shop, ODD, "sold")
    assert counted() == {"1": 10_000, "2": 10_000}
    assert left_out(second) == [("1", LEFT_OUT)]
    is_right()


def test_where_both_kinds_wait_the_one_that_is_read_first_counts(tmp_path, program, shop):
    """Orders 1 and 2 by the panel, 2 and 3 by the template, each in a state of its own that nobody knows. The template's is read first."""
    first = made.imported(panel(tmp_path, 1, 2), program, shop)
    second = made.imported(rows(tmp_path, 2, 3), program, shop)
    assert counted() == {}
    read_as(shop, OTHER, "sold")
    assert counted() == {"2": 10_000, "3": 10_000}
    read_as(shop, ODD, "sold")
    assert counted() == {"1": 10_000, "2": 10_000, "3": 10_000}
    assert (left_out(first), left_out(second)) == ([("2", LEFT_OUT)], [])
    is_right()


@pytest.mark.parametrize("is_panel_first", [True, False])
def test_where_one_state_is_of_both_kinds_the_file_that_was_imported_first_counts(
    tmp_path, program, shop, is_panel_first
):
    paths = [panel(tmp_path, 1, 2), rows(tmp_path, 2, 3, state=ODD)]
    files = [made.imported(path, program, shop) for path in (paths if is_panel_first else reversed(paths))]
    read_as(shop, ODD, "sold")
    assert counted() == {"1": 10_000, "2": 10_000, "3": 10_000}
    assert [left_out(each) for each in files] == [[], [("2", LEFT_OUT)]]
    is_right()


def test_a_claim_that_is_left_out_itself_leaves_nothing_out(tmp_path, program, shop):
    """Order 1 by the panel in a state that nobody knows, then by the template: A as delivered, B in the same state. A stands, so the
    panel's line is left out, and B counts with A: 10,000 + 10,000. Of order 2, which nothing stands of, the panel's line holds."""
    first = made.imported(panel(tmp_path, 1, 2), program, shop)
    sale = {"주문일시": "2025-08-12", "통화": "CLP", "거래구분": "판매", "상품금액": "10000", "수량": "1"}
    lines = [(1, "A", "배송완료"), (1, "B", ODD), (2, "A", ODD)]
    told = [
        sale | {"주문번호": order(number).reference, "판매자 상품코드": sku, "주문상태": state}
        for number, sku, state in lines
    ]
    second = made.imported(template(tmp_path, *told), program, shop)
    assert (second.rejected, counted()) == (0, {"1": 10_000})
    read_as(shop, ODD, "sold")
    assert counted() == {"1": 20_000, "2": 10_000}
    assert (left_out(first), left_out(second)) == ([("1", LEFT_OUT)], [("2", LEFT_OUT)])
    is_right()


def test_what_is_read_as_no_sale_is_left_where_it_is(tmp_path, program, shop):
    first = made.imported(panel(tmp_path, 1), program, shop)
    made.imported(api(tmp_path, 1), program, shop)
    read_as(shop, ODD, "cancelled")
    assert (left_out(first), counted()) == ([], {"1": 10_000})
    is_right()


def test_a_reading_that_is_corrected_to_sold_counts_no_order_twice(tmp_path, program, shop):
    """Read as cancelled, then the API tells order 1, then two people say that it means sold."""
    first = made.imported(panel(tmp_path, 1, 2), program, shop)
    read_as(shop, ODD, "cancelled")
    made.imported(api(tmp_path, 1), program, shop)
    read_as(shop, ODD, "sold")
    assert counted() == {"1": 10_000, "2": 10_000}
    assert left_out(first) == [("1", LEFT_OUT)]
    is_right()


def test_a_reading_that_goes_and_comes_counts_each_order_once(tmp_path, program, shop):
    """Read as sold, so the API's row of order 1 is left out; corrected to cancelled nothing counts, until the API's file is taken in once
    more; corrected back, order 1 stays the API's."""
    first = made.imported(panel(tmp_path, 1), program, shop)
    read_as(shop, ODD, "sold")
    second = made.imported(api(tmp_path, 1), program, shop)
    assert (second.rejected, counted()) == (1, {"1": 10_000})
    read_as(shop, ODD, "cancelled")
    assert counted() == {}
    assert made.imported(api(tmp_path, 1, name="again.json"), program, shop).rejected == 0
    assert counted() == {"1": 10_000}
    read_as(shop, ODD, "sold")
    assert (left_out(first), counted()) == ([("1", LEFT_OUT)], {"1": 10_000})
    is_right()


def test_a_newer_file_of_the_same_kind_does_not_bring_it_back(tmp_path, program, shop):
    """The panel's newer export says “delivered” of order 1 while its earlier line still waits: the row is left out as it enters, and the line
    when its state is read."""
    first = made.imported(panel(tmp_path, 1), program, shop)
    made.imported(api(tmp_path, 1), program, shop)
    newer = made.imported(panel(tmp_path, 1, state="Entregado", name="newer.xlsx"), program, shop)
    assert (newer.rejected, counted()) == (1, {"1": 10_000})
    read_as(shop, ODD, "sold")
    assert (left_out(first), counted()) == ([("1", LEFT_OUT)], {"1": 10_000})
    is_right()


def test_the_totals_of_a_file_are_of_what_is_left_also_where_it_says_again_what_was_known(
    tmp_path, program, shop
):
    """Of the second panel file order 1 is known and order 2 new; the API tells 2. The second file's totals are of order 1 alone, then."""
    made.imported(panel(tmp_path, 1), program, shop)
    second = made.imported(panel(tmp_path, 1, 2, name="second.xlsx"), program, shop)
    made.imported(api(tmp_path, 2), program, shop)
    read_as(shop, ODD, "sold")
    assert (left_out(second), counted()) == ([("2", LEFT_OUT)], {"1": 10_000, "2": 10_000})
    assert (second.duplicate, [row["gross"] for row in second.totals]) == (1, ["10000"])
    is_right()


def test_an_import_that_is_taken_back_brings_no_order_in_twice(tmp_path, program, shop):
    """The panel tells order 1 as sold, its newer export as cancelled, so that the API's file enters with it. The newer export is taken
    back: what it had replaced would count again."""
    first = made.imported(panel(tmp_path, 1, 2, state="Entregado"), program, shop)
    newer = made.imported(panel(tmp_path, 1, 2, state="Cancelada", name="newer.xlsx"), program, shop)
    third = made.imported(api(tmp_path, 1), program, shop)
    assert (newer.replaced, third.rejected, counted()) == (2, 0, {"1": 10_000})
    undoing.undo(newer, reason="the wrong month", by=people.officer())
    assert counted() == {"1": 10_000, "2": 10_000}
    assert left_out(first) == [("1", LEFT_OUT)]
    assert told_twice.asked(first) is None
    is_right()


def test_of_a_pack_only_what_is_told_is_left_out_and_it_comes_back_whole(tmp_path, program, shop):
    """Pack 9 of orders 1 and 2, fee 2,000; the API told order 1, of no pack. Read as sold, 2 enters with its half of the fee."""
    made.imported(api(tmp_path, 1), program, shop)
    items = [
        item(sku, order_reference=order(number).reference, status_text=ODD)
        for sku, number in (("A", 1), ("B", 2))
    ]
    pack = order(9, *items, fee_amount=-2_000)
    batch = made.imported(made.ventas(tmp_path, [pack], "pack.xlsx"), program, shop)
    read_as(shop, ODD, "sold")
    assert (left_out(batch), counted()) == ([("1", LEFT_OUT)], {"1": 10_000, "2": 10_000})
    assert SalesLine.objects.get(sku="B", status_class="sold").fee_amount == -1_000
    undoing.undo(ImportBatch.objects.get(file__name="orders.json"), reason="the panel", by=people.officer())
    again = entered(made.taken_in(mended(tmp_path, batch), program, shop))
    assert (again.rows, again.rejected, again.duplicate, again.replaced) == (3, 0, 1, 0)
    assert counted() == {"1": 10_000, "2": 10_000}
    is_right()
