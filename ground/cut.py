"""The lock with which whoever writes figures joins the data cut of reports (`reports.domain.cut` says what it is for).

Triggers join by themselves where a statement changes what a report reads. A verb that locks whole companies joins before them: who
holds the cut hangs tasks and sampled orders on companies, and would wait for the verb while the verb waits for the cut.
"""

from django.db import connection

KEY = 0x4E617275


def join() -> None:
    """Figures are about to be written in this transaction; waits while a report reads."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [KEY])
