"""Monetary-unit sampling, worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reports.domain.sampling.formula import Looked, evaluate, reliability, size


@pytest.mark.parametrize(
    ("confidence", "factors"),
    [(90, "2.31 3.89 5.33 6.69 8.00"), (95, "3.00 4.75 6.30 7.76 9.16"), (99, "4.61 6.64 8.41 10.05 11.61")],
)
def test_the_factors_are_those_of_the_printed_table(confidence, factors):
    assert [reliability(confidence, errors) for errors in range(5)] == [
        Decimal(each) for each in factors.split()
    ]


def test_the_size_is_the_population_times_r_over_what_the_expected_error_leaves():
    """1,000,000,000 x 3.00 / (50,000,000 - 5,000,000 x 1.6 = 42,000,000) = 71.4: 72. Without an expected error 60. At 99 %
    4,610,000,000 / (50,000,000 - 9,500,000 = 40,500,000) = 113.8: 114. Expected 31,250,000 x 1.6 = 50,000,000 leaves nothing."""
    million = Decimal(1_000_000)
    assert size(1000 * million, 95, 50 * million, 5 * million) == 72
    assert size(1000 * million, 95, 50 * million, Decimal(0)) == 60
    assert size(1000 * million, 99, 50 * million, 5 * million) == 114
    assert size(1000 * million, 95, 50 * million, Decimal(31_250_000)) is None


def proven(
    *looked: tuple[int, int], tolerable: int = 6_000_000, confidence: int = 95, population: int = 100_000_000
):
    """Population 100,000,000, interval 1,000,000."""
    return evaluate(
        [Looked(Decimal(book), Decimal(evidence)) for book, evidence in looked],
        population=Decimal(population), interval=Decimal(1_000_000), confidence=confidence, tolerable=Decimal(tolerable),
    )  # fmt: skip


def test_without_an_error_the_limit_is_r_times_the_interval():
    found = proven((400_000, 400_000), (3_000_000, 3_000_000))
    assert (found.projected, found.limit, found.errors, found.stands) == (0, 3_000_000, 0, True)
    assert not proven((400_000, 400_000), tolerable=2_999_999).stands


def test_errors_are_projected_by_their_share_and_widen_the_limit():
    """A quarter of 400,000 is wrong (0.25 x 1,000,000 = 250,000), an order of 200,000 has no evidence (1,000,000), and of a large one
    100,000 is too much: 1,350,000. Limit: 3,000,000 + 1.75 x 1,000,000 + 1.55 x 250,000 + 100,000 = 5,237,500."""
    found = proven((400_000, 300_000), (200_000, 0), (3_000_000, 2_900_000), (500_000, 500_000))
    assert (found.projected, found.basic, found.limit, found.errors) == (1_350_000, 3_000_000, 5_237_500, 3)
    assert found.stands
    assert not proven((400_000, 300_000), (200_000, 0), (3_000_000, 2_900_000), tolerable=5_237_499).stands


def test_what_is_too_small_in_the_books_is_projected_apart():
    """100,000 more than 400,000: 0.25 x 1,000,000; it takes nothing off the other side."""
    found = proven((400_000, 500_000), (200_000, 100_000))
    assert (found.understated, found.projected, found.limit) == (250_000, 500_000, 3_875_000)


def test_where_every_order_was_looked_at_nothing_is_left_open():
    found = proven((3_000_000, 2_900_000), population=3_000_000)
    assert (found.basic, found.limit) == (0, 100_000)
