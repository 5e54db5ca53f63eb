"""The monthly report as values (월간 보고서 구성): every figure asked for once, each total the sum of its parts.

Nothing of the time of the run enters: the data cut is the instant of the newest data that the figures rest on, so the
same data give the same report in any process and on any day. What is due is judged on the day of the cut.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from companies.models import Company
from programs.models import Assignment, Program, Store, Target
from programs.queries.delivery import companies_served, component_totals
from reports.domain import composing_corrections as corrections
from reports.domain import composing_evidence as evidence
from reports.domain import composing_groups as groups
from reports.domain import composing_notes as notes
from reports.printing import data, kinds
from reports.printing.data import Figure
from reports.printing.kinds import Reason
from reports.printing.words import KrwUnit
from reports.queries import (
    calendar_months,
    closing,
    companies,
    of_which,
    order_sums,
    rates,
    reported_measures,
    sharing,
    shipments,
    sources,
    targets,
    waiting,
)
from reports.queries.counted import Basis, Scope
from reports.queries.order_sums import ZERO, Orders, Sum
from reports.queries.payout_terms import book

DEFINITION = "monthly-8"
"""monthly-2: companies and costs as they stood at the end of the period, not on the day of the run. monthly-3: closed months
are final, and what a month holds for closed ones is said. monthly-4: dollars beside won; orders in total are distinct, not the sum of
the months'. monthly-5: product groups; all four measures in dollars; whether goods wait in warehouses. monthly-6: a
closed month goes on saying that goods wait, where it did when it was closed. monthly-7: what a platform's API answered is a grade
of evidence of its own. monthly-8: notes write days and months as the pages do, so the checksum is another one; no figure is."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a report covers and by which definition."""

    program: Program
    period: dt.date
    target: Target | None
    scope: Scope


def frame(program: Program, period: dt.date, as_of: dt.datetime | None = None) -> Frame:
    """The covered days: from the first day of the sales target by which the month is measured (before it began, and
    without one, of the program) to the end of the month. What was reached of the target is asked for its own days."""
    period = period.replace(day=1)
    until_on = calendar_months.last_day(period)
    target = targets.sales_target(program, until_on)
    from_on = min(program.starts_on, period)
    if target is None or target.measure != Target.Measure.ORDERS:
        return Frame(program, period, target, Scope(program, from_on, until_on, as_of))
    if target.from_on <= until_on:
        from_on = target.from_on
    return Frame(program, period, target, Scope(program, from_on, until_on, as_of, Basis.of_target(target)))


def build(program: Program, period: dt.date, as_of: dt.datetime | None = None) -> data.MonthlyReport:
    """The report of a month, from what had been entered up to `as_of` (None: until now).

    The caller holds the data cut (`cut.hold`). Refused: `moment_unknown`.
    """
    covered = frame(program, period, as_of)
    scope = covered.scope
    orders = order_sums.orders(scope)
    waits = waiting.of_program(scope)
    rate_rows, rates_at = evidence.rates_used(scope, orders)
    cut_at = max(
        filter(None, (program.created_at, sources.newest_at(scope), rates_at, sharing.newest_at(scope)))
    )
    closed = {month for month, _closed_at in rates.closings_of(program, as_of)}
    months = _months(orders, closed)
    components, components_total = _components(scope)
    return data.MonthlyReport(
        program_code=program.code,
        program_name=data.Text(program.name_ko, program.name_en),
        agency_name=data.Text(program.agency.name_ko, program.agency.name_en),
        market_name=_market_name(program),
        period=covered.period,
        from_on=scope.from_on,
        to_on=scope.until_on,
        data_cut_at=cut_at,
        definition_version=DEFINITION,
        is_demonstration=program.is_made_up,
        companies_target=_companies_target(program, scope, orders),
        sales_target=_sales_target(covered, orders),
        by_month=months,
        totals=_totals(orders),
        by_company=_companies(covered, orders),
        components=components,
        components_total=components_total,
        measures=_measures(scope, orders, cut_at),
        grades=evidence.grades(orders),
        waiting=tuple(
            data.WaitingRow(
                kind=kinds.WaitingKind(row.kind.value), currency=row.currency, lines=row.lines, amount=Figure(row.amount)
            )
            for row in waits
        ),
        waiting_lines=sum(row.lines for row in waits),
        rates=rate_rows,
        taxes=evidence.taxes(scope, orders),
        provisional=notes.provisional(
            covered.period,
            is_closed=covered.period in closed,
            has_open_months=any(row.is_provisional for row in months),
            has_waiting=bool(waits),
            tax_unknown=sources.tax_unknown(scope, orders.rates),
        ),
        notes=notes.of_report(program, covered.target) + notes.of_shared(scope) + corrections.of_report(scope, orders),
        sources=tuple(
            data.SourceFile(
                batch=str(row.batch), profile=row.profile, file_name=row.file_name, sha256=row.sha256,
                uploader=kinds.Uploader(row.grade), received_at=row.received_at, lines=row.lines,
            )
            for row in sources.sources(scope)
        ),
        empty_reason=None if months else _why_empty(program, waits),
        adjustments=_adjustments(scope),
        of_which=_of_which(scope),
        dollars=_dollars(orders),
        shared=_shared(scope),
        by_group=groups.of_report(scope),
        has_stock=shipments.has_stock(scope),
    )  # fmt: skip


def _dollars(orders: Orders) -> tuple[data.DollarRow, ...]:
    """By month over all currencies, and in total at the end."""
    months: dict[dt.date, list[Sum]] = {}
    for (month, _currency), each in sorted(orders.by_month().items()):
        months.setdefault(month, []).append(each)
    rows: list[tuple[dt.date | None, Decimal | None, Decimal | None]] = [
        (
            month,
            rates.dollars(each.usd_amount for each in sums),
            rates.dollars(each.net_usd_amount for each in sums),
        )
        for month, sums in months.items()
    ]
    if rows:
        rows.append((None, orders.usd_amount, orders.net_usd_amount))
    return tuple(
        data.DollarRow(month=month, usd_amount=_in_dollars(usd), net_usd_amount=_in_dollars(net))
        for month, usd, net in rows
    )


def _in_dollars(usd: Decimal | None) -> Figure:
    shown = rates.cents(usd)
    return Figure(None, Reason.NO_RATE) if shown is None else Figure(shown)


def _adjustments(scope: Scope) -> tuple[data.AdjustmentRow, ...]:
    """Of the orders only: the months of payouts are compared with nothing."""
    return tuple(
        data.AdjustmentRow(
            month=row.month, concerns=row.concerns, currency=row.currency, gross_amount=row.amount,
            krw_amount=row.krw_amount or ZERO, net_krw_amount=row.net_krw_amount or ZERO,
        )
        for row in closing.adjustments(scope)
        if row.measure == Target.Measure.ORDERS
    )  # fmt: skip


def _of_which(scope: Scope) -> tuple[data.OfWhichRow, ...]:
    return tuple(
        data.OfWhichRow(
            month=row.month, currency=row.currency, own_amount=row.own_amount, own_krw_amount=row.own_krw_amount,
            own_orders=row.own_orders, later_krw_amount=row.later_krw_amount, program_amount=row.program_amount,
            program_krw_amount=row.program_krw_amount,
        )
        for row in of_which.of_which(scope)
    )  # fmt: skip


def _shared(scope: Scope) -> tuple[data.SharedRow, ...]:
    return tuple(
        data.SharedRow(
            is_own=row.is_own, program_code=row.partner.code, program_name=notes.name_of(row.partner, row.elsewhere),
            month=row.month, currency=row.currency, other_percent=row.other_percent, gross_amount=row.gross_amount,
            net_amount=row.net_amount, krw_amount=row.krw_amount, net_krw_amount=row.net_krw_amount,
            other_krw_amount=row.other_krw_amount, other_net_krw_amount=row.other_net_krw_amount,
            later_krw_amount=row.later_krw_amount, basis=row.basis, rate_rule=row.rate_rule, usd_amount=_in_dollars(row.usd_amount),
            net_usd_amount=_in_dollars(row.net_usd_amount), other_usd_amount=_in_dollars(row.other_usd_amount),
            other_net_usd_amount=_in_dollars(row.other_net_usd_amount), later_usd_amount=_in_dollars(row.later_usd_amount),
        )
        for row in sharing.of_scope(scope)
    )  # fmt: skip


def _why_empty(program: Program, waits: list[waiting.Waiting]) -> Reason:
    if waits:
        return Reason.ALL_WAITING
    return Reason.NO_SALES if sources.has_lines(program) else Reason.NO_FILE


def _market_name(program: Program) -> data.Text:
    links = program.program_markets.select_related("market__platform", "market__country").order_by(
        "created_at", "pk"
    )
    markets = [link.market for link in links]
    return data.Text(
        " · ".join(f"{market.platform.name_ko}, {market.country.name_ko}" for market in markets),
        " · ".join(f"{market.platform.name_en}, {market.country.name_en}" for market in markets),
    )


def _sales(each: Sum) -> data.Sales:
    return data.Sales(
        currency=each.currency, gross_amount=each.gross_amount, refunds_amount=each.refund_amount,
        net_amount=each.net_amount, orders=each.orders, units=each.units, krw_amount=each.krw_amount,
        net_krw_amount=each.net_krw_amount,
    )  # fmt: skip


def _months(orders: Orders, closed: set[dt.date]) -> tuple[data.MonthRow, ...]:
    """A closed month is final. Others are not: the panel books refunds on the original order, however late."""
    return tuple(
        data.MonthRow(month=month, sales=_sales(each), is_provisional=month not in closed)
        for (month, _currency), each in sorted(orders.by_month().items())
    )


def _totals(orders: Orders) -> data.Totals:
    sums, counts = orders.by_currency(), orders.orders_by_currency
    return data.Totals(
        by_currency=tuple(
            _sales(replace(sums[currency], orders=counts.get(currency, 0))) for currency in sorted(sums)
        ),
        orders=orders.orders_in_total,
        units=sum(each.units for each in sums.values()),
        lines=orders.lines,
        krw_amount=orders.krw_amount,
        net_krw_amount=orders.net_krw_amount,
    )


def _companies_target(program: Program, scope: Scope, orders: Orders) -> data.CompanyTarget:
    wanted = targets.companies_target(program, scope.until_on)
    selling = {
        company for (company, _currency), each in orders.by_company(with_orders=True).items() if each.orders
    }
    return data.CompanyTarget(
        target=Figure(wanted.value) if wanted else Figure(None, Reason.NO_TARGET),
        selected=len(companies.selected(program, scope.until_on)),
        agreed=len(companies.taking_part(program, scope.until_on)),
        selling=len(selling),
    )


def _sales_target(covered: Frame, orders: Orders) -> data.SalesTarget:
    target, basis, scope = covered.target, covered.scope.basis, covered.scope
    is_counted = target is not None and target.measure == Target.Measure.ORDERS
    definition = data.TargetDefinition(
        measure=kinds.Measure.ORDERS,
        moment=kinds.Moment(basis.moment),
        refunds=kinds.RefundBasis.BEFORE if basis.is_before_refunds else kinds.RefundBasis.AFTER,
        tax=kinds.Inclusion.INCLUDED if basis.has_tax else kinds.Inclusion.EXCLUDED,
        shipping=kinds.Inclusion.INCLUDED if basis.has_shipping else kinds.Inclusion.EXCLUDED,
        zone=covered.program.zone,
        rate_rule=kinds.RateRule(covered.program.rate_rule),
        unit=KrwUnit.HUNDRED_MILLION,
        rate_days_back=rates.DAYS_BACK,
    )
    days = (target.from_on, target.until_on) if target and is_counted else (scope.from_on, scope.until_on)
    in_both = (max(days[0], scope.from_on), min(days[1], scope.until_on))
    reached = orders
    if in_both != (scope.from_on, scope.until_on):
        reached = order_sums.orders(replace(scope, from_on=in_both[0], until_on=in_both[1]))
    if target is None:
        wanted = Figure(None, Reason.NO_TARGET)
    elif is_counted:
        wanted = Figure(target.value)
    else:
        wanted = Figure(None, notes.other_measure(target))
    return data.SalesTarget(
        definition=definition,
        from_on=days[0],
        to_on=days[1],
        target_krw_amount=wanted,
        achieved_krw_amount=reached.krw_amount if basis.is_before_refunds else reached.net_krw_amount,
        gross_krw_amount=reached.krw_amount,
        net_krw_amount=reached.net_krw_amount,
    )


def _companies(covered: Frame, orders: Orders) -> tuple[data.CompanyRow, ...]:
    """Companies taking part at the end of the period and those with sales, by won; one without sales has zeros in the
    first currency."""
    program = covered.program
    sums = orders.by_company(with_orders=True)
    taking_part = companies.taking_part(program, covered.scope.until_on)
    currency = min(orders.by_currency(), default="") or _first_currency(program)
    for company in taking_part - {key[0] for key in sums}:
        sums[company, currency] = Sum(currency)
    of_month: dict[tuple[UUID, str], Decimal] = {}
    for cell in orders.cells:
        if cell.month == covered.period:
            key = (cell.company, cell.sum.currency)
            of_month[key] = of_month.get(key, ZERO) + cell.sum.krw_amount
    known = Company.objects.in_bulk([company for company, _currency in sums])
    holders, graded = _holders(program, orders), _uploaders(orders)
    rows = [
        data.CompanyRow(
            business_number=known[company].pretty_number,
            name=data.Text(known[company].name_ko, known[company].name_en),
            holders=tuple(each for each in kinds.Holder if each in holders.get(company, ())),
            uploaders=tuple(each for each in kinds.Uploader if each in graded.get(company, ())),
            sales=_sales(each),
            month_krw_amount=of_month.get((company, currency), ZERO),
        )
        for (company, currency), each in sums.items()
    ]
    return tuple(
        sorted(rows, key=lambda row: (-row.sales.krw_amount, row.business_number, row.sales.currency))
    )


def _first_currency(program: Program) -> str:
    link = program.program_markets.select_related("market").order_by("created_at", "pk").first()
    return str(link.market.currency_id) if link else "KRW"


def _holders(program: Program, orders: Orders) -> dict[UUID, set[str]]:
    """Who holds the stores that the company sells in or that were assigned to it."""
    held = dict(Store.objects.filter(agency=program.agency_id).values_list("pk", "holder"))
    found: dict[UUID, set[str]] = {}
    assigned = Assignment.objects.filter(program=program).values_list("participation__company", "store")
    sold = [(cell.company, cell.store) for cell in orders.cells]
    for company, store in [*assigned, *sold]:
        found.setdefault(company, set()).add(held[store])
    return found


def _uploaders(orders: Orders) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = {}
    for cell in orders.cells:
        found.setdefault(cell.company, set()).add(cell.grade)
    return found


def _components(scope: Scope) -> tuple[tuple[data.ComponentRow, ...], data.ComponentTotal]:
    totals = component_totals(scope.program, scope.until_on)
    rows = tuple(
        data.ComponentRow(
            code=each.kind,
            name=data.Text(each.name_ko, each.name_en),
            budget_krw_amount=Figure(each.budget_amount)
            if each.budget_amount
            else Figure(None, Reason.NO_BUDGET),
            planned_krw_amount=Figure(each.planned_amount)
            if each.companies
            else Figure(None, Reason.NOT_PLANNED),
            actual_krw_amount=Figure(each.actual_amount)
            if each.done_companies
            else Figure(None, Reason.NOT_SETTLED),
            companies=each.done_companies,
        )
        for each in totals
    )
    return rows, data.ComponentTotal(
        budget_krw_amount=_known([row.budget_krw_amount for row in rows], Reason.NO_BUDGET),
        planned_krw_amount=_known([row.planned_krw_amount for row in rows], Reason.NOT_PLANNED),
        actual_krw_amount=_known([row.actual_krw_amount for row in rows], Reason.NOT_SETTLED),
        companies=companies_served(scope.program, scope.until_on),
    )


def _known(figures: list[Figure], otherwise: Reason) -> Figure:
    values = [figure.value for figure in figures if figure.value is not None]
    return Figure(sum(values, ZERO)) if values else Figure(None, otherwise)


def _measures(scope: Scope, orders: Orders, cut_at: dt.datetime) -> tuple[data.MeasureRow, ...]:
    cut_on = cut_at.astimezone(ZoneInfo(scope.program.zone)).date()
    terms = book(scope.program, stores={store for store, _currency in orders.by_store()}, known_at=cut_at)
    before = scope.basis.is_before_refunds
    ordered = [
        reported_measures.Reported(
            month,
            currency,
            each.gross_amount if before else each.net_amount,
            each.krw_amount if before else each.net_krw_amount,
            usd_amount=each.usd_amount if before else each.net_usd_amount,
        )
        for (month, currency), each in sorted(orders.by_month().items())
    ]
    found = {
        kinds.Measure.DECLARED: reported_measures.declared(scope),
        kinds.Measure.ORDERS: ordered,
        kinds.Measure.PAYOUTS: reported_measures.payouts(scope),
        kinds.Measure.CUSTOMS: reported_measures.customs(scope),
    }
    rows = []
    for month in calendar_months.months_of(scope.from_on, scope.until_on):
        for measure in kinds.Measure:
            of_month = [row for row in found[measure] if row.month == month]
            rows += [
                data.MeasureRow(
                    month=month, measure=measure, currency=row.currency, amount=Figure(row.amount),
                    krw_amount=Figure(None, Reason.NO_RATE) if row.krw_amount is None else Figure(row.krw_amount),
                    usd_amount=_in_dollars(row.usd_amount),
                )
                for row in of_month
            ]  # fmt: skip
            if not of_month:
                missing = Figure(None, notes.why_missing(measure, month, cut_on, terms))
                rows.append(
                    data.MeasureRow(
                        month=month,
                        measure=measure,
                        currency=None,
                        amount=missing,
                        krw_amount=missing,
                        usd_amount=missing,
                    )
                )
    return tuple(rows)
