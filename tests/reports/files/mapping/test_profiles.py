"""A hand-worked file of each profile: made up, under the headings that real files have, read to the last unit."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reports.files.lines import CustomsLine, PayoutLine
from reports.files.mapping import Context
from reports.files.mapping.profiles import (
    BUILT_IN,
    BY_CODE,
    customs,
    lazada,
    mercadolibre,
    naru,
    qoo10,
)
from tests.reports.files.mapping import headings, made
from tests.reports.files.mapping.made import codes, notes

D = Decimal
MANILA = Context("PHP", "Asia/Manila")
TOKYO = Context("JPY", "Asia/Tokyo")
SEOUL = Context("KRW", "Asia/Seoul")
SANTIAGO = Context("CLP", "America/Santiago")


def test_every_profile_says_which_file_it_is():
    assert len({each.label and each.code for each in BUILT_IN}) == len(BUILT_IN) == len(BY_CODE)


def test_narus_template(tmp_path: Path):
    form = [korean for _into, korean, _english in naru.FORM]
    common = {
        "주문일시": "2026-03-31 23:30:00",
        "통화": "USD",
        "마켓 상품번호": "L1",
        "판매자 상품코드": "S-01",
    }
    rows = [
        # 2 x 12.50 = 25.00, less 1.50 discount, 3.25 fee, 2.00 shipping; 4.00 from buyers: 22.25
        common | {"주문번호": "A-1", "주문상태": "배송완료", "수량": "2", "단가": "12.50", "판매자 할인": "1.50",
                  "판매수수료": "3.25", "배송비 수입": "4", "배송비 지출": "2.00", "순액": "22.25"},
        # the same order, later: a refund of its own
        common | {"주문번호": "A-1", "거래구분": "환불", "주문일시": "2026-04-02", "환불금액": "25.00"},
        # yen have no decimals
        common | {"주문번호": "A-2", "주문상태": "무언가", "수량": "1", "단가": "1,200", "통화": "JPY", "상품금액": "1,200"},
        common | {"주문번호": "A-3", "단가": "10.5", "통화": "JPY", "수량": "1"},
        common | {"주문번호": "A-4", "상품금액": "10", "판매수수료": "1", "순액": "10"},
    ]  # fmt: skip
    path = made.written(tmp_path / "naru.csv", made.text(naru.TEMPLATE, form, rows, encoding="utf-8-sig"))
    facts, reading = made.taken(path, naru.TEMPLATE, SEOUL)
    assert [made.short(fact) for fact in facts] == [
        ("A-1|L1|S-01", "sale", "2026-03-31T23:30:00+09:00", "2", "25", "-1.5", "4", "0", "22.25", "USD", "sold"),
        ("A-1|L1|S-01|refund", "refund", "2026-04-02T00:00:00+09:00", "0", "0", "0", "0", "-25", "-25", "USD", "sold"),
        ("A-2|L1|S-01", "sale", "2026-03-31T23:30:00+09:00", "1", "1200", "0", "0", "0", "1200", "JPY", "look"),
    ]  # fmt: skip
    assert codes(reading) == [(5, "단가", "10.5", "fraction"), (6, "순액", "10", "parts_sum")]
    account = reading.account
    assert (account.rows, account.lines, account.rejected_rows) == (5, 3, 2)
    assert account.totals["USD"]["net_amount"] == D("-2.75")
    assert account.totals["USD"]["fee_amount"] == D("-3.25")
    assert account.totals["JPY"]["gross_amount"] == 1200
    assert (account.first_at.isoformat(), account.last_at.isoformat()) == (  # type: ignore[union-attr]
        "2026-03-31T14:30:00+00:00",
        "2026-04-01T15:00:00+00:00",
    )
    assert notes(reading) == ["note_currencies", "note_unknown_states"]
    english = [label for _into, _korean, label in naru.FORM]
    row = {
        "Order number": "A-9",
        "Ordered at": "2026-03-31",
        "Currency": "USD",
        "Products": 1234.5,
        "Fee": 0.1,
    }
    path = made.workbook(tmp_path / "naru.xlsx", naru.TEMPLATE, english, [row])
    facts, _reading = made.taken(path, naru.TEMPLATE, SEOUL)
    assert [made.short(fact)[4:9] for fact in facts] == [("1234.5", "0", "0", "0", "1234.4")]


def test_mercado_libres_orders(tmp_path: Path):
    def order(number: int, **more: Any) -> dict[str, Any]:
        item = {"item": {"id": "MLM100", "seller_sku": "S-1", "title": "Crema", "variation_id": None},
                "quantity": 2, "unit_price": 150.25, "sale_fee": 20.0}  # fmt: skip
        other = {"item": {"id": "MLM200", "seller_sku": "S-2", "title": "Jabón", "variation_id": 7},
                 "quantity": 1, "unit_price": 99, "sale_fee": 9.0}  # fmt: skip
        payment = {"id": 5000 + number, "transaction_amount_refunded": 0, "date_last_modified": None}
        return {
            "id": 2000000000000000 + number, "pack_id": None, "date_created": "2026-03-31T23:10:00.000-04:00",
            "currency_id": "MXN", "status": "paid", "order_items": [item, other], "payments": [payment],
            "buyer": {"id": 1, "nickname": made.PERSON, "first_name": made.PERSON}, "tags": ["paid"],
        } | more  # fmt: skip

    refunded = {
        "id": 5002,
        "transaction_amount_refunded": 99.5,
        "date_last_modified": "2026-04-03T10:00:00.000-04:00",
    }
    path = made.document(
        tmp_path / "orders.json", {"results": [order(1), order(2, status="cancelled", payments=[refunded])]}
    )
    facts, reading = made.taken(path, mercadolibre.ORDERS_JSON, Context("MXN", "America/Mexico_City"))
    at, number = "2026-03-31T23:10:00-04:00", "200000000000000"
    assert [made.short(fact) for fact in facts] == [
        (f"{number}1|MLM100||", "sale", at, "2", "300.5", "0", "0", "0", "300.5", "MXN", "sold"),
        (f"{number}1|MLM200|7|", "sale", at, "1", "99", "0", "0", "0", "99", "MXN", "sold"),
        (f"{number}2|MLM100||", "sale", at, "2", "300.5", "0", "0", "0", "300.5", "MXN", "cancelled"),
        (f"{number}2|MLM200|7|", "sale", at, "1", "99", "0", "0", "0", "99", "MXN", "cancelled"),
        (f"{number}2|||5002|refund", "refund", "2026-04-03T10:00:00-04:00", "0", "0", "0", "0", "-99.5", "-99.5",
         "MXN", "cancelled"),
    ]  # fmt: skip
    assert (reading.account.rows, reading.account.skipped, reading.account.lines) == (6, 1, 5)
    assert reading.account.totals["MXN"]["net_amount"] == D("699.5")
    assert "buyer.nickname" in reading.account.personal_columns


def test_mercado_pagos_settlement(tmp_path: Path):
    common = {"SETTLEMENT_CURRENCY": "CLP", "TRANSACTION_DATE": "2026-03-30T10:00:00.000-04:00",
              "SETTLEMENT_DATE": "2026-04-02T10:00:00.000-04:00"}  # fmt: skip
    rows = [
        common | {"SOURCE_ID": "9001", "TRANSACTION_TYPE": "SETTLEMENT", "TRANSACTION_AMOUNT": "12990.00",
                  "FEE_AMOUNT": "-1500.00", "SETTLEMENT_NET_AMOUNT": "11490.00", "ORDER_ID": "2000"},
        common | {"SOURCE_ID": "9001", "TRANSACTION_TYPE": "REFUND", "TRANSACTION_AMOUNT": "-12990.00",
                  "FEE_AMOUNT": "1500.00", "SETTLEMENT_NET_AMOUNT": "-11490.00"},
        common | {"SOURCE_ID": "9002", "TRANSACTION_TYPE": "SETTLEMENT", "TRANSACTION_AMOUNT": "5000",
                  "COUPON_AMOUNT": "-500", "FEE_AMOUNT": "-700", "SETTLEMENT_NET_AMOUNT": "3800"},
        common | {"SOURCE_ID": "9003", "TRANSACTION_TYPE": "SETTLEMENT", "TRANSACTION_AMOUNT": "5000",
                  "FEE_AMOUNT": "-700", "SETTLEMENT_NET_AMOUNT": "4400"},
        common | {"SOURCE_ID": "9004", "TRANSACTION_TYPE": "PAYOUTS", "TRANSACTION_AMOUNT": "-3800",
                  "FEE_AMOUNT": "0", "SETTLEMENT_NET_AMOUNT": "-3800"},
    ]  # fmt: skip
    path = made.written(
        tmp_path / "mp.csv", made.text(mercadolibre.SETTLEMENT, headings.SETTLEMENT, rows, delimiter=";")
    )
    lines, reading = made.taken(path, mercadolibre.SETTLEMENT, SANTIAGO)
    assert [(line.source_reference, line.description_class, line.net_amount) for line in lines] == [
        ("9001", "payment", 11490), ("9001", "refund", -11490), ("9002", "payment", 3800), ("9004", "payout", -3800),
    ]  # fmt: skip
    assert codes(reading) == [(5, "SETTLEMENT_NET_AMOUNT", "4400", "parts_sum")]
    assert dict(reading.account.rejects[0].reason.parameters) == {"sum": "4,300", "total": "4,400"}
    assert isinstance(lines[0], PayoutLine)
    assert (lines[1].net_credit_amount, lines[1].net_debit_amount) == (0, 11490)
    assert lines[0].released_at.isoformat() == "2026-04-02T10:00:00-04:00"


def test_lazadas_items_and_orders(tmp_path: Path):
    item = {"order_item_id": 101, "order_id": "3001", "name": "Serum", "sku": "S-1", "shop_sku": "LZ-1", "status": "delivered",
            "currency": "PHP", "item_price": "499.00", "paid_price": "449.00", "voucher_seller": "30.00",
            "voucher_platform": "20.00", "shipping_amount": "45.50", "created_at": "2026-03-31 23:59:59 +0800",
            "buyer_id": made.PERSON}  # fmt: skip
    returned = item | {"order_item_id": 102, "status": "returned", "created_at": "2026-03-31T23:59:59+08:00"}
    path = made.document(tmp_path / "items.json", {"code": "0", "data": [item, returned]})
    facts, reading = made.taken(path, lazada.ITEMS_JSON, MANILA)
    at = "2026-03-31T23:59:59+08:00"
    assert [made.short(fact) for fact in facts] == [
        ("3001|101", "sale", at, "1", "499", "-30", "45.5", "0", "514.5", "PHP", "sold"),
        ("3001|102", "sale", at, "1", "499", "-30", "45.5", "0", "514.5", "PHP", "refunded"),
    ]  # fmt: skip
    assert facts[0].platform_discount_amount == "20"
    assert reading.account.totals["PHP"]["net_amount"] == 1029
    row = {"orderItemId": "201", "orderNumber": "3002", "createTime": "31 Mar 2026 23:59", "sellerSku": "S-1",
           "lazadaSku": "LZ-1", "itemName": "Serum", "status": "canceled", "unitPrice": 499, "shippingFee": 45.5,
           "sellerDiscountTotal": 0}  # fmt: skip
    path = made.workbook(tmp_path / "orders.xlsx", lazada.ORDERS_XLSX, headings.LAZADA_ORDERS, [row])
    facts, reading = made.taken(path, lazada.ORDERS_XLSX, MANILA)
    assert [made.short(fact) for fact in facts] == [
        ("3002|201", "sale", "2026-03-31T23:59:00+08:00", "1", "499", "0", "45.5", "0", "544.5", "PHP", "cancelled")
    ]  # fmt: skip
    assert {"customerName", "shippingAddress", "billingPhone"} <= set(reading.account.personal_columns)


def test_lazadas_finance(tmp_path: Path):
    def row(number: str, name: str, amount: str) -> dict[str, str]:
        return {"Transaction Date": "17 May 2026", "Transaction Type": "Orders-Sales", "Fee Name": name,
                "Transaction Number": number, "Amount": amount, "Order No.": "3001", "Order Item No.": "101",
                "Seller SKU": "S-1"}  # fmt: skip

    rows = [row("T1", "Item Price Credit", "1,499.00"), row("T2", "Payment Fee", "-0.62"), row("T3", "New Thing", "-5"),
            row("T4", "Commission", "95,00")]  # fmt: skip
    path = made.written(
        tmp_path / "finance.csv", made.text(lazada.FINANCE_CSV, headings.LAZADA_FINANCE, rows)
    )
    lines, reading = made.taken(path, lazada.FINANCE_CSV, MANILA)
    assert [(line.line_key, line.description_class, line.net_amount, line.currency) for line in lines] == [
        ("T1|101|Item Price Credit", "payment", D("1499"), "PHP"),
        ("T2|101|Payment Fee", "fee", D("-0.62"), "PHP"),
        ("T3|101|New Thing", "other", D(-5), "PHP"),
    ]
    assert lines[0].released_at.isoformat() == "2026-05-17T00:00:00+08:00"
    assert codes(reading) == [(5, "Amount", "95,00", "ambiguous_amount")]
    api = {"transaction_date": "17 May 2026", "transaction_number": "T1", "fee_name": "Commission", "lazada_sku": "x",
           "transaction_type": "Orders-Lazada Fees", "amount": "-12.30", "order_no": "3001", "orderItem_no": "101",
           "seller_sku": "S-1", "payment_ref_id": "P1", "comment": made.PERSON}  # fmt: skip
    path = made.document(tmp_path / "finance.json", {"data": [api]})
    lines, reading = made.taken(path, lazada.FINANCE_JSON, MANILA)
    assert [(line.net_amount, line.external_reference) for line in lines] == [(D("-12.3"), "P1")]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig"])
def test_qoo10(tmp_path: Path, encoding: str):
    rows = [
        {"配送状態": "配送完了", "注文番号": "123456789", "カート番号": "55", "注文日": "2026/03/31 23:40:00", "商品番号": "900",
         "商品名": "テスト用クリーム", "数量": "2", "通貨": "JPY", "販売価格": "1,980", "割引額": "300", "販売者商品コード": "S-1",
         "供給原価の合計": "3,200"},
        {"配送状態": "配送中", "注文番号": "123456790", "カート番号": "55", "注文日": "2026/03/31 23:40:00", "商品番号": "901",
         "商品名": "テスト用トナー", "数量": "1", "通貨": "JPY", "販売価格": "990.5", "割引額": "0"},
    ]  # fmt: skip
    path = made.written(
        tmp_path / "q.csv", made.text(qoo10.ORDERS_CSV, headings.QOO10, rows, encoding=encoding)
    )
    facts, reading = made.taken(path, qoo10.ORDERS_CSV, TOKYO)
    assert [made.short(fact) for fact in facts] == [
        (
            "123456789",
            "sale",
            "2026-03-31T23:40:00+09:00",
            "2",
            "3960",
            "-300",
            "0",
            "0",
            "3660",
            "JPY",
            "sold",
        )
    ]
    assert (facts[0].pack_reference, facts[0].title) == ("55", "テスト用クリーム")
    assert codes(reading) == [(3, "販売価格", "990.5", "fraction")]
    assert reading.account.encoding == encoding
    assert notes(reading) == (["note_encoding"] if encoding == "cp932" else [])
    assert {"受取人名", "住所", "購入者電話番号"} <= set(reading.account.personal_columns)


def test_customs(tmp_path: Path):
    form = ("수출신고번호", "란번호", "수리일자", "사업자등록번호", "HS부호", "신고금액(USD)", "신고금액(KRW)", "결제통화",
            "결제금액", "수출구분", "목적국", "거래구분", "대표자명")  # fmt: skip
    common = {"수리일자": "2026-03-31", "사업자등록번호": "123-45-67891", "HS부호": "3304.99-1000", "목적국": "JP",
              "거래구분": "11", "신고금액(KRW)": "1", "결제통화": "JPY"}  # fmt: skip
    rows = [
        common | {"수출신고번호": "12345-26-000001X", "란번호": "001", "신고금액(USD)": "1,234.56", "결제금액": "185,000",
                  "수출구분": "직접"},
        common | {"수출신고번호": "12345-26-000001X", "란번호": "002", "신고금액(USD)": "100", "수출구분": "간접수출"},
        common | {"수출신고번호": "12345-26-000002X", "란번호": "001", "신고금액(USD)": "1.5", "결제금액": "10.5"},
    ]  # fmt: skip
    path = made.written(tmp_path / "ex.csv", made.text(customs.EXPORTS, form, rows, encoding="cp949"))
    lines, reading = made.taken(path, customs.EXPORTS, SEOUL)
    assert lines == [
        CustomsLine(2, "12345-26-000001X|001", "12345-26-000001X", "001", "2026-03-31", "1234567891", "3304991000",
                    D("1234.56"), "JPY", D(185000), "direct", "JP", "11"),
        CustomsLine(3, "12345-26-000001X|002", "12345-26-000001X", "002", "2026-03-31", "1234567891", "3304991000",
                    D(100), "JPY", None, "indirect", "JP", "11"),
    ]  # fmt: skip
    assert codes(reading) == [(4, "결제금액", "10.5", "fraction")]
    assert reading.account.totals == {"USD": {"fob_usd_amount": D("1334.56")}}


def test_qoo10s_own_total_of_an_order_is_compared(tmp_path: Path):
    """2 x 1,980 - 300 = 3,660."""
    row = {"配送状態": "配送完了", "注文番号": "1", "カート番号": "55", "注文日": "2026/03/31 23:40:00", "商品番号": "900",
           "数量": "2", "通貨": "JPY", "販売価格": "1,980", "割引額": "300", "注文金額の合計": "3,660"}  # fmt: skip
    rows = [row, row | {"注文番号": "2", "注文金額の合計": "3,960"}]
    path = made.written(tmp_path / "q.csv", made.text(qoo10.ORDERS_CSV, headings.QOO10, rows))
    facts, reading = made.taken(path, qoo10.ORDERS_CSV, TOKYO)
    assert [fact.net_amount for fact in facts] == ["3660"]
    assert codes(reading) == [(3, "注文金額の合計", "3960", "parts_sum")]


def test_orders_that_nobody_has_paid_yet_have_no_payments(tmp_path: Path):
    order = {"id": 2000000000000001, "date_created": "2026-03-31T23:10:00.000-04:00", "currency_id": "MXN", "payments": [],
             "status": "payment_required",
             "order_items": [{"item": {"id": "MLM100", "seller_sku": "S-1"}, "quantity": 2, "unit_price": 150.25}]}  # fmt: skip
    path = made.document(tmp_path / "orders.json", {"results": [order]})
    facts, _reading = made.taken(path, mercadolibre.ORDERS_JSON, Context("MXN", "America/Mexico_City"))
    assert [made.short(fact) for fact in facts] == [
        (
            "2000000000000001|MLM100||",
            "sale",
            "2026-03-31T23:10:00-04:00",
            "2",
            "300.5",
            "0",
            "0",
            "0",
            "300.5",
            "MXN",
            "pending",
        )
    ]


def test_coupons_of_payments_are_in_no_figure_and_are_named(tmp_path: Path):
    """Who paid for them is said nowhere: 10.50 + 4.00 of one file's three payments are 14.50 pesos. The sums are those without."""

    def order(number: int, coupon: Any) -> dict[str, Any]:
        return {
            "id": 2000000000000000 + number, "date_created": "2026-03-31T23:10:00.000-04:00", "currency_id": "MXN",
            "status": "paid",
            "payments": [{"id": number, "transaction_amount_refunded": 0, "coupon_amount": coupon, "date_last_modified": None}],
            "order_items": [{"item": {"id": "MLM100", "seller_sku": "S-1"}, "quantity": 1, "unit_price": 100}],
        }  # fmt: skip

    orders = [order(1, 10.5), order(2, 0), order(3, 4)]
    path = made.document(tmp_path / "orders.json", {"results": orders})
    facts, reading = made.taken(path, mercadolibre.ORDERS_JSON, Context("MXN", "America/Mexico_City"))
    assert [fact.net_amount for fact in facts] == ["100", "100", "100"]
    assert [
        (note.code, dict(note.parameters)) for note in reading.account.notes if note.code == "note_left_out"
    ] == [("note_left_out", {"count": 2, "column": "payments.coupon amount", "sum": "14.5 MXN"})]
    path = made.document(tmp_path / "none.json", {"results": [order(2, 0), order(4, None)]})
    _facts, reading = made.taken(path, mercadolibre.ORDERS_JSON, Context("MXN", "America/Mexico_City"))
    assert [note.code for note in reading.account.notes] == ["note_skipped"]
