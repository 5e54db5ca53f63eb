"""The orders measure (주문 실적): sums of the sales lines that count, by month, company, store and grade of evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from reports.queries import calendar_months, counted, rates, rollups
from reports.queries.counted import Scope

ZERO = Decimal(0)
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Sum:
    """Amounts of counted lines in one currency of the files (the file's signs: refunds negative), and in won.

    `lines` is the sum of the signs: a row that takes a line back counts against it, in whichever month it is booked. `orders`
    are distinct orders with a line left, so they add up over months and not over companies. Dollars are not yet rounded
    (`rates.cents`); None where a day of the lines has no dollar rate.
    """

    currency: str
    gross_amount: Decimal = ZERO
    refund_amount: Decimal = ZERO
    krw_amount: Decimal = ZERO
    net_krw_amount: Decimal = ZERO
    lines: int = 0
    units: int = 0
    orders: int = 0
    usd_amount: Decimal | None = ZERO
    net_usd_amount: Decimal | None = ZERO

    @property
    def net_amount(self) -> Decimal:
        return self.gross_amount + self.refund_amount

    def __add__(self, other: Sum) -> Sum:
        return Sum(
            self.currency,
            self.gross_amount + other.gross_amount,
            self.refund_amount + other.refund_amount,
            self.krw_amount + other.krw_amount,
            self.net_krw_amount + other.net_krw_amount,
            self.lines + other.lines,
            self.units + other.units,
            self.orders + other.orders,
            rates.both(self.usd_amount, other.usd_amount),
            rates.both(self.net_usd_amount, other.net_usd_amount),
        )


@dataclass(frozen=True, slots=True)
class Cell:
    """The counted lines of one month, company, store and grade of evidence in one currency."""

    month: dt.date
    company: UUID
    store: UUID
    grade: str
    sum: Sum


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of cells over all but one of their dimensions; those of a grade are over several currencies."""

    month: dict[tuple[dt.date, str], Sum] = field(default_factory=dict)
    company: dict[tuple[UUID, str], Sum] = field(default_factory=dict)
    store: dict[tuple[UUID, str], Sum] = field(default_factory=dict)
    grade: dict[str, Sum] = field(default_factory=dict)

    def add(self, cells: Iterable[Cell]) -> None:
        """Add cells of which none is in the sums yet."""
        for cell in cells:
            each = cell.sum
            _add(self.month, (cell.month, each.currency), each)
            _add(self.company, (cell.company, each.currency), each)
            _add(self.store, (cell.store, each.currency), each)
            _add(self.grade, cell.grade, each)

    def in_order(self) -> Sums:
        return Sums(
            month=dict(sorted(self.month.items())),
            company=dict(sorted(self.company.items())),
            store=dict(sorted(self.store.items())),
            grade=dict(sorted(self.grade.items())),
        )


@dataclass(frozen=True)
class Orders:
    """The orders measure of a scope. Every total is the sum of `cells`. Orders are counted where they are shown: by month
    they are kept with the sums, by company and by both they are counted when somebody asks."""

    scope: Scope
    sums: Sums
    orders_by_month: dict[tuple[dt.date, str], int]
    known: tuple[Cell, ...] | None = field(default=None, compare=False)
    """The cells, if they have been read; else they are when somebody asks."""

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        if self.known is not None:
            return self.known
        return cells(self.scope)

    @cached_property
    def rates(self) -> dict[rates.CurrencyDay, rates.Rate]:
        """By which the lines were converted."""
        return counted.day_rates(self.scope)

    @cached_property
    def orders_by_company(self) -> dict[tuple[UUID, str], int]:
        return {
            (company, currency): count
            for company, currency, count in _orders_by(self.scope, "company_id, currency_id")
        }

    @cached_property
    def orders_by_currency(self) -> dict[str, int]:
        """Over all months: not their sum, for an order may have lines in two."""
        return dict(_orders_by(self.scope, "currency_id"))

    @cached_property
    def orders_in_total(self) -> int:
        """Over all months and currencies."""
        sql, parameters = converted(self.scope)
        bought = f"SELECT 1 FROM ({sql}) line GROUP BY store_id, order_key HAVING sum(sign) > 0"  # noqa: S608
        return int(counted.ask(f"SELECT count(*) FROM ({bought}) bought", parameters)[0][0])  # noqa: S608

    @cached_property
    def orders_by_both(self) -> dict[tuple[dt.date, UUID, str], int]:
        return {
            (month, company, currency): count
            for month, company, currency, count in _orders_by(self.scope, "month, company_id, currency_id")
        }

    def by_month(self) -> dict[tuple[dt.date, str], Sum]:
        return {
            key: replace(each, orders=self.orders_by_month.get(key, 0))
            for key, each in self.sums.month.items()
        }

    def by_company(self, *, with_orders: bool = False) -> dict[tuple[UUID, str], Sum]:
        """Over all months; the number of orders only if wanted, for all lines are read for it: an order may have lines in two
        months."""
        if not with_orders:
            return dict(self.sums.company)
        counts = self.orders_by_company
        return {key: replace(each, orders=counts.get(key, 0)) for key, each in self.sums.company.items()}

    def by_month_and_company(self) -> dict[tuple[dt.date, UUID, str], Sum]:
        sums: dict[tuple[dt.date, UUID, str], Sum] = {}
        for cell in self.cells:
            _add(sums, (cell.month, cell.company, cell.sum.currency), cell.sum)
        return {key: replace(each, orders=self.orders_by_both.get(key, 0)) for key, each in sums.items()}

    def by_store(self) -> dict[tuple[UUID, str], Sum]:
        """Without the number of orders, which is asked by month and company only."""
        return dict(self.sums.store)

    def by_grade(self) -> dict[str, Sum]:
        """Lines and won by who brought the file; the other amounts are of several currencies and mean nothing."""
        return dict(self.sums.grade)

    def by_currency(self) -> dict[str, Sum]:
        sums: dict[str, Sum] = {}
        for (_month, currency), each in sorted(self.by_month().items()):
            _add(sums, currency, each)
        return sums

    @property
    def krw_amount(self) -> Decimal:
        return sum((each.krw_amount for each in self.sums.month.values()), ZERO)

    @property
    def net_krw_amount(self) -> Decimal:
        return sum((each.net_krw_amount for each in self.sums.month.values()), ZERO)

    @property
    def usd_amount(self) -> Decimal | None:
        return rates.dollars(each.usd_amount for each in self.sums.month.values())

    @property
    def net_usd_amount(self) -> Decimal | None:
        return rates.dollars(each.net_usd_amount for each in self.sums.month.values())

    @property
    def lines(self) -> int:
        return sum(each.lines for each in self.sums.month.values())

    @property
    def companies(self) -> set[UUID]:
        return {company for company, _currency in self.sums.company}


def _add(sums: dict[K, Sum], key: K, each: Sum) -> None:
    sums[key] = sums[key] + each if key in sums else each


def orders(scope: Scope, companies: Iterable[UUID] | None = None) -> Orders:
    """The counted sales lines of the scope (of these companies only, if given), converted by the program's rule.

    Lines without a rate are in none of the sums (`reports.queries.waiting` names them). Stores' months whose sums are kept and up to
    date are not read line by line; the figures are the same (an order lies in one store). Refused as `counted.states_of`.
    """
    if companies is not None:
        scope = replace(scope, companies=tuple(companies))
    counted.states_of(scope.basis)
    kept = rollups.kept(scope)
    if kept is None:
        return of_lines(scope)
    sums, counts = Sums(), dict(kept.orders)
    for month, company, store, grade, *row in kept.sums:
        each = sum_of(row)
        if month:
            sums.month[month, each.currency] = each
        elif company:
            sums.company[company, each.currency] = each
        elif store:
            sums.store[store, each.currency] = each
        else:
            sums.grade[grade] = each
    for month, stores in kept.stale.items():
        read = of_lines(replace(calendar_months.of_month(scope, month), stores=tuple(stores)))
        sums.add(read.cells)
        for key, count in read.orders_by_month.items():
            counts[key] = counts.get(key, 0) + count
    return Orders(scope, sums.in_order(), counts)


def cells(scope: Scope) -> tuple[Cell, ...]:
    """The single cells of a scope of now, of any companies; of months that are not kept from their lines."""
    rows, stale = rollups.cells(scope)
    found = [_cell(row) for row in rows]
    for month, stores in stale.items():
        found += of_lines(replace(calendar_months.of_month(scope, month), stores=tuple(stores))).cells
    return tuple(
        sorted(found, key=lambda cell: (cell.month, cell.company, cell.store, cell.grade, cell.sum.currency))
    )


OF_LINES = """sum(gross), sum(refund), sum(krw), sum(net_krw), sum(sign), sum(units),
    CASE WHEN bool_and(usd IS NOT NULL) THEN sum(usd) END, CASE WHEN bool_and(usd IS NOT NULL) THEN sum(net_usd) END"""
"""The sums of a group of converted lines, as `sum_of` takes them after the currency."""


def of_lines(scope: Scope) -> Orders:
    """The same, read line by line."""
    sql, parameters = converted(scope)
    rows = counted.ask(
        f"SELECT month, company_id, store_id, grade, currency_id, {OF_LINES}"  # noqa: S608
        f" FROM ({sql}) line GROUP BY 1, 2, 3, 4, 5 HAVING {counted.LINES_LEFT}"
        " ORDER BY 1, 2, 3, 4, 5",
        parameters,
    )
    cells, sums = tuple(_cell(row) for row in rows), Sums()
    sums.add(cells)
    by_month = _orders_by(scope, "month, currency_id")
    return Orders(scope, sums, {(month, currency): count for month, currency, count in by_month}, cells)


def _orders_by(scope: Scope, by: str) -> list[tuple[Any, ...]]:
    """Distinct orders with a line left, grouped by some columns."""
    sql, parameters = converted(scope)
    return counted.ask(
        f"SELECT {by}, count(*) FROM (SELECT {by} FROM ({sql}) line GROUP BY {by}, store_id, order_key"  # noqa: S608
        f" HAVING sum(sign) > 0) bought GROUP BY {by}",
        parameters,
    )


def converted(scope: Scope) -> tuple[str, dict[str, Any]]:
    """The select of the counted lines that have a rate, with its parameters."""
    found = counted.known_rates(scope if scope.companies is not None else replace(scope, stores=None))
    rated = counted.rate_parameters(found, counted.dollar_rates(scope, found))
    return counted.converted_sql(scope), {**scope.parameters(), **rated}


def _cell(row: tuple[Any, ...]) -> Cell:
    month, company, store, grade, *sums = row
    return Cell(month, company, store, grade, sum_of(sums))


def sum_of(row: Sequence[Any]) -> Sum:
    """Of a row of currency and sums."""
    currency, gross, refund, krw, net_krw, lines, units, usd, net_usd = row
    return Sum(
        currency, gross, refund, krw, net_krw, int(lines), int(units), usd_amount=usd, net_usd_amount=net_usd
    )
