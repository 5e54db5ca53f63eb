"""How far two measures may lie apart in a program (허용오차), and whether they do."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from programs.models import Program
from reports.models import Comparison, Tolerance


@dataclass(frozen=True, slots=True)
class Limit:
    """Within either is within tolerance: `percent` of the orders, or `krw_amount` won. Without a record it is Naru's default."""

    percent: Decimal
    krw_amount: Decimal
    record: Tolerance | None = None

    def allows(self, difference: Decimal, orders: Decimal) -> bool:
        return (
            abs(difference) <= self.krw_amount or abs(difference) * 100 <= self.percent * abs(orders)
        ) or difference == 0


DEFAULTS = {
    Comparison.DECLARED: Limit(Decimal(1), Decimal(10_000)),
    Comparison.PAYOUTS: Limit(Decimal("0.5"), Decimal(10_000)),
    Comparison.CUSTOMS: Limit(Decimal(20), Decimal(1_000_000)),
}
"""Declarations are typed by hand and converted at the month's average, hence a percent. Payouts are matched order by order in the
order's own currency. Orders are retail prices and FOB is not, hence a fifth."""


def of_program(program: Program) -> dict[Comparison, Limit]:
    """The limit of each comparison: what staff set last, else the default."""
    found = dict(DEFAULTS)
    for row in Tolerance.objects.current().filter(program=program).select_related("set_by"):
        found[Comparison(row.comparison)] = Limit(row.percent, row.krw_amount, row)
    return found
