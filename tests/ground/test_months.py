"""Months by their days, over the ends of years and of Februaries."""

from __future__ import annotations

import datetime as dt

import pytest

from ground.months import last_day, month_before, months_of, next_month


@pytest.mark.parametrize(
    ("day", "before", "last", "after"),
    [
        ("2024-01-31", "2023-12-01", "2024-01-31", "2024-02-01"),
        ("2024-02-01", "2024-01-01", "2024-02-29", "2024-03-01"),
        ("2025-02-28", "2025-01-01", "2025-02-28", "2025-03-01"),
        ("2025-12-15", "2025-11-01", "2025-12-31", "2026-01-01"),
    ],
)
def test_each_day_has_a_month_before_a_last_day_and_a_month_after(day, before, last, after):
    of = dt.date.fromisoformat(day)
    found = (month_before(of), last_day(of), next_month(of))
    assert [f"{each:%Y-%m-%d}" for each in found] == [before, last, after]


def test_months_between_two_days_hold_both():
    months = months_of(dt.date(2024, 11, 30), dt.date(2025, 1, 1))
    assert months == [dt.date(2024, 11, 1), dt.date(2024, 12, 1), dt.date(2025, 1, 1)]
    assert months_of(dt.date(2025, 3, 31), dt.date(2025, 3, 1)) == [dt.date(2025, 3, 1)]
    assert months_of(dt.date(2025, 3, 1), dt.date(2025, 2, 28)) == []
