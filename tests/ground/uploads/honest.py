"""Honest files of every type that is taken, made here."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
import zlib

import typst
import xlsxwriter
from pypdf import PdfReader, PdfWriter

from tests.ground.uploads import films
from tests.ground.uploads.compound import compound

JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP////////////////////////////////////////////////////////////////////////"
    "//////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxD/2Q=="
)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 4, height: int = 4, *more: bytes) -> bytes:
    rows = b"".join(b"\x00" + b"\x80" * (3 * 4) for _row in range(4))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + b"".join(more)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def jpeg(width: int = 1, height: int = 1, comment: bytes = b"") -> bytes:
    sized = JPEG.replace(
        b"\xff\xc2\x00\x0b\x08\x00\x01\x00\x01", b"\xff\xc2\x00\x0b\x08" + struct.pack(">HH", height, width)
    )
    said = b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment if comment else b""
    return sized[:2] + said + sized[2:]


def pdf() -> bytes:
    """Written by typst: with packed objects, as most PDFs of today."""
    return bytes(typst.compile(b'#set page(paper: "a5")\n= A page\nMade up.', timestamp=1_750_000_000))


def plain_pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """Written by hand: a catalog, a page and what is given, in the open."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
        *objects,
    ]
    written, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        written
        + b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
        + table
        + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n"
        % (len(parts) + 1, trailer, len(written))
    )


XML = '<?xml version="1.0" encoding="UTF-8"?>\n<증명서><번호>1</번호></증명서>'.encode()


def with_attachment(name: str = "data.xml", content: bytes = XML, of: bytes = b"") -> bytes:
    """A PDF with a file attached; XML data, as papers of offices carry it (PDF/A-3), unless another is given."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(of or plain_pdf())))
    writer.add_attachment(name, content)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def zipped(parts: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
HYPERLINK = (
    b'<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"'
    b' Target="https://firm.example/" TargetMode="External"/>'
)


def relations(*elements: bytes) -> bytes:
    return b"<Relationships>" + b"".join(elements) + b"</Relationships>"


def docx_parts(**more: bytes) -> dict[str, bytes]:
    return {
        "[Content_Types].xml": f'<Types><Override PartName="/word/document.xml" ContentType="{WORD}"/></Types>'.encode(),
        "_rels/.rels": relations(
            b'<Relationship Id="rId1" Type="http://x/officeDocument" Target="word/document.xml"/>'
        ),
        "word/document.xml": "<w:document><w:body><w:p><w:r><w:t>사업계획서</w:t></w:r></w:p></w:body></w:document>".encode(),
        "word/_rels/document.xml.rels": relations(HYPERLINK),
        **more,
    }


def xlsx_parts(**more: bytes) -> dict[str, bytes]:
    return {
        "[Content_Types].xml": f'<Types><Override PartName="/xl/workbook.xml" ContentType="{SHEET}"/></Types>'.encode(),
        "_rels/.rels": relations(
            b'<Relationship Id="rId1" Type="http://x/officeDocument" Target="xl/workbook.xml"/>'
        ),
        "xl/workbook.xml": b"<workbook><sheets/></workbook>",
        **more,
    }


def xlsx() -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("매출")
        sheet.write_row(0, 0, ["월", "금액"])
        sheet.write_url(1, 0, "https://firm.example/")
        sheet.insert_image(3, 0, "a.png", {"image_data": io.BytesIO(png())})
    return stream.getvalue()


def hwpx_parts(**more: bytes) -> dict[str, bytes]:
    return {
        "mimetype": b"application/hwp+zip",
        "version.xml": b"<hv:HCFVersion/>",
        "Contents/content.hpf": (
            b'<opf:package><opf:manifest><opf:item id="section0" href="Contents/section0.xml"'
            b' media-type="application/xml"/><opf:item id="image1" href="BinData/image1.png" media-type="image/png"'
            b' isEmbeded="1"/></opf:manifest></opf:package>'
        ),
        "Contents/section0.xml": "<hs:sec><hp:p><hp:t>신청서</hp:t></hp:p></hs:sec>".encode(),
        "BinData/image1.png": png(),
        "Scripts/headerScripts": STUB.encode("utf-16-le"),
        **more,
    }


STUB = (
    "var Documents = XHwpDocuments;\r\nvar Document = Documents.Active_XHwpDocument;\r\n"
    "function OnDocument_New()\r\n{\r\n\t//todo : \r\n}\r\n\r\nfunction OnDocument_Open()\r\n{\r\n\t//todo : \r\n}\r\n"
)


def packed(content: bytes) -> bytes:
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return squeezer.compress(content) + squeezer.flush()


def record(tag: int, body: bytes) -> bytes:
    return struct.pack("<I", tag | len(body) << 20) + body


def script(text: str) -> bytes:
    """A script as HWP keeps it: its head and its functions, each a length and the text in UTF-16."""
    head, functions, body = text.partition("function OnDocument_New")
    body = functions + body
    return b"".join(struct.pack("<I", len(each)) + each.encode("utf-16-le") for each in (head, body))


def hwp_streams(flags: int = 1, link: int = 1, **more: bytes) -> dict[str, bytes]:
    """The parts of an HWP 5 document; `link` 1: the picture lies in the file, 0: elsewhere."""
    header = b"HWP Document File".ljust(32, b"\x00") + struct.pack("<II", 0x05010101, flags)
    info = record(0x10, b"\x00" * 26) + record(
        0x12, struct.pack("<HHH", link, 1, 3) + "png".encode("utf-16-le")
    )
    return {
        "FileHeader": header.ljust(256, b"\x00"),
        "DocInfo": packed(info),
        "BodyText/Section0": packed(record(0x42, b"\x00" * 22) * 40),
        "BinData/BIN0001.png": packed(png()),
        "Scripts/DefaultJScript": packed(script(STUB)),
        "PrvText": "신청서".encode("utf-16-le"),
        **more,
    }


def hwp(**more: bytes) -> bytes:
    return compound(hwp_streams(**more))


def files() -> list[tuple[str, bytes]]:
    """Honest files, a few of each type, under names as people give them."""
    embedded = zipped(docx_parts(**{"word/embeddings/Microsoft_Excel_Sheet1.xlsx": xlsx()}))
    drawn = compound({"\x01CompObj": b"Equation", "Equation Native": b"x^2"})
    return [
        ("사업자등록증.pdf", pdf()),
        ("plain (1).pdf", plain_pdf()),
        ("전자증명서.pdf", with_attachment()),
        ("사진.JPG", jpeg()),
        ("IMG_0001.jpeg", jpeg(4000, 3000, b"Samsung") + b"SEFH\x00\x00SEFT"),
        ("화면 캡처.png", png()),
        ("screen.png", png(8000, 6000, chunk(b"tEXt", b"Software\x00Naru"))),
        ("매출 2024.xlsx", xlsx()),
        ("연결.xlsx", zipped(xlsx_parts(**{"xl/externalLinks/_rels/externalLink1.xml.rels": relations(
            b'<Relationship Id="r" Type="http://x/externalLinkPath" Target="file:///C:\\Users\\a.xlsx" TargetMode="External"/>'
        )}))),
        ("계획서.docx", zipped(docx_parts())),
        ("표가 든 계획서.docx", embedded),
        ("수식.docx", zipped(docx_parts(**{"word/embeddings/oleObject1.bin": drawn}))),
        ("신청서.hwp", hwp()),
        ("큰 신청서.hwp", hwp(**{"BodyText/Section1": packed(bytes(range(256)) * 300)})),
        ("신청서.hwpx", zipped(hwpx_parts())),
        ("가나다.v2.hwpx", zipped(hwpx_parts(), zipfile.ZIP_STORED)),
        ("안내 영상.mp4", films.mp4()),
        ("안내 영상.WEBM", films.webm()),
    ]  # fmt: skip
