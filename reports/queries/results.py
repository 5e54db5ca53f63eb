"""Results as pages show them: four measures by month side by side, orders by company, store and grade, one company's
own months. Sums are those of `measures`; nothing is added across measures."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import dropwhile
from uuid import UUID

from companies.models import Company
from ground.clock import SEOUL
from programs.models import Participation, Program, Store
from reports.models import Declaration, ImportBatch
from reports.queries import (
    calendar_months,
    cohorts,
    order_sums,
    payouts,
    product_groups,
    reported_measures,
    sharing,
    targets,
)
from reports.queries.counted import Scope
from reports.queries.of_which import OfWhich, of_which
from reports.queries.order_sums import Orders, Sum
from reports.queries.payouts import FateSum
from reports.queries.product_groups import GroupSum
from reports.queries.reported_measures import Reported
from reports.queries.sharing import Shared


def scope_until(program: Program, on: dt.date) -> Scope:
    """The program from its first day to the day or its end, by the definition of the sales target of the day."""
    return Scope(program, program.starts_on, min(program.ends_on, on), basis=targets.basis_of(program, on))


@dataclass(frozen=True, slots=True)
class Month:
    """One month: each measure in the currencies in which it was reported. An empty list: nothing is known."""

    month: dt.date
    orders: list[Sum] = field(default_factory=list)
    declared: list[Reported] = field(default_factory=list)
    payouts: list[Reported] = field(default_factory=list)
    customs: list[Reported] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.orders or self.declared or self.payouts or self.customs)


def _months(scope: Scope, orders: Orders) -> list[Month]:
    """The four measures from the first month of which anything is known to the last of the scope."""
    found = {month: Month(month) for month in calendar_months.months_of(scope.from_on, scope.until_on)}
    for (month, _currency), each in sorted(orders.by_month().items()):
        found.setdefault(month, Month(month)).orders.append(each)
    for name, rows in (
        ("declared", reported_measures.declared(scope)),
        ("payouts", reported_measures.payouts(scope)),
        ("customs", reported_measures.customs(scope)),
    ):
        for row in rows:
            getattr(found.setdefault(row.month, Month(row.month)), name).append(row)
    return list(dropwhile(lambda row: row.is_empty, (found[month] for month in sorted(found))))


@dataclass(frozen=True, slots=True)
class Labeled:
    """Orders of one company, store or grade in one currency."""

    label: str
    code: str
    sum: Sum


@dataclass(frozen=True, slots=True)
class ProgramResults:
    program: Program
    scope: Scope
    months: list[Month]
    orders: Orders
    by_company: list[Labeled]
    by_store: list[Labeled]
    by_product_group: list[GroupSum]
    by_grade: list[Labeled]
    paid: cohorts.Months
    of_which: list[OfWhich] = field(default_factory=list)
    shared: list[Shared] = field(default_factory=list)

    @property
    def fates(self) -> list[FateSum]:
        return cohorts.fate_sums(self.paid.rows)

    @property
    def difference_count(self) -> int:
        return sum(row.orders.get(fate, 0) for row in self.paid.rows for fate in payouts.DIFFERENCES)

    @property
    def orphan_count(self) -> int:
        return sum(row.orphans for row in self.paid.rows)

    @property
    def unnamed(self) -> list[tuple[str, int, Decimal]]:
        """Movements that name no order: currency, number and amount."""
        found: dict[str, tuple[int, Decimal]] = {}
        for row in self.paid.rows:
            if row.unnamed:
                count, amount = found.get(row.currency, (0, Decimal(0)))
                found[row.currency] = (count + row.unnamed, amount + row.unnamed_amount)
        return [(currency, *found[currency]) for currency in sorted(found)]


def of_program(program: Program, on: dt.date) -> ProgramResults:
    """Everything that the page of a program's results shows, as of today."""
    scope = scope_until(program, on)
    orders = order_sums.orders(scope)
    graded = orders.by_grade()
    return ProgramResults(
        program=program,
        scope=scope,
        months=_months(scope, orders),
        orders=orders,
        by_company=by_company(orders),
        by_store=by_store(orders),
        by_product_group=product_groups.of_scope(scope),
        by_grade=[
            Labeled(grade, grade, graded[grade]) for grade in ImportBatch.Grade.values if grade in graded
        ],
        paid=cohorts.of_scope(scope, on),
        of_which=of_which(scope),
        shared=sharing.of_scope(scope),
    )


def by_company(orders: Orders) -> list[Labeled]:
    """Each company and currency of the orders, the largest first."""
    sums = orders.by_company()
    companies = Company.objects.only("name_ko", "name_en", "business_number").in_bulk(
        {company for company, _currency in sums}
    )
    rows = [
        Labeled(str(companies[company]), companies[company].pretty_number, each)
        for (company, _currency), each in sums.items()
    ]
    return sorted(rows, key=lambda row: (-row.sum.krw_amount, row.code))


def by_store(orders: Orders) -> list[Labeled]:
    """Each store and currency of the orders, the largest first."""
    sums = orders.by_store()
    stores = Store.objects.in_bulk([store for store, _currency in sums])
    rows = [
        Labeled(stores[store].name, stores[store].code, each) for (store, _currency), each in sums.items()
    ]
    return sorted(rows, key=lambda row: (-row.sum.krw_amount, row.code))


@dataclass(frozen=True, slots=True)
class CompanyResults:
    """One company's own months in a program, under all its agreements there."""

    participation: Participation
    months: list[Month]
    by_product_group: list[GroupSum]
    fates: list[FateSum]
    of_which: list[OfWhich] = field(default_factory=list)
    shared: list[Shared] = field(default_factory=list)

    @property
    def krw_amount(self) -> Decimal:
        return sum((each.krw_amount for month in self.months for each in month.orders), Decimal(0))


def of_company(participation: Participation, on: dt.date) -> CompanyResults:
    """What the company sold, declared, was paid and exported, month by month. Nobody else's figures are in it."""
    company: UUID = participation.company_id
    scope = replace(scope_until(participation.program, on), companies=(company,))
    orders = order_sums.orders(scope)
    return CompanyResults(
        participation=participation,
        months=_months(scope, orders),
        by_product_group=product_groups.of_scope(scope),
        fates=payouts.sums(payouts.fates(scope, on, company)),
        of_which=of_which(scope),
        shared=sharing.of_scope(scope),
    )


def declarations_of(participation: Participation, on: dt.date) -> dict[dt.date, list[Declaration]]:
    """What the company declares now under one agreement, for each month from that of the agreement to the last of it."""
    scope = scope_until(participation.program, on)
    agreed_on = participation.agreed_at.astimezone(SEOUL).date() if participation.agreed_at else scope.from_on
    last_on = min(scope.until_on, participation.last_on or scope.until_on)
    found: dict[dt.date, list[Declaration]] = {
        month: [] for month in calendar_months.months_of(max(scope.from_on, agreed_on), last_on)
    }
    for each in (
        participation.declarations.current()
        .select_related("currency", "store", "market__platform", "market__country")
        .order_by("month", "currency")
    ):
        found.setdefault(each.month, []).append(each)
    return found
