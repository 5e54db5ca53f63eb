"""Files: taken by size and content, named by us, swept when nobody knows them."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from ground import files
from ground.errors import RuleBroken
from ground.models import StoredFile
from tests.factories import people

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n%a made-up page\n%%EOF"


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def zipped(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return stream.getvalue()


def test_a_file_is_kept_under_a_name_of_our_own():
    kept = files.keep(upload("중소기업확인서.pdf", PDF), kind="document")
    assert (kept.name, kept.content_type, kept.size) == ("중소기업확인서.pdf", "application/pdf", len(PDF))
    assert "중소" not in kept.path
    with files.open_bytes(kept) as stream:
        assert stream.read() == PDF


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.pdf", b"", "file_empty"),
        ("big.pdf", PDF + b"0" * 2000, "file_size"),
        ("page.html", b"<html>", "file_type"),
        ("page.pdf", b"<html><script>", "file_type"),
        ("picture.png", b"\xff\xd8\xff\xe0", "file_type"),
        ("table.xlsx", zipped("word/document.xml", "[Content_Types].xml"), "file_type"),
        ("table.xlsx", b"PK\x03\x04 cut in the middle", "file_type"),
        ("macro.xlsm", zipped("xl/workbook.xml", "[Content_Types].xml"), "file_type"),
        ("double.pdf.exe", PDF, "file_type"),
        ("none", PDF, "file_type"),
    ],
)
def test_what_is_not_accepted_is_refused_and_leaves_nothing(name, content, code):
    with pytest.raises(RuleBroken) as refusal:
        files.keep(upload(name, content), kind="document", limit=1000)
    assert refusal.value.code == code
    assert StoredFile.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n..."),
        ("a.JPG", b"\xff\xd8\xff\xe0"),
        ("a.hwp", files.OLE + b"..."),
        ("a.hwpx", zipped("mimetype", "Contents/section0.xml")),
        ("a.docx", zipped("word/document.xml", "[Content_Types].xml")),
        ("a.xlsx", zipped("xl/workbook.xml", "[Content_Types].xml")),
    ],
)
def test_documents_of_an_office_are_accepted(name, content):
    assert files.keep(upload(name, content), kind="document").size == len(content)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\표.pdf", "표.pdf"),
        ("가나\u1102\u1161.pdf", "가나나.pdf"),
        ("cod\u202efdp.exe", "codfdp.exe"),
        ("a\x00b.pdf", "ab.pdf"),
        ("가" * 300 + ".pdf", "가" * 196 + ".pdf"),
        ("", "file"),
    ],
)
def test_names_are_cleaned(given, kept):
    assert files.clean_name(given) == kept


def test_nobody_reads_a_file_that_no_record_opens():
    kept = files.keep(upload("a.pdf", PDF), kind="document")
    assert files.may_read(people.user(), kept) is False


def test_a_download_is_never_run_by_a_browser(rf):
    answer = files.response(files.keep(upload("보고서 1.pdf", PDF), kind="document"))
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''%EB%B3%B4%EA%B3%A0%EC%84%9C%201.pdf"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-store"


def test_bytes_without_a_record_are_swept_and_others_stay():
    kept = files.keep(upload("a.pdf", PDF), kind="document")
    lost = files.keep(upload("b.pdf", PDF), kind="document")
    StoredFile.objects.filter(pk=lost.pk).delete()
    call_command("sweep_files")
    assert storages["private"].exists(lost.path)
    call_command("sweep_files", older_than_hours=0)
    assert not storages["private"].exists(lost.path)
    assert storages["private"].exists(kept.path)
