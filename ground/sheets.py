"""The first sheet of a small workbook, read in the sandbox, or refused within seconds.

Run as a module, this is the child: it binds itself, reads one workbook and writes one JSON document.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from python_calamine import CalamineWorkbook, SheetTypeEnum

from ground.sandbox import MEGABYTE, OUT_OF_MEMORY, OUT_OF_TIME, Bounds, child, confine, run

Cell = str | int | float | bool | None
BOUNDS = Bounds(memory=600 * MEGABYTE, processor=8, clock=15.0, output=64 * MEGABYTE)
EXACT = 2**53  # whole floats below it are exact
DAMAGED, TOO_LONG, TOO_WIDE, TOO_MUCH = "damaged", "too_long", "too_wide", "too_much"


class SheetRefused(Exception):
    """`code` says why: damaged (or no workbook at all), too_long, too_wide, too_much (memory or time)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def first_sheet(content: bytes, *, rows: int, columns: int) -> list[list[Cell]]:
    """The rows of the first sheet as people see them, at most so many, without blanks at their ends.

    Whole numbers come as `int`, days and instants as ISO text, formulas as the value they were saved with.
    `SheetRefused` when the workbook cannot be read or its sheet reaches over the limits.
    """
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file, tempfile.TemporaryFile() as out:
        file.write(content)
        file.flush()
        request = json.dumps({"path": file.name, "rows": rows, "columns": columns})
        ended = run(["-m", "ground.sheets", request, json.dumps(asdict(BOUNDS))], BOUNDS, out)
        if ended in OUT_OF_TIME or ended in OUT_OF_MEMORY:
            raise SheetRefused(TOO_MUCH)
        out.seek(0)
        try:
            answer = json.load(out)
        except ValueError:
            raise SheetRefused(DAMAGED) from None
    if not isinstance(answer, list):
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
        answer: object = _read(str(request["path"]), int(str(request["rows"])), int(str(request["columns"])))
    except SheetRefused as refused:
        answer = refused.code
    except MemoryError:
        answer = TOO_MUCH
    json.dump(answer, sys.stdout, ensure_ascii=True)


if __name__ == "__main__":
    sys.exit(child(lambda: _answer(json.loads(sys.argv[1]), Bounds(**json.loads(sys.argv[2])))))
