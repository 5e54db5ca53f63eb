"""Goods in warehouses against orders (선적·판매 대조): what was sent and what was sold up to a day, company by company, never by month.

What remains is what was sent less what was sold; less than nothing means that more was sold than was ever stated as sent, which is a
difference to look at. Units are compared where every shipment of the goods names them, those of a SKU where every shipment of the
company names its SKU. What was sold counts on the day it is booked on, in units and in won alike.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from companies.models import Company
from programs.models import Program
from reports.models import Shipment
from reports.queries import counted, rates
from reports.queries.counted import Scope, ask, states_of
from reports.queries.results import scope_until

ZERO = Decimal(0)


def stores_with_stock(program: Program, company: UUID | None = None) -> set[tuple[UUID, UUID]]:
    """(store, company) whose goods are sent before they are sold: their orders and exports are not compared by month."""
    rows = Shipment.objects.in_force().filter(participation__program=program)
    if company is not None:
        rows = rows.filter(participation__company=company)
    return set(rows.values_list("store", "participation__company"))


def has_stock(scope: Scope) -> bool:
    """Whether goods were sent to a warehouse before they are sold, up to the scope's last day, as was known at its instant; of a closed
    month also as was known when it was closed: a shipment that is taken back later takes nothing from what the month said."""
    rows = Shipment.objects.filter(participation__program=scope.program, sent_on__lte=scope.until_on)
    stood = _stood(scope.as_of)
    if closed_at := dict(rates.closings_of(scope.program, scope.as_of)).get(scope.until_on.replace(day=1)):
        stood |= _stood(closed_at)
    return rows.filter(stood).exists()


def _stood(at: dt.datetime | None) -> Q:
    if at is None:
        return Q(ended_at__isnull=True)
    return (Q(ended_at__isnull=True) | Q(ended_at__gt=at)) & Q(recorded_at__lte=at)


@dataclass(frozen=True, slots=True)
class Stock:
    """Of one company, and one SKU (None: all of them): sent and sold up to a day. `left` None: units are not known of all
    shipments, or a shipment may hold the SKU without saying so. FOB in USD as corrected, and in won at the average of the month it was sent in (None: no rate); sold in won before refunds,
    known for the whole company only."""

    company: Company
    sku: str | None
    shipments: int
    sent_units: int | None
    sold_units: int
    fob_amount: Decimal
    fob_krw_amount: Decimal | None = None
    sold_krw_amount: Decimal | None = None

    @property
    def left(self) -> int | None:
        return None if self.sent_units is None else self.sent_units - self.sold_units

    @property
    def is_short(self) -> bool:
        return self.left is not None and self.left < 0


_SOLD = """
SELECT l.company_id, l.sku, sum(l.units)::bigint FROM reports_sales_line l
JOIN unnest(%(stores)s::uuid[], %(owners)s::uuid[]) AS w (store_id, company_id) USING (store_id, company_id)
WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s AND {counted}
GROUP BY 1, 2 HAVING sum(l.units) <> 0
"""


def compared(program: Program, on: dt.date, company: UUID | None = None) -> list[Stock]:
    """Each company with shipments up to the day: all of its goods, then SKU by SKU. Sales are those of its stores with stock."""
    rows = Shipment.objects.in_force().filter(participation__program=program, sent_on__lte=on)
    if company is not None:
        rows = rows.filter(participation__company=company)
    sent: dict[UUID, list[Shipment]] = defaultdict(list)
    for each in rows.select_related("participation__company").order_by("sent_on", "pk"):
        sent[each.participation.company_id].append(each)
    if not sent:
        return []
    pairs = sorted({(each.store_id, owner) for owner, own in sent.items() for each in own})
    scope = replace(scope_until(program, on), companies=tuple(sent))
    sold: dict[UUID, dict[str, int]] = defaultdict(dict)
    parameters = {
        **scope.parameters(), "stores": [store for store, _ in pairs], "owners": [owner for _, owner in pairs],
    }  # fmt: skip
    for owner, sku, units in ask(_SOLD.format(counted=states_of(scope.basis)), parameters):
        sold[owner][sku] = units
    won, averages = _sold_krw(scope, pairs), _averages(program, rows)
    found: list[Stock] = []
    for owner, own in sorted(sent.items(), key=lambda each: each[1][0].participation.company.name_ko):
        whose = own[0].participation.company
        found.append(
            replace(
                _stock(whose, None, own, sum(sold[owner].values())),
                fob_krw_amount=_krw(own, averages),
                sold_krw_amount=won.get(owner, ZERO),
            )
        )
        by_sku: dict[str, list[Shipment]] = defaultdict(list)
        for each in own:
            by_sku[each.sku].append(each)
        names = sorted({*by_sku, *sold[owner]} - {""})
        rows_of_skus = [_stock(whose, sku, by_sku.get(sku, []), sold[owner].get(sku, 0)) for sku in names]
        if "" in by_sku:
            rows_of_skus = [replace(row, sent_units=None) for row in rows_of_skus]
        found += rows_of_skus
    return found


def amount_of(shipment: Shipment) -> Decimal:
    """FOB as corrected, or as it was declared."""
    return shipment.fob_amount if shipment.corrected_amount is None else shipment.corrected_amount


def _stock(whose: Company, sku: str | None, sent: list[Shipment], sold: int) -> Stock:
    known = [each.units for each in sent if each.units is not None]
    units = sum(known) if len(known) == len(sent) else None
    return Stock(whose, sku, len(sent), units, sold, sum((amount_of(each) for each in sent), ZERO))


def _sold_krw(scope: Scope, pairs: list[tuple[UUID, UUID]]) -> dict[UUID, Decimal]:
    found = counted.rate_parameters(counted.day_rates(scope))
    rows = ask(
        f"SELECT line.company_id, sum(line.krw) FROM ({counted.converted_sql(scope)}) line"  # noqa: S608
        " JOIN unnest(%(stores)s::uuid[], %(owners)s::uuid[]) AS w (store_id, company_id) USING (store_id, company_id) GROUP BY 1",
        {
            **scope.parameters(), **found, "stores": [store for store, _ in pairs], "owners": [owner for _, owner in pairs],
        },
    )  # fmt: skip
    return dict(rows)


def _averages(program: Program, rows: object) -> dict[tuple[str, dt.date], rates.Rate]:
    months = {(rates.DOLLAR, each.sent_on.replace(day=1)) for each in rows}  # type: ignore[attr-defined]
    return rates.month_averages(program, months)


def _krw(sent: list[Shipment], averages: dict[tuple[str, dt.date], rates.Rate]) -> Decimal | None:
    total = ZERO
    for each in sent:
        rate = averages.get((rates.DOLLAR, each.sent_on.replace(day=1)))
        if rate is None:
            return None
        total += rate.won(amount_of(each))
    return total
