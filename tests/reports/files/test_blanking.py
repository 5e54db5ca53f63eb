"""The copy of a sales file says what the file says, and nothing of its buyers."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from reports.files import blanking, sandbox
from reports.files.detect import parse_file
from reports.files.door import csv_rows, open_file
from reports.files.lines import FileRefused
from reports.files.writing import (
    LONG_FORM,
    PANEL_HEADINGS,
    RELEASE_HEADINGS,
    SHORT_FORM,
    write_release,
    write_ventas,
)
from tests.reports.files import made

TZ = "America/Santiago"
NAMES = ("Persona", "Inventad", "RUT", "SEGUIMIENTO", "Consumidor", "Transportista")
"""What stands in the personal columns of made-up files."""


def both(path: Path, **options: str) -> tuple[object, object, Path]:
    """What the sandboxed reader says of the file, what it says of the copy, and the copy."""
    copy = path.with_name(f"copy-of-{path.name}")
    read = sandbox.read(path, None, TZ, options.get("currency", ""), copy)
    assert read == sandbox.read(path, None, TZ, options.get("currency", ""))
    return read, sandbox.read(copy, None, TZ, options.get("currency", "")), copy


def text_of(copy: Path) -> str:
    """Everything in the copy that could be read: of a workbook all of its parts."""
    content = copy.read_bytes()
    if not content.startswith(b"PK"):
        return content.decode("utf-8")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def below_headings(copy: Path) -> str:
    """The copy without the names of the columns."""
    text = text_of(copy)
    for heading in {*PANEL_HEADINGS, *RELEASE_HEADINGS}:
        text = text.replace(f">{heading}<", "><")
    return text


def test_a_panels_copy_says_the_same_and_names_nobody(tmp_path: Path):
    """Title rows, duplicate headings, Spanish dates, packs, repetitions and rejected rows."""
    path = tmp_path / "ventas.xlsx"
    orders = [
        made.order(1),
        made.pack(2),
        made.order(3, replaced={"Fecha de venta": "ayer"}),
        made.order(4, replaced={"Total (CLP)": 1}),
        made.order(1),
        made.order(5, made.item(5, variant="_x0041_ &\t<b>"), refund_amount=None),
    ]
    write_ventas(path, orders, exported_at=made.santiago(10, 1))
    read, again, copy = both(path)
    assert again == read
    assert [len(read.lines), len(read.rejects), len(read.repeated), read.packs] == [4, 2, 1, 1]
    assert read.exported_at == made.santiago(10, 1)
    assert "Comprador" in read.personal_columns
    assert [name for name in NAMES if name in text_of(path)] == list(NAMES)
    assert [name for name in NAMES if name in below_headings(copy)] == []
    rows = [[str(cell) for cell in row] for row in open_file(copy).sheets[0].rows()]
    assert rows[5] == list(PANEL_HEADINGS)
    kept = dict(zip(PANEL_HEADINGS, rows[6], strict=False))
    assert (kept["# de venta"], kept["Comprador"], kept["Dirección"]) == (
        "2000000000000001"[:5] + "00000000001",
        "",
        "",
    )


def test_nothing_else_of_a_workbook_comes_along(tmp_path: Path):
    path = tmp_path / "ventas.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"author": "Persona Inventada"})
        sheet = book.add_worksheet("Ventas & más")
        for number, row in enumerate(made.sheet([made.order(1)])):
            for place, cell in enumerate(row):
                sheet.write(number, place + 1, cell)
        sheet.write(6, 0, "Persona Inventada")
        sheet.write_comment(6, 1, "Persona Inventada")
        sheet.write(6, len(PANEL_HEADINGS) + 2, "Persona Inventada")  # below no heading, as the first column
        book.add_worksheet("Clientes").write(0, 0, "Persona Inventada")
    read, again, copy = both(path)
    assert again == read
    assert read.layout == "59 columns, row 6, Ventas & más"
    assert "Persona" not in below_headings(copy)
    assert [sheet.name for sheet in open_file(copy).sheets] == ["Ventas & más"]


@pytest.mark.parametrize(
    ("cell", "form"),
    [
        (dt.datetime(2025, 8, 5, 12, 30, 15), "yyyy-mm-dd hh:mm:ss"),
        (dt.datetime(1900, 1, 30, 6), "yyyy-mm-dd hh:mm"),
        (dt.datetime(2025, 8, 5), "yyyy-mm-dd"),
        (dt.datetime(1900, 1, 30), "yyyy-mm-dd"),
        (dt.time(6, 15), "hh:mm"),
        (dt.timedelta(days=1, hours=12), "[h]:mm"),
        (True, ""),
        (0.1 + 0.2, ""),
        (-12345678901234567.0, ""),
        ("_x0041_ \x0b \r\n ünïcödé 나루 \U0001f600", ""),
    ],
)  # fmt: skip
def test_a_cell_of_any_kind_comes_back_as_it_was(tmp_path: Path, cell: object, form: str):
    path, copy = tmp_path / "one.xlsx", tmp_path / "copy.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write(3, 27, cell, book.add_format({"num_format": form}) if form else None)
    rows = list(open_file(path).sheets[0].rows())
    with blanking.WorkbookCopy(copy, "One") as out:
        for row in rows:
            out.write(row)
    out.check(open_file(copy).sheets[0].rows())
    found = list(open_file(copy).sheets[0].rows())
    assert (len(found), repr(found[3][0])) == (4, repr(rows[3][0]))


def test_a_midnight_that_is_a_moment_stays_one(tmp_path: Path):
    path = tmp_path / "ventas.xlsx"
    midnight = '<c r="B2" t="d"><v>2025-08-05T00:00:00</v></c>'
    path.write_bytes(made.workbook([f'<row r="2">{midnight}</row>']))
    with blanking.WorkbookCopy(tmp_path / "copy.xlsx", "Ventas CL") as out:
        for row in open_file(path).sheets[0].rows():
            out.write(row)
    out.check(open_file(tmp_path / "copy.xlsx").sheets[0].rows())


@pytest.mark.parametrize("columns", [SHORT_FORM, LONG_FORM])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_release_reports_copy_says_the_same_and_names_nobody(tmp_path: Path, columns: int, delimiter: str):
    path = tmp_path / "release.csv"
    movements = [
        made.movement(1, approved_at=made.santiago(7, 20)),
        made.movement(2, replaced={"DATE": "?"}),
        made.movement(3, replaced={"DESCRIPTION": 'a "b", c'}),
    ]
    write_release(path, movements, columns=columns, delimiter=delimiter)
    # A record with cells too many, one with too few, and one torn apart by unquoted JSON.
    lines = path.read_text().splitlines(keepends=True)
    wide, narrow = (
        lines[2].replace("payment", f"Persona{delimiter}payment"),
        lines[2].rpartition(delimiter)[0],
    )
    lines[2:2] = [wide, f"{narrow}\r\n", "\r\n"]
    path.write_text("".join(lines), newline="")
    read, again, copy = both(path, currency="CLP")
    assert again == read
    assert [(reject.row, reject.code) for reject in read.rejects] == [
        (3, "row_width"), (4, "row_width"), (7, "bad_instant"),
    ]  # fmt: skip
    assert len(read.lines) == 2
    assert [name for name in NAMES if name in copy.read_text()] == []
    dashes = [row for row in csv_rows(copy.read_text(), delimiter) if set(row) == {"-"}]
    assert [len(row) for row in dashes] == [columns + 1, columns - 1]


def test_columns_of_payers_are_emptied(tmp_path: Path):
    path = tmp_path / "release.csv"
    write_release(path, [made.movement(1), made.movement(2)], columns=SHORT_FORM)
    head, *rest = path.read_text().splitlines()
    wide = [f"{head},PAYER_NAME,PAYER_EMAIL,STORE_NAME,CITY"]
    wide += [f'{line},"Kim, Persona",a@b.example,x,Región' for line in rest]
    wide.append("," * (SHORT_FORM - 1) + ',"Kim, Persona",a@b.example,x,Región')  # nothing but a payer
    path.write_text("\n".join(wide))
    read, again, copy = both(path, currency="CLP")
    assert again == read
    assert (len(read.lines), read.rejects) == (2, [])
    assert read.personal_columns == ("PAYER_NAME", "PAYER_EMAIL", "STORE_NAME", "CITY")
    assert [word for word in ("Persona", "example", "Región") if word in copy.read_text()] == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "euc-kr", "cp949"])
def test_a_copy_is_read_whatever_the_encoding_was(tmp_path: Path, encoding: str):
    """Of a Korean text the Hangul may stand in the buyers' columns alone: the copy has none of it."""
    path = tmp_path / "release.csv"
    payer = "홍길동 뷁" if encoding == "cp949" else "홍길동"
    movements = [made.movement(number, replaced={"METADATA": payer * 20}) for number in range(1, 9)]
    write_release(path, movements, columns=LONG_FORM, encoding=encoding)
    read, again, copy = both(path, currency="CLP")
    assert read.encoding == encoding
    korean = encoding in {"euc-kr", "cp949"}
    assert again.encoding == ("utf-8-sig" if korean else encoding)
    notes = [note for note in read.notes if note.code != "note_encoding" or not korean]
    assert again == replace(read, encoding=again.encoding, notes=notes)
    assert len(read.lines) == 8
    assert "홍길동".encode(again.encoding.removesuffix("-sig")) not in copy.read_bytes()


def test_a_copy_that_reads_otherwise_refuses_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Negative control: a writer that loses a digit does not pass."""
    path = tmp_path / "ventas.xlsx"
    write_ventas(path, [made.order(1)])
    cell = blanking.WorkbookCopy.cell
    monkeypatch.setattr(
        blanking.WorkbookCopy,
        "cell",
        lambda self, value: cell(self, value // 10 if isinstance(value, float) else value),
    )
    with pytest.raises(FileRefused) as caught:
        parse_file(path, None, tz=TZ, copy=tmp_path / "copy.xlsx")
    assert caught.value.code == "not_blanked"


@pytest.mark.parametrize(
    ("place", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (199, "GR"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_have_letters(place: int, name: str):
    assert blanking.letters(place) == name
