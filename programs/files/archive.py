"""All files of a call as one ZIP, packed while it is sent: no more than a piece of one file is ever held."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from ground import files
from ground.clock import SEOUL
from ground.workbooks import workbook
from programs.queries.attachments import Attachment, list_of, note_of, unique_name

PIECE = 256 * 1024


class _Wire(io.RawIOBase):
    """Takes what the archive writes and gives it on; it cannot go back, and says so."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        content = bytes(piece)  # type: ignore[call-overload]
        self.waiting.append(content)
        return len(content)

    def take(self) -> bytes:
        taken, self.waiting = b"".join(self.waiting), []
        return taken


def packed(attachments: Sequence[Attachment]) -> Iterator[bytes]:
    """The archive in pieces: the list of its files as a workbook, then each file under its own name, as it was given. When
    files are left out, because they have not passed the check, a note before them names each.

    Words of list and note are those of the language that is active now; the bytes come while they are taken.
    """
    enclosed = [each for each in attachments if each.name]
    left_out = [each for each in attachments if not each.name]
    taken = {each.name.casefold() for each in enclosed}
    latest = max(attachments, key=lambda each: each.document.created_at)
    written = [(unique_name(_("List of files"), "xlsx", taken), workbook(*list_of(attachments)))]
    if left_out:
        written.append(
            (unique_name(_("Files left out"), "txt", taken), note_of(left_out).encode("utf-8-sig"))
        )
    return _pieces([(_entry(name, latest), content) for name, content in written], enclosed)


def _pieces(
    written: Sequence[tuple[zipfile.ZipInfo, bytes]], enclosed: Sequence[Attachment]
) -> Iterator[bytes]:
    wire = _Wire()
    with zipfile.ZipFile(wire, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in written:
            archive.writestr(entry, content)
        for each in enclosed:
            entry = _entry(each.name, each)
            entry.file_size = each.file.size
            with files.open_bytes(each.file) as stored, archive.open(entry, "w") as target:
                while piece := stored.read(PIECE):
                    target.write(piece)
                    yield wire.take()
    yield wire.take()


def _entry(name: str, dated_as: Attachment) -> zipfile.ZipInfo:
    at = dated_as.document.created_at.astimezone(SEOUL)
    entry = zipfile.ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry
