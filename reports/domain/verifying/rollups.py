"""The sums that are kept of the ledger's sales, cell by cell against the lines. A month that is known to be out of date is not
read by anybody before it is made anew, so it is not compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from ground.snapshot import one_instant
from programs.models import Program
from reports.domain.verifying import figures
from reports.domain.verifying.figures import Question
from reports.domain.verifying.result import Difference, ask, compare, of_programs

FIRST, LAST = dt.date(2000, 1, 1), dt.date(2099, 12, 31)

_MONTHS = """
WITH behind AS MATERIALIZED (SELECT * FROM naru_rollups_out_of_date(%(program)s, '-infinity', 'infinity', %(has_groups)s))
SELECT b.basis, m.store_id, m.month FROM reports_rollup_month m CROSS JOIN LATERAL unnest(m.bases) AS b (basis)
WHERE m.program_id = %(program)s
  AND NOT EXISTS (SELECT FROM behind o WHERE (o.store_id, o.month) = (m.store_id, m.month))
"""
_CELLS = """
SELECT basis, month, company_id, store_id, currency_id, grade, gross_amount, refund_amount, krw_amount, net_krw_amount, lines, units,
       usd_amount, net_usd_amount
FROM reports_rollup_cell WHERE program_id = %(program)s
"""
_GROUPS = """
SELECT basis, month, company_id, store_id, currency_id, product_group, gross_amount, refund_amount, krw_amount, net_krw_amount, lines,
       units, usd_amount, net_usd_amount
FROM reports_rollup_group WHERE program_id = %(program)s
"""
_ORDERS = """
SELECT basis, month, company_id, currency_id, sum(orders)::bigint FROM reports_rollup_orders WHERE program_id = %(program)s
GROUP BY 1, 2, 3, 4
"""
_NOT_KEPT = """
SELECT DISTINCT store_id, date_trunc('month', business_day)::date FROM reports_sales_line WHERE program_id = %(program)s
EXCEPT SELECT store_id, month FROM reports_rollup_month WHERE program_id = %(program)s
EXCEPT SELECT store_id, first_on FROM reports_rollup_change WHERE what = 'lines' AND program_id = %(program)s
"""


def kept() -> Iterator[Difference | int]:
    return of_programs(of_program)


def differences(program: Program) -> list[Difference]:
    """What differs in the program's kept sums, as they stand at one instant."""
    with one_instant():
        return [each for each in of_program(program) if isinstance(each, Difference)]


def of_program(program: Program) -> Iterator[Difference | int]:
    """Amounts, won, dollars, lines, units and orders of every cell, by grade and by product group; and that no month of lines has been
    forgotten."""
    parameters = {"program": program.pk}
    for store, month in ask(_NOT_KEPT, parameters):
        yield Difference("rollup_month", f"{program.code} {store} {month:%Y-%m}", "", "lines")
    up_to_date: dict[str, set[tuple[Any, dt.date]]] = {}
    for basis, store, month in ask(_MONTHS, {**parameters, "has_groups": False}):
        up_to_date.setdefault(basis, set()).add((store, month))
    told = {tuple(row) for row in ask(_MONTHS, {**parameters, "has_groups": True})}
    cells, orders, groups = ask(_CELLS, parameters), ask(_ORDERS, parameters), ask(_GROUPS, parameters)
    for basis, there in sorted(up_to_date.items()):
        has = basis.split(",")
        question = Question(
            program=program, from_on=FIRST, until_on=LAST, moment=has[0], has_tax="tax" in has,
            has_shipping="shipping" in has, rate_rule=program.rate_rule,
        )  # fmt: skip
        name = f"{program.code} {basis}"
        stated = {row[1:6]: _told(row[6:]) for row in cells if row[0] == basis and (row[3], row[1]) in there}
        found = {
            (each.month, each.company, each.store, each.currency, each.grade): _told((
                each.gross, each.refund, each.krw, each.net_krw, each.lines, each.units, each.usd, each.net_usd,
            ))
            for each in figures.cells(question)
            if (each.store, each.month) in there
        }  # fmt: skip
        yield from compare("rollup", stated, found, name)
        yield from compare(
            "rollup_groups",
            {
                row[1:6]: _told(row[6:])
                for row in groups
                if row[0] == basis and (basis, row[3], row[1]) in told
            },
            {
                key: _told(row)
                for key, row in figures.groups(question).items()
                if (basis, key[2], key[0]) in told
            },
            name,
        )
        whole = {month for _store, month in there} - _behind(program, there)
        for by, is_of_company in ((("month", "currency"), False), (("month", "company", "currency"), True)):
            counts = {
                (row[1], *row[2 if is_of_company else 3 : 4]): row[4]
                for row in orders
                if row[0] == basis and row[1] in whole and (row[2] is not None) == is_of_company
            }
            again = {
                key: count for key, count in figures.order_counts(question, *by).items() if key[0] in whole
            }
            yield from compare("rollup_orders", counts, again, name)


def _told(sums: tuple[Any, ...]) -> tuple[Any, ...]:
    """What is not known is not nought."""
    return tuple("not known" if each is None else each for each in sums)


def _behind(program: Program, there: set[tuple[Any, dt.date]]) -> set[dt.date]:
    """Months of which another store is out of date or not kept on the basis: orders are compared over all stores."""
    rows = ask(
        "SELECT store_id, month FROM reports_rollup_month WHERE program_id = %(program)s UNION SELECT store_id, first_on"
        " FROM reports_rollup_change WHERE program_id = %(program)s AND what = 'lines'",
        {"program": program.pk},
    )
    return {month for store, month in rows if (store, month) not in there}
