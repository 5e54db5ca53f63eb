"""The first sheet of a small workbook, read in the sandbox, or refused within seconds.

Run as a module, this is the child: it binds itself, reads one workbook and writes one JSON document.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineWorkbook, SheetTypeEnum

from ground.sandbox import MEGABYTE, OUT_OF_MEMORY, OUT_OF_TIME, Bounds, child, confine, run

Cell = str | int | float | bool | None
BOUNDS = Bounds(memory=600 * MEGABYTE, processor=8, clock=15.0, output=64 * MEGABYTE)
EXACT = 2**53  # whole floats below it are exact
DAMAGED, TOO_LONG, TOO_WIDE, TOO_MUCH, FORMULA = "damaged", "too_long", "too_wide", "too_much", "formula"


class SheetRefused(Exception):
    """`code` says why: damaged (or no workbook at all), too_long, too_wide, too_much (memory or time), formula (in `cell`)."""

    def __init__(self, code: str, cell: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.cell = cell


def first_sheet(content: bytes, *, rows: int, columns: int, has_formulas: bool = True) -> list[list[Cell]]:
    """The rows of the first sheet as people see them, at most so many, without blanks at their ends.

    Whole numbers come as `int`, days and instants as ISO text, formulas as the value they were saved with, or refused
    with the cell unless `has_formulas`. `SheetRefused` when the workbook cannot be read or its sheet reaches over the
    limits.
    """
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file, tempfile.TemporaryFile() as out:
        file.write(content)
        file.flush()
        request = json.dumps(
            {"path": file.name, "rows": rows, "columns": columns, "has_formulas": has_formulas}
        )
        ended = run(["-m", "ground.sheets", request, json.dumps(asdict(BOUNDS))], BOUNDS, out)
        if ended in OUT_OF_TIME or ended in OUT_OF_MEMORY:
            raise SheetRefused(TOO_MUCH)
        out.seek(0)
        try:
            answer = json.load(out)
        except ValueError:
            raise SheetRefused(DAMAGED) from None
    if not isinstance(answer, list):
        code, _blank, cell = str(answer).partition(" ")
        if code == FORMULA:
            raise SheetRefused(FORMULA, cell)
        raise SheetRefused(answer if answer in (TOO_LONG, TOO_WIDE, TOO_MUCH) else DAMAGED)
    return [list(row) for row in answer]


def _read(path: str, rows: int, columns: int) -> list[list[Cell]]:
    try:
        workbook = CalamineWorkbook.from_path(path)
        names = [each.name for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
        sheet = workbook.get_sheet_by_name(names[0])
    except MemoryError:
        raise
    except Exception:  # calamine raises types of its own for every way a workbook can be wrong
        raise SheetRefused(DAMAGED) from None
    if sheet.end is None:
        return []
    if sheet.end[1] >= columns:
        raise SheetRefused(TOO_WIDE)
    if sheet.end[0] >= rows:
        raise SheetRefused(TOO_LONG)
    return list(_plain(sheet.iter_rows()))


def _refuse_formulas(path: str) -> None:
    """Name the first cell of any sheet that holds a formula."""
    try:
        with zipfile.ZipFile(path) as package:
            for name in sorted(package.namelist()):
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    with package.open(name) as part:
                        _refuse_formulas_of(part)
    except (zipfile.BadZipFile, ElementTree.ParseError, OSError):
        raise SheetRefused(DAMAGED) from None


def _refuse_formulas_of(part: Any) -> None:
    for _event, element in ElementTree.iterparse(part):  # noqa: S314 -- in the sandbox, with its limits
        if element.tag.rpartition("}")[2] == "c":
            if any(child.tag.rpartition("}")[2] == "f" for child in element):
                raise SheetRefused(FORMULA, element.get("r", ""))
            element.clear()


def _plain(rows: Iterable[Iterable[object]]) -> Iterator[list[Cell]]:
    for row in rows:
        cells = [_cell(value) for value in row]
        while cells and cells[-1] == "":
            cells.pop()
        yield cells


def _cell(value: object) -> Cell:
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return int(value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return str(value)


def _answer(request: dict[str, object], bounds: Bounds) -> None:
    confine(bounds)
    try:
        if not request["has_formulas"]:
            _refuse_formulas(str(request["path"]))
        answer: object = _read(str(request["path"]), int(str(request["rows"])), int(str(request["columns"])))
    except SheetRefused as refused:
        answer = f"{refused.code} {refused.cell}".strip()
    except MemoryError:
        answer = TOO_MUCH
    json.dump(answer, sys.stdout, ensure_ascii=True)


if __name__ == "__main__":
    sys.exit(child(lambda: _answer(json.loads(sys.argv[1]), Bounds(**json.loads(sys.argv[2])))))
