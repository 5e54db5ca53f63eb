"""A table as a workbook that people sort and sum: numbers as numbers, days as days, and text that nothing runs."""

from __future__ import annotations

import datetime as dt
import io
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from itertools import chain
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format

from ground.clock import SEOUL

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_TEXT = 32_767  # letters that a cell holds
Value = str | int | float | Decimal | bool | dt.date | dt.datetime | None
Table = tuple[Sequence[str], Iterable[Sequence[Value]]]


def workbook(
    head: Sequence[str], rows: Iterable[Sequence[Value]], *more: Table, text_columns: Collection[int] = ()
) -> bytes:
    """A sheet with a head, and one for each further table. Text is written as text whatever it begins with, so a formula stays what it is: words.

    Instants are shown in Seoul time, None is an empty cell; text beyond what a cell holds ends in "…". A `Decimal` is an amount or a rate:
    it is shown with thousands and, unless it is whole, at least two decimals; other numbers as they are. What people type into the
    `text_columns` of the first sheet (counted from 0) stays as they type it. Each row is written away as it comes, to a folder of
    its own that is removed, so that of a list whose rows are made one by one only the packed workbook is held.
    """
    out = io.BytesIO()
    with (
        TemporaryDirectory(prefix="naru-list-") as folder,
        xlsxwriter.Workbook(out, {"constant_memory": True, "tmpdir": folder}) as book,
    ):
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        words = book.add_format({"num_format": "@"})
        instants = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        amounts: dict[str, Format] = {}
        for one_head, lines in ((head, rows), *more):
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            if lines is rows:
                for column in text_columns:
                    sheet.set_column(column, column, None, words)
            for number, row in enumerate(chain([one_head], lines)):
                for column, value in enumerate(row):
                    if value is None or value == "":
                        continue
                    if isinstance(value, str):
                        sheet.write_string(number, column, cell_text(value))
                    elif isinstance(value, dt.datetime):
                        local = value.astimezone(SEOUL).replace(tzinfo=None)
                        sheet.write_datetime(number, column, local, instants)
                    elif isinstance(value, dt.date):
                        sheet.write_datetime(number, column, value, days)
                    elif isinstance(value, Decimal):
                        shown = number_format(value)
                        look = amounts.get(shown) or amounts.setdefault(
                            shown, book.add_format({"num_format": shown})
                        )
                        sheet.write_number(number, column, value, look)
                    else:
                        sheet.write(number, column, value)
    return out.getvalue()


def runs(text: str) -> bool:
    """Whether a spreadsheet may take the text for a formula: one of = + - @, also full-width or after blanks, or a tab
    or line break in front."""
    first = unicodedata.normalize("NFKC", text.lstrip()[:1])
    return text[:1] in {"\t", "\r", "\n"} or first in {"=", "+", "-", "@"}


def harmless(cell: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front, as people write it by hand."""
    return f"'{cell}" if isinstance(cell, str) and runs(cell.lstrip("'")) else cell


def number_format(value: Decimal) -> str:
    """Thousands, and the decimals that the value has: none, or two and more."""
    exponent = value.normalize().as_tuple().exponent
    places = max(-exponent, 2) if isinstance(exponent, int) and exponent < 0 else 0
    return "#,##0" + (f".{'0' * places}" if places else "")


def cell_text(text: str) -> str:
    """The text as a cell holds it. Between `<r>` and `</r>` the library takes a text for marked-up text and writes it as it is: with
    formulas, if there are any in it. So a blank is put behind."""
    if len(text) > LONGEST_TEXT:
        return text[: LONGEST_TEXT - 1] + "…"
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text
