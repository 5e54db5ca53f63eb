"""One sale that two kinds of file tell counts once: by the kind that told it first. What counts twice already is found."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from ground.errors import RuleBroken
from programs.models import Target
from reports.domain import importing, keeping, staging, undoing
from reports.domain.differing import finding
from reports.domain.verifying import verify
from reports.files.mapping.profiles import naru, ownmall
from reports.models import Declaration, Difference, ImportBatch, SalesLine
from reports.queries import told_twice
from reports.views import differing, rejects
from tests.factories import closing, people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order
from tests.reports.files.mapping import made as mapped

pytestmark = pytest.mark.django_db

AUGUST = dt.date(2025, 8, 1)


def api(tmp_path, *numbers: int, pack: int | None = None, name: str = "orders.json"):
    """The same orders as the marketplace's API tells them: 10,000 pesos each."""
    document = {
        "results": [
            {
                "id": int(order(number).reference), "pack_id": pack and int(order(pack).reference), "date_created": "2025-08-12T11:30:00.000-04:00",
                "currency_id": "CLP", "status": "paid", "tags": [],
                "order_items": [{"item": {"id": "MLC9", "seller_sku": "A", "title": "Crema", "variation_id": None},
                                 "quantity": 1, "unit_price": 10000}],
                "payments": [{"id": 7, "transaction_amount_refunded": 0,
                              "date_last_modified": "2025-08-13T10:00:00.000-04:00"}],
            }
            for number in numbers
        ]
    }  # fmt: skip
    return mapped.document(tmp_path / name, document)


def template(tmp_path, *rows: dict[str, str], name: str = "naru.csv"):
    form = [korean for _into, korean, _english in naru.FORM]
    content = mapped.text(naru.TEMPLATE, form, rows)
    return mapped.written(tmp_path / name, content)


def gross() -> Decimal:
    return sum((line.gross_amount for line in SalesLine.objects.all()), Decimal(0))


def entered(batch: ImportBatch) -> ImportBatch:
    return importing.enter(importing.confirm(batch, by=None))


def is_right() -> None:
    """Counts, totals, companies and seals of all files are those of their lines, worked out anew."""
    assert [each for each in verify().differences if each.check != "run_record"] == []


def before_the_rule(tmp_path, program, shop) -> ImportBatch:
    """Order 1 by the panel and by the API, both counting."""
    first = made.imported(made.ventas(tmp_path, [order(1)], "panel.xlsx"), program, shop)
    ImportBatch.objects.filter(pk=first.pk).update(state=ImportBatch.State.IMPORTING)
    second = made.imported(api(tmp_path, 1), program, shop)
    ImportBatch.objects.filter(pk=first.pk).update(state=ImportBatch.State.DONE)
    ImportBatch.objects.update(told_twice=None)
    assert gross() == 20_000
    return second


def test_a_second_kind_of_file_enters_without_the_sales_that_count(tmp_path, program, shop):
    """The panel told orders 1 and 2. Of the API's file of 2 and 3 order 3 enters; the panel's own newer export still replaces its
    lines, although the API's file stands beside it."""
    made.imported(made.ventas(tmp_path, [order(1), order(2)], "panel.xlsx"), program, shop)
    both = made.taken_in(api(tmp_path, 2, 3), program, shop)
    assert told_twice.of(both) == told_twice.ToldTwice(1, order(2).reference, ("panel.xlsx",))
    both = entered(both)
    assert (both.rows, both.accepted, both.rejected, both.lines, gross()) == (4, 3, 1, 1, 30_000)
    assert [(row["gross"], row["net"]) for row in both.totals] == [("10000", "10000")]
    assert [(row["lines"], row["gross"]) for row in both.by_company] == [(1, "10000")]
    left = both.rejections.get()
    assert (left.row, left.value, left.code) == (1, order(2).reference, "told_elsewhere")
    assert "panel.xlsx" in left.reason_ko
    assert "panel.xlsx" in left.reason_en
    assert (importing.enter(both).rejected, both.rejections.count()) == (1, 1)
    newer = made.taken_in(
        made.ventas(tmp_path, [order(1), order(2, refund_amount=-4_000)], "n.xlsx"), program, shop
    )
    newer = entered(newer)
    assert (newer.replaced, newer.rejected) == (1, 0)
    late = made.taken_in(made.ventas(tmp_path, [order(3)], "late.xlsx"), program, shop)
    assert told_twice.of(late) == told_twice.ToldTwice(1, order(3).reference, ("orders.json",))
    late = entered(late)
    assert (late.state, late.accepted, late.lines, late.totals, gross()) == ("done", 0, 0, [], 30_000)
    again = entered(made.taken_in(api(tmp_path, 2, 3, name="again.json"), program, shop))
    assert (again.rejected, again.duplicate, gross()) == (1, 1, 30_000)
    is_right()


def test_two_files_that_are_confirmed_before_either_has_entered(tmp_path, program, shop):
    panel = made.taken_in(made.ventas(tmp_path, [order(1)], "panel.xlsx"), program, shop)
    json = made.taken_in(api(tmp_path, 1, 2), program, shop)
    assert (told_twice.of(panel), told_twice.of(json)) == (None, None)
    panel, json = (importing.confirm(each, by=None) for each in (panel, json))
    importing.enter(panel)
    assert (importing.enter(json).rejected, gross()) == (1, 20_000)
    is_right()


def test_a_file_whose_staging_is_gone_enters_without_them_too(tmp_path, program, shop):
    made.imported(made.ventas(tmp_path, [order(1)], "panel.xlsx"), program, shop)
    batch = made.taken_in(api(tmp_path, 1, 2), program, shop)
    staging.drop(batch.pk)
    batch = entered(batch)
    assert (batch.rejected, batch.lines, gross()) == (1, 1, 20_000)
    is_right()


def test_a_pack_is_told_by_its_own_number_or_by_those_of_its_orders(tmp_path, program, shop):
    """The panel's pack 9 of two products of 10,000, whose rows have no number of their own; the API has orders 1 and 2 of pack 9."""
    pack = order(9, item("A"), item("B"))
    made.imported(made.ventas(tmp_path, [pack], "panel.xlsx"), program, shop)
    batch = entered(made.taken_in(api(tmp_path, 1, 2, pack=9), program, shop))
    assert (batch.rejected, batch.lines, gross()) == (2, 0, 20_000)
    is_right()


def test_a_panel_s_pack_is_left_out_with_its_first_row_and_comes_back_whole(tmp_path, program, shop):
    """Told first by the API. Its file is taken back; the panel's rejected rows, in the panel's own layout, then enter."""
    first = made.imported(api(tmp_path, 1, 2, pack=9), program, shop)
    panel = made.ventas(tmp_path, [order(3), order(9, item("A"), item("B")), order(4)], "panel.xlsx")
    batch = entered(made.taken_in(panel, program, shop))
    assert (batch.rows, batch.accepted, batch.rejected, batch.lines, gross()) == (5, 2, 3, 2, 40_000)
    is_right()
    undoing.undo(first, reason="the other kind of file", by=people.officer())
    assert gross() == 20_000
    mended = tmp_path / "mended.xlsx"
    mended.write_bytes(io.BytesIO(rejects.in_own_layout(batch).content).read())
    batch = entered(made.taken_in(mended, program, shop))
    assert (batch.rows, batch.rejected, batch.lines, gross()) == (3, 0, 2, 40_000)
    is_right()


def test_a_pack_that_was_told_in_part_comes_back_whole_and_only_that_part_enters(tmp_path, program, shop):
    """The API told order 1 of 10,000, the panel has it in pack 9 beside order 2, with a fee of 2,000 on the pack: order 2 enters with its half.
    The rejected row comes with its pack. Uploaded again it stays out while the API's file stands, and enters once that is taken back."""
    first = made.imported(api(tmp_path, 1), program, shop)
    items = [item(sku, order_reference=order(number).reference) for sku, number in (("A", 1), ("B", 2))]
    panel = made.ventas(tmp_path, [order(3), order(9, *items, fee_amount=-2_000), order(4)], "panel.xlsx")
    batch = entered(made.taken_in(panel, program, shop))
    assert (batch.rows, batch.accepted, batch.rejected, batch.lines, gross()) == (5, 4, 1, 3, 40_000)
    assert batch.rejections.get().row == 9
    assert SalesLine.objects.get(sku="B").net_amount == 9_000
    is_right()
    mended = tmp_path / "mended.xlsx"
    mended.write_bytes(rejects.in_own_layout(batch).content)
    reasons = [row[-1] for row in CalamineWorkbook.from_path(str(mended)).get_sheet_by_index(0).to_python()][
        6:
    ]
    assert ["다시 반영하지 않았습니다" in reason for reason in reasons] == [False, True, False]
    assert [reason.startswith("반려된 행이 아닙니다") for reason in reasons] == [True, False, True]
    again = entered(made.taken_in(mended, program, shop))
    assert (again.rows, again.rejected, again.duplicate, again.replaced, gross()) == (3, 1, 2, 0, 40_000)
    undoing.undo(again, reason="too early", by=people.officer())
    undoing.undo(first, reason="the other kind of file", by=people.officer())
    assert gross() == 30_000
    again = entered(made.taken_in(mended, program, shop))
    assert (again.rows, again.rejected, again.duplicate, again.replaced, gross()) == (3, 0, 1, 0, 40_000)
    assert SalesLine.objects.get(sku="A", batch=again).net_amount == 9_000
    is_right()


@pytest.mark.parametrize("has_more", [False, True])
def test_a_pack_of_which_a_later_file_told_newer_values_is_not_set_back(tmp_path, program, shop, has_more):
    """The API told order 1, so of pack 9 order 2 alone entered by the panel; then 18,000 of the pack are paid back, of 2 its half. The API's
    file is taken back. The rows of the earlier panel file would say that nothing was paid back, so they are not to be had; those of pack 8
    (orders 5 and 6, of which the API told 5) are."""
    first = made.imported(api(tmp_path, 1, 5), program, shop)

    def pack(number: int, *products: tuple[str, int], **more: int):
        return order(number, *(item(s, order_reference=order(n).reference) for s, n in products), **more)

    others = [pack(8, ("C", 5), ("D", 6))] if has_more else []
    panel = made.ventas(tmp_path, [order(3), pack(9, ("A", 1), ("B", 2)), *others], "panel.xlsx")
    batch = entered(made.taken_in(panel, program, shop))
    newer = made.ventas(tmp_path, [pack(9, ("A", 1), ("B", 2), refund_amount=-18_000)], "newer.xlsx")
    assert entered(made.taken_in(newer, program, shop)).replaced == 1
    undoing.undo(first, reason="the other kind of file", by=people.officer())
    refunded = SalesLine.objects.filter(sku="B").aggregate(Sum("refund_amount"))
    assert refunded == {"refund_amount__sum": -9_000}
    if not has_more:
        with pytest.raises(RuleBroken) as refused:
            rejects.in_own_layout(batch)
        assert refused.value.code == "told_newer"
        return
    mended = tmp_path / "mended.xlsx"
    mended.write_bytes(rejects.in_own_layout(batch).content)
    table = CalamineWorkbook.from_path(str(mended)).get_sheet_by_index(0).to_python()
    assert "3개 행" in table[5][-1]
    again = entered(made.taken_in(mended, program, shop))
    assert (again.rows, again.rejected, again.duplicate, again.replaced) == (3, 0, 1, 0)
    assert SalesLine.objects.filter(sku="B").aggregate(Sum("refund_amount")) == refunded
    assert SalesLine.objects.filter(sku="C", batch=again).exists()
    is_right()


def test_only_what_counts_is_told(tmp_path, program, shop):
    """Order 1 is cancelled in the first kind and order 2 not paid: both count when the other kind tells them as sold. A cancelled row of
    an order that counts is no telling either. When the first kind tells order 2 as sold later, it counts by the other already."""
    sale = {"주문일시": "2025-08-12", "통화": "CLP", "거래구분": "판매", "상품금액": "10000", "수량": "1"}
    one, two = ({"주문번호": order(number).reference} for number in (1, 2))
    rows = [sale | one | {"주문상태": "취소"}, sale | two | {"주문상태": "pago pendiente"}]
    made.imported(template(tmp_path, *rows), program, shop)
    assert set(SalesLine.objects.values_list("status_class", flat=True)) == {"cancelled", "pending"}
    batch = made.taken_in(api(tmp_path, 1, 2), program, shop)
    assert told_twice.of(batch) is None
    assert entered(batch).rejected == 0
    later = template(
        tmp_path, sale | one | {"주문상태": "취소"}, sale | two | {"주문상태": "배송완료"}, name="later.csv"
    )
    batch = entered(made.taken_in(later, program, shop))
    assert (batch.rejected, batch.duplicate, batch.replaced) == (1, 1, 0)
    assert batch.rejections.get().value == order(2).reference
    is_right()


def test_the_rest_of_a_file_enters_though_the_month_of_the_earlier_one_is_closed(tmp_path, program, shop):
    """Order 1 of August is closed with the panel's file. The template tells it once more, and a sale of 777 in September."""
    made.rates(AUGUST, dt.date(2025, 10, 2))
    made.imported(made.ventas(tmp_path, [order(1)], "panel.xlsx"), program, shop)
    closing.closed(program, AUGUST)
    sale = {"통화": "CLP", "거래구분": "판매", "수량": "1"}
    path = template(
        tmp_path,
        sale | {"주문번호": order(1).reference, "주문일시": "2025-08-12", "상품금액": "10000"},
        sale | {"주문번호": "S-1", "주문일시": "2025-09-12", "상품금액": "777"},
    )
    batch = entered(made.taken_in(path, program, shop))
    assert (batch.rejected, batch.accepted, gross()) == (1, 1, 10_777)
    is_right()


def test_an_order_of_which_the_other_kind_says_a_later_day_counts_once(tmp_path, program, shop):
    """A pre-order of 12 August whose parcel went a month later."""
    made.imported(api(tmp_path, 1), program, shop)
    row = {
        "주문번호": order(1).reference,
        "주문일시": "2025-09-30",
        "통화": "CLP",
        "거래구분": "판매",
        "상품금액": "10000",
        "수량": "1",
    }
    assert entered(made.taken_in(template(tmp_path, row), program, shop)).rejected == 1
    assert gross() == 10_000


def test_after_the_first_import_is_taken_back_the_other_kind_enters(tmp_path, program, shop):
    first = made.imported(made.ventas(tmp_path, [order(1)], "panel.xlsx"), program, shop)
    second = made.taken_in(api(tmp_path, 1), program, shop)
    undoing.undo(first, reason="the other kind of file", by=people.officer())
    assert (entered(second).rejected, gross()) == (0, 10_000)


def test_a_refund_alone_is_no_second_telling_and_another_shop_is_another(tmp_path, program, shop):
    made.imported(made.ventas(tmp_path, [order(1)], "panel.xlsx"), program, shop)
    refund = {
        "주문번호": order(1).reference,
        "주문일시": "2025-08-20",
        "통화": "CLP",
        "거래구분": "환불",
        "환불금액": "4000",
    }
    batch = made.taken_in(template(tmp_path, refund), program, shop)
    assert told_twice.of(batch) is None
    sale = refund | {"거래구분": "판매", "환불금액": "", "상품금액": "10000", "수량": "1"}
    batch = made.taken_in(template(tmp_path, refund, sale, name="sale.csv"), program, shop)
    assert told_twice.of(batch) == told_twice.ToldTwice(1, order(1).reference, ("panel.xlsx",))
    other = programs.store("OTHER", company=register.company(1))
    assert told_twice.of(made.taken_in(api(tmp_path, 1), program, other)) is None


def test_a_mall_s_orders_and_its_parcels_count_once(tmp_path, program, shop):
    """The post dates the parcel of an order of 12 August five days later."""
    form = ("주문번호", "품목별 주문번호", "주문일시", "주문상태", "상품코드", "수량", "결제통화", "판매가")
    row = {"주문번호": "M-1", "품목별 주문번호": "M-1-01", "주문일시": "2025-08-12 10:00:00", "주문상태": "배송완료", "수량": "1",
           "결제통화": "USD", "판매가": "30"}  # fmt: skip
    mall = mapped.written(tmp_path / "mall.csv", mapped.text(ownmall.MALL_ORDERS, form, [row]))
    made.imported(mall, program, shop)
    post = ("고객주문번호", "접수일자", "도착국가", "내용품명", "수량", "통화", "물품가액")
    parcel = {"고객주문번호": "M-1", "접수일자": "20250817", "도착국가": "US", "내용품명": "Cream", "수량": "1", "통화": "USD",
              "물품가액": "30"}  # fmt: skip
    path = mapped.written(tmp_path / "post.csv", mapped.text(ownmall.POST_PARCELS, post, [parcel]))
    batch = made.taken_in(path, program, shop)
    assert told_twice.of(batch) == told_twice.ToldTwice(1, "M-1", ("mall.csv",))


def test_pages_say_before_what_will_not_enter_and_of_old_files_what_counts_twice(
    client, tmp_path, program, shop
):
    old = before_the_rule(tmp_path, program, shop)
    batch = made.taken_in(made.ventas(tmp_path, [order(7)], "seven.xlsx"), program, shop)
    entered(batch)
    batch = made.taken_in(api(tmp_path, 7, 8, name="eight.json"), program, shop)
    client.force_login(register.member(register.company(1)))
    page = client.get(reverse("sales_file", args=[batch.pk])).content.decode()
    assert "seven.xlsx" in page
    assert "다시 반영하지 않고" in page
    assert client.post(reverse("sales_file_confirm", args=[batch.pk])).status_code == 302
    importing.enter(batch)
    page = client.get(reverse("sales_file", args=[batch.pk])).content.decode()
    assert "이 주문은 다른 종류의 파일(seven.xlsx)로 이미 집계되어 있어" in page
    assert "두 번 집계되고 있습니다" not in page
    page = client.get(reverse("sales_file", args=[old.pk])).content.decode()
    assert "두 번 집계되고 있습니다" in page
    client.force_login(people.officer())
    page = client.get(reverse("admin:reports_importbatch_change", args=[old.pk])).content.decode()
    assert "두 번 집계되고 있습니다" in page


def reads_lines(batch: ImportBatch) -> bool:
    """Whether its page reads lines of the ledger to say what counts twice."""
    with CaptureQueriesContext(connection) as asked:
        told_twice.of(batch)
    return any("reports_sales_line" in each["sql"] for each in asked)


def fresh(batch: ImportBatch) -> ImportBatch:
    return ImportBatch.objects.get(pk=batch.pk)


def test_what_counts_twice_is_kept_with_the_file_and_asked_anew_only_when_something_changed(
    tmp_path, program, shop
):
    """Order 1 counts by the panel and by the API since before the rule: nothing is kept, until the worker has looked. Further files change
    nothing for those that tell nothing twice; one that was found is asked anew. Without the API's file the panel's tells nothing
    twice."""
    second = before_the_rule(tmp_path, program, shop)
    first = ImportBatch.objects.get(file__name="panel.xlsx")
    twice = {
        first.pk: told_twice.ToldTwice(1, order(1).reference, ("orders.json",)),
        second.pk: told_twice.ToldTwice(1, order(1).reference, ("panel.xlsx",)),
    }
    assert reads_lines(fresh(first))
    assert keeping.renew() == 2
    assert keeping.renew() == 0
    for each in (first, second):
        assert not reads_lines(fresh(each))
        assert told_twice.of(fresh(each)) == twice[each.pk]
    third = entered(made.taken_in(api(tmp_path, 1, 2, name="third.json"), program, shop))
    assert [fresh(each).told_twice for each in (first, second, third)] == [None, None, None]
    assert keeping.renew() == 3
    assert told_twice.of(fresh(third)) is None
    undoing.undo(third, reason="one too many", by=people.officer())
    undoing.undo(second, reason="the other kind of file", by=people.officer())
    assert keeping.renew() == 1
    assert told_twice.of(fresh(first)) is None
    fourth = entered(made.taken_in(api(tmp_path, 1, 3, name="fourth.json"), program, shop))
    assert fourth.rejected == 1
    for each in (first, fourth):
        assert fresh(each).told_twice == {"moment": "paid", "orders": 0, "first": "", "files": []}
        assert not reads_lines(fresh(each))
    assert keeping.renew() == 0
    programs.target(program, moment=Target.Moment.ORDERED)
    assert reads_lines(fresh(first))
    assert keeping.renew() == 2
    assert not reads_lines(fresh(first))


@pytest.mark.parametrize("has_deduction", [False, True])
def test_what_counts_twice_is_proposed_as_the_cause_of_a_difference(tmp_path, program, shop, has_deduction):
    """10,000 pesos told by two kinds of file count as 20,000: two lines of 14,737 won at 1,400 / 950. Declared 14,737. A deduction of
    1,000 pesos (1,474 won) by a third kind tells no sale, and hides nothing."""
    made.rates(AUGUST, dt.date(2025, 10, 2))
    before_the_rule(tmp_path, program, shop)
    declared, deducted = 14_737, 0
    if has_deduction:
        row = {
            "주문번호": order(1).reference,
            "주문일시": "2025-08-12",
            "통화": "CLP",
            "거래구분": "할인",
            "상품금액": "-1000",
        }
        assert made.imported(template(tmp_path, row), program, shop).accepted == 1
        deducted = 1_474
    part = programs.participation(register.company(1))
    Declaration.objects.create(
        agency=part.agency, participation=part, company=part.company, month=AUGUST, currency=programs.currency("KRW"),
        amount=declared - deducted, orders=1, declared_by=register.member(part.company), declared_at=dt.datetime(2025, 9, 5, tzinfo=dt.UTC),
    )  # fmt: skip
    finding.find(program)
    found = Difference.objects.get()
    assert (found.left_krw, found.right_krw) == (declared - deducted, 29_474 - deducted)
    assert found.causes == [
        {"cause": "duplicate", "krw": "14737", "facts": {"kind": "stores", "amount": "14737"}}
    ]
    assert "다른 종류의 파일" in differing.cause_rows(found)[0]["why"]
