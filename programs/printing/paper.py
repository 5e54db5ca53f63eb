"""What a paper about an application is made of, and how it is printed: PDF/UA-1 in the reader's language."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ground.printing.typesetting import typeset

TEMPLATE = Path(__file__).parent / "paper.typ"


@dataclass(frozen=True)
class Facts:
    """Labels, each with its value."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Column:
    """A column of a table; `weight` is its share of the width."""

    title: str
    weight: int = 1
    number: bool = False


@dataclass(frozen=True)
class Table:
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Remark:
    text: str


Block = Facts | Table | Remark
KINDS: dict[type[Block], str] = {Facts: "facts", Table: "table", Remark: "remark"}


@dataclass(frozen=True)
class Section:
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Paper:
    """A whole paper. `footer` stands on each page; `dated` is an instant of the content, never of the run."""

    title: str
    subtitle: str
    issuer: str
    footer: str
    dated: dt.datetime
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def write_pdf(paper: Paper) -> bytes:
    """The paper as PDF bytes in the active language, the same ones whenever it is made again from the same values.

    Raises NotPrinted at any warning of the typesetter.
    """
    before, rest = _("Page {page} of {pages}").split("{page}")
    between, after = rest.split("{pages}")
    content: dict[str, object] = {
        "lang": "en" if get_language() == "en" else "ko",
        "name": f"{paper.title} – {paper.subtitle}" if paper.subtitle else paper.title,
        "title": paper.title,
        "subtitle": paper.subtitle,
        "issuer": paper.issuer,
        "footer": paper.footer,
        "page": [before, between, after],
        "facts": [list(fact) for fact in paper.facts],
        "sections": [
            {"title": section.title, "blocks": [_block(block) for block in section.blocks]}
            for section in paper.sections
        ],
    }
    remark = _("□ stands for a letter that the fonts of this file do not have.")
    return typeset(TEMPLATE, content, dated=paper.dated, remark=remark)


def _block(block: Block) -> dict[str, object]:
    found = asdict(block)
    if "rows" in found:
        found["rows"] = [list(row) for row in found["rows"]]
    if "columns" in found:
        found["columns"] = list(found["columns"])
    return {**found, "kind": KINDS[type(block)]}
