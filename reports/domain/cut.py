"""The data cut: a report sees all of an import or nothing of it, and what it saw can be found again by its instant.

Whoever writes figures joins before the first row gets its instant; whoever reads for a report holds them off. So every
row entered up to a report's cut was there when the report was built, and `entered_at <= cut` names it for good. Records
that people edit and that have no instant of their own (deliveries, tax treatments, participations, customs records, who
was selected, what a component may cost, of which group a product is) are found again by the last entry of their history that was there: `marks`. On
tables of the floor below a trigger joins.
"""

from __future__ import annotations

import time

from django.db import connection

from ground.cut import KEY, join

__all__ = ["HISTORIES", "KEY", "hold", "join", "marks"]

HISTORIES = {
    "application": "programs_applicationevent",
    "component": "programs_componentevent",
    "customs": "reports_customsrecordevent",
    "delivery": "programs_deliveryevent",
    "listing": "programs_listingevent",
    "merge": "companies_mergeevent",
    "participation": "programs_participationevent",
    "product": "companies_productevent",
    "tax": "programs_storetaxevent",
}
"""Histories in which a report's figures are found again; who writes to these records has joined."""

PATIENCE = 120.0


def hold() -> None:
    """A report reads in this transaction; waits for the writers and keeps new ones waiting until its end.

    While it waits nobody waits behind it, PATIENCE seconds long: an import of a year must not keep people from ticking
    off a delivery. After that it stands in the queue, so that it comes to its turn among imports without a gap.
    """
    until = time.monotonic() + PATIENCE
    while not _taken():
        if time.monotonic() > until:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [KEY])
            return
        time.sleep(0.1)


def _taken() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [KEY])
        return bool(cursor.fetchone()[0])


def marks() -> dict[str, int]:
    """The last entry of each history now. The caller holds the cut: no entry before it comes later."""
    newest = ", ".join(f"(SELECT COALESCE(max(pgh_id), 0) FROM {table})" for table in HISTORIES.values())  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {newest}")
        return dict(zip(HISTORIES, cursor.fetchone(), strict=True))
