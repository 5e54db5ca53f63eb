"""PDF: the names in it say what it can do, in the open, written with escapes, packed or encrypted.

Papers of offices may carry their own data as an attached XML file (PDF/A-3): that stays, any other attachment does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import IO, Any

from ground.inspection.archive import END, MEGABYTE, inflate
from ground.inspection.findings import (
    CUT_SHORT,
    DAMAGED,
    ENCLOSED,
    FORM,
    LAUNCHES,
    LOCKED,
    OTHER_CONTENT,
    SCRIPT,
    UNPACKS,
    Found,
)

NAME = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]{1,60})")
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
STREAM, STREAM_END = re.compile(rb"stream\r?\n"), b"endstream"
PAGE = re.compile(rb"<script\b|<html\b|<svg\b|<\?php|<!doctype\s+html", re.IGNORECASE)
XML = re.compile(rb"(\xef\xbb\xbf)?\s*<\?xml\s")
ACTS = re.compile(
    rb"\x00|<!(DOCTYPE|ENTITY)|<\?xml-stylesheet|<(\w+:)?(script|html|svg)\b|www\.w3\.org/(1999/(xhtml|XSL)|2000/svg)",
    re.IGNORECASE,
)
OBJECT_LIMIT = 32 * MEGABYTE
DATA_LIMIT = 8 * MEGABYTE
TAIL = 2048

MEANINGS: dict[bytes, str] = {
    b"JavaScript": SCRIPT, b"JS": SCRIPT, b"Launch": LAUNCHES, b"GoToR": LAUNCHES, b"GoToE": LAUNCHES,
    b"ImportData": LAUNCHES, b"SubmitForm": LAUNCHES, b"Rendition": LAUNCHES, b"RichMedia": LAUNCHES,
    b"Movie": LAUNCHES, b"3D": LAUNCHES, b"FileAttachment": ENCLOSED, b"XFA": FORM,
}  # fmt: skip
ENCLOSING = {b"EmbeddedFile", b"EmbeddedFiles", b"EF"}
TELLING = {each for each in MEANINGS.keys() | ENCLOSING if len(each) > 3}
TELLING_NAME = re.compile(rb"/(?=[#%s])" % bytes({each[0] for each in TELLING}) + NAME.pattern[1:])
"""A name that can be one of them: a picture's bytes hold thousands of others."""
ORDER = (SCRIPT, LAUNCHES, ENCLOSED, FORM)


def look(stream: IO[bytes]) -> None:
    """Found: `cut_short` (no end), `other_content` (a page or an archive in the same file), `locked` (a password is
    needed), `script`, `launches` (opens programs, other files, addresses), `enclosed` (files inside that are
    more than XML data), `form` (XFA), `unpacks`, `damaged`."""
    stream.seek(0)
    content = stream.read()
    end = content.rfind(b"%%EOF")
    if end < 0 or b"endobj" not in content:
        raise Found(CUT_SHORT)
    behind = content[end + 5 :]
    if END in content[-65_557:] or PAGE.search(content[:TAIL]) or PAGE.search(behind) or b"MZ" in behind[:16]:
        raise Found(OTHER_CONTENT)
    if len(behind) > TAIL:
        raise Found(CUT_SHORT if b"obj" in behind else OTHER_CONTENT)
    spans = list(_streams(content))
    names = names_in(_outside(content, spans))
    # A comment or a text can look like a stream and hide what acts; three bytes, though, stand in any picture by chance.
    for at, end in spans:
        names |= TELLING & _unescaped(TELLING_NAME.findall(content, at, end))
    if b"Encrypt" in names:
        names |= set(_encrypted_names(stream))
    else:
        for packed in _packed_objects(content, spans):
            names |= names_in(packed)
    meant = {MEANINGS[name] for name in names if name in MEANINGS}
    for code in ORDER:
        if code in meant:
            raise Found(code)
    if names & ENCLOSING:
        _require_data(stream, sum(b"EmbeddedFile" in names_in(_facts(content, at)) for at, _end in spans))


def names_in(content: bytes) -> set[bytes]:
    """All names, with their escapes undone."""
    return _unescaped(NAME.findall(content))


def _unescaped(names: Iterable[bytes]) -> set[bytes]:
    return {
        ESCAPE.sub(lambda each: bytes([int(each[1], 16)]), name) if b"#" in name else name for name in names
    }


def _packed_objects(content: bytes, spans: list[tuple[int, int]]) -> Iterator[bytes]:
    """Objects that lie packed in streams; what other streams hold is shown, not done."""
    left = OBJECT_LIMIT
    for at, end in spans:
        if b"ObjStm" not in names_in(_facts(content, at)):
            continue
        try:
            found = inflate(content[at:end], limit=left)
        except Found as wrong:
            if wrong.code == UNPACKS:
                raise
            raise Found(DAMAGED) from None
        left -= len(found)
        yield found


def _streams(content: bytes) -> Iterator[tuple[int, int]]:
    """Where the bytes of each stream begin and end."""
    at = 0
    while (begin := STREAM.search(content, at)) and (end := content.find(STREAM_END, begin.end())) >= 0:
        yield begin.end(), end
        at = end + len(STREAM_END)


def _outside(content: bytes, spans: list[tuple[int, int]]) -> bytes:
    """What stands between the streams."""
    borders = [0, *(border for span in spans for border in span), len(content)]
    return b"\n".join(content[at:end] for at, end in zip(borders[::2], borders[1::2], strict=True))


def _facts(content: bytes, at: int) -> bytes:
    """What an object says of itself before its stream begins."""
    head = content[max(0, at - 600) : at]
    return head[head.rfind(b"obj") :]


def _encrypted_names(stream: IO[bytes]) -> Iterator[bytes]:
    """Many papers of public offices open without a password and only forbid changes: they are looked through, too."""
    from pypdf import PdfReader

    try:
        reader = PdfReader(stream)
        if not reader.decrypt(""):
            raise Found(LOCKED)
        for each in _objects(reader):
            yield from _names_of(each)
    except Found:
        raise
    except Exception:  # pypdf raises types of its own for every way a file can be wrong
        raise Found(LOCKED) from None


def _objects(reader: Any) -> Iterator[Any]:
    for number in sorted(reader.xref_objStm) + sorted({key for each in reader.xref.values() for key in each}):
        yield reader.get_object(number)


def _require_data(stream: IO[bytes], declared: int) -> None:
    """Whether what is attached is XML data, by name and content. Found: `enclosed` when one of it is not, and when the
    `declared` attachments are not all reached."""
    from pypdf import PdfReader

    try:
        reader = PdfReader(stream)
        if reader.is_encrypted:
            reader.decrypt("")
        found = {id(each): each for value in _objects(reader) for each in _attached(value)}
        is_data = len(found) >= max(declared, 1) and all(_is_data(each.get_data()) for each in found.values())
    except Exception:  # as above
        raise Found(ENCLOSED) from None
    if not is_data:
        raise Found(ENCLOSED)


def _is_data(content: bytes) -> bool:
    return len(content) <= DATA_LIMIT and bool(XML.match(content)) and not ACTS.search(content)


def _attached(value: Any, depth: int = 0) -> Iterator[Any]:
    """The streams that an object holds or names as attachments. Found: `enclosed` for one whose name is not XML's."""
    if depth > 30:
        raise Found(ENCLOSED)
    if isinstance(value, dict):
        if value.get("/Type") == "/EmbeddedFile":
            yield value
        if "/EF" in value:
            names = [str(value[key]) for key in ("/F", "/UF", "/DOS", "/Mac", "/Unix") if key in value]
            if not names or not all(name.lower().endswith(".xml") for name in names):
                raise Found(ENCLOSED)
            for each in value["/EF"].values():
                yield each.get_object()
        for each in value.values():
            yield from _attached(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            yield from _attached(each, depth + 1)


def _names_of(value: Any, depth: int = 0) -> Iterable[bytes]:
    if depth > 30:
        return
    if isinstance(value, dict):
        for key, each in value.items():
            yield str(key)[1:].encode()
            yield from _names_of(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            yield from _names_of(each, depth + 1)
    elif type(value).__name__ == "NameObject":
        yield str(value)[1:].encode()
