"""Monetary-unit sampling (화폐단위표본감사), as auditors use it for overstated amounts: how many to look at, and what follows.

- Size: n = BV x R / (TM - EM x F), rounded up. BV is the population in won, TM the tolerable error, EM the expected error, R the
  reliability factor of the confidence for no error, F the expansion factor for expected errors.
- An order is met as often as a multiple of the interval BV / n falls into it; orders of an interval or more are always met.
- Evaluation: an order below the interval that is overstated by the share t ("tainting") stands for t x interval; those of an
  interval or more count with their own error. The upper limit is R(0) x interval, which no error at all leaves open, and
  (R(i) - R(i-1)) x t(i) x interval for the errors from the largest share down, and the errors of the large orders. The figure stands when
  the limit is within the tolerable error.

R is the mean of the Poisson distribution at which i errors or fewer have no more probability than the confidence leaves, rounded up
to two decimals: 3.00, 4.75, 6.30, ... for 95 %. Source: AICPA, Audit Guide "Audit Sampling", monetary unit sampling, the tables of
reliability factors and of expansion factors (1.9, 1.6 and 1.5 for 99, 95 and 90 %); ISA 530 asks for a design of this kind.
Amounts that are too small in the books are not what the method measures: they are projected and shown, without a limit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import cache

ZERO = Decimal(0)
ONE = Decimal(1)
EXPANSION = {90: Decimal("1.5"), 95: Decimal("1.6"), 99: Decimal("1.9")}


@cache
def reliability(confidence: int, errors: int) -> Decimal:
    """R for a confidence in percent and a number of errors, two decimals, rounded up."""
    left = 1 - confidence / 100
    low, high = 0.0, 10.0 + 3 * (errors + 1)
    for _step in range(80):
        middle = (low + high) / 2
        if _at_most(errors, middle) <= left:
            high = middle
        else:
            low = middle
    return Decimal(math.ceil(round(high * 100, 6))).scaleb(-2)


def _at_most(errors: int, mean: float) -> float:
    """The probability of so many errors or fewer."""
    term = total = math.exp(-mean)
    for each in range(1, errors + 1):
        term *= mean / each
        total += term
    return total


def size(population: Decimal, confidence: int, tolerable: Decimal, expected: Decimal) -> int | None:
    """How many won to meet; None where the expected error leaves nothing of the tolerable one."""
    room = tolerable - expected * EXPANSION[confidence]
    if room <= 0:
        return None
    return int((population * reliability(confidence, 0) / room).to_integral_value(ROUND_CEILING))


@dataclass(frozen=True, slots=True)
class Looked:
    """A sampled order: its won in the books and in the evidence (nothing where there is none)."""

    book: Decimal
    evidence: Decimal


@dataclass(frozen=True, slots=True)
class Result:
    """In whole won. `projected` and `limit` are of overstatement; `understated` is projected alone."""

    projected: Decimal
    basic: Decimal
    limit: Decimal
    understated: Decimal
    errors: int
    stands: bool


def evaluate(
    looked: Sequence[Looked],
    *,
    population: Decimal,
    interval: Decimal,
    confidence: int,
    tolerable: Decimal,
) -> Result:
    """What the sampled orders prove of the population. Every one must have been looked at."""
    large = [each for each in looked if each.book >= interval]
    small = [each for each in looked if each.book < interval]
    own = sum((max(each.book - each.evidence, ZERO) for each in large), ZERO)
    shares = sorted(_shares(small), reverse=True)
    projected = own + sum((share * interval for share in shares), ZERO)
    is_all_looked_at = population <= sum((each.book for each in large), ZERO)
    basic = ZERO if is_all_looked_at else reliability(confidence, 0) * interval
    limit = basic + own
    for place, share in enumerate(shares, start=1):
        step = reliability(confidence, place) - reliability(confidence, place - 1)
        limit += step * share * interval
    understated = sum((max(each.evidence - each.book, ZERO) for each in large), ZERO) + sum(
        (max(each.evidence - each.book, ZERO) / each.book * interval for each in small), ZERO
    )
    return Result(
        projected=projected.quantize(ONE, ROUND_HALF_UP),
        basic=basic.quantize(ONE, ROUND_CEILING),
        limit=limit.quantize(ONE, ROUND_CEILING),
        understated=understated.quantize(ONE, ROUND_HALF_UP),
        errors=sum(each.evidence != each.book for each in looked),
        stands=limit.quantize(ONE, ROUND_CEILING) <= tolerable,
    )


def _shares(small: Iterable[Looked]) -> list[Decimal]:
    return [(each.book - each.evidence) / each.book for each in small if each.evidence < each.book]
