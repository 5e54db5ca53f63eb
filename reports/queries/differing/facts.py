"""What the ledger knows around differences, for the proposal of causes: a few questions for all of them together.

Won of a line are made here at the rate of its day, as everywhere; tax is left as the file has it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from programs.models import Participation, ProgramMarket, Store, Target
from reports.models import Declaration, ImportBatch, PayoutLine
from reports.queries import answers, calendar_months, counted, payouts, rates, reported_measures, told_twice
from reports.queries.counted import EVENT_DAY, ORDER_KEY, Scope
from reports.queries.differing import compared
from reports.queries.differing.compared import Compared
from reports.queries.payouts import TAKEN_BACK, OrderFate

ZERO = Decimal(0)
Key = tuple[UUID, dt.date]


@dataclass(frozen=True, slots=True)
class OfOrders:
    """Of the orders of a company and a month, in won: see `domain.differing.causes.Facts`."""

    fees: Decimal = ZERO
    costs: Decimal = ZERO
    packs: Decimal = ZERO
    pack_numbers: int = 0
    pack_orders: int = 0
    refunds_later: Decimal = ZERO
    taken_back_later: Decimal = ZERO


_RATED = f"""
FROM reports_sales_line l JOIN {counted.RATE_TABLE} ON rate.currency_id = l.currency_id AND rate.event_day = {EVENT_DAY}
WHERE l.program_id = %(program)s AND l.company_id = ANY(%(companies)s) AND {{states}}
  AND {EVENT_DAY} BETWEEN %(from_on)s AND %(until_on)s
"""
_RATED_BY_FILE = _RATED.replace("\nWHERE", f" {told_twice.FILE_OF.format('l')}\nWHERE", 1)
# What came of a month's orders after its end: booked in a later month, or another version of a line entered since.
_LATER = f"""(l.business_day >= date_trunc('month', {EVENT_DAY}) + interval '1 month'
    OR (l.sign < 0 OR l.version > 1)
       AND (l.entered_at AT TIME ZONE %(zone)s)::date >= date_trunc('month', {EVENT_DAY}) + interval '1 month')"""
_GROSS = counted.won("(l.gross_amount + l.discount_amount)")
_COSTS = counted.won("(l.net_amount - l.gross_amount - l.discount_amount - l.refund_amount)")
_OF_ORDERS = f"""
SELECT l.company_id, date_trunc('month', {EVENT_DAY})::date, sum({counted.won("l.fee_amount")}), sum({_COSTS}),
       coalesce(sum({_GROSS}) FILTER (WHERE l.pack_reference <> ''), 0),
       count(DISTINCT (l.store_id, l.order_reference)) FILTER (WHERE l.pack_reference <> ''),
       count(DISTINCT (l.store_id, l.pack_reference)) FILTER (WHERE l.pack_reference <> ''),
       coalesce(sum({counted.won("l.refund_amount")}) FILTER (WHERE {_LATER}), 0),
       coalesce(-sum({_GROSS}) FILTER (WHERE {_LATER}), 0)
{_RATED} GROUP BY 1, 2
"""
# The same order of one company with lines left in several stores of the program, or of files of several kinds: all but the largest
# count once too often. A file that tells no sale of it (a deduction, a refund) is no second telling.
_TWICE = f"""
SELECT company_id, month, sum(krw) - sum(largest) FROM (
    SELECT company_id, month, order_key, sum(krw) AS krw, max(krw) AS largest FROM (
        SELECT l.company_id, date_trunc('month', {EVENT_DAY})::date AS month, l.store_id, {ORDER_KEY} AS order_key,
               {told_twice.FILE_KIND} AS told_by, sum({_GROSS}) AS krw
        {_RATED_BY_FILE} GROUP BY 1, 2, 3, 4, 5 HAVING sum(l.sign) FILTER (WHERE l.kind = 'sale') > 0
    ) s GROUP BY 1, 2, 3 HAVING count(*) > 1
) o GROUP BY 1, 2
"""  # noqa: S608


def of_orders(scope: Scope, keys: Collection[Key]) -> dict[Key, OfOrders]:
    """What the ledger knows of the orders of these companies and months; companies without orders are absent."""
    if not keys:
        return {}
    scope, parameters = _asked(scope, keys)
    sql = _OF_ORDERS.format(states=counted.states_of(scope.basis))
    return {(company, month): OfOrders(*row) for company, month, *row in counted.ask(sql, parameters)}


def in_two_stores(scope: Scope, keys: Collection[Key]) -> dict[Key, Decimal]:
    """How much of the orders of these companies and months is counted a second time, in another store or by another kind of file."""
    if not keys:
        return {}
    scope, parameters = _asked(scope, keys)
    sql = _TWICE.format(states=counted.states_of(scope.basis))
    return {(company, month): amount for company, month, amount in counted.ask(sql, parameters)}


def _asked(scope: Scope, keys: Collection[Key]) -> tuple[Scope, dict[str, Any]]:
    """The months of the keys, and rates for all days of which lines count; what was booked later has the day of its event."""
    first, last = min(month for _company, month in keys), max(month for _company, month in keys)
    scope = replace(
        scope,
        from_on=first,
        until_on=calendar_months.last_day(last),
        companies=tuple(sorted({company for company, _month in keys})),
    )
    states = counted.states_of(scope.basis)
    days = counted.ask(
        f"SELECT DISTINCT l.currency_id, {EVENT_DAY} FROM reports_sales_line l WHERE l.program_id = %(program)s"  # noqa: S608
        f" AND l.company_id = ANY(%(companies)s) AND {EVENT_DAY} BETWEEN %(from_on)s AND %(until_on)s AND {states}",
        scope.parameters(),
    )
    found = rates.for_days(scope.program, [(currency, day) for currency, day in days])
    return scope, {**scope.parameters(), **counted.rate_parameters(found), "zone": scope.program.zone}


def stores_without_file(parts: Iterable[Participation], month: dt.date) -> dict[UUID, list[Store]]:
    """Of each participation the stores in which it has something assigned in the month, and no line of the month."""
    stores = answers.stores_of(parts, month)
    rows = counted.ask(
        "SELECT l.store_id, l.participation_id FROM reports_batch_sum l WHERE l.ledger = 'sales' AND l.month = %(month)s"
        " AND l.participation_id = ANY(%(parts)s) GROUP BY 1, 2 HAVING sum(l.lines) > 0",
        {"month": month, "parts": list(stores)},
    )
    there = set(rows)
    return {
        part: missing
        for part, of_part in stores.items()
        if (missing := [each for each in of_part if (each.pk, part) not in there])
    }


def declared_in(parts: Collection[UUID], month: dt.date) -> dict[UUID, dict[UUID | None, dict[str, Decimal]]]:
    """What stands declared in a month, by participation, store (None: not of one store) and currency, before refunds."""
    found: dict[UUID, dict[UUID | None, dict[str, Decimal]]] = defaultdict(lambda: defaultdict(dict))
    rows = Declaration.objects.current().filter(participation__in=parts, month=month)
    for part, store, currency, amount in rows.values_list(
        "participation", "store", "currency", "amount"
    ).order_by("pk"):
        of_store = found[part][store]
        of_store[currency] = of_store.get(currency, ZERO) + amount
    return found


def currencies_of(scope: Scope) -> list[str]:
    """The currencies that the program uses: won and dollars, those of its markets and stores, and those that were declared."""
    program = scope.program
    codes = {rates.WON, rates.DOLLAR}
    codes |= set(ProgramMarket.objects.filter(program=program).values_list("market__currency", flat=True))
    codes |= set(
        Store.objects.filter(assignments__program=program).values_list("settlement_currency", flat=True)
    )
    codes |= set(
        Declaration.objects.current()
        .filter(participation__program=program)
        .values_list("currency", flat=True)
    )
    return sorted(code for code in codes if code)


def rates_of_month(scope: Scope, codes: Iterable[str], month: dt.date) -> dict[str, Decimal]:
    """Won for one unit by the average of the month; a currency without a rate is absent."""
    found = rates.month_averages(scope.program, {(code, month) for code in codes})
    return {currency: rate.krw_per_unit for (currency, _month), rate in found.items()} | {
        rates.WON: Decimal(1)
    }


@dataclass(slots=True)
class OfPayouts:
    """Of the orders of a company whose payouts differ, in won at the rate of the order's day."""

    fees: Decimal = ZERO
    costs: Decimal = ZERO
    refunds_later: Decimal = ZERO
    paid_twice: Decimal = ZERO
    paid_twice_orders: int = 0
    paid_twice_files: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    missing_krw: Decimal = ZERO


_MOVED = """
SELECT l.company_id, l.store_id, l.order_reference, l.currency_id, l.business_day, l.description_class, sum(l.fee_amount),
       sum(l.net_amount)
FROM reports_payout_line l
WHERE l.program_id = %(program)s AND l.company_id = ANY(%(companies)s) AND l.order_reference = ANY(%(references)s)
GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(l.sign) > 0
"""
_SOLD = f"""
SELECT l.company_id, l.store_id, {ORDER_KEY}, l.order_reference, l.currency_id, sum(l.fee_amount),
       sum(l.net_amount - l.gross_amount - l.discount_amount - l.refund_amount)
FROM reports_sales_line l
WHERE l.program_id = %(program)s AND l.company_id = ANY(%(companies)s) AND {counted.COUNTED_STATES[Target.Moment.PAID]}
  AND {ORDER_KEY} = ANY(%(references)s)
GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608


# What stands of each order by each file, with the file's kind.
_PAID = f"""
SELECT l.company_id, l.store_id, l.order_reference, l.currency_id, l.description_class, {told_twice.FILE_KIND}, file.id, file.imported_at,
       sum(l.net_amount)
FROM reports_payout_line l {told_twice.FILE_OF.format("l")}
WHERE l.program_id = %(program)s AND l.company_id = ANY(%(companies)s) AND l.order_reference = ANY(%(references)s)
  AND l.description_class <> ALL(%(not_sales)s)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(l.sign) > 0
"""  # noqa: S608


def of_payouts(found: Compared, companies: Collection[UUID]) -> dict[UUID, OfPayouts]:
    """Fees, costs, later refunds, money that two kinds of files tell and missing files around the orders of these companies whose payouts differ."""
    differing = payouts.differing(found.scope, found.on, companies)
    facts: dict[UUID, OfPayouts] = defaultdict(OfPayouts)
    if not differing:
        return facts
    known = compared.order_rates(found.program, differing)
    orders = {(each.company, each.store, each.reference): each for each in differing}
    parameters: dict[str, Any] = {
        "program": found.program.pk, "companies": list(companies),
        "references": sorted({each.reference for each in differing}),
    }  # fmt: skip
    numbers = dict(orders)
    for company, store, key, number, currency, fees, costs in counted.ask(_SOLD, parameters):
        order = orders.get((company, store, key))
        rate = order and known.get((currency, order.ordered_on))
        if order and rate:
            numbers[company, store, number] = order
            facts[order.company].fees += rate.won(fees)
            facts[order.company].costs += rate.won(costs)
    parameters["references"] = sorted({reference for _company, _store, reference in numbers})
    for company, store, reference, currency, day, kind, _fees, net in counted.ask(_MOVED, parameters):
        order = numbers.get((company, store, reference))
        rate = order and known.get((currency, order.ordered_on))
        if order and rate and kind in TAKEN_BACK and day > calendar_months.last_day(order.ordered_on):
            facts[order.company].refunds_later += rate.won(net)
    _paid_twice(parameters, numbers, known, facts)
    _without_payouts(found, differing, known, facts)
    return facts


def _paid_twice(
    parameters: dict[str, Any],
    numbers: dict[tuple[UUID, UUID, str], OrderFate],
    known: dict[rates.CurrencyDay, rates.Rate],
    facts: dict[UUID, OfPayouts],
) -> None:
    """Of orders for which more or less came than was due: what files of several kinds tell of one class of movement, all but the largest; costs
    and refunds are negative. No more than what came too much, and nothing where the order would be further from what is due without it: there
    the kinds tell parts. Of each kind the file that was imported first is named."""
    told: dict[tuple[UUID, UUID, str], dict[str, dict[str, list[tuple[dt.datetime, UUID, Decimal]]]]] = {}
    excess: dict[tuple[UUID, UUID, str], Decimal] = {}
    rows = counted.ask(_PAID, {**parameters, "not_sales": list(reported_measures.NOT_SALES)})
    for company, store, number, currency, movement, kind, file, imported_at, net in rows:
        order = numbers.get((company, store, number))
        rate = order and known.get((currency, order.ordered_on))
        if order and rate and currency == order.currency:
            excess[company, store, order.reference] = rate.won(order.released_amount - order.due_amount)
            of_order = told.setdefault((company, store, order.reference), {})
            of_order.setdefault(movement, {}).setdefault(kind, []).append((imported_at, file, rate.won(net)))
    files: dict[UUID, dict[str, tuple[dt.datetime, UUID]]] = defaultdict(dict)
    for key, of_order in told.items():
        company, too_much = key[0], excess[key]
        twice = [kinds for kinds in of_order.values() if len(kinds) > 1]
        amounts = [[sum((won for *_file, won in each), ZERO) for each in kinds.values()] for kinds in twice]
        over = sum((sum(each) - max(each, key=abs) for each in amounts), ZERO)
        if abs(too_much - over) >= abs(too_much):
            continue
        facts[company].paid_twice += min(over, too_much, key=abs)
        facts[company].paid_twice_orders += 1
        for kind, each in ((kind, each) for kinds in twice for kind, each in kinds.items()):
            first = min((imported_at, file) for imported_at, file, _won in each)
            files[company][kind] = min(files[company].get(kind, first), first)
    keys = [file for of_company in files.values() for _at, file in of_company.values()]
    names = dict(ImportBatch.objects.filter(pk__in=keys).values_list("pk", "file__name"))
    for company, of_company in files.items():
        facts[company].paid_twice_files = [names[file] for _at, file in sorted(of_company.values())]


def _without_payouts(
    found: Compared,
    differing: Iterable[OrderFate],
    known: dict[rates.CurrencyDay, rates.Rate],
    facts: dict[UUID, OfPayouts],
) -> None:
    """Stores of which no payout file has come at all."""
    with_file = set(
        PayoutLine.objects.filter(program=found.program).order_by().values_list("store", flat=True).distinct()
    )
    for each in differing:
        expected, _released = compared.in_won(each, known)
        if each.store not in with_file and expected is not None:
            of_company = facts[each.company]
            of_company.missing_krw += expected
            if each.store_code not in of_company.missing:
                of_company.missing.append(each.store_code)
