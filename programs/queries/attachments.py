"""What was handed in to a call as files: the current ones, each with the name under which officers take it along."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.roles import agency_ids
from ground.models import StoredFile
from ground.workbooks import Value
from programs.models import Application, Call, Document
from programs.queries import ends

STEM_BYTES = 200
"""With the ending and a number it stays below the 255 bytes that file systems allow; Windows counts letters."""


@dataclass(frozen=True)
class Attachment:
    """A file of an application, under the name of its own in the archive; without one it is left out."""

    name: str
    document: Document

    @property
    def file(self) -> StoredFile:
        return self.document.file

    @property
    def why_left_out(self) -> str:
        """How the check of the file stands, and what it found; empty for what is in the archive."""
        if self.file.has_passed:
            return ""
        return ": ".join(filter(None, (str(self.file.get_passage_display()), str(self.file.why_refused))))


def attachments_of(call: Call, user: Any) -> list[Attachment]:
    """The current files of all applications that were handed in to the call, for staff of its agency, by receipt.

    Drafts, also those recalled, and replaced files are not in it; those that have not passed the check have no name in the
    archive. For anybody else it is empty. Three queries at most.
    """
    applications = ends.with_end(Application.objects.select_related("company"))
    documents = (
        Document.objects.filter(call=call, replaced_at__isnull=True, application__agency__in=agency_ids(user))
        .exclude(application__status=Application.Status.DRAFT)
        .exclude(application__receipt="")
        .select_related("required", "file")
        .prefetch_related(Prefetch("application", queryset=applications))
        .order_by("application__receipt", "required__position", "required__code")
    )
    taken: set[str] = set()
    return [Attachment(_name_of(each, taken) if each.file.has_passed else "", each) for each in documents]


def list_of(attachments: Sequence[Attachment]) -> tuple[list[str], list[list[Value]]]:
    """Head and rows of the list that lies in the archive: of what was left out why, and not its name."""
    head = [
        _("Receipt number"), _("Business number"), _("Company"), _("Status"), _("Document"), _("File in this archive"),
        _("Left out because"), _("Name as given"), _("Bytes"), "SHA-256",
    ]  # fmt: skip
    return head, [
        [
            each.document.application.receipt,
            each.document.application.company.pretty_number,
            str(each.document.application.company),
            ends.word_of(each.document.application),
            str(each.document.required),
            each.name,
            each.why_left_out,
            each.file.name if each.name else "",
            each.file.size,
            each.file.sha256,
        ]
        for each in attachments
    ]


def note_of(left_out: Sequence[Attachment]) -> str:
    """The note that lies in the archive when files were left out: how many, each with its application and why."""
    said = ngettext(
        "%(count)d file is not in this archive: nobody opens a file before it has passed the check.",
        "%(count)d files are not in this archive: nobody opens a file before it has passed the check.",
        len(left_out),
    ) % {"count": len(left_out)}
    later = _("Take the archive again later: what has passed by then is in it.")
    lines = (
        f"{each.document.application.receipt} · {each.document.application.company} · {each.document.required} · {each.why_left_out}"
        for each in left_out
    )
    return "\r\n".join((said, later, "", *lines, ""))


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
