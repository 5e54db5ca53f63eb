"""Hostile and odd files, made in code: each with what must become of it, by class.

As a module it is a child of the sandbox: it reads every file of a folder within its bounds and says what became of each.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import sys
import time
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter

from ground.sandbox import Bounds, child, confine
from reports.files import detect
from reports.files.door import OLE
from reports.files.facts import SaleFact
from reports.files.lines import FileRefused
from reports.files.mapping.profiles.naru import FORM
from tests.reports.files import made as panels
from tests.reports.files.mapping import headings

KOREAN = [korean for _into, korean, _english in FORM]
GOOD = {
    "주문번호": "A-1",
    "주문일시": "2026-03-31 10:00:00",
    "통화": "USD",
    "상품금액": "10",
    "수량": "1",
    "판매자 상품코드": "S",
}

Rejects = tuple[tuple[int, str, str], ...]


class Odd(NamedTuple):
    """A file of a class, and what becomes of it: refused with a code, or its lines and its rejected rows."""

    kind: str
    content: bytes
    refused: str = ""
    lines: int = 0
    rejects: Rejects = ()


def grid(*rows: dict[str, Any], form: list[str] = KOREAN) -> list[list[Any]]:
    return [form, *([row.get(name, "") for name in form] for row in rows)]


def table(rows: list[list[Any]], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(encoding)


def workbook(rows: list[list[Any]], sheets: int = 1) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for _each in range(sheets - 1):
            book.add_worksheet().write_string(0, 0, "read me")
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, str) and value.startswith("="):
                    sheet.write_formula(number, column, value, value="12.5")
                elif isinstance(value, str):
                    sheet.write_string(number, column, value)
                else:
                    sheet.write(number, column, value)
    return out.getvalue()


CELLS: tuple[tuple[str, str, str, tuple[Any, ...]], ...] = (
    ("comma decimals", "상품금액", "ambiguous_amount", ("95,00", "1.234,50", "12,5", "0,99", "1.234.567")),
    ("broken groups", "상품금액", "ambiguous_amount", ("1,2345.00", "12,34,567", "1,234,56", "1.2.3")),
    ("no number", "상품금액", "bad_amount", ("NaN", "inf", "abc", "1만 2천", "(1,234)", "--5", "=1+1", "#N/A", "0x10", "½")),
    ("shortened amounts", "상품금액", "number_shortened", ("1E+05", "1.5e10", "9E9")),
    ("huge amounts", "상품금액", "huge_amount", ("9" * 13, "1" * 40, "9" * 5_000)),
    ("too many decimals", "상품금액", "decimals", ("1.123456", "0.00001")),
    ("days that do not exist", "주문일시", "no_such_day",
     ("2026-02-29", "2026-13-01", "2026-04-31 10:00", "2026-03-31 25:00", "2026-00-10", "2026-03-31 10:61:00", "2026-03-00")),
    ("other forms of dates", "주문일시", "date_form",
     ("31/03/2026", "03-31-26", "March 31", "20260331", "46112", "어제", "2026-W10-1", "31.03.2026")),
    ("no date", "주문일시", "missing_value", ("", "  ")),
    ("dates far away", "주문일시", "far_date", ("1999-12-31", "2101-01-01", "0001-01-01 00:00")),
    ("shortened references", "주문번호", "number_shortened", ("1E+10", "9.48E+15", "2E05", "1,5E+10")),
    ("long references", "주문번호", "too_long_text", ("9" * 61, "x" * 5_000)),
    ("no reference", "주문번호", "missing_value", ("", "\u200b", " ")),
    ("wrong units", "수량", "bad_units", ("-1", "1.5", "one", "1e3", "10000000", "½", "1 000")),
    ("wrong currencies", "통화", "bad_currency", ("US$", "dollars", "12", "U$D", "USDT")),
    ("kinds that nobody knows", "거래구분", "unknown_record", ("선물", "???", "sale!")),
)  # fmt: skip


def cells() -> Iterator[Odd]:
    """One wrong cell in row 3 between good rows."""
    for kind, column, code, values in CELLS:
        for value in values:
            rows = grid(GOOD, GOOD | {column: value}, GOOD | {"주문번호": "A-2"})
            yield Odd(kind, table(rows), lines=2, rejects=((3, column, code),))
    for value in ("10.5", "0.01", "1,200.50"):
        rows = grid(GOOD, GOOD | {"통화": "JPY", "상품금액": value})
        yield Odd("yen with fractions", table(rows), lines=1, rejects=((3, "상품금액", "fraction"),))
    for net in ("9.99", "-10", "1,000"):
        yield Odd(
            "rows that do not add up", table(grid(GOOD | {"순액": net})), rejects=((2, "순액", "parts_sum"),)
        )
    two = GOOD | {"상품금액": "x", "주문일시": "y"}
    yield Odd(
        "two wrongs in a row",
        table(grid(two)),
        rejects=((2, "상품금액", "bad_amount"), (2, "주문일시", "date_form")),
    )
    for foot in ("합계", "Total", "총계"):
        rows = grid(GOOD, {"주문번호": foot, "상품금액": "10", "통화": "USD"})
        yield Odd("totals at the foot", table(rows), lines=1, rejects=((3, "주문일시", "missing_value"),))


def fine() -> Iterator[Odd]:
    """Odd, and read all the same."""
    for value in (
        "１２３",
        "USD 12.5",
        "$12.50",
        "12.50",
        " 12 ",
        "1,234.50",
        "\N{MINUS SIGN}5",
        "+"[:0] + "0012",
    ):
        yield Odd("amounts that are odd and plain", table(grid(GOOD | {"상품금액": value})), lines=1)
    for name in (
        '=HYPERLINK("x")',
        "@SUM(1)",
        "크림\u200b",
        unicodedata.normalize("NFD", "한글 크림"),
        "a\nb",
        "<script>",
        "\U0001f600",
    ):
        yield Odd("names that are odd", table(grid(GOOD | {"상품명": name})), lines=1)
    for date in (
        "2026. 3. 31.",
        "2026/03/31",
        "2026-03-31T10:00:00+09:00",
        "2026년 3월 31일 오후 3시 5분",
        "2026-03-31 오전 12:05",
    ):
        yield Odd("dates in several forms", table(grid(GOOD | {"주문일시": date})), lines=1)
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "euc-kr", "cp949"):
        rows = grid(GOOD | {"상품명": "Cream 가나다" * 9, "상품금액": "1234567.25"})
        wide = [[*row, *["x" * 300]] if n else [*row, "memo"] for n, row in enumerate(rows)]
        yield Odd("encodings", table(wide, encoding=encoding), lines=1)
    for delimiter in (";", "\t"):
        yield Odd("delimiters", table(grid(GOOD, GOOD), delimiter), lines=2)
    for shift in (3, 7, 11):
        form = KOREAN[shift:] + KOREAN[:shift]
        yield Odd("swapped columns", table(grid(GOOD, form=form)), lines=1)
    for above in (1, 5, 19):
        yield Odd("titles above", table([["보고서"]] * above + grid(GOOD)), lines=1)
    for form in ([f" {name} " for name in KOREAN], [unicodedata.normalize("NFD", name) for name in KOREAN],
                 [name.replace(" ", "  ") + ":" for name in KOREAN]):  # fmt: skip
        rows = grid(GOOD)
        yield Odd("headings that are odd", table([form, *rows[1:]]), lines=1)
    yield Odd(
        "blank rows", table([KOREAN, [""] * 20, *grid(GOOD)[1:], [" "] * 20, [], *grid(GOOD)[1:]]), lines=2
    )
    yield Odd("blank rows", table([KOREAN, [], []]))
    yield Odd("line ends", table(grid(GOOD, GOOD)).replace(b"\r\n", b"\n"), lines=2)
    yield Odd("line ends", table(grid(GOOD, GOOD)).replace(b"\r\n", b"\r"), lines=2)
    yield Odd("trailing cells", table([[*row, "", ""] for row in grid(GOOD)]), lines=1)


def tables() -> Iterator[Odd]:
    """Texts that are no table, or not the one that their headings promise."""
    good = table(grid(GOOD, GOOD))
    yield Odd("nothing", b"", "empty")
    for blank in (b" ", b"\r\n\r\n", b"\xef\xbb\xbf", b",,,\r\n,,,\r\n"):
        yield Odd("only blanks", blank, "no_header")
    for head in (b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff\xe0", b"\x1f\x8b\x08\x00", b"7z\xbc\xaf", b"Rar!\x1a", b"<!DOCTYPE html><p>", b"<html>", b"<?xml version='1.0'?>"):  # fmt: skip
        yield Odd("no tables", head + b"x" * 50, "not_a_table")
    for place in (0, 40, len(good) - 3):
        yield Odd("zero bytes", good[:place] + b"\x00" + good[place:], "not_a_table")
    for word, code in (
        ("Año,Descripción", "encoding_unknown"),
        ("Área", "encoding_ambiguous"),
        ("Straße;Größe", "encoding_unknown"),
    ):
        yield Odd("western encodings", f"id,{word}\r\n1,2,3\r\n".encode("cp1252"), code)
    yield Odd("mixed encodings", good + "신규".encode("cp949"), "encoding_unknown")
    yield Odd("mixed encodings", good + b"\xff\xfe\xfa", "encoding_unknown")
    for cut in (b'A-3,"2026-03-31', b'"', b'A,B,"x\r\ny,z\r\n'):
        yield Odd("cut in a cell", good + cut, "cut_short")
    for content in (good[:-1] + "가".encode()[:1], good + "나".encode()[:2], "DATE,1".encode("utf-16")[:-1]):
        yield Odd("cut in a character", content, "cut_short")
    for extra in ("주문번호", "상품금액", "통화"):
        rows = [[*row, extra if not number else "x"] for number, row in enumerate(grid(GOOD))]
        yield Odd("duplicate headings", table(rows), "column_twice")
    for name in ("통화",):
        form = [each for each in KOREAN if each != name]
        yield Odd("missing columns", table(grid(GOOD, form=form)), "missing_columns")
    for name in ("주문번호", "주문일시", "거래구분"):
        form = [each for each in KOREAN if each != name]
        yield Odd("missing headings", table(grid(GOOD, form=form)), "no_header")
    for above in (20, 30):
        yield Odd("headings far below", table([["보고서"]] * above + grid(GOOD)), "no_header")
    for row, cells in ((["A-3", "2026-03-31"], 2), (["A-3"] * 21, 21), (["x"] * 40, 40)):
        rejects = ((4, "", "row_width"),)
        assert len(row) == cells
        yield Odd("ragged rows", table([*grid(GOOD, GOOD), row]), lines=2, rejects=rejects)
    for size in (140_000, 1_000_000):
        yield Odd("huge cells", table(grid(GOOD, GOOD | {"상품명": "x" * size})), "damaged")
    yield Odd("endless lines", good + b"x" * 6_000_000, "damaged")
    yield Odd("endless lines", b"x" * 6_000_000, "damaged")
    for columns in (201, 5_000):
        yield Odd("too many columns", table([[*KOREAN, *map(str, range(columns))]]), "no_header")
    yield Odd("quotes inside", good + b'A-3,"x"y,z\r\n', "damaged")
    pasted = table(grid(GOOD)) + table(grid(GOOD))
    rejects = ((3, "", "heading_again"),)
    yield Odd("pasted together", pasted, lines=2, rejects=rejects)
    for name in ("OrderID;Total", "a\tb\tc", "{not json"):
        yield Odd(
            "headings of nobody",
            f"{name}\r\n1;2\r\n".encode(),
            "no_header" if name[0] != "{" else "json_damaged",
        )


def workbooks() -> Iterator[Odd]:
    good = workbook(grid(GOOD, GOOD))
    yield Odd("workbooks", good, lines=2)
    yield Odd("workbooks", workbook(grid(GOOD), sheets=3), lines=1)
    yield from _sheets()
    yield Odd("formula cells", workbook(grid(GOOD | {"상품금액": "=5+7.5"})), lines=1)
    for value, code in (
        (True, "bad_amount"),
        (1e13, "huge_amount"),
        (0.123456, "decimals"),
        ("#DIV/0!", "bad_amount"),
    ):
        rejects = ((2, "상품금액", code),)
        yield Odd("cells of a workbook", workbook(grid(GOOD | {"상품금액": value})), rejects=rejects)
    for value in (0.1 + 0.2, 1234.1 * 3, -5, 0):
        yield Odd("binary fractions", workbook(grid(GOOD | {"상품금액": value})), lines=1)
    for value, code in ((12345678901234567890, "number_shortened"), (True, ""), (12345678.0, "")):
        rejects = ((2, "주문번호", code),) if code else ()
        yield Odd(
            "references as numbers", workbook(grid(GOOD | {"주문번호": value})), "", 0 if code else 1, rejects
        )
    for value in (True, 46112.5):
        yield Odd(
            "dates as numbers",
            workbook(grid(GOOD | {"주문일시": value})),
            rejects=((2, "주문일시", "date_form"),),
        )
    for share in (0.1, 0.5, 0.95):
        yield Odd("cut workbooks", good[: int(len(good) * share)], "cut_short")
    for name, inner in (("orders.csv", table(grid(GOOD))), ("orders.xlsx", good), ("../../etc/passwd", b"x")):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(name, inner)
        yield Odd("nested archives", out.getvalue(), "other_container")
    yield Odd("macros", panels.workbook(["<row/>"], **{"xl/vbaProject.bin": b"made up"}), "macros")
    yield Odd("old Excel", OLE + b"\x00" * 600, "old_excel")
    yield Odd("with a password", OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted")
    yield Odd("bombs", panels.three_million_cells(), "unpacks_too_large")
    yield Odd("bombs", panels.one_value_far_away(), "too_long")
    yield Odd("wide sheets", panels.workbook(['<row r="1"><c r="GS1"><v>1</v></c></row>']), "too_wide")
    bomb = '<!DOCTYPE b [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>'
    yield Odd(
        "entities", panels.workbook([f'{bomb}<row r="1"><c r="A1" t="str"><v>&b;</v></c></row>']), "damaged"
    )
    shopee = [
        name.replace("(PHP)", "(SGD)") if "Voucher" in name else name for name in headings.SHOPEE_ORDERS
    ]
    shopee[shopee.index("Deal Price")] = "Deal Price (PHP)"
    yield Odd("several currencies", workbook([shopee]), "wrong_currencies")


def book(*sheets: list[list[Any]], hidden: int = -1, merged: str = "", **options: Any) -> bytes:
    """A workbook of these sheets, the one in place `hidden` not shown; days are days of the workbook."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as written:
        day = written.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for place, rows in enumerate(sheets):
            sheet = written.add_worksheet()
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if isinstance(value, dt.datetime):
                        sheet.write_datetime(number, column, value, day)
                    elif value != "":
                        sheet.write(number, column, value)
            if place == hidden:
                sheet.hide()
            if merged:
                sheet.merge_range(merged, rows[1][0])
    return out.getvalue()


def _sheets() -> Iterator[Odd]:
    """What one workbook may hold beside one plain table."""
    good, other = grid(GOOD), grid(GOOD | {"주문번호": "B-1"})
    yield Odd("rows on several sheets", book(good, other), "several_sheets")
    yield Odd("rows on several sheets", book(good, other, hidden=1), "several_sheets")
    yield Odd(
        "rows on several sheets", book([["읽어 보십시오"]], *[[KOREAN]] * 6, good, other), "several_sheets"
    )
    panel = list(map(list, panels.sheet([panels.order(1), panels.order(2)])))
    yield Odd("rows on several sheets", book(panel, panel), "several_sheets")
    yield Odd("rows on several sheets", book(panel[:6], panel))
    yield Odd("sheets without rows", book([KOREAN], good), lines=1)
    yield Odd("sheets without rows", book(good, [KOREAN, [" "] * 20]), lines=1)
    yield Odd("sheets without rows", book([["읽어 보십시오"]] * 3, good, hidden=0), lines=1)
    rejects = ((3, "주문번호", "missing_value"),)
    yield Odd(
        "merged cells",
        book(grid(GOOD, GOOD | {"주문번호": ""}), merged="A2:A3"),
        lines=1,
        rejects=rejects,
    )
    days = grid(GOOD | {"주문일시": dt.datetime(2026, 3, 31, 10)})
    for since_1904 in (False, True):
        yield Odd("days of a workbook", book(days, date_1904=since_1904), lines=1)


def documents() -> Iterator[Odd]:
    item = {"order_item_id": 1, "order_id": "3", "item_price": "5.00", "paid_price": "5", "status": "delivered",
            "currency": "SGD", "created_at": "2026-03-31 10:00:00 +0800", "voucher_seller": "0"}  # fmt: skip
    good = json.dumps({"data": [item, item]}).encode()
    yield Odd("documents", good, lines=2)
    yield Odd("documents", b"\xef\xbb\xbf" + good, lines=2)
    yield Odd("documents", json.dumps([item]).encode("utf-16"), lines=1)
    for share in (0.3, 0.6, 0.99):
        yield Odd("cut documents", good[: int(len(good) * share)], "cut_short")
    for wrong in (good.replace(b'"data"', b"data", 1), good.replace(b"}, {", b"} {"), good + b"}"):
        yield Odd("broken documents", wrong, "json_damaged")
    for depth in (100, 100_000):
        yield Odd("deep documents", b'{"data":' * depth + b"1" + b"}" * depth, "json_deep")
    yield Odd("deep documents", b"[" * 100_000 + b"]" * 100_000, "json_deep")
    yield Odd("names twice", good.replace(b'"paid_price"', b'"item_price"', 1), "json_twice")
    for empty in (b"{}", b'{"data": []}', b'{"data": "x"}', b'[{"a": 1}]', b"[[1, 2]]", b'{"data": [1, 2]}'):
        yield Odd("documents of nobody", empty, "no_header")
    for value, code in (("NaN", "bad_amount"), ("Infinity", "bad_amount"), ("1e400", "number_shortened"), ("9" * 6_000, "huge_amount"), ("true", "bad_amount"), ('"5,00"', "ambiguous_amount")):  # fmt: skip
        content = good.replace(b'"5.00"', value.encode(), 1)
        yield Odd("numbers of documents", content, lines=1, rejects=((1, "item price", code),))
    wrong = good.replace(b"+0800", b"", 1).replace(b"10:00:00 ", b"10:00:61", 1)
    yield Odd("times of documents", wrong, lines=1, rejects=((1, "created at", "no_such_day"),))


def corpus() -> list[Odd]:
    return [*cells(), *fine(), *tables(), *workbooks(), *documents()]


def became(path: Path) -> dict[str, Any]:
    """What became of the file, and the processor time that it took."""
    started = time.process_time()
    facts: list[Any] = []
    rejects: list[Any] = []
    refused = ""
    try:
        detect.stream(
            path, None, facts.append, tz="Asia/Seoul", currency="USD",
            on_reject=lambda each: rejects.append([each.row, each.column, each.code, len(each.value)]),
        )  # fmt: skip
    except FileRefused as problem:
        refused = problem.code
    lines = 0 if refused else sum(isinstance(fact, SaleFact) for fact in facts)
    spent = time.process_time() - started
    return {"refused": refused, "lines": lines, "rejects": [] if refused else rejects, "seconds": spent}


def main() -> None:
    folder, bounds = Path(sys.argv[1]), Bounds(**json.loads(sys.argv[2]))
    confine(bounds)
    for path in sorted(folder.iterdir()):
        sys.stdout.write(json.dumps(became(path)) + "\n")
    # not ru_maxrss: that begins with the size of the process that started this one
    status = Path("/proc/self/status").read_text()
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])  # type: ignore[index]
    sys.stdout.write(json.dumps({"peak_mib": peak // 1024}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(child(main))
