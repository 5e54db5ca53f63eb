"""Rows of a table a block at a time. A text's are handed on column by column wherever its lines are so plain that a separator is
nothing else; where a quote or an odd line stands, as the records that the strict reader of such texts makes of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TextIO

from reports.files.cells import Cell
from reports.files.door import FIELD_LIMIT, Row

ROWS = 500
PIECE = (
    FIELD_LIMIT // 4
)  # characters, for whose fields the processor's own memory has room; none is longer than fields may be


@dataclass(slots=True)
class Block:
    """`size` rows that follow each other: in `columns`, each row as wide as the headings, or else in `rows`."""

    size: int
    columns: list[Sequence[Cell]] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)

    def in_rows(self) -> list[list[Cell]]:
        return self.rows or list(map(list, zip(*self.columns, strict=True)))


def of_rows(rows: Iterable[Row]) -> Iterator[Block]:
    rest = iter(rows)
    while found := list(islice(rest, ROWS)):
        yield Block(len(found), rows=found)  # type: ignore[arg-type]  # lists, of which the reader may change cells


class Text:
    """One pass over the records of a delimited text: its first `rows`, then `blocks` of the others. `csv.Error` where one is
    broken."""

    def __init__(self, stream: TextIO, delimiter: str) -> None:
        csv.field_size_limit(FIELD_LIMIT)
        self.stream, self.delimiter = stream, delimiter
        self.left = self.pending = ""
        self.current = io.StringIO()
        self.reader = csv.reader(chain.from_iterable(self._lines()), delimiter=delimiter, strict=True)

    def rows(self, count: int) -> list[Row]:
        return list(islice(self.reader, count))

    def blocks(self, width: int) -> Iterator[Block]:
        while True:
            self.pending = self.current.read() or self.pending
            if not self._has_more():
                return
            columns = self._columns(width) if width > 1 else None
            if columns is not None:
                self.pending = ""
                yield Block(len(columns[0]), columns)
            else:
                rows: list[list[Cell]] = list(islice(self.reader, ROWS))  # type: ignore[arg-type]  # texts are cells
                yield Block(len(rows), rows=rows)

    def _columns(self, width: int) -> list[Sequence[Cell]] | None:
        """The columns of the lines that are pending; `None` unless each of them has so many fields, without a quote."""
        text, sign = self.pending, self.delimiter
        if '"' in text or len(text) > PIECE:
            return None
        end = "\r\n" if "\r" in text else "\n"
        if not text.endswith("\n"):
            text += end
        if end == "\r\n" and text.count("\n") != text.count(end):
            return None
        # Each end of a line becomes a field of its own, which tells where the others must stand.
        text = text.replace(end, f"{sign}\n{sign}")
        fields = text.split(sign)
        fields.pop()
        lines, over = divmod(len(fields), width + 1)
        if over or not text.count("\n") == fields[width :: width + 1].count("\n") == lines or "\r" in text:
            return None
        return [fields[place :: width + 1] for place in range(width)]

    def _lines(self) -> Iterator[io.StringIO]:
        """What is pending, for the strict reader, which goes on into the next piece where a record does."""
        while self._has_more():
            self.current, self.pending = io.StringIO(self.pending, newline=""), ""
            yield self.current

    def _has_more(self) -> bool:
        self.pending = self.pending or self._next()
        return bool(self.pending)

    def _next(self) -> str:
        """Whole lines of the text, or its end."""
        text, self.left = self.left, ""
        while more := self.stream.read(max(PIECE - len(text), 1024)):
            text += more
            cut = (
                max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1
            )  # behind a return at the end more may come
            if cut:
                self.left = text[cut:]
                return text[:cut]
        return text
