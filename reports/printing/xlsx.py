"""Writes a monthly report as an XLSX workbook: a sheet for each section, numbers as numbers, texts never as
formulas.
"""

from datetime import UTC, date
from decimal import Decimal
from io import BytesIO
from unicodedata import east_asian_width

from django.utils import translation
from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ground import workbooks
from reports.printing import words
from reports.printing.data import MonthlyReport
from reports.printing.layout import (
    Amount,
    Cell,
    Chart,
    Code,
    Column,
    Document,
    Lead,
    Money,
    Month,
    Note,
    Only,
    Rate,
    Section,
    Share,
    Stack,
    Table,
    Unknown,
    cell_text,
)
from reports.printing.sections import compose

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}
_INK, _SUBTLE, _HEAD, _TOTAL, _RULE = "#1e2124", "#464c53", "#eef2f7", "#f4f5f6", "#cdd1d5"
_LABEL_WIDTH = 24
_LINE = 90


def write_xlsx(report: MonthlyReport, lang: str) -> bytes:
    """The report in "ko" or "en" as XLSX bytes, the same whenever it is made again: its date is the data cut.

    Excel keeps fifteen digits of a number; amounts in won below a thousand trillion are exact.
    """
    document = compose(report, lang)
    target = BytesIO()
    with translation.override(lang):
        book = _Book(Workbook(target, _OPTIONS), document)
        # Without a fixed date the library writes the time of the run.
        created = report.data_cut_at.astimezone(UTC).replace(tzinfo=None)
        book.file.set_properties(
            {
                "title": f"{document.subtitle} – {document.title}",
                "author": document.agency,
                "company": document.agency,
                "comments": _("Data SHA-256 %(checksum)s") % {"checksum": document.data_sha256},
                "created": created,
            }
        )
        first, *others = document.sections
        book.summary(first)
        *figures, notes, checks = others
        for section in figures:
            book.section(section)
        book.section(notes, checks)
        book.file.close()
    return target.getvalue()


class _Book:
    """The workbook with its formats; rows are written from top to bottom, as the library needs it."""

    def __init__(self, file: Workbook, document: Document) -> None:
        self.file = file
        self.document = document
        self.lang = document.lang
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self._widths: dict[str, list[int]] = {}

    def format(self, **properties: object) -> Format:
        base = {"font_name": "맑은 고딕", "font_size": 10, "font_color": _INK, "valign": "top"}
        merged = {**base, **properties}
        key = tuple(sorted(merged.items(), key=lambda item: item[0]))
        if key not in self._formats:
            self._formats[key] = self.file.add_format(merged)
        return self._formats[key]

    def summary(self, section: Section) -> None:
        """The first sheet: the head of the report, its key figures in words, and the targets."""
        sheet = self._sheet(section.sheet, [section])
        row = self._title(sheet, self.document.title)
        for label, value in (("", self.document.subtitle), *self.document.facts):
            row = self._named(sheet, row, label or _("Report"), value)
        if self.document.marks:
            row = self._named(sheet, row, _("Please note"), " · ".join(self.document.marks))
        self._blocks(sheet, row + 1, section)

    def section(self, *sections: Section) -> None:
        sheet = self._sheet(sections[0].sheet, sections)
        row = 0
        for section in sections:
            title = section.title
            if row == 0 and self.document.marks:
                title = f"{title} ({' · '.join(self.document.marks)})"
            row = self._title(sheet, title, row)
            row = self._blocks(sheet, row, section, freeze=len(sections) == 1) + 1

    def _sheet(self, name: str, sections: tuple[Section, ...] | list[Section]) -> Worksheet:
        sheet = self.file.add_worksheet(name)
        tables = [block for section in sections for block in section.blocks if isinstance(block, Table)]
        widths: list[int] = []
        for table in tables:
            for place, column in enumerate(_columns(table)):
                widths[place:] = [max([column.characters, *widths[place : place + 1]]), *widths[place + 1 :]]
        if any(isinstance(block, Note | Code) and block.label for s in sections for block in s.blocks):
            widths[:1] = [max([_LABEL_WIDTH, *widths[:1]])]
        widths += [_LABEL_WIDTH] * (4 - len(widths))
        self._widths[name] = widths
        # Rows are flushed as they are written, so the widths come first.
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        page = _("Page {page} of {pages}").format(page="&P", pages="&N")
        checksum = _("Data SHA-256 %(checksum)s") % {"checksum": self.document.data_sha256}
        sheet.set_footer(f"&L&8{checksum}&R&8{page}")
        return sheet

    def _title(self, sheet: Worksheet, text: str, row: int = 0) -> int:
        sheet.set_row(row, 26)
        sheet.write_string(row, 0, _clean(text), self.format(bold=True, font_size=14, valign="vcenter"))
        return row + 1

    def _named(self, sheet: Worksheet, row: int, label: str, text: str) -> int:
        sheet.set_row(row, self._height(sheet, 1, text))
        sheet.write_string(row, 0, _clean(label), self.format(bold=True, font_color=_SUBTLE))
        return self._paragraph(sheet, row, 1, text)

    def _paragraph(self, sheet: Worksheet, row: int, across: int, text: str) -> int:
        """A text over all columns from one on, in as many lines as it needs."""
        sheet.set_row(row, self._height(sheet, across, text))
        last = self._last(sheet, across)
        if last > across:
            sheet.merge_range(row, across, row, last, "", self.format(text_wrap=True))
        sheet.write_string(row, across, _clean(text), self.format(text_wrap=True))
        return row + 1

    def _last(self, sheet: Worksheet, across: int) -> int:
        """The column up to which a paragraph runs: as many as make a readable line."""
        widths = self._widths[sheet.name]
        whole = (last for last in range(across, len(widths)) if sum(widths[across : last + 1]) >= _LINE)
        return next(whole, len(widths) - 1)

    def _height(self, sheet: Worksheet, across: int, text: str) -> float:
        room = sum(self._widths[sheet.name][across : self._last(sheet, across) + 1])
        letters = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
        return 15.0 * (1 + int(letters * 1.05 / room))

    def _blocks(self, sheet: Worksheet, row: int, section: Section, *, freeze: bool = False) -> int:
        for block in section.blocks:
            match block:
                case Lead(text):
                    row = self._paragraph(sheet, row, 0, text) + 1
                case Note(text, label) if not label:
                    row = self._paragraph(sheet, row, 0, text)
                case Note(text, label) | Code(label, text):
                    for line in text.split("\n"):
                        row = self._named(sheet, row, label, line)
                case Table() if block.only is not Only.PAGE:
                    row = self._table(sheet, row + 1, block, freeze=freeze)
                    freeze = False
                case Chart() | Table():
                    pass
        return row

    def _table(self, sheet: Worksheet, row: int, table: Table, *, freeze: bool) -> int:
        if table.caption:
            sheet.write_string(row, 0, _clean(table.caption), self.format(bold=True, font_color=_SUBTLE))
            row += 1
        if not table.rows:
            return self._paragraph(sheet, row, 0, table.when_empty) + 1
        shown = [place for place, column in enumerate(table.columns) if column.only is not Only.PAGE]
        sheet.set_row(row, 32)
        for across, column in enumerate(_columns(table)):
            look = self.format(
                bold=True, bg_color=_HEAD, top=2, bottom=1, text_wrap=True, valign="vcenter",
                align="right" if column.is_number else "left",
            )  # fmt: skip
            sheet.write_string(row, across, _clean(column.title), look)
        if freeze:
            sheet.freeze_panes(row + 1, 0)
            sheet.repeat_rows(row)
        row += 1
        for line in table.rows:
            total: dict[str, object] = {"bold": True, "bg_color": _TOTAL} if line.is_total else {}
            for across, place in enumerate(shown):
                self._cell(sheet, row, across, line.cells[place], table.columns[place], total)
            row += 1
        return row + 1

    def _cell(
        self, sheet: Worksheet, row: int, across: int, cell: Cell, column: Column, total: dict[str, object]
    ) -> None:
        look: dict[str, object] = {"bottom": 4, "bottom_color": _RULE, **total}
        if column.is_number:
            look["align"] = "right"
        number: float | None = None
        match cell:
            case None:
                sheet.write_blank(row, across, None, self.format(**look))
                return
            case Month(first, mark):
                self._day(sheet, row, across, first, {**look, "num_format": self._month_format(mark)})
                return
            case date():
                day_format = "yyyy. m. d." if self.lang == "ko" else "[$-409]d mmm yyyy"
                self._day(sheet, row, across, cell, {**look, "num_format": day_format})
                return
            case int():
                number, look["num_format"] = float(cell), "#,##0"
            case Money(amount, currency) | Amount(Money(amount, currency)):
                number, look["num_format"] = float(amount), _number_format(words.minor_units(currency))
            case Rate(value):
                number, look["num_format"] = float(value), _number_format(_decimals(value))
            case Share(part, whole) if whole:
                number, look["num_format"] = float(Decimal(part) / Decimal(whole)), "0.0%"
            case Unknown(reason):
                look["text_wrap"] = True
                sheet.write_string(row, across, _clean(f"{words.DASH} {reason}"), self.format(**look))
                return
            case Stack(cells):
                cell = ", ".join(cell_text(part, self.lang) for part in cells)
            case str() | Share():
                pass
        if number is None:
            sheet.write_string(row, across, _clean(cell_text(cell, self.lang)), self.format(**look))
        else:
            sheet.write_number(row, across, number, self.format(**look))

    def _month_format(self, mark: str) -> str:
        behind = f" {mark}".replace('"', "").rstrip()
        return f'yyyy"년" m"월{behind}"' if self.lang == "ko" else f'[$-409]mmm yyyy"{behind}"'

    def _day(self, sheet: Worksheet, row: int, across: int, day: date, look: dict[str, object]) -> None:
        sheet.write_datetime(row, across, day, self.format(**{**look, "align": "left"}))


def _columns(table: Table) -> list[Column]:
    if table.only is Only.PAGE:
        return []
    return [column for column in table.columns if column.only is not Only.PAGE]


def _number_format(places: int) -> str:
    return "#,##0" + (f".{'0' * places}" if places else "")


def _decimals(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent))


def _clean(text: str) -> str:
    """Without hidden letters that turn the order of a text; a cell holds at most 32,767 letters."""
    plain = "".join(" " if c.isspace() and c != "\n" else c for c in text)
    return workbooks.cell_text("".join(c for c in plain if c == "\n" or c.isprintable()))
