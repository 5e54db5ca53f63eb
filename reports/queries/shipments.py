"""Goods in warehouses against orders (선적·판매 대조): what was sent and what was sold up to a day, company by company, never by month.

What remains is what was sent less what was sold; less than nothing means that more was sold than was ever stated as sent, which is a
difference to look at. Units are compared where every shipment of the goods names them, those of a SKU where every shipment of the
company names its SKU. What was sold counts on the day it is booked on, in units and in won alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import TruncMonth

from companies.models import Company
from programs.models import Program
from reports.models import Shipment
from reports.queries import counted, order_sums, rates
from reports.queries.counted import Scope, ask, states_of
from reports.queries.results import scope_until

ZERO = Decimal(0)


def has_shipments(program: Program, company: UUID | None = None) -> bool:
    """Whether goods of the program, or of one of its companies, are sent before they are sold: their orders and exports do not agree by
    month."""
    rows = Shipment.objects.in_force().filter(participation__program=program)
    return (rows if company is None else rows.filter(participation__company=company)).exists()


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


# Rows of a company (whole: all of its goods) and SKU: what was sent and, in the same stores, sold. Units of a SKU are not known (NULL) where a
# shipment of it, or one that names no SKU and so may hold it, does not say them.
_STOCK = """
WITH sent AS MATERIALIZED (
    SELECT p.company_id, s.store_id, s.sku, s.units, coalesce(s.corrected_amount, s.fob_amount) AS fob, rate.n, rate.d
    FROM reports_shipment s JOIN programs_participation p ON p.id = s.participation_id
    LEFT JOIN unnest(%(rate_days)s::date[], %(numerators)s::numeric[], %(denominators)s::numeric[]) AS rate (month, n, d)
        ON rate.month = date_trunc('month', s.sent_on)::date
    WHERE p.program_id = %(program)s AND s.ended_at IS NULL AND s.sent_on <= %(on)s
      AND (%(companies)s::uuid[] IS NULL OR p.company_id = ANY (%(companies)s))
), sold AS MATERIALIZED (
    SELECT l.company_id, l.sku, sum(l.units)::bigint AS units
    FROM reports_sales_line l JOIN (SELECT DISTINCT store_id, company_id FROM sent) place USING (store_id, company_id)
    WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s AND {counted}
      AND (%(companies)s::uuid[] IS NULL OR l.company_id = ANY (%(companies)s))
    GROUP BY 1, 2 HAVING sum(l.units) <> 0
), sums AS MATERIALIZED (
    SELECT company_id, sku, grouping(sku) = 1 AS is_whole, count(*) AS shipments, sum(units)::bigint AS units,
           count(units) = count(*) AS is_told, bool_or(sku = '') AS is_unnamed, sum(fob) AS fob,
           CASE WHEN count(n) = count(*) THEN sum({won}) END AS krw
    FROM sent GROUP BY GROUPING SETS ((company_id), (company_id, sku))
), whole AS (
    SELECT * FROM sums WHERE is_whole
), stock AS (
    SELECT w.company_id, NULL AS sku, w.shipments, CASE WHEN w.is_told THEN w.units END AS sent_units,
           coalesce(o.units, 0)::bigint AS sold_units, w.fob, w.krw
    FROM whole w LEFT JOIN (SELECT company_id, sum(units) AS units FROM sold GROUP BY 1) o USING (company_id)
    UNION ALL
    SELECT w.company_id, x.sku, x.shipments, CASE WHEN x.is_told AND NOT w.is_unnamed THEN x.units END, x.sold_units, x.fob, NULL
    FROM (
        SELECT company_id, sku, coalesce(s.shipments, 0) AS shipments, coalesce(s.units, 0) AS units,
               coalesce(s.is_told, true) AS is_told, coalesce(o.units, 0) AS sold_units, coalesce(s.fob, 0) AS fob
        FROM (SELECT * FROM sums WHERE NOT is_whole) s FULL JOIN sold o USING (company_id, sku)
    ) x JOIN whole w USING (company_id) WHERE x.sku <> ''
)
"""
_ROWS = f"""{_STOCK}
SELECT stock.* FROM stock JOIN companies_company c ON c.id = stock.company_id
ORDER BY c.name_ko COLLATE "C", c.id, stock.sku COLLATE "C" NULLS FIRST
"""  # noqa: S608 — the pieces are constants of this module
_SHORT = f"""{_STOCK}
SELECT s.company_id, s.rows FROM (
    SELECT company_id, count(*) FILTER (WHERE sold_units > sent_units) AS rows FROM stock GROUP BY 1
) s JOIN companies_company c ON c.id = s.company_id ORDER BY s.rows = 0, c.name_ko COLLATE "C", c.id
"""  # noqa: S608 — the pieces are constants of this module


def compared(program: Program, on: dt.date, companies: Collection[UUID] | None = None) -> list[Stock]:
    """Each company (of these, if given) with shipments up to the day: all of its goods, then SKU by SKU. Sales are those of its stores with
    stock."""
    scope = _scope(program, on, companies)
    rows = _ask(_ROWS, scope, on, _averages(scope, on))
    if not rows:
        return []
    named = Company.objects.in_bulk({row[0] for row in rows})
    won = _sold_krw(scope, on)
    return [
        Stock(
            named[company], sku, shipments, sent_units, sold_units, fob,
            krw if sku is None else None, won.get(company, ZERO) if sku is None else None,
        )
        for company, sku, shipments, sent_units, sold_units, fob, krw in rows
    ]  # fmt: skip


def short_of(program: Program, on: dt.date) -> dict[UUID, int]:
    """Of each company with shipments up to the day in how many rows of `compared` more is sold than was sent; those with such rows first."""
    return dict(_ask(_SHORT, _scope(program, on, None), on, {}))


_NAMED = """
SELECT md5(concat_ws(';', %(on)s::date, p.ends_on, p.starts_on,
    (SELECT string_agg(s.id || ' ' || s.xmin, ',' ORDER BY s.id) FROM reports_shipment s JOIN programs_participation a
        ON a.id = s.participation_id WHERE a.program_id = p.id),
    (SELECT string_agg(s.id || ' ' || s.xmin, ',' ORDER BY s.id) FROM reports_batch_sum s
        WHERE s.program_id = p.id AND s.ledger = 'sales'),
    (SELECT string_agg(t.id || ' ' || t.xmin, ',' ORDER BY t.id) FROM programs_target t WHERE t.program_id = p.id)))
FROM programs_program p WHERE p.id = %(program)s
"""


def state_of(program: Program, on: dt.date) -> str:
    """What names the shipments and the lines of a program as they stand now: every statement that enters lines writes their sums anew."""
    return str(ask(_NAMED, {"program": program.pk, "on": on})[0][0])


_BY_NAME = """
SELECT c.id, k.rows, k.made_at FROM (
    SELECT DISTINCT p.company_id FROM reports_shipment s JOIN programs_participation p ON p.id = s.participation_id
    WHERE p.program_id = %(program)s AND s.ended_at IS NULL AND s.sent_on <= %(on)s
) x JOIN companies_company c ON c.id = x.company_id
LEFT JOIN reports_short_stock k ON k.program_id = %(program)s AND k.company_id = c.id AND k.on = %(on)s
ORDER BY coalesce(k.rows, 0) = 0, c.name_ko COLLATE "C", c.id
"""


@dataclass(frozen=True, slots=True)
class KeptShort:
    """The companies with shipments up to a day, those first of which more was sold than was sent, as it was found at `made_at` (None: nothing
    has been found of this day)."""

    rows: dict[UUID, int]
    made_at: dt.datetime | None


def kept_short(program: Program, on: dt.date) -> KeptShort:
    """The same as `short_of` as the worker found it (`reports.domain.short_stock`); no line is read."""
    rows = ask(_BY_NAME, {"program": program.pk, "on": on})
    return KeptShort(
        {company: short or 0 for company, short, _made_at in rows},
        min((made_at for _company, _short, made_at in rows if made_at is not None), default=None),
    )


def _scope(program: Program, on: dt.date, companies: Collection[UUID] | None) -> Scope:
    return replace(scope_until(program, on), companies=None if companies is None else tuple(companies))


def _ask(
    sql: str, scope: Scope, on: dt.date, averages: dict[rates.CurrencyDay, rates.Rate]
) -> list[tuple[Any, ...]]:
    found = {**scope.parameters(), **counted.rate_parameters(averages), "on": on}
    return ask(sql.format(counted=states_of(scope.basis), won=counted.won("fob", "n", "d")), found)


def amount_of(shipment: Shipment) -> Decimal:
    """FOB as corrected, or as it was declared."""
    return shipment.fob_amount if shipment.corrected_amount is None else shipment.corrected_amount


def _sent(scope: Scope, on: dt.date) -> Any:
    rows = (
        Shipment.objects.in_force().filter(participation__program=scope.program, sent_on__lte=on).order_by()
    )
    return rows if scope.companies is None else rows.filter(participation__company__in=scope.companies)


def _sold_krw(scope: Scope, on: dt.date) -> dict[UUID, Decimal]:
    """What the companies sold in their stores with stock, from the sums that are kept."""
    places = set(_sent(scope, on).values_list("store", "participation__company").distinct())
    found: dict[UUID, Decimal] = {}
    for cell in order_sums.cells(scope):
        if (cell.store, cell.company) in places:
            found[cell.company] = found.get(cell.company, ZERO) + cell.sum.krw_amount
    return found


def _averages(scope: Scope, on: dt.date) -> dict[rates.CurrencyDay, rates.Rate]:
    months = _sent(scope, on).annotate(month=TruncMonth("sent_on")).values_list("month", flat=True).distinct()
    return rates.month_averages(scope.program, {(rates.DOLLAR, month) for month in months})
