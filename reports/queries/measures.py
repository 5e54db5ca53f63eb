"""Four measures of sales, side by side and never added: declared, orders, payouts, customs."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from programs.models import Program
from reports.queries import counted, exports, paid_months, rates, rollups
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
            both(self.usd_amount, other.usd_amount),
            both(self.net_usd_amount, other.net_usd_amount),
        )


def both(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """Their sum; not known where one of them is not."""
    return None if one is None or other is None else one + other


def dollars(parts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of amounts in dollars; not known where one of them is not."""
    total: Decimal | None = ZERO
    for part in parts:
        total = both(total, part)
    return total


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
        return dollars(each.usd_amount for each in self.sums.month.values())

    @property
    def net_usd_amount(self) -> Decimal | None:
        return dollars(each.net_usd_amount for each in self.sums.month.values())

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

    Lines without a rate are in none of the sums (`reports.queries.waiting` names them). Months whose sums are kept and up to
    date are not read line by line; the figures are the same. Refused as `counted.states_of`.
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
    for month in kept.months:
        read = of_lines(of_month(scope, month))
        sums.add(read.cells)
        counts |= read.orders_by_month
    return Orders(scope, sums.in_order(), counts)


def cells(scope: Scope) -> tuple[Cell, ...]:
    """The single cells of a scope of now, of any companies; of months that are not kept from their lines."""
    rows, months = rollups.cells(scope)
    found = [_cell(row) for row in rows]
    for month in months:
        found += of_lines(of_month(scope, month)).cells
    return tuple(
        sorted(found, key=lambda cell: (cell.month, cell.company, cell.store, cell.grade, cell.sum.currency))
    )


def of_month(scope: Scope, month: dt.date) -> Scope:
    """The days of the scope that lie in a month."""
    return replace(scope, from_on=max(scope.from_on, month), until_on=min(scope.until_on, last_day(month)))


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
    found = counted.known_rates(scope)
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


@dataclass(frozen=True, slots=True)
class Reported:
    """One measure of one month in the currency in which it was reported; `krw_amount` None: no rate.

    `company` is None for sums over all companies of the program. Dollars are by way of the won by the same rates and not yet
    rounded (`rates.cents`); None where a part has no rate, or its day or month no dollar rate.
    """

    month: dt.date
    currency: str
    amount: Decimal
    krw_amount: Decimal | None
    company: UUID | None = None
    usd_amount: Decimal | None = field(default=None, compare=False)


NOT_SALES = ("reserve", "payout", "other")
"""Movements that are no money from sales: kept back for a while, sent on to the bank (released before), or of a kind
that nobody knows (`reports.queries.waiting` names those with their amount)."""

_PAYOUTS = f"""
SELECT date_trunc('month', l.business_day)::date AS month, {counted.EVENT_DAY} AS event_day, l.currency_id,
       l.company_id, l.store_id, l.sign, l.net_amount
FROM reports_payout_line l
WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
  AND (%(companies)s::uuid[] IS NULL OR l.company_id = ANY(%(companies)s))
  AND l.description_class <> ALL(%(not_sales)s) AND {counted.IN_STORES} AND {counted.ON_DAYS}
  AND {counted.ENTERED} AND {counted.LATER}
"""  # noqa: S608

_MOVED_LEFT = "sum(line.sign) <> 0 OR sum(line.net_amount) <> 0"


def payouts(scope: Scope, *, each_company: bool = False) -> list[Reported]:
    """Money that the platform released, by month of the release, net of its fees; won at the rate of that day.

    A month with a day without a rate has no amount in won.
    """
    rows = _released(scope, f"month, currency_id, {'company_id' if each_company else 'NULL'}")
    return [
        Reported(month, currency, amount, krw, company, usd)
        for month, currency, company, amount, krw, usd in rows
    ]


def payouts_by_store(scope: Scope) -> dict[tuple[dt.date, UUID, UUID], list[Reported]]:
    """The same by month, company and store, each currency apart."""
    return by_store(row[:-1] for row in _released(scope, "month, company_id, store_id, currency_id"))


def by_store(rows: Iterable[tuple[Any, ...]]) -> dict[tuple[dt.date, UUID, UUID], list[Reported]]:
    """Rows of month, company, store, currency, amount and won, by the first three."""
    found: dict[tuple[dt.date, UUID, UUID], list[Reported]] = defaultdict(list)
    for month, company, store, currency, amount, krw in rows:
        found[month, company, store].append(Reported(month, currency, amount, krw, company))
    return dict(found)


def _released(scope: Scope, by: str) -> list[tuple[Any, ...]]:
    """Payouts grouped by some columns, with their amount, won and dollars (not yet rounded) behind. Months whose sums are kept and of now
    are not read line by line; the figures are the same."""
    kept = paid_months.kept(scope, by)
    if kept is None:
        return counted.ask(*released_sql(scope, by))
    rows, stale = kept
    found = {row[:-3]: row[-3:] for row in rows}
    for month, stores in stale.items():
        for row in counted.ask(*released_sql(replace(of_month(scope, month), stores=tuple(stores)), by)):
            key, (amount, krw, usd) = row[:-3], row[-3:]
            if key in found:
                had = found[key]
                found[key] = (had[0] + amount, both(had[1], krw), both(had[2], usd))
            else:
                found[key] = (amount, krw, usd)
    return [(*key, *found[key]) for key in sorted(found)]


def released_sql(scope: Scope, by: str) -> tuple[str, dict[str, Any]]:
    """The same read line by line: the SQL and its parameters."""
    found = payout_rates(scope)
    dollars = {key: rate for key, rate in found.items() if key[0] == rates.DOLLAR}
    groups = ", ".join(str(place) for place in range(1, by.count(",") + 2))
    of_days = (
        "SELECT month, currency_id, company_id, store_id, bool_and(rate.n IS NOT NULL) AS has_rate,"  # noqa: S608
        f" sum(line.net_amount) AS net_amount, sum({counted.won('line.net_amount')}) AS krw, sum(line.net_amount * rate.usd) AS usd"
        f" FROM ({_PAYOUTS}) line LEFT JOIN {counted.RATE_TABLE} USING (currency_id, event_day)"
        f" GROUP BY month, currency_id, company_id, store_id, event_day HAVING {_MOVED_LEFT}"
    )
    return (
        f"SELECT {by}, sum(net_amount) AS net_amount, CASE WHEN bool_and(has_rate) THEN sum(krw) END AS krw_amount,"  # noqa: S608
        f" CASE WHEN bool_and(usd IS NOT NULL) THEN sum(usd) END AS usd_amount FROM ({of_days}) of_day GROUP BY {groups} ORDER BY {groups}",
        {**scope.parameters(), "not_sales": list(NOT_SALES), **counted.rate_parameters(found, dollars)},
    )


def payout_span(scope: Scope) -> tuple[dt.date | None, dt.date | None, dt.date | None]:
    """The first and last day on which rows of payouts are booked, and the first day of their events; None without any."""
    (span,) = counted.ask(
        f"SELECT min(l.business_day), max(l.business_day), min({counted.EVENT_DAY}) FROM reports_payout_line l"  # noqa: S608
        " WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s"
        f" AND {counted.IN_STORES}",
        scope.parameters(),
    )
    return span[0], span[1], span[2]


def payout_rates(scope: Scope) -> dict[rates.CurrencyDay, rates.Rate]:
    """Of the days of the payouts that count, and of the dollar on these days."""
    days = payout_days(scope)
    wanted = {*days, *((rates.DOLLAR, day) for _currency, day in days)}
    return rates.for_days(scope.program, wanted, scope.as_of, is_restated=scope.is_restated)


def payout_days(scope: Scope) -> list[rates.CurrencyDay]:
    """The (currency, day) of the payouts that count."""
    sql = (
        "SELECT DISTINCT currency_id, event_day FROM (SELECT currency_id, event_day"  # noqa: S608
        f" FROM ({_PAYOUTS}) line GROUP BY month, currency_id, company_id, store_id, event_day HAVING {_MOVED_LEFT}) of_day"
    )
    rows = counted.ask(sql, {**scope.parameters(), "not_sales": list(NOT_SALES)})
    return [(currency, day) for currency, day in rows]


_DECLARED = """
SELECT d.month, d.currency_id, d.company_id, sum(d.amount)
FROM reports_declaration d JOIN programs_participation p ON p.id = d.participation_id
WHERE p.program_id = %(program)s AND d.month BETWEEN date_trunc('month', %(from_on)s::date) AND %(until_on)s
  AND (%(companies)s::uuid[] IS NULL OR d.company_id = ANY(%(companies)s))
  AND (%(as_of)s::timestamptz IS NULL OR d.declared_at <= %(as_of)s)
  AND (d.replaced_at IS NULL OR d.replaced_at > %(as_of)s::timestamptz)
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


def declared(scope: Scope, *, each_company: bool = False) -> list[Reported]:
    """What companies declared, by month; in won and dollars at the average rate of the month (a declaration has no day). Won are
    rounded once: of each company, month and currency, over its shops."""
    return _by_month_average(scope, counted.ask(_DECLARED, scope.parameters()), each_company)


def average_rates(scope: Scope, months: Iterable[rates.CurrencyDay]) -> dict[rates.CurrencyDay, rates.Rate]:
    """The average rates of currencies in months, and of the dollar in these months."""
    wanted = set(months)
    wanted |= {(rates.DOLLAR, month) for _currency, month in wanted}
    return rates.month_averages(scope.program, wanted, scope.as_of, is_restated=scope.is_restated)


def customs(scope: Scope, *, each_company: bool = False) -> list[Reported]:
    """FOB value that customs recorded, direct and indirect, in USD: lines of lists by their day of acceptance, and what was entered
    by hand for months of which no list tells. In won at the average rate of the month in which customs accepted it, also
    where it is booked in a later one. Exporters' own sums: what is booked later for a closed month is in the open one's."""
    parts: dict[tuple[dt.date, UUID], list[exports.Exported]] = defaultdict(list)
    for part in exports.exported(scope):
        parts[part.month, part.company].append(part)
    reported = [
        Reported(
            month,
            rates.DOLLAR,
            sum((part.amount for part in each), ZERO),
            krw := exports.won_of(each),
            company,
            None if krw is None else sum((part.amount for part in each), ZERO),
        )
        for (month, company), each in sorted(parts.items())
    ]
    return reported if each_company else over_companies(reported)


def _by_month_average(scope: Scope, rows: Sequence[tuple[Any, ...]], each_company: bool) -> list[Reported]:
    found = average_rates(scope, {(currency, month) for month, currency, _company, _amount in rows})
    reported = []
    for month, currency, company, amount in rows:
        rate, dollar = found.get((currency, month)), found.get((rates.DOLLAR, month))
        usd = amount * rate.usd_per_unit(dollar) if rate and dollar else None
        reported.append(Reported(month, currency, amount, rate.won(amount) if rate else None, company, usd))
    return reported if each_company else over_companies(reported)


def over_companies(rows: Iterable[Reported]) -> list[Reported]:
    """The same summed over companies: sums of the companies' own amounts, in won too."""
    parts: dict[tuple[dt.date, str], list[Reported]] = defaultdict(list)
    for row in rows:
        parts[row.month, row.currency].append(row)
    return [
        Reported(
            month,
            currency,
            sum((row.amount for row in of_month), ZERO),
            None
            if any(row.krw_amount is None for row in of_month)
            else sum((row.krw_amount for row in of_month if row.krw_amount is not None), ZERO),
            usd_amount=dollars(row.usd_amount for row in of_month),
        )
        for (month, currency), of_month in sorted(parts.items())
    ]


def months_of(from_on: dt.date, until_on: dt.date) -> list[dt.date]:
    """First days of the months from one day to another, both included."""
    months, month = [], from_on.replace(day=1)
    while month <= until_on:
        months.append(month)
        month = (month + dt.timedelta(days=32)).replace(day=1)
    return months


def last_day(month: dt.date) -> dt.date:
    """The last day of the month."""
    return (month.replace(day=1) + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)


def month_scope(program: Program, month: dt.date, as_of: dt.datetime | None = None) -> Scope:
    return Scope(program, month.replace(day=1), last_day(month), as_of)
