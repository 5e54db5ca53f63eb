"""Ranking of candidate countries (대상국 순위): what each indicator adds, who comes first, and how firm that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from programs.domain.country_firmness import Pivot, moved, pivots
from programs.domain.country_scores import Table, Weighed, rounded


@dataclass(frozen=True)
class Part:
    """What one indicator adds to a country's score; all None where its value is missing."""

    indicator: str
    value: Decimal | None
    normalized: Decimal | None
    points: Decimal | None


@dataclass(frozen=True)
class Placed:
    """A candidate with its score and the parts that add up to it.

    Rank and score are None where the known values carry less of the weights than the choice asks for. `coverage` is the
    known percent of the weights, rounded down; `stays` the share (0 to 1) of the combinations of moved weights in which
    the country is among the first.
    """

    country: str
    rank: int | None
    score: Decimal | None
    coverage: Decimal
    parts: tuple[Part, ...]
    stays: Decimal


@dataclass(frozen=True)
class Ranking:
    placed: tuple[Placed, ...]
    first: tuple[str, ...]
    combinations: int
    pivots: tuple[Pivot, ...]


def rank(
    indicators: Sequence[Weighed],
    values: Mapping[tuple[str, str], Decimal],
    countries: Sequence[str],
    *,
    normalization: str,
    size: int,
    least_coverage: Decimal,
    shift: Decimal,
) -> Ranking:
    """Rank the countries by `values[country, indicator]`; a missing value is no zero, its weight goes to the known ones.

    The score is the sum of weight x place on the common scale, by the known weights; it is compared exactly and shown with
    two decimals (half up), its parts so that they add up to it. Of equal scores the one that does better on the indicator of
    the greatest weight is before, then on the next (a missing value is behind), then by code. `least_coverage` and `shift`
    are percent; `shift` is how far each weight is moved for the test of firmness, in every combination of down, unchanged
    and up (of more than seven indicators: down and up). Which countries are known enough is asked again for moved weights.
    """
    table = Table(indicators, values, countries, normalization, least_coverage)
    placed = table.order(table.base)
    first = tuple(placed[:size])
    counted, held = moved(table, shift, size)
    rows = [
        _row(table, country, place, held[country] / counted) for place, country in enumerate(placed, start=1)
    ]
    rows += [
        _row(table, each, None, held[each] / counted)
        for each in countries
        if not table.is_ranked(each, table.base)
    ]
    return Ranking(tuple(rows), first, int(counted), pivots(table, size))


def _row(table: Table, country: str, place: int | None, stays: Fraction) -> Placed:
    known = table.known(country, table.base)
    exact = [
        None if one is None or not known else weight * one / known
        for weight, one in zip(table.base, table.scaled[country], strict=True)
    ]
    shown = _adding_up(exact)
    parts = tuple(
        Part(
            each.code,
            table.values.get((country, each.code)),
            None if one is None else rounded(one),
            points,
        )
        for each, one, points in zip(table.indicators, table.scaled[country], shown, strict=True)
    )
    score = None if place is None else rounded(table.score(country, table.base))
    coverage = Decimal(floor(1000 * known / sum(table.base))) / 10
    return Placed(country, place, score, coverage, parts, rounded(stays, 10_000))


def _adding_up(exact: Sequence[Fraction | None]) -> list[Decimal | None]:
    """Two decimals each, so that they add up to their sum with two decimals: the largest remainders go up."""
    whole = floor(sum((each for each in exact if each is not None), Fraction(0)) * 100 + Fraction(1, 2))
    down = [None if each is None else floor(each * 100) for each in exact]
    lacking = whole - sum(each for each in down if each is not None)
    rest = sorted(
        (place for place, each in enumerate(exact) if each is not None),
        key=lambda place: ((down[place] or 0) - (exact[place] or 0) * 100, place),
    )
    up = set(rest[:lacking])
    return [
        None if each is None else (Decimal(each + (place in up)) / 100).quantize(Decimal("0.01"))
        for place, each in enumerate(down)
    ]
