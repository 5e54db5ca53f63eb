"""All files of a call as one ZIP, packed while it is sent: no more than a piece of one file is ever held."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from ground import files
from ground.clock import SEOUL
from ground.workbooks import workbook
from programs.queries.attachments import Attachment, list_of, unique_name

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
    """The archive in pieces: the list of its files as a workbook, then each file under its own name, as it was given.

    Words of the list are those of the language that is active now; the bytes come while they are taken.
    """
    taken = {each.name.casefold() for each in attachments}
    title = unique_name(_("List of files"), "xlsx", taken)
    return _pieces(title, workbook(*list_of(attachments)), attachments)


def _pieces(title: str, listed: bytes, attachments: Sequence[Attachment]) -> Iterator[bytes]:
    wire = _Wire()
    with zipfile.ZipFile(wire, "w", zipfile.ZIP_DEFLATED) as archive:
        latest = max(attachments, key=lambda each: each.document.created_at)
        archive.writestr(_entry(title, latest), listed)
        for each in attachments:
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
