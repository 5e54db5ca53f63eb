"""The evaluation book of an application: a cover with what was answered and what screening says, then the pages of
what was handed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import StrOrPromise

from companies.models import ConsentText
from ground import files
from ground.models import StoredFile
from ground.printing.binding import (
    LOCKED,
    PRINTABLE,
    TOO_LONG,
    TOO_MUCH,
    UNREADABLE,
    Leaf,
    NotBound,
    bind,
    leaf_of,
)
from ground.templatetags.naru import day, seoul
from programs.models import Application
from programs.printing.consents import consents_section
from programs.printing.paper import Block, Column, Facts, Paper, Remark, Section, Table, write_pdf
from programs.queries import ends
from programs.queries.case import Given
from programs.queries.screening import Case

MOST_BYTES = 100 * files.MEGABYTE
OTHER_TYPE = "other_type"
Passage = StoredFile.Passage
APART: dict[str, StrOrPromise] = {
    OTHER_TYPE: gettext_lazy("enclosed separately: this type of file has no pages that can be printed here"),
    UNREADABLE: gettext_lazy("enclosed separately: the file is damaged"),
    LOCKED: gettext_lazy("enclosed separately: the file asks for a password"),
    TOO_LONG: gettext_lazy("enclosed separately: the file has too many pages"),
    TOO_MUCH: gettext_lazy("enclosed separately: the file is too large or takes too long to read"),
    Passage.QUARANTINE: gettext_lazy("not in this book: the file is being checked"),
    Passage.REFUSED: gettext_lazy("not in this book: the check refused the file"),
}


@dataclass(frozen=True)
class Enclosure:
    """A file of the application under the name of the document it stands for."""

    label: str
    file: StoredFile


@dataclass(frozen=True)
class Book:
    """What the book is made of, in the reader's language."""

    application: Application
    case: Case
    answers: Sequence[Given]
    baseline: Sequence[Given]
    consents: Sequence[ConsentText]
    enclosures: Sequence[Enclosure]


def book_pdf(book: Book) -> IO[bytes]:
    """The book, open for reading: PDF and pictures with all their pages, other files named as enclosed separately with
    the reason. Files are read in the sandbox alone; together at most MOST_BYTES of them are bound.

    Raises NotBound when the whole cannot be bound, NotPrinted when the cover cannot be printed.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        placed: list[Leaf | str] = []
        left = MOST_BYTES
        for number, each in enumerate(book.enclosures, start=1):
            found = _leaf(number, each, folder) if each.file.size <= left else TOO_MUCH
            if isinstance(found, Leaf):
                left -= each.file.size
            placed.append(found)
        cover = write_pdf(_cover(book, placed))
        return bind(cover, [each for each in placed if isinstance(each, Leaf)], folder=folder)


def _leaf(number: int, enclosure: Enclosure, folder: Path) -> Leaf | str:
    if not enclosure.file.has_passed:
        return enclosure.file.passage
    if enclosure.file.content_type not in PRINTABLE:
        return OTHER_TYPE
    title = f"{number}. {enclosure.label}"
    try:
        with files.open_bytes(enclosure.file) as stored:
            return leaf_of(
                stored, enclosure.file.content_type, title=title, folder=folder, name=f"leaf-{number}"
            )
    except NotBound as refused:
        return refused.code


def _cover(book: Book, placed: Sequence[Leaf | str]) -> Paper:
    application, case = book.application, book.case
    call = application.call
    submitted_at = application.submitted_at
    assert submitted_at is not None
    return Paper(
        title=_("Evaluation book"),
        subtitle=f"{application.receipt} {application.company}",
        issuer=str(call.agency),
        footer=f"{application.receipt} · {call}",
        dated=max(filter(None, (submitted_at, case.taken_at)), default=submitted_at),
        facts=(
            (_("Receipt number"), application.receipt),
            (_("Company"), str(application.company)),
            (_("Business number"), application.company.pretty_number),
            (_("Call"), f"{call}\n{call.notice_number}"),
            (_("Submitted"), seoul(submitted_at)),
            (_("Status"), ends.word_of(application)),
            (_("Outcome of screening"), f"{case.outcome_label}{_taken(case.taken_at)}"),
        ),
        sections=(
            Section(_("Criteria"), (_criteria(case),)),
            Section(_("Answers"), _answers(book.answers)),
            Section(_("Baseline"), (_given(book.baseline),)),
            consents_section(book.consents),
            Section(_("Documents"), (_contents(book.enclosures, placed),)),
        ),
    )


def _taken(at: dt.datetime | None) -> str:
    return f" ({seoul(at)})" if at else ""


def _criteria(case: Case) -> Block:
    if not case.lines:
        return Remark(_("The call has no criteria."))
    columns = (
        Column(_("Criterion"), 6),
        Column(_("Outcome"), 3),
        Column(_("Reason"), 8),
        Column(_("Day that counts"), 4),
    )
    return Table(
        columns,
        tuple(
            (
                str(line.criterion),
                str(line.outcome_label),
                str(line.reason) if line.result else _("Not taken yet."),
                day(line.result.as_of) if line.result else "–",
            )
            for line in case.lines
        ),
    )  # fmt: skip


def _given(lines: Sequence[Given]) -> Block:
    if not lines:
        return Remark(_("Nothing was handed in."))
    return Facts(tuple((each.label, each.value or _("not given")) for each in lines))


def _answers(lines: Sequence[Given]) -> tuple[Block, ...]:
    """By sections of the form, each under its title."""
    if not lines:
        return (_given(lines),)
    found: list[Block] = []
    for section, part in groupby(lines, key=lambda each: each.section):
        found += [Remark(section)] if section else []
        found.append(_given(list(part)))
    return tuple(found)


def _contents(enclosures: Sequence[Enclosure], placed: Sequence[Leaf | str]) -> Block:
    if not enclosures:
        return Remark(_("No file was handed in."))
    columns = (
        Column(_("No."), 1, number=True),
        Column(_("Document and file"), 9),
        Column(_("In this book"), 8),
    )
    return Table(
        columns,
        tuple(
            (str(number), "\n".join((each.label, *_name(each.file))), _place(found))
            for number, (each, found) in enumerate(zip(enclosures, placed, strict=True), start=1)
        ),
    )


def _name(file: StoredFile) -> tuple[str, ...]:
    return (file.name,) if file.has_passed else ()


def _place(found: Leaf | str) -> str:
    if isinstance(found, str):
        return str(APART[found])
    return ngettext("%(count)d page", "%(count)d pages", found.pages) % {"count": found.pages}
