"""Files that are described by data: Naru's own template, from the file into the ledger."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection

from ground import files
from reports.domain import reading, replay, staging, states
from reports.domain.verifying import verify
from reports.files import detect
from reports.files.mapping.profiles import amazon, customs, lazada
from reports.models import ImportBatch, PayoutLine, SalesLine
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.reports.files.mapping import headings
from tests.reports.files.mapping import made as mapped
from tests.reports.files.mapping.test_amazon import amazon_rows

pytestmark = pytest.mark.django_db

HEADINGS = (
    "주문번호,주문일시,거래구분,주문상태,판매자 상품코드,상품명,수량,단가,통화,상품금액,판매자 할인,판매수수료,배송비 수입,배송비 지출,"
    "환불금액,순액,플랫폼 할인,사업 할인"
)


@pytest.fixture
def program():
    return programs.program()


@pytest.fixture
def shop(program):
    """A provider's store: SKU A is one company's, all else waits."""
    programs.currency("USD")
    store = programs.store("SHARED")
    programs.assignment(store, programs.participation(register.company(1), program), sku="A")
    return store


def template(tmp_path, *rows: str, name: str = "sales.csv"):
    path = tmp_path / name
    path.write_text("\r\n".join([HEADINGS, *rows, ""]), encoding="utf-8")
    return path


SOLD = "1001,2025-09-30 22:10:00,판매,배송완료,A,수분 크림,2,10.50,USD,21.00,1.00,2.31,3.00,1.69,0,19.00,2.00,0.50"
PLAIN = "1002,2025-10-01 09:00:00,판매,배송완료,B,손 세럼,1,5.00,USD,5.00,0,0.55,0,0,0,,0,0"


def test_each_part_of_a_sale_has_its_place(tmp_path, program, shop):
    """21.00 less 1.00 of the seller's own, 2.31 fee, 3.00 shipping paid by the buyer, 1.69 spent: 19.00. What the platform
    and the program gave stands beside it and changes nothing. In Santiago it is 22:10 of 30 September."""
    batch = made.imported(template(tmp_path, SOLD), program, shop)
    assert batch.totals == [
        {
            "measure": "orders", "currency": "USD", "gross": "20.00", "refunds": "0.00", "fees": "-2.31",
            "shipping_in": "3.00", "shipping_cost": "-1.69", "net": "19.00",
        }
    ]  # fmt: skip
    line = SalesLine.objects.get()
    assert (line.gross_amount, line.discount_amount, line.net_amount) == (21, -1, 19)
    assert (line.platform_discount_amount, line.program_discount_amount) == (2, Decimal("0.5"))
    assert (str(line.business_day), line.units, line.sku, line.title, line.kind) == (
        "2025-09-30", 2, "A", "수분 크림", "sale",
    )  # fmt: skip
    assert (batch.unmatched, [row["business_number"] for row in batch.by_company]) == (
        0,
        [register.number(1)],
    )


def test_within_a_file_a_line_stands_once(tmp_path, program, shop):
    """Row 3 repeats row 2; row 5 is the line of row 4 with another price: nobody can say which holds."""
    other = PLAIN.replace("5.00,USD,5.00", "6.00,USD,6.00")
    batch = made.imported(template(tmp_path, SOLD, SOLD, PLAIN, other), program, shop)
    assert (batch.rows, batch.accepted, batch.rejected, batch.repeated) == (4, 3, 1, 1)
    assert (batch.lines, batch.duplicate, batch.unmatched) == (2, 1, 1)
    assert ["note_repeats", [["count", 1]]] in batch.notes
    rejected = batch.rejections.get()
    assert (rejected.row, rejected.code) == (5, "line_twice")
    assert "4행" in rejected.reason_ko
    assert "row 4" in rejected.reason_en
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(gross_amount) FROM reports_sales_line")
        assert cursor.fetchone() == (2, 26)


def test_of_very_many_lines_that_stand_twice_the_first_are_told(tmp_path, program, shop, monkeypatch):
    """Rows 3 and 4 have the key of row 2 and other prices: both stay out, one is told."""
    monkeypatch.setattr(reading, "TOLD_TWINS", 1)
    others = [PLAIN.replace("5.00,USD,5.00", f"{price}.00,USD,{price}.00") for price in (6, 7)]
    batch = made.imported(template(tmp_path, PLAIN, *others), program, shop)
    assert (batch.rows, batch.accepted, batch.rejected, batch.repeated, batch.lines) == (3, 1, 2, 0, 1)
    assert [(each.row, each.code) for each in batch.rejections.all()] == [(3, "line_twice")]


def test_a_bad_row_stays_out_and_says_where_and_why(tmp_path, program, shop):
    """The sums do not agree with the row's own net, or the amount is no amount: the rest enters."""
    wrong_net = SOLD.replace("1001", "1003").replace(",19.00,", ",19.01,")
    no_amount = PLAIN.replace("1002", "1004").replace("USD,5.00", "USD,오천원")
    batch = made.imported(template(tmp_path, SOLD, wrong_net, no_amount), program, shop)
    assert (batch.rows, batch.accepted, batch.rejected) == (3, 1, 2)
    assert sorted(batch.rejections.values_list("row", "column")) == [(3, "순액"), (4, "상품금액")]


def test_the_same_file_again_and_the_mended_one(tmp_path, program, shop):
    first = made.imported(template(tmp_path, SOLD, PLAIN), program, shop)
    again = made.imported(template(tmp_path, SOLD, PLAIN, name="again.csv"), program, shop)
    assert (first.duplicate, again.duplicate, again.replaced) == (0, 2, 0)
    refunded = SOLD.replace("배송완료", "환불").replace("1.69,0,19.00", "1.69,20.00,-1.00")
    mended = made.imported(template(tmp_path, refunded, PLAIN, name="mended.csv"), program, shop)
    assert (mended.duplicate, mended.replaced) == (1, 1)
    rows = SalesLine.objects.filter(order_reference="1001").order_by("version", "-sign")
    assert [(row.version, row.sign, row.status_class, row.net_amount) for row in rows] == [
        (1, 1, "sold", 19),
        (1, -1, "sold", -19),
        (2, 1, "refunded", -1),
    ]


def test_a_file_of_which_all_is_read_stays_as_it_came_and_a_row_that_does_not_fit_is_masked(
    tmp_path, program, shop
):
    """Each column is read, so there is nothing to leave out; but nobody knows what stands beyond the last heading."""
    whole = made.imported(template(tmp_path, SOLD, PLAIN), program, shop)
    assert whole.file.sha256 == whole.uploaded_sha256
    more = made.imported(template(tmp_path, SOLD, f"{PLAIN},김구매", name="b.csv"), program, shop)
    with files.open_bytes(more.file) as stored:
        lines = stored.read().decode().splitlines()
    assert (more.file.sha256 == more.uploaded_sha256, lines[1]) == (False, SOLD)
    assert set(lines[2]) == {"-", ","}


def test_columns_without_a_heading_are_left_out(tmp_path, program, shop):
    """Two blank headings at the end, and under them a name and an address."""
    path = tmp_path / "blank.csv"
    rows = [f"{HEADINGS},,", f"{SOLD},김구매,서울시 중구 1", f"{PLAIN},,", ""]
    path.write_text("\r\n".join(rows), encoding="utf-8")
    batch = made.taken_in(path, program, shop)
    with files.open_bytes(batch.file) as stored:
        assert "김구매" not in stored.read().decode()


def test_a_currency_that_no_list_has_refuses_the_whole_file(tmp_path, program, shop):
    batch = made.taken_in(template(tmp_path, SOLD, PLAIN.replace("USD", "XTS")), program, shop)
    assert (batch.state, batch.refusal_code) == (ImportBatch.State.REFUSED, "currency_not_listed")
    assert SalesLine.objects.count() == 0


def test_a_settlement_of_components_enters_as_payouts(tmp_path, program, shop):
    """1,095.00 of products, 4.90 of shipping, 14.25 of fees twice, 95.00 given back: 976.40, the file's own total."""
    programs.currency("EUR")
    amounts = (
        ("Order", "ItemPrice", "Principal", "1.095,00"), ("Order", "ItemPrice", "Shipping", "4,90"),
        ("Order", "ItemFees", "Commission", "-14,25"), ("Order", "ItemFees", "Commission", "-14,25"),
        ("Refund", "ItemPrice", "Principal", "-95,00"),
    )  # fmt: skip
    rows = amazon_rows("976,40", *amounts)
    path = tmp_path / "settlement.txt"
    path.write_bytes(mapped.text(amazon.SETTLEMENT, headings.AMAZON_SETTLEMENT, rows, delimiter="\t"))
    batch = made.imported(path, program, shop)
    assert (batch.profile, batch.rows, batch.rejected, batch.removed_columns) == (
        "amazon-settlement",
        6,
        0,
        ["marketplace-name"],
    )
    assert batch.totals == [
        {
            "measure": "payouts", "currency": "EUR", "gross": "1095", "refunds": "-95", "fees": "-28.5",
            "shipping_in": "0", "shipping_cost": "4.9", "net": "976.4",
        }
    ]  # fmt: skip
    assert (PayoutLine.objects.count(), SalesLine.objects.count()) == (5, 0)
    assert made.imported(path, program, shop).duplicate == 5


def test_a_workbook_of_a_marketplace_enters_without_its_buyers(tmp_path, program, shop):
    """Its amounts are in the market's currency, whatever the store is paid in."""
    shop.settlement_currency = programs.currency("USD")
    shop.save()
    shop.market.currency = programs.currency("PHP")
    shop.market.save()
    row = {
        "orderItemId": "201", "orderNumber": "3002", "createTime": "31 Mar 2026 23:59", "sellerSku": "A", "lazadaSku": "LZ-1",
        "itemName": "Serum", "status": "delivered", "unitPrice": 499, "shippingFee": 45.5, "sellerDiscountTotal": 20,
    }  # fmt: skip
    path = mapped.workbook(tmp_path / "orders.xlsx", lazada.ORDERS_XLSX, headings.LAZADA_ORDERS, [row])
    batch = made.imported(path, program, shop)
    assert (batch.profile, batch.lines, batch.unmatched) == ("lazada-orders", 1, 0)
    assert "customerName" in batch.removed_columns
    line = SalesLine.objects.get()
    assert (line.gross_amount, line.discount_amount, line.shipping_in_amount, line.currency_id) == (
        499, -20, Decimal("45.5"), "PHP",
    )  # fmt: skip
    with files.open_bytes(batch.file) as stored:
        assert mapped.PERSON.encode() not in stored.read()


def test_a_list_of_export_declarations_is_told_apart(tmp_path, program, shop):
    path = tmp_path / "exports.csv"
    form = (
        "수출신고번호",
        "란번호",
        "수리일자",
        "사업자등록번호",
        "HS부호",
        "신고금액(USD)",
        "수출구분",
        "목적국",
        "거래구분",
    )
    row = {
        "수출신고번호": "12345-26-000001X",
        "란번호": "001",
        "수리일자": "2026-03-31",
        "신고금액(USD)": "1,234.56",
    }
    path.write_bytes(mapped.text(customs.EXPORTS, form, [row]))
    batch = made.taken_in(path, program, shop)
    assert (batch.state, batch.refusal_code) == (ImportBatch.State.REFUSED, "list_of_exports")


def test_a_payout_that_stands_twice_in_a_file_enters_once(tmp_path, program, shop):
    """Row 3 repeats row 2; row 4 has the key of row 2 and another amount."""
    shop.settlement_currency = programs.currency("PHP")
    shop.save()

    def row(amount: str) -> dict[str, str]:
        return {
            "Transaction Date": "17 May 2026", "Transaction Type": "Orders-Sales", "Fee Name": "Item Price Credit",
            "Transaction Number": "T1", "Amount": amount, "Order No.": "3001", "Order Item No.": "101", "Seller SKU": "A",
        }  # fmt: skip

    path = tmp_path / "finance.csv"
    path.write_bytes(
        mapped.text(lazada.FINANCE_CSV, headings.LAZADA_FINANCE, [row("10"), row("10"), row("11")])
    )
    batch = made.imported(path, program, shop)
    assert (batch.state, batch.accepted, batch.rejected, batch.repeated, batch.lines) == ("done", 2, 1, 1, 1)
    assert (batch.rejections.get().code, PayoutLine.objects.get().net_amount) == ("line_twice", 10)


def test_verify_agrees_with_a_file_that_says_things_twice(tmp_path, program, shop):
    made.imported(template(tmp_path, SOLD, SOLD, PLAIN, PLAIN.replace("5.00", "6.00")), program, shop)
    assert list(verify().differences) == []


def test_what_a_person_reads_into_a_text_is_not_said_of_another_marketplaces(tmp_path, program, shop):
    """The panel of Mercado Libre knows no “배송완료”; the template does, and its lines stay sold."""
    made.imported(template(tmp_path, SOLD), program, shop)
    states.decide(program.agency, "배송완료", meaning="cancelled", reason="패널의 문구", by=people.officer())
    assert replay.replay(shop) == replay.Replayed(0, 0)
    assert SalesLine.objects.get().status_class == "sold"


def test_a_file_with_more_wrong_rows_than_are_told_counts_them_all(tmp_path):
    """Of 12,000 wrong rows with two reasons each the first 20,000 reasons are told."""
    wrong = PLAIN.replace("2025-10-01 09:00:00", "?").replace("USD,5.00", "USD,?")
    path = template(tmp_path, *[wrong] * 12_000)
    parsed = detect.parse_file(path, None, tz="America/Santiago")
    assert (parsed.rows, parsed.rejected_rows, len(parsed.rejects)) == (12_000, 12_000, 20_000)
    assert "note_rejects_cut" in [note.code for note in parsed.notes]


def test_a_refused_file_leaves_no_lines_beside_the_ledger(tmp_path, program, shop):
    batch = made.taken_in(template(tmp_path, PLAIN.replace("USD", "XTS")), program, shop)
    assert staging.standing(batch.pk) is None


def partitions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'reports_sales_line'::regclass"
        )
        return {name.rpartition("_p")[2] for (name,) in cursor.fetchall()}


def test_months_are_made_from_the_first_sale_to_the_last_but_not_between_years_far_apart(
    tmp_path, program, shop
):
    before = partitions()
    made.imported(
        template(
            tmp_path, SOLD.replace("2025-09-30", "2012-10-31"), PLAIN.replace("2025-10-01", "2013-01-01")
        ),
        program,
        shop,
    )
    assert partitions() - before == {"201210", "201211", "201212", "201301"}
    before = partitions()
    far = template(
        tmp_path,
        SOLD.replace("1001,2025", "1003,2009"),
        PLAIN.replace("1002,2025", "1004,2016"),
        name="far.csv",
    )
    made.imported(far, program, shop)
    assert partitions() - before == {"200909", "201610"}
