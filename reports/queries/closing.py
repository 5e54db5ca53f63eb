"""Closing of months (월 마감), as questions: from which day on a program is open, what its months come to, what stands in the
way of closing one, and what was booked later for closed ones (조정)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from ground import clock
from ground.clock import SEOUL
from programs.models import Assignment, Program
from programs.models.participation import ANSWERS
from reports.models import ClosedMonth, CustomsList, Declaration, ImportBatch, PayoutLine, SalesLine
from reports.queries import (
    answers,
    calendar_months,
    counted,
    exports,
    order_sums,
    rates,
    reported_measures,
    sources,
    targets,
    waiting,
)
from reports.queries.counted import Basis, Scope
from reports.queries.reported_measures import NOT_SALES, Reported

Figures = dict[str, Any]
UNDECIDED = (
    ImportBatch.State.WAITING, ImportBatch.State.READING, ImportBatch.State.PREVIEW, ImportBatch.State.IMPORTING,
)  # fmt: skip
LISTS_UNDECIDED = (CustomsList.State.WAITING, CustomsList.State.PREVIEW, CustomsList.State.IMPORTING)
LISTED = 200


def open_from(program: UUID) -> dt.date | None:
    """The first day after the program's closed months; None when none is closed."""
    last = ClosedMonth.objects.closed().filter(program=program).order_by("-month").first()
    return last.opens_on if last else None


def is_closed(program: UUID, month: dt.date) -> bool:
    first = open_from(program)
    return first is not None and month < first


def next_month(program: Program) -> dt.date:
    """The month that is to be closed next: the program's first, or the one after the last closed one."""
    return open_from(program.pk) or program.starts_on.replace(day=1)


def scope_of(program: Program, month: dt.date, as_of: dt.datetime | None = None) -> Scope:
    """The month, by the definition of the sales target that it is measured by."""
    scope = calendar_months.month_scope(program, month, as_of)
    return replace(scope, basis=targets.basis_of(program, scope.until_on))


def figures_of(scope: Scope) -> Figures:
    """What is kept of a month: each measure by currency, in the files' amounts and in won, and by which definition."""
    orders = order_sums.orders(scope)
    return {
        "basis": {
            "moment": str(scope.basis.moment), "has_tax": scope.basis.has_tax, "has_shipping": scope.basis.has_shipping,
            "is_before_refunds": scope.basis.is_before_refunds, "rate_rule": str(scope.program.rate_rule),
        },
        "orders": [
            {
                "currency": currency, "gross": text(each.gross_amount), "refund": text(each.refund_amount),
                "krw": text(each.krw_amount), "net_krw": text(each.net_krw_amount), "lines": each.lines,
                "units": each.units, "orders": each.orders,
            }
            for (_month, currency), each in sorted(orders.by_month().items())
        ],
        "payouts": reported(reported_measures.payouts(scope)),
        "declared": reported(reported_measures.declared(scope)),
        "customs": reported(reported_measures.customs(scope)),
    }  # fmt: skip


def basis_of(figures: Figures) -> Basis:
    """The definition by which kept figures were made."""
    kept = figures["basis"]
    return Basis(kept["moment"], kept["has_tax"], kept["has_shipping"], kept["is_before_refunds"])


def reported(rows: list[Reported]) -> list[dict[str, Any]]:
    """A measure as it is kept."""
    return [
        {
            "currency": row.currency,
            "amount": text(row.amount),
            "krw": None if row.krw_amount is None else text(row.krw_amount),
        }
        for row in rows
    ]


def text(amount: Decimal) -> str:
    """An amount as it is kept."""
    found = f"{amount:f}"
    return (found.rstrip("0").rstrip(".") if "." in found else found) or "0"


class Obstacle(StrEnum):
    BEFORE_PROGRAM = "before_program"
    NOT_OVER = "not_over"
    EARLIER_OPEN = "earlier_open"
    CLOSED = "closed"
    UNDECIDED_FILE = "undecided_file"
    UNDECIDED_LIST = "undecided_list"
    UNKNOWN_STATE = "unknown_state"
    NO_RATE = "no_rate"
    NO_TAX = "no_tax"
    DIFFERENCE = "difference"


ENDED = frozenset({Obstacle.BEFORE_PROGRAM, Obstacle.CLOSED})
"""What makes it idle to ask what else stands in the way."""


@dataclass(frozen=True, slots=True)
class InTheWay:
    """Why a month cannot be closed: how many of them, and which (a file's key, a month as 2025-08, a currency, a store, a record)."""

    what: Obstacle
    count: int = 1
    which: str = ""
    name: str = ""

    def kept(self) -> list[Any]:
        """As JSON, of which `read` makes it again."""
        return [str(self.what), self.count, self.which, self.name]

    @classmethod
    def read(cls, kept: list[Any]) -> InTheWay:
        what, count, which, name = kept
        return cls(Obstacle(what), count, which, name)


def in_the_way(program: Program, month: dt.date) -> list[InTheWay]:
    """What stands in the way by the calendar, the files and what waits. The comparison of all sums is `verifying.months`."""
    found = not_ready(program, month)
    return found if {each.what for each in found} & ENDED else found + _waits(program, month)


def not_ready(program: Program, month: dt.date) -> list[InTheWay]:
    """Of this what is known without a look at lines: the calendar, and files that nobody has decided on."""
    if month < program.starts_on.replace(day=1):
        return [InTheWay(Obstacle.BEFORE_PROGRAM)]
    following = next_month(program)
    if month < following:
        return [InTheWay(Obstacle.CLOSED)]
    found = []
    if calendar_months.last_day(month) >= clock.today(ZoneInfo(program.zone)):
        found.append(InTheWay(Obstacle.NOT_OVER))
    if month > following:
        found.append(InTheWay(Obstacle.EARLIER_OPEN, which=f"{following:%Y-%m}"))
    found += [
        InTheWay(Obstacle.UNDECIDED_FILE, which=str(batch.pk), name=batch.file.name)
        for batch in undecided(program, month)
    ]
    found += [
        InTheWay(Obstacle.UNDECIDED_LIST, which=str(each.pk), name=each.file.name)
        for each in CustomsList.objects.filter(program=program, state__in=LISTS_UNDECIDED).select_related(
            "file"
        )
    ]
    return found


def undecided(program: Program, month: dt.date) -> list[ImportBatch]:
    """Files of the program or of stores in which it sells that are not entered and not given up, and may touch the month."""
    stores = Assignment.objects.filter(program=program).values("store")
    after = dt.datetime.combine(calendar_months.last_day(month) + dt.timedelta(days=2), dt.time(), SEOUL)
    before = dt.datetime.combine(month - dt.timedelta(days=1), dt.time(), SEOUL)
    rows = ImportBatch.objects.filter(Q(program=program) | Q(store__in=stores), state__in=UNDECIDED)
    rows = rows.exclude(first_at__gte=after).exclude(last_at__lt=before)
    return list(rows.select_related("file").order_by("created_at"))


def _waits(program: Program, month: dt.date) -> list[InTheWay]:
    scope = scope_of(program, month)
    kinds = {waiting.Kind.UNKNOWN_STATE: Obstacle.UNKNOWN_STATE, waiting.Kind.NO_RATE: Obstacle.NO_RATE}
    found = [InTheWay(kinds[row.kind], row.lines, row.currency) for row in waiting.of_program(scope, kinds)]
    paid = reported_measures.payouts(scope) if counted.days_without_rate(scope, "payout") else []
    for rows in (paid, reported_measures.declared(scope), reported_measures.customs(scope)):
        found += [InTheWay(Obstacle.NO_RATE, 1, row.currency) for row in rows if row.krw_amount is None]
    return found + [InTheWay(Obstacle.NO_TAX, which=store) for store in sources.without_tax(scope)]


@dataclass(frozen=True, slots=True)
class StillToCome:
    """What does not stand in the way: once it is known, it is booked in a later month."""

    waiting: list[waiting.Waiting]
    undeclared: int
    exports: list[exports.NotCounted]


def still_to_come(program: Program, month: dt.date) -> StillToCome:
    """Lines without a company, movements that nobody can read, companies that have not declared the month, and exports of the month by
    lists that do not count now."""
    kinds = {waiting.Kind.NO_ASSIGNMENT, waiting.Kind.LOOSE_PAYOUT, waiting.Kind.UNKNOWN_MOVEMENT}
    declared = Declaration.objects.current().filter(month=month).values("participation")
    parts = answers.expected(program, month).filter(ANSWERS)
    return StillToCome(
        waiting.of_program(scope_of(program, month), kinds),
        parts.exclude(pk__in=declared).count(),
        exports.not_counted(program, month=month),
    )


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a month holds for a closed one: orders or payouts in one currency, as far as they count."""

    month: dt.date
    concerns: dt.date
    measure: str
    currency: str
    rows: int
    lines: int
    amount: Decimal
    krw_amount: Decimal | None
    net_krw_amount: Decimal | None


def adjustments(scope: Scope) -> list[Adjustment]:
    """By the month in which they are booked and the one that they concern. They are in the figures of the first."""
    scope = replace(scope, is_later=True)
    found = counted.rate_parameters(counted.day_rates(scope))
    orders = counted.ask(
        "SELECT month, date_trunc('month', event_day)::date, 'orders', currency_id, count(*), sum(sign)::bigint, sum(gross),"  # noqa: S608
        f" sum(krw), sum(net_krw) FROM ({counted.converted_sql(scope)}) line"
        " GROUP BY 1, 2, 4 ORDER BY 1, 2, 4",
        {**scope.parameters(), **found},
    )
    days = reported_measures.payout_days(scope)
    paid = rates.for_days(scope.program, days, scope.as_of, is_restated=scope.is_restated)
    krw = f"CASE WHEN bool_and(rate.n IS NOT NULL) THEN sum({counted.won('l.net_amount')}) END"
    payouts = counted.ask(
        f"SELECT date_trunc('month', l.business_day)::date, date_trunc('month', {counted.EVENT_DAY})::date, 'payouts',"  # noqa: S608
        f" l.currency_id, count(*), sum(l.sign)::bigint, sum(l.net_amount), {krw}, {krw} FROM reports_payout_line l"
        f" LEFT JOIN {counted.RATE_TABLE} ON rate.currency_id = l.currency_id AND rate.event_day = {counted.EVENT_DAY}"
        " WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s AND l.event_on IS NOT NULL"
        " AND (%(companies)s::uuid[] IS NULL OR l.company_id = ANY(%(companies)s))"
        f" AND l.description_class <> ALL(%(not_sales)s) AND {counted.ENTERED} GROUP BY 1, 2, 4 ORDER BY 1, 2, 4",
        {**scope.parameters(), **counted.rate_parameters(paid), "not_sales": list(NOT_SALES)},
    )
    return [Adjustment(*row) for row in (*orders, *payouts)] + _exported_later(scope)


def _exported_later(scope: Scope) -> list[Adjustment]:
    found: dict[tuple[dt.date, dt.date], list[exports.Exported]] = defaultdict(list)
    for part in exports.exported(scope):
        if part.concerns < part.month:
            found[part.month, part.concerns].append(part)
    return [
        Adjustment(
            month, concerns, "customs", rates.DOLLAR, sum(part.rows for part in parts), sum(part.lines for part in parts),
            sum((part.amount for part in parts), Decimal(0)), krw := exports.won_of(parts), krw,
        )
        for (month, concerns), parts in sorted(found.items())
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class AdjustedLine:
    """A line of a closed month and what of it was booked later: the last version before, if any, and the difference."""

    measure: str
    event_on: dt.date
    order_reference: str
    line_key: str
    store_name: str
    company_name_ko: str
    company_name_en: str
    currency: str
    net_before: Decimal | None
    net_difference: Decimal
    batch: UUID
    file_name: str


_ADJUSTED = """
SELECT '{measure}', a.event_on, a.order_reference, a.line_key, s.name, coalesce(c.name_ko, ''), coalesce(c.name_en, ''),
       a.currency_id, (
           SELECT sum(o.net_amount) FROM {table} o WHERE o.store_id = a.store_id AND o.line_key = a.line_key
             AND o.program_id = %(program)s AND o.business_day < %(from_on)s AND o.currency_id = a.currency_id
       ), a.net_amount, a.batch_id, f.name
FROM (
    SELECT l.event_on, l.order_reference, l.line_key, l.store_id, l.company_id, l.currency_id, sum(l.net_amount) AS net_amount,
           (array_agg(l.batch_id ORDER BY l.entered_at DESC, l.sign DESC))[1] AS batch_id
    FROM {table} l WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
      AND l.event_on IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6
) a JOIN programs_store s ON s.id = a.store_id LEFT JOIN companies_company c ON c.id = a.company_id
JOIN reports_importbatch b ON b.id = a.batch_id JOIN ground_storedfile f ON f.id = b.file_id
"""
_ADJUSTED_EXPORTS = """
SELECT 'customs', a.event_on, a.declaration_number, a.line_key, '', c.name_ko, c.name_en, 'USD', (
           SELECT sum(o.fob_amount) FROM reports_customs_line o WHERE o.list_program_id = %(program)s
             AND o.line_key = a.line_key AND o.program_id = %(program)s AND o.business_day < %(from_on)s
       ), a.fob_amount, a.batch_id, f.name
FROM (
    SELECT l.event_on, l.declaration_number, l.line_key, l.company_id, sum(l.fob_amount) AS fob_amount,
           (array_agg(l.batch_id ORDER BY l.entered_at DESC, l.sign DESC))[1] AS batch_id
    FROM reports_customs_line l WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
      AND l.event_on IS NOT NULL GROUP BY 1, 2, 3, 4
) a JOIN companies_company c ON c.id = a.company_id
JOIN reports_customslist b ON b.id = a.batch_id JOIN ground_storedfile f ON f.id = b.file_id
"""


def adjusted_lines(program: Program, month: dt.date) -> tuple[list[AdjustedLine], int]:
    """The lines of closed months of which something was booked in this month, the first of them, and how many there are."""
    sql = " UNION ALL ".join(
        _ADJUSTED.format(measure=measure, table=table)
        for measure, table in (("orders", "reports_sales_line"), ("payouts", "reports_payout_line"))
    )
    sql = f"{sql} UNION ALL {_ADJUSTED_EXPORTS}"
    parameters = {"program": program.pk, "from_on": month, "until_on": calendar_months.last_day(month)}
    listed = f"SELECT *, count(*) OVER () FROM ({sql}) x ORDER BY 2, 1, 4 LIMIT {LISTED}"  # noqa: S608
    rows = counted.ask(listed, parameters)
    return [AdjustedLine(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


def has_booked_later(batch: ImportBatch) -> bool:
    """Whether a row that the file brought stands in a later month than its event."""
    return any(
        lines.objects.filter(batch=batch, event_on__isnull=False).exists()
        for lines in (SalesLine, PayoutLine)
    )


_STANDS = """
SELECT 1 FROM {table} l WHERE l.batch_id = %(batch)s AND l.program_id = s.program_id AND l.business_day >= s.month
  AND l.business_day < s.month + interval '1 month' AND l.sign = 1 AND NOT EXISTS (
    SELECT 1 FROM {table} back WHERE back.store_id = l.store_id AND back.line_key = l.line_key AND back.version = l.version
      AND back.sign = -1)
"""
_TOUCHED = f"""
SELECT DISTINCT s.month FROM (
    SELECT DISTINCT k.program_id, k.month FROM reports_batch_sum k JOIN reports_closedmonth c
        ON c.program_id = k.program_id AND c.state = 'closed' AND c.month >= k.month
    WHERE k.batch_id = %(batch)s
) s CROSS JOIN LATERAL (
    ({_STANDS.format(table="reports_sales_line")} LIMIT 1) UNION ALL ({_STANDS.format(table="reports_payout_line")} LIMIT 1)
) l ORDER BY 1
"""  # noqa: S608


def touched_months(batch: ImportBatch) -> list[dt.date]:
    """Closed months in which lines stand that the file brought. Of each month of its sums one line is looked for."""
    return [month for (month,) in counted.ask(_TOUCHED, {"batch": batch.pk})]


def rows_of(program: UUID, month: dt.date) -> int:
    """How many rows of the ledgers lie in the program's month: those that `rows_and_sha256` covers."""
    each = " + ".join(
        f"(SELECT count(*) FROM {table} WHERE program_id = %(program)s AND business_day BETWEEN %(from_on)s AND %(until_on)s)"  # noqa: S608
        for table in (*HASHED[HASH_RULE], "reports_customs_line")
    )
    parameters = {"program": program, "from_on": month, "until_on": calendar_months.last_day(month)}
    return int(counted.ask(f"SELECT {each}", parameters)[0][0])


HASHED: dict[int, dict[str, str]] = {
    1: {
        "reports_sales_line": "l.status_class, l.refund_amount, l.discount_amount, l.shipping_in_amount, l.units",
        "reports_payout_line": "l.description_class",
    },
    2: {
        "reports_sales_line": "l.status_class, l.refund_amount, l.discount_amount, l.shipping_in_amount, l.units",
        "reports_payout_line": "l.description_class, l.refund_amount",
    },
}
"""By rule: what the hash of a month's rows covers of each ledger beside keys, owner, day and amounts. A rule is never changed:
months were closed by it."""
HASH_RULE = max(HASHED)


def rows_and_sha256(
    program: UUID, month: dt.date, as_of: dt.datetime | None = None, rule: int = HASH_RULE
) -> tuple[int, str]:
    """How many rows of the ledgers lie in the program's month, and SHA-256 over them in the order of their keys, by the rule."""
    each = " UNION ALL ".join(
        f"SELECT '{table}' AS ledger, l.store_id, l.line_key, l.version, l.sign, sha256(record_send(ROW(l.store_id, l.line_key,"  # noqa: S608
        " l.version, l.sign, l.batch_id, l.business_day, l.event_on, l.participation_id, l.currency_id, l.net_amount,"
        f" l.gross_amount, l.fee_amount, l.entered_at, {more}))) AS hash FROM {table} l WHERE l.program_id = %(program)s"
        f" AND l.business_day BETWEEN %(from_on)s AND %(until_on)s AND {counted.ENTERED}"
        for table, more in HASHED[rule].items()
    )
    each += (
        " UNION ALL SELECT 'reports_customs_line', l.list_program_id, l.line_key, l.version, l.sign, sha256(record_send(ROW("  # noqa: S608
        "l.line_key, l.version, l.sign, l.batch_id, l.business_day, l.event_on, l.participation_id, l.export_kind,"
        " l.fob_amount, l.entered_at))) FROM reports_customs_line l WHERE l.program_id = %(program)s"
        f" AND l.business_day BETWEEN %(from_on)s AND %(until_on)s AND {counted.ENTERED}"
    )
    parameters = {
        "program": program,
        "from_on": month,
        "until_on": calendar_months.last_day(month),
        "as_of": as_of,
    }
    rows = counted.ask(
        "SELECT count(*), encode(sha256(coalesce(string_agg(hash, ''::bytea ORDER BY ledger, store_id, line_key, version,"  # noqa: S608
        f" sign), ''::bytea)), 'hex') FROM ({each}) r",
        parameters,
    )
    return int(rows[0][0]), str(rows[0][1])
