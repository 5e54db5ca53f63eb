"""Keeping the sums of orders by month of sale (정산 코호트 집계): by store, made anew whole by the worker every minute.

The state of the ledger is read before the sums are made. What enters in between leaves the kept sums with an older state than the
ledger's, so they are not read and are made once more: at worst slow, never wrong.
"""

from __future__ import annotations

import datetime as dt

import structlog
from django.db import connection, transaction

from ground import clock, turns
from programs.models import Program
from reports.models import CohortCell, CohortCompany, CohortStore
from reports.queries import cohorts, company_payouts, payouts
from reports.queries.cohorts import Chain, Stale
from reports.queries.company_payouts import Priced
from reports.queries.counted import IN_SETS
from reports.queries.payout_terms import book

log = structlog.get_logger(__name__)
AT_ONCE = 50
"""Stores whose sums are made by one statement."""


def renew() -> int:
    """Make the sums of every store anew that are not of now; returns how many stores. Locks nothing that writers need; two at once do not
    wait for each other's whole work."""
    made = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT program_id FROM reports_batch_sum WHERE program_id IS NOT NULL")
        touched = [key for (key,) in cursor.fetchall()]
    for program in Program.objects.filter(pk__in=touched).order_by("code"):
        today = clock.today()
        priced = company_payouts.priced(program, today)
        stale = cohorts.stale_of(program, priced.chain)
        for start in range(0, len(stale), AT_ONCE):
            made += keep(program, stale[start : start + AT_ONCE], priced)
    return made


def keep(program: Program, stale: list[Stale], priced: Priced | None = None) -> int:
    """Make the sums of these stores, by month of sale and by company, from one reading of their lines, by the terms and rates of now,
    which name them. None where somebody else just does."""
    stores = [each.store for each in stale]
    terms = book(program, stores=stores)
    priced = priced or company_payouts.priced(program, clock.today())
    with transaction.atomic(), connection.cursor() as cursor:
        if not turns.is_ours("naru_cohorts", program.pk):
            return 0
        cursor.execute(f"SET LOCAL work_mem = '128MB'; {IN_SETS}")
        for model in (CohortCell, CohortCompany, CohortStore):
            model.objects.filter(program=program, store__in=stores).delete()
        cursor.execute(
            f"""
            {cohorts.ORDERS}, {company_payouts.RATED}, cells AS (
                INSERT INTO reports_cohort_cell (program_id, store_id, {cohorts.COLUMNS})
                SELECT %(program)s, cell.* FROM ({cohorts.OF_ORDERS}) cell
            ), parts AS (
                INSERT INTO reports_cohort_company (program_id, store_id, {company_payouts.COLUMNS})
                SELECT %(program)s, part.* FROM ({company_payouts.OF_ORDERS}) part
            )
            SELECT store_id, max(day), max(spread) FROM orders GROUP BY store_id
            """,  # noqa: S608
            payouts.parameters_of(cohorts.whole(program), stores=stores, terms=terms) | priced.parameters(),
        )
        found = {store: (last_on, spread) for store, last_on, spread in cursor.fetchall()}
        CohortStore.objects.bulk_create(
            CohortStore(
                program=program,
                store_id=each.store,
                lines=each.lines,
                terms=terms.digest(each.store),
                made_at=clock.now(),
                rates=_named(priced.chain, found[each.store][0]) if each.store in found else "",
                last_on=found[each.store][0] if each.store in found else None,
                spread_days=found[each.store][1] if each.store in found else 0,
            )
            for each in stale
        )
    return len(stale)


def _named(chain: Chain, last_on: dt.date) -> str:
    """What names the rates up to a day; of a day to come, those of now, so that the sums are made anew as they come."""
    return chain.get(min(last_on, max(chain)), "") if chain else ""
