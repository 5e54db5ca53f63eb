"""Sections 2 to 4 of a monthly report: what was sold by month and by company, what the components cost."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ground.printing import charts
from reports.printing import groups, sharing, words
from reports.printing.data import Figure, MonthlyReport, Sales
from reports.printing.layout import (
    Block,
    Cell,
    Chart,
    Column,
    Money,
    Month,
    Note,
    Only,
    Row,
    Section,
    Share,
    Stack,
    Table,
    Unknown,
    with_unit,
    won_column,
)
from reports.printing.terms import reason, term, won
from reports.printing.words import KrwUnit

TOP_COMPANIES = 10
_MILLION = KrwUnit.MILLION


def _currency_of(report: MonthlyReport) -> str | None:
    """The one currency of all sales, which then stands in the headers; None when there are several."""
    currencies = {row.sales.currency for row in report.by_month}
    currencies |= {row.sales.currency for row in report.by_company}
    return currencies.pop() if len(currencies) == 1 else None


def _sales_columns(currency: str | None) -> tuple[Column, ...]:
    only = Only.SHEET if currency else None
    return (
        Column(title=_("Currency"), only=only, characters=10),
        Column(
            title=with_unit(pgettext("column of a report", "Gross"), currency), is_number=True, characters=18
        ),
        Column(title=with_unit(_("Refunds"), currency), is_number=True, characters=16),
        Column(
            title=with_unit(pgettext("column of a report", "Net"), currency), is_number=True, characters=18
        ),
        Column(title=pgettext("bought on a platform", "Orders"), is_number=True, characters=10),
        Column(title=pgettext("column of a report", "Units"), is_number=True, characters=10),
        won_column(pgettext("column of a report", "Gross")),
        won_column(pgettext("column of a report", "Net")),
    )


def _sales_cells(sales: Sales) -> tuple[Cell, ...]:
    return (
        sales.currency,
        Money(sales.gross_amount, sales.currency),
        Money(sales.refunds_amount, sales.currency),
        Money(sales.net_amount, sales.currency),
        sales.orders,
        sales.units,
        Money(sales.krw_amount, "KRW"),
        Money(sales.net_krw_amount, "KRW"),
    )


def _in_millions(value: Decimal) -> str:
    return words.in_unit(value, _MILLION)


def by_month(report: MonthlyReport, lang: str) -> Section:
    """Section 2: the months with a bar chart and its table."""
    mark = _("(provisional)")
    totals = report.totals
    rows = [
        Row(cells=(Month(row.month, mark if row.is_provisional else ""), *_sales_cells(row.sales)))
        for row in sorted(report.by_month, key=lambda row: row.month)
    ]
    if len(rows) > 1 or len(totals.by_currency) > 1:
        rows += [Row(cells=(_("Total"), *_sales_cells(sales)), is_total=True) for sales in totals.by_currency]
    if len(totals.by_currency) > 1:
        overall = (None, None, None, None, totals.orders, totals.units)
        krw = (Money(totals.krw_amount, "KRW"), Money(totals.net_krw_amount, "KRW"))
        rows.append(Row(cells=(_("All currencies"), *overall, *krw), is_total=True))
    table = Table(
        caption=_("Sales by month"),
        columns=(Column(title=_("Month"), weight=1, characters=18), *_sales_columns(_currency_of(report))),
        rows=tuple(rows) if report.by_month else (),
        when_empty=reason(report.empty_reason, lang),
    )
    blocks: tuple[Block, ...] = (_month_chart(report, lang), table) if report.by_month else (table,)
    if report.adjustments:
        blocks = (*blocks, _adjustments(report))
    if report.of_which:
        blocks = (*blocks, _of_which(report))
    if report.dollars:
        blocks = (*blocks, _dollars(report, lang))
    blocks = (*blocks, *sharing.blocks(report, lang))
    twice = sum(row.sales.orders for row in report.by_month) - totals.orders
    if twice > 0:
        blocks = (
            *blocks,
            Note(
                _(
                    "An order with lines in several months counts in each of them, so the orders of the months "
                    "add up to %(number)s more than the orders of the program."
                )
                % {"number": words.number(twice)}
            ),
        )
    return Section(title=_("Results by month"), sheet=_("By month"), blocks=blocks)


def _dollars(report: MonthlyReport, lang: str) -> Table:
    """The months in dollars, and the whole; in words where the dollar has no rate."""

    def cell(figure: Figure) -> Cell:
        return Unknown(reason(figure, lang)) if figure.value is None else Money(figure.value, "USD")

    return Table(
        caption=_("Sales by month in US dollars, by way of the won; each figure is rounded once"),
        columns=(
            Column(title=_("Month"), weight=1, characters=18),
            Column(
                title=with_unit(pgettext("column of a report", "Gross"), "USD"), is_number=True, characters=18
            ),
            Column(
                title=with_unit(pgettext("column of a report", "Net"), "USD"), is_number=True, characters=18
            ),
        ),
        rows=tuple(
            Row(
                cells=(
                    _("Total") if row.month is None else Month(row.month, ""),
                    cell(row.usd_amount),
                    cell(row.net_usd_amount),
                ),
                is_total=row.month is None,
            )
            for row in report.dollars
        ),
    )


def _adjustments(report: MonthlyReport) -> Table:
    """What became known of closed months later, so that the figure of each month can be told apart from it."""
    return Table(
        caption=_("Of which adjustments of earlier months, which were closed"),
        columns=(
            Column(title=_("Booked in"), weight=1, characters=14),
            Column(title=_("Month concerned"), weight=1, characters=14),
            Column(title=_("Currency"), characters=10),
            Column(title=pgettext("column of a report", "Gross"), is_number=True, characters=18),
            won_column(pgettext("column of a report", "Gross")),
            won_column(pgettext("column of a report", "Net")),
        ),
        rows=tuple(
            Row(
                cells=(
                    Month(row.month, ""),
                    Month(row.concerns, ""),
                    row.currency,
                    Money(row.gross_amount, row.currency),
                    Money(row.krw_amount, "KRW"),
                    Money(row.net_krw_amount, "KRW"),
                )
            )
            for row in report.adjustments
        ),
    )


def _of_which(report: MonthlyReport) -> Table:
    """What stands in gross and is no sale to a stranger, or was paid by the program. Nothing is taken off."""
    return Table(
        caption=_("Of which own purchases, and bought with program money (in gross)"),
        columns=(
            Column(title=_("Month"), weight=1, characters=14),
            Column(title=_("Currency"), characters=10),
            Column(title=_("Orders of own purchases"), is_number=True, characters=12),
            Column(title=_("Own purchases"), is_number=True, characters=16),
            won_column(_("Own purchases")),
            won_column(_("of which marked after closing")),
            Column(title=_("Program money"), is_number=True, characters=16),
            won_column(_("Program money")),
        ),
        rows=tuple(
            Row(
                cells=(
                    Month(row.month, ""),
                    row.currency,
                    row.own_orders,
                    Money(row.own_amount, row.currency),
                    Money(row.own_krw_amount, "KRW"),
                    Money(row.later_krw_amount, "KRW"),
                    Money(row.program_amount, row.currency),
                    Money(row.program_krw_amount, "KRW"),
                )
            )
            for row in report.of_which
        ),
    )


def _month_chart(report: MonthlyReport, lang: str) -> Chart:
    gross: dict[str, Decimal] = defaultdict(Decimal)
    net: dict[str, Decimal] = defaultdict(Decimal)
    for row in sorted(report.by_month, key=lambda row: row.month):
        name = words.month(row.month, lang)
        gross[name] += row.sales.krw_amount
        net[name] += row.sales.net_krw_amount
    title = _("Sales by month in KRW million")
    parts = [
        _("%(month)s: gross %(gross)s, net %(net)s")
        % {"month": name, "gross": _in_millions(gross[name]), "net": _in_millions(net[name])}
        for name in gross
    ]
    description = f"{title}. {'; '.join(parts)}."
    svg = charts.column_chart(
        height=166,
        chart_id="by-month",
        title=title,
        description=description,
        categories=tuple(gross),
        series=(
            charts.Series(_("Gross, before refunds"), tuple(gross.values())),
            charts.Series(_("Net, after refunds"), tuple(net.values())),
        ),
        number=_in_millions,
    )
    return Chart(title=title, description=description, svg=svg)


def by_company(report: MonthlyReport, lang: str) -> Section:
    """Section 3: the companies with the chart of those that sold most."""
    currency = _currency_of(report)
    month = words.month(report.period, lang)
    ranked = sorted(report.by_company, key=lambda row: (-row.sales.krw_amount, row.business_number))
    columns = (
        Column(title=_("No."), is_number=True, characters=6),
        Column(title=_("Company"), weight=1, characters=44),
        Column(title=_("Business number"), only=Only.SHEET, characters=16),
        Column(title=_("Store\nheld by"), characters=14),
        *_sales_columns(currency)[:2],
        Column(title=_("Refunds"), is_number=True, only=Only.SHEET, characters=16),
        Column(title=pgettext("bought on a platform", "Orders"), is_number=True, characters=10),
        Column(title=pgettext("column of a report", "Units"), is_number=True, only=Only.SHEET, characters=10),
        won_column(pgettext("column of a report", "Gross")),
        Column(title=_("of which\n%(month)s") % {"month": month}, is_number=True, characters=18),
        won_column(pgettext("column of a report", "Net")),
        Column(title=_("Evidence\nby"), characters=14),
    )
    rows = [
        Row(
            cells=(
                place,
                row.name.in_language(lang),
                row.business_number,
                _terms(row.holders),
                row.sales.currency,
                Money(row.sales.gross_amount, row.sales.currency),
                Money(row.sales.refunds_amount, row.sales.currency),
                row.sales.orders,
                row.sales.units,
                Money(row.sales.krw_amount, "KRW"),
                Money(row.month_krw_amount, "KRW"),
                Money(row.sales.net_krw_amount, "KRW"),
                _terms(row.uploaders),
            )
        )
        for place, row in enumerate(ranked, start=1)
    ]
    rows += _company_totals(report, currency)
    table = Table(
        caption=_("Sales by company, in the order of KRW"),
        columns=columns,
        rows=tuple(rows) if report.by_company else (),
        when_empty=reason(report.empty_reason, lang) or _("No company takes part yet."),
    )
    blocks: list[Chart | Table | Note] = []
    if any(row.sales.krw_amount for row in report.by_company):
        blocks.append(_company_chart(report, lang))
    blocks.append(table)
    shared = sum(row.sales.orders for row in report.by_company) - report.totals.orders
    if shared > 0:
        blocks.append(
            Note(
                _(
                    "An order with goods of several companies counts with each of them, so the orders of the "
                    "companies add up to %(number)s more than the orders of the program."
                )
                % {"number": words.number(shared)}
            )
        )
    return Section(
        title=_("Results by company"),
        sheet=_("By company"),
        blocks=(*blocks, *groups.blocks(report, lang)),
    )


def _terms(codes: Sequence[StrEnum]) -> Cell:
    return Stack(tuple(term(code) for code in codes), are_equals=True) if codes else words.DASH


def _company_totals(report: MonthlyReport, currency: str | None) -> list[Row]:
    totals = report.totals
    month_krw = sum(
        (row.sales.krw_amount for row in report.by_month if row.month == report.period), Decimal(0)
    )
    gross = totals.by_currency[0].gross_amount if currency and totals.by_currency else None
    refunds = totals.by_currency[0].refunds_amount if currency and totals.by_currency else None
    cells: tuple[Cell, ...] = (
        None,
        _("Total of the program"),
        None,
        None,
        currency,
        Money(gross, currency) if gross is not None and currency else None,
        Money(refunds, currency) if refunds is not None and currency else None,
        totals.orders,
        totals.units,
        Money(totals.krw_amount, "KRW"),
        Money(month_krw, "KRW"),
        Money(totals.net_krw_amount, "KRW"),
        None,
    )
    return [Row(cells=cells, is_total=True)]


def _company_chart(report: MonthlyReport, lang: str) -> Chart:
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    names: dict[str, str] = {}
    for row in report.by_company:
        amounts[row.business_number] += row.sales.krw_amount
        names[row.business_number] = row.name.in_language(lang)
    first = sorted((key for key in amounts if amounts[key]), key=lambda key: (-amounts[key], key))
    top = first[:TOP_COMPANIES]
    title = _("The %(number)s companies with the highest sales, in KRW million") % {"number": len(top)}
    parts = [f"{names[key]} {_in_millions(amounts[key])}" for key in top]
    description = f"{title}. {'; '.join(parts)}."
    svg = charts.bar_chart(
        chart_id="by-company",
        title=title,
        description=description,
        bars=tuple(charts.Bar(names[key], amounts[key]) for key in top),
        number=_in_millions,
    )
    return Chart(title=title, description=description, svg=svg)


def components(report: MonthlyReport, lang: str) -> Section:
    """Section 4: what the package cost up to the end of the period and how many companies it served."""
    rows = [
        Row(
            cells=(
                row.name.in_language(lang),
                row.code,
                won(row.budget_krw_amount, lang),
                won(row.planned_krw_amount, lang),
                won(row.actual_krw_amount, lang),
                _spent(row.budget_krw_amount, row.actual_krw_amount),
                row.companies,
            )
        )
        for row in report.components
    ]
    total = report.components_total
    if rows:
        totals: tuple[Cell, ...] = (
            _("Total (companies counted once)"),
            None,
            won(total.budget_krw_amount, lang),
            won(total.planned_krw_amount, lang),
            won(total.actual_krw_amount, lang),
            _spent(total.budget_krw_amount, total.actual_krw_amount),
            total.companies,
        )
        rows.append(Row(cells=totals, is_total=True))
    table = Table(
        caption=_(
            "Cost: budget and plan of the whole program, actual cost and companies served up to %(day)s"
        )
        % {"day": words.day(report.to_on, lang)},
        columns=(
            Column(title=_("Component"), weight=5, characters=40),
            Column(title=pgettext("column of a report", "Code"), only=Only.SHEET, characters=14),
            won_column(_("Budget"), weight=3),
            won_column(_("Planned for\ncompanies"), weight=3),
            won_column(_("Actual cost"), weight=3),
            Column(title=_("Spent of\nthe budget"), is_number=True, weight=2, characters=12),
            Column(title=_("Companies\nserved"), is_number=True, weight=2, characters=12),
        ),
        rows=tuple(rows),
        when_empty=_("The package of the program has no components yet."),
    )
    return Section(title=_("Results by component"), sheet=_("Components"), blocks=(table,))


def _spent(budget: Figure, actual: Figure) -> Cell:
    if budget.value is None or actual.value is None:
        return words.DASH
    return Share(actual.value, budget.value)
