"""What a sample for verification is drawn from (모집단), and which orders a seed meets."""

from __future__ import annotations

import datetime as dt
import hashlib
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from programs.models import Program
from reports.models import SampledOrder, SampleFinding, SamplingPlan
from reports.queries import calendar_months, counted
from reports.queries.counted import Basis, Scope

# The unit is an order of a company in a store: that is what evidence shows. Its won are those of the orders measure.
_ORDERS = """
SELECT line.participation_id, line.store_id, line.order_key, line.currency_id, min(line.business_day) AS day,
       sum(line.sign) AS lines, sum(line.gross) AS amount, sum(line.krw) AS krw
FROM ({lines}) line GROUP BY 1, 2, 3, 4 HAVING {left}
"""
_POPULATION = """
SELECT count(*) FILTER (WHERE krw > 0), coalesce(sum(lines) FILTER (WHERE krw > 0), 0),
       coalesce(sum(krw) FILTER (WHERE krw > 0), 0), count(*) FILTER (WHERE krw <= 0),
       coalesce(sum(krw) FILTER (WHERE krw <= 0), 0)
FROM ({orders}) o
"""
# Points lie at first, first + interval, ...; `first` is at most one interval, so what is divided is never negative.
_DRAWN = """
SELECT participation_id, store_id, order_key, currency_id, day, amount, krw, hits::int FROM (
    SELECT *, (div(upto - %(first)s + %(interval)s, %(interval)s) - div(upto - krw - %(first)s + %(interval)s, %(interval)s)) AS hits
    FROM (
        SELECT o.*, sum(krw) OVER (ORDER BY day, store_id, order_key, participation_id, currency_id) AS upto
        FROM ({orders}) o WHERE krw > 0
    ) placed
) met WHERE hits > 0 ORDER BY day, store_id, order_key, participation_id, currency_id
"""


@dataclass(frozen=True, slots=True)
class Population:
    """Orders with something left, their lines and won; and those that came to nothing or less, which cannot be met."""

    orders: int
    lines: int
    krw: Decimal
    left_out: int
    left_out_krw: Decimal


@dataclass(frozen=True, slots=True)
class Drawn:
    participation: UUID
    store: UUID
    reference: str
    currency: str
    day: dt.date
    amount: Decimal
    krw: Decimal
    hits: int


def scope_of(
    program: Program, from_month: dt.date, until_month: dt.date, as_of: dt.datetime, basis: Basis
) -> Scope:
    """The orders of the months within the program, as they stood at an instant."""
    return Scope(
        program,
        max(from_month, program.starts_on),
        min(calendar_months.last_day(until_month), program.ends_on),
        as_of=as_of,
        basis=basis,
    )


def population(scope: Scope) -> Population:
    """What can be met, and what is left out; together they are the orders measure. Refused as `counted.states_of`."""
    sql, parameters = _orders(scope)
    ((orders, lines, krw, left_out, left_out_krw),) = counted.ask(_POPULATION.format(orders=sql), parameters)
    return Population(orders, int(lines), krw, left_out, left_out_krw)


def draw(scope: Scope, seed: str, interval: Decimal) -> list[Drawn]:
    """The orders that the seed meets, by day: systematic, with a random start within the first interval. The same seed meets the
    same orders as long as the scope holds the same rows, which its `as_of` sees to."""
    first = int(hashlib.sha256(seed.encode()).hexdigest(), 16) % int(interval) + 1
    sql, parameters = _orders(scope)
    rows = counted.ask(
        _DRAWN.format(orders=sql), {**parameters, "first": Decimal(first), "interval": interval}
    )
    return [Drawn(*each) for each in rows]


_PICKED = """
SELECT participation_id, store_id, order_key, currency_id, day, amount, krw, 1 FROM (
    SELECT *, sha256(convert_to(concat_ws('|', %(seed)s::text, participation_id, store_id, order_key, currency_id), 'UTF8')) AS lot
    FROM ({orders}) o WHERE krw > 0 ORDER BY lot LIMIT %(size)s
) met ORDER BY day, store_id, order_key, participation_id, currency_id
"""


def pick(scope: Scope, seed: str, size: int) -> list[Drawn]:
    """So many orders, each as likely as any other and none twice, by day: the lots that the seed gives them, the smallest first. The same
    seed picks the same orders as long as the scope holds the same rows."""
    sql, parameters = _orders(scope)
    rows = counted.ask(_PICKED.format(orders=sql), {**parameters, "seed": seed, "size": size})
    return [Drawn(*each) for each in rows]


def _orders(scope: Scope) -> tuple[str, dict[str, Any]]:
    found = counted.rate_parameters(counted.day_rates(scope))
    sql = _ORDERS.format(lines=counted.converted_sql(scope), left=counted.LINES_LEFT)
    return sql, {**scope.parameters(), **found}


def scope_of_plan(plan: SamplingPlan) -> Scope:
    """The scope that it was drawn from, whatever became of the program's days and rate rule since."""
    kept = plan.basis
    basis = Basis(kept["moment"], kept["has_tax"], kept["has_shipping"], kept["is_before_refunds"])
    program = copy(plan.program)
    program.rate_rule = kept["rate_rule"]
    first, last = (dt.date.fromisoformat(kept[each]) for each in ("from_on", "until_on"))
    return Scope(program, first, last, plan.as_of, basis)


def findings(plan: SamplingPlan) -> list[tuple[SampledOrder, SampleFinding | None]]:
    """Each sampled order with the newest finding. Two queries."""
    newest: dict[UUID, SampleFinding] = {}
    rows = SampleFinding.objects.filter(sampled__plan=plan).select_related("found_by", "file")
    for each in rows.order_by("found_at", "id"):
        newest[each.sampled_id] = each
    orders = plan.sampled.select_related("participation__company", "store").order_by("number")
    return [(each, newest.get(each.pk)) for each in orders]
