"""Counts of companies that may be shown: no group of one to four is, nor can it be reckoned from its neighbors (소수 비공개)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 5
"""The smallest group that is shown. None at all (0) is no group and is shown."""


def is_small(count: int) -> bool:
    return 0 < count < LEAST


@dataclass(frozen=True, slots=True)
class Shown:
    """Parts and their sum as they may be shown; None is hidden."""

    parts: tuple[int | None, ...]
    total: int | None


def shown(parts: Sequence[int]) -> Shown:
    """Hides small parts, and then the smallest of the others until the hidden ones together are a group of five at
    least and two at least. A small sum hides itself and every part that is not 0."""
    total = sum(parts)
    if is_small(total):
        return Shown(tuple(None if part else 0 for part in parts), None)
    hidden = {place for place, part in enumerate(parts) if is_small(part)}
    others = sorted((part, place) for place, part in enumerate(parts) if part >= LEAST)
    while hidden and others and (len(hidden) < 2 or sum(parts[place] for place in hidden) < LEAST):
        hidden.add(others.pop(0)[1])
    return Shown(tuple(None if place in hidden else part for place, part in enumerate(parts)), total)


@dataclass(frozen=True, slots=True)
class Crossed:
    """Two groups, and how many of each did something. None is hidden."""

    size: int | None
    did: int | None
    other_size: int | None
    other_did: int | None


def crossed(size: int, did: int, other_size: int, other_did: int) -> Crossed:
    """The four fields of a cross table with its sums beside it: one small field, and all four are hidden, since each
    follows from the sums and any other one."""
    fields = (did, size - did, other_did, other_size - other_did)
    hides = any(is_small(each) for each in fields)
    return Crossed(
        None if is_small(size) else size,
        None if hides else did,
        None if is_small(other_size) else other_size,
        None if hides else other_did,
    )
