"""What the pages show now: the questions of this floor against the ledger's own sums, program by program."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from programs.models import Program
from reports.domain.verifying import figures
from reports.domain.verifying.figures import Question
from reports.domain.verifying.result import Difference, ask, compare
from reports.queries import measures, targets
from reports.queries import payouts as matching
from reports.queries.counted import Scope
from reports.queries.measures import Reported


def scope_of(program: Program) -> Scope:
    """The whole program, by its sales target's definition where the files can tell it."""
    return Scope(program, program.starts_on, program.ends_on, basis=targets.basis_of(program))


def question_of(scope: Scope) -> Question:
    return Question(
        program=scope.program, from_on=scope.from_on, until_on=scope.until_on, moment=scope.basis.moment,
        has_tax=scope.basis.has_tax, has_shipping=scope.basis.has_shipping, rate_rule=scope.program.rate_rule,
    )  # fmt: skip


def _programs() -> Iterator[Program]:
    yield from Program.objects.order_by("code")


def orders() -> Iterator[Difference | int]:
    """Orders by month and company, and the number of orders however they are grouped."""
    for program in _programs():
        scope = scope_of(program)
        shown, question = measures.orders(scope), question_of(scope)
        found: dict[Any, Any] = {}
        for cell in figures.cells(question):
            key = (cell.month, cell.company, cell.currency)
            values = (cell.gross, cell.refund, cell.krw, cell.net_krw, cell.lines, cell.units)
            found[key] = tuple(a + b for a, b in zip(found.get(key, (0,) * 6), values, strict=True))
        stated = {
            key: (s.gross_amount, s.refund_amount, s.krw_amount, s.net_krw_amount, s.lines, s.units)
            for key, s in shown.by_month_and_company().items()
        }
        yield from compare("orders", stated, found, program.code)
        for by, counted in (
            (("month", "currency"), shown.orders_by_month),
            (("company", "currency"), shown.orders_by_company),
            (("month", "company", "currency"), shown.orders_by_both),
        ):
            yield from compare("order_counts", counted, figures.order_counts(question, *by), program.code)
        in_total = sum((values[2] for values in found.values()), Decimal(0))
        yield from compare("orders_in_won", {program.code: shown.krw_amount}, {program.code: in_total})


def payouts() -> Iterator[Difference | int]:
    """Payouts by month; and of the matching, that what was sold is released, not due, overdue or broken, nothing else."""
    for program in _programs():
        scope = scope_of(program)
        stated = {(row.month, row.currency): (row.amount, row.krw_amount) for row in measures.payouts(scope)}
        yield from compare("payouts", stated, figures.payouts(question_of(scope)), program.code)
        fates: dict[str, Decimal] = {}
        for row in matching.sums(matching.fates(scope, dt.date.max)):
            fates[row.currency] = fates.get(row.currency, Decimal(0)) + row.expected_amount
        yield from compare("payout_matching", fates, _sold(scope), program.code)


def _sold(scope: Scope) -> dict[Any, Any]:
    rows = ask(
        "SELECT currency_id, sum(net_amount) FROM reports_sales_line WHERE program_id = %(program)s"
        " AND business_day BETWEEN %(from_on)s AND %(until_on)s AND (status_class IN ('sold', 'refunded')"
        " OR (status_class = 'cancelled' AND refund_amount <> 0)) GROUP BY 1",
        scope.parameters(),
    )
    return dict(rows)


def reported() -> Iterator[Difference | int]:
    """Declared sales and customs records by month."""
    for program in _programs():
        scope = scope_of(program)
        declared = ask(
            "SELECT d.month, d.currency_id, sum(d.amount) FROM reports_declaration d JOIN programs_participation p"
            " ON p.id = d.participation_id WHERE p.program_id = %(program)s AND d.replaced_at IS NULL"
            " AND d.month BETWEEN date_trunc('month', %(from_on)s::date) AND %(until_on)s GROUP BY 1, 2",
            scope.parameters(),
        )
        customs = ask(
            "SELECT c.month, 'USD', sum(c.fob_amount) FROM reports_customsrecord c JOIN programs_participation p"
            " ON p.id = c.participation_id WHERE p.program_id = %(program)s"
            " AND c.month BETWEEN date_trunc('month', %(from_on)s::date) AND %(until_on)s GROUP BY 1, 2",
            scope.parameters(),
        )
        for name, rows, found in (
            ("declared", measures.declared(scope), declared),
            ("customs", measures.customs(scope), customs),
        ):
            yield from compare(
                name, _amounts(rows), {(row[0], row[1]): row[2] for row in found}, program.code
            )


def _amounts(rows: list[Reported]) -> dict[Any, Any]:
    return {(row.month, row.currency): row.amount for row in rows}
