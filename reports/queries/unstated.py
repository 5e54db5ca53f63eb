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
from reports.queries.counted import ask
from reports.queries.measures import NOT_SALES, last_day
from reports.queries.payout_terms import Book, book


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


_UNSTATED = """
SELECT l.store_id, s.code, s.name, o.name_ko, l.participation_id, l.program_id, c.business_number, c.name_ko,
       date_trunc('month', l.business_day)::date,
       l.currency_id, sum(l.net_amount), CASE WHEN min(l.entered_at) <= r.sent_at THEN r.sent_at END
FROM reports_payout_line l JOIN programs_store s ON s.id = l.store_id
JOIN accounts_organization o ON o.id = s.organization_id JOIN companies_company c ON c.id = l.company_id
LEFT JOIN reports_payoutreminder r ON r.store_id = l.store_id AND r.month = date_trunc('month', l.business_day)::date
WHERE l.store_id = ANY(%(stores)s) AND l.business_day < %(before)s AND l.description_class <> ALL(%(not_sales)s)
  AND NOT EXISTS (
    SELECT 1 FROM reports_payoutproof p WHERE p.store_id = l.store_id AND p.participation_id = l.participation_id
      AND p.month = date_trunc('month', l.business_day)::date AND p.reopened_at IS NULL)
GROUP BY l.store_id, s.code, s.name, o.name_ko, l.participation_id, l.program_id, c.business_number, c.name_ko, 9, l.currency_id, r.sent_at
HAVING sum(l.sign) > 0 AND sum(l.net_amount) > 0
"""


def of_stores(stores: Iterable[Store], on: dt.date) -> list[Unstated]:
    """Of these stores of providers, as of the day `on`: months that are over, the earliest due first. Two queries and two for each program."""
    held = [store.pk for store in stores if store.organization_id is not None]
    if not held:
        return []
    parameters = {"stores": held, "before": on.replace(day=1), "not_sales": list(NOT_SALES)}
    rows = ask(_UNSTATED, parameters)
    programs = Program.objects.in_bulk({row[5] for row in rows})
    books: dict[UUID, Book] = {
        key: book(program, PayoutTerm.Kind.PASS_ON, stores=held) for key, program in programs.items()
    }
    found = []
    for *values, sent_at in rows:
        store, program, month = values[0], values[5], values[8]
        term = books[program].on(store, last_day(month))
        assert term is not None
        facts: list[Any] = [*values, last_day(month) + dt.timedelta(days=term.days), sent_at]
        found.append(Unstated(*facts))
    return sorted(found, key=lambda each: (each.due_on, each.store_code, each.company, each.currency))
