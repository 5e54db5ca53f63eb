"""Two measures of each company side by side, in won and dollars (tolerances are in won): declared and orders by month, orders and payouts order by order, orders and
customs over all months so far. Sums are those of `measures` and `payouts`; measures are compared and never added.

- Declared stands before refunds, so do the orders beside it. Only months that are over are compared, and only those that the
  company declared ("no sales" is a declaration of nothing): who owes a month is asked for it elsewhere.
- Of payouts, orders count that are settled or past their due day, with the "Total" that the sales file expects; both sides are
  converted at the rate of the order's day, so what agrees in its own currency agrees in won. An order that was paid in another
  currency is not compared by amount; how many there are is said.
- Customs is compared with the orders before refunds over all months that are over. What was sent to a warehouse before it was sold
  makes single months useless. A company without a customs record stands there with nothing, once the program has any.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from ground import clock
from programs.models import Program
from reports.models import Comparison, PayoutLine
from reports.queries import company_payouts, counted, order_sums, rates, reported_measures, results, waiting
from reports.queries.company_payouts import Sums
from reports.queries.counted import Scope
from reports.queries.differing.tolerances import Limit
from reports.queries.payouts import OrderFate
from reports.queries.rates import cents
from reports.queries.reported_measures import Reported

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Pair:
    """One comparison of one company; a side of None has amounts without a rate. `left` and `right` stand in the order of the
    comparison's name. `uncompared`: orders that were paid in another currency. Dollars are rounded once, to the cent; None where a part has no dollar
    rate."""

    company: UUID
    comparison: Comparison
    month: dt.date | None
    left: Decimal | None
    right: Decimal | None
    uncompared: int = 0
    left_usd: Decimal | None = None
    right_usd: Decimal | None = None

    @property
    def orders(self) -> Decimal | None:
        return self.right if self.comparison == Comparison.DECLARED else self.left

    @property
    def difference(self) -> Decimal | None:
        return None if self.left is None or self.right is None else self.left - self.right

    @property
    def difference_usd(self) -> Decimal | None:
        """Of both sides as they are shown."""
        return None if self.left_usd is None or self.right_usd is None else self.left_usd - self.right_usd

    @property
    def percent(self) -> Decimal | None:
        """Of the orders, with one decimal, rounded half up; None where nothing was ordered."""
        if self.difference is None or not self.orders:
            return None
        return (self.difference * 100 / abs(self.orders)).quantize(Decimal("0.1"), ROUND_HALF_UP)

    def is_within(self, limit: Limit) -> bool | None:
        """None: cannot be said, for a rate is missing."""
        if self.difference is None or self.orders is None:
            return None
        return limit.allows(self.difference, self.orders)


@dataclass(frozen=True, slots=True)
class Compared:
    """Every pair of a program. `over`: the months that are over, None where none is. Without any payout or customs figure in the
    program there is nothing to compare with, which is said instead of a difference with everything. `paid` says of when the sums of
    payouts are."""

    program: Program
    scope: Scope
    over: Scope | None
    on: dt.date
    pairs: tuple[Pair, ...]
    has_payouts: bool
    has_customs: bool
    paid: Sums


def of_program(
    program: Program, only: Collection[Comparison] = tuple(Comparison), *, is_exact: bool = True
) -> Compared:
    """All comparisons of the program (or only these) as of today. `is_exact` False: sums of payouts may be older, which is said, where
    very many lines would have to be read. Refused as `counted.states_of`."""
    today, scope, over = days_of(program)
    has_payouts = PayoutLine.objects.filter(program=program).exists()
    pairs: list[Pair] = []
    has_customs = False
    if over is not None:
        has_customs = Comparison.CUSTOMS in only and bool(reported_measures.customs(over))
        if Comparison.DECLARED in only or has_customs:
            pairs += [
                each
                for each in _declared_and_customs(over)
                if each.comparison in only and (has_customs or each.comparison != Comparison.CUSTOMS)
            ]
    paid = Sums([])
    if has_payouts and Comparison.PAYOUTS in only:
        paid = company_payouts.of_scope(scope, today, is_exact=is_exact)
        pairs += [
            Pair(
                each.company,
                Comparison.PAYOUTS,
                None,
                each.expected_krw,
                each.released_krw,
                each.other_orders,
                cents(each.expected_usd),
                cents(each.released_usd),
            )
            for each in paid.rows
        ]
    return Compared(program, scope, over, today, tuple(pairs), has_payouts, has_customs, paid)


def days_of(program: Program, company: UUID | None = None) -> tuple[dt.date, Scope, Scope | None]:
    """Today where the program is at home, the program's days up to it, and those of the months that are over; of one company if given."""
    today = clock.today(ZoneInfo(program.zone))
    scope = results.scope_until(program, today)
    if company is not None:
        scope = replace(scope, companies=(company,))
    return today, scope, _over(scope, today)


def _over(scope: Scope, today: dt.date) -> Scope | None:
    """The scope up to the end of the last month that is over where the program is at home."""
    until = min(scope.program.ends_on, today.replace(day=1) - dt.timedelta(days=1))
    return replace(scope, until_on=until) if until >= scope.from_on else None


Sides = tuple[Decimal | None, Decimal | None]
"""Won and dollars; None where a part has no rate."""


def _declared_and_customs(over: Scope) -> list[Pair]:
    sold = _sold(over)
    unrated = waiting.months_without_rate(over)
    declared = _sums(reported_measures.declared(over, each_company=True), by_month=True)
    pairs = []
    for (month, company), stated in sorted(declared.items()):
        if month is not None:
            known = (None, None) if (month, company) in unrated else sold.get((month, company), (ZERO, ZERO))
            pairs.append(_pair(company, Comparison.DECLARED, month, stated, known))
    total: dict[UUID, Sides] = {}
    for (_month, company), known in sold.items():
        total[company] = _add(total.get(company, (ZERO, ZERO)), known)
    exported = _sums(reported_measures.customs(over, each_company=True), by_month=False)
    unknown = {company for _month, company in unrated}
    names = sorted({*total, *unknown, *(company for _month, company in exported)})
    return pairs + [
        _pair(
            company,
            Comparison.CUSTOMS,
            None,
            (None, None) if company in unknown else total.get(company, (ZERO, ZERO)),
            exported.get((None, company), (ZERO, ZERO)),
        )
        for company in names
    ]


def _pair(company: UUID, comparison: Comparison, month: dt.date | None, left: Sides, right: Sides) -> Pair:
    return Pair(
        company, comparison, month, left[0], right[0], left_usd=cents(left[1]), right_usd=cents(right[1])
    )


def _add(one: Sides, other: Sides) -> Sides:
    return rates.both(one[0], other[0]), rates.both(one[1], other[1])


def _sold(over: Scope) -> dict[tuple[dt.date, UUID], Sides]:
    """Orders before refunds by month and company; what is booked in a month and concerns an earlier, closed one stands there, where the company
    declares it."""
    found: dict[tuple[dt.date, UUID], Sides] = {}
    for cell in order_sums.orders(over).cells:
        key = cell.month, cell.company
        found[key] = _add(found.get(key, (ZERO, ZERO)), (cell.sum.krw_amount, cell.sum.usd_amount))
    for month, concerns, company, krw, usd in _booked_later(over):
        less = (-krw, None if usd is None else -usd)
        found[month, company] = _add(found.get((month, company), (ZERO, ZERO)), less)
        found[concerns, company] = _add(found.get((concerns, company), (ZERO, ZERO)), (krw, usd))
    return found


def _booked_later(over: Scope) -> list[tuple[dt.date, dt.date, UUID, Decimal, Decimal | None]]:
    scope = replace(over, is_later=True)
    sql, parameters = order_sums.converted(scope)
    rows = counted.ask(
        "SELECT month, date_trunc('month', event_day)::date, company_id, sum(krw),"  # noqa: S608
        f" CASE WHEN bool_and(usd IS NOT NULL) THEN sum(usd) END FROM ({sql}) line GROUP BY 1, 2, 3",
        parameters,
    )
    return [(month, concerns, company, krw or ZERO, usd) for month, concerns, company, krw, usd in rows]


def _sums(rows: Iterable[Reported], *, by_month: bool) -> dict[tuple[dt.date | None, UUID], Sides]:
    found: dict[tuple[dt.date | None, UUID], Sides] = {}
    for row in rows:
        assert row.company is not None
        key = (row.month if by_month else None, row.company)
        found[key] = _add(found.get(key, (ZERO, ZERO)), (row.krw_amount, row.usd_amount))
    return found


def order_rates(program: Program, fates: Iterable[OrderFate]) -> dict[rates.CurrencyDay, rates.Rate]:
    """The rates of the days of orders, for what was expected and for what came, and the dollar's."""
    days = {
        (code, each.ordered_on)
        for each in fates
        for code in (each.currency, each.released_currency, rates.DOLLAR)
    }
    return rates.for_days(program, days)


def in_won(
    each: OrderFate, found: dict[rates.CurrencyDay, rates.Rate]
) -> tuple[Decimal | None, Decimal | None]:
    """What was due of an order after all refunds and what came and stayed, in won at the rate of its day."""
    expected = found.get((each.currency, each.ordered_on))
    released = found.get((each.released_currency, each.ordered_on))
    return (
        expected.won(each.due_amount) if expected else None,
        released.won(each.released_amount) if released else None,
    )


def in_dollars(
    each: OrderFate, found: dict[rates.CurrencyDay, rates.Rate]
) -> tuple[Decimal | None, Decimal | None]:
    """The same in dollars, not rounded."""
    dollar = found.get((rates.DOLLAR, each.ordered_on))
    expected = found.get((each.currency, each.ordered_on))
    released = found.get((each.released_currency, each.ordered_on))
    return (
        each.due_amount * expected.usd_per_unit(dollar) if expected and dollar else None,
        each.released_amount * released.usd_per_unit(dollar) if released and dollar else None,
    )
