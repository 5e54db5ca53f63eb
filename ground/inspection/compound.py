"""A compound file (OLE): a small file system in a file, read within its own bounds."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ground.inspection.findings import CUT_SHORT, DAMAGED, Found

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FREE, END_OF_CHAIN, LARGEST = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFA
ENTRY = 128
ENTRY_LIMIT = 4096
STORAGE, STREAM, ROOT = 1, 2, 5


@dataclass(frozen=True)
class Stream:
    """Where a stream lies."""

    start: int
    size: int


class Compound:
    """The streams by their path (`BodyText/Section0`). Found: `damaged` (chains that turn in a circle or lead outside, a
    tree that does), `cut_short`."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        if len(content) < 512 or not content.startswith(OLE):
            raise Found(DAMAGED)
        shift, mini_shift = struct.unpack_from("<HH", content, 30)
        tables, first, _mark, self.cutoff, mini_first, _minis, more_first, mores = struct.unpack_from(
            "<I I I I I I I I", content, 44
        )
        if shift not in (9, 12) or mini_shift != 6:
            raise Found(DAMAGED)
        self.sector, self.mini = 1 << shift, 1 << mini_shift
        self.count = (len(content) - 512 + self.sector - 1) // self.sector
        places = [each for each in struct.unpack_from("<109I", content, 76) if each <= LARGEST]
        at = more_first
        for _each in range(min(mores, self.count)):
            numbers = self._numbers(at)
            places += [each for each in numbers[:-1] if each <= LARGEST]
            at = numbers[-1]
        if len(places) < min(tables, 1) or len(places) > self.count:
            raise Found(DAMAGED)
        self.table = [number for place in places for number in self._numbers(place)]
        self.small_table = self._unpack(self._chain(mini_first)) if mini_first <= LARGEST else []
        entries = self._chain(first)
        self.entries = [entries[at : at + ENTRY] for at in range(0, len(entries) - ENTRY + 1, ENTRY)]
        if not self.entries or len(self.entries) > ENTRY_LIMIT or self.entries[0][66] != ROOT:
            raise Found(DAMAGED)
        root = self._place(0)
        self.small = self._chain(root.start) if root.start <= LARGEST and root.size else b""
        self.streams: dict[str, Stream] = dict(self._walk())

    def read(self, name: str) -> bytes:
        """The bytes of a stream. Found: `damaged` when they are not all there, `cut_short` when the file ends before."""
        stream = self.streams[name]
        if stream.size == 0:
            return b""
        is_small = stream.size < self.cutoff
        found = self._small_chain(stream.start) if is_small else self._chain(stream.start)
        if len(found) < stream.size:
            raise Found(DAMAGED)
        return found[: stream.size]

    def _bytes(self, number: int) -> bytes:
        at = 512 + number * self.sector if self.sector == 512 else (number + 1) * self.sector
        if number > LARGEST or at >= len(self.content):
            raise Found(CUT_SHORT)
        return self.content[at : at + self.sector]

    def _numbers(self, number: int) -> list[int]:
        return self._unpack(self._bytes(number).ljust(self.sector, b"\xff"))

    @staticmethod
    def _unpack(content: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4]))

    def _chain(self, start: int) -> bytes:
        return b"".join(self._bytes(number) for number in self._follow(start, self.table))

    def _small_chain(self, start: int) -> bytes:
        return b"".join(
            self.small[number * self.mini : (number + 1) * self.mini]
            for number in self._follow(start, self.small_table)
        )

    @staticmethod
    def _follow(start: int, table: list[int]) -> Iterator[int]:
        number, seen = start, 0
        while number != END_OF_CHAIN:
            seen += 1
            if number >= len(table) or seen > len(table):
                raise Found(DAMAGED)
            yield number
            number = table[number]

    def _place(self, index: int) -> Stream:
        start, size = struct.unpack_from("<IQ", self.entries[index], 116)
        return Stream(start, size & 0xFFFFFFFF if self.sector == 512 else size)

    def _name(self, index: int) -> str:
        entry = self.entries[index]
        length = min(struct.unpack_from("<H", entry, 64)[0], 64)
        return entry[: max(0, length - 2)].decode("utf-16-le", errors="replace")

    def _walk(self) -> Iterator[tuple[str, Stream]]:
        """Every stream under the root with its path; siblings hang in a tree."""
        waiting = [(struct.unpack_from("<I", self.entries[0], 76)[0], "")]
        seen: set[int] = set()
        while waiting:
            index, folder = waiting.pop()
            if index == FREE:
                continue
            if index >= len(self.entries) or index in seen:
                raise Found(DAMAGED)
            seen.add(index)
            left, right, child = struct.unpack_from("<III", self.entries[index], 68)
            waiting += [(left, folder), (right, folder)]
            name, kind = folder + self._name(index), self.entries[index][66]
            if kind == STORAGE:
                waiting.append((child, f"{name}/"))
            elif kind == STREAM:
                yield name, self._place(index)
            else:
                raise Found(DAMAGED)
