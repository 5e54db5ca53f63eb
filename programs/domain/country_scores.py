"""Scores of candidate countries (대상국 점수): values of many units on one scale, weighed. Pure and exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import floor, isqrt, lcm

from programs.models.choice import Normalization

MOST_INDICATORS = 12
MOST_CANDIDATES = 60
"""What can be moved in every combination while somebody waits."""


@dataclass(frozen=True)
class Weighed:
    """An indicator in a choice: its weight, and whether more is better."""

    code: str
    weight: Decimal
    is_more_better: bool = True


def spread(values: Sequence[Decimal], *, normalization: str, is_more_better: bool) -> list[Fraction]:
    """The values on a common scale, exact; alike for all gives 50.

    `span`: 0 for the worst and 100 for the best. `order`: 100 for the best and 0 for the worst, equal values share their
    places. `deviation`: 50, and 10 more for each standard deviation (of all candidates that have the value: population)
    better than the mean.
    """
    signed = [Fraction(each) if is_more_better else -Fraction(each) for each in values]
    least, most = min(signed), max(signed)
    if least == most:
        return [Fraction(50) for _each in signed]
    if normalization == Normalization.ORDER:
        places = sorted(signed)
        last = len(signed) - 1
        twice = [places.index(each) + last - places[::-1].index(each) for each in signed]
        return [Fraction(50 * each, last) for each in twice]
    if normalization == Normalization.DEVIATION:
        mean = sum(signed, Fraction(0)) / len(signed)
        deviation = root_of(
            sum(((each - mean) * (each - mean) for each in signed), Fraction(0)) / len(signed)
        )
        return [50 + 10 * (each - mean) / deviation for each in signed]
    return [100 * (each - least) / (most - least) for each in signed]


def root_of(number: Fraction) -> Fraction:
    """The square root: exact where it is a fraction, else to sixty digits behind the point."""
    above, below = isqrt(number.numerator), isqrt(number.denominator)
    if above * above == number.numerator and below * below == number.denominator:
        return Fraction(above, below)
    return Fraction(isqrt(number.numerator * 10**120 // number.denominator), 10**60)


def rounded(number: Fraction, parts: int = 100) -> Decimal:
    """Half up to whole `parts` of one (100: two decimals)."""
    return (Decimal(floor(number * parts + Fraction(1, 2))) / parts).quantize(1 / Decimal(parts))


class Table:
    """Places on the common scale by country, in the order of the indicators; None is missing. Weights are Fractions."""

    def __init__(
        self,
        indicators: Sequence[Weighed],
        values: Mapping[tuple[str, str], Decimal],
        countries: Sequence[str],
        normalization: str,
        least_coverage: Decimal,
    ) -> None:
        self.indicators, self.values, self.countries = indicators, values, countries
        self.base = [Fraction(each.weight) for each in indicators]
        self.least = Fraction(least_coverage) / 100
        self.scaled: dict[str, list[Fraction | None]] = {country: [] for country in countries}
        for each in indicators:
            known = [country for country in countries if (country, each.code) in values]
            found = [values[country, each.code] for country in known]
            places = dict(
                zip(
                    known,
                    spread(found, normalization=normalization, is_more_better=each.is_more_better)
                    if found
                    else [],
                    strict=True,
                )
            )
            for country in countries:
                self.scaled[country].append(places.get(country))
        heaviest = sorted(range(len(indicators)), key=lambda place: (-indicators[place].weight, place))
        self.behind = {
            country: ([(row[place] is None, -(row[place] or 0)) for place in heaviest], country)
            for country, row in self.scaled.items()
        }

    def known(self, country: str, weights: Sequence[Fraction]) -> Fraction:
        row = self.scaled[country]
        return sum((weight for weight, one in zip(weights, row, strict=True) if one is not None), Fraction(0))

    def is_ranked(self, country: str, weights: Sequence[Fraction]) -> bool:
        known = self.known(country, weights)
        return known > 0 and known >= self.least * sum(weights)

    def score(self, country: str, weights: Sequence[Fraction]) -> Fraction:
        row = self.scaled[country]
        added = sum(
            (weight * one for weight, one in zip(weights, row, strict=True) if one is not None), Fraction(0)
        )
        return added / self.known(country, weights)

    def order(self, weights: Sequence[Fraction]) -> list[str]:
        ranked = [country for country in self.countries if self.is_ranked(country, weights)]
        return sorted(ranked, key=lambda country: (-self.score(country, weights), self.behind[country]))

    @cached_property
    def whole_numbers(self) -> tuple[list[list[int]], list[list[bool]]]:
        """By country what each indicator adds at its base weight, all over one denominator, and whether it is known."""
        exact = [
            [weight * (one or 0) for weight, one in zip(self.base, self.scaled[country], strict=True)]
            for country in self.countries
        ]
        below = lcm(*(each.denominator for row in exact for each in row))
        return [[int(each * below) for each in row] for row in exact], [
            [one is not None for one in self.scaled[country]] for country in self.countries
        ]
