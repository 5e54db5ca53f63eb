"""A sales file without its buyers: a copy with the same rows and columns, in which only what the reader uses has values.

Below the headings every column stays blank that is personal, or has no heading. A record that does not fit the headings
cannot say which of its cells are personal: its cells become dashes. Reading the copy gives the lines, rejected rows and
sums that reading the file gave.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from html import escape
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from zoneinfo import ZoneInfo

from reports.files import cells, panel, release
from reports.files.cells import Cell
from reports.files.door import Row
from reports.files.headers import names
from reports.files.lines import FileRefused

Blank = Callable[[Row], Row]
MASK = "-"
UNTOLD = frozenset({"euc-kr", "cp949", "cp932"})


def blanked(
    rows: Iterable[Row], headings: Callable[[int, Row], Blank | None], write: Callable[[Row], None]
) -> Iterator[Row]:
    """The rows as they are; on the way each is written without its personal values. Down to the row in which
    `headings` finds the columns they are written whole."""
    blank: Blank | None = None
    for number, row in enumerate(rows, start=1):
        if blank is not None:
            write(blank(row))
        else:
            blank = headings(number, row)
            write(row)
        yield row


def panel_headings(number: int, header: Row) -> Blank | None:
    """Blanks rows below the seller panel's headings; `None` when these are not they."""
    if not panel.recognizes(names(header)):
        return None
    columns = panel.Columns(number, header)
    kept = {heading.index for heading in (*columns.read.values(), *columns.extra)}
    return lambda row: [cell if place in kept else None for place, cell in enumerate(row)]


def release_headings(number: int, header: Row) -> Blank | None:
    """The same below the release report's headings."""
    if not release.recognizes(names(header)):
        return None
    reading = release.Reading(number, header, ZoneInfo("UTC"), "")
    kept, width = {heading.index for heading in reading.compared}, reading.width

    def blank(record: Row) -> Row:
        row = release.rejoin(record, width)
        if not any(cells.shown(cell) for cell in row):
            return row
        if len(row) < width and reading.is_balance(row):
            row += [""] * (width - len(row))
        if len(row) != width:
            return [MASK] * len(row)
        return [cell if place in kept else "" for place, cell in enumerate(row)]

    return blank


class Copy:
    """Where the rows of a copy go. What was written is compared with what reads back, cell by cell."""

    def __init__(self) -> None:
        self.rows = 0
        self.digest = hashlib.blake2b()

    def write(self, row: Row) -> None:
        self.rows += 1
        self._add(self.digest, self.rows, row)
        self.put(row)

    def _add(self, digest: hashlib.blake2b, number: int, row: Row) -> None:
        text = self.telling(row)
        if text:
            digest.update(f"{number}{text}".encode())

    def telling(self, row: Row) -> str:
        """What stands in the row, if anything; blanks are all the same, and at its end they say nothing."""
        found = ["" if cell is None or (isinstance(cell, str) and cell.isspace()) else cell for cell in row]
        while found and found[-1] == "":
            found.pop()
        return repr(found) if found else ""

    def put(self, row: Row) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def check(self, rows: Iterable[Row]) -> None:
        """`FileRefused('not_blanked')` unless these rows, read from the copy, are those that were written."""
        found = hashlib.blake2b()
        for number, row in enumerate(rows, start=1):
            self._add(found, number, row)
        if found.digest() != self.digest.digest():
            raise FileRefused("not_blanked")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.close()


class TextCopy(Copy):
    """A delimited text in the encoding of the file it was copied from; in UTF-8 with a mark instead of a Korean
    or Japanese encoding, which nothing might tell once names are gone."""

    def __init__(self, path: Path, encoding: str, delimiter: str) -> None:
        super().__init__()
        encoding = "utf-8-sig" if encoding in UNTOLD else encoding
        self.stream = path.open("w", encoding=encoding, newline="")
        self.writer = csv.writer(self.stream, delimiter=delimiter, lineterminator="\r\n")

    def telling(self, row: Row) -> str:
        return "\x1f".join(row)  # type: ignore[arg-type]  # a text's cells are texts

    def put(self, row: Row) -> None:
        self.writer.writerow(row)

    def close(self) -> None:
        self.stream.close()


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/{}"'
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.{}+xml"
FORMATS = ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "hh:mm:ss", "[h]:mm:ss")
DATE, MOMENT, TIME, SPAN = 1, 2, 3, 4
DAY, MIDNIGHT = dt.timedelta(days=1), dt.time()
EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 (local times of a sheet have no zone)
LEAP_YEAR_THAT_WAS_NONE = 61  # spreadsheets count a 29 February 1900
# What XML cannot hold, and what would be taken for the sign of it.
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")

PARTS = {
    "[Content_Types].xml": (
        f"<Types {PACKAGE.format('content-types')}>"
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET_TYPE.format("sheet.main")}"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{SHEET_TYPE.format("worksheet")}"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{SHEET_TYPE.format("sharedStrings")}"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{SHEET_TYPE.format("styles")}"/></Types>'
    ),
    "_rels/.rels": (
        f"<Relationships {PACKAGE.format('relationships')}>"
        f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f"<Relationships {PACKAGE.format('relationships')}>"
        f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="r3" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet {MAIN}><numFmts count="{len(FORMATS)}">'
        + "".join(
            f'<numFmt numFmtId="{164 + place}" formatCode="{form}"/>' for place, form in enumerate(FORMATS)
        )
        + '</numFmts><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        f'<cellXfs count="{len(FORMATS) + 1}"><xf/>'
        + "".join(
            f'<xf numFmtId="{164 + place}" applyNumberFormat="1"/>' for place, _form in enumerate(FORMATS)
        )
        + "</cellXfs></styleSheet>"
    ),
}


class WorkbookCopy(Copy):
    """A workbook of one sheet. Numbers keep all of their digits, days and times stay days and times, and nothing else
    of the file it was copied from comes along: no other sheet, no remark, no name of an author."""

    def __init__(self, path: Path, sheet: str) -> None:
        super().__init__()
        self.archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
        for name, content in PARTS.items():
            self.archive.writestr(name, content)
        named = f'<sheet name="{escape(sheet)}" sheetId="1" r:id="r1"/>'
        self.archive.writestr(
            "xl/workbook.xml", f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets>{named}</sheets></workbook>'
        )
        self.stream: IO[bytes] = self.archive.open("xl/worksheets/sheet1.xml", "w")
        self.stream.write(f"<worksheet {MAIN}><sheetData>".encode())
        self.texts: dict[str, int] = {}

    def put(self, row: Row) -> None:
        if self.rows == 1 and (not row or row[0] in (None, "")):
            row = [" ", *row[1:]]  # readers leave out columns before the first that holds anything
        found = [
            f'<c r="{letters(place)}{self.rows}"{self.cell(value)}</c>'
            for place, value in enumerate(row)
            if value is not None and value != ""
        ]
        self.stream.write(f'<row r="{self.rows}">{"".join(found)}</row>'.encode())

    def cell(self, value: Cell) -> str:
        """What stands behind the cell's address."""
        if isinstance(value, str):
            return f' t="s"><v>{self.texts.setdefault(value, len(self.texts))}</v>'
        if isinstance(value, bool):
            return f' t="b"><v>{int(value)}</v>'
        if isinstance(value, dt.datetime):
            if value.time() == MIDNIGHT:  # as a number it would come back as a day
                return f' t="d"><v>{value.isoformat()}</v>'
            return f' s="{MOMENT}"><v>{_days(value)!r}</v>'
        if isinstance(value, dt.date):
            return f' s="{DATE}"><v>{_days(dt.datetime.combine(value, MIDNIGHT))!r}</v>'
        if isinstance(value, dt.time):
            return f' s="{TIME}"><v>{(dt.datetime.combine(EPOCH, value) - EPOCH) / DAY!r}</v>'
        if isinstance(value, dt.timedelta):
            return f' s="{SPAN}"><v>{value / DAY!r}</v>'
        return f"><v>{value!r}</v>"

    def close(self) -> None:
        self.stream.write(b"</sheetData></worksheet>")
        self.stream.close()
        with self.archive.open("xl/sharedStrings.xml", "w") as stream:
            stream.write(f"<sst {MAIN}>".encode())
            for text in self.texts:
                shown = escape(UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text), quote=False)
                stream.write(f'<si><t xml:space="preserve">{shown}</t></si>'.encode())
            stream.write(b"</sst>")
        self.archive.close()


def _days(moment: dt.datetime) -> float:
    days = (moment - EPOCH) / DAY
    return days if days >= LEAP_YEAR_THAT_WAS_NONE else days - 1


def letters(place: int) -> str:
    """A column as spreadsheets name it: 0 is A, 26 is AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
