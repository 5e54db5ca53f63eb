"""How firm the first places are (순위의 안정성): all weights moved at once, and each alone until others are the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import floor, lcm

from programs.domain.country_scores import Table, root_of, rounded

ALL_STEPS_UP_TO = 7
"""So many indicators are moved down, not at all and up; of more only the two ends are combined."""


@dataclass(frozen=True)
class Pivot:
    """Beyond which weight (`is_up`: above it, else below), all others unchanged, others are the first. Rounded away from the
    weight as it is, so that what is said is true of every weight a little further."""

    indicator: str
    weight: Decimal
    is_up: bool
    from_weight: Decimal
    leaves: tuple[str, ...]
    enters: tuple[str, ...]

    @property
    def change(self) -> Decimal:
        """Percent of the weight as it is."""
        return rounded(Fraction(100 * (self.from_weight - self.weight)) / Fraction(self.weight), 10)


def moved(table: Table, shift: Decimal, size: int) -> tuple[Fraction, dict[str, Fraction]]:
    """Of how many combinations of moved weights, and in how many of them each country is among the first."""
    step = Fraction(shift) / 100
    all_steps = len(table.base) <= ALL_STEPS_UP_TO
    factors = [1 - step, Fraction(1), 1 + step] if all_steps else [1 - step, 1 + step]
    below = lcm(*(each.denominator for each in factors))
    whole_factors = [int(each * below) for each in factors]
    added, known = table.whole_numbers
    cents = lcm(*(each.denominator for each in table.base))
    weights = [int(each * cents) for each in table.base]
    patterns = sorted({tuple(row) for row in known})
    pattern_of = [patterns.index(tuple(row)) for row in known]
    ties = {
        country: place
        for place, country in enumerate(sorted(table.countries, key=lambda each: table.behind[each]))
    }
    held = [0] * len(table.countries)
    counted = 0

    def leaf(sums: list[int], knowns: list[int], total: int) -> None:
        """Scores over one denominator: each sum times the known weights of all other patterns."""
        over = [1] * len(patterns)
        for one in range(len(patterns)):
            for other in range(len(patterns)):
                if one != other:
                    over[one] *= knowns[other] or 1
        enough = [each > 0 and each >= table.least * total for each in knowns]
        ranked = [place for place in range(len(sums)) if enough[pattern_of[place]]]
        ranked.sort(key=lambda place: (-sums[place] * over[pattern_of[place]], ties[table.countries[place]]))
        for place in ranked[:size]:
            held[place] += 1

    def walk(at: int, sums: list[int], knowns: list[int], total: int) -> None:
        nonlocal counted
        if at == len(weights):
            counted += 1
            leaf(sums, knowns, total)
            return
        for factor in whole_factors:
            moved = weights[at] * factor
            walk(
                at + 1,
                [each + row[at] * factor for each, row in zip(sums, added, strict=True)],
                [each + moved * pattern[at] for each, pattern in zip(knowns, patterns, strict=True)],
                total + moved,
            )

    walk(0, [0] * len(table.countries), [0] * len(patterns), 0)
    return Fraction(counted), {
        country: Fraction(times) for country, times in zip(table.countries, held, strict=True)
    }


def pivots(table: Table, size: int) -> tuple[Pivot, ...]:
    """Of each indicator the nearest weight below and above its own beyond which others are the first; the nearest change first."""
    now = table.order(table.base)[:size]
    found = []
    for place, each in enumerate(table.indicators):
        lines = {country: _Line.of(table, country, place) for country in table.countries}
        events = {
            (one, other): sorted({*lines[one].meets(lines[other]), *lines[one].bounds, *lines[other].bounds})
            for one in now
            for other in table.countries
            if other not in now
        }
        base = table.base[place]
        for is_up in (False, True):
            starts = [
                start
                for (one, other), turns in events.items()
                if (start := _first_turn(lines[one], lines[other], turns, base, is_up=is_up)) is not None
            ]
            starts += [bound for one in now for bound in lines[one].passes(base, is_up=is_up, to_rank=False)]
            if len(now) < size:
                starts += [
                    bound
                    for other in table.countries
                    if other not in now
                    for bound in lines[other].passes(base, is_up=is_up, to_rank=True)
                ]
            if not starts:
                continue
            start = min(starts) if is_up else max(starts)
            beyond = [turn for turn in _all_turns(lines) if (turn > start if is_up else turn < start)]
            if not is_up:
                weight = (start + max(beyond, default=Fraction(0))) / 2
            else:
                weight = (start + min(beyond)) / 2 if beyond else start + 1
            then = table.order([*table.base[:place], weight, *table.base[place + 1 :]])[:size]
            cents = floor(start * 100) if not is_up else -floor(-start * 100)
            found.append(
                Pivot(
                    each.code, each.weight, is_up, (Decimal(cents) / 100).quantize(Decimal("0.01")),
                    tuple(sorted(set(now) - set(then))), tuple(sorted(set(then) - set(now))),
                )
            )  # fmt: skip
    return tuple(sorted(found, key=lambda pivot: (abs(pivot.change), pivot.indicator, pivot.is_up)))


def _all_turns(lines: dict[str, _Line]) -> set[Fraction]:
    """Every weight at which two countries change places or one gets or loses its rank."""
    return {
        turn
        for one, other in combinations(lines.values(), 2)
        for turn in (*one.meets(other), *one.bounds, *other.bounds)
    }


@dataclass(frozen=True)
class _Line:
    """A country's score while one weight w moves: (added + w x place x has) / (known + w x has)."""

    added: Fraction
    known: Fraction
    place: Fraction
    has: int
    bounds: tuple[Fraction, ...]
    """Where the share of the weights that is known passes what is asked for."""
    least: Fraction
    others: Fraction
    behind: object
    """What decides between equal scores."""

    @classmethod
    def of(cls, table: Table, country: str, place: int) -> _Line:
        row, weights = table.scaled[country], table.base
        rest = [
            (weight, one)
            for at, (weight, one) in enumerate(zip(weights, row, strict=True))
            if at != place and one is not None
        ]
        known = sum((weight for weight, _one in rest), Fraction(0))
        others = sum(weights) - weights[place]
        has = int(row[place] is not None)
        # known + w has = least (others + w)
        slope = has - table.least
        bound = (table.least * others - known) / slope if slope else Fraction(-1)
        return cls(
            sum((weight * one for weight, one in rest), Fraction(0)), known, row[place] or Fraction(0), has,
            (bound,) if bound > 0 else (), table.least, others, table.behind[country],
        )  # fmt: skip

    def is_ranked(self, weight: Fraction) -> bool:
        known = self.known + weight * self.has
        return known > 0 and known >= self.least * (self.others + weight)

    def place_at(self, weight: Fraction) -> tuple[Fraction, object]:
        """The less, the further in front."""
        score = (self.added + weight * self.place * self.has) / (self.known + weight * self.has)
        return -score, self.behind

    def meets(self, other: _Line) -> Iterator[Fraction]:
        """Weights at which both scores are equal: the roots of a quadratic, of a line where both know the same."""
        one_slope, other_slope = self.place * self.has, other.place * other.has
        square = one_slope * other.has - other_slope * self.has
        line = (
            one_slope * other.known
            + self.added * other.has
            - other_slope * self.known
            - other.added * self.has
        )
        rest = self.added * other.known - other.added * self.known
        roots: list[Fraction] = []
        if square:
            inside = line * line - 4 * square * rest
            if inside >= 0:
                root = root_of(inside)
                roots = [(-line - root) / (2 * square), (-line + root) / (2 * square)]
            if roots and root * root != inside:  # one and the same number for every pair that meets there
                roots = [Fraction(round(each * 10**30), 10**30) for each in roots]
        elif line:
            roots = [-rest / line]
        return (root for root in roots if root > 0)

    def passes(self, base: Fraction, *, is_up: bool, to_rank: bool) -> Iterator[Fraction]:
        """Where, away from the base, the country gets its rank or loses it."""
        for bound in self.bounds:
            further = bound + 1 if is_up else bound / 2
            if (bound >= base if is_up else bound <= base) and self.is_ranked(further) == to_rank:
                yield bound


def _first_turn(
    one: _Line, other: _Line, turns: Sequence[Fraction], base: Fraction, *, is_up: bool
) -> Fraction | None:
    """From which weight on, away from the base, the other is before the one; None where it never is."""
    side = (
        [turn for turn in turns if turn > base]
        if is_up
        else [turn for turn in reversed(turns) if turn < base]
    )
    starts = [base, *side]
    for start, end in zip(starts, [*side, None], strict=True):
        if end is not None:
            weight = (start + end) / 2
        else:
            weight = start + 1 if is_up else start / 2
        if (
            other.is_ranked(weight)
            and one.is_ranked(weight)
            and other.place_at(weight) < one.place_at(weight)
        ):
            return start
    return None
