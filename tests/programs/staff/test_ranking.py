"""Places by hand-worked numbers: mean, tie-breaker, submission, minimum, cut-off, reserve."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest

from programs.domain.ranking import Candidate, mean, rank, rule_text

EARLY = dt.datetime(2025, 5, 20, 9, tzinfo=dt.UTC)


def candidate(number: int, totals: list[str], ties: list[str] | None = None, minutes: int = 0) -> Candidate:
    return Candidate(
        application_id=UUID(int=number),
        receipt=f"R-{number}",
        totals=tuple(Decimal(each) for each in totals),
        tie_points=tuple(Decimal(each) for each in ties or ["0"]),
        submitted_at=EARLY + dt.timedelta(minutes=minutes),
    )


def placed(candidates, quota=2, reserve_count=1, minimum="60"):
    places = rank(candidates, quota=quota, reserve_count=reserve_count, minimum=Decimal(minimum))
    return [(each.application_id.int, each.rank, str(each.points), each.result) for each in places]


def test_the_mean_has_four_decimals_and_rounds_half_up():
    assert mean([Decimal("80"), Decimal("81"), Decimal("81")]) == Decimal("80.6667")
    assert mean([Decimal("70.0001"), Decimal("70.0000")]) == Decimal("70.0001")
    assert mean([]) == Decimal("0.0000")


def test_places_follow_the_mean_and_the_cut():
    found = placed(
        [
            candidate(1, ["70", "80"]),
            candidate(2, ["91.5", "88.5"]),
            candidate(3, ["60", "61"]),
            candidate(4, ["85", "84", "86"]),
        ]
    )
    assert found == [
        (2, 1, "90.0000", "selected"),
        (4, 2, "85.0000", "selected"),
        (1, 3, "75.0000", "reserve"),
        (3, 4, "60.5000", "not_selected"),
    ]


def test_below_the_minimum_nobody_is_selected_even_when_places_are_free():
    assert placed([candidate(1, ["60"]), candidate(2, ["59.99"])], quota=5) == [
        (1, 1, "60.0000", "selected"),
        (2, 2, "59.9900", "not_selected"),
    ]


def test_a_tie_at_the_cut_line_is_decided_by_the_tie_breaker_then_by_the_submission():
    tied = [
        candidate(1, ["80"], ["50"], minutes=0),
        candidate(2, ["80"], ["55"], minutes=30),
        candidate(3, ["80"], ["50"], minutes=-5),
    ]
    places = rank(tied, quota=1, reserve_count=1, minimum=Decimal(60))
    assert [(each.application_id.int, each.result, each.apart_by) for each in places] == [
        (2, "selected", "points"),
        (3, "reserve", "tie_breaker"),
        (1, "not_selected", "submission"),
    ]


def test_what_is_printed_is_what_is_compared():
    """Means that differ in the fifth decimal only are equal: the tie-breaker decides."""
    of_three = candidate(1, ["80.00", "80.00", "80.01"], ["40"])
    of_many = candidate(2, ["80.00"] * 60 + ["80.20"], ["45"])
    assert sum(of_three.totals) / 3 > sum(of_many.totals) / 61
    assert mean(of_three.totals) == mean(of_many.totals) == Decimal("80.0033")
    assert placed([of_three, of_many], quota=1)[0][0] == 2


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1)])
def test_the_order_of_the_input_does_not_matter(order):
    known = {1: candidate(1, ["80"]), 2: candidate(2, ["80"]), 3: candidate(3, ["81"])}
    assert [each[0] for each in placed([known[number] for number in order])] == [3, 1, 2]


def test_the_rule_is_printed_with_its_numbers():
    text = rule_text(quota=30, reserve_count=5, minimum=Decimal("60.00"), tie_breaker="상품성")
    for part in ("30", "5", "60", "상품성"):
        assert part in text
    assert "상품성" not in rule_text(quota=30, reserve_count=5, minimum=Decimal("60.00"), tie_breaker="")
