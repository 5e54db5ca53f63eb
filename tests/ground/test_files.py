"""Files: taken by size and content, named by us, swept when nobody knows them."""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction

from ground import files
from ground.errors import RuleBroken
from ground.models import StoredFile
from tests.factories import people
from tests.factories.passing import passed

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
    with files.open_bytes(passed(kept)) as stream:
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
        ("double.pdf.exe", PDF, "file_name"),
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
    kept = passed(files.keep(upload("a.pdf", PDF), kind="document"))
    assert files.may_read(people.user(), kept) is False


def test_a_download_is_never_run_by_a_browser(rf):
    answer = files.response(passed(files.keep(upload("보고서 1.pdf", PDF), kind="document")))
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


def stored(path: str) -> bytes | None:
    storage = storages["private"]
    if not storage.exists(path):
        return None
    with storage.open(path, "rb") as stream:
        return stream.read()


def test_a_copy_takes_the_place_of_the_bytes_once_it_is_certain(tmp_path, django_capture_on_commit_callbacks):
    kept = files.keep(upload("a.pdf", PDF), kind="document")
    before = kept.path
    copy = tmp_path / "copy"
    copy.write_bytes(b"copy")
    with django_capture_on_commit_callbacks(execute=True):
        files.replace_bytes(kept, copy)
        assert (stored(before), stored(kept.path)) == (PDF, b"copy")
    kept.refresh_from_db()
    assert (kept.name, kept.size, kept.sha256) == ("a.pdf", 4, hashlib.sha256(b"copy").hexdigest())
    assert (stored(before), stored(kept.path)) == (None, b"copy")


def test_a_process_that_ends_before_the_commit_loses_nothing(tmp_path):
    """The copy is then nobody's, and swept."""
    kept = files.keep(upload("a.pdf", PDF), kind="document")
    copy = tmp_path / "copy"
    copy.write_bytes(b"copy")
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        stray = files.replace_bytes(kept, copy).path
        raise KeyboardInterrupt
    kept.refresh_from_db()
    assert (stored(kept.path), stored(stray)) == (PDF, b"copy")
    call_command("sweep_files", older_than_hours=0)
    assert (stored(kept.path), stored(stray)) == (PDF, None)


def test_bytes_that_a_process_left_after_the_commit_are_swept(tmp_path):
    """Callbacks after the commit do not run here, as in a process that is killed in that instant."""
    replaced, removed = (files.keep(upload("a.pdf", PDF), kind="document") for _time in range(2))
    earlier, copy = replaced.path, tmp_path / "copy"
    copy.write_bytes(b"copy")
    files.replace_bytes(replaced, copy)
    files.remove_bytes(removed)
    assert (stored(earlier), stored(removed.path)) == (PDF, PDF)
    call_command("sweep_files", older_than_hours=0)
    assert (stored(earlier), stored(removed.path), stored(replaced.path)) == (None, None, b"copy")


def test_of_removed_bytes_the_record_stays_and_nobody_reads_it(
    monkeypatch, django_capture_on_commit_callbacks
):
    kept = passed(files.keep(upload("a.pdf", PDF), kind="document"))
    monkeypatch.setattr(files, "_gates", [lambda user, file: True])
    assert files.may_read(people.user(), kept) is True
    with django_capture_on_commit_callbacks(execute=True):
        first = files.remove_bytes(kept).removed_at
    assert files.remove_bytes(kept).removed_at == first
    assert stored(kept.path) is None
    assert files.may_read(people.user(), StoredFile.objects.get(pk=kept.pk)) is False
    assert (kept.name, kept.sha256) == ("a.pdf", hashlib.sha256(PDF).hexdigest())


def test_folders_in_which_a_killed_process_worked_are_swept(tmp_path):
    """Those of this installation: another's, on the same machine, are in use for all it knows."""
    elsewhere = Path(tempfile.mkdtemp(prefix=files.WORKING_FOLDER))
    left, others = tmp_path / f"{files.WORKING_FOLDER}x", tmp_path / "others"
    for folder in (left, others):
        folder.mkdir()
        (folder / "upload").write_bytes(b"x")
    call_command("sweep_files")
    assert left.exists()
    call_command("sweep_files", older_than_hours=0)
    assert (left.exists(), others.exists(), elsewhere.exists()) == (False, True, True)
    elsewhere.rmdir()
