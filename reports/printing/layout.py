"""The parts of a printed report between its values and its files: sections, tables, typed cells, charts.

Texts are already in the reader's language here; numbers are still numbers, so that a sheet can hold them as
such.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from reports.printing import words


@dataclass(frozen=True, slots=True)
class Money:
    """An amount whose currency stands in the header or in a cell beside it."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, printed in percent."""

    part: Decimal | int
    whole: Decimal | int


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate, printed with every decimal that it has."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Month:
    """A month by its first day, with a mark behind it where its figures are provisional."""

    first: date
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A dash with the reason why there is no figure."""

    reason: str


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount that carries its own currency, for cells in which each may have another."""

    money: Money


@dataclass(frozen=True, slots=True)
class Stack:
    """Several values in one cell of a page, one under the other; a sheet has a column for each instead.

    All but the first are printed smaller unless they are equals.
    """

    cells: tuple["Cell", ...]
    are_equals: bool = False


Cell = str | int | Money | Amount | Share | Rate | Month | date | Unknown | Stack | None


class Only(StrEnum):
    """Where a block or column appears when it does not appear in both kinds of file."""

    PAGE = "page"
    SHEET = "sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: numbers stand right; `weight` shares out the room of a page that is left by columns without
    one.
    """

    title: str
    is_number: bool = False
    weight: int = 0
    characters: int = 14
    only: Only | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    cells: tuple[Cell, ...]
    is_total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with its caption, "" where the section's title says it; `when_empty` is printed instead of it
    when it has no rows.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    when_empty: str = ""
    only: Only | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing for pages; `description` says in words what it shows."""

    title: str
    description: str
    svg: str


@dataclass(frozen=True, slots=True)
class Lead:
    """The sentence that a section begins with."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph or several lines, with a name in front where it has one."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A checksum, in full."""

    label: str
    text: str


Block = Lead | Note | Code | Table | Chart


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A numbered section of the pages and, under its short name, a sheet."""

    title: str
    sheet: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigure:
    """A figure of the first page; `share` draws a bar, full at 1."""

    label: str
    value: str
    unit: str
    remark: str
    share: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A report ready to be written, in one language."""

    lang: str
    title: str
    subtitle: str
    agency: str
    marks: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    key_figures: tuple[KeyFigure, ...]
    sections: tuple[Section, ...]
    data_sha256: str


def with_unit(title: str, unit: str | None) -> str:
    """A column's title with its unit below, said once for all its figures."""
    return f"{title}\n({unit})" if unit else title


def won_column(title: str, *, weight: int = 0) -> Column:
    """A column of amounts in won."""
    unit = words.unit_name(words.KrwUnit.WON)
    return Column(title=with_unit(title, unit), is_number=True, weight=weight, characters=18)


def cell_text(cell: Cell, lang: str) -> str:
    """A cell as it is printed; the reason of an unknown figure is printed elsewhere."""
    match cell:
        case None:
            return ""
        case str():
            return cell
        case int():
            return words.number(cell)
        case Money(amount, currency):
            return words.number(amount, words.minor_units(currency))
        case Amount(Money(amount, currency)):
            return words.money(amount, currency, lang)
        case Share(part, whole):
            return words.percent(part, whole)
        case Rate(value):
            return words.plain(value)
        case Month(first, mark):
            return f"{words.month(first, lang)} {mark}".rstrip()
        case date():
            return words.short_day(cell, lang)
        case Unknown():
            return words.DASH
        case Stack(cells):
            return "\n".join(cell_text(part, lang) for part in cells)
