"""Of a monthly report: its sales by product group, which add up to the total; orders are counted in each group and never added up."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.printing.data import MonthlyReport, Sales
from reports.printing.layout import Block, Cell, Column, Money, Note, Only, Row, Table, with_unit, won_column


def blocks(report: MonthlyReport, lang: str) -> tuple[Block, ...]:
    """Nothing where nothing was sold, and in reports of earlier definitions."""
    if not report.by_group:
        return ()
    currencies = {row.sales.currency for row in report.by_group}
    currency = min(currencies) if len(currencies) == 1 else None
    rows = [
        Row(
            cells=(
                row.name.in_language(lang),
                row.product_group or None,
                *_cells(row.sales),
                row.sales.orders,
            )
        )
        for row in report.by_group
    ]
    rows += [
        Row(cells=(_("Total of the program"), None, *_cells(sales), None), is_total=True)
        for sales in report.totals.by_currency
    ]
    table = Table(
        caption=_("Sales by product group"),
        columns=(
            Column(title=_("Product group"), weight=1, characters=30),
            Column(title=pgettext("column of a report", "Code"), only=Only.SHEET, characters=8),
            Column(title=_("Currency"), only=Only.SHEET if currency else None, characters=10),
            Column(title=with_unit(pgettext("column of a report", "Gross"), currency), is_number=True, characters=18),
            Column(title=with_unit(_("Refunds"), currency), is_number=True, characters=16),
            Column(title=with_unit(pgettext("column of a report", "Net"), currency), is_number=True, characters=18),
            Column(title=pgettext("column of a report", "Units"), is_number=True, characters=10),
            won_column(pgettext("column of a report", "Gross")),
            won_column(pgettext("column of a report", "Net")),
            Column(title=pgettext("bought on a platform", "Orders"), is_number=True, characters=10),
        ),
        rows=tuple(rows),
    )  # fmt: skip
    return (table, Note(rule()))


def rule() -> str:
    """Which statement of groups counts, and what the numbers of orders are."""
    return _(
        "A product is found by its company's listings and product codes, and its group is the one that the company had stated"
        " when this report was written, for closed months too: groups sort figures and change none. What nobody stated is a"
        " row of its own. An order counts in each group of which it holds goods, so the orders of the groups are not added up."
    )


def _cells(sales: Sales) -> tuple[Cell, ...]:
    return (
        sales.currency,
        Money(sales.gross_amount, sales.currency),
        Money(sales.refunds_amount, sales.currency),
        Money(sales.net_amount, sales.currency),
        sales.units,
        Money(sales.krw_amount, "KRW"),
        Money(sales.net_krw_amount, "KRW"),
    )
