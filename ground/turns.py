"""Taking turns: of sessions that do the same work one does it at a time, until its transaction ends.

The locks are advisory: only who asks here for the same work waits or is refused. Nothing that writers need is locked.
"""

from django.db import connection


def is_ours(work: str, of: object) -> bool:
    """Whether nobody else does this work of this subject, and nobody begins before the transaction ends. Waits for nobody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s), hashtext(%s))", [work, str(of)])
        return bool(cursor.fetchone()[0])


def wait(work: str) -> None:
    """Whoever does this work is done; nobody else begins before the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [work])
