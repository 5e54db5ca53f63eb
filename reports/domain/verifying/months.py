"""Months before they are closed, and closed ones: what was kept is what the ledger gives, as of the closing and now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from programs.models import Program
from reports.domain.verifying import amounts, figures, shown
from reports.domain.verifying.figures import Question
from reports.domain.verifying.result import Difference, Result, ask, compare
from reports.models import ClosedMonth
from reports.queries import closing

LEDGERS = {"reports_sales_line": "sales", "reports_payout_line": "payout"}


def of_month(program: Program, month: dt.date) -> Result:
    """All of a month that can be asked in two ways: the four measures, the sums of files, what rows of sign -1 take back."""
    scope = closing.scope_of(program, month)
    checked = 0
    differences: list[Difference] = []
    for found in (
        *shown.orders_of(scope),
        *shown.payouts_of(scope),
        *shown.reported_of(scope),
        *_sums(scope.parameters()),
        *_reversals(scope.parameters()),
    ):
        if isinstance(found, Difference):
            differences.append(found)
        else:
            checked += found
    return Result(checked, tuple(differences))


def _sums(parameters: dict[str, Any]) -> Iterator[Difference | int]:
    for table, name in LEDGERS.items():
        kept, lines = (
            {(batch, currency): (int(rows), net) for batch, currency, rows, net in ask(sql, {**parameters, "name": name})}
            for sql in (
                "SELECT batch_id, currency_id, sum(lines), sum(net_amount) FROM reports_batch_sum WHERE ledger = %(name)s"
                " AND program_id = %(program)s AND month BETWEEN %(from_on)s AND %(until_on)s GROUP BY 1, 2",
                f"SELECT batch_id, currency_id, sum(sign), sum(net_amount) FROM {table} WHERE program_id = %(program)s"  # noqa: S608
                " AND business_day BETWEEN %(from_on)s AND %(until_on)s GROUP BY 1, 2",
            )
        )  # fmt: skip
        yield from compare("file_sums", kept, lines, table)


def _reversals(parameters: dict[str, Any]) -> Iterator[Difference | int]:
    for table in LEDGERS:
        rows = ask(
            f"SELECT r.id, (SELECT count(*) FROM {table} o WHERE (o.store_id, o.line_key, o.version, o.sign) = (r.store_id,"  # noqa: S608
            f" r.line_key, r.version, 1) AND o.net_amount = -r.net_amount AND o.business_day <= r.business_day) FROM {table} r"
            " WHERE r.sign = -1 AND r.program_id = %(program)s AND r.business_day BETWEEN %(from_on)s AND %(until_on)s",
            parameters,
        )
        yield len(rows)
        for key, number in rows:
            if number != 1:
                yield Difference("reversal", f"{table} {key}", "1", str(number))


def closed() -> Iterator[Difference | int]:
    """A closed month's figures are those that were kept: asked as of the closing, and asked now. No row came later. Two people
    closed it, and two opened it again."""
    rows = ClosedMonth.objects.exclude(closed_at=None).select_related(
        "program", "approval", "reopen_approval"
    )
    for row in rows.order_by("created_at"):
        yield from _agreed(row)
        question = question_of(row)
        instants = [("closing_as_of", row.closed_at)]
        if row.state == ClosedMonth.State.CLOSED:
            instants.append(("closing_now", None))
        for name, instant in instants:
            asked = (
                question if instant is None else replace(question, as_of=instant, marks=row.figures["marks"])
            )
            for measure, (stated, found) in measured(row.figures, asked).items():
                yield from compare(name, stated, found, f"{row} {measure}")
        if row.state == ClosedMonth.State.CLOSED:
            lying = closing.rows_and_sha256(row.program_id, row.month, rule=row.rows_rule)
            yield from compare("closing_rows", {str(row): (row.rows, row.rows_sha256)}, {str(row): lying})


def _agreed(row: ClosedMonth) -> Iterator[Difference | int]:
    is_open_again = row.state == ClosedMonth.State.REOPENED
    stated: dict[str, Any] = {"closed": (row.pk, True, row.asked_by_id, row.agreed_by_id)}
    found: dict[str, Any] = {"opened": (row.reopened_at is not None, row.reopen_approval is not None)}
    stated["opened"] = (is_open_again, is_open_again)
    if (asked := row.approval) is not None:
        found["closed"] = (asked.subject_id, asked.is_granted, asked.asked_by_id, asked.answered_by_id)
    if (asked := row.reopen_approval) is not None:
        stated["opening"] = (row.pk, True, True)
        found["opening"] = (asked.subject_id, asked.is_granted, asked.pk != row.approval_id)
    yield from compare("closing_agreed", stated, found, str(row))


def question_of(row: ClosedMonth) -> Question:
    """The question by the definition that was kept."""
    basis = row.figures["basis"]
    return Question(
        program=row.program, from_on=row.month, until_on=row.opens_on - dt.timedelta(days=1), moment=basis["moment"],
        has_tax=basis["has_tax"], has_shipping=basis["has_shipping"], rate_rule=basis["rate_rule"],
    )  # fmt: skip


def measured(kept: dict[str, Any], question: Question) -> dict[str, tuple[dict[Any, Any], dict[Any, Any]]]:
    """By measure: what was kept by currency, and what the ledger gives."""
    sums: dict[str, list[Any]] = {}
    for cell in figures.cells(question):
        into = sums.setdefault(cell.currency, [Decimal(0)] * 6)
        for place, name in enumerate(("gross", "refund", "krw", "net_krw", "lines", "units")):
            into[place] += getattr(cell, name)
    counts = {currency: number for (currency,), number in figures.order_counts(question, "currency").items()}
    names = ("gross", "refund", "krw", "net_krw", "lines", "units", "orders")
    found: dict[str, tuple[dict[Any, Any], dict[Any, Any]]] = {
        "orders": (
            {row["currency"]: tuple(Decimal(row[name]) for name in names) for row in kept["orders"]},
            {currency: (*each, counts.get(currency, 0)) for currency, each in sums.items()},
        )
    }
    for name, asked in (
        ("payouts", amounts.payouts(question)),
        ("declared", amounts.declared(question)),
        ("customs", amounts.customs(question)),
    ):
        found[name] = (
            {
                row["currency"]: (Decimal(row["amount"]), None if row["krw"] is None else Decimal(row["krw"]))
                for row in kept[name]
            },
            {currency: each for (_month, currency), each in asked.items()},
        )
    return found


def booked_later() -> Iterator[Difference | int]:
    """A row that is booked later than its event concerns a month that was closed when it was entered, or one before it, or
    takes such a row back; and none that was entered while its month was closed lies in it."""
    was_closed = """EXISTS (SELECT 1 FROM reports_closedmonth c WHERE c.program_id = l.program_id
        AND c.month >= date_trunc('month', l.{day}) AND c.closed_at <= l.entered_at AND coalesce(c.reopened_at, 'infinity') > l.entered_at)"""
    for table in LEDGERS:
        yield ask(f"SELECT count(*) FROM {table} WHERE event_on IS NOT NULL")[0][0]  # noqa: S608
        for key, event in ask(
            f"SELECT l.id, l.event_on FROM {table} l WHERE l.event_on IS NOT NULL"  # noqa: S608
            f" AND NOT {was_closed.format(day='event_on')}"
            f" AND NOT (l.sign = -1 AND EXISTS (SELECT 1 FROM {table} o WHERE o.sign = 1 AND (o.store_id, o.line_key,"
            " o.version, o.event_on) = (l.store_id, l.line_key, l.version, l.event_on)))"
        ):
            yield Difference("booked_later", f"{table} {key}", str(event), "its month was open")
        for key, day in ask(
            f"SELECT l.id, l.business_day FROM {table} l"  # noqa: S608
            f" WHERE {was_closed.format(day='business_day')}"
        ):
            yield Difference("entered_in_closed", f"{table} {key}", str(day), "its month was closed")
