"""A closed month by the rates of now (마감 월의 현재 환율 환산): what its rows come to, beside what was kept at the closing.

The rows of a closed month stay, so its orders and payouts differ from what was kept by those alone whose day has another rate now: only these
are read.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from reports.models import ClosedMonth
from reports.queries import closing, counted, order_sums, rates, reported_measures
from reports.queries.counted import Scope

Figures = dict[str, Any]
ZERO = Decimal(0)


def figures_of(record: ClosedMonth) -> Figures:
    """The figures as `closing.figures_of` has them, by the rates of now. Of a month that was opened again since all rows are read."""
    scope = replace(
        closing.scope_of(record.program, record.month),
        basis=closing.basis_of(record.figures),
        is_restated=True,
    )
    if record.state != ClosedMonth.State.CLOSED:
        return closing.figures_of(scope)
    kept: Figures = record.figures
    orders, payouts = _orders(kept["orders"], scope), _payouts(kept["payouts"], scope)
    return kept | {
        "orders": orders,
        "payouts": payouts,
        "declared": closing.reported(reported_measures.declared(scope)),
        "customs": closing.reported(reported_measures.customs(scope)),
    }


def _moved(scope: Scope, ledger: str) -> Scope | None:
    """The rows whose day has another rate now than at the closing; None where there are no such days."""
    days = counted.possible_days(scope, ledger)
    was, now = rates.for_days(scope.program, days), rates.for_days(scope.program, days, is_restated=True)
    moved = [
        key
        for key in sorted(days)
        if (key in was) != (key in now) or (key in was and not was[key].is_worth(now[key]))
    ]
    return counted.of_days(scope, moved) if moved else None


def _orders(kept: list[Figures], scope: Scope) -> list[Figures]:
    moved = _moved(scope, "sales")
    if moved is None:
        return kept
    was, now = (
        order_sums.of_lines(each).by_currency() for each in (replace(moved, is_restated=False), moved)
    )
    none = order_sums.Sum("")
    return [
        row
        | {
            name: closing.text(Decimal(row[name]) + getattr(now.get(currency, none), field) - getattr(was.get(currency, none), field))
            for name, field in (("krw", "krw_amount"), ("net_krw", "net_krw_amount"))
        }
        for row in kept
        for currency in (row["currency"],)
    ]  # fmt: skip


def _payouts(kept: list[Figures], scope: Scope) -> list[Figures]:
    moved = _moved(scope, "payout")
    if moved is None:
        return kept
    was, now = (
        {row.currency: row.krw_amount for row in reported_measures.payouts(each)}
        for each in (replace(moved, is_restated=False), moved)
    )
    found = []
    for row in kept:
        before, after = was.get(row["currency"], ZERO), now.get(row["currency"], ZERO)
        if row["krw"] is None or before is None or after is None:
            return closing.reported(reported_measures.payouts(scope))
        found.append(row | {"krw": closing.text(Decimal(row["krw"]) + after - before)})
    return found
