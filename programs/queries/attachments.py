"""What was handed in to a call as files: the current ones, each with the name under which officers take it along."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.roles import agency_ids
from ground.models import StoredFile
from ground.workbooks import Value
from programs.models import Application, Call, Document

STEM_BYTES = 200
"""With the ending and a number it stays below the 255 bytes that file systems allow; Windows counts letters."""


@dataclass(frozen=True)
class Attachment:
    """A file of an application, under the name of its own in the archive."""

    name: str
    document: Document

    @property
    def file(self) -> StoredFile:
        return self.document.file


def attachments_of(call: Call, user: Any) -> list[Attachment]:
    """The current files of all applications that were handed in to the call, for staff of its agency, by receipt.

    Drafts, also those recalled, replaced files and those that have not passed the check are not in it; for anybody else
    it is empty. Two queries at most.
    """
    documents = (
        Document.objects.filter(call=call, replaced_at__isnull=True, application__agency__in=agency_ids(user))
        .exclude(application__status=Application.Status.DRAFT)
        .exclude(application__receipt="")
        .filter(file__passage__in=StoredFile.READABLE)
        .select_related("application__company", "required", "file")
        .order_by("application__receipt", "required__position", "required__code")
    )
    taken: set[str] = set()
    return [Attachment(_name_of(each, taken), each) for each in documents]


def list_of(attachments: Sequence[Attachment]) -> tuple[list[str], list[list[Value]]]:
    """Head and rows of the list that lies in the archive."""
    head = [
        _("Receipt number"), _("Business number"), _("Company"), _("Status"), _("Document"), _("File in this archive"),
        _("Name as given"), _("Bytes"), "SHA-256",
    ]  # fmt: skip
    return head, [
        [
            each.document.application.receipt,
            each.document.application.company.pretty_number,
            str(each.document.application.company),
            each.document.application.get_status_display(),
            str(each.document.required),
            each.name,
            each.file.name,
            each.file.size,
            each.file.sha256,
        ]
        for each in attachments
    ]


def _name_of(document: Document, taken: set[str]) -> str:
    application = document.application
    ending = document.file.name.rpartition(".")[2]
    parts = (application.receipt, str(application.company), str(document.required))
    return unique_name("_".join(parts), ending, taken)


def unique_name(stem: str, ending: str, taken: set[str]) -> str:
    """A file name that Windows, macOS and Linux take, different from those `taken` also where capitals do not count;
    it is added to them."""
    stem, ending = file_stem(stem), file_stem(ending).lower()
    number, name = 1, f"{stem}.{ending}"
    while name.casefold() in taken:
        number += 1
        name = f"{stem} ({number}).{ending}"
    taken.add(name.casefold())
    return name


def file_stem(text: str) -> str:
    """The text without what Windows forbids in names (<>:"/\\|?*, control and direction characters, dots and blanks at
    the ends), in composed Hangul, cut where it would be too long."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(
        "-" if letter in '<>:"/\\|?*' else letter
        for letter in text
        if unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    text = re.sub(r"\s+", " ", text).strip(" .")
    text = text.encode()[:STEM_BYTES].decode(errors="ignore").strip(" .")
    if re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", text):
        text = f"_{text}"
    return text or "_"
