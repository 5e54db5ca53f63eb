"""Criteria of one application: made into SQL for stand-ins, so that the database plans it once for all applications of the
call. Planning takes ten times as long as answering."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from ground.worded import keeping_cursor
from programs.domain.criteria.relations import literal

APPLICATION, SCREENING = uuid4(), uuid4()
"""Stand-ins; nobody's criteria can name them."""
WHICH = f"a.id = {literal(str(APPLICATION))}::uuid"


def rows_about(sql: str, application: UUID, screening: UUID | None = None) -> list[tuple[Any, ...]]:
    """What SQL that was made for the stand-ins says of these."""
    said, places = _with_places(sql)
    with keeping_cursor() as cursor:
        cursor.execute(said, [application if each == _APPLICATION else screening for each in places])
        return list(cursor.fetchall())


_APPLICATION, _SCREENING = literal(str(APPLICATION)), literal(str(SCREENING))
_STAND_INS = re.compile(f"{re.escape(_APPLICATION)}|{re.escape(_SCREENING)}")


@lru_cache(maxsize=64)
def _with_places(sql: str) -> tuple[str, tuple[str, ...]]:
    """With a placeholder for each stand-in, and which one stood at each."""
    escaped = sql.replace("%", "%%")
    return _STAND_INS.sub("%s", escaped), tuple(_STAND_INS.findall(escaped))
