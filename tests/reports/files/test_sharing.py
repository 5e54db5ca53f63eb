"""A pack's money is shared by price x units and always adds up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reports.files.sharing import share

amounts = st.integers(-10_000_000, 10_000_000).map(Decimal)
weights = st.lists(st.integers(1, 5_000_000).map(Decimal), min_size=1, max_size=12)


def decimals(*values: int | str) -> list[Decimal]:
    return [Decimal(value) for value in values]


def test_the_rest_goes_to_the_largest():
    # 3,121 x 12,990 / 24,970 = 1,623.64 and 3,121 x 11,980 / 24,970 = 1,497.36: one peso is left over.
    assert share(Decimal(-3121), decimals(12990, 11980)) == decimals(-1624, -1497)
    assert share(Decimal(-3121), decimals(11980, 12990)) == decimals(-1497, -1624)


def test_of_equal_ones_the_first_takes_the_rest():
    assert share(Decimal(100), decimals(5, 5, 5)) == decimals(34, 33, 33)
    assert share(Decimal(101), decimals(5, 5, 5)) == decimals(35, 33, 33)


def test_one_product_takes_all_and_nothing_stays_nothing():
    assert share(Decimal(999), decimals(7)) == decimals(999)
    assert share(Decimal(0), decimals(1, 2)) == decimals(0, 0)


def test_a_smaller_unit_can_be_shared():
    assert share(Decimal("10.00"), decimals(1, 1, 1), Decimal("0.01")) == decimals("3.34", "3.33", "3.33")


@pytest.mark.parametrize("wrong", [[], decimals(1, 0), decimals(1, -1)])
def test_money_without_a_measure_is_not_shared(wrong: list[Decimal]):
    with pytest.raises(ValueError, match="positive"):
        share(Decimal(100), wrong)


@given(amounts, weights)
@example(Decimal(-1), [Decimal(1), Decimal(1)])
def test_shares_add_up_are_whole_and_stay_near_the_proportion(amount: Decimal, weights: list[Decimal]):
    shares = share(amount, weights)
    assert sum(shares) == amount
    assert all(each == each.to_integral_value() for each in shares)
    largest = weights.index(max(weights))
    for index, (each, weight) in enumerate(zip(shares, weights, strict=True)):
        exact = amount * weight / sum(weights)
        assert abs(each - exact) < (len(weights) if index == largest else 1)


@given(amounts, weights)
def test_the_mirror_of_an_amount_has_mirrored_shares(amount: Decimal, weights: list[Decimal]):
    assert share(-amount, weights) == [-each for each in share(amount, weights)]


@given(
    amounts,
    st.lists(st.integers(1, 5_000_000).map(Decimal), min_size=1, max_size=8, unique=True),
    st.randoms(),
)
def test_the_order_of_the_rows_does_not_matter(amount: Decimal, weights: list[Decimal], random):
    shares = dict(zip(weights, share(amount, weights), strict=True))
    mixed = random.sample(weights, len(weights))
    assert dict(zip(mixed, share(amount, mixed), strict=True)) == shares
