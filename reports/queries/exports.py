"""Exports as pages show them: what counts by month, kind and where it is from; what of the lists does not count, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from programs.models import Program
from reports.models import CustomsLine
from reports.queries import rates
from reports.queries.counted import ENTERED, EVENT_DAY, Scope, ask

_OF_COMPANIES = "(%(companies)s::uuid[] IS NULL OR {company} = ANY(%(companies)s))"
# Lines count in the program of their list alone, with which the index begins. What is kept is of now, and of whole months: months in which the
# scope begins or ends among their lines are read line by line.
_EXPORTED = f"""
WITH of_month AS MATERIALIZED (
    SELECT s.* FROM reports_customs_sum s
    WHERE s.list_program_id = %(program)s AND s.program_id = %(program)s
      AND s.month BETWEEN date_trunc('month', %(from_on)s::date) AND %(until_on)s
      AND {_OF_COMPANIES.format(company="s.company_id")}
), edge AS MATERIALIZED (
    SELECT DISTINCT month, GREATEST(month, %(from_on)s) AS first_on, LEAST((month + interval '1 month')::date - 1, %(until_on)s) AS last_on
    FROM of_month WHERE first_on < %(from_on)s OR last_on > %(until_on)s OR %(as_of)s::timestamptz IS NOT NULL
)
SELECT month, event_month, company_id, sum(fob_amount), sum(rows)::bigint, sum(lines)::bigint FROM (
    SELECT c.month, c.month AS event_month, p.company_id, c.fob_amount, 1 AS rows, 1 AS lines
    FROM reports_customsrecord c JOIN programs_participation p ON p.id = c.participation_id
    WHERE p.program_id = %(program)s AND c.month BETWEEN date_trunc('month', %(from_on)s::date) AND %(until_on)s
      AND {_OF_COMPANIES.format(company="p.company_id")}
    UNION ALL
    SELECT m.month, m.event_month, m.company_id, m.fob_amount, m.rows, m.lines FROM of_month m WHERE m.month NOT IN (SELECT month FROM edge)
    UNION ALL
    SELECT e.month, date_trunc('month', {EVENT_DAY})::date, l.company_id, l.fob_amount, 1, l.sign
    FROM edge e JOIN reports_customs_line l ON l.program_id = %(program)s AND l.business_day BETWEEN e.first_on AND e.last_on
      AND {ENTERED} AND {_OF_COMPANIES.format(company="l.company_id")}
) export
GROUP BY 1, 2, 3 HAVING sum(lines) <> 0 OR sum(fob_amount) <> 0 ORDER BY 1, 2, 3
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Exported:
    """What a company exported in a month (`concerns`) and is booked in one, the same or a later: FOB in USD."""

    month: dt.date
    concerns: dt.date
    company: UUID
    amount: Decimal
    krw_amount: Decimal | None
    rows: int
    lines: int


def exported(scope: Scope) -> list[Exported]:
    """Each month's exports by the month they concern and company, in won at that month's average rate."""
    rows = ask(_EXPORTED, scope.parameters())
    found = rates.month_averages(
        scope.program, {(rates.DOLLAR, row[1]) for row in rows}, scope.as_of, is_restated=scope.is_restated
    )
    parts = []
    for month, event, company, amount, count, lines in rows:
        rate = found.get((rates.DOLLAR, event))
        parts.append(
            Exported(month, event, company, amount, rate.won(amount) if rate else None, count, lines)
        )
    return parts


def won_of(parts: Sequence[Exported]) -> Decimal | None:
    """Their won, or none where one has no rate."""
    known = [part.krw_amount for part in parts if part.krw_amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(parts) else None


BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Exports:
    """FOB in USD of a month, as it is booked. `grade`: who brought the lists, or `BY_HAND`; of that there are no lines."""

    month: dt.date
    kind: str
    grade: str
    lines: int
    fob_amount: Decimal


_BY_MONTH = """
SELECT month, kind, grade, sum(lines)::bigint, sum(fob_amount) FROM (
    SELECT s.month, s.export_kind AS kind, s.grade, s.lines, s.fob_amount FROM reports_customs_sum s
    WHERE s.list_program_id = %(program)s AND s.program_id = %(program)s AND (%(company)s::uuid IS NULL OR s.company_id = %(company)s)
    UNION ALL
    SELECT r.month, r.kind, 'by_hand', 0, r.fob_amount
    FROM reports_customsrecord r JOIN programs_participation p ON p.id = r.participation_id
    WHERE p.program_id = %(program)s AND (%(company)s::uuid IS NULL OR p.company_id = %(company)s)
) x GROUP BY 1, 2, 3 HAVING sum(lines) <> 0 OR sum(fob_amount) <> 0 ORDER BY 1 DESC, 2, 3
"""


def by_month(program: Program, company: UUID | None = None) -> list[Exports]:
    """What counts, of the whole program or of one company, the latest month first."""
    return [Exports(*row) for row in ask(_BY_MONTH, {"program": program.pk, "company": company})]


@dataclass(frozen=True, slots=True)
class NotCounted:
    outcome: CustomsLine.Outcome
    lines: int
    fob_amount: Decimal


_NOT_COUNTED_IN_ALL = """
SELECT outcome, sum(lines)::bigint, sum(fob_amount) FROM reports_customs_sum
WHERE list_program_id = %(program)s AND outcome <> '' AND (%(month)s::date IS NULL OR month = %(month)s)
GROUP BY 1 HAVING sum(lines) <> 0 ORDER BY 2 DESC, 1
"""
_NOT_COUNTED = """
SELECT l.outcome, sum(l.sign)::bigint, sum(l.fob_amount) FROM reports_customs_line l
WHERE l.list_program_id = %(program)s AND l.outcome <> '' AND l.business_number = ANY(%(numbers)s)
  AND (%(month)s::date IS NULL OR date_trunc('month', l.business_day) = %(month)s)
GROUP BY 1 HAVING sum(l.sign) <> 0 ORDER BY 2 DESC, 1
"""


def not_counted(
    program: Program, numbers: Collection[str] | None = None, month: dt.date | None = None
) -> list[NotCounted]:
    """Lines of lists that count nowhere, by the reason; of exporters with one of the numbers and of the month, if given."""
    rows = ask(
        _NOT_COUNTED_IN_ALL if numbers is None else _NOT_COUNTED,
        {"program": program.pk, "numbers": None if numbers is None else list(numbers), "month": month},
    )
    return [NotCounted(CustomsLine.Outcome(outcome), lines, fob) for outcome, lines, fob in rows]
