"""Videos by their own lists of parts: boxes of MP4 (ISO/IEC 14496-12), elements of WebM (RFC 8794). Only what lies beside
pictures and sound is read, piece by piece."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import IO

from ground.inspection.archive import MEGABYTE
from ground.inspection.findings import CUT_SHORT, DAMAGED, MEDIA_CODE, TOO_MUCH, Found

BRANDS = frozenset(
    {b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41", b"mp42", b"avc1", b"M4V ",
     b"M4VH", b"M4VP", b"MSNV", b"dash", b"av01"}
)  # fmt: skip
EBML, DOCTYPE, SEGMENT, CLUSTER = b"\x1a\x45\xdf\xa3", b"\x42\x82", b"\x18\x53\x80\x67", b"\x1f\x43\xb6\x75"
CODE = re.compile(rb"<\?php|<script\b|<html\b|<!doctype\s+html|javascript:", re.IGNORECASE)
"""Long enough not to stand in a table of numbers by chance."""
HEADER_LIMIT = 4096
PART_LIMIT = 50_000
OVERLAP = 32
Part = tuple[bytes, int, int]
"""What it is, where its body begins, where it ends."""


def is_mp4(head: bytes) -> bool:
    """Whether the file begins as an MP4 of a known brand does."""
    size = int.from_bytes(head[:4])
    brands = {head[at : at + 4] for at in (8, *range(16, min(size, len(head)) - 3, 4))}
    return head[4:8] == b"ftyp" and 16 <= size <= HEADER_LIMIT and not BRANDS.isdisjoint(brands)


def is_webm(head: bytes) -> bool:
    """Whether the file begins as a WebM does, not as another Matroska."""
    try:
        begins, ends = _size(head, 4)
    except ValueError:
        return False
    return head[:4] == EBML and DOCTYPE + b"\x84webm" in head[begins : ends or 0]


def look(stream: IO[bytes], kind: str) -> None:
    """Found: `cut_short` (a part ends behind the file's end), `damaged` (no film in it, or parts that are none),
    `media_code` (a page or program text beside the film), `too_much` parts. `kind` is mp4 or webm."""
    length = stream.seek(0, os.SEEK_END)
    film, seen = b"mdat" if kind == "mp4" else CLUSTER, set[bytes]()
    for name, begins, ends in _boxes(stream, length) if kind == "mp4" else _elements(stream, length):
        seen.add(name)
        if ends > length:
            raise Found(CUT_SHORT)
        if name != film:
            _require_no_code(stream, begins, ends)
    if not seen >= ({b"moov", b"mdat"} if kind == "mp4" else {CLUSTER}):
        raise Found(DAMAGED)


def _boxes(stream: IO[bytes], length: int) -> Iterator[Part]:
    at = 0
    for _part in range(PART_LIMIT):
        if at == length:
            return
        head = _read(stream, at, 16)
        if len(head) < 8:
            raise Found(CUT_SHORT)
        size, name, begins = int.from_bytes(head[:4]), head[4:8], at + 8
        if size == 1:
            size, begins = int.from_bytes(head[8:16]), at + 16
        ends = length if size == 0 else at + size
        if ends < begins or not name.isascii():
            raise Found(DAMAGED)
        yield name, begins, ends
        at = ends
    raise Found(TOO_MUCH)


def _elements(stream: IO[bytes], length: int) -> Iterator[Part]:
    """The header and what lies in the segment; behind a cluster without a size (a recording that was sent live) nothing
    is told apart any more."""
    at, is_inside = 0, False
    for _part in range(PART_LIMIT):
        if at == length:
            return
        head = _read(stream, at, 12)
        width = 9 - head[0].bit_length()
        try:
            begins, ends = _size(head, width)
        except ValueError:
            raise Found(CUT_SHORT if length - at < 12 else DAMAGED) from None
        name, begins, ends = head[:width], at + begins, None if ends is None else at + ends
        if name == SEGMENT and not is_inside:
            if ends is not None and ends > length:
                raise Found(CUT_SHORT)
            at, is_inside = begins, True
            continue
        if (ends is None and name != CLUSTER) or (name == CLUSTER and not is_inside):
            raise Found(DAMAGED)
        yield name, begins, length if ends is None else ends
        at = length if ends is None else ends
    raise Found(TOO_MUCH)


def _size(head: bytes, at: int) -> tuple[int, int | None]:
    """Where the body of an element begins whose size is written at `at`, and where it ends (None: it does not say).
    `ValueError` where no size stands."""
    if at > 4 or at >= len(head) or not head[at]:
        raise ValueError(at)
    width = 9 - head[at].bit_length()
    if at + width > len(head):
        raise ValueError(at)
    size = int.from_bytes(head[at : at + width]) - (1 << 7 * width)
    return at + width, None if size == (1 << 7 * width) - 1 else at + width + size


def _require_no_code(stream: IO[bytes], begins: int, ends: int) -> None:
    for at in range(begins, ends, MEGABYTE):
        if CODE.search(_read(stream, at, min(MEGABYTE + OVERLAP, ends - at))):
            raise Found(MEDIA_CODE)


def _read(stream: IO[bytes], at: int, size: int) -> bytes:
    stream.seek(at)
    return stream.read(size)
