"""One pass over a file: its facts as they are read, and its account when they are all there.

    reading = read(opened, mapping, Context("PHP", "Asia/Manila"))
    for fact in reading.facts(): ...
    reading.account

A file that is refused half way raises `FileRefused`: whoever takes the facts keeps none of them.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from reports.files import blanking, turns
from reports.files.blocks import Block, Text, of_rows
from reports.files.cells import Cell
from reports.files.door import Opened, Row, broken, open_file
from reports.files.facts import SaleFact
from reports.files.headers import SEARCHED_ROWS
from reports.files.lines import CustomsLine, FileRefused, PayoutLine, Reject
from reports.files.mapping import movements, sales
from reports.files.mapping.account import Account, Tally
from reports.files.mapping.amounts import told
from reports.files.mapping.model import ORDERS, Mapping
from reports.files.mapping.plan import Context, Plan, is_blank
from reports.files.mapping.sources import Found, Table, find, json_rows, pruned, tables
from reports.files.sentences import say

Fact = SaleFact | PayoutLine | CustomsLine
PROOF_ROWS = 5_000  # rows that are held back until they prove how the file writes its amounts
UNMARKED = frozenset({"utf-16", "utf-16-le", "utf-16-be", "euc-kr", "cp949", "cp932"})
TOLD = "told"


class Reading:
    """One pass over a file that fits its mapping. `facts` can be taken once."""

    def __init__(
        self,
        found: Found,
        context: Context,
        on_reject: Callable[[Reject], None] | None = None,
        copy: Path | None = None,
    ) -> None:
        self.found = found
        self.mapping = found.mapping
        self.context = context
        self.copy = copy
        self.is_odd = False
        self.account = Account(found.mapping.code, found.mapping.measure)
        parts = sales.PARTS if found.mapping.measure == ORDERS else movements.PARTS[found.mapping.measure]
        self.tally = Tally(self.account, parts, on_reject)

    def facts(self) -> Iterator[Fact]:
        """The lines of the file, one by one; then the account is whole. Refused with `FileRefused`, at once or later."""
        return self._read(lambda plan: sales.Sales(plan, self.tally).facts)

    def rows(self) -> Iterator[bytes]:
        """The same as rows of COPY in UTF-8, a block of lines at a time, of a file of orders. The database tells what they add up to and
        which of them repeat an earlier one."""
        self.tally.repeats = None
        return self._read(lambda plan: partial(_encoded, sales.Sales(plan, self.tally)), self._in_turns)

    def _read(
        self,
        reader: Callable[[Plan], Callable[[Iterable[Block], int], Iterator[Any]]],
        large: Callable[[Plan, int], Iterator[Any] | None] = lambda _plan, _width: None,
    ) -> Iterator[Any]:
        account, encoding = self.account, self.found.opened.encoding
        account.encoding = encoding
        try:
            with ExitStack() as stack:
                header, blocks, check = self._opened(stack)
                plan = self._plan(header)
                first_row = self.found.header_row + 1
                if TOLD in {self.mapping.numbers, *(column.numbers for column in self.mapping.columns)}:
                    blocks = self._settled(plan, blocks)
                    plan = self._plan(header)
                account.numbers = self.mapping.numbers
                if self.mapping.measure == ORDERS:
                    yield from large(plan, len(header)) or reader(plan)(blocks, first_row)
                else:
                    rows = chain.from_iterable(block.in_rows() for block in blocks)
                    yield from movements.Movements(plan, self.tally).facts(rows, first_row)
            if check is not None:
                check()
        except csv.Error as problem:
            raise broken(problem) from None
        if encoding in UNMARKED:
            account.notes.append(say("note_encoding", encoding=encoding.upper()))
        self.tally.seal()

    def _in_turns(self, plan: Plan, width: int) -> Iterator[bytes] | None:
        """The rows of a large text of which each can be read by itself, read by two processes."""
        opened, table = self.found.opened, self.found.table
        reader = sales.Sales(plan, self.tally)
        if table is None or not self._is_read_from_text() or reader.is_by_order or self.tally.on_reject:
            return None
        found = turns.pieces(opened.path, opened.encoding, max(self.found.header_row, 1))

        def read(piece: turns.Piece) -> tuple[bytes, tuple[Tally, bool]]:
            reader.tally = Tally(Account(self.mapping.code, self.mapping.measure), sales.PARTS, None)
            reader.tally.repeats = None
            blocks = turns.blocks(opened.path, opened.encoding, table.delimiter, width, piece)
            rows = b"".join(_encoded(reader, self._watched(blocks, width), piece.above + 1))
            return rows, (reader.tally, self.is_odd)

        def rows() -> Iterator[bytes]:
            for text, (tally, is_odd) in turns.in_turns(found, read):
                self.tally.add(tally)
                self.is_odd = self.is_odd or is_odd
                yield text

        return rows() if found else None

    def _is_read_from_text(self) -> bool:
        """Whether the rows come from the text itself, not from what is written into the copy."""
        return (
            self.found.table is not None
            and self.found.opened.kind == "csv"
            and (self.copy is None or self._keeps_all())
        )

    def _opened(self, stack: ExitStack) -> tuple[Row, Iterable[Block], Callable[[], None] | None]:
        """The headings, what stands below them, and how to compare the copy."""
        found, count = self.found, max(self.found.header_row, 1)
        if found.table is not None and self._is_read_from_text():
            text = Text(stack.enter_context(found.opened.text()), found.table.delimiter)
            above = text.rows(count)
            blocks = text.blocks(len(above[-1]))
            if self.copy is None:
                return above[-1], blocks, None
            self.is_odd = any(row and len(row) != len(above[-1]) for row in above)
            return above[-1], self._watched(blocks, len(above[-1])), self._as_it_is
        rows, check = self._copied(stack)
        rest = iter(rows)
        header = list(islice(rest, count))[-1]
        return header, of_rows(self._fitted(header, rest)), check

    def _plan(self, header: Row) -> Plan:
        plan = Plan(self.mapping, self.found.header_row, header, self.context)
        account, table = self.account, self.found.table
        account.header_row, account.header_hash = plan.row, plan.header_hash
        account.headings = tuple(heading.label for heading in plan.all)
        account.personal_columns = tuple(dict.fromkeys(heading.label for heading in plan.personal))
        account.unread_columns = tuple(dict.fromkeys(heading.label for heading in plan.unread))
        where = "JSON" if table is None else table.name or {"\t": "tab"}.get(table.delimiter, table.delimiter)
        account.layout = f"{len(plan.all)} columns, row {plan.row}, {where}"
        return plan

    def _fitted(self, header: Row, rows: Iterator[Row]) -> Iterator[Row]:
        """Rows below the headings. Those of a workbook all have its width, whatever stands beside the table."""
        if self.found.opened.kind != "xlsx":
            return rows
        width = Plan(self.mapping, self.found.header_row, header, self.context).width
        blanks: list[Cell] = [""] * width
        return ([plain(cell) for cell in islice(chain(row, blanks), width)] for row in rows)

    def _settled(self, plan: Plan, blocks: Iterable[Block]) -> Iterable[Block]:
        """The blocks again, after the mapping got the form of amounts that the file's first rows prove."""
        rest, first, count = iter(blocks), [], 0
        while count < PROOF_ROWS and (block := next(rest, None)) is not None:
            first.append(block)
            count += block.size
        rows = list(islice(chain.from_iterable(block.in_rows() for block in first), PROOF_ROWS))
        names = [
            name for name in plan.amounts
            if (column := self.mapping.column(name)) and (column.numbers or self.mapping.numbers) == TOLD
        ]  # fmt: skip
        form, is_sure = told(plan.cell(row, name) for row in rows for name in names)
        if not is_sure:
            raise FileRefused("numbers_untold")
        form = form or "point"
        columns = tuple(
            replace(each, numbers=form) if each.numbers == TOLD else each for each in self.mapping.columns
        )
        whole = form if self.mapping.numbers == TOLD else self.mapping.numbers
        self.mapping = replace(self.mapping, numbers=whole, columns=columns)
        return chain(first, rest)

    def _keeps_all(self) -> bool:
        """Whether the copy will be the file itself, unless a row does not fit its headings: each column is read."""
        table = self.found.table
        if self.copy is None or table is None or self.found.opened.kind != "csv":
            return False
        header = table.head[self.found.header_row - 1]
        plan = Plan(self.mapping, self.found.header_row, header, self.context)
        return len(header) == plan.width and frozenset(plan.kept) == frozenset(range(plan.width))

    def _watched(self, blocks: Iterable[Block], width: int) -> Iterator[Block]:
        for block in blocks:
            self.is_odd = self.is_odd or not {len(row) for row in block.rows} <= {0, width}
            yield block

    def _as_it_is(self) -> None:
        """The copy, after all rows were seen."""
        assert self.copy is not None
        if not self.is_odd:
            try:
                self.copy.hardlink_to(self.found.opened.path)
            except OSError:  # not in the same file system
                shutil.copyfile(self.found.opened.path, self.copy)
            return
        with ExitStack() as stack:
            rows, check = self._copied(stack)
            for _row in rows:
                pass
        if check is not None:
            check()

    def _copied(self, stack: ExitStack) -> tuple[Iterable[Row], Callable[[], None] | None]:
        """The rows of the file from its first, written without buyers on the way, and how to compare the copy."""
        found, copy = self.found, self.copy
        if found.table is None:
            form = self.mapping.json
            assert form is not None
            rows = json_rows(found.document, form)
            if copy is None:
                return rows, None
            left = pruned(found.document, self.mapping)
            copy.write_text(json.dumps(left, ensure_ascii=False), encoding="utf-8")
            return rows, lambda: self._compare_documents(copy)
        if copy is None:
            return found.table.rows(), None
        out: blanking.Copy
        if found.opened.kind == "xlsx":
            out = blanking.WorkbookCopy(copy, found.table.name)
        else:
            out = blanking.TextCopy(copy, found.opened.encoding, found.table.delimiter)
        stack.enter_context(out)

        def again() -> None:
            opened = open_file(copy)
            place = next(each for each in tables(opened) if each.delimiter == found.table.delimiter)  # type: ignore[union-attr]
            out.check(place.rows())

        return blanking.blanked(found.table.rows(), self._blank, out.write), again

    def _blank(self, number: int, header: Row) -> blanking.Blank | None:
        if number != self.found.header_row:
            return None
        plan = Plan(self.mapping, number, header, self.context)
        kept, width, is_text = frozenset(plan.kept), plan.width, self.found.opened.kind == "csv"
        pick = itemgetter(*(place if place in kept else width for place in range(width)), width)

        def blank(row: Row) -> Row:
            if len(row) == width:
                return pick([*row, ""])[:width]  # type: ignore[no-any-return]
            if is_text and any(not is_blank(cell) for cell in row[width:] or row):
                return [blanking.MASK] * len(row)
            return [cell if place in kept else "" for place, cell in enumerate(row)]

        return blank

    def _compare_documents(self, copy: Path) -> None:
        again = find(open_file(copy), [self.mapping])
        form = self.mapping.json
        assert form is not None
        if again is None or _read_cells(self.mapping, self.found.document) != _read_cells(
            self.mapping, again.document
        ):
            raise FileRefused("not_blanked")


def _encoded(reader: sales.Sales, blocks: Iterable[Block], number: int) -> Iterator[bytes]:
    return map(str.encode, reader.rows(blocks, number))


def _read_cells(mapping: Mapping, document: object) -> list[list[Cell]]:
    form = mapping.json
    assert form is not None
    rows = json_rows(document, form)
    wanted = {name for column in mapping.columns for name in (*column.names, *column.instead)}
    header = next(rows)
    places = [
        place for place, name in sorted(enumerate(header), key=lambda pair: str(pair[1])) if name in wanted
    ]
    return [[row[place] for place in places] for row in rows]


def plain(cell: Cell) -> Cell:
    """A workbook's cell where no value equals one of another kind."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return cell


def read(
    opened: Opened,
    mapping: Mapping,
    context: Context,
    *,
    on_reject: Callable[[Reject], None] | None = None,
    copy: Path | None = None,
) -> Reading:
    """The file read as `mapping` says. Rejected rows go to `on_reject`, or to the account; with `copy` the file is written
    there once more without what is not read. Refused: `no_header` when no heading row of the mapping is there."""
    found = find(opened, [mapping])
    if found is None:
        raise FileRefused("no_header", rows=SEARCHED_ROWS)
    return Reading(found, context, on_reject, copy)


__all__ = ["Context", "Fact", "Found", "Reading", "Table", "find", "read"]
