"""PDF: the names in it say what it can do, in the open, written with escapes, packed or encrypted."""

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
STREAM = re.compile(rb"stream\r?\n(.*?)(?:\r?\n)?endstream", re.DOTALL)
PAGE = re.compile(rb"<script\b|<html\b|<svg\b|<\?php|<!doctype\s+html", re.IGNORECASE)
OBJECT_LIMIT = 32 * MEGABYTE
TAIL = 2048

MEANINGS: dict[bytes, str] = {
    b"JavaScript": SCRIPT, b"JS": SCRIPT, b"Launch": LAUNCHES, b"GoToR": LAUNCHES, b"GoToE": LAUNCHES,
    b"ImportData": LAUNCHES, b"SubmitForm": LAUNCHES, b"Rendition": LAUNCHES, b"RichMedia": LAUNCHES,
    b"Movie": LAUNCHES, b"3D": LAUNCHES, b"EmbeddedFile": ENCLOSED, b"EmbeddedFiles": ENCLOSED,
    b"FileAttachment": ENCLOSED, b"XFA": FORM,
}  # fmt: skip
ORDER = (SCRIPT, LAUNCHES, ENCLOSED, FORM)


def look(stream: IO[bytes]) -> None:
    """Found: `cut_short` (no end), `other_content` (a page or an archive in the same file), `locked` (a password is
    needed), `script`, `launches` (opens programs, other files, addresses), `enclosed` (files inside), `form` (XFA),
    `unpacks`, `damaged`."""
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
    is_encrypted = b"Encrypt" in names_in(STREAM.sub(b"", content))
    names = set(_encrypted_names(stream)) if is_encrypted else set()
    names |= names_in(STREAM.sub(b"", content))
    if not is_encrypted:
        for packed in _packed_objects(content):
            names |= names_in(packed)
    meant = {MEANINGS[name] for name in names if name in MEANINGS}
    for code in ORDER:
        if code in meant:
            raise Found(code)


def names_in(content: bytes) -> set[bytes]:
    """All names, with their escapes undone."""
    return {
        ESCAPE.sub(lambda each: bytes([int(each[1], 16)]), name) if b"#" in name else name
        for name in NAME.findall(content)
    }


def _packed_objects(content: bytes) -> Iterator[bytes]:
    """Objects that lie packed in streams; what other streams hold is shown, not done."""
    left = OBJECT_LIMIT
    for stream in STREAM.finditer(content):
        head = content[max(0, stream.start() - 600) : stream.start()]
        head = head[head.rfind(b"obj") :]
        if b"ObjStm" not in names_in(head):
            continue
        try:
            found = inflate(stream[1], limit=left)
        except Found as wrong:
            if wrong.code == UNPACKS:
                raise
            raise Found(DAMAGED) from None
        left -= len(found)
        yield found


def _encrypted_names(stream: IO[bytes]) -> Iterator[bytes]:
    """Many papers of public offices open without a password and only forbid changes: they are looked through, too."""
    from pypdf import PdfReader

    try:
        reader = PdfReader(stream)
        if not reader.decrypt(""):
            raise Found(LOCKED)
        for number in sorted(reader.xref_objStm) + sorted(
            {key for each in reader.xref.values() for key in each}
        ):
            yield from _names_of(reader.get_object(number))
    except Found:
        raise
    except Exception:  # pypdf raises types of its own for every way a file can be wrong
        raise Found(LOCKED) from None


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
