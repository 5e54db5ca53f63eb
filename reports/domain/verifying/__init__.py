"""Verification (검증): every stored or shown total once more from its lines, by SQL of its own.

None of the questions asked here uses the SQL that made the figures: sums go over all rows of the ledger with their
signs, rates are looked up anew, won are rounded by PostgreSQL's own `round`. What was written earlier is compared as
of its own data cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reports.domain.verifying import (
    customs,
    files,
    history,
    ledger,
    marks,
    months,
    order_counts,
    ranking,
    records,
    rollups,
    runs,
    sharing,
    shipments,
    shown,
    statements,
)
from reports.domain.verifying.months import of_month
from reports.domain.verifying.result import Difference, Result

CHECKS: tuple[Callable[[], Iterator[Difference | int]], ...] = (
    ledger.rows_add_up,
    ledger.reversals_cancel,
    ledger.sums_are_the_lines,
    ledger.one_version_stands,
    ledger.replays_keep_values,
    ledger.sales_follow_assignments,
    ledger.payouts_follow_orders,
    ledger.batches,
    ledger.undone_files,
    marks.named,
    sharing.named,
    customs.lines,
    customs.sums,
    customs.owners,
    customs.never_both,
    customs.lists,
    rollups.kept,
    shown.orders,
    order_counts.shown,
    order_counts.kept,
    shipments.records,
    shipments.compared,
    shown.homes,
    shown.payouts,
    shown.reported,
    statements.held,
    months.closed,
    months.booked_later,
    records.components,
    records.selections,
    ranking.rankings,
    runs.stored_runs,
    files.stored,
    history.histories,
)


def verify() -> Result:
    """All checks: how many comparisons were made and which of them differ. Reads only."""
    checked = 0
    differences: list[Difference] = []
    for check in CHECKS:
        for found in check():
            if isinstance(found, Difference):
                differences.append(found)
            else:
                checked += found
    return Result(checked, tuple(differences))


__all__ = ["Difference", "Result", "of_month", "verify"]
