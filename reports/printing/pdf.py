"""Writes a monthly report as PDF/UA-1: tagged, in one language, with the same bytes whenever it is made
again.
"""

from pathlib import Path
from unicodedata import east_asian_width

from django.utils import translation
from django.utils.translation import gettext as _

from ground.printing.typesetting import typeset
from reports.printing.data import MonthlyReport
from reports.printing.layout import (
    Block,
    Chart,
    Code,
    Column,
    Document,
    Lead,
    Note,
    Only,
    Row,
    Stack,
    Table,
    Unknown,
    cell_text,
)
from reports.printing.sections import compose

_TEMPLATE = Path(__file__).parent / "monthly.typ"
_TYPE_SIZES = (8.3, 7.9, 7.5, 7.1, 6.7, 6.3, 5.9)
_PAGE_WIDTH = 493.0
_CELL_SIDES = 7.2


def write_pdf(report: MonthlyReport, lang: str) -> bytes:
    """The report in "ko" or "en" as PDF bytes, dated with the data cut and never with the time of the run.

    Raises NotPrinted at any warning of the typesetter, ValueError for another language. Letters of the
    report's texts that the fonts lack are printed as "□"; texts are never read as markup.
    """
    document = compose(report, lang)
    with translation.override(lang):
        content = _content(document)
        remark = _("□ stands for a letter that the fonts of this file do not have; the workbook shows it.")
    return typeset(_TEMPLATE, content, dated=report.data_cut_at, remark=remark)


def _content(document: Document) -> dict[str, object]:
    page = _("Page {page} of {pages}")
    before, rest = page.split("{page}")
    between, after = rest.split("{pages}")
    return {
        "lang": document.lang,
        "title": document.title,
        "name": f"{document.subtitle} – {document.title}",
        "subtitle": document.subtitle,
        "agency": document.agency,
        "marks": list(document.marks),
        "facts": [list(fact) for fact in document.facts],
        "key_figures": [
            {
                "label": figure.label,
                "value": figure.value,
                "unit": figure.unit,
                "remark": figure.remark,
                "share": None if figure.share is None else float(round(figure.share, 4)),
            }
            for figure in document.key_figures
        ],
        "sections": [
            {
                "title": f"{number}. {section.title}",
                "blocks": [_block(block, document.lang) for block in section.blocks if _on_page(block)],
            }
            for number, section in enumerate(document.sections, start=1)
        ],
        "footer": {
            "page": [before, between, after],
            "checksum": _("Data SHA-256 %(checksum)s") % {"checksum": document.data_sha256},
        },
    }


def _on_page(part: Block | Column) -> bool:
    return not isinstance(part, Table | Column) or part.only is not Only.SHEET


def _block(block: Block, lang: str) -> dict[str, object]:
    match block:
        case Lead(text):
            return {"kind": "lead", "text": text}
        case Note(text, label):
            return {"kind": "note", "text": text, "label": label}
        case Code(label, text):
            return {"kind": "code", "text": text, "label": label}
        case Chart():
            return {
                "kind": "chart",
                "title": block.title,
                "description": block.description,
                "svg": block.svg,
            }
        case Table():
            return _table(block, lang)


def _table(table: Table, lang: str) -> dict[str, object]:
    if not table.rows:
        return {"kind": "empty", "text": table.when_empty}
    shown = [place for place, column in enumerate(table.columns) if _on_page(column)]
    reasons: list[str] = []
    rows = [
        {"cells": [_cell(row, place, lang, reasons) for place in shown], "total": row.is_total}
        for row in table.rows
    ]
    return {
        "kind": "table",
        "caption": table.caption,
        "columns": [
            {"title": column.title, "number": column.is_number, "weight": column.weight}
            for column in (table.columns[place] for place in shown)
        ],
        "rows": rows,
        "size": _type_size(table, shown, lang),
        "reasons": [f"{number}) {why}" for number, why in enumerate(reasons, start=1)],
    }


def _type_size(table: Table, shown: list[int], lang: str) -> float:
    """The largest type in points in which numbers stay on one line and names keep room for 15 letters."""
    ems = 0.0
    for place in shown:
        column = table.columns[place]
        texts = [cell_text(row.cells[place], lang) for row in table.rows]
        widest = max(_ems(line) for text in [column.title, *texts] for line in text.split("\n"))
        ems += min(widest, 15.0) if column.weight and not column.is_number else widest
    room = _PAGE_WIDTH - _CELL_SIDES * len(shown)
    return next((size for size in _TYPE_SIZES if ems * size <= room), _TYPE_SIZES[-1])


def _ems(text: str) -> float:
    """About how wide a text is, in widths of a Korean letter."""
    wide = sum(east_asian_width(letter) in "WF" for letter in text)
    narrow = sum(letter in ",. ()" for letter in text)
    return 0.95 * wide + 0.3 * narrow + 0.58 * (len(text) - wide - narrow)


def _cell(row: Row, place: int, lang: str, reasons: list[str]) -> dict[str, object]:
    """The lines of a cell; a dash is followed by the number of its reason, which is noted below the table."""
    cell = row.cells[place]
    lines = []
    for part in cell.cells if isinstance(cell, Stack) else (cell,):
        text = cell_text(part, lang)
        if isinstance(part, Unknown):
            if part.reason not in reasons:
                reasons.append(part.reason)
            text = f"{text} {reasons.index(part.reason) + 1})"
        lines.append(text)
    return {"lines": lines, "equals": isinstance(cell, Stack) and cell.are_equals}
