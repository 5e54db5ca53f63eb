"""Keeping the numbers of orders of large programs (주문건수 집계): by store, each month and all months, made anew by the worker every minute.

What names the sums of a store's months is read before the orders are counted. What comes in between leaves the counts with another name than
that of the sums of now; they are said to be of earlier, and are made once more.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.db import connection, transaction

from ground import clock, turns
from programs.models import Program
from reports.models import CountedStore, OrderCount
from reports.queries import calendar_months, counted, kept_orders, order_counts
from reports.queries.counted import Scope
from reports.queries.results import scope_until

MOST_LINES = 10_000
"""Of programs with no more rows in the ledger a page counts the orders itself; it reads so many at most."""
LARGE = 1_000_000
"""Stores with more lines are not counted over all their months twice in an hour."""

_COUNTED = """
INSERT INTO reports_order_count (program_id, moment, month, store_id, company_id, product_group, orders)
WITH {parts}, bought AS (
    SELECT store_id, NULL::uuid AS company_id, NULL::text AS product_group FROM part
    GROUP BY store_id, order_key HAVING sum(sign) > 0
    UNION ALL
    SELECT store_id, company_id, NULL FROM part GROUP BY store_id, company_id, order_key HAVING sum(sign) > 0
    UNION ALL
    SELECT store_id, NULL, product_group FROM part GROUP BY store_id, product_group, order_key HAVING sum(sign) > 0
)
SELECT %(program)s, %(moment)s, %(of_month)s::date, store_id, company_id, product_group, count(*) FROM bought GROUP BY 4, 5, 6
"""


def renew() -> int:
    """Count the orders of large programs anew where what they were counted from has changed; returns of how many stores' months."""
    made, today = 0, clock.today()
    for program in Program.objects.filter(starts_on__lte=today).order_by("code"):
        scope = whole(program, today)
        if not order_counts.is_at_most(scope, MOST_LINES):
            made += _renew(scope)
    return made


def whole(program: Program, on: dt.date) -> Scope:
    """All days of the program by the definition of the day."""
    return replace(scope_until(program, on), from_on=program.starts_on, until_on=program.ends_on)


_LEFT_OVER = """
WITH other AS (DELETE FROM reports_counted_store WHERE id = ANY (%(ids)s) RETURNING program_id, moment, month, store_id)
DELETE FROM reports_order_count o USING other x
WHERE (o.program_id, o.moment, o.store_id) = (x.program_id, x.moment, x.store_id) AND o.month IS NOT DISTINCT FROM x.month
"""


def _renew(scope: Scope) -> int:
    _tidy(scope)
    months = dict.fromkeys(each.month for each in kept_orders.stale(scope, LARGE))
    return sum(keep(scope, month) for month in months)


def _tidy(scope: Scope) -> None:
    """Remove what is kept of none of the program's stores' months."""
    with transaction.atomic(), connection.cursor() as cursor:
        if _is_ours(scope.program) and (ids := kept_orders.left_over(scope)):
            cursor.execute(_LEFT_OVER, {"ids": ids})


def _is_ours(program: Program) -> bool:
    """Whether no other worker counts the program's orders, and none begins before the transaction ends."""
    return turns.is_ours("naru_order_counts", program.pk)


def keep(scope: Scope, month: dt.date | None) -> int:
    """Count the orders anew of the stores of which that is due, in a month or (None) on all of the program's days; returns of how many stores.
    Nothing where another worker just does. Locks nothing that writers need."""
    program, moment = scope.program, scope.basis.moment
    days = scope if month is None else calendar_months.of_month(scope, month)
    with transaction.atomic(), connection.cursor() as cursor:
        if not _is_ours(program):
            return 0
        stale = [each for each in kept_orders.stale(scope, LARGE) if each.month == month]
        stores = [each.store for each in stale]
        for model in (OrderCount, CountedStore):
            model.objects.filter(program=program, moment=moment, month=month, store__in=stores).delete()
        parts, parameters = order_counts.parts(replace(days, stores=tuple(stores)))
        cursor.execute(counted.IN_SETS)
        cursor.execute(_COUNTED.format(parts=parts), {**parameters, "moment": moment, "of_month": month})
        now = clock.now()
        CountedStore.objects.bulk_create(
            CountedStore(
                program=program, moment=moment, month=month, store_id=each.store, state=each.name, made_at=now
            )
            for each in stale
        )
    return len(stale)
