"""Shopee's orders, income and escrow: who paid a discount, what is the buyer's money, and what waits for a person."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from reports.files.mapping import Context
from reports.files.mapping.profiles import (
    shopee,
)
from tests.reports.files.mapping import headings, made
from tests.reports.files.mapping.made import codes, notes

D = Decimal
MANILA = Context("PHP", "Asia/Manila")


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
