"""Companies of a program at the end of a day, Seoul time: which were selected, and which took part by agreement."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from programs.models import Program
from reports.queries.counted import ask

# By the histories, so that what came after the day does not count: a later release, a later end.
_SELECTED = """
SELECT a.company_id FROM (
    SELECT DISTINCT ON (x.pgh_obj_id) x.company_id, x.status, x.pgh_label FROM programs_applicationevent x
    JOIN programs_call c ON c.id = x.call_id
    WHERE c.program_id = %(program)s AND (x.pgh_created_at AT TIME ZONE 'Asia/Seoul')::date <= %(until_on)s
    ORDER BY x.pgh_obj_id, x.pgh_id DESC
) a WHERE a.pgh_label <> 'delete' AND a.status IN ('selected', 'agreed', 'completed')
UNION
SELECT p.company_id FROM programs_participation p WHERE p.program_id = %(program)s
  AND (LEAST(p.offered_at, p.agreed_at) AT TIME ZONE 'Asia/Seoul')::date <= %(until_on)s
"""
_TAKING_PART = """
SELECT DISTINCT p.company_id FROM programs_participation p
WHERE p.program_id = %(program)s AND (p.agreed_at AT TIME ZONE 'Asia/Seoul')::date <= %(until_on)s
  AND (p.state <> 'ended' OR NOT EXISTS (
      SELECT 1 FROM programs_participationevent x WHERE x.pgh_obj_id = p.id AND x.state = 'ended'
        AND (x.pgh_created_at AT TIME ZONE 'Asia/Seoul')::date <= %(until_on)s))
  AND (p.last_on IS NULL OR p.last_on >= %(until_on)s OR NOT EXISTS (
      SELECT 1 FROM programs_participationevent x WHERE x.pgh_obj_id = p.id AND x.state = 'agreed' AND x.last_on = p.last_on))
"""


def selected(program: Program, until_on: dt.date) -> set[UUID]:
    """Companies that were selected, or offered the agreement, by the end of the day; not those that had stepped back
    before they were offered it."""
    return _companies(_SELECTED, program, until_on)


def taking_part(program: Program, until_on: dt.date) -> set[UUID]:
    """Companies that had accepted the agreement by the end of the day and whose participation had not ended early by
    then: one whose end was agreed ahead with its last day, whenever that was entered as ended."""
    return _companies(_TAKING_PART, program, until_on)


def _companies(sql: str, program: Program, until_on: dt.date) -> set[UUID]:
    parameters: dict[str, Any] = {"program": program.pk, "until_on": until_on}
    return {row[0] for row in ask(sql, parameters)}
