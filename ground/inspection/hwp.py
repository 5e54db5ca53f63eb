"""HWP 5 documents: a compound file with packed parts. What it says of itself, its scripts, links and objects."""

from __future__ import annotations

import struct
from typing import IO

from ground.inspection.archive import MEGABYTE, UNPACKED_LIMIT, inflate, require_harmless
from ground.inspection.compound import OLE, Compound
from ground.inspection.findings import DAMAGED, LINKED, LOCKED, OTHER_CONTENT, PROGRAM, SCRIPT, UNPACKS, Found
from ground.inspection.scripts import is_untouched

SIGNATURE = b"HWP Document File"
PACKED, PASSWORD, DISTRIBUTED, RIGHTS, SIGNED_LOCK, RIGHTS_LOCK = 0x1, 0x2, 0x4, 0x10, 0x100, 0x400
BINARY_DATA = 0x10 + 2
LINK = 0
PART_LIMIT = 64 * MEGABYTE


def look(stream: IO[bytes]) -> None:
    """Found: `other_content` (no HWP at all), `locked`, `damaged`, `cut_short`, `script`, `linked` (a picture that lies
    elsewhere), `program` (a file packed into an object, PostScript), `inner_archive`, `unpacks`."""
    stream.seek(0)
    document = Compound(stream.read())
    if "FileHeader" not in document.streams:
        raise Found(LOCKED if "EncryptedPackage" in document.streams else OTHER_CONTENT)
    header = document.read("FileHeader")
    if not header.startswith(SIGNATURE) or len(header) < 40:
        raise Found(OTHER_CONTENT)
    flags: int = struct.unpack_from("<I", header, 36)[0]
    if flags & (PASSWORD | DISTRIBUTED | RIGHTS | SIGNED_LOCK | RIGHTS_LOCK):
        raise Found(LOCKED)
    if not {"DocInfo", "BodyText/Section0"} <= document.streams.keys():
        raise Found(DAMAGED)
    is_packed, left = bool(flags & PACKED), UNPACKED_LIMIT
    for name in document.streams:
        content = document.read(name)
        if name == "DocInfo" or name.startswith(("BodyText/", "Scripts/", "BinData/")):
            if is_packed and content:
                content = _unpacked(name, content, min(left, PART_LIMIT))
            left -= len(content)
            if left < 0:
                raise Found(UNPACKS)
        _part(name, content)


def _unpacked(name: str, content: bytes, limit: int) -> bytes:
    try:
        return inflate(content, limit=limit, raw=True)
    except Found as found:
        if found.code == UNPACKS or name.startswith(("DocInfo", "BodyText/")):
            raise
        return content  # an object or script may be kept as it is


def _part(name: str, content: bytes) -> None:
    if name == "DocInfo":
        _records(content)
    elif name.startswith("Scripts/") and not is_untouched(content):
        raise Found(SCRIPT)
    elif name.startswith("BinData/"):
        head = content[:512]
        if name.lower().endswith((".ps", ".eps")) or head.startswith(b"%!PS"):
            raise Found(PROGRAM)
        require_harmless(name, head)
        inner = content[4:] if content[4:12] == OLE else content
        if inner.startswith(OLE) and any("ole10native" in each.lower() for each in Compound(inner).streams):
            raise Found(PROGRAM)


def _records(content: bytes) -> None:
    """The records of DocInfo: one that names binary data says whether it lies in the file or elsewhere."""
    at = 0
    while at + 4 <= len(content):
        (header,) = struct.unpack_from("<I", content, at)
        tag, size = header & 0x3FF, header >> 20
        at += 4
        if size == 0xFFF:
            if at + 4 > len(content):
                raise Found(DAMAGED)
            (size,) = struct.unpack_from("<I", content, at)
            at += 4
        if at + size > len(content):
            raise Found(DAMAGED)
        if tag == BINARY_DATA and size >= 2 and struct.unpack_from("<H", content, at)[0] & 0xF == LINK:
            raise Found(LINKED)
        at += size
