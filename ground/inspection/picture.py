"""Photographs and pictures, by their own lists of parts; no pixel is ever unpacked."""

from __future__ import annotations

import re
import struct
import zlib
from typing import IO

from ground.inspection.archive import END, MEGABYTE, inflate
from ground.inspection.findings import CUT_SHORT, DAMAGED, MEDIA_CODE, OTHER_CONTENT, PIXELS, Found

PIXEL_LIMIT = 100_000_000
SIDE_LIMIT = 30_000
TEXT_LIMIT = 4 * MEGABYTE
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
CODE = re.compile(rb"<\?php|<\?=|<script\b|<html\b|<svg\b|<!doctype\s+html|javascript:", re.IGNORECASE)
SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def look(stream: IO[bytes], kind: str) -> None:
    """Found: `cut_short`, `damaged`, `pixels` (too many to be shown), `media_code` (a page or program text in it),
    `other_content` (an archive behind the picture). `kind` is png or jpeg."""
    stream.seek(0)
    content = stream.read()
    end = _png(content) if kind == "png" else _jpeg(content)
    if CODE.search(content):
        raise Found(MEDIA_CODE)
    behind = content[end:]
    if END in behind or behind.startswith((b"MZ", b"%PDF", b"Rar!", b"PK")):
        raise Found(OTHER_CONTENT)


def _require_pixels(width: int, height: int) -> None:
    if not width or not height:
        raise Found(DAMAGED)
    if width > SIDE_LIMIT or height > SIDE_LIMIT or width * height > PIXEL_LIMIT:
        raise Found(PIXELS)


def _png(content: bytes) -> int:
    """Where the picture ends."""
    at, is_first = len(PNG_HEAD), True
    while True:
        if at + 12 > len(content):
            raise Found(CUT_SHORT)
        length, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        body = content[at + 8 : at + 8 + length]
        if len(content) < at + 12 + length:
            raise Found(CUT_SHORT)
        if is_first != (kind == b"IHDR") or (is_first and length != 13):
            raise Found(DAMAGED)
        if struct.unpack_from(">I", content, at + 8 + length)[0] != zlib.crc32(kind + body):
            raise Found(DAMAGED)
        if is_first:
            _require_pixels(*struct.unpack_from(">II", body))
        elif kind in {b"zTXt", b"iCCP"}:
            inflate(body.partition(b"\x00")[2][1:], limit=TEXT_LIMIT)
        elif kind == b"iTXt":
            _text(body)
        at += 12 + length
        is_first = False
        if kind == b"IEND":
            return at


def _text(body: bytes) -> None:
    _key, _nul, rest = body.partition(b"\x00")
    if rest[:1] == b"\x01":
        inflate(rest[2:].partition(b"\x00")[2].partition(b"\x00")[2], limit=TEXT_LIMIT)


def _jpeg(content: bytes) -> int:
    """Where the picture ends."""
    at, has_size = 2, False
    while True:
        if at + 4 > len(content):
            raise Found(CUT_SHORT)
        if content[at] != 0xFF:
            raise Found(DAMAGED)
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in ALONE:
            at += 2
            continue
        (length,) = struct.unpack_from(">H", content, at + 2)
        if length < 2:
            raise Found(DAMAGED)
        if marker in SIZES:
            if length < 8 or at + 9 > len(content):
                raise Found(DAMAGED)
            height, width = struct.unpack_from(">HH", content, at + 5)
            _require_pixels(width, height)
            has_size = True
        at += 2 + length
        if marker == 0xDA:
            end = content.find(b"\xff\xd9", at)
            if not has_size:
                raise Found(DAMAGED)
            if end < 0:
                raise Found(CUT_SHORT)
            return end + 2
