"""`manage.py verify` computes sealed rankings again: by each planted difference, and none where there is none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction

from programs.domain import selection
from programs.models import SelectionRow
from tests.factories import staff
from tests.reports.differences import checks, plant

pytestmark = pytest.mark.django_db

ROWS = "UPDATE programs_selectionrow SET"
PLANTED_IN_RANKING: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "a mark that moves a company behind another": (
        ("UPDATE programs_score SET points = points - 11 WHERE points = 54",),
        ["selection_digest", "selection_ranking"],
    ),
    "a mark that moves nobody": (
        ("UPDATE programs_score SET points = points - 1 WHERE points = 36 AND id = (SELECT min(id::text)::uuid FROM programs_score WHERE points = 36)",),
        ["selection_digest", "selection_ranking"],
    ),
    "a sheet whose evaluator has a conflict": (
        ("""UPDATE programs_conflict SET has_conflict = true WHERE evaluator_id = (SELECT min(id::text)::uuid
            FROM programs_evaluator)""",
         "UPDATE programs_score SET points = points - 1 WHERE evaluator_id <> (SELECT min(id::text)::uuid FROM programs_evaluator)"),
        ["selection_digest", "selection_ranking"],
    ),
    "points of a place": ((f"{ROWS} points = 89.9999 WHERE rank = 1",), ["selection_ranking"]),
    "points of the tie-breaker": ((f"{ROWS} tie_points = 1 WHERE rank = 4",), ["selection_ranking"]),
    "two places exchanged": (
        (f"{ROWS} rank = 9 WHERE rank = 1", f"{ROWS} rank = 1 WHERE rank = 2", f"{ROWS} rank = 2 WHERE rank = 9"),
        ["selection_ranking"],
    ),
    "the last line gone": (("DELETE FROM programs_selectionrow WHERE rank = 4",), ["selection_ranking"]),
    "the fingerprint": (
        ("UPDATE programs_selection SET digest = repeat('0', 64)",),
        ["selection_agreed", "selection_digest"],
    ),
    "what the second person agreed to": (
        ("UPDATE accounts_approval SET digest = repeat('0', 64)",),
        ["selection_agreed"],
    ),
}  # fmt: skip


def test_each_difference_planted_in_a_ranking_is_found(owner_role, move_clock):
    """Four companies with 90, 80, 70 and 60 points; the third comes on the reserve list."""
    move_clock(staff.AFTER_CLOSING)
    staff.released()
    assert checks() == []
    found = {}
    for name, (statements, _expected) in PLANTED_IN_RANKING.items():
        with transaction.atomic():
            plant(owner_role, *statements)
            found[name] = checks()
            transaction.set_rollback(True)
    assert found == {name: expected for name, (_statements, expected) in PLANTED_IN_RANKING.items()}


def test_a_ranking_with_ties_and_thirds_has_no_difference(move_clock):
    """1 and 3 have 80 points, 3 more of the tie-breaker; 2 and 4 have as many of both and 2 was earlier. A third sheet
    for 5 makes (60 + 60 + 61) / 3 = 60.3333. The first of the reserve withdraws afterwards."""
    move_clock(staff.AFTER_CLOSING)
    call, applications = staff.ready(quota=1, reserve_count=2, count=5)
    for name in ("a", "b"):
        for application, marks in zip(
            applications, (("40", "40"), ("35", "35"), ("45", "35"), ("35", "35"), ("30", "30")), strict=True
        ):
            staff.scored(staff.evaluator(call, name), application, *marks)
    third = staff.evaluator(call, "c")
    for application in applications[:4]:
        staff.declared(third, application, has_conflict=True)
    staff.scored(third, applications[4], "30", "31")
    staff.agreed(call)
    selection.decide(call, by=staff.manager(), paper=staff.paper(call.program))
    selection.release(call, by=staff.manager())
    rows = SelectionRow.objects.order_by("rank").values_list("application__receipt", "points")
    assert [(receipt[-1], points) for receipt, points in rows] == [
        ("3", 80), ("1", 80), ("2", 70), ("4", 70), ("5", Decimal("60.3333")),
    ]  # fmt: skip
    selection.withdraw(applications[0], reason="사정", by=staff.manager())
    assert checks() == []
