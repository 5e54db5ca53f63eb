"""A packed file: its directory is believed in nothing, each entry is unpacked once and counted."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from ground.inspection.findings import (
    CUT_SHORT,
    DAMAGED,
    INNER_ARCHIVE,
    INNER_NAMES,
    LOCKED,
    OTHER_CONTENT,
    PROGRAM,
    UNPACKS,
    Found,
)

MEGABYTE = 1024 * 1024
CHUNK = 256 * 1024
ENTRY_LIMIT = 2000
UNPACKED_LIMIT = 200 * MEGABYTE
RATIO_LIMIT = 100  # honest documents unpack to at most 30 times their size
RATIO_FLOOR = 4 * MEGABYTE  # below it the ratio says nothing: an empty sheet packs well
END = b"PK\x05\x06"
UTF8_NAME = 0x800
ENCRYPTED_ENTRY = 0x1

ARCHIVES = (
    b"PK\x03\x04",
    b"Rar!",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b\x08",
    b"BZh",
    b"\xfd7zXZ",
    b"MSCF",
    b"ISc(",
)
PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"#!",
    b"L\x00\x00\x00\x01\x14\x02\x00",
)
PROGRAM_ENDINGS = (
    ".exe", ".dll", ".scr", ".com", ".bat", ".cmd", ".ps1", ".js", ".jse", ".vbs", ".vbe", ".wsf", ".hta", ".lnk",
    ".msi", ".jar", ".cpl", ".pif", ".reg", ".html", ".htm", ".svg",
)  # fmt: skip


class Archive:
    """The entries of a zip file whose directory is in order.

    Found: `cut_short` (no directory at its end), `damaged`, `locked`, `unpacks` (too many entries or bytes),
    `inner_names` (names that leave their folder, that repeat or that cannot be read), `other_content` (something stands
    before the first or behind the last entry).
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.size = stream.seek(0, io.SEEK_END)
        if count_of(stream) > ENTRY_LIMIT:
            raise Found(UNPACKS)
        try:
            with zipfile.ZipFile(stream) as archive:
                self.entries = archive.infolist()
                comment = archive.comment
        except zipfile.BadZipFile:
            raise Found(CUT_SHORT) from None
        except (OSError, ValueError, NotImplementedError, EOFError):
            raise Found(DAMAGED) from None
        if any(entry.flag_bits & ENCRYPTED_ENTRY for entry in self.entries):
            raise Found(LOCKED)
        if not self.entries or min(entry.header_offset for entry in self.entries) != 0 or comment:
            raise Found(OTHER_CONTENT)
        if sum(entry.file_size for entry in self.entries) > UNPACKED_LIMIT:
            raise Found(UNPACKS)
        for entry in self.entries:
            _require_name(entry)
        self.names = {entry.filename for entry in self.entries}
        if len({name.casefold() for name in self.names}) != len(self.entries):
            raise Found(INNER_NAMES)
        self.allowed = min(UNPACKED_LIMIT, max(RATIO_FLOOR, RATIO_LIMIT * self.size))

    def pieces(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        """The entry's content; all entries together are held to what the file may unpack to."""
        counted = 0
        for piece in unpacked(self.stream, entry, self.allowed):
            counted += len(piece)
            yield piece
        self.allowed -= counted

    def content(self, entry: zipfile.ZipInfo) -> bytes:
        return b"".join(self.pieces(entry))


def count_of(stream: IO[bytes]) -> int:
    """How many entries the directory names, without reading it. Found: `cut_short`."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 65_557))
    tail = stream.read()
    at = tail.rfind(END)
    if at < 0 or len(tail) < at + 22:
        raise Found(CUT_SHORT)
    count: int = struct.unpack_from("<H", tail, at + 10)[0]
    return count


def _require_name(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    parts = name.replace("\\", "/").split("/")
    if (
        "\\" in name
        or name.startswith("/")
        or ".." in parts
        or re.match(r"[A-Za-z]:", name)
        or any(ord(letter) < 32 for letter in name)
        or (not name.isascii() and not entry.flag_bits & UTF8_NAME)
    ):
        raise Found(INNER_NAMES)


def unpacked(stream: IO[bytes], entry: zipfile.ZipInfo, allowed: int) -> Iterator[bytes]:
    """The entry's bytes, piece by piece. Found: `unpacks` (more than allowed), `damaged` (not what is declared)."""
    stream.seek(entry.header_offset)
    header = stream.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise Found(DAMAGED)
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    stream.seek(name_length + extra_length, io.SEEK_CUR)
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise Found(DAMAGED)
    unpacker = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    left, counted = entry.compress_size, 0
    while left > 0:
        packed = stream.read(min(CHUNK, left))
        if not packed:
            raise Found(DAMAGED)
        left -= len(packed)
        for piece in [packed] if unpacker is None else _inflated(unpacker, packed):
            counted += len(piece)
            if counted > allowed:
                raise Found(UNPACKS)
            yield piece
    if counted != entry.file_size:
        raise Found(DAMAGED)


def _inflated(unpacker: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    try:
        while packed:
            yield unpacker.decompress(packed, CHUNK)
            packed = unpacker.unconsumed_tail
    except zlib.error:
        raise Found(DAMAGED) from None


def inflate(packed: bytes, *, limit: int, raw: bool = False) -> bytes:
    """The unpacked bytes of one deflate stream, as far as it goes. Found: `unpacks` above the limit, `damaged`."""
    unpacker = zlib.decompressobj(-15 if raw else 15)
    try:
        found = unpacker.decompress(packed, limit + 1)
    except zlib.error:
        raise Found(DAMAGED) from None
    if len(found) > limit:
        raise Found(UNPACKS)
    return found


def require_harmless(name: str, head: bytes) -> None:
    """Found: `program` and `inner_archive`, by name or first bytes of something inside a file."""
    if head.startswith(PROGRAMS) or name.lower().endswith(PROGRAM_ENDINGS):
        raise Found(PROGRAM)
    if head.startswith(ARCHIVES):
        raise Found(INNER_ARCHIVE)
