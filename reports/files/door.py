"""Opening an uploaded file safely: what it is, whether it may be unpacked at all, and its rows.

Runs inside the sandbox (`sandbox.py`), before anything is interpreted. A workbook's packed parts are
unpacked once just to be counted, because what a zip directory declares is the word of whoever made it. A
text's encoding is told by strict rules in a fixed order and never guessed: byte order mark, the zero bytes
of UTF-16, strict UTF-8, strict EUC-KR, CP949, CP932; what could as well be another encoding is refused. A text is read in
blocks and never as a whole, so its size is bounded by patience and not by memory.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import IO, TextIO

from python_calamine import CalamineWorkbook, SheetTypeEnum

from reports.files.cells import Cell
from reports.files.lines import FileRefused

MEGABYTE = 1024 * 1024
FILE_LIMIT = 60 * MEGABYTE
TEXT_LIMIT = 2048 * MEGABYTE
JSON_LIMIT = 30 * MEGABYTE
ENTRY_LIMIT = 500
UNPACKED_LIMIT = 700 * MEGABYTE
RATIO_LIMIT = 100  # real exports unpack to 8-30 times their size
RATIO_FLOOR = 2 * MEGABYTE  # below it the ratio says nothing: an empty template packs well
ROW_LIMIT = 150_000
COLUMN_LIMIT = 200
FIELD_LIMIT = 131_072
CHUNK = 256 * 1024
BLOCK = 1024 * 1024
DECODED = (
    128 * 1024
)  # at once: for more the memory is taken from the system anew each time, and that takes longest
SAMPLE = 4 * BLOCK  # of text that is not ASCII, by which a language is told
JSON_START = re.compile(r"\ufeff?\s*(?:\{|\[\s*[\[{\]])")
LINE_BLOCKS = 4  # a line goes over no more blocks of a text than this

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
    """A file that may be read: `kind` is xlsx, csv or json; `encoding` is set for the texts among them."""

    kind: str
    sheets: list[Sheet]
    path: Path
    encoding: str = ""

    def text(self) -> TextIO:
        """The text from its beginning, decoded as it is read."""
        return self.path.open(encoding=self.encoding, newline="", buffering=BLOCK)

    def head(self, characters: int) -> str:
        with self.text() as stream:
            return stream.read(characters)

    def records(self, delimiter: str) -> Iterator[list[str]]:
        """The records of a delimited text of any length; where one is broken, `csv.Error` (see `broken`)."""
        csv.field_size_limit(FIELD_LIMIT)
        return csv.reader(self.text(), delimiter=delimiter, strict=True)

    def rows(self, delimiter: str, limit: int = ROW_LIMIT) -> Iterator[Row]:
        """The records of a delimited text, at most `limit` of them."""
        with self.text() as stream:
            yield from csv_rows(stream, delimiter, limit=limit)


def check_size(path: Path) -> int:
    """The size in bytes; refused: `empty`, `too_big` (a text may be larger than a workbook)."""
    size = path.stat().st_size
    if size == 0:
        raise FileRefused("empty")
    with path.open("rb") as stream:
        limit = FILE_LIMIT if stream.read(8).startswith((b"PK", OLE)) else TEXT_LIMIT
    if size > limit:
        raise FileRefused("too_big", size=-(-size // MEGABYTE), limit=limit // MEGABYTE)
    return size


def open_file(path: Path) -> Opened:
    """What the content says the file is, whatever its name; `FileRefused` when it may not be read."""
    size = check_size(path)
    with path.open("rb") as stream:
        head = stream.read(4096)
        if head.startswith(b"PK"):
            check_archive(stream)
        elif head.startswith(OLE):
            stream.seek(0)
            raise FileRefused("encrypted" if ENCRYPTED_STREAM in stream.read(FILE_LIMIT) else "old_excel")
        elif head.startswith(NOT_TABLES) or head.lstrip().lower().startswith(MARKUP):
            raise FileRefused("not_a_table")
        else:
            opened = Opened("csv", [], path, tell_encoding(stream))
            if not JSON_START.match(opened.head(4096)):
                return opened
            if size > JSON_LIMIT:
                raise FileRefused("too_big", size=-(-size // MEGABYTE), limit=JSON_LIMIT // MEGABYTE)
            return Opened("json", [], path, opened.encoding)
    return Opened("xlsx", list(_sheets(path)), path)


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
    """The text and the name of its encoding; refused as by `tell_encoding`."""
    encoding = tell_encoding(io.BytesIO(content))
    return content.decode(encoding), encoding


def tell_encoding(stream: BufferedIOBase) -> str:
    """The encoding in which the whole content is valid, by strict rules in a fixed order.

    Refused: `not_a_table`, `cut_short`, `encoding_unknown`, `encoding_ambiguous`, and `damaged` for a text without lines.
    """
    stream.seek(0)
    head = stream.read(4096)
    marked = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    encoding = next((name for mark, name in marked.items() if head.startswith(mark)), "")
    encoding = encoding or _utf_16(head)
    problem = _first_problem(stream, encoding or "utf-8", has_zeros=bool(encoding))
    if problem is None:
        return encoding or "utf-8"
    if problem.reason in {"unexpected end of data", "truncated data"}:
        raise FileRefused("cut_short")
    if encoding:
        raise FileRefused("encoding_unknown")
    return _of_east_asia(stream)


def _first_problem(
    stream: BufferedIOBase, encoding: str, *, has_zeros: bool = False
) -> UnicodeDecodeError | None:
    """What keeps the content from being a text in this encoding, if anything."""
    decoder = codecs.getincrementaldecoder(encoding)()
    unbroken = 0
    block = bytearray(BLOCK)
    stream.seek(0)
    while True:
        size = stream.readinto(block)
        has_end = block.find(b"\n", 0, size) >= 0 or block.find(b"\r", 0, size) >= 0
        unbroken = 0 if has_end else unbroken + 1
        if unbroken > LINE_BLOCKS:
            raise FileRefused("damaged")
        if not has_zeros and block.find(b"\x00", 0, size) >= 0:
            raise FileRefused("not_a_table")
        try:
            for begin in range(0, size, DECODED):
                decoder.decode(block[begin : min(begin + DECODED, size)])
            if not size:
                decoder.decode(b"", final=True)
        except UnicodeDecodeError as problem:
            return problem
        if not size:
            return None


def _of_east_asia(stream: BufferedIOBase) -> str:
    """The Korean or Japanese encoding that the content is in for certain: the one in which all of it is valid and reads
    as its language, when there is no other."""
    found: list[str] = []
    is_open = False
    korean = next((name for name in ("euc-kr", "cp949") if _first_problem(stream, name) is None), "")
    if korean:
        text, content = _sample(stream, korean)
        pairs, high = len(content) - len(text), sum(byte > 0x7F for byte in content)
        rare = 2 * pairs - high if korean == "cp949" else 0
        is_open = True
        if _is_surely_korean(text, rare):
            found.append(korean)
    if _first_problem(stream, "cp932") is None and _is_surely_japanese(_sample(stream, "cp932")[0]):
        found.append("cp932")
    if len(found) != 1:
        raise FileRefused("encoding_ambiguous" if is_open or found else "encoding_unknown")
    return found[0]


def _sample(stream: BufferedIOBase, encoding: str) -> tuple[str, bytes]:
    """The first lines that are not ASCII, as text and as bytes."""
    stream.seek(0)
    lines: list[bytes] = []
    size = 0
    for line in stream:
        if not line.isascii():
            lines.append(line)
            size += len(line)
            if size > SAMPLE:
                break
    content = b"".join(lines)
    return content.decode(encoding), content


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


def _is_surely_japanese(text: str) -> bool:
    """Whether the text is Japanese rather than letters of others that happen to form valid pairs.

    Read as CP932, Korean and Western bytes become half-width katakana, rare kanji or private characters, and never
    hiragana or full-width katakana. So kana must be there, and outnumber what would be odd.
    """
    high = [character for character in text if ord(character) > 0x7F]
    kana = sum("ぁ" <= character <= "ヿ" for character in high)
    odd = sum("\uff61" <= character <= "\uff9f" or "\ue000" <= character <= "\uf8ff" for character in high)
    return kana > odd


def csv_rows(
    text: str | Iterable[str], delimiter: str, *, is_strict: bool = True, limit: int = ROW_LIMIT
) -> Iterator[Row]:
    """The records of the text, blank ones too, so that row numbers are those a spreadsheet shows.

    Refused: `cut_short` when the text ends inside a quoted field, `damaged`, `too_long`, `too_wide`. Not
    strict, a wrong delimiter or a text cut on purpose does no harm: for looking at the headings only.
    """
    csv.field_size_limit(FIELD_LIMIT)
    lines = io.StringIO(text, newline="") if isinstance(text, str) else text
    reader = csv.reader(lines, delimiter=delimiter, strict=is_strict)
    try:
        for number, record in enumerate(reader, start=1):
            if number > limit:
                raise FileRefused("too_long", rows=f"{number:,}", limit=f"{limit:,}")
            if len(record) > COLUMN_LIMIT:
                raise FileRefused("too_wide", columns=f"{len(record):,}", limit=COLUMN_LIMIT)
            yield record
    except csv.Error as problem:
        raise broken(problem) from None


def broken(problem: csv.Error) -> FileRefused:
    """The refusal of a text in which a record cannot be told from the next."""
    return FileRefused("cut_short" if "end of data" in str(problem) else "damaged")
