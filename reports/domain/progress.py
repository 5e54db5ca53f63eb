"""How far an import is, shown while it runs."""

from __future__ import annotations

from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import DatabaseError

from reports.models import ImportBatch


def show(batch_id: UUID, percent: int, state: str = "") -> None:
    """Write the progress where the watching page sees it at once: by a connection of its own, because the work's
    transaction shows nothing before its end; with the state that the file enters by it, if one is given. The percent is
    no fact of the record and in no history; failing, it fails quietly. The work itself never locks the batch's row before its last step, so nobody waits for anybody here.
    """
    connection = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '25ms'")
            cursor.execute(
                "UPDATE reports_importbatch SET progress_percent = %(percent)s,"
                " state = CASE WHEN %(state)s <> '' AND state = %(waiting)s THEN %(state)s ELSE state END"
                " WHERE id = %(batch)s",
                {
                    "percent": percent,
                    "state": state,
                    "waiting": ImportBatch.State.WAITING,
                    "batch": batch_id,
                },
            )
    except DatabaseError:
        return
    finally:
        connection.close()


def text_of(batch: ImportBatch) -> int:
    """Percent for the page: waiting is 0, everything decided is 100."""
    if batch.state in {ImportBatch.State.READING, ImportBatch.State.IMPORTING}:
        return min(batch.progress_percent, 99)
    return 0 if batch.state == ImportBatch.State.WAITING else 100
