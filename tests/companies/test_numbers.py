"""Business numbers: the check digit that the published number libraries do not check."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from companies import numbers

PUBLISHED = ["1168200276", "1348672683", "3808100318", "1078153660", "2148639239", "1248100998"]
WRONG = ["1234567890", "1168200275"]


@pytest.mark.parametrize("number", PUBLISHED)
def test_published_numbers_pass(number):
    assert numbers.is_valid(number)
    numbers.validate(number)


@pytest.mark.parametrize("number", WRONG)
def test_altered_numbers_do_not(number):
    assert not numbers.is_valid(number)
    with pytest.raises(ValidationError) as refusal:
        numbers.validate(number)
    assert refusal.value.code == "brn_check"


@pytest.mark.parametrize("number", ["", "124810099", "12481009988", "12481a0998"])
def test_what_is_not_ten_digits_is_told_apart(number):
    with pytest.raises(ValidationError) as refusal:
        numbers.validate(number)
    assert refusal.value.code == "brn_length"


@pytest.mark.parametrize(
    "written",
    [
        "124-81-00998",
        " 124 81 00998 ",
        "１２４－８１－００９９８",
        "1248100998.0",
        1248100998.0,
        "124‑81‑00998",
    ],
)
def test_however_it_is_written_it_is_one_number(written):
    assert numbers.clean(written) == "1248100998"


@given(st.text("0123456789", min_size=9, max_size=9), st.integers(0, 9))
def test_exactly_one_of_ten_last_digits_fits(nine, digit):
    assert numbers.is_valid(f"{nine}{digit}") == (numbers.check_digit(nine) == digit)


@given(st.text("0123456789", min_size=9, max_size=9), st.integers(0, 7), st.integers(1, 9))
def test_a_mistyped_digit_is_found(nine, place, shift):
    """True of the first eight digits; the ninth counts twice and hides some mistakes, as the published rule has it."""
    typed = int(nine[place])
    other = f"{nine[:place]}{(typed + shift) % 10}{nine[place + 1 :]}"
    assert numbers.check_digit(nine) != numbers.check_digit(other)
