"""Sampling of attributes (속성표본): how many orders are wrong, whatever they come to: how many to look at, and what follows.

- Size: the smallest n such that, were more orders wrong than the tolerable share, no more than n x expected (rounded up) wrong ones would
  be met with a probability of at most what the confidence leaves: an upper limit of the share at the expected number of errors lies
  within the tolerable one. Orders are drawn without replacement, so the distribution is the hypergeometric; of a large population it
  is the binomial. Where no smaller sample does, all orders are looked at, which proves the share itself.
- Evaluation: the upper limit is the largest number of wrong orders in the population with which as few as were found, or fewer, would be
  found with more probability than the confidence leaves. The figure stands when this share is within the tolerable one.

Sources: AICPA, Audit Guide "Audit Sampling", appendix A, tables of sample sizes and of results for tests of controls (binomial): at 95 % and
a tolerable share of 5 %, 59 for no expected error and 93 (1) for 1 %; of 100 with 0, 1, 2 wrong the limits are 3.0, 4.7 and 6.2 %.
The one-sided exact limit is that of Clopper and Pearson (1934), for a finite population after Buonaccorsi (1987). ISA 530.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

HUNDREDTH = Decimal("0.01")


NEARLY = 1e-6
"""Nearer to what the confidence leaves than this, the probability is counted in whole numbers: logarithms are off by 1e-7."""


def at_most(errors: int, *, population: int, wrong: int, size: int) -> float:
    """The probability that a draw of `size` without replacement holds so many wrong ones or fewer, to about 1e-7."""
    total = sum(
        math.exp(_choose(wrong, each) + _choose(population - wrong, size - each) - _choose(population, size))
        for each in _possible(errors, population, wrong, size)
    )
    return min(total, 1.0)


def is_left(errors: int, *, population: int, wrong: int, size: int, confidence: int) -> bool:
    """Whether that probability is at most what the confidence leaves: exactly, also where the two are the same."""
    found, left = at_most(errors, population=population, wrong=wrong, size=size), (100 - confidence) / 100
    if abs(found - left) > NEARLY:
        return found < left
    ways = sum(
        math.comb(wrong, each) * math.comb(population - wrong, size - each)
        for each in _possible(errors, population, wrong, size)
    )
    return ways * 100 <= (100 - confidence) * math.comb(population, size)


def _possible(errors: int, population: int, wrong: int, size: int) -> range:
    """How many wrong ones the draw can hold, up to so many."""
    return range(max(0, size - (population - wrong)), min(errors, wrong, size) + 1)


def _choose(of: int, taken: int) -> float:
    """The logarithm of how many ways there are."""
    return math.lgamma(of + 1) - math.lgamma(taken + 1) - math.lgamma(of - taken + 1)


def expected_errors(size: int, expected: Decimal) -> int:
    """How many wrong ones are expected in a sample: a share in percent, rounded up."""
    return int((size * expected / 100).to_integral_value(ROUND_CEILING))


def size(population: int, confidence: int, tolerable: Decimal, expected: Decimal, most: int) -> int | None:
    """How many orders to look at; shares in percent. All of a population that is too small for less. None where more than `most` are needed, or the expected share leaves nothing
    of the tolerable one."""
    if expected >= tolerable:
        return None
    wrong = int(population * tolerable / 100) + 1
    if wrong > population:
        return None
    for each in range(1, min(population, most) + 1):
        errors = expected_errors(each, expected)
        if is_left(errors, population=population, wrong=wrong, size=each, confidence=confidence):
            return each
    return population if population <= most else None


@dataclass(frozen=True, slots=True)
class Result:
    """`share`: of the sample, in percent, to two decimals; `limit`: of the population at most, rounded up; `limit_orders`: as orders."""

    looked: int
    errors: int
    share: Decimal
    limit_orders: int
    limit: Decimal
    stands: bool


def evaluate(*, population: int, size: int, errors: int, confidence: int, tolerable: Decimal) -> Result:
    """What so many wrong orders of a sample prove of the population. Every order must have been looked at."""
    low, high = errors, population - (size - errors)  # as many are wrong at least, and at most
    while low < high:
        middle = (low + high + 1) // 2
        if not is_left(errors, population=population, wrong=middle, size=size, confidence=confidence):
            low = middle
        else:
            high = middle - 1
    exact = Decimal(low) * 100 / population
    return Result(
        looked=size,
        errors=errors,
        share=(Decimal(errors) * 100 / size).quantize(HUNDREDTH, ROUND_HALF_UP),
        limit_orders=low,
        limit=exact.quantize(HUNDREDTH, ROUND_CEILING),
        stands=exact <= tolerable,
    )
