"""The lines behind two sides that are compared: every won of a side leads to the rows of the files that it comes from."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from programs.models import Program
from reports.models import Comparison, CustomsRecord, Declaration, PayoutLine
from reports.queries import calendar_months, counted, payouts, reported_measures
from reports.queries.counted import EVENT_DAY, ORDER_KEY, Scope
from reports.queries.differing import compared
from reports.queries.payouts import Fate, OrderFate
from reports.queries.reported_measures import Reported


@dataclass(frozen=True, slots=True)
class Row:
    """Where a line stands: the file and the row in it."""

    batch: UUID
    file: str
    row: int


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order of the orders' side, in its own currency before refunds and in won."""

    day: dt.date
    store: UUID
    store_code: str
    reference: str
    currency: str
    amount: Decimal
    krw: Decimal


@dataclass(frozen=True, slots=True)
class ExportLine:
    """One line of a list of exports as it counts now: FOB in USD, the list and the row in it."""

    day: dt.date
    number: str
    line: str
    fob_amount: Decimal
    batch: UUID
    file: str
    row: int


@dataclass(frozen=True, slots=True)
class Lines:
    """Both sides of one pair: `orders` and what is beside them, of which only one list is filled."""

    scope: Scope
    orders: tuple[OrderLine, ...] = ()
    stated: tuple[Reported, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    customs: tuple[CustomsRecord, ...] = ()
    exports: tuple[ExportLine, ...] = ()
    fates: tuple[tuple[OrderFate, Decimal | None, Decimal | None], ...] = ()


def of_pair(program: Program, company: UUID, comparison: Comparison, month: dt.date | None) -> Lines | None:
    """The lines of one company's comparison; None where there is nothing to compare."""
    today, whole, over = compared.days_of(program, company)
    if comparison == Comparison.PAYOUTS:
        fates = (
            payouts.fates(whole, today, company)
            if PayoutLine.objects.filter(program=program).exists()
            else []
        )
        settled = [each for each in fates if each.fate != Fate.NOT_DUE]
        known = compared.order_rates(program, settled)
        rows = []
        for each in settled:
            expected, released = compared.in_won(each, known)
            rows.append((each, expected, released) if each.is_compared else (each, None, None))
        return Lines(whole, fates=tuple(rows))
    if over is None:
        return None
    scope = over
    if comparison == Comparison.DECLARED:
        if month is None:
            return None
        scope = calendar_months.of_month(over, month)
        orders = order_lines(replace(over, from_on=scope.from_on), month)
    else:
        orders = order_lines(scope)
    stated = (
        reported_measures.declared(scope, each_company=True)
        if comparison == Comparison.DECLARED
        else reported_measures.customs(scope, each_company=True)
    )
    lines = Lines(scope, orders=tuple(orders), stated=tuple(stated))
    if comparison == Comparison.DECLARED and month is not None:
        rows_of = Declaration.objects.current().filter(
            participation__program=program, participation__company=company, month=month
        )
        chosen = rows_of.select_related("store", "market__platform", "market__country", "declared_by")
        return replace(lines, declarations=tuple(chosen.order_by("declared_at")))
    records = CustomsRecord.objects.filter(
        participation__program=program, participation__company=company, month__lte=scope.until_on,
        month__gte=scope.from_on.replace(day=1),
    )  # fmt: skip
    return replace(
        lines, customs=tuple(records.order_by("month", "kind")), exports=tuple(export_lines(scope, company))
    )


def export_lines(scope: Scope, company: UUID) -> list[ExportLine]:
    """The lines of lists that count for the company in the scope, by day; with what was entered by hand they are the customs measure."""
    rows = counted.ask(_EXPORTS, {**scope.parameters(), "company": company})
    return [ExportLine(*row) for row in rows]


_EXPORTS = f"""
SELECT {EVENT_DAY}, l.declaration_number, l.line_number, l.fob_amount, l.batch_id, f.name, l.row
FROM reports_customs_line l JOIN reports_customslist b ON b.id = l.batch_id JOIN ground_storedfile f ON f.id = b.file_id
WHERE l.program_id = %(program)s AND l.company_id = %(company)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
  AND l.sign > 0 AND NOT EXISTS (SELECT 1 FROM reports_customs_line x WHERE x.list_program_id = l.list_program_id
    AND x.line_key = l.line_key AND x.version = l.version AND x.sign < 0)
ORDER BY 1, 2, 3
"""  # noqa: S608 — the pieces are constants


def order_lines(scope: Scope, concerns: dt.date | None = None) -> list[OrderLine]:
    """Orders of the scope (or what of them concerns a month) with something left, by day; their won are the orders' side to the won."""
    found = counted.rate_parameters(counted.day_rates(scope))
    rows = counted.ask(
        "SELECT min(line.event_day), line.store_id, s.code, line.order_key, line.currency_id, sum(line.gross), sum(line.krw)"  # noqa: S608
        f" FROM ({counted.converted_sql(scope)}) line JOIN programs_store s ON s.id = line.store_id"
        " WHERE %(concerns)s::date IS NULL OR date_trunc('month', line.event_day) = %(concerns)s"
        f" GROUP BY 2, 3, 4, 5 HAVING {counted.LINES_LEFT} ORDER BY 1, 3, 4",
        {**scope.parameters(), **found, "concerns": concerns},
    )
    return [OrderLine(*row) for row in rows]


def rows_of(
    table: str, program: UUID, company: UUID, keys: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], list[Row]]:
    """In which rows of which files orders stand, by store and number, as they count now: `sales` or `payout` lines."""
    reference = ORDER_KEY if table == "sales" else "l.order_reference"
    parameters: dict[str, Any] = {
        "program": program, "company": company, "references": sorted({number for _store, number in keys}),
        "stores": sorted({store for store, _number in keys}),
    }  # fmt: skip
    sql = f"""
        SELECT l.store_id, {reference}, l.batch_id, f.name, l.row
        FROM reports_{"sales" if table == "sales" else "payout"}_line l
        JOIN reports_importbatch b ON b.id = l.batch_id JOIN ground_storedfile f ON f.id = b.file_id
        WHERE l.program_id = %(program)s AND l.company_id = %(company)s AND l.store_id = ANY(%(stores)s)
          AND {reference} = ANY(%(references)s) AND l.sign > 0 AND NOT EXISTS (
            SELECT 1 FROM reports_{"sales" if table == "sales" else "payout"}_line x
            WHERE x.store_id = l.store_id AND x.line_key = l.line_key AND x.version = l.version AND x.sign < 0)
        ORDER BY f.name, l.row
    """  # noqa: S608 — the pieces are constants
    found: dict[tuple[UUID, str], list[Row]] = defaultdict(list)
    for store, number, batch, name, row in counted.ask(sql, parameters):
        found[store, number].append(Row(batch, name, row))
    return found
