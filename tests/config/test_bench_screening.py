"""`script/bench screening`: its goals, and that operations tells what each of them is about."""

from __future__ import annotations

from bench import screening
from tests.config.users import PROJECT


def test_the_first_question_and_the_one_asked_again_stand_against_the_same_goal():
    assert screening.GOALS == {
        "whatif_over_floor": (2, False),
        "whatif_again_over_floor": (2, False),
        "stored_over_floor": (8, False),
        "speedup_over_loop": (50, True),
    }
    text = (PROJECT / "docs" / "operations.md").read_text()
    assert [each for each in screening.GOALS if f"`{each}`" not in text] == []
