"""The ranking of countries: every figure here was worked out by hand, as in a spreadsheet."""

from __future__ import annotations

import time
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programs.domain.country_ranking import Ranking, rank
from programs.domain.country_scores import MOST_CANDIDATES, MOST_INDICATORS, Weighed, spread

INDICATORS = (
    Weighed("sales", Decimal(50)),
    Weighed("market", Decimal(30)),
    Weighed("days", Decimal(20), False),
)
VALUES = {
    ("VN", "sales"): 100, ("VN", "market"): 10, ("VN", "days"): 4,
    ("ID", "sales"): 60, ("ID", "market"): 30, ("ID", "days"): 2,
    ("US", "sales"): 80, ("US", "market"): 20, ("US", "days"): 6,
    ("JP", "sales"): 20, ("JP", "market"): 50,
}  # fmt: skip


def ranked(
    values: dict[tuple[str, str], int] = VALUES,
    indicators: tuple[Weighed, ...] = INDICATORS,
    *,
    size: int = 2,
    least: int = 50,
    shift: int = 20,
    normalization: str = "span",
) -> Ranking:
    return rank(
        indicators,
        {key: Decimal(value) for key, value in values.items()},
        sorted({country for country, _indicator in values}),
        normalization=normalization,
        size=size,
        least_coverage=Decimal(least),
        shift=Decimal(shift),
    )


def test_each_part_and_their_sum():
    """Sales of 20 to 100: VN 100, US 75, ID 50, JP 0. Market of 10 to 50: JP 100, ID 50, US 25, VN 0. Days, less is
    better: ID 100, VN 50, US 0. JP has no days: its 80 of weights are the whole."""
    found = ranked()
    assert [(each.country, each.rank, each.score) for each in found.placed] == [
        ("VN", 1, Decimal("60.00")),
        ("ID", 2, Decimal("60.00")),
        ("US", 3, Decimal("45.00")),
        ("JP", 4, Decimal("37.50")),
    ]
    assert [[part.points for part in each.parts] for each in found.placed] == [
        [Decimal(50), Decimal(0), Decimal(10)],
        [Decimal(25), Decimal(15), Decimal(20)],
        [Decimal("37.5"), Decimal("7.5"), Decimal(0)],
        [Decimal(0), Decimal("37.5"), None],
    ]
    assert [each.coverage for each in found.placed] == [100, 100, 100, 80]
    assert found.first == ("VN", "ID")


def test_shown_parts_add_up_to_the_shown_score():
    """Three equal weights: 33.333… three times are 100, so one of them is shown as 33.34."""
    equal = tuple(Weighed(code, Decimal(1)) for code in ("a", "b", "c"))
    values = {(country, code): int(country == "X") for country in ("X", "Y") for code in ("a", "b", "c")}
    first, last = ranked(values, equal, size=1).placed
    assert [part.points for part in first.parts] == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert (first.score, last.score) == (Decimal(100), Decimal(0))


def test_a_score_is_rounded_once_and_half_up():
    """A third of the way on 3 of 32: 3.125 exactly, as a spreadsheet has it."""
    two = (Weighed("a", Decimal(3)), Weighed("b", Decimal(29)))
    values = {("X", "a"): 1, ("X", "b"): 0, ("Y", "a"): 0, ("Y", "b"): 1, ("Z", "a"): 3, ("Z", "b"): 0}
    assert {each.country: each.score for each in ranked(values, two).placed}["X"] == Decimal("3.13")


def test_who_is_known_too_little_has_no_rank():
    found = ranked(least=81)
    assert [(each.country, each.rank, each.score, each.coverage) for each in found.placed][-1] == (
        "JP",
        None,
        None,
        80,
    )
    assert [part.value for part in found.placed[-1].parts] == [20, 50, None]


def test_of_equal_scores_the_heavier_indicator_decides_then_the_next_then_the_code():
    """A missing value is behind a bad one."""
    three = (Weighed("a", Decimal(2)), Weighed("b", Decimal(1)), Weighed("c", Decimal(1)))
    values = {
        ("P", "a"): 0, ("P", "b"): 2, ("P", "c"): 2, ("Q", "a"): 2, ("Q", "b"): 0, ("Q", "c"): 0,
        ("R", "a"): 1, ("R", "b"): 2, ("R", "c"): 0, ("S", "a"): 1, ("S", "b"): 0, ("S", "c"): 2,
        ("T", "a"): 1, ("T", "b"): 1, ("T", "c"): 1, ("U", "a"): 1, ("V", "a"): 1, ("V", "b"): 1, ("V", "c"): 1,
    }  # fmt: skip
    found = ranked(values, three)
    assert {each.score for each in found.placed} == {50}
    assert [each.country for each in found.placed] == ["Q", "R", "T", "V", "S", "U", "P"]


def test_how_often_a_country_stays():
    """Two indicators of equal weight, X best on one and Y on the other: in 3 of 9 combinations the weight of the first is
    the greater, in 3 they are equal (the heaviest indicator decides: of equal ones the first), in 3 the smaller."""
    two = (Weighed("a", Decimal(50)), Weighed("b", Decimal(50)))
    values = {("X", "a"): 1, ("X", "b"): 0, ("Y", "a"): 0, ("Y", "b"): 1}
    found = ranked(values, two, size=1, shift=10)
    assert found.combinations == 9
    assert {each.country: each.stays for each in found.placed} == {
        "X": Decimal("0.6667"),
        "Y": Decimal("0.3333"),
    }


def test_more_than_seven_indicators_are_moved_to_both_ends_only():
    eight = tuple(Weighed(f"i{number}", Decimal(1)) for number in range(8))
    values = {(country, each.code): int(country == "X") for country in ("X", "Y") for each in eight}
    assert ranked(values, eight, size=1).combinations == 2**8
    assert (
        ranked(
            {key: value for key, value in values.items() if key[1] != "i7"}, eight[:7], size=1
        ).combinations
        == 3**7
    )


def test_which_single_weight_changes_the_first():
    """Sales below 30: JP passes VN where 100 b / (a + b) = (100 a + 50 c) / (a + b + c), so a² + 10 a = 1,200.
    Market above 50: the same with b² + 10 b = 3,000. Days below 5: US passes ID where 45 = 40 + c. Sales above 110: US
    passes ID where 75 a + 750 = 50 a + 3,500."""
    found = [
        (each.indicator, each.is_up, each.from_weight, each.change, each.leaves, each.enters)
        for each in ranked().pivots
    ]
    assert found == [
        ("sales", False, 30, -40, ("VN",), ("JP",)),
        ("market", True, 50, Decimal("66.7"), ("VN",), ("JP",)),
        ("days", False, 5, -75, ("ID",), ("US",)),
        ("sales", True, 110, 120, ("ID",), ("US",)),
    ]


def test_what_turns_at_once_is_said():
    """B has 50, A and C 37.5 each, and A is before by the tie; a little less weight on i0 and C is."""
    three = (Weighed("i0", Decimal(15)), Weighed("i1", Decimal(10)), Weighed("i2", Decimal(15)))
    values = {
        ("A", "i0"): 2, ("A", "i1"): 5, ("A", "i2"): 9, ("B", "i0"): 6, ("B", "i1"): 3, ("B", "i2"): 10,
        ("C", "i0"): 0, ("C", "i1"): 3, ("C", "i2"): 10,
    }  # fmt: skip
    found = [
        (each.indicator, each.is_up, each.from_weight, each.leaves, each.enters)
        for each in ranked(values, three).pivots
    ]
    assert ("i0", False, 15, ("A",), ("C",)) in found


def test_a_weight_that_takes_a_rank_away_turns_the_result():
    """JP knows 80 of 100 and is the first; with more than 20 on days it is known too little, in 9 of 27 combinations and
    where sales or market are down as well."""
    values = {**VALUES, ("JP", "sales"): 1000}
    found = ranked(values, size=1, least=80)
    assert found.first == ("JP",)
    assert ("days", True, 20, ("JP",)) in [
        (each.indicator, each.is_up, each.from_weight, each.leaves) for each in found.pivots
    ]
    # known / all of the moved weights, 40-50-60 and 24-30-36 against 16-20-24: at least 80 % where a + b >= 4 c
    kept = sum(a + b >= 4 * c for a in (40, 50, 60) for b in (24, 30, 36) for c in (16, 20, 24))
    stays = {each.country: each.stays for each in found.placed}
    assert stays["JP"] == (Decimal(kept) / 27).quantize(Decimal("0.0001"))
    assert sum(stays.values()) == pytest.approx(1, abs=Decimal("0.0002"))


def plainly(
    table: dict[tuple[str, str], int],
    weights: dict[str, Fraction],
    size: int,
    least: int,
    heaviest: list[str],
) -> list[str]:
    """The first, as somebody would write it who has never seen the module: fractions, no tricks."""
    countries = sorted({country for country, _code in table})
    scale: dict[str, dict[str, Fraction]] = {}
    for code in weights:
        known = {country: table[country, code] for country in countries if (country, code) in table}
        low, high = min(known.values(), default=0), max(known.values(), default=0)
        scale[code] = {
            country: Fraction(100 * (value - low), high - low) if high > low else Fraction(50)
            for country, value in known.items()
        }
    rows = []
    for country in countries:
        mine = {code: weight for code, weight in weights.items() if country in scale[code]}
        if mine and sum(mine.values()) * 100 >= least * sum(weights.values()):
            score = sum(weight * scale[code][country] for code, weight in mine.items()) / sum(mine.values())
            behind = [(country not in scale[code], -scale[code].get(country, 0)) for code in heaviest]
            rows.append((-score, behind, country))
    return [country for _score, _behind, country in sorted(rows)][:size]


@given(st.data())
@settings(deadline=None, max_examples=40)
def test_a_turn_is_a_turn_and_there_is_none_before(data):
    """Just beyond what a pivot says, others are the first, those that it names; and nowhere between the weight as it is and
    there. Drawn small, so that ties and missing values come often."""
    codes, countries = ("a", "b", "c"), ("P", "Q", "R", "S")
    drawn = {
        (country, code): data.draw(st.integers(0, 4))
        for country in countries for code in codes if data.draw(st.integers(0, 5))
    }  # fmt: skip
    weights = {code: data.draw(st.integers(1, 4)) for code in codes}
    size, least = data.draw(st.integers(1, 2)), data.draw(st.sampled_from([1, 50, 70, 100]))
    if not drawn:
        return
    found = ranked(
        drawn, tuple(Weighed(code, Decimal(weights[code])) for code in codes), size=size, least=least
    )
    now = set(found.first)
    turns = {(each.indicator, each.is_up): each for each in found.pivots}
    heaviest = sorted(codes, key=lambda code: -weights[code])
    for code in codes:
        base = Fraction(weights[code])
        for is_up in (False, True):
            pivot = turns.get((code, is_up))

            def then(weight: Fraction, code: str = code) -> set[str]:
                moved = {**{each: Fraction(weight) for each, weight in weights.items()}, code: weight}
                return set(plainly(drawn, moved, size, least, heaviest))

            end = Fraction(pivot.from_weight) if pivot else Fraction(1, 1000) if not is_up else base * 50
            if pivot:
                beyond = then(end + (Fraction(1, 1000) if is_up else -Fraction(1, 1000)))
                assert (now - beyond, beyond - now) == (set(pivot.leaves), set(pivot.enters))
            margin = Fraction(1, 50)
            for step in range(1, 12):
                weight = base + (end - base) * step / 12
                if abs(end - base) > 2 * margin and abs(end - weight) > margin:
                    assert then(weight) == now, (code, is_up, weight)


def test_the_largest_choice_is_counted_while_somebody_waits():
    """Sixty candidates and twelve indicators, nothing turning: about as long as reading a large page."""
    many = tuple(Weighed(f"i{number}", Decimal(number + 1)) for number in range(MOST_INDICATORS))
    values = {
        (f"C{country:02}", each.code): country * 7 + (place * country) % 5
        for country in range(MOST_CANDIDATES) for place, each in enumerate(many)
    }  # fmt: skip
    began = time.process_time()
    found = ranked(values, many, size=5)
    assert found.combinations == 4096
    assert time.process_time() - began < 8


def test_nothing_turns_where_one_is_first_in_all():
    values = {
        (country, code): int(country == "X") for country in ("X", "Y") for code in ("sales", "market", "days")
    }
    same = tuple(Weighed(each.code, each.weight) for each in INDICATORS)
    assert ranked(values, same, size=1).pivots == ()


@pytest.mark.parametrize(
    ("normalization", "expected"),
    [
        ("span", [0, 10, 10, 100]),
        ("order", [0, 50, 50, 100]),
        ("deviation", [42.614511, 45.07634, 45.07634, 67.232809]),
    ],
)
def test_scales(normalization, expected):
    """1, 1.9, 1.9 and 10: the mean is 3.7; squares of the distances 7.29, 3.24, 3.24, 39.69, their mean 13.365 and its
    root 3.655817."""
    values = [Decimal(1), Decimal("1.9"), Decimal("1.9"), Decimal(10)]
    found = spread(values, normalization=normalization, is_more_better=True)
    assert [float(each) for each in found] == pytest.approx(expected, abs=1e-6)
    turned = spread(values, normalization=normalization, is_more_better=False)
    assert [float(each) for each in turned] == pytest.approx([100 - each for each in expected], abs=1e-6)
    assert spread([Decimal(3)] * 2, normalization=normalization, is_more_better=True) == [50, 50]
