"""From which day on something may still change: the floor that closes months (월 마감) answers for the records of this one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from uuid import UUID

Settled = Callable[[UUID], dt.date | None]
_stores: list[Settled] = []
_programs: list[Settled] = []


def answers_for_stores(function: Settled) -> Settled:
    """Register who knows from which day on a store's sales are open; None: nothing of them is closed."""
    _stores.append(function)
    return function


def answers_for_programs(function: Settled) -> Settled:
    """The same of a program."""
    _programs.append(function)
    return function


def store_open_from(store: UUID) -> dt.date | None:
    """The first day of a store's sales that no closed month settles; None when none does."""
    return max(filter(None, (ask(store) for ask in _stores)), default=None)


def program_open_from(program: UUID) -> dt.date | None:
    """The first day after the program's closed months; None when none is closed."""
    return max(filter(None, (ask(program) for ask in _programs)), default=None)
