"""Writing made-up files under real headings: whatever column is not given holds a person who does not exist."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping as Dict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from reports.files.door import open_file
from reports.files.facts import SaleFact
from reports.files.headers import headings as read_headings
from reports.files.mapping import Context, Mapping, Reading, read
from reports.files.mapping.model import bare

PERSON = "Persona Inventada"
Row = Dict[str, Any]


def cells(mapping: Mapping, headings: Sequence[str], row: Row) -> list[Any]:
    """The row's cells in the order of the headings: of columns that are read blank unless given, else a person."""
    known = {name for column in mapping.columns for name in (*column.names, *column.instead)}
    names = {heading.index: bare(heading.name) for heading in read_headings(headings)}
    unknown = set(row) - set(headings)
    assert not unknown, unknown
    return [
        row.get(heading, "" if names.get(place) in known else PERSON)
        for place, heading in enumerate(headings)
    ]


def text(
    mapping: Mapping,
    headings: Sequence[str],
    rows: Sequence[Row],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(cells(mapping, headings, row) for row in rows)
    return out.getvalue().encode(encoding)


def workbook(
    path: Path,
    mapping: Mapping,
    headings: Sequence[str],
    rows: Sequence[Row],
    *,
    above: int = 0,
    sheet: str = "Sheet1",
) -> Path:
    """A workbook with `above` rows over its headings; numbers are numbers, texts texts."""
    with xlsxwriter.Workbook(str(path)) as book:
        table = book.add_worksheet(sheet)
        table.write_string(0, 0, "Report")
        for number, row in enumerate([list(headings), *(cells(mapping, headings, row) for row in rows)]):
            for column, value in enumerate(row):
                if isinstance(value, int | float):
                    table.write_number(number + above, column, value)
                else:
                    table.write_string(number + above, column, value)
    return path


def document(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def taken(path: Path, mapping: Mapping, context: Context) -> tuple[list[Any], Reading]:
    """The facts of the file, after its copy without buyers has given the same and names nobody."""
    copy = path.with_name(f"copy-{path.name}")
    first = read(open_file(path), mapping, context, copy=copy)
    facts = list(first.facts())
    again = read(open_file(copy), mapping, context)
    assert list(again.facts()) == facts
    assert again.account.totals == first.account.totals
    if not copy.read_bytes().startswith(b"PK"):
        assert PERSON not in copy.read_bytes().decode(
            "utf-16" if first.account.encoding == "utf-16" else "utf-8"
        )
    else:
        assert PERSON not in str(list(open_file(copy).sheets[0].rows()))
    return facts, first


def short(fact: SaleFact) -> tuple[str, ...]:
    """What hand-worked tables say of a line: key, kind, day and hour, units, money part by part, class."""
    return (
        fact.line_key, fact.kind, fact.ordered_at, fact.units, fact.gross_amount, fact.discount_amount,
        fact.shipping_in_amount, fact.refund_amount, fact.net_amount, fact.currency_id, fact.status_class,
    )  # fmt: skip


def codes(reading: Any) -> list[tuple[int, str, str, str]]:
    return [(each.row, each.column, each.value, each.code) for each in reading.account.rejects]


def notes(reading: Any) -> list[str]:
    return [note.code for note in reading.account.notes]
