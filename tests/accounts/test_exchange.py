"""Master data by file: hostile files end in a sentence within seconds, formulas go out as text and come back."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.admin.exchange import MOST_COLUMNS, MOST_ROWS, KoreanCsv, Workbook, plain
from ground import sheets
from ground.models import Holiday
from ground.workbooks import harmless
from tests.companies.test_company_admin import staff
from tests.reports.files import made

CSV, XLSX = "0", "1"
HEAD = ["day", "name_ko", "name_en", "disabled_on"]


def workbook(*rows: list[object]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def zip_bomb() -> bytes:
    """5 MB whose texts unpack to 1 GB; packed tighter it takes twice the time to make."""
    out = io.BytesIO(made.workbook([]))
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as stream,
    ):
        stream.write(b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>')
        for _part in range(1024):
            stream.write(b" " * (1024 * 1024))
    return out.getvalue()


HOSTILE = {
    "3 million cells": (made.three_million_cells, XLSX, "more than 60 columns"),
    "a value in XFD1048576": (made.one_value_far_away, XLSX, "more than 60 columns"),
    "values in A1 and XFD1048576": (made.two_values_far_apart, XLSX, "too much memory or time"),
    "a zip bomb": (zip_bomb, XLSX, "too much memory or time"),
    "an empty workbook": (lambda: workbook(), XLSX, "The file is empty."),
    "an empty file": (lambda: b"", CSV, "empty"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), XLSX, "not an XLSX file"),
    "a folder": (lambda: made.workbook([])[:300], XLSX, "not an XLSX file"),
    "a workbook as CSV": (lambda: workbook(HEAD), CSV, "neither UTF-8 nor CP949|not a CSV file"),
    "too many rows": (lambda: workbook(*[[1]] * (MOST_ROWS + 2)), XLSX, "more than 20000 rows"),
    "5 million blank lines": (lambda: b"\n" * 5_000_000, CSV, "The file is empty."),
    "2 million columns": (lambda: b"," * 2_000_000 + b"x", CSV, "more than 60 columns"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_a_sentence_within_seconds(name):
    make, file_format, sentence = HOSTILE[name]
    content = make()
    assert len(content) < 6 * 1024 * 1024
    began = time.monotonic()
    client = staff("manager")
    response = client.post(
        reverse("admin:ground_holiday_import"),
        {"import_file": SimpleUploadedFile("list", content), "format": file_format},
        headers={"Accept-Language": "en"},
    )
    assert time.monotonic() - began < 20
    said = " ".join(" ".join(each) for each in response.context["form"].errors.values())
    assert any(each in said for each in sentence.split("|")), said
    assert "result" not in response.context
    assert not Holiday.objects.exists()


def test_the_web_process_does_not_unpack_the_workbook(monkeypatch):
    """What reads it is a child with bounds; a child that ends without an answer is a damaged file."""
    asked = []
    monkeypatch.setattr(sheets, "run", lambda arguments, bounds, out: asked.append(bounds) or 1)
    with pytest.raises(sheets.SheetRefused, match="damaged"):
        sheets.first_sheet(workbook(HEAD), rows=10, columns=10)
    assert asked == [sheets.BOUNDS]


def test_a_workbook_reads_as_people_see_it():
    content = workbook(
        ["name", "", "day", "count", "share", "yes"],
        [],
        ["강물", "", dt.date(2026, 3, 3), 1234567890, 0.5, True],
    )
    assert sheets.first_sheet(content, rows=10, columns=10) == [
        ["name", "", "day", "count", "share", "yes"],
        [],
        ["강물", "", "2026-03-03", 1234567890, 0.5, True],
    ]
    (row,) = Workbook().create_dataset(content).dict
    assert row == {
        "name": "강물",
        "": "",
        "day": "2026-03-03",
        "count": 1234567890,
        "share": 0.5,
        "yes": True,
    }


@pytest.mark.full
def test_the_largest_honest_workbook_passes():
    rows = [[f"열{column}" for column in range(MOST_COLUMNS)], *[["값", 1, 2.5] * 20] * MOST_ROWS]
    assert len(sheets.first_sheet(workbook(*rows), rows=MOST_ROWS + 1, columns=MOST_COLUMNS)) == MOST_ROWS + 1


STARTERS = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢"]
BLANKS = ["", " ", "   ", "\t", "\r", "\n", "\r\n", "\u3000", "\u00a0"]
PAYLOADS = [f"{blank}{starter}1+1" for blank in BLANKS for starter in STARTERS] + [
    "\tx",
    "\rx",
    "\nx",
    "'=1",
    "''@x",
]
HONEST = ["한강식품", "a=b", " 강물", "'인용'", "", "1-2", "'", "홍길동 + 아들"]


def test_what_a_spreadsheet_would_run_gets_an_apostrophe_and_loses_it():
    assert {text: harmless(text) for text in PAYLOADS} == {text: f"'{text}" for text in PAYLOADS}
    assert {text: plain(harmless(text)) for text in PAYLOADS} == {text: text for text in PAYLOADS}


def test_honest_text_stays_as_it_is():
    assert [harmless(text) for text in HONEST] == HONEST
    assert [plain(text) for text in HONEST] == HONEST


def test_numbers_stay_numbers():
    assert (harmless(-5), plain(-5), plain(None)) == (-5, -5, "")


def test_formulas_survive_the_way_out_and_back():
    data = KoreanCsv().create_dataset(b"name\nx\n")
    for text in [*PAYLOADS, "한강식품"]:
        data.append([text])
    out = KoreanCsv().export_data(data)
    cells = [row[0] for row in csv.reader(io.StringIO(out.decode("utf-8-sig"), newline=""))][2:]
    assert [cell for cell in cells if cell[:1] != "'"] == ["한강식품"]
    assert KoreanCsv().create_dataset(out)["name"] == ["x", *PAYLOADS, "한강식품"]


def test_every_table_that_leaves_is_written_where_formulas_are_escaped():
    """One writer for master data; the rejected rows of a sales file, the lines behind a group and long lists use its `harmless`; the marketplaces' own forms are
    written for the demonstration only; an upload's copy without buyers has the cells of the upload as they were; Naru's own template
    is nothing but headings."""
    root = Path(__file__).resolve().parents[2]
    writing = {
        str(path.relative_to(root))
        for floor in ("config", "reports", "guidance", "programs", "companies", "accounts", "ground")
        for path in (root / floor).rglob("*.py")
        if re.search(r"csv\.(writer|DictWriter)\(", path.read_text("utf-8"))
    }
    assert writing == {
        "accounts/admin/exchange.py",
        "ground/long_lists.py",
        "reports/views/rejects.py",
        "reports/domain/group_lists.py",
        "reports/files/writing.py",
        "reports/files/blanking.py",
        "reports/files/mapping/template.py",
    }
