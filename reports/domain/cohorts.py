"""Keeping the sums of orders by month of sale (정산 코호트 집계): by store, made anew whole by the worker every minute.

The state of the ledger is read before the sums are made. What enters in between leaves the kept sums with an older state than the
ledger's, so they are not read and are made once more: at worst slow, never wrong.
"""

from __future__ import annotations

import structlog
from django.db import connection, transaction

from ground import clock
from programs.models import Program
from reports.models import CohortCell, CohortStore
from reports.queries import cohorts, payouts
from reports.queries.cohorts import Stale
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
        stale = cohorts.stale_of(program)
        for start in range(0, len(stale), AT_ONCE):
            made += keep(program, stale[start : start + AT_ONCE])
    return made


def keep(program: Program, stale: list[Stale]) -> int:
    """Make the sums of these stores, by the terms of now, which name them. None where somebody else just does."""
    stores = [each.store for each in stale]
    terms = book(program, stores=stores)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtext('naru_cohorts'), hashtext(%s::text))",
            [str(program.pk)],
        )
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SET LOCAL work_mem = '128MB'; SET LOCAL enable_nestloop = off")
        CohortCell.objects.filter(program=program, store__in=stores).delete()
        CohortStore.objects.filter(program=program, store__in=stores).delete()
        cursor.execute(
            f"INSERT INTO reports_cohort_cell (program_id, store_id, {cohorts.COLUMNS})"  # noqa: S608
            f" SELECT %(program)s, cell.* FROM ({cohorts.CELLS}) cell",
            payouts.parameters_of(cohorts.whole(program), stores=stores, terms=terms),
        )
        CohortStore.objects.bulk_create(
            CohortStore(
                program=program,
                store_id=each.store,
                lines=each.lines,
                terms=terms.digest(each.store),
                made_at=clock.now(),
            )
            for each in stale
        )
    return len(stale)
