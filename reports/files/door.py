"""Opening an uploaded file safely: what it is, whether it may be unpacked at all, and its rows.

Runs inside the sandbox (`sandbox.py`), before anything is interpreted. A workbook's packed parts are
unpacked once just to be counted, because what a zip directory declares is the word of whoever made it. A
text's encoding is told by strict rules in a fixed order and never guessed: byte order mark, the zero bytes
of UTF-16, strict UTF-8, strict EUC-KR, CP949; what could as well be a Western encoding is refused.
"""

from __future__ import annotations

import csv
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from python_calamine import CalamineWorkbook, SheetTypeEnum

from reports.files.cells import Cell
from reports.files.lines import FileRefused

MEGABYTE = 1024 * 1024
FILE_LIMIT = 60 * MEGABYTE
ENTRY_LIMIT = 500
UNPACKED_LIMIT = 700 * MEGABYTE
RATIO_LIMIT = 100  # real exports unpack to 8-30 times their size
RATIO_FLOOR = 2 * MEGABYTE  # below it the ratio says nothing: an empty template packs well
ROW_LIMIT = 150_000
COLUMN_LIMIT = 200
FIELD_LIMIT = 131_072
CHUNK = 256 * 1024

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
MARKUP = (b"<!doctype", b"<html", b"<?xml")
NOT_TABLES = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"HWP Document",
)

Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of the file. `rows` starts a new pass from the sheet's first row; row 1 comes first."""

    name: str
    rows: Callable[[], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that may be read: `kind` is xlsx or csv; `encoding` and `text` are set for csv."""

    kind: str
    sheets: list[Sheet]
    encoding: str = ""
    text: str = ""


def check_size(path: Path) -> int:
    """The size in bytes; refused: `empty`, `too_big`."""
    size = path.stat().st_size
    if size == 0:
        raise FileRefused("empty")
    if size > FILE_LIMIT:
        raise FileRefused("too_big", size=-(-size // MEGABYTE), limit=FILE_LIMIT // MEGABYTE)
    return size


def open_file(path: Path) -> Opened:
    """What the content says the file is, whatever its name; `FileRefused` when it may not be read."""
    check_size(path)
    with path.open("rb") as stream:
        head = stream.read(4096)
        if head.startswith(b"PK"):
            check_archive(stream)
        elif head.startswith(OLE):
            stream.seek(0)
            raise FileRefused("encrypted" if ENCRYPTED_STREAM in stream.read() else "old_excel")
        elif head.startswith(NOT_TABLES) or head.lstrip().lower().startswith(MARKUP):
            raise FileRefused("not_a_table")
        else:
            stream.seek(0)
            text, encoding = decode(stream.read())
            return Opened("csv", [], encoding, text)
    return Opened("xlsx", list(_sheets(path)))


# Workbooks


def check_archive(stream: IO[bytes]) -> None:
    """Check the zip directory, then unpack every entry once without keeping it.

    Refused: `cut_short` (no directory at its end), `damaged`, `encrypted`, `macros`, `other_container`,
    `unpacks_too_large` (more bytes, entries or a higher ratio than any sales report).
    """
    stream.seek(0, io.SEEK_END)
    size = stream.tell()
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile:
        raise FileRefused("cut_short") from None
    except (OSError, ValueError, NotImplementedError, EOFError):
        raise FileRefused("damaged") from None
    if len(entries) > ENTRY_LIMIT or sum(entry.file_size for entry in entries) > UNPACKED_LIMIT:
        raise FileRefused("unpacks_too_large")
    names = [entry.filename for entry in entries]
    if any(entry.flag_bits & 0x1 for entry in entries) or "EncryptedPackage" in names:
        raise FileRefused("encrypted")
    if "xl/workbook.xml" not in names or "[Content_Types].xml" not in names:
        raise FileRefused("other_container")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise FileRefused("macros")
    if len(set(names)) != len(names):
        raise FileRefused("damaged")
    allowed = min(UNPACKED_LIMIT, max(RATIO_FLOOR, RATIO_LIMIT * size))
    for entry in entries:
        allowed -= _count(stream, entry, allowed)


def _count(stream: IO[bytes], entry: zipfile.ZipInfo, allowed: int) -> int:
    """How many bytes the entry unpacks to; refused when more than allowed or not what it declares."""
    stream.seek(entry.header_offset)
    header = stream.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise FileRefused("damaged")
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    stream.seek(name_length + extra_length, io.SEEK_CUR)
    left, counted = entry.compress_size, 0
    if entry.compress_type == zipfile.ZIP_STORED:
        counted = left
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        unpacker = zlib.decompressobj(-15)
        try:
            while left > 0 and counted <= allowed:
                packed = stream.read(min(CHUNK, left))
                if not packed:
                    raise FileRefused("damaged")
                left -= len(packed)
                while packed and counted <= allowed:
                    counted += len(unpacker.decompress(packed, CHUNK))
                    packed = unpacker.unconsumed_tail
            if counted <= allowed:
                counted += len(unpacker.flush())
        except zlib.error:
            raise FileRefused("damaged") from None
    else:
        raise FileRefused("damaged")
    if counted > allowed:
        raise FileRefused("unpacks_too_large")
    if counted != entry.file_size:
        raise FileRefused("damaged")
    return counted


def _sheets(path: Path) -> Iterator[Sheet]:
    try:
        workbook = CalamineWorkbook.from_path(path)
        tables = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    except Exception:  # calamine raises types of its own for every way a workbook can be wrong
        raise FileRefused("damaged") from None
    for table in tables:
        yield Sheet(table.name, lambda name=table.name: _sheet_rows(workbook, name))  # type: ignore[misc]


def _sheet_rows(workbook: CalamineWorkbook, name: str) -> Iterator[Row]:
    try:
        sheet = workbook.get_sheet_by_name(name)
    except MemoryError:
        raise
    except Exception:
        raise FileRefused("damaged") from None
    end = sheet.end
    if end is None:
        return
    if end[0] >= ROW_LIMIT:
        raise FileRefused("too_long", rows=f"{end[0] + 1:,}", limit=f"{ROW_LIMIT:,}")
    if end[1] >= COLUMN_LIMIT:
        raise FileRefused("too_wide", columns=f"{end[1] + 1:,}", limit=COLUMN_LIMIT)
    yield from sheet.iter_rows()


# Texts


def decode(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding; refused: `not_a_table`, `cut_short`, `encoding_unknown`,
    `encoding_ambiguous`."""
    marked = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    encoding = next((name for mark, name in marked.items() if content.startswith(mark)), "")
    encoding = encoding or _utf_16(content)
    if encoding:
        return _strict(content, encoding), encoding
    if b"\x00" in content:
        raise FileRefused("not_a_table")
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as problem:
        if problem.reason == "unexpected end of data":
            raise FileRefused("cut_short") from None
    for encoding in ("euc-kr", "cp949"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        pairs, high = len(content) - len(text), sum(byte > 0x7F for byte in content)
        rare = 2 * pairs - high if encoding == "cp949" else 0
        if not _is_surely_korean(text, rare):
            raise FileRefused("encoding_ambiguous")
        return text, encoding
    raise FileRefused("encoding_unknown")


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as problem:
        is_cut = problem.reason in {"unexpected end of data", "truncated data"}
        raise FileRefused("cut_short" if is_cut else "encoding_unknown") from None


def _utf_16(content: bytes) -> str:
    """UTF-16 without a mark: in text that is mostly Latin, every other byte is zero."""
    sample = content[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if half >= 8 and odd > 0.4 * half and even * 8 < odd:
        return "utf-16-le"
    if half >= 8 and even > 0.4 * half and odd * 8 < even:
        return "utf-16-be"
    return ""


def _is_surely_korean(text: str, rare: int) -> bool:
    """Whether the text is Korean rather than Western letters that happen to form valid pairs.

    Western text has single high bytes between Latin letters: read as CP949 they swallow the next letter
    (“Área” turns into one syllable and “ea”), or pair up to hanja. So most of what is not ASCII must be
    Hangul, and the `rare` syllables, whose second byte is a Latin letter, must be outnumbered by common
    ones.
    """
    high = [character for character in text if ord(character) > 0x7F]
    hangul = sum("가" <= character <= "힣" for character in high)
    return hangul * 2 > len(high) > rare * 2


def csv_rows(text: str, delimiter: str, *, is_strict: bool = True) -> Iterator[Row]:
    """The records of the text, blank ones too, so that row numbers are those a spreadsheet shows.

    Refused: `cut_short` when the text ends inside a quoted field, `damaged`, `too_long`, `too_wide`. Not
    strict, a wrong delimiter or a text cut on purpose does no harm: for looking at the headings only.
    """
    csv.field_size_limit(FIELD_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=is_strict)
    number = 0
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            raise FileRefused("cut_short" if "end of data" in str(problem) else "damaged") from None
        number += 1
        if number > ROW_LIMIT:
            raise FileRefused("too_long", rows=f"{number:,}", limit=f"{ROW_LIMIT:,}")
        if len(record) > COLUMN_LIMIT:
            raise FileRefused("too_wide", columns=f"{len(record):,}", limit=COLUMN_LIMIT)
        yield list(record)
