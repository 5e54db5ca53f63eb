"""A large plain text read by two processes in turns (교대 읽기): one reads the first piece, the other the second while the first is
read, and so on, the other some more. What they read is handed on in the order of the file."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple, TypeVar

from ground.pipes import widen
from ground.sandbox import end_with_parent
from reports.files.blocks import Block, Text

T = TypeVar("T")

PIECE = 128 * 1024
LEAST = 16 * 1024 * 1024
"""Bytes of a text that a second process is worth starting for."""
BY_PAIRS = ("utf-16", "utf-16-le", "utf-16-be")
"""Encodings in which the byte of a line's end may be half of another character."""


class Piece(NamedTuple):
    """Whole lines of a text: where they begin, how many bytes they have, and how many lines stand above them."""

    begin: int
    size: int
    above: int


def pieces(path: Path, encoding: str, above: int) -> list[Piece]:
    """The text below its first lines in pieces; none where it is small, where no second processor is there, or where a line
    may not be a record of its own: a quote stands somewhere, or a return without its new line. No more of it is held than two
    pieces, whatever it is."""
    size = path.stat().st_size
    if encoding in BY_PAIRS or size < LEAST or len(os.sched_getaffinity(0)) < 2:
        return []
    found: list[Piece] = []
    with path.open("rb") as stream:
        head = b"".join(stream.readline(PIECE) for _line in range(above))
        if _lines(head) != above:
            return []
        begin = stream.tell()
        while block := stream.read(PIECE):
            block += stream.readline(PIECE)
            lines = _lines(block)
            if lines is None:
                return []
            found.append(Piece(begin, len(block), above))
            above += lines
            begin = stream.tell()
            if not block.endswith(b"\n") and begin < size:
                return []
    return found


def _lines(block: bytes) -> int | None:
    """How many lines end in these bytes; `None` unless each of them is a record."""
    if b'"' in block:
        return None
    if b"\r" not in block:
        return block.count(b"\n")
    if block.endswith(b"\r\n") and len(block.splitlines()) == (ends := block.count(b"\r\n")):
        return ends  # told sooner than by what is left without them
    rest = block.replace(b"\r\n", b"")
    return None if b"\r" in rest else (len(block) - len(rest)) // 2 + rest.count(b"\n")


def blocks(path: Path, encoding: str, delimiter: str, width: int, piece: Piece) -> Iterator[Block]:
    """The rows of a piece."""
    with path.open("rb") as stream:
        stream.seek(piece.begin)
        text = stream.read(piece.size).decode(encoding.removesuffix("-sig"))
    return Text(io.StringIO(text, newline=""), delimiter).blocks(width)


def _is_others(place: int) -> bool:
    """Whether the other process reads the piece: four of seven, since this one hands on the rows of all."""
    return place % 7 in (1, 3, 5, 6)


def in_turns(found: Sequence[Piece], read: Callable[[Piece], tuple[bytes, T]]) -> Iterator[tuple[bytes, T]]:
    """What `read` makes of each piece: its rows, and what is to be known of them. What the other process cannot read is read
    here, where its failure counts; all of it where the machine has no second process to give."""
    context = get_context("fork")
    receives, sends = context.Pipe(duplex=False)
    widen(sends.fileno())
    other = context.Process(
        target=_read_ahead,
        args=([piece for place, piece in enumerate(found) if _is_others(place)], read, receives, sends),
        daemon=True,
    )
    is_there = False
    with suppress(OSError):
        other.start()
        is_there = True
    sends.close()
    try:
        for place, piece in enumerate(found):
            if _is_others(place):
                try:
                    answer: tuple[bytes, T] = receives.recv_bytes(), receives.recv()
                except (EOFError, OSError):
                    answer = read(piece)
                yield answer
            else:
                yield read(piece)
    finally:
        receives.close()
        if is_there:
            other.kill()
            other.join()


def _read_ahead(
    found: Sequence[Piece],
    read: Callable[[Piece], tuple[bytes, object]],
    receives: Connection,
    sends: Connection,
) -> None:
    end_with_parent()
    receives.close()
    with suppress(Exception):
        for piece in found:
            rows, known = read(piece)
            sends.send_bytes(rows)
            sends.send(known)
