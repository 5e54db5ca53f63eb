"""What the look into a file takes and what not, beside the two corpora; no database is needed."""

from __future__ import annotations

from ground.inspection import child, pdf
from tests.ground.uploads import honest
from tests.ground.uploads.honest import XML, with_attachment


def test_xml_data_attached_to_a_pdf_stays_and_nothing_else_does(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "DATA_LIMIT", 1000)
    path = tmp_path / "file"
    untyped = with_attachment(content=b"MZ").replace(b"/EmbeddedFile\n", b"/EmbeddedFale\n")
    two = with_attachment("b.xml", b"MZ", of=with_attachment())
    place = b"%010d 00000 " % two.index(b"8 0 obj\n")
    hidden = two.replace(place + b"n", place + b"f").replace(
        b"/F 8 0 R", b"/F 7 0 R"
    )  # in no list of objects
    for found, content in (
        (None, with_attachment()),
        (None, with_attachment(of=honest.pdf())),
        (None, with_attachment("DATA.XML", b"\xef\xbb\xbf" + XML)),
        ("enclosed", with_attachment("a.exe")),
        ("enclosed", with_attachment("a.xml.html")),
        ("enclosed", with_attachment(content=b"MZ")),
        ("other_content", with_attachment(content=b"<html><body>x</body></html>")),
        ("other_content", with_attachment(content=XML + b"<script>x</script>")),
        ("enclosed", with_attachment(content=XML + b"<a:script xmlns:a='http://www.w3.org/1999/xhtml'/>")),
        ("enclosed", with_attachment(content=XML.replace(b"?>", b'?><?xml-stylesheet href="a.xsl"?>', 1))),
        ("enclosed", with_attachment(content=XML.replace(b"?>", b"?><!DOCTYPE x>", 1))),
        ("enclosed", with_attachment(content=XML + b" " * 1000)),
        ("enclosed", with_attachment("b.exe", of=with_attachment())),
        ("enclosed", untyped),
        ("enclosed", hidden),
        ("script", with_attachment().replace(b"/Type /Catalog", b"/OpenAction<</S/JavaScript/JS(x)>>")),
    ):
        path.write_bytes(content)
        assert (content[-200:], child.look(path, "pdf")) == (content[-200:], found)


def test_what_only_looks_like_a_stream_hides_nothing_in_a_pdf(tmp_path):
    path = tmp_path / "file"
    for code, acts in (
        ("script", b"<<%%stream\n/S/JavaScript/JS(x)\n%%endstream\n>>"),
        ("script", b"<</T(>>stream\n)/S/J#61vaScript/JS(x)/U(endstream)>>"),
        ("launches", b"%>>stream\n9 0 obj<</S/Launch/F(cmd.exe)>>endobj\n%endstream"),
        (None, b"<</Length 9>>stream\n\x00/JS(\xff/3D \nendstream"),
    ):
        path.write_bytes(honest.plain_pdf(acts))
        assert (acts, child.look(path, "pdf")) == (acts, code)
