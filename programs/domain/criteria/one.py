"""Criteria of one application: made into SQL for stand-ins, so that the database plans it once for all applications of the
call. Planning takes ten times as long as answering."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from ground.worded import keeping_cursor
from programs.domain.criteria.relations import literal

APPLICATION, SCREENING = uuid4(), uuid4()
"""Stand-ins; nobody's criteria can name them."""
WHICH = f"a.id = {literal(str(APPLICATION))}::uuid"


def rows_about(sql: str, application: UUID, screening: UUID | None = None) -> list[tuple[Any, ...]]:
    """What SQL that was made for the stand-ins says of these."""
    said = sql.replace("%", "%%")
    for stand_in, name in ((APPLICATION, "application"), (SCREENING, "screening")):
        said = said.replace(literal(str(stand_in)), f"%({name})s")
    with keeping_cursor() as cursor:
        cursor.execute(said, {"application": application, "screening": screening})
        return list(cursor.fetchall())
