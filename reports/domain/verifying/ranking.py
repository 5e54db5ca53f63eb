"""Sealed rankings, computed once more from the score sheets: places, points, results and the fingerprint agreed to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from accounts.domain.approvals import fingerprint
from programs.models import Call, Selection
from reports.domain.verifying.result import Difference, ask, compare

# A sheet counts when it is full, its evaluator serves and declared no conflict. Who had been scored and withdrew before
# the decision has no line and none of these statuses; who withdrew afterwards has a line.
_RANKED = """
WITH sheets AS (
    SELECT s.application_id, s.evaluator_id, sum(s.points) AS total,
           coalesce(sum(s.points) FILTER (WHERE i.is_tie_breaker), 0) AS tie
    FROM programs_score s JOIN programs_scoreitem i ON i.id = s.item_id
    JOIN programs_evaluator e ON e.id = s.evaluator_id AND e.ended_at IS NULL
    JOIN programs_conflict c ON c.evaluator_id = s.evaluator_id AND c.application_id = s.application_id
      AND NOT c.has_conflict
    WHERE s.call_id = %(call)s GROUP BY 1, 2
    HAVING count(*) = (SELECT count(*) FROM programs_scoreitem i WHERE i.call_id = %(call)s)
), means AS (
    SELECT a.receipt, coalesce(a.submitted_at, a.created_at) AS handed_in, round(avg(s.total), 4) AS points,
           round(avg(s.tie), 4) AS tie_points
    FROM sheets s JOIN programs_application a ON a.id = s.application_id
    WHERE a.status IN ('eligible', 'selected', 'reserve', 'not_selected', 'agreed', 'completed')
       OR EXISTS (SELECT 1 FROM programs_selectionrow r WHERE r.application_id = a.id)
    GROUP BY a.id
), places AS (
    SELECT *, row_number() OVER (ORDER BY points DESC, tie_points DESC, handed_in, receipt COLLATE "C") AS place
    FROM means
)
SELECT p.place, p.receipt, p.points, p.tie_points,
       CASE WHEN p.points < c.minimum_points OR p.place > c.quota + c.reserve_count THEN 'not_selected'
            WHEN p.place <= c.quota THEN 'selected' ELSE 'reserve' END
FROM places p CROSS JOIN programs_call c WHERE c.id = %(call)s ORDER BY p.place
"""
_SEALED = """
SELECT r.rank, a.receipt, r.points, r.tie_points, r.result
FROM programs_selectionrow r JOIN programs_selection s ON s.id = r.selection_id
JOIN programs_application a ON a.id = r.application_id WHERE s.call_id = %(call)s ORDER BY r.rank
"""


def rankings() -> Iterator[Difference | int]:
    """Each sealed ranking: every company's place, points, points of the tie-breaker and result; the fingerprint of the
    whole, and that the second person agreed to it."""
    for selection in Selection.objects.select_related("call", "approval").order_by("call__code"):
        call = selection.call
        found = ask(_RANKED, {"call": call.pk})
        yield from compare(
            "selection_ranking", _by_receipt(ask(_SEALED, {"call": call.pk})), _by_receipt(found), call.code
        )
        yield from compare("selection_digest", {"": selection.digest}, {"": _digest(call, found)}, call.code)
        yield from compare(
            "selection_agreed", {"": selection.digest}, {"": selection.approval.digest}, call.code
        )


def _by_receipt(rows: list[tuple[Any, ...]]) -> dict[Any, Any]:
    return {receipt: (place, *values) for place, receipt, *values in rows}


def _digest(call: Call, rows: list[tuple[Any, ...]]) -> str:
    """As `programs.queries.selection.digest_of` makes it: places, points and results under the call's rule."""
    return fingerprint(
        {
            "call": call.code,
            "quota": call.quota,
            "reserve": call.reserve_count,
            "minimum": str(Decimal(call.minimum_points).normalize()),
            "rows": [
                [place, receipt, f"{points:.4f}", f"{tie:.4f}", result]
                for place, receipt, points, tie, result in rows
            ],
        }
    )
