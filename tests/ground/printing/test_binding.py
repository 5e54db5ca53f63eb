"""Attachments become pages of a book: disarmed, or left out with the reason; nothing of them runs in this process."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pypdf
import pytest
import typst
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from ground.printing import binding
from ground.printing.binding import NotBound, bind, leaf_of
from ground.sandbox import Bounds


def pdf(pages: int = 1) -> bytes:
    source = "#set page(width: 5cm, height: 5cm)\n" + "#pagebreak()\n".join(
        f"Leaf {n}\n" for n in range(1, pages + 1)
    )
    return bytes(typst.compile(source.encode()))


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj()
    rows = b"".join([packer.compress(bytes(1 + width)) for _row in range(height)] + [packer.flush()])
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def armed() -> bytes:
    """A document with a script at opening, an embedded file, and on its page a link, an action and an attachment."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf()))
    writer.add_attachment("evil.exe", b"MZ")
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(2)")}
    )

    writer.root_object[NameObject("/OpenAction")] = action

    def note(subtype: str) -> DictionaryObject:
        return DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject(subtype),
                NameObject("/A"): action, NameObject("/AA"): DictionaryObject({NameObject("/E"): action}),
            }
        )  # fmt: skip

    page = writer.pages[0]
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
    page[NameObject("/Annots")] = ArrayObject(
        [writer._add_object(note(subtype)) for subtype in ("/Link", "/Stamp", "/FileAttachment")]
    )
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def locked(password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf()))
    writer.encrypt(password, "owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def leaf(content: bytes, folder: Path, kind: str = "application/pdf", name: str = "a") -> binding.Leaf:
    return leaf_of(io.BytesIO(content), kind, title=f"Title {name}", folder=folder, name=name)


def test_a_book_has_the_cover_then_every_page_and_an_outline(tmp_path):
    leaves = [
        leaf(pdf(3), tmp_path, name="1"),
        leaf(png(40, 20), tmp_path, "image/png", "2"),
        leaf(locked(""), tmp_path, name="3"),
    ]
    assert [each.pages for each in leaves] == [3, 1, 1]
    with bind(pdf(2), leaves, folder=tmp_path) as book:
        reader = pypdf.PdfReader(io.BytesIO(book.read()))
    assert [page.extract_text() for page in reader.pages] == [
        "Leaf 1", "Leaf 2", "Leaf 1", "Leaf 2", "Leaf 3", "", "Leaf 1",
    ]  # fmt: skip
    outline: Any = reader.outline
    assert [(each.title, reader.get_destination_page_number(each)) for each in outline] == [
        ("Title 1", 2),
        ("Title 2", 5),
        ("Title 3", 6),
    ]


def test_what_would_do_something_is_gone_and_what_is_seen_stays(tmp_path):
    content = armed()
    assert [word in words(content) for word in ARMS] == [True] * 4
    made = leaf(content, tmp_path)
    with bind(pdf(), [made], folder=tmp_path) as book:
        whole = book.read()
    for content in (made.path.read_bytes(), whole):
        assert [word in words(content) for word in ARMS] == [False] * 4
        page: Any = pypdf.PdfReader(io.BytesIO(content)).pages[-1]
        assert [each.get_object()["/Subtype"] for each in page["/Annots"]] == ["/Link", "/Stamp"]
        assert page.extract_text() == "Leaf 1"


ARMS = ("app.alert", "/JavaScript", "/EmbeddedFile", "evil.exe")


def words(content: bytes) -> str:
    """All objects of a file as text."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    return "".join(str(reader.get_object(number)) for number in range(1, reader.trailer["/Size"]))


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n", "application/pdf", "unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "image/png", "unreadable"),
        (b"\xff\xd8\xff" + bytes(100), "image/jpeg", "unreadable"),
        (b"", "application/pdf", "unreadable"),
    ],
)
def test_what_cannot_be_read_says_so(content, kind, code, tmp_path):
    with pytest.raises(NotBound) as refused:
        leaf(content, tmp_path, kind)
    assert refused.value.code == code


def test_a_password_and_too_many_pages_are_told(tmp_path):
    with pytest.raises(NotBound) as refused:
        leaf(locked("secret"), tmp_path)
    assert refused.value.code == "locked"
    with pytest.raises(NotBound) as refused:
        leaf(pdf(301), tmp_path)
    assert refused.value.code == "too_long"


def test_a_picture_that_unpacks_to_gigabytes_is_lost_with_its_child(tmp_path, monkeypatch):
    monkeypatch.setattr(binding, "BOUNDS", Bounds(600 * 1024 * 1024, 20, 40.0, 100 * 1024 * 1024))
    with pytest.raises(NotBound) as refused:
        leaf(png(26_000, 26_000), tmp_path, "image/png")
    assert refused.value.code in {"too_much", "unreadable"}


def test_other_types_have_no_pages(tmp_path):
    with pytest.raises(ValueError, match="has no pages"):
        leaf(b"", tmp_path, "application/x-hwp")
