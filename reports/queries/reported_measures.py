"""The three measures beside the orders, as they are reported and never added: payouts, declared, customs."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from reports.queries import calendar_months, counted, exports, paid_months, rates
from reports.queries.counted import Scope

ZERO = Decimal(0)


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
        for row in counted.ask(
            *released_sql(replace(calendar_months.of_month(scope, month), stores=tuple(stores)), by)
        ):
            key, (amount, krw, usd) = row[:-3], row[-3:]
            if key in found:
                had = found[key]
                found[key] = (had[0] + amount, rates.both(had[1], krw), rates.both(had[2], usd))
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
            usd_amount=rates.dollars(row.usd_amount for row in of_month),
        )
        for (month, currency), of_month in sorted(parts.items())
    ]
