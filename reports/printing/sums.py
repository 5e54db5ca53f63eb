"""Does every total of a report equal the sum of its parts? Asked before a report is written, and by the
verification.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.printing import words
from reports.printing.data import Figure, MonthlyReport, RateRow, Sales
from reports.printing.kinds import Measure, RefundBasis

CENT = Decimal("0.01")

_FIELDS: dict[str, Promise] = {
    "gross_amount": gettext_lazy("gross amount"),
    "refunds_amount": gettext_lazy("refunds"),
    "net_amount": gettext_lazy("net amount"),
    "units": gettext_lazy("units"),
    "krw_amount": gettext_lazy("gross in KRW"),
    "net_krw_amount": gettext_lazy("net in KRW"),
    "orders": gettext_lazy("orders"),
}


def check_sums(report: MonthlyReport) -> list[str]:
    """One sentence for each total that differs from the sum of its parts, in the active language; none when
    all agree.

    It also names amounts that cannot be: net that is not gross plus refunds, positive refunds, parts of a
    won, a row given twice, a month outside the covered days, a rate that is not made of its legs.
    """
    return [
        *_single_rows(report),
        *_months(report),
        *_dollars(report),
        *_companies(report),
        *_groups(report),
        *_targets(report),
        *_components(report),
        *_measures(report),
        *_grades_and_waiting(report),
        *_rates(report.rates),
        *_twice(report),
    ]


def _differs(what: str, stated: Decimal | int, parts: Decimal | int) -> Iterator[str]:
    if stated != parts:
        yield _("%(what)s: stated %(stated)s, sum of the parts %(parts)s") % {
            "what": what,
            "stated": words.plain(Decimal(stated)),
            "parts": words.plain(Decimal(parts)),
        }


def _single_rows(report: MonthlyReport) -> Iterator[str]:
    rows = [(words.month(row.month), row.sales) for row in report.by_month]
    rows += [(row.name.ko, row.sales) for row in report.by_company]
    rows += [(row.name.ko, row.sales) for row in report.by_group]
    rows += [(_("Total"), sales) for sales in report.totals.by_currency]
    for name, sales in rows:
        where = f"{name}, {sales.currency}"
        yield from _differs(
            _("%(where)s: net") % {"where": where},
            sales.net_amount,
            sales.gross_amount + sales.refunds_amount,
        )
        if sales.refunds_amount > 0:
            yield _("%(where)s: refunds must not be positive") % {"where": where}
        places = words.minor_units(sales.currency)
        foreign = (sales.gross_amount, sales.refunds_amount, sales.net_amount)
        if not all(_has_places(amount, places) for amount in foreign):
            yield _("%(where)s: more decimals than the currency has") % {"where": where}
        if not all(_has_places(amount, 0) for amount in (sales.krw_amount, sales.net_krw_amount)):
            yield _("%(where)s: parts of a won") % {"where": where}


def _has_places(amount: Decimal, places: int) -> bool:
    return amount == words.round_half_up(amount, places)


def _months(report: MonthlyReport) -> Iterator[str]:
    totals = report.totals
    months = [row.sales for row in report.by_month]
    yield from _by_currency(_("by month"), months, totals.by_currency)
    if (
        not max((each.orders for each in totals.by_currency), default=0)
        <= totals.orders
        <= sum(each.orders for each in totals.by_currency)
    ):
        yield from _differs(_("Total orders"), totals.orders, sum(each.orders for each in totals.by_currency))
    for what, stated, parts in (
        (_("Total units"), totals.units, sum(sales.units for sales in totals.by_currency)),
        (_("Total in KRW"), totals.krw_amount, sum(sales.krw_amount for sales in totals.by_currency)),
        (
            _("Net total in KRW"),
            totals.net_krw_amount,
            sum(sales.net_krw_amount for sales in totals.by_currency),
        ),
    ):
        yield from _differs(what, stated, parts)
    for month in [report.period, *(row.month for row in report.by_month)]:
        if not report.from_on.replace(day=1) <= month <= report.to_on:
            yield _("%(month)s is outside the covered days") % {"month": words.month(month)}


def _dollars(report: MonthlyReport) -> Iterator[str]:
    """Each is rounded by itself: months may differ from the whole by half a cent each."""
    *months, whole = report.dollars or (None,)
    if whole is None:
        return
    for what, name in ((_("Total in USD"), "usd_amount"), (_("Net total in USD"), "net_usd_amount")):
        stated = getattr(whole, name).value
        parts = [getattr(month, name).value for month in months if month]
        known = [part for part in parts if part is not None]
        if (stated is None) != (len(known) < len(parts)):
            yield _("%(where)s: known in one place only") % {"where": what}
        elif stated is not None and abs(stated - sum(known)) > CENT * (len(known) + 1) / 2:
            yield from _differs(what, stated, sum(known))


def _by_currency(name: str, parts: Iterable[Sales], totals: Iterable[Sales]) -> Iterator[str]:
    """Orders are distinct in each part and in the whole, so that the parts may add up to more, never to less."""
    stated = {sales.currency: sales for sales in totals}
    sums: dict[str, Counter[str]] = {currency: Counter() for currency in stated}
    for sales in parts:
        for field in _FIELDS:
            sums.setdefault(sales.currency, Counter())[field] += getattr(sales, field)
    for currency, found in sums.items():
        total = stated.get(currency)
        if total is None:
            if any(found.values()):
                yield _("%(currency)s has sales %(name)s and no total") % {"currency": currency, "name": name}
            continue
        for field, words_of_field in _FIELDS.items():
            if field == "orders" and found[field] >= total.orders:
                continue
            what = _("Total %(name)s, %(currency)s, %(field)s")
            naming = {"name": name, "currency": currency, "field": words_of_field}
            yield from _differs(what % naming, getattr(total, field), found[field])


def _companies(report: MonthlyReport) -> Iterator[str]:
    rows = report.by_company
    yield from _by_currency(_("by company"), [row.sales for row in rows], report.totals.by_currency)
    of_month = sum(row.sales.krw_amount for row in report.by_month if row.month == report.period)
    yield from _differs(
        _("The reported month in KRW, by company"), of_month, sum(row.month_krw_amount for row in rows)
    )


def _groups(report: MonthlyReport) -> Iterator[str]:
    """Reports of earlier definitions have none."""
    if report.by_group:
        rows = [row.sales for row in report.by_group]
        yield from _by_currency(_("by product group"), rows, report.totals.by_currency)


def _targets(report: MonthlyReport) -> Iterator[str]:
    target, months = report.sales_target, report.target_months
    before = target.definition.refunds is RefundBasis.BEFORE
    yield from _differs(
        _("Achieved by the target's definition"),
        target.achieved_krw_amount,
        target.gross_krw_amount if before else target.net_krw_amount,
    )
    if months is not None:
        gross = sum(row.sales.krw_amount for row in months)
        net = sum(row.sales.net_krw_amount for row in months)
        yield from _differs(_("Gross beside the target"), target.gross_krw_amount, gross)
        yield from _differs(_("Net beside the target"), target.net_krw_amount, net)
    selling = {row.business_number for row in report.by_company if row.sales.orders}
    yield from _differs(_("Companies with sales"), report.companies_target.selling, len(selling))
    if report.companies_target.agreed > report.companies_target.selected:
        yield _("More companies agreed than were selected")


def _components(report: MonthlyReport) -> Iterator[str]:
    total = report.components_total
    budget = [row.budget_krw_amount for row in report.components]
    planned = [row.planned_krw_amount for row in report.components]
    actual = [row.actual_krw_amount for row in report.components]
    yield from _known(_("Budget"), total.budget_krw_amount, budget)
    yield from _known(_("Planned cost"), total.planned_krw_amount, planned)
    yield from _known(_("Actual cost"), total.actual_krw_amount, actual)
    served = [row.companies for row in report.components]
    if not max(served, default=0) <= total.companies <= sum(served):
        yield _("Companies served: the total does not fit the components")


def _known(what: str, total: Figure, parts: list[Figure]) -> Iterator[str]:
    values = [figure.value for figure in parts if figure.value is not None]
    if total.value is not None:
        yield from _differs(what, total.value, sum(values))
    elif values:
        yield _("%(what)s: parts are known and the total is not") % {"what": what}


def _measures(report: MonthlyReport) -> Iterator[str]:
    definition = report.sales_target.definition
    if definition.measure is not Measure.ORDERS:
        return
    before = definition.refunds is RefundBasis.BEFORE
    months: dict[tuple[date, str], tuple[Decimal, Decimal]] = {}
    for row in report.by_month:
        sales = row.sales
        pair = (sales.gross_amount, sales.krw_amount) if before else (sales.net_amount, sales.net_krw_amount)
        months[row.month, sales.currency] = pair
    for measure in report.measures:
        if measure.measure is not Measure.ORDERS or measure.currency is None:
            continue
        amount, krw = months.get((measure.month, measure.currency), (Decimal(0), Decimal(0)))
        where = _("Orders of %(month)s beside the other measures, %(currency)s")
        month = words.month(measure.month)
        if measure.amount.value is not None:
            what = where % {"month": month, "currency": measure.currency}
            yield from _differs(what, measure.amount.value, amount)
        if measure.krw_amount.value is not None:
            what = where % {"month": month, "currency": "KRW"}
            yield from _differs(what, measure.krw_amount.value, krw)
    yield from _measures_in_dollars(report, before=before)


def _measures_in_dollars(report: MonthlyReport, *, before: bool) -> Iterator[str]:
    """Orders by currency are rounded by themselves: they may differ from the month's dollars by half a cent each."""
    months = {row.month: row.usd_amount if before else row.net_usd_amount for row in report.dollars}
    stated: dict[date, list[Figure]] = {}
    for row in report.measures:
        if row.measure is Measure.ORDERS and row.currency is not None and row.usd_amount is not None:
            stated.setdefault(row.month, []).append(row.usd_amount)
    for month, parts in stated.items():
        known = [figure.value for figure in parts if figure.value is not None]
        whole = months[month].value if month in months else Decimal(0)
        what = _("Orders of %(month)s beside the other measures, %(currency)s")
        name = what % {"month": words.month(month), "currency": "USD"}
        if (whole is None) != (len(known) < len(parts)):
            yield _("%(where)s: known in one place only") % {"where": name}
        elif whole is not None and abs(whole - sum(known)) > CENT * (len(known) + 1) / 2:
            yield from _differs(name, sum(known), whole)


def _grades_and_waiting(report: MonthlyReport) -> Iterator[str]:
    grades = report.grades
    yield from _differs(
        _("Evidence grades in KRW"), report.totals.krw_amount, sum(row.krw_amount for row in grades)
    )
    yield from _differs(_("Lines by evidence grade"), report.totals.lines, sum(row.lines for row in grades))
    yield from _differs(_("Waiting lines"), report.waiting_lines, sum(row.lines for row in report.waiting))


def _rates(rates: tuple[RateRow, ...]) -> Iterator[str]:
    for row in rates:
        made = krw_per_unit(row)
        step = Decimal(1).scaleb(int(row.krw_per_unit.as_tuple().exponent))
        allowed = (
            {made.quantize(step, rounding) for rounding in (ROUND_HALF_UP, ROUND_DOWN)} if made else set()
        )
        if row.krw_per_unit not in allowed:
            yield _("Rate of %(currency)s from %(day)s is not made of its legs") % {
                "currency": row.currency,
                "day": words.short_day(row.from_on),
            }


def krw_per_unit(row: RateRow) -> Decimal | None:
    """Won for one unit of the currency, computed from the quoted legs; None when they do not lead to won."""
    currency, factor = row.currency, Decimal(1)
    for leg in sorted(row.legs, key=lambda leg: row.currency not in (leg.base, leg.quoted)):
        if leg.base == currency:
            currency, factor = leg.quoted, factor * leg.value / leg.unit
        elif leg.quoted == currency and leg.value:
            currency, factor = leg.base, factor * leg.unit / leg.value
        else:
            return None
    return factor if currency == "KRW" else None


def _twice(report: MonthlyReport) -> Iterator[str]:
    keys: list[tuple[str, Hashable]] = []
    keys += [(words.month(row.month), (row.month, row.sales.currency)) for row in report.by_month]
    keys += [(row.name.ko, (row.business_number, row.sales.currency)) for row in report.by_company]
    keys += [(row.name.ko, ("group", row.product_group, row.sales.currency)) for row in report.by_group]
    keys += [(row.name.ko, ("component", row.code)) for row in report.components]
    keys += [(row.currency, ("total", row.currency)) for row in report.totals.by_currency]
    keys += [(str(row.measure), (row.month, row.measure, row.currency)) for row in report.measures]
    keys += [(str(row.uploader), ("grade", row.uploader)) for row in report.grades]
    keys += [(str(row.kind), (row.kind, row.currency)) for row in report.waiting]
    seen: set[Hashable] = set()
    for name, key in keys:
        if key in seen:
            yield _("%(name)s is given twice") % {"name": name}
        seen.add(key)
