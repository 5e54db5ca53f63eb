"""Naru's own template, empty: what a company or its agency fills in when no marketplace's file tells a sale."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from reports.files.mapping.profiles.naru import FORM

KOREAN, ENGLISH = "ko", "en"
Form = Sequence[tuple[str, str, str]]
"""Each value of a template with its Korean and its English heading."""


def headings(language: str, form: Form = FORM) -> list[str]:
    """The template's headings in Korean or English."""
    return [english if language == ENGLISH else korean for _into, korean, english in form]


def write_csv(path: Path, language: str = KOREAN, form: Form = FORM) -> None:
    """An empty template in UTF-8 with a mark, so that a spreadsheet opens its Hangul."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, lineterminator="\r\n").writerow(headings(language, form))


def write_xlsx(path: Path, language: str = KOREAN, form: Form = FORM) -> None:
    """An empty template whose cells are texts, so that no spreadsheet shortens an order number."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        text, bold = workbook.add_format({"num_format": "@"}), workbook.add_format({"bold": True})
        sheet = workbook.add_worksheet("나루" if language == KOREAN else "Naru")
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(headings(language, form)):
            sheet.set_column(column, column, 16, text)
            sheet.write_string(0, column, heading, bold)
