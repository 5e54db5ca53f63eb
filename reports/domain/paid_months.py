"""Keeping the sums of payouts by month (정산 월 집계): by store and month, made anew whole by the worker every minute.

The state of the ledger and that of the rates are read before the sums are made. What comes in between leaves the kept sums with an older
state than now, so they are not read and are made once more: at worst slow, never wrong.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import connection, transaction

from ground import clock, turns
from programs.models import Program
from reports.models import PaidCell, PaidMonth
from reports.queries import calendar_months, paid_months, reported_measures
from reports.queries.counted import Scope

FIRST, LAST = dt.date(2000, 1, 1), dt.date(2099, 12, 31)


def renew(*, all_of_them: bool = False) -> int:
    """Make every store's month anew whose sums are not of now, or all, each in a transaction of its own; returns how many."""
    made = 0
    if all_of_them:
        PaidMonth.objects.update(lines="")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT program_id FROM reports_batch_sum WHERE ledger = 'payout' AND program_id IS NOT NULL"
        )
        touched = [key for (key,) in cursor.fetchall()]
    for program in Program.objects.filter(pk__in=touched).order_by("code"):
        for store, month, _lines in paid_months.stale(Scope(program, FIRST, LAST)):
            made += keep(program, store, month)
    return made


def keep(program: Program, store: UUID, month: dt.date) -> bool:
    """Make the sums of a store's month by the ledger and the rates of now. False where somebody else just does, or did: of workers that go
    through one list each makes what the others left. Locks nothing that writers need."""
    scope = Scope(program, month, calendar_months.last_day(month), stores=(store,))
    with transaction.atomic(), connection.cursor() as cursor:
        if not turns.is_ours("naru_paid_months", f"{program.pk} {store}"):
            return False
        found = paid_months.stale(scope)
        if not found:
            return False
        ((_store, _month, lines),) = found
        for model in (PaidCell, PaidMonth):
            model.objects.filter(program=program, store=store, month=month).delete()
        first_on, last_on, event_first_on = reported_measures.payout_span(scope)
        if first_on is None or last_on is None or event_first_on is None:
            return False
        rates = paid_months.rates_of(scope, month, event_first_on)
        select, parameters = reported_measures.released_sql(scope, "month, company_id, store_id, currency_id")
        cursor.execute(
            "INSERT INTO reports_paid_cell (program_id, month, company_id, store_id, currency_id, net_amount, krw_amount, usd_amount)"  # noqa: S608
            f" SELECT %(program)s, cell.* FROM ({select}) cell",
            parameters,
        )
        PaidMonth.objects.create(
            program=program, store_id=store, month=month, lines=lines, rates=rates, first_on=first_on, last_on=last_on,
            event_first_on=event_first_on, made_at=clock.now(),
        )  # fmt: skip
    return True
