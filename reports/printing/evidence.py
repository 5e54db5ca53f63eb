"""Sections 5 to 8 of a monthly report: the four measures, the grades of the evidence, what waits, the
exchange rates.
"""

from collections import defaultdict
from datetime import date
from itertools import zip_longest

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.printing import words
from reports.printing.data import Figure, MeasureRow, MonthlyReport, RateLeg, RateRow
from reports.printing.kinds import Measure
from reports.printing.layout import (
    Amount,
    Cell,
    Column,
    Money,
    Month,
    Note,
    Only,
    Rate,
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


def measures(report: MonthlyReport, lang: str) -> Section:
    """Section 5: the four measures beside each other; a page shows won over the reported currency, a sheet
    has columns.
    """
    found: dict[date, dict[Measure, list[MeasureRow]]] = defaultdict(lambda: defaultdict(list))
    for row in report.measures:
        found[row.month][row.measure].append(row)
    page_rows, sheet_rows = [], []
    for of_month in (found[month] for month in sorted(found)):
        for group in zip_longest(*(of_month[measure] for measure in Measure)):
            first = next(row.month for row in group if row is not None)
            page_rows.append(Row(cells=(Month(first), *(_measure_cell(row, lang) for row in group))))
            flat = [cell for row in group for cell in _measure_cells(row, lang)]
            sheet_rows.append(Row(cells=(Month(first), *flat)))
    month_column = Column(title=_("Month"), characters=16)
    page = Table(
        caption=_("Four measures by month: in KRW, below it the amount as reported, and in US dollars"),
        columns=(
            month_column,
            *(won_column(term(measure), weight=1) for measure in Measure),
        ),
        rows=tuple(page_rows),
        when_empty=_("None of the four measures has a figure yet."),
        only=Only.PAGE,
    )
    currency, amount = _("Currency"), _("Amount")
    flat_columns = [
        column
        for measure in Measure
        for column in (
            Column(title=with_unit(term(measure), currency), characters=10),
            Column(title=with_unit(term(measure), amount), is_number=True, characters=18),
            won_column(term(measure)),
            Column(title=with_unit(term(measure), "USD"), is_number=True, characters=18),
        )
    ]
    sheet = Table(
        caption=page.caption,
        columns=(month_column, *flat_columns),
        rows=tuple(sheet_rows),
        when_empty=page.when_empty,
        only=Only.SHEET,
    )
    warning = Note(
        _("The measures answer different questions. They stand side by side and are never added up.")
    )
    notes = (warning, Note(in_warehouses())) if report.has_stock else (warning,)
    return Section(title=_("Four measures side by side"), sheet=_("Measures"), blocks=(*notes, page, sheet))


def in_warehouses() -> str:
    """Why orders and exports of such a program do not agree by month."""
    return _(
        "Goods are sent to a warehouse before they are sold, so orders and exports do not agree by month: compare them through the shipments."
    )


def _measure_cell(row: MeasureRow | None, lang: str) -> Cell:
    if row is None:
        return None
    krw = won(row.krw_amount, lang)
    if row.amount.value is None or row.currency is None:
        return Unknown(reason(row.amount, lang)) if row.krw_amount.value is None else krw
    below: list[Cell] = []
    if row.currency != "KRW":
        below.append(Amount(Money(row.amount.value, row.currency)))
    if row.currency != "USD" and row.usd_amount and row.krw_amount.value is not None:
        below.append(_in_dollars(row.usd_amount, lang))
    return Stack((krw, *below)) if below else krw


def _in_dollars(figure: Figure | None, lang: str) -> Cell:
    """Of a report of an earlier definition nothing."""
    if figure is None:
        return None
    return Unknown(reason(figure, lang)) if figure.value is None else Amount(Money(figure.value, "USD"))


def _measure_cells(row: MeasureRow | None, lang: str) -> tuple[Cell, ...]:
    if row is None:
        return (None, None, None, None)
    amount: Cell = Unknown(reason(row.amount, lang))
    if row.amount.value is not None:
        amount = Money(row.amount.value, row.currency or "")
    return (row.currency, amount, won(row.krw_amount, lang), _in_dollars(row.usd_amount, lang))


def grades(report: MonthlyReport, lang: str) -> Section:
    """Section 6: who brought the evidence, as a share of the won."""
    whole = report.totals.krw_amount
    rows = [
        Row(cells=(term(row.uploader), row.lines, Money(row.krw_amount, "KRW"), Share(row.krw_amount, whole)))
        for row in report.grades
    ]
    if rows:
        totals = (_("Total"), report.totals.lines, Money(whole, "KRW"), Share(whole, whole))
        rows.append(Row(cells=totals, is_total=True))
    table = Table(
        caption=_("Counted lines by who brought the file"),
        columns=(
            Column(title=_("File brought by"), weight=3, characters=24),
            Column(title=_("Lines"), is_number=True, weight=2, characters=12),
            won_column(pgettext("column of a report", "Gross"), weight=3),
            Column(title=_("Share of KRW"), is_number=True, weight=2, characters=14),
        ),
        rows=tuple(rows),
        when_empty=reason(report.empty_reason, lang) or _("No line is counted yet."),
    )
    return Section(title=_("Grades of the evidence"), sheet=_("Evidence"), blocks=(table,))


def waiting(report: MonthlyReport, lang: str) -> Section:
    """Section 7: lines that are in no total yet."""
    rows = []
    for row in report.waiting:
        amount: Cell = Unknown(reason(row.amount, lang))
        if row.amount.value is not None:
            amount = Money(row.amount.value, row.currency or "")
        rows.append(Row(cells=(term(row.kind), row.currency or words.DASH, row.lines, amount)))
    if rows:
        rows.append(Row(cells=(_("Total lines"), None, report.waiting_lines, None), is_total=True))
    table = Table(
        caption=_("Waiting lines, with gross amounts as in the files"),
        columns=(
            Column(title=_("Why they wait"), weight=5, characters=36),
            Column(title=_("Currency"), weight=2, characters=10),
            Column(title=_("Lines"), is_number=True, weight=2, characters=12),
            Column(title=_("Amount"), is_number=True, weight=3, characters=18),
        ),
        rows=tuple(rows),
        when_empty=_("No line is waiting."),
    )
    blocks: tuple[Note | Table, ...] = (table,)
    if rows:
        blocks = (Note(_("These lines are in no total of this report until they are solved.")), table)
    return Section(title=_("Waiting for a decision"), sheet=_("Waiting"), blocks=blocks)


def rates(report: MonthlyReport, lang: str) -> Section:
    """Section 8: the exchange rates used, with the quoted legs of each."""
    page_rows, sheet_rows = [], []
    for row in report.rates:
        days = words.short_days(row.from_on, row.to_on, lang)
        page_rows.append(
            Row(
                cells=(
                    days,
                    row.currency,
                    Stack(tuple(_quoted(leg) for leg in row.legs), are_equals=True),
                    Rate(row.krw_per_unit),
                    Stack(tuple(leg.source.in_language(lang) for leg in row.legs), are_equals=True),
                    Stack(tuple(leg.rate_on for leg in row.legs), are_equals=True),
                )
            )
        )
        sheet_rows += [_rate_row(row, leg, lang) for leg in row.legs]
    when_empty = _("No exchange rate was used: no foreign amount is counted.")
    page = Table(
        caption="",
        columns=(
            Column(title=_("Used for")),
            Column(title=_("Currency")),
            Column(title=_("Quoted rates")),
            Column(title=_("KRW for\n1 unit"), is_number=True),
            Column(title=_("Source"), weight=1),
            Column(title=_("Rate of"), is_number=True),
        ),
        rows=tuple(page_rows),
        when_empty=when_empty,
        only=Only.PAGE,
    )
    sheet = Table(
        caption=_("Exchange rates used, a row for each quoted rate"),
        columns=(
            Column(title=pgettext("column of a report", "From"), characters=14),
            Column(title=pgettext("column of a report", "To"), characters=14),
            Column(title=_("Currency"), characters=10),
            Column(title=_("KRW for\n1 unit"), is_number=True, characters=16),
            Column(title=_("Quoted rate"), characters=18),
            Column(title=pgettext("column of a report", "Value"), is_number=True, characters=14),
            Column(title=_("for units"), is_number=True, characters=10),
            Column(title=_("Source"), characters=30),
            Column(title=_("Rate of"), characters=14),
        ),
        rows=tuple(sheet_rows),
        when_empty=when_empty,
        only=Only.SHEET,
    )
    return Section(title=_("Exchange rates used"), sheet=_("Rates"), blocks=(page, sheet))


def _quoted(leg: RateLeg) -> str:
    return _("%(value)s %(quoted)s for %(unit)s %(base)s") % {
        "value": words.plain(leg.value),
        "quoted": leg.quoted,
        "unit": words.number(leg.unit),
        "base": leg.base,
    }


def _rate_row(row: RateRow, leg: RateLeg, lang: str) -> Row:
    pair = _("%(quoted)s for %(base)s") % {"quoted": leg.quoted, "base": leg.base}
    head = (row.from_on, row.to_on, row.currency, Rate(row.krw_per_unit))
    return Row(cells=(*head, pair, Rate(leg.value), leg.unit, leg.source.in_language(lang), leg.rate_on))
