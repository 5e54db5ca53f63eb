"""The data cut: a report sees all of an import or nothing of it, and what it saw can be found again by its instant.

Whoever writes figures joins before the first row gets its instant; whoever reads for a report holds them off. So every
row entered up to a report's cut was there when the report was built, and `entered_at <= cut` names it for good.
"""

from __future__ import annotations

from django.db import connection

KEY = 0x4E617275


def join() -> None:
    """Figures are about to be written in this transaction; waits while a report reads."""
    _lock("pg_advisory_xact_lock_shared")


def hold() -> None:
    """A report reads in this transaction; waits for the writers and keeps new ones waiting until its end."""
    _lock("pg_advisory_xact_lock")


def _lock(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [KEY])
