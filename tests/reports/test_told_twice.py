"""One sale that two kinds of file tell counts once: the second kind is refused, and what counts twice already is found."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from ground.clock import SEOUL
from ground.errors import RuleBroken
from reports.domain import confirming, importing, undoing
from reports.domain.differing import finding
from reports.files.mapping.profiles import naru, ownmall
from reports.models import Declaration, Difference, ImportBatch, SalesLine
from reports.queries import told_twice
from reports.views import differing
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import order
from tests.reports.files.mapping import made as mapped

pytestmark = pytest.mark.django_db

AUGUST = dt.date(2025, 8, 1)


@pytest.fixture
def program(move_clock):
    move_clock(dt.datetime(2025, 10, 2, 9, tzinfo=SEOUL))
    for code in ("CLP", "USD"):
        programs.currency(code)
    return programs.program(starts_on=AUGUST)


@pytest.fixture
def shop(program):
    store = programs.store("OWN", company=register.company(1))
    programs.assignment(store, programs.participation(register.company(1), program))
    return store


def api(tmp_path, *numbers: int, refunded: int = 0, name: str = "orders.json"):
    """The same orders as the marketplace's API tells them: 10,000 pesos each."""
    document = {
        "results": [
            {
                "id": int(order(number).reference), "pack_id": None, "date_created": "2025-08-12T11:30:00.000-04:00",
                "currency_id": "CLP", "status": "paid", "tags": [],
                "order_items": [{"item": {"id": "MLC9", "seller_sku": "A", "title": "Crema", "variation_id": None},
                                 "quantity": 1, "unit_price": 10000}],
                "payments": [{"id": 7, "transaction_amount_refunded": refunded,
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


def test_a_second_kind_of_file_is_refused_where_it_tells_sales_that_count(tmp_path, program, shop):
    """The panel told orders 1 and 2. The API's file of 2 and 3 has one of them; alone with 3 it enters; the panel's own newer export
    still replaces its lines, although the API's file stands beside it."""
    made.imported(made.ventas(tmp_path, [order(1), order(2)], "panel.xlsx"), program, shop)
    both = made.taken_in(api(tmp_path, 2, 3), program, shop)
    assert told_twice.of(both) == told_twice.ToldTwice(1, order(2).reference, ("panel.xlsx",))
    with pytest.raises(RuleBroken) as refused:
        confirming.confirm(both, by=None)
    assert refused.value.code == "told_twice"
    both.refresh_from_db()
    assert (both.state, gross()) == (ImportBatch.State.PREVIEW, 20_000)
    alone = made.taken_in(api(tmp_path, 3, name="alone.json"), program, shop)
    assert told_twice.of(alone) is None
    importing.enter(confirming.confirm(alone, by=None))
    assert gross() == 30_000
    newer = made.taken_in(
        made.ventas(tmp_path, [order(1), order(2, refund_amount=-4_000)], "n.xlsx"), program, shop
    )
    assert importing.enter(confirming.confirm(newer, by=None)).replaced == 1
    late = made.taken_in(made.ventas(tmp_path, [order(3)], "late.xlsx"), program, shop)
    assert told_twice.of(late) == told_twice.ToldTwice(1, order(3).reference, ("alone.json",))


def test_after_the_first_import_is_taken_back_the_other_kind_enters(tmp_path, program, shop):
    first = made.imported(made.ventas(tmp_path, [order(1)], "panel.xlsx"), program, shop)
    second = made.taken_in(api(tmp_path, 1), program, shop)
    undoing.undo(first, reason="the other kind of file", by=people.officer())
    importing.enter(confirming.confirm(second, by=None))
    assert gross() == 10_000


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


def test_pages_say_it_before_and_after_and_offer_no_import(client, tmp_path, program, shop):
    made.imported(made.ventas(tmp_path, [order(1)], "panel.xlsx"), program, shop)
    batch = made.taken_in(api(tmp_path, 1), program, shop)
    client.force_login(register.member(register.company(1)))
    page = client.get(reverse("sales_file", args=[batch.pk])).content.decode()
    assert "panel.xlsx" in page
    assert reverse("sales_file_confirm", args=[batch.pk]) not in page
    assert reverse("sales_file_cancel", args=[batch.pk]) in page
    assert client.post(reverse("sales_file_confirm", args=[batch.pk])).status_code == 409
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.PREVIEW
    importing.enter(importing.confirm(batch, by=None))  # as it was before there was this rule
    page = client.get(reverse("sales_file", args=[batch.pk])).content.decode()
    assert "두 번 집계되고 있습니다" in page
    client.force_login(people.officer())
    page = client.get(reverse("admin:reports_importbatch_change", args=[batch.pk])).content.decode()
    assert "두 번 집계되고 있습니다" in page


def test_what_counts_twice_is_proposed_as_the_cause_of_a_difference(tmp_path, program, shop):
    """10,000 pesos told by two kinds of file count as 20,000: two lines of 14,737 won at 1,400 / 950. Declared 14,737."""
    made.rates(AUGUST, dt.date(2025, 10, 2))
    made.imported(made.ventas(tmp_path, [order(1)], "panel.xlsx"), program, shop)
    made.imported(api(tmp_path, 1), program, shop)
    part = programs.participation(register.company(1))
    Declaration.objects.create(
        agency=part.agency, participation=part, company=part.company, month=AUGUST, currency=programs.currency("KRW"),
        amount=14_737, orders=1, declared_by=register.member(part.company), declared_at=dt.datetime(2025, 9, 5, tzinfo=dt.UTC),
    )  # fmt: skip
    finding.find(program)
    found = Difference.objects.get()
    assert (found.left_krw, found.right_krw) == (14_737, 29_474)
    assert found.causes == [
        {"cause": "duplicate", "krw": "14737", "facts": {"kind": "stores", "amount": "14737"}}
    ]
    assert "다른 종류의 파일" in differing.cause_rows(found)[0]["why"]
