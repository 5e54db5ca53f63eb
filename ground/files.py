"""Taking a file in and giving it out: size and type by content, names of our own, served only through a checked view."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import storages
from django.db import transaction
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ground import clock, outbox
from ground.errors import RuleBroken
from ground.ids import new_id
from ground.inspection import video
from ground.inspection.archive import ENTRY_LIMIT, PROGRAM_ENDINGS
from ground.inspection.archive import count_of as archive_entries
from ground.inspection.findings import Found
from ground.inspection.sentences import SENTENCES
from ground.models.file import StoredFile

MEGABYTE = 1024 * 1024
CHECK = "file.check"
"""Topic of the outbox: a file waits to be looked into (`ground.quarantine`)."""
NAME_LIMIT = 200
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class FileType:
    """A type that is accepted: its endings and how its content is told."""

    content_type: str
    endings: tuple[str, ...]
    label: Promise | str
    is_like: Callable[[bytes, IO[bytes]], bool]


def _is_zip_with(*members: str) -> Callable[[bytes, IO[bytes]], bool]:
    def check(head: bytes, stream: IO[bytes]) -> bool:
        if not head.startswith(b"PK\x03\x04"):
            return False
        try:
            if archive_entries(stream) > ENTRY_LIMIT:
                return False
            with zipfile.ZipFile(stream) as archive:
                names = set(archive.namelist())
        except (Found, zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return False
        return all(any(name == member or name.startswith(member) for name in names) for member in members)

    return check


def _is_text(head: bytes, stream: IO[bytes]) -> bool:
    return b"\x00" not in head and not head.lstrip().lower().startswith((b"<!doctype", b"<html", b"%pdf"))


PDF = FileType("application/pdf", (".pdf",), "PDF", lambda head, _s: head.startswith(b"%PDF-"))
PNG = FileType("image/png", (".png",), "PNG", lambda head, _s: head.startswith(b"\x89PNG\r\n\x1a\n"))
JPEG = FileType("image/jpeg", (".jpg", ".jpeg"), "JPEG", lambda head, _s: head.startswith(b"\xff\xd8\xff"))
HWP = FileType("application/x-hwp", (".hwp",), "HWP", lambda head, _s: head.startswith(OLE))
HWPX = FileType("application/hwp+zip", (".hwpx",), "HWPX", _is_zip_with("Contents/", "mimetype"))
XLSX = FileType(
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    (".xlsx",),
    "XLSX",
    _is_zip_with("[Content_Types].xml", "xl/"),
)
DOCX = FileType(
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    (".docx",),
    "DOCX",
    _is_zip_with("[Content_Types].xml", "word/"),
)


def _is_film(begins: Callable[[bytes], bool], kind: str) -> Callable[[bytes, IO[bytes]], bool]:
    def check(head: bytes, stream: IO[bytes]) -> bool:
        if not begins(head):
            return False
        video.look(stream, kind)
        return True

    return check


MP4 = FileType("video/mp4", (".mp4", ".m4v"), "MP4", _is_film(video.is_mp4, "mp4"))
WEBM = FileType("video/webm", (".webm",), "WebM", _is_film(video.is_webm, "webm"))
CSV = FileType("text/csv", (".csv", ".txt"), "CSV", _is_text)

DOCUMENTS = (PDF, PNG, JPEG, HWP, HWPX, DOCX, XLSX)
VIDEOS = (MP4, WEBM)
EXEMPT = (StoredFile.Kind.SALES, StoredFile.Kind.REPORT)
WORKING_FOLDER = "naru-upload-"
"""How folders begin in which a process works on somebody's file: what a killed one leaves is swept."""
DOCUMENT_LIMIT = 20 * MEGABYTE
VIDEO_LIMIT = 300 * MEGABYTE


def working_place() -> Path:
    """Where those folders are: where uploads come in, too (`FILE_UPLOAD_TEMP_DIR`, or the system's own)."""
    return Path(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir())


def clean_name(name: str) -> str:
    """The name as a person knows it: composed Hangul, no folders, no control or direction characters, at most 200."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"}).strip(
        " ."
    )
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: 199 - len(ending)]}{dot}{ending}" if dot else name[:200] or "file"


def require_name(name: str) -> None:
    """A name that shows what it is: no hidden direction or control characters, no way out of a folder, readable, one
    ending, at most 200 characters. `RuleBroken('file_name')`."""
    parts = name.replace("\\", "/").split("/")
    shown, said = clean_name(name), _sentence_about(name, parts)
    if said is not None:
        raise RuleBroken("file_name", said % {"name": shown, "limit": NAME_LIMIT})


def _sentence_about(name: str, parts: list[str]) -> Promise | None:
    if any(unicodedata.category(letter) in {"Cc", "Cf"} for letter in name):
        return _(
            "The name of “%(name)s” holds invisible characters that can hide what the file is. Rename it."
        )
    if "\ufffd" in name or any(unicodedata.category(letter) in {"Cs", "Co", "Cn"} for letter in name):
        return _(
            "The name of “%(name)s” arrived unreadable. Give the file a name in Hangul or Latin letters."
        )
    if ".." in parts:
        return _("The name of “%(name)s” names a folder. Choose the file itself, under a plain name.")
    if len(unicodedata.normalize("NFC", parts[-1])) > NAME_LIMIT:
        return _("The name of “%(name)s” is longer than %(limit)d characters. Shorten it.")
    endings = [f".{each.strip().lower()}" for each in parts[-1].split(".")[1:]]
    if len(endings) > 1 and any(each in PROGRAM_ENDINGS for each in endings):
        return _("“%(name)s” has two endings, one of them of a program. Give it the one ending that it is.")
    return None


def recognize(name: str, stream: IO[bytes], accepted: tuple[FileType, ...]) -> FileType:
    """The type told by name and content alike; `RuleBroken('file_type')` when they disagree or it is not accepted."""
    stream.seek(0)
    head = stream.read(4096)
    for each in accepted:
        if name.lower().endswith(each.endings):
            stream.seek(0)
            try:
                is_like = each.is_like(head, stream)
            except Found as found:
                raise RuleBroken("file_type", SENTENCES[found.code]) from None
            if is_like:
                return each
            if head.startswith(OLE) and each in (XLSX, DOCX):
                raise RuleBroken(
                    "file_type",
                    _(
                        "“%(name)s” asks for a password or is of an older type. Save it as %(type)s without one."
                    )
                    % {"name": name, "type": each.label},
                )
            raise RuleBroken(
                "file_type",
                _(
                    "The content of “%(name)s” is not what its ending says. Save it again as %(type)s and upload that file."
                )
                % {"name": name, "type": each.label},
            )
    raise RuleBroken(
        "file_type",
        _("“%(name)s” cannot be taken. Upload one of these types: %(types)s.")
        % {"name": name, "types": ", ".join(str(each.label) for each in accepted)},
    )


def require_acceptable(
    upload: File[bytes], accepted: tuple[FileType, ...], limit: int
) -> tuple[str, FileType]:
    """The name and type under which the upload can be kept. Refused as `keep` says."""
    require_name(upload.name or "")
    name = clean_name(upload.name or "")
    if not upload.size:
        raise RuleBroken(
            "file_empty", _("“%(name)s” is empty (0 bytes). Choose the file again.") % {"name": name}
        )
    if upload.size > limit:
        raise RuleBroken(
            "file_size",
            _("“%(name)s” is larger than %(limit)d MB. Reduce it or split it, then upload it again.")
            % {"name": name, "limit": limit // MEGABYTE},
        )
    return name, recognize(name, upload, accepted)


def keep(
    upload: File[bytes], *, kind: str, accepted: tuple[FileType, ...] = DOCUMENTS, limit: int = DOCUMENT_LIMIT
) -> StoredFile:
    """Store the bytes under a name of our own and return the record.

    What people hand in is in quarantine until `ground.quarantine` has looked into it; sales files are read in the sandbox
    alone and reports are made here. Refused with `RuleBroken`: `file_name`, `file_empty`, `file_size`, `file_type`. The
    row is written in the caller's transaction; bytes whose transaction failed are swept later (`manage.py sweep_files`).
    """
    name, found = require_acceptable(upload, accepted, limit)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    key = new_id()
    path = storages["private"].save(_place(kind, key), upload)
    is_exempt = kind in EXEMPT
    with transaction.atomic(savepoint=False):
        file = StoredFile.objects.create(
            pk=key,
            kind=kind,
            name=name,
            content_type=found.content_type,
            size=upload.size,
            sha256=digest.hexdigest(),
            path=path,
            passage=StoredFile.Passage.EXEMPT if is_exempt else StoredFile.Passage.QUARANTINE,
        )
        if not is_exempt:
            outbox.publish(CHECK, {"file": str(key)})
    return file


def replace_bytes(file: StoredFile, copy: Path) -> StoredFile:
    """Keep the bytes of `copy` from now on, under a new place, with their own size and SHA-256; equal bytes stay where
    they are.

    The earlier bytes go once the caller's transaction is committed: a process that ends before loses nothing, and what
    one leaves behind is swept at night (`manage.py sweep_files`). Locks the record.
    """
    with transaction.atomic(), copy.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        locked = StoredFile.objects.select_for_update(of=("self",), no_key=True).get(pk=file.pk)
        if digest == locked.sha256:
            return file
        _drop(locked.path)
        file.size, file.sha256 = copy.stat().st_size, digest
        file.path = storages["private"].save(_place(file.kind, new_id()), File(stream))
        file.save(update_fields=["size", "sha256", "path"])
    return file


def remove_bytes(file: StoredFile) -> StoredFile:
    """Keep no bytes of the file any more, only what the record says of them. Twice is once. As in `replace_bytes` they
    go after the commit. Locks the record."""
    with transaction.atomic():
        locked = StoredFile.objects.select_for_update(of=("self",), no_key=True).get(pk=file.pk)
        file.removed_at = locked.removed_at
        if file.removed_at is None:
            _drop(locked.path)
            file.removed_at = clock.now()
            file.save(update_fields=["removed_at"])
    return file


def copy_of(file: StoredFile) -> StoredFile:
    """A record of its own with a copy of the bytes: what becomes of the one leaves the other as it is.

    It stands as the other stands with the check; what no scanner has seen is looked into once there is one. Locks the
    record. Refused as `require_passed`, and with `file_gone`.
    """
    with transaction.atomic():
        locked = StoredFile.objects.select_for_update(of=("self",), no_key=True).get(pk=file.pk)
        require_passed(locked)
        if locked.removed_at is not None:
            raise RuleBroken("file_gone", _("The bytes of this file are not kept any more."))
        key = new_id()
        with unchecked_bytes(locked) as stream:
            path = storages["private"].save(_place(locked.kind, key), File(stream))
        made = StoredFile.objects.create(
            pk=key,
            kind=locked.kind,
            name=locked.name,
            content_type=locked.content_type,
            size=locked.size,
            sha256=locked.sha256,
            path=path,
            passage=locked.passage,
            checked_at=locked.checked_at,
        )
        if made.passage == StoredFile.Passage.UNSCANNED:
            outbox.publish(CHECK, {"file": str(key)})
    return made


def _place(kind: str, key: UUID) -> str:
    return f"{kind}/{key.hex[-2:]}/{key}"


def _drop(path: str) -> None:
    transaction.on_commit(lambda: storages["private"].delete(path), robust=True)


def require_passed(file: StoredFile) -> None:
    """`RuleBroken('in_quarantine')` before the file has passed its check: nobody can have looked at it."""
    if not file.has_passed:
        raise RuleBroken(
            "in_quarantine", _("This file is being checked, or was refused. Nobody can open it.")
        )


def open_bytes(file: StoredFile) -> IO[bytes]:
    """The stored bytes, opened for reading. Refused as `require_passed`."""
    require_passed(file)
    return unchecked_bytes(file)


def unchecked_bytes(file: StoredFile) -> IO[bytes]:
    """The same without asking: for the check itself, and for whoever only counts and hashes."""
    return storages["private"].open(file.path, "rb")


@contextmanager
def unchecked_path(file: StoredFile) -> Iterator[Path]:
    """Where the same bytes lie on this machine, for a reader that takes a path and changes nothing: the store's own place, or a
    copy, for as long as it is needed, where the store is elsewhere."""
    try:
        path = Path(storages["private"].path(file.path))
    except NotImplementedError:
        with tempfile.TemporaryDirectory(prefix=WORKING_FOLDER) as folder, unchecked_bytes(file) as stored:
            path = Path(folder) / "file"
            with path.open("wb") as copy:
                shutil.copyfileobj(stored, copy)
            yield path
    else:
        yield path


Gate = Callable[[Any, StoredFile], bool]
_gates: list[Gate] = []


def gate(check: Gate) -> Gate:
    """Register who may read a file: floors above say it for the records their files hang on. None says yes: nobody may."""
    _gates.append(check)
    return check


def may_read(user: Any, file: StoredFile) -> bool:
    """Whether the person may read the file: it has passed its check, and a gate says yes."""
    return file.has_passed and file.removed_at is None and any(check(user, file) for check in _gates)


def response(file: StoredFile) -> FileResponse:
    """The file as a download that a browser never runs."""
    answer = FileResponse(open_bytes(file), content_type=file.content_type)
    answer["Content-Length"] = str(file.size)
    return as_download(answer, file.name)


R = TypeVar("R", bound=HttpResponseBase)


def as_download(answer: R, name: str) -> R:
    """The answer as a file of that name, which a browser never runs and never keeps."""
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer
