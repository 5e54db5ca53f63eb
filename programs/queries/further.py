"""What floors above have to read for companies of a program: they say so here, the pages of calls and agreements show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from programs.models import Program


@dataclass(frozen=True)
class Further:
    """One thing to read, with its address in this installation (empty while it has none)."""

    label: str
    hint: str
    url: str


Source = Callable[[Program], Iterable[Further]]
_sources: list[Source] = []


def tells(source: Source) -> Source:
    """Register what a floor above has to read for a program."""
    if source not in _sources:
        _sources.append(source)
    return source


def further_of(program: Program) -> list[Further]:
    """All of it; as many queries as the floors above ask."""
    return [each for source in _sources for each in source(program)]
