"""Attributes: sizes and limits against published tables, and against counting every draw of a small population."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import pytest

from reports.domain.sampling import attributes

LARGE = 10_000_000
"""So large that it makes no difference whether an order is put back."""


@pytest.mark.parametrize(
    ("confidence", "expected", "tolerable", "size", "errors"),
    [
        (95, "0", "2", 149, 0), (95, "0", "3", 99, 0), (95, "0", "5", 59, 0), (95, "0", "10", 29, 0), (95, "0", "20", 14, 0),
        (95, "1", "5", 93, 1), (95, "1", "4", 156, 2), (95, "1", "10", 46, 1), (95, "2", "6", 127, 3), (95, "2", "7", 88, 2),
        (95, "2", "5", 181, 4), (90, "0", "5", 45, 0), (90, "0", "10", 22, 0), (90, "1", "5", 77, 1),
    ],
)  # fmt: skip
def test_sizes_are_those_of_the_published_tables(confidence, expected, tolerable, size, errors):
    """AICPA Audit Guide, Audit Sampling, tables A-1 and A-2: size and expected errors."""
    found = attributes.size(LARGE, confidence, Decimal(tolerable), Decimal(expected), 2000)
    assert (found, attributes.expected_errors(found, Decimal(expected))) == (size, errors)


@pytest.mark.parametrize(
    ("confidence", "size", "errors", "limit"),
    [
        (95, 25, 0, "11.3"), (95, 25, 1, "17.6"), (95, 60, 0, "4.9"), (95, 60, 1, "7.7"), (95, 100, 0, "3.0"), (95, 100, 1, "4.7"),
        (95, 100, 2, "6.2"), (95, 100, 3, "7.6"), (95, 200, 0, "1.5"), (90, 100, 0, "2.3"), (90, 100, 1, "3.9"),
    ],
)  # fmt: skip
def test_limits_are_those_of_the_published_tables(confidence, size, errors, limit):
    """AICPA Audit Guide, tables A-3 and A-4, which print one decimal; and the binomial, summed here, leaves at the limit just what the
    confidence leaves."""
    found = attributes.evaluate(
        population=LARGE, size=size, errors=errors, confidence=confidence, tolerable=Decimal(5)
    )
    assert abs(found.limit - Decimal(limit)) < Decimal("0.1")
    assert found.stands == (found.limit <= 5)
    share = found.limit_orders / LARGE
    left = sum(
        math.comb(size, each) * share**each * (1 - share) ** (size - each) for each in range(errors + 1)
    )
    assert left == pytest.approx(1 - confidence / 100, rel=1e-4)


def test_of_a_small_population_every_draw_is_counted():
    """All 210 draws of 4 of 10 orders of which 3 are wrong."""
    draws = list(combinations([1] * 3 + [0] * 7, 4))
    for errors in range(5):
        counted = sum(sum(each) <= errors for each in draws) / len(draws)
        assert attributes.at_most(errors, population=10, wrong=3, size=4) == pytest.approx(counted)


def test_looking_at_all_leaves_nothing_open():
    found = attributes.evaluate(population=40, size=40, errors=3, confidence=95, tolerable=Decimal("7.5"))
    assert (found.limit_orders, found.limit, found.share, found.stands) == (
        3,
        Decimal("7.50"),
        Decimal("7.50"),
        True,
    )


def test_a_limit_of_a_small_population_is_worked_by_hand():
    """Of 40 orders 20 are looked at, none is wrong. Were 4 wrong, none would be met with 20·19·18·17 / (40·39·38·37) = 0.0530: more
    than 5 %, so 4 may be; with 5 wrong 0.0236, so 5 are not: 4 of 40 are 10 %."""
    assert attributes.at_most(0, population=40, wrong=4, size=20) == pytest.approx(116_280 / 2_193_360)
    found = attributes.evaluate(population=40, size=20, errors=0, confidence=95, tolerable=Decimal(10))
    assert (found.limit_orders, found.limit, found.stands) == (4, Decimal("10.00"), True)
    assert not attributes.evaluate(
        population=40, size=20, errors=0, confidence=95, tolerable=Decimal("9.99")
    ).stands


def test_a_size_keeps_what_it_promises():
    """With as many errors as expected the figure stands, with one more it does not; no smaller sample does."""
    for population in (40, 300, 5_000):
        for expected, tolerable in (
            (Decimal(0), Decimal(10)),
            (Decimal(2), Decimal(8)),
            (Decimal("2.5"), Decimal(10)),
        ):
            size = attributes.size(population, 95, tolerable, expected, 2000)
            errors = attributes.expected_errors(size, expected)

            def stands(looked: int, wrong: int, of: int = population, up_to: Decimal = tolerable) -> bool:
                return attributes.evaluate(
                    population=of, size=looked, errors=wrong, confidence=95, tolerable=up_to
                ).stands

            assert stands(size, errors)
            assert not any(
                stands(each, attributes.expected_errors(each, expected)) for each in range(1, size)
            )


def test_what_cannot_be_proven_has_no_size():
    assert attributes.size(1000, 95, Decimal(5), Decimal(5), 2000) is None
    assert attributes.size(1_000_000, 99, Decimal("0.1"), Decimal(0), 2000) is None  # 4,603 would be needed
    assert attributes.size(10, 95, Decimal(100), Decimal(0), 2000) is None


@pytest.mark.parametrize(
    ("population", "confidence", "tolerable", "expected", "size"),
    [(5, 95, "5", "1", 5), (10, 95, "5", "1", 10), (19, 95, "5", "1", 19), (2001, 95, "0.04", "0.03", None)],
)
def test_a_population_too_small_for_a_sample_is_looked_at_as_a_whole(
    population, confidence, tolerable, expected, size
):
    found = attributes.size(population, confidence, Decimal(tolerable), Decimal(expected), 2000)
    assert found == size


@pytest.mark.parametrize(
    ("population", "confidence", "tolerable", "expected", "size"),
    [
        (100, 95, "0.5", "0", 95),  # one wrong of 100 is missed with exactly 5 in 100
        (100, 99, "0.5", "0", 99),
        (100, 90, "0.5", "0", 90),
        (
            20,
            90,
            "5",
            "1",
            19,
        ),  # two wrong, both in a draw of 19 with 171 in 190: one or none with exactly 10 in 100
    ],
)
def test_what_is_exactly_left_is_enough(population, confidence, tolerable, expected, size):
    assert attributes.size(population, confidence, Decimal(tolerable), Decimal(expected), 2000) == size


@pytest.mark.parametrize(
    ("population", "size", "errors", "confidence", "limit"),
    [
        (100, 1, 0, 95, 94),  # with 95 wrong, one that is right is drawn with exactly 5 in 100
        (250, 1, 0, 90, 224),
        (100, 5, 4, 95, 98),
    ],
)
def test_limits_are_those_counted_in_whole_numbers(population, size, errors, confidence, limit):
    found = attributes.evaluate(
        population=population, size=size, errors=errors, confidence=confidence, tolerable=Decimal(50)
    )
    assert found.limit_orders == limit


@pytest.mark.parametrize("confidence", [90, 95, 99])
def test_sizes_and_limits_of_every_small_population_are_exact(confidence):
    """By fractions, from the definition."""
    left = Fraction(100 - confidence, 100)

    def at_most(errors: int, population: int, wrong: int, size: int) -> Fraction:
        ways = (
            math.comb(wrong, each) * math.comb(population - wrong, size - each) for each in range(errors + 1)
        )
        return Fraction(sum(ways), math.comb(population, size))

    for population in range(2, 25):
        for size in range(1, population + 1):
            for errors in range(min(size, 3) + 1):
                limit = max(
                    wrong
                    for wrong in range(errors, population - size + errors + 1)
                    if wrong == errors or at_most(errors, population, wrong, size) > left
                )
                found = attributes.evaluate(
                    population=population,
                    size=size,
                    errors=errors,
                    confidence=confidence,
                    tolerable=Decimal(50),
                )
                assert found.limit_orders == limit, (population, size, errors)


def test_of_a_very_large_population_the_limit_is_exact():
    """50 million orders: the probability is on the other side of 5 in 100 one order further."""
    found = attributes.evaluate(
        population=50_000_000, size=60, errors=1, confidence=95, tolerable=Decimal(10)
    ).limit_orders

    def ways(wrong: int) -> int:
        right = 50_000_000 - wrong
        return math.comb(right, 60) + wrong * math.comb(right, 59)

    least = 5 * math.comb(50_000_000, 60)
    assert ways(found) * 100 > least >= ways(found + 1) * 100
