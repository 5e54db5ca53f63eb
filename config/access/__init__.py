"""The access table's rows, filled here at the roof where all floors are known: one module per stretch of the road."""

from __future__ import annotations

from config.access import accounts, companies, guidance, intake, reports, staff
from ground.access import TABLE


def fill() -> None:
    for part in (accounts, companies, guidance, intake, staff, reports):
        for route, entry in part.ROWS.items():
            TABLE.add(route, entry)
