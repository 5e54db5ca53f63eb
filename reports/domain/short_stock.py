"""Finding in large programs which companies sold more than they sent to warehouses (재고 초과 판매 집계): by the worker, at most once an hour.

The page takes the order of companies from it and reads the lines of the companies that it shows; of small programs it reads all.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from ground import clock, turns
from programs.models import Program
from reports.domain import counting
from reports.models import ShortStock
from reports.queries import order_counts, shipments

AT_MOST_EVERY = dt.timedelta(hours=1)


def is_large(program: Program, on: dt.date) -> bool:
    """Whether the program has more rows in the ledger than a page reads."""
    return not order_counts.is_at_most(counting.whole(program, on), counting.MOST_LINES)


def renew() -> int:
    """Find them anew where shipments or sales have changed since, or the day; returns in how many programs."""
    today, made = clock.today(), 0
    for program in Program.objects.filter(starts_on__lte=today).order_by("code"):
        if shipments.has_shipments(program) and is_large(program, today):
            made += keep(program, today)
    return made


def keep(program: Program, on: dt.date) -> bool:
    """The same of one program. False where nothing has changed, it was found less than an hour ago, or another worker just does."""
    with transaction.atomic():
        if not turns.is_ours("naru_short_stock", program.pk):
            return False
        known, now = ShortStock.objects.filter(program=program).first(), clock.now()
        if known is not None and known.on == on and now - known.made_at < AT_MOST_EVERY:
            return False
        state = shipments.state_of(program, on)
        if known is not None and known.state == state:
            return False
        found = shipments.short_of(program, on)
        ShortStock.objects.filter(program=program).delete()
        ShortStock.objects.bulk_create(
            ShortStock(program=program, company_id=company, on=on, rows=rows, state=state, made_at=now)
            for company, rows in found.items()
        )
    return True
