"""Packed documents: DOCX, XLSX and HWPX. Their parts, their links, what is embedded in them."""

from __future__ import annotations

import io
import re
import zipfile
from typing import IO

from ground.inspection.archive import Archive, require_harmless
from ground.inspection.compound import OLE, Compound
from ground.inspection.findings import (
    DAMAGED,
    ENTITIES,
    INNER_ARCHIVE,
    LINKED,
    MACROS,
    OTHER_CONTENT,
    PROGRAM,
    SCRIPT,
    Found,
)
from ground.inspection.scripts import is_untouched

MEGABYTE = 1024 * 1024
PART_LIMIT = 8 * MEGABYTE
"""Parts that are read whole: relations, lists of content, scripts."""
DEPTH_LIMIT = 1
EMBEDDED = re.compile(r"(^|/)embeddings/[^/]+\.(docx|xlsx|pptx)$", re.IGNORECASE)
DECLARES = re.compile(rb"<!(DOCTYPE|ENTITY)|<\x00!\x00D\x00O\x00C|\x00<\x00!\x00D\x00O\x00C", re.IGNORECASE)
DDE = re.compile(
    rb"<ddeLink\b|<oleLink\b|\bDDEAUTO\b|instr(Text)?[^<>]*>\s*DDE\b|instr=[\"']\s*DDE", re.IGNORECASE
)
RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
ATTRIBUTE = re.compile(rb"(\w+)\s*=\s*[\"']([^\"']*)[\"']")
ELSEWHERE = re.compile(rb"^(https?:|ftp:|\\\\|//|file:(//)?/{0,2}[^/:\\]+[/\\][^:]|file:\\\\)", re.IGNORECASE)
ITEM = re.compile(rb"<(?:\w+:)?item\b[^>]*>")


def look(stream: IO[bytes], kind: str, depth: int = 0) -> None:
    """Found: as `Archive`, and `damaged` (a part that its type needs is missing), `entities`, `macros`, `linked`,
    `script`, `program`, `inner_archive`. `kind` is docx, xlsx or hwpx."""
    archive = Archive(stream)
    if kind == "hwpx":
        _require_parts(archive, "mimetype", "Contents/content.hpf")
    else:
        _require_parts(archive, "[Content_Types].xml", "_rels/.rels")
    for entry in archive.entries:
        _part(archive, entry, kind, depth)


def _require_parts(archive: Archive, *names: str) -> None:
    if not set(names) <= archive.names:
        raise Found(DAMAGED)


def _part(archive: Archive, entry: zipfile.ZipInfo, kind: str, depth: int) -> None:
    name = entry.filename.lower()
    if name.endswith(("vbaproject.bin", "vbadata.xml")) or "/activex/" in name or "macrosheets/" in name:
        raise Found(MACROS)
    if EMBEDDED.search(name):
        if depth >= DEPTH_LIMIT:
            raise Found(INNER_ARCHIVE)
        look(io.BytesIO(archive.content(entry)), "docx", depth + 1)
        return
    if name.startswith("scripts/") and kind == "hwpx":
        if not is_untouched(_whole(archive, entry)):
            raise Found(SCRIPT)
        return
    if name.endswith(".rels") or name in {"[content_types].xml", "contents/content.hpf", "mimetype"}:
        _list(name, _whole(archive, entry))
        return
    before, head, whole = b"", b"", []
    for piece in archive.pieces(entry):
        head = head or piece[:512]
        if name.endswith((".xml", ".hpf", ".vml", ".rdf")):
            window = before + piece
            if DECLARES.search(window):
                raise Found(ENTITIES)
            if DDE.search(window):
                raise Found(LINKED)
            before = window[-256:]
        elif head.startswith(OLE):
            whole.append(piece)
    require_harmless(name, head)
    if whole:
        _object(b"".join(whole))


def _whole(archive: Archive, entry: zipfile.ZipInfo) -> bytes:
    if entry.file_size > PART_LIMIT:
        raise Found(DAMAGED)
    return archive.content(entry)


def _object(content: bytes) -> None:
    """An object that another program put in: its own drawing may stay, a packed file may not."""
    if any("ole10native" in name.lower() or "package" in name.lower() for name in Compound(content).streams):
        raise Found(PROGRAM)


def _list(name: str, content: bytes) -> None:
    """A part that says what belongs to the document and where it lies."""
    if DECLARES.search(content):
        raise Found(ENTITIES)
    if name == "mimetype" and content.strip() not in {b"application/hwp+zip", b"application/owpml"}:
        raise Found(OTHER_CONTENT)
    if name == "[content_types].xml" and re.search(rb"macroEnabled|vbaProject", content, re.IGNORECASE):
        raise Found(MACROS)
    for element in RELATION.findall(content):
        found = dict(ATTRIBUTE.findall(element))
        if found.get(b"TargetMode", b"").lower() != b"external":
            continue
        sort = found.get(b"Type", b"").rsplit(b"/", 1)[-1].lower()
        is_local_table = sort == b"externallinkpath" and not ELSEWHERE.match(found.get(b"Target", b""))
        if sort != b"hyperlink" and not is_local_table:
            raise Found(LINKED)
    if name.endswith("content.hpf"):
        for element in ITEM.findall(content):
            found = dict(ATTRIBUTE.findall(element))
            is_linked = (
                found.get(b"isEmbeded", b"1") == b"0" and b"media-type" in element and b"image" in element
            )
            if is_linked or ELSEWHERE.match(found.get(b"href", b"")):
                raise Found(LINKED)
