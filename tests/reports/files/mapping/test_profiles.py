"""A hand-worked file of each profile: made up, under the headings that real files have, read to the last unit."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reports.files.lines import CustomsLine, FileRefused, PayoutLine
from reports.files.mapping import Context
from reports.files.mapping.profiles import (
    BUILT_IN,
    BY_CODE,
    amazon,
    customs,
    lazada,
    mercadolibre,
    naru,
    ownmall,
    qoo10,
    shopee,
)
from tests.reports.files.mapping import headings, made

D = Decimal
MANILA = Context("PHP", "Asia/Manila")
TOKYO = Context("JPY", "Asia/Tokyo")
SEOUL = Context("KRW", "Asia/Seoul")
SANTIAGO = Context("CLP", "America/Santiago")


def codes(reading: Any) -> list[tuple[int, str, str, str]]:
    return [(each.row, each.column, each.value, each.code) for each in reading.account.rejects]


def notes(reading: Any) -> list[str]:
    return [note.code for note in reading.account.notes]


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


def amazon_rows(total: str, *amounts: tuple[str, str, str, str]) -> list[dict[str, str]]:
    first = {
        "settlement-id": "77",
        "total-amount": total,
        "currency": "EUR",
        "deposit-date": "2026-04-14 10:00:00 UTC",
    }
    return [first, *(
        {"settlement-id": "77", "currency": "EUR", "transaction-type": kind, "amount-type": form,
         "amount-description": name, "amount": amount, "order-id": "111-1234567-1234567", "sku": "S-1",
         "posted-date-time": "2026-04-03 21:15:00 UTC"}
        for kind, form, name, amount in amounts
    )]  # fmt: skip


def test_amazons_settlement(tmp_path: Path):
    amounts = (
        ("Order", "ItemPrice", "Principal", "1.095,00"), ("Order", "ItemPrice", "Shipping", "4,90"),
        ("Order", "ItemFees", "Commission", "-14,25"), ("Order", "ItemFees", "Commission", "-14,25"),
        ("Refund", "ItemPrice", "Principal", "-95,00"), ("Strange", "New", "Thing", "1,00"),
    )  # fmt: skip
    rows = amazon_rows("977,40", *amounts)
    path = made.written(
        tmp_path / "v2.txt", made.text(amazon.SETTLEMENT, headings.AMAZON_SETTLEMENT, rows, delimiter="\t")
    )
    lines, reading = made.taken(path, amazon.SETTLEMENT, Context("EUR", "Europe/Berlin"))
    assert [(line.line_key, line.description_class, line.net_amount) for line in lines] == [
        ("77|3", "payment", D("1095")), ("77|4", "shipping", D("4.9")), ("77|5", "fee", D("-14.25")),
        ("77|6", "fee", D("-14.25")), ("77|7", "refund", D("-95")), ("77|8", "other", D("1")),
    ]  # fmt: skip
    account = reading.account
    assert (account.numbers, account.skipped, account.totals["EUR"]["net_amount"]) == (
        "comma-grouped",
        1,
        D("977.4"),
    )
    assert lines[0].released_at.isoformat() == "2026-04-03T21:15:00+00:00"
    rows = amazon_rows("977,41", *amounts)
    path.write_bytes(made.text(amazon.SETTLEMENT, headings.AMAZON_SETTLEMENT, rows, delimiter="\t"))
    with pytest.raises(FileRefused) as caught:
        made.taken(path, amazon.SETTLEMENT, Context("EUR"))
    assert (caught.value.code, dict(caught.value.sentence.parameters)) == (
        "file_total", {"row": 2, "total": "977.41", "sum": "977.4"},
    )  # fmt: skip
    rows = amazon_rows("1.095", ("Order", "ItemPrice", "Principal", "1.095"))
    path.write_bytes(made.text(amazon.SETTLEMENT, headings.AMAZON_SETTLEMENT, rows, delimiter="\t"))
    with pytest.raises(FileRefused) as caught:
        made.taken(path, amazon.SETTLEMENT, Context("EUR"))
    assert caught.value.code == "numbers_untold"


def test_money_of_no_kind_is_not_left_out(tmp_path: Path):
    rows = amazon_rows("5,50", ("", "", "", "5,50"))
    path = made.written(
        tmp_path / "v2.txt", made.text(amazon.SETTLEMENT, headings.AMAZON_SETTLEMENT, rows, delimiter="\t")
    )
    lines, reading = made.taken(path, amazon.SETTLEMENT, Context("EUR", "Europe/Berlin"))
    assert (lines, codes(reading)) == ([], [(3, "transaction-type", "", "unknown_record")])
    assert notes(reading) == ["note_totals_unchecked", "note_skipped"]


def test_amazons_orders(tmp_path: Path):
    common = {
        "purchase-date": "2026-03-31T20:00:00-07:00",
        "sku": "S-1",
        "asin": "B0X",
        "quantity": "2",
        "currency": "USD",
    }
    rows = [
        common | {"amazon-order-id": "111-1", "order-status": "Shipped", "item-price": "39.98", "item-tax": "3.20",
                  "shipping-price": "5.99", "item-promotion-discount": "4.00"},
        common | {"amazon-order-id": "111-2", "order-status": "Pending", "currency": ""},
    ]  # fmt: skip
    path = made.written(
        tmp_path / "o.txt", made.text(amazon.ALL_ORDERS, headings.AMAZON_ORDERS, rows, delimiter="\t")
    )
    facts, _reading = made.taken(path, amazon.ALL_ORDERS, Context("USD"))
    at = "2026-03-31T20:00:00-07:00"
    assert [(*made.short(fact), fact.tax_amount) for fact in facts] == [
        ("111-1|S-1", "sale", at, "2", "39.98", "-4", "5.99", "0", "45.17", "USD", "sold", "3.2"),
        ("111-2|S-1", "sale", at, "2", "0", "0", "0", "0", "0", "USD", "pending", "0"),
    ]  # fmt: skip


def test_shopees_orders_count_the_orders_amounts_once(tmp_path: Path):
    common = {"Order ID": "2603A", "Order Status": "Completed", "Order Creation Date": "2026-03-31 23:10", "Quantity": "2",
              "Seller Voucher(PHP)": "20.00", "Shopee Voucher(PHP)": "10.00", "Buyer Paid Shipping Fee": "38.00"}  # fmt: skip
    rows = [
        common | {"SKU Reference No.": "S-1", "Deal Price": "100.00", "Product Name": "Toner"},
        common | {"SKU Reference No.": "", "Parent SKU Reference No.": "P-2", "Deal Price": "50.50", "Quantity": "1"},
        common | {"Order ID": "2603B", "SKU Reference No.": "S-1", "Deal Price": "1,100.00", "Order Status": "Unpaid"},
    ]  # fmt: skip
    path = made.workbook(
        tmp_path / "orders.xlsx", shopee.ORDERS_XLSX, headings.SHOPEE_ORDERS, rows, sheet="orders"
    )
    facts, reading = made.taken(path, shopee.ORDERS_XLSX, MANILA)
    at = "2026-03-31T23:10:00+08:00"
    assert [(*made.short(fact), fact.platform_discount_amount) for fact in facts] == [
        ("2603A|S-1|", "sale", at, "2", "200", "-20", "38", "0", "218", "PHP", "sold", "10"),
        ("2603A|P-2|", "sale", at, "1", "50.5", "0", "0", "0", "50.5", "PHP", "sold", "0"),
        ("2603B|S-1|", "sale", at, "2", "2200", "-20", "38", "0", "2218", "PHP", "pending", "10"),
    ]  # fmt: skip
    assert reading.account.totals["PHP"]["net_amount"] == D("2486.5")


def test_shopees_income_and_escrow(tmp_path: Path):
    row = {"Order ID": "2603A", "Order Creation Date": "2026-03-31", "Payout Completed Date": "2026-04-09",
           "Original Product Price": 250.5, "Seller Voucher Discount": -20, "Buyer Paid Shipping Fee": 38,
           "3rd Party Logistics - Defined Shipping Fee": -38, "Commission fee": -5.01, "Service Fee": -10,
           "Transaction Fee": -5.62, "Total Released Amount (₱)": 209.87}  # fmt: skip
    path = made.workbook(
        tmp_path / "in.xlsx", shopee.INCOME_XLSX, headings.SHOPEE_INCOME, [row], above=5, sheet="Income"
    )
    lines, reading = made.taken(path, shopee.INCOME_XLSX, MANILA)
    assert [(line.row, line.net_amount, line.fee_amount, line.released_at.isoformat()) for line in lines] == [
        (7, D("209.87"), D("-5.01"), "2026-04-09T00:00:00+08:00")
    ]
    assert reading.account.header_row == 6
    income = {"escrow_amount": 209.87, "original_price": 250.5, "commission_fee": 5.01, "service_fee": 10,
              "voucher_from_seller": 20, "buyer_paid_shipping_fee": 38, "actual_shipping_fee": 38, "escrow_tax": 5.62,
              "buyer_user_name": made.PERSON}  # fmt: skip
    abroad = income | {
        "escrow_amount_pri": 5.1,
        "original_price_pri": 6,
        "commission_fee_pri": 0.9,
        "pri_currency": "SGD",
    }
    path = made.document(
        tmp_path / "escrow.json",
        [{"order_sn": "2603A", "create_time": 1774969800, "currency": "PHP", "order_income": income},
         {"order_sn": "2603B", "create_time": 1774969800, "currency": "PHP", "order_income": abroad}],
    )  # fmt: skip
    lines, reading = made.taken(path, shopee.ESCROW_JSON, MANILA)
    assert [(line.net_amount, line.gross_amount, line.fee_amount, line.currency) for line in lines] == [
        (D("209.87"), D("250.5"), D("-5.01"), "PHP"),
        (D("5.1"), D("6"), D("-0.9"), "SGD"),
    ]
    assert lines[0].released_at.isoformat() == "2026-03-31T15:10:00+00:00"


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


def test_an_own_mall_and_its_parcels(tmp_path: Path):
    form = ("주문번호", "품목별 주문번호", "주문일시", "주문상태", "상품코드", "상품명", "수량", "결제통화", "판매가",
            "할인금액", "총 배송비", "주문자명", "수령인", "수령인 주소")  # fmt: skip
    common = {
        "주문일시": "2026-03-31 23:40:00",
        "결제통화": "USD",
        "할인금액": "1.00",
        "총 배송비": "12.00",
        "수량": "1",
    }
    rows = [
        common
        | {
            "주문번호": "20260331-0001",
            "품목별 주문번호": "20260331-0001-01",
            "주문상태": "배송완료",
            "판매가": "30",
        },
        common
        | {
            "주문번호": "20260331-0001",
            "품목별 주문번호": "20260331-0001-02",
            "주문상태": "취소완료",
            "판매가": "20",
        },
    ]
    path = made.written(tmp_path / "mall.csv", made.text(ownmall.MALL_ORDERS, form, rows, encoding="cp949"))
    facts, reading = made.taken(path, ownmall.MALL_ORDERS, SEOUL)
    assert [made.short(fact)[4:] for fact in facts] == [
        ("30", "-1", "12", "0", "41", "USD", "sold"),
        ("20", "-1", "0", "0", "19", "USD", "cancelled"),
    ]
    assert reading.account.personal_columns == ("주문자명", "수령인", "수령인 주소")
    post = (
        "등기번호",
        "고객주문번호",
        "접수일자",
        "도착국가",
        "내용품명",
        "수량",
        "통화",
        "물품가액",
        "우편요금",
        "수취인명",
    )
    row = {"고객주문번호": "20260331-0001", "접수일자": "20260401", "도착국가": "US", "내용품명": "Cream", "수량": "1",
           "통화": "USD", "물품가액": "30", "우편요금": "11.5"}  # fmt: skip
    path = made.written(tmp_path / "post.csv", made.text(ownmall.POST_PARCELS, post, [row]))
    facts, _reading = made.taken(path, ownmall.POST_PARCELS, SEOUL)
    assert [(fact.gross_amount, fact.shipping_cost_amount, fact.ordered_at) for fact in facts] == [
        ("30", "-11.5", "2026-04-01T00:00:00+09:00")
    ]


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


def test_a_shopee_discount_stands_with_who_paid_it(tmp_path: Path):
    """Two lines of an order: 200.00 and 50.00. The seller paid 20 of voucher and 5 of a bundle; Shopee 10 of voucher, 4 of the
    bundle, 3 of coins, 2 by card, once an order, and 6 and 1 of the prices line by line: 25 and 1."""
    common = {"Order ID": "2603A", "Order Status": "Completed", "Order Creation Date": "2026-03-31 23:10",
              "Seller Voucher(PHP)": "20", "Seller Bundle Discount(PHP)": "5", "Shopee Voucher(PHP)": "10",
              "Shopee Bundle Discount(PHP)": "4", "Shopee Coins Offset(PHP)": "3", "Credit Card Discount Total(PHP)": "2"}  # fmt: skip
    rows = [
        common | {"SKU Reference No.": "S-1", "Deal Price": "100.00", "Quantity": "2", "Shopee Rebate(PHP)": "6"},
        common | {"SKU Reference No.": "S-2", "Deal Price": "50.00", "Quantity": "1", "Shopee Rebate(PHP)": "1"},
        common | {"SKU Reference No.": "S-3", "Deal Price": "1.00", "Quantity": "1", "Shopee Rebate(PHP)": "x"},
    ]  # fmt: skip
    path = made.workbook(tmp_path / "orders.xlsx", shopee.ORDERS_XLSX, headings.SHOPEE_ORDERS, rows)
    facts, reading = made.taken(path, shopee.ORDERS_XLSX, MANILA)
    assert [(f.gross_amount, f.discount_amount, f.net_amount, f.platform_discount_amount) for f in facts] == [
        ("200", "-25", "175", "25"), ("50", "0", "50", "1"),
    ]  # fmt: skip
    assert codes(reading) == [(4, "Shopee Rebate(PHP)", "x", "bad_amount")]
    totals = reading.account.totals["PHP"]
    assert (totals["discount_amount"], totals["platform_discount_amount"], totals["net_amount"]) == (
        -25,
        26,
        225,
    )


def test_shopees_income_is_added_up_and_a_row_that_differs_is_named(tmp_path: Path):
    """250.50 - 10 promotion - 20 voucher - 1 coins + 8 rebate + 38 + 2 shipping - 38 - 4 back - 3 promotion - 5.01 - 10 - 5.62 = 201.87,
    which the second row states wrongly as 201.88: what was paid counts, and the row is named."""
    row = {"Order ID": "2603A", "Order Creation Date": "2026-03-31", "Payout Completed Date": "2026-04-09",
           "Original Product Price": 250.5, "Seller Product Promotion": -10, "Product Discount Rebate from Shopee": 8,
           "Seller Voucher Discount": -20, "Seller Absorbed Coin Cashback": -1, "Buyer Paid Shipping Fee": 38,
           "Shipping Fee Rebate From Shopee": 2, "3rd Party Logistics - Defined Shipping Fee": -38, "Reverse Shipping Fee": -4,
           "Shipping Fee Promotion by Seller": -3, "Commission fee": -5.01, "Service Fee": -10, "Transaction Fee": -5.62,
           "Total Released Amount (₱)": 201.87}  # fmt: skip
    wrong = row | {"Order ID": "2603B", "Total Released Amount (₱)": 201.88}
    path = made.workbook(
        tmp_path / "in.xlsx", shopee.INCOME_XLSX, headings.SHOPEE_INCOME, [row, wrong], above=5
    )
    lines, reading = made.taken(path, shopee.INCOME_XLSX, MANILA)
    assert [(line.net_amount, line.fee_amount, line.financing_fee_amount, line.shipping_fee_amount, line.tax_amount) for line in lines] == [
        (D("201.87"), D("-5.01"), D("-15.62"), -45, 0), (D("201.88"), D("-5.01"), D("-15.62"), -45, 0),
    ]  # fmt: skip
    (note,) = reading.account.notes
    assert (note.code, dict(note.parameters)) == (
        "note_parts", {"count": 1, "row": 8, "sum": "201.87", "total": "201.88"},
    )  # fmt: skip


def test_what_a_shop_abroad_has_in_the_buyers_money_is_not_taken_for_its_own(tmp_path: Path):
    """Paid in SGD: 6 less 0.90 commission. Service fee, voucher, shipping and tax are pesos and stay out of the dollars."""
    income = {"escrow_amount": 209.87, "original_price": 250.5, "commission_fee": 37, "service_fee": 10, "campaign_fee": 1,
              "order_ams_commission_fee": 2, "seller_transaction_fee": 3, "seller_return_refund": -50, "voucher_from_seller": 20,
              "buyer_paid_shipping_fee": 38, "actual_shipping_fee": 38, "escrow_tax": 5.62}  # fmt: skip
    own = {
        "escrow_amount_pri": 5.1,
        "original_price_pri": 6,
        "commission_fee_pri": 0.9,
        "pri_currency": "SGD",
    }
    path = made.document(
        tmp_path / "escrow.json",
        [{"order_sn": number, "create_time": 1774969800, "currency": "PHP", "order_income": of}
         for number, of in (("A", income), ("B", income | own))],
    )  # fmt: skip
    lines, _reading = made.taken(path, shopee.ESCROW_JSON, MANILA)
    assert [
        (line.currency, line.net_amount, line.gross_amount, line.fee_amount, line.financing_fee_amount, line.refund_amount,
         line.shipping_fee_amount, line.tax_amount)
        for line in lines
    ] == [
        ("PHP", D("209.87"), D("250.5"), -40, -13, -50, -38, D("-5.62")),
        ("SGD", D("5.1"), 6, D("-0.9"), 0, 0, 0, 0),
    ]  # fmt: skip


def test_qoo10s_own_total_of_an_order_is_compared(tmp_path: Path):
    """2 x 1,980 - 300 = 3,660."""
    row = {"配送状態": "配送完了", "注文番号": "1", "カート番号": "55", "注文日": "2026/03/31 23:40:00", "商品番号": "900",
           "数量": "2", "通貨": "JPY", "販売価格": "1,980", "割引額": "300", "注文金額の合計": "3,660"}  # fmt: skip
    rows = [row, row | {"注文番号": "2", "注文金額の合計": "3,960"}]
    path = made.written(tmp_path / "q.csv", made.text(qoo10.ORDERS_CSV, headings.QOO10, rows))
    facts, reading = made.taken(path, qoo10.ORDERS_CSV, TOKYO)
    assert [fact.net_amount for fact in facts] == ["3660"]
    assert codes(reading) == [(3, "注文金額の合計", "3960", "parts_sum")]


def test_a_malls_amount_of_a_row_is_not_taken_for_a_price(tmp_path: Path):
    """Three at 10 are 30, with the price or without it."""
    common = {
        "주문일시": "2026-03-31",
        "주문상태": "배송완료",
        "결제통화": "USD",
        "수량": "3",
        "상품구매금액": "30",
    }
    for number, form in enumerate((("판매가",), ())):
        row = common | {"주문번호": "1", "품목별 주문번호": "1-1"} | dict.fromkeys(form, "10")
        path = made.written(tmp_path / f"{number}.csv", made.text(ownmall.MALL_ORDERS, tuple(row), [row]))
        facts, _reading = made.taken(path, ownmall.MALL_ORDERS, SEOUL)
        assert [(fact.gross_amount, fact.net_amount) for fact in facts] == [("30", "30")]
    neither = {
        "주문번호": "1",
        "품목별 주문번호": "1-1",
        "주문일시": "2026-03-31",
        "주문상태": "배송완료",
        "결제통화": "USD",
        "수량": "3",
    }
    path = made.written(tmp_path / "x.csv", made.text(ownmall.MALL_ORDERS, tuple(neither), [neither]))
    with pytest.raises(FileRefused) as caught:
        made.taken(path, ownmall.MALL_ORDERS, SEOUL)
    assert caught.value.code == "missing_columns"


def test_a_malls_amount_of_nothing_is_an_amount(tmp_path: Path):
    """A gift of price 10 for 0 is 0; where no amount stands it is the price."""
    row = {
        "주문번호": "1",
        "주문일시": "2026-03-31",
        "주문상태": "배송완료",
        "결제통화": "USD",
        "수량": "1",
        "판매가": "10",
    }
    rows = [
        row | {"품목별 주문번호": f"1-{number}", "상품구매금액": amount}
        for number, amount in enumerate(("0", "", "0.00", "7"), start=1)
    ]
    path = made.written(tmp_path / "mall.csv", made.text(ownmall.MALL_ORDERS, tuple(rows[0]), rows))
    facts, reading = made.taken(path, ownmall.MALL_ORDERS, SEOUL)
    assert [(fact.gross_amount, fact.net_amount) for fact in facts] == [
        ("0", "0"),
        ("10", "10"),
        ("0", "0"),
        ("7", "7"),
    ]
    assert codes(reading) == []
    path = made.written(tmp_path / "gifts.csv", made.text(ownmall.MALL_ORDERS, tuple(rows[0]), rows[:1]))
    assert [fact.gross_amount for fact in made.taken(path, ownmall.MALL_ORDERS, SEOUL)[0]] == ["0"]


def test_amazons_discount_on_shipping_is_taken_off_the_shipping(tmp_path: Path):
    row = {"amazon-order-id": "1", "purchase-date": "2026-03-31T20:00:00-07:00", "sku": "S-1", "quantity": "1", "currency": "USD",
           "order-status": "Shipped", "item-price": "20", "shipping-price": "5.99", "ship-promotion-discount": "5.99"}  # fmt: skip
    path = made.written(
        tmp_path / "o.txt", made.text(amazon.ALL_ORDERS, headings.AMAZON_ORDERS, [row], delimiter="\t")
    )
    facts, _reading = made.taken(path, amazon.ALL_ORDERS, Context("USD"))
    assert [(fact.shipping_in_amount, fact.net_amount) for fact in facts] == [("0", "20")]


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


def test_a_dash_for_a_shopee_sku_stays_in_the_key(tmp_path: Path):
    """Lines that entered with it are known again; a blank one has always been the parent's."""
    row = {"Order ID": "1", "Order Status": "Completed", "Order Creation Date": "2026-03-31 23:10", "SKU Reference No.": "-",
           "Parent SKU Reference No.": "P-1", "Deal Price": "100.00", "Quantity": "1"}  # fmt: skip
    rows = [row, row | {"Order ID": "2", "SKU Reference No.": ""}]
    path = made.workbook(tmp_path / "ph.xlsx", shopee.ORDERS_XLSX, headings.SHOPEE_ORDERS, rows)
    facts, _reading = made.taken(path, shopee.ORDERS_XLSX, MANILA)
    assert [(fact.sku, fact.line_key) for fact in facts] == [("-", "1|-|"), ("P-1", "2|P-1|")]


def test_a_completed_shopee_order_that_was_sent_back_waits_for_a_person(tmp_path: Path):
    """The market of the Philippines has a column for it, others call their state by another name and have none."""
    row = {"Order ID": "1", "Order Status": "Completed", "Order Creation Date": "2026-03-31 23:10", "SKU Reference No.": "S-1",
           "Deal Price": "100.00", "Quantity": "1"}  # fmt: skip
    rows = [
        row | {"Return / Refund Status": "-"},
        row | {"Order ID": "2", "Return / Refund Status": "Refund Completed"},
    ]
    path = made.workbook(tmp_path / "ph.xlsx", shopee.ORDERS_XLSX, headings.SHOPEE_ORDERS, rows)
    facts, reading = made.taken(path, shopee.ORDERS_XLSX, MANILA)
    assert [(fact.status_text, fact.status_class) for fact in facts] == [
        ("Completed", "sold"), ("Refund Completed", "look"),
    ]  # fmt: skip
    assert notes(reading) == ["note_unknown_states"]
    form = [
        "No. Pesanan",
        "Status Pesanan",
        "Waktu Pesanan Dibuat",
        "Nomor Referensi SKU",
        "Jumlah",
        "Harga Setelah Diskon",
    ]
    row = dict(zip(form, ("1", "Batal", "2026-03-31 23:10", "S-1", "1", "100.00"), strict=True))
    path = made.workbook(tmp_path / "id.xlsx", shopee.ORDERS_XLSX, form, [row])
    facts, _reading = made.taken(path, shopee.ORDERS_XLSX, Context("IDR", "Asia/Jakarta"))
    assert [(fact.status_text, fact.status_class) for fact in facts] == [("Batal", "cancelled")]
