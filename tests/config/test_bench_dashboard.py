"""`script/bench dashboard`: its goals, and that operations tells what each of them is about."""

from __future__ import annotations

from bench import dashboard
from tests.config.users import PROJECT


def test_the_goals_are_those_of_the_figures():
    assert dashboard.GOALS == {
        "growth_10m_over_1m": 1.5, "over_duckdb": 0.05, "redo_over_scan": 1.5, "difference_krw": 0,
    }  # fmt: skip
    text = (PROJECT / "docs" / "operations.md").read_text()
    assert [each for each in (*dashboard.GOALS, "p95_ms") if f"`{each}`" not in text] == []
