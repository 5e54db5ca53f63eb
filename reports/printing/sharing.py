"""Of a monthly report: sales that two programs support, apart from every sum, with the shares and the rule."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.printing.data import MonthlyReport, SharedRow
from reports.printing.layout import Block, Column, Money, Month, Note, Rate, Row, Table, with_unit, won_column


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
    """How each sale counts once, and how the won are split."""
    return _(
        "Each sale counts once, with the program that carries it; shares are added to no figure. They are of the sales as that"
        " program counts them, on the declared days. Of each agreement, month and currency the won are split by largest remainder: what is"
        " left of both shares goes to the larger rest, to the carrying program when both are even."
    )


def _table(caption: str, titles: tuple[str, str], rows: tuple[SharedRow, ...], lang: str) -> Table:
    partner, share = titles
    return Table(
        caption=caption,
        columns=(
            Column(title=_("Month"), weight=1, characters=14),
            Column(title=partner, weight=2, characters=30),
            Column(title=_("Currency"), characters=10),
            Column(title=pgettext("column of a report", "Gross"), is_number=True, characters=16),
            won_column(pgettext("column of a report", "Gross")),
            won_column(pgettext("column of a report", "Net")),
            Column(title=with_unit(share, "%"), is_number=True, characters=10),
            won_column(_("Share before refunds")),
            won_column(_("Share after refunds")),
            won_column(_("of which declared after closing")),
        ),
        rows=tuple(
            Row(
                cells=(
                    Month(row.month, ""),
                    f"{name} ({row.program_code})"
                    if (name := row.program_name.in_language(lang))
                    else row.program_code,
                    row.currency,
                    Money(row.gross_amount, row.currency),
                    Money(row.krw_amount, "KRW"),
                    Money(row.net_krw_amount, "KRW"),
                    Rate(row.other_percent),
                    Money(row.other_krw_amount, "KRW"),
                    Money(row.other_net_krw_amount, "KRW"),
                    Money(row.later_krw_amount, "KRW"),
                )
            )
            for row in rows
        ),
    )
