"""The seal over rows of the ledger (봉인): SHA-256 over what PostgreSQL sends of them, in the order of their keys."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from struct import Struct
from typing import Any

TOGETHER = 100_000
EVERY_ROW = 2**31 - 1
BEGIN, END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
"""How rows in binary form begin, before the first, and end, after the last."""
BEFORE_KEY = ("agency_id", "store_id", "entered_at", "sign", "version", "business_day")
"""The columns of a sale's row before its `line_key`: each of one length and never empty."""
KEY_AT = 2 + (4 + 16) * 2 + (4 + 8) + (4 + 2) * 2 + (4 + 4)
HELD = 500
_LENGTH = Struct(">i")


def bare(found: Iterable[Any]) -> Iterator[bytes]:
    """The rows of a COPY in binary form, without what begins and ends them."""
    for row in map(bytes, found):
        if row.startswith(BEGIN):
            row = row[len(BEGIN) :]
        if len(row) > len(END):
            yield row


class Seal:
    """The seal of the rows added so far. Of more than `together` rows the seals of as many each are sealed."""

    def __init__(self, between: bytes = b"", together: int = TOGETHER) -> None:
        self.is_in_order = True
        self._between, self._together = between, together
        self._seals: list[str] = []
        self._digest, self._count = hashlib.sha256(), 0

    def add(self, rows: Sequence[bytes]) -> None:
        while rows:
            if self._count == self._together:
                self._seals.append(self._digest.hexdigest())
                self._digest, self._count = hashlib.sha256(), 0
            part, rows = rows[: self._together - self._count], rows[self._together - self._count :]
            if self._count:
                self._digest.update(self._between)
            self._digest.update(self._between.join(part))
            self._count += len(part)

    def passing(self, rows: Iterable[bytes]) -> Iterator[bytes]:
        """Hands on bare rows, which begin with `BEFORE_KEY` and `line_key`, and seals them. `is_in_order` becomes false when their
        keys do not rise; then this is not their seal."""
        length, last, held = _LENGTH.unpack_from, b"", []
        for row in rows:
            key = row[KEY_AT + 4 : KEY_AT + 4 + length(row, KEY_AT)[0]]
            if key <= last:
                self.is_in_order = False
            last = key
            held.append(row)
            if len(held) == HELD:
                self.add(held)
                held = []
            yield row
        self.add(held)

    def hexdigest(self) -> str:
        seals = [*self._seals, self._digest.hexdigest()]
        return seals[0] if len(seals) == 1 else hashlib.sha256("".join(seals).encode()).hexdigest()
