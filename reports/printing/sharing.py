"""Of a monthly report: sales that two programs support, apart from every sum, with the shares and the rule."""

from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.printing.data import Figure, MonthlyReport, SharedRow
from reports.printing.layout import (
    Amount,
    Block,
    Cell,
    Column,
    Money,
    Month,
    Note,
    Only,
    Rate,
    Row,
    Stack,
    Table,
    Unknown,
    with_unit,
    won_column,
)
from reports.printing.terms import reason


def blocks(report: MonthlyReport, lang: str) -> tuple[Block, ...]:
    """Nothing where nothing is shared."""
    own = tuple(row for row in report.shared if row.is_own)
    others = tuple(row for row in report.shared if not row.is_own)
    found: list[Block] = []
    if own:
        found.append(
            _table(
                _("Of these sales, also supported by another program"),
                (_("Other program"), _("Share of the other program")),
                own,
                lang,
            )
        )
    if others:
        found.append(
            _table(
                _("Also supported: sales of other programs, in no figure of this one"),
                (_("Program that carries the sales"), _("Share of this program")),
                others,
                lang,
            )
        )
    if found:
        found.append(Note(rule()))
    return tuple(found)


def rule() -> str:
    """How each sale counts once, and how won and dollars are split."""
    return _(
        "Each sale counts once, with the program that carries it; shares are added to no figure. They are of the sales as that"
        " program counts them, on the declared days. Of each agreement, month and currency the won are split by largest remainder: what is"
        " left of both shares goes to the larger rest, to the carrying program when both are even. Dollars of each are rounded once, half up to the cent,"
        " and their cents split in the same way."
    )


NAMES = ("", "net_", "other_", "other_net_", "later_")
"""Of the amounts of a row, in the order of the columns."""


def _table(caption: str, titles: tuple[str, str], rows: tuple[SharedRow, ...], lang: str) -> Table:
    """Won with the dollars below them on a page, in columns beside each other on a sheet."""
    partner, share = titles
    gross, net, other, other_net, later = (
        _columns(title)
        for title in (
            pgettext("column of a report", "Gross"),
            pgettext("column of a report", "Net"),
            _("Share before refunds"),
            _("Share after refunds"),
            _("of which declared after closing"),
        )
    )
    return Table(
        caption=caption,
        columns=(
            Column(title=_("Month"), weight=1, characters=14),
            Column(title=partner, weight=2, characters=30),
            Column(title=_("Currency"), characters=10),
            Column(title=pgettext("column of a report", "Gross"), is_number=True, characters=16),
            *gross,
            *net,
            Column(title=with_unit(share, "%"), is_number=True, characters=10),
            *other,
            *other_net,
            *later,
        ),
        rows=(*(_row(row, lang) for row in rows), _total(rows, lang)),
    )


def _row(row: SharedRow, lang: str) -> Row:
    name = row.program_name.in_language(lang)
    gross, net, *shares = (
        _cells(getattr(row, f"{each}krw_amount"), getattr(row, f"{each}usd_amount"), lang) for each in NAMES
    )
    return Row(
        cells=(
            Month(row.month, ""),
            f"{name} ({row.program_code})" if name else row.program_code,
            row.currency,
            Money(row.gross_amount, row.currency),
            *gross,
            *net,
            Rate(row.other_percent),
            *(cell for each in shares for cell in each),
        )
    )


def _total(rows: tuple[SharedRow, ...], lang: str) -> Row:
    """The sums of the rows as they are printed."""
    sums = []
    for each in NAMES:
        figures = [getattr(row, f"{each}usd_amount") for row in rows]
        known = next(
            (figure for figure in figures if figure is None or figure.value is None), Figure(Decimal(0))
        )
        if known is not None and known.value is not None:
            known = Figure(sum((figure.value for figure in figures), Decimal(0)))
        sums.append(_cells(sum((getattr(row, f"{each}krw_amount") for row in rows), Decimal(0)), known, lang))
    gross, net, *shares = sums
    flat = (cell for each in shares for cell in each)
    return Row(cells=(_("Total"), None, None, None, *gross, *net, None, *flat), is_total=True)


def _columns(title: str) -> tuple[Column, ...]:
    return (
        replace(won_column(title), only=Only.PAGE),
        replace(won_column(title), only=Only.SHEET),
        Column(title=with_unit(title, "USD"), is_number=True, characters=18, only=Only.SHEET),
    )


def _cells(krw: Decimal, usd: Figure | None, lang: str) -> tuple[Cell, ...]:
    """For a page, and for both columns of a sheet. Of a report of before dollars were stated won alone."""
    won = Money(krw, "KRW")
    if usd is None:
        return (won, won, None)
    if usd.value is None:
        unknown = Unknown(reason(usd, lang))
        return (Stack((won, unknown)), won, unknown)
    return (Stack((won, Amount(Money(usd.value, "USD")))), won, Money(usd.value, "USD"))
