"""Months that a platform paid to a provider's store and that the provider has not stated to the companies (미제출 정산)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from programs.models import Program, Store
from reports.models import PayoutTerm
from reports.queries.calendar_months import last_day
from reports.queries.counted import ask
from reports.queries.payout_terms import Book, book
from reports.queries.reported_measures import NOT_SALES


@dataclass(frozen=True, slots=True)
class Unstated:
    """What a store received for a company in a month, in one currency, and nobody stated. `due_on` is so many days after the
    end of the month as the term says; `reminded_at` where a letter went out after the first of it was known."""

    store: UUID
    store_code: str
    store_name: str
    organization: str
    participation: UUID
    program: UUID
    business_number: str
    company: str
    month: dt.date
    currency: str
    amount: Decimal
    due_on: dt.date
    reminded_at: dt.datetime | None

    def overdue_days(self, on: dt.date) -> int:
        return max(0, (on - self.due_on).days)


# Of what: known from the sums of files, which are few rows; only what nobody stated is then read from the lines.
_OPEN = """
SELECT DISTINCT s.store_id, s.participation_id, s.program_id, s.company_id, s.month FROM reports_batch_sum s
WHERE s.ledger = 'payout' AND s.store_id = ANY(%(stores)s) AND s.participation_id IS NOT NULL AND s.month < %(before)s
  AND (%(month)s::date IS NULL OR s.month = %(month)s)
  AND NOT EXISTS (
    SELECT 1 FROM reports_payoutproof p WHERE p.store_id = s.store_id AND p.participation_id = s.participation_id
      AND p.month = s.month AND p.reopened_at IS NULL)
"""
_UNSTATED = """
SELECT l.store_id, s.code, s.name, o.name_ko, l.participation_id, l.program_id, c.business_number, c.name_ko, k.month, l.currency_id,
       sum(l.net_amount), k.due_on, CASE WHEN min(l.entered_at) <= r.sent_at THEN r.sent_at END
FROM unnest(%(k_stores)s::uuid[], %(k_parts)s::uuid[], %(k_companies)s::uuid[], %(k_months)s::date[], %(k_days)s::date[], %(k_due)s::date[])
    AS k (store_id, participation_id, company_id, month, until_on, due_on)
JOIN reports_payout_line l ON l.company_id = k.company_id AND l.store_id = k.store_id AND l.participation_id = k.participation_id
    AND l.business_day BETWEEN k.month AND k.until_on
JOIN programs_store s ON s.id = l.store_id JOIN accounts_organization o ON o.id = s.organization_id
JOIN companies_company c ON c.id = l.company_id
LEFT JOIN reports_payoutreminder r ON r.store_id = l.store_id AND r.month = k.month
WHERE l.description_class <> ALL(%(not_sales)s)
GROUP BY l.store_id, s.code, s.name, o.name_ko, l.participation_id, l.program_id, c.business_number, c.name_ko, k.month, k.due_on,
    l.currency_id, r.sent_at
HAVING sum(l.sign) > 0 AND sum(l.net_amount) > 0
"""


def of_stores(
    stores: Iterable[Store], on: dt.date, *, month: dt.date | None = None, due_since: dt.date | None = None
) -> list[Unstated]:
    """Of these stores of providers, as of the day `on`: months that are over (this month, if given; those due since a day, if given), the
    earliest due first. Three queries and two for each program; lines are read of what is not stated alone."""
    held = [store.pk for store in stores if store.organization_id is not None]
    if not held:
        return []
    parameters: dict[str, Any] = {"stores": held, "before": on.replace(day=1), "month": month}
    rows = ask(_OPEN, parameters)
    programs = Program.objects.in_bulk({row[2] for row in rows})
    books: dict[UUID, Book] = {
        key: book(program, PayoutTerm.Kind.PASS_ON, stores=held) for key, program in programs.items()
    }
    keys = []
    for store, part, program, company, of_month in rows:
        until = last_day(of_month)
        term = books[program].on(store, until)
        assert term is not None
        due_on = until + dt.timedelta(days=term.days)
        if due_since is None or due_on >= due_since:
            keys.append((store, part, company, of_month, until, due_on))
    if not keys:
        return []
    columns = ("k_stores", "k_parts", "k_companies", "k_months", "k_days", "k_due")
    lines = {name: list(values) for name, values in zip(columns, zip(*keys, strict=True), strict=True)}
    found = [Unstated(*row) for row in ask(_UNSTATED, {**lines, "not_sales": list(NOT_SALES)})]
    return sorted(found, key=lambda each: (each.due_on, each.store_code, each.company, each.currency))
