"""Rows of a stored copy by their numbers, with everything down to its headings: what is mended is uploaded again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from reports.files import panel, release
from reports.files.cells import Cell, shown
from reports.files.door import Row, open_file
from reports.files.headers import SEARCHED_ROWS, names
from reports.files.lines import FileRefused
from reports.files.mapping import Mapping
from reports.files.mapping.model import ROW
from reports.files.mapping.plan import Context, Plan
from reports.files.mapping.profiles import BUILT_IN
from reports.files.mapping.sources import Table, find, tables
from reports.files.packs import Pack

UTC = ZoneInfo("UTC")
"""In which zone a row's moment is does not matter here."""


def rows(path: Path, profile: str, numbers: Sequence[int], own: Sequence[Mapping] = ()) -> dict[str, Any]:
    """The copy's rows down to its headings (`head`), and those of `numbers` with their number. `is_in_place`: a line's key
    has the row's number in it, so that each row must stay where it stands. Amounts of a whole order are blank unless the row
    is the order's first in the file, whose import counts them. Of a panel's pack all rows come along with any of them (`packs`: its
    number and its rows).

    Refused: `no_header` for a file that is no table, such as JSON.
    """
    opened = open_file(path)
    table, header_row, mapping = _table(opened, profile, own)
    packs = [] if mapping else _packs(table, header_row, set(numbers))
    wanted = {*numbers, *(row.row for pack in packs for row in pack.rows)}
    head: list[list[Any]] = []
    found: list[list[Any]] = []
    last = max(wanted, default=0)
    once = _Once(mapping, header_row, table)
    for number, row in enumerate(islice(table.rows(), max(last, header_row)), start=1):
        if number <= header_row:
            head.append([_flat(cell) for cell in row])
            continue
        row = once.blanked(row)
        if number in wanted:
            found.append([number, [_flat(cell) for cell in row]])
    return {
        "kind": opened.kind,
        "sheet": table.name,
        "delimiter": table.delimiter,
        "head": head,
        "rows": found,
        "packs": [[pack.first.order_reference, [row.row for row in pack.rows]] for pack in packs],
        "is_in_place": mapping is not None and ROW in mapping.key,
    }


def _packs(table: Table, header_row: int, numbers: set[int]) -> list[Pack]:
    """The panel's packs that have one of these rows: a pack's money stands on its first row and is shared out among all of its
    products, so it is read as a whole or not at all."""
    head = table.head[header_row - 1]
    if not panel.recognizes(names(head)):
        return []
    columns, packs = panel.Columns(header_row, head), []
    pack: Pack | None = None
    for number, row in enumerate(table.rows(), start=1):
        found = panel.read_row(columns, number, row, UTC) if number > header_row else None
        if found is None:
            continue
        if pack is not None and pack.takes(found):
            pack.items.append(found)
            continue
        packs += _asked(pack, numbers)
        pack = Pack(found) if found.begins_a_pack or found.may_begin_a_pack else None
    return packs + _asked(pack, numbers)


def _asked(pack: Pack | None, numbers: set[int]) -> list[Pack]:
    return [pack] if pack and not numbers.isdisjoint(row.row for row in pack.rows) else []


class _Once:
    """Amounts that a file repeats on each row of an order, as `mapping.sales` counts them: on the first row only."""

    def __init__(self, mapping: Mapping | None, header_row: int, table: Table) -> None:
        self.places: list[int] = []
        self.seen: set[str] = set()
        if mapping is None or not any(column.once for column in mapping.columns):
            return
        self.plan = Plan(mapping, header_row, table.head[header_row - 1], Context("USD", "UTC"))
        for column in mapping.columns:
            if column.once and column.into in self.plan.read:
                headings = self.plan.read[column.into], *self.plan.instead[column.into]
                self.places += [heading.index for heading in headings]

    def blanked(self, row: Row) -> Row:
        if not self.places:
            return row
        order = shown(self.plan.cell(row, "order_reference"))
        if order not in self.seen:
            self.seen |= {order} - {""}
            return row
        return ["" if place in self.places else cell for place, cell in enumerate(row)]


def _table(opened: Any, profile: str, own: Sequence[Mapping]) -> tuple[Table, int, Mapping | None]:
    mapping = next((each for each in (*own, *BUILT_IN) if each.code == profile), None)
    if opened.kind == "json":
        raise FileRefused("no_header", rows=SEARCHED_ROWS)
    if mapping is not None:
        place = find(opened, [mapping])
        if place is not None and place.table is not None:
            return place.table, place.header_row, mapping
        raise FileRefused("no_header", rows=SEARCHED_ROWS)
    for table in tables(opened):
        for number, row in enumerate(table.head, start=1):
            found = names(row)
            if panel.recognizes(found) or release.recognizes(found):
                return table, number, None
    raise FileRefused("no_header", rows=SEARCHED_ROWS)


def _flat(cell: Cell) -> Any:
    """A cell as JSON knows it; days and moments keep what they are."""
    if isinstance(cell, dt.datetime):
        return {"moment": cell.isoformat()}
    if isinstance(cell, dt.date):
        return {"day": cell.isoformat()}
    if isinstance(cell, dt.time | dt.timedelta):
        return str(cell)
    return cell


def unflat(cell: Any) -> Row | Any:
    """The way back."""
    if isinstance(cell, dict):
        if "moment" in cell:
            return dt.datetime.fromisoformat(str(cell["moment"]))
        return dt.date.fromisoformat(str(cell["day"]))
    return cell
