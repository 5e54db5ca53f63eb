"""What the report's figures rest on: who brought the lines, tax treatments of stores, exchange rates."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from programs.models import Store
from reports.domain import composing_notes as notes
from reports.printing import data, kinds
from reports.printing.data import Figure
from reports.printing.kinds import Reason
from reports.published.publishers import in_english
from reports.queries import calendar_months, counted, exports, rates, reported_measures, sources
from reports.queries.counted import Scope
from reports.queries.order_sums import Orders


def grades(orders: Orders) -> tuple[data.GradeRow, ...]:
    sums = orders.by_grade()
    return tuple(
        data.GradeRow(
            uploader=grade,
            lines=sums[grade].lines if grade in sums else 0,
            krw_amount=sums[grade].krw_amount if grade in sums else Decimal(0),
        )
        for grade in kinds.Uploader
        if sums
    )


def taxes(scope: Scope, orders: Orders) -> tuple[data.TaxRow, ...]:
    stores = {cell.store for cell in orders.cells}
    known = sources.taxes(stores, scope.from_on, scope.until_on)
    rows = [
        data.TaxRow(
            store=tax.store.code, name=data.Text(tax.store.name), treatment=notes.TREATMENTS[tax.treatment],
            rate_percent=Figure(None, Reason.NOT_STATED) if tax.rate_percent is None else Figure(tax.rate_percent),
            from_on=tax.from_on, to_on=tax.until_on,
        )
        for tax in known
    ]  # fmt: skip
    for store in Store.objects.filter(pk__in=stores - {tax.store_id for tax in known}):
        unknown = Figure(None, Reason.NOT_STATED)
        rows.append(
            data.TaxRow(
                store=store.code, name=data.Text(store.name), treatment=kinds.TaxTreatment.UNKNOWN,
                rate_percent=unknown, from_on=scope.from_on, to_on=scope.until_on,
            )
        )  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (row.store, row.from_on)))


def rates_used(scope: Scope, orders: Orders) -> tuple[tuple[data.RateRow, ...], dt.datetime | None]:
    """The rates that the figures were converted with, days with the same legs together; and the newest entry of them."""
    days = {key: rate for key, rate in orders.rates.items() if rate.legs}
    days |= {key: rate for key, rate in reported_measures.payout_rates(scope).items() if rate.legs}
    dollars = {(rates.DOLLAR, day) for _currency, day in counted.currency_days(scope)}
    days |= rates.for_days(scope.program, dollars, scope.as_of)
    rows: list[data.RateRow] = []
    for (currency, day), rate in sorted(days.items()):
        legs = tuple(_leg(leg) for leg in rate.legs)
        last = rows[-1] if rows else None
        if last is not None and (last.currency, last.legs) == (currency, legs):
            rows[-1] = _rate_row(last.from_on, day, currency, rate, legs)
        else:
            rows.append(_rate_row(day, day, currency, rate, legs))
    wanted = {(row.currency, row.month) for row in reported_measures.declared(scope)}
    wanted |= {(rates.DOLLAR, part.concerns) for part in exports.exported(scope)}
    averages = reported_measures.average_rates(scope, wanted)
    for (currency, month), rate in sorted(averages.items()):
        if rate.legs:
            legs = tuple(_leg(leg) for leg in rate.legs)
            rows.append(_rate_row(month, calendar_months.last_day(month), currency, rate, legs))
    used = [leg.entered_at for rate in [*days.values(), *averages.values()] for leg in rate.legs]
    return tuple(dict.fromkeys(rows)), max(used, default=None)


def _leg(leg: rates.Leg) -> data.RateLeg:
    return data.RateLeg(
        base=leg.base, quoted=leg.quoted, unit=leg.units, value=leg.value, source=data.Text(leg.source, in_english(leg.source)),
        rate_on=leg.rate_on,
    )  # fmt: skip


def _rate_row(
    first: dt.date, last: dt.date, currency: str, rate: rates.Rate, legs: tuple[data.RateLeg, ...]
) -> data.RateRow:
    return data.RateRow(
        from_on=first, to_on=last, currency=currency, krw_per_unit=rate.krw_per_unit, legs=legs
    )
