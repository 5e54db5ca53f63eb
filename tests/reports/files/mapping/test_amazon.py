"""Amazon's settlement report and its list of all orders, under the verified headings."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from reports.files.lines import FileRefused
from reports.files.mapping import Context
from reports.files.mapping.profiles import (
    amazon,
)
from tests.reports.files.mapping import headings, made
from tests.reports.files.mapping.made import codes, notes

D = Decimal


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


def test_amazons_discount_on_shipping_is_taken_off_the_shipping(tmp_path: Path):
    row = {"amazon-order-id": "1", "purchase-date": "2026-03-31T20:00:00-07:00", "sku": "S-1", "quantity": "1", "currency": "USD",
           "order-status": "Shipped", "item-price": "20", "shipping-price": "5.99", "ship-promotion-discount": "5.99"}  # fmt: skip
    path = made.written(
        tmp_path / "o.txt", made.text(amazon.ALL_ORDERS, headings.AMAZON_ORDERS, [row], delimiter="\t")
    )
    facts, _reading = made.taken(path, amazon.ALL_ORDERS, Context("USD"))
    assert [(fact.shipping_in_amount, fact.net_amount) for fact in facts] == [("0", "20")]
