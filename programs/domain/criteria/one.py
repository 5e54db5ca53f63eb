"""Criteria of one application: made into SQL for stand-ins, so that the database plans it once for all applications of the
call. Planning takes ten times as long as answering."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from ground.worded import keeping_cursor
from programs.domain.criteria.compiling import Compiled, Kind, compile_criteria, successors_of_provinces
from programs.domain.criteria.relations import Source, literal, of_applications
from programs.models import Call, Criterion

APPLICATION, SCREENING = uuid4(), uuid4()
"""Stand-ins; nobody's criteria can name them."""
WHICH = f"a.id = {literal(str(APPLICATION))}::uuid"


MOST = 100
_made: dict[tuple[Any, ...], str] = {}
"""SQL of criteria by all that goes into it: what anybody changes of them, of the call's days or of the provinces makes another
one. It names no application and says nothing of any."""


def made_of(
    call: Call,
    criteria: Sequence[Criterion],
    how: Callable[[Compiled, Source], str],
    *,
    unasked: Collection[UUID] = (),
    is_taken_now: bool = False,
) -> str:
    """The SQL (`Compiled.explained`, `Compiled.wide`) of these criteria for the stand-in. One query where one asks for
    provinces. Reads `call.agency`."""
    asks = any(each.kind == Kind.PROVINCE for each in criteria)
    successors = successors_of_provinces() if asks else {}
    key = (how, is_taken_now, frozenset(unasked), *_content(call, criteria, successors))
    found = _made.get(key)
    if found is None:
        compiled = compile_criteria(call, criteria, is_taken_now=is_taken_now, successors=successors)
        found = how(compiled, of_applications(call.agency_id, WHICH, unasked))
        if len(_made) >= MOST:
            _made.clear()
        _made[key] = found
    return found


def _content(call: Call, criteria: Sequence[Criterion], successors: Mapping[str, str]) -> tuple[Any, ...]:
    return (
        call.agency_id,
        call.agency.code,
        call.closes_at,
        call.agreement_on,
        call.evaluation_on,
        tuple(successors.items()),
        tuple(
            (each.pk, each.group_id, each.code, each.kind, repr(each.values), each.as_of, each.later_as_of)
            for each in criteria
        ),
    )


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
