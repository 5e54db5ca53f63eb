"""Numbers of orders as the page shows them, at each grain once more from the lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ground import clock
from programs.models import Program
from reports.domain import counting
from reports.domain.verifying import figures
from reports.domain.verifying.figures import BASE, TOLD, Question, rates_of
from reports.domain.verifying.result import Difference, ask, compare, of_programs
from reports.domain.verifying.shown import question_of, scope_of
from reports.models import CountedStore
from reports.queries import calendar_months, kept_orders, order_counts
from reports.queries.order_counts import Grain

GRAINS = {
    Grain.MONTH: "w.month::date::text",
    Grain.PLATFORM: "m.platform_id::text",
    Grain.COUNTRY: "m.country_id::text",
    Grain.STORE: "w.store_id::text",
    Grain.COMPANY: "w.company_id::text",
    Grain.PRODUCT_GROUP: "t.product_group::text",
}


def shown() -> Iterator[Difference | int]:
    """Every program, over all of its days."""
    for program in Program.objects.order_by("code"):
        scope = scope_of(program)
        stated = {(each.grain, each.key): each.orders for each in order_counts.of_scope(scope)}
        yield from compare("order_grains", stated, counted(question_of(scope)), program.code)


def kept() -> Iterator[Difference | int]:
    return of_programs(of_program)


def of_program(program: Program) -> Iterator[Difference | int]:
    """Those that the worker keeps of a month and of all days, where nothing is said to have changed since they were counted."""
    scope = counting.whole(program, clock.today())
    months = CountedStore.objects.filter(program=program, moment=scope.basis.moment).order_by("month")
    for month in months.values_list("month", flat=True).distinct():
        there = kept_orders.kept(scope, month)
        if not there.is_of_now:
            continue
        of = scope if month is None else calendar_months.of_month(scope, month)
        found = counted(question_of(of))
        if month is not None:
            found = {key: count for key, count in found.items() if key[0] != Grain.MONTH}
        name = f"{program.code} {month:%Y-%m}" if month else program.code
        yield from compare(
            "kept_orders", {(each.grain, each.key): each.orders for each in there.counts}, found, name
        )


def counted(question: Question) -> dict[Any, int]:
    """(grain, member) → orders with a line left there, each in its store."""
    names = [f"k{place}" for place in range(len(GRAINS))]
    keys = ", ".join(f"{sql} AS {name}" for name, sql in zip(names, GRAINS.values(), strict=True))
    sets = ", ".join(f"({name}, store, bought)" for name in names)
    grain = " ".join(
        f"WHEN grouping({name}) = 0 THEN '{each}'" for name, each in zip(names, GRAINS, strict=True)
    )
    rows = ask(
        f"""
        WITH {BASE}, {rates_of(question.rate_rule)}, {TOLD}, line AS MATERIALIZED (
            SELECT {keys}, w.store_id AS store, w.bought, w.sign FROM whole w
            JOIN rate r ON r.currency = w.currency AND r.day = w.day
            JOIN programs_store s ON s.id = w.store_id JOIN programs_market m ON m.id = s.market_id
            JOIN told t ON (t.store_id, t.company_id, t.sku, t.listing_reference)
                = (w.store_id, w.company_id, w.sku, w.listing_reference)
        )
        SELECT grain, key, count(*) FROM (
            SELECT CASE {grain} END AS grain, coalesce({", ".join(names)}) AS key FROM line
            GROUP BY GROUPING SETS ({sets}) HAVING sum(sign) > 0
        ) bought GROUP BY 1, 2
        """,  # noqa: S608
        question.parameters(),
    )
    found: dict[Any, int] = {(Grain(grain), key): count for grain, key, count in rows}
    if whole := figures.order_count(question):
        found[Grain.PROGRAM, ""] = whole
    return found
