"""Rejected rows in the file's own layout: mended, the file is uploaded again and only these rows enter."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from ground.clock import SEOUL
from reports.models import SalesLine
from reports.queries.files import month_before
from reports.views.rejects import _workbook
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order
from tests.reports.test_importing_templates import PLAIN, SOLD, template
from tests.reports.test_profiles import content, on_disk, profile

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(move_clock):
    move_clock(dt.datetime(2026, 5, 2, 9, tzinfo=SEOUL))
    for code in ("USD", "JPY", "CLP"):
        programs.currency(code)
    return programs.program()


@pytest.fixture
def store(program):
    shop = programs.store("SHARED")
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    return shop


@pytest.fixture
def staff(client):
    client.force_login(people.officer())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ko"
    return client


def mend(staff, batch, *, name: str = "mend"):
    answer = staff.get(reverse(f"admin:reports_importbatch_{name}", args=[batch.pk]))
    assert answer.status_code == 200
    return answer.content


FILLED = "1001,2025-09-30 22:10:00,판매,배송완료,A,,수분 크림,2,10.50,USD,21.00,1.00,,2.31,3.00,1.69,0,19.00,2.00,0.50"
BAD = "K-3;31/31/2026;=A-3;1;1.000;100;출고;이영희;010-9999-9999;부재 시"


def test_a_text_comes_back_in_its_columns_and_only_the_mended_rows_enter(tmp_path, staff, program, store):
    """Row 5 has no such day. It comes back with its reason, without its buyer; mended, it alone is new: 1,000 - 100 = 900."""
    profile(program)
    rows = content().decode("cp949").splitlines()[2:]
    batch = made.imported(on_disk(tmp_path, *rows, BAD), program, store)
    assert (batch.accepted, batch.rejected, SalesLine.objects.count()) == (2, 1, 2)
    found = mend(staff, batch)
    assert found.startswith(b"\xef\xbb\xbf")
    text = found.decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert table[1][-2:] == ["배송메모", "반려 사유"]
    assert table[2][:7] == ["K-3", "31/31/2026", "'=A-3", "1", "1.000", "100", "출고"]
    assert table[2][7:10] == ["", "", ""]
    assert table[2][10].startswith("결제일자: ")
    assert len(table) == 3
    path = tmp_path / "mended.csv"
    path.write_text(text.replace("31/31/2026", "30/04/2026"), encoding="utf-8-sig")
    again = made.imported(path, program, store)
    assert (again.profile, again.rows, again.rejected, again.duplicate) == (batch.profile, 1, 0, 0)
    line = SalesLine.objects.get(batch=again)
    assert (line.order_reference, line.sku, line.net_amount) == ("K-3", "=A-3", 900)
    assert SalesLine.objects.count() == 3


def test_a_workbook_comes_back_as_one_and_is_read_under_its_profile(tmp_path, staff, program, store):
    bad = order(2, item("B", replaced={"Unidades": "dos"}))
    batch = made.imported(made.ventas(tmp_path, [order(1, item("A")), bad]), program, store)
    assert (batch.accepted, batch.rejected) == (1, 1)
    path = tmp_path / "mended.xlsx"
    path.write_bytes(mend(staff, batch))
    book = CalamineWorkbook.from_path(str(path))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[-1][-1].startswith("Unidades: ")
    again = made.taken_in(path, program, store, profile="mercadolibre-ventas-cl")
    assert (again.state, again.rows, again.rejected) == ("preview", 1, 1)


def test_rows_that_are_told_by_their_number_stand_where_they_stood(tmp_path, staff, program, store):
    """Without an order's goods a row is told by its number: row 4 stays row 4, or it would take the place of another."""
    profile(program, key=["order_reference", "@row"])
    rows = content().decode("cp949").splitlines()[2:]
    batch = made.imported(on_disk(tmp_path, rows[0], BAD, rows[1]), program, store)
    text = mend(staff, batch).decode("utf-8-sig")
    lines = text.splitlines()
    assert (lines[2], lines[3][:4]) == ("", "K-3;")
    path = tmp_path / "mended.csv"
    path.write_text(text.replace("31/31/2026", "30/04/2026"), encoding="utf-8-sig")
    again = made.imported(path, program, store)
    assert (again.rows, again.replaced) == (1, 0)
    assert [line.line_key for line in SalesLine.objects.filter(batch=again)] == ["K-3|4"]


MALL = "주문번호,품목별 주문번호,주문일시,주문상태,수량,결제통화,판매가,총 배송비,수령인"


def mall(tmp_path, *rows: str):
    path = tmp_path / "mall.csv"
    path.write_text("\r\n".join([MALL, *rows, ""]), encoding="utf-8-sig")
    return path


def test_what_an_order_pays_once_is_counted_once_also_after_mending(tmp_path, staff, program, store):
    """Shipping of 5 stands on each row of order 7, whose rows lie apart: 10 + 5, then 10, then the mended 10. Order 8: 10 + 5."""
    batch = made.imported(
        mall(
            tmp_path,
            "7,7-1,2026-04-03 10:00:00,배송완료,1,USD,10,5,홍길동",
            "8,8-1,2026-04-03 10:00:00,배송완료,1,USD,10,5,홍길동",
            "7,7-2,2026-04-03 10:00:00,배송완료,1,USD,10,5,홍길동",
            "7,7-3,2026-04-03 10:00:00,배송완료,x,USD,10,5,홍길동",
        ),
        program,
        store,
    )
    assert (batch.accepted, batch.rejected) == (3, 1)
    text = mend(staff, batch).decode("utf-8-sig")
    path = tmp_path / "mended.csv"
    path.write_text(text.replace(",x,", ",1,"), encoding="utf-8-sig")
    made.imported(path, program, store)
    lines = SalesLine.objects.order_by("line_key").values_list("line_key", "net_amount")
    assert list(lines) == [("7|7-1", 15), ("7|7-2", 10), ("7|7-3", 10), ("8|8-1", 15)]


def test_amounts_below_nothing_and_marked_texts_come_back_as_they_were(tmp_path, staff, program, store):
    """Fees of -100 are read again as they stand; the apostrophe before =S-3 is no part of the state."""
    profile(program)
    batch = made.taken_in(on_disk(tmp_path, "K-3;31/31/2026;A-3;1;1.000;-100;=출고;;;"), program, store)
    text = mend(staff, batch).decode("utf-8-sig")
    assert ";-100;'=출고;" in text
    path = tmp_path / "mended.csv"
    path.write_text(text.replace("31/31/2026", "30/04/2026"), encoding="utf-8-sig")
    again = made.imported(path, program, store)
    line = SalesLine.objects.get(batch=again)
    assert (line.fee_amount, line.status_text) == (100, "=출고")


def test_a_sheet_of_any_name_comes_back(tmp_path):
    for name in ("a/b:c", "판매'", "'", "x" * 40):
        assert _workbook([["a"]], name, "a.xlsx").content.startswith(b"PK")


def test_a_cell_that_looks_like_marked_up_text_comes_back(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(_workbook([["<r>R&D</r>", "=1+1"]], "a", "a.xlsx").content)
    ((marked, formula),) = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert (marked.rstrip(), formula) == ("<r>R&D</r>", "=1+1")


def test_the_page_offers_the_rows_and_says_where_they_cannot_be_had(tmp_path, staff, client, program, store):
    batch = made.taken_in(template(tmp_path, SOLD, PLAIN.replace("5.00,USD", "x,USD")), program, store)
    page = staff.get(reverse("admin:reports_importbatch_change", args=[batch.pk])).content.decode()
    assert reverse("admin:reports_importbatch_mend", args=[batch.pk]) in page
    type(batch.file).objects.filter(pk=batch.file_id).update(size=60 * 1024 * 1024)
    page = staff.get(reverse("admin:reports_importbatch_change", args=[batch.pk])).content.decode()
    assert reverse("admin:reports_importbatch_mend", args=[batch.pk]) not in page
    assert "50MB까지의" in page
    assert staff.get(reverse("admin:reports_importbatch_mend", args=[batch.pk])).status_code == 409
    stranger = register.member(register.company(2))
    client.force_login(stranger)
    assert client.get(reverse("sales_file_mend", args=[batch.pk])).status_code == 404


def test_the_total_stands_beside_that_of_the_month_before(tmp_path, staff, program, store):
    """August 10,000 + 5,000; September 18,000: +20.0 %. A first file has nothing to compare with."""
    august = [
        order(1, item("A"), at=made.santiago(8, 5)),
        order(2, item("A", price=5_000), at=made.santiago(8, 20)),
    ]
    first = made.imported(made.ventas(tmp_path, august), program, store)
    page = staff.get(reverse("admin:reports_importbatch_change", args=[first.pk])).content.decode()
    assert "비교할" in page
    september = [order(3, item("A", price=18_000), at=made.santiago(9, 3))]
    second = made.taken_in(made.ventas(tmp_path, september, name="b.xlsx"), program, store)
    assert month_before(second, "orders") == (dt.date(2025, 8, 1), {"CLP": (2, Decimal(15_000))})
    page = staff.get(reverse("admin:reports_importbatch_change", args=[second.pk])).content.decode()
    assert "+20.0%" in page


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize(("language", "heading"), [("ko", "주문번호"), ("en", "Order number")])
def test_templates_are_there_and_come_back_filled_in(
    tmp_path, client, program, store, language, heading, ending
):
    company = register.company(1)
    client.force_login(register.member(company))
    found = client.get(reverse("sales_template", args=[language, ending])).content
    path = tmp_path / f"t.{ending}"
    path.write_bytes(found)
    if ending == "csv":
        assert found.decode("utf-8-sig").startswith(heading)
        path.write_bytes(found + f"{FILLED}\r\n".encode())
        batch = made.taken_in(path, program, store)
        assert (batch.profile, batch.accepted, batch.totals[0]["net"]) == ("naru-sales", 1, "19.00")
    else:
        assert CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[0][0] == heading
    page = client.get(reverse("sales_upload")).content.decode()
    assert reverse("sales_template", args=[language, ending]) in page
    assert client.get("/sales/template/fr.csv").status_code == 404


def test_companies_choose_a_profile_of_their_program(tmp_path, client, program, store):
    version = profile(program)
    company = register.company(1)
    own = programs.store("OWN", company=company)
    programs.assignment(own, programs.participation(company, program))
    client.force_login(register.member(company))
    page = client.get(reverse("sales_upload")).content.decode()
    assert f'value="{version.code}"' in page
    data = {
        "place": f"{program.pk}|{own.pk}",
        "upload": SimpleUploadedFile("a.csv", content()),
        "profile": version.code,
    }
    assert client.post(reverse("sales_upload"), data).status_code == 302
