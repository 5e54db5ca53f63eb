"""What a company types for a month, and what that came to."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from reports.domain.answering import Typed
from reports.queries import answers
from tests.factories import programs

SEPTEMBER = dt.date(2025, 9, 1)


def typed(store=None, currency="CLP", orders=3, amount="100000", refund="0", units=None) -> Typed:
    return Typed(
        store, None if store else programs.market(), programs.currency(currency), orders, units,
        Decimal(amount), Decimal(refund),
    )  # fmt: skip


def answer_of(program, month=SEPTEMBER, today=dt.date(2025, 10, 2)) -> list[tuple[str, str, str]]:
    found = answers.of_month(program, month, today)
    return [
        (row.participation.company.business_number, row.store.code if row.store else "", row.answer.value)
        for row in found.rows
    ]
