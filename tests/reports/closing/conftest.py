"""A program from August on with one company, its store, and the day on which August is over."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.factories import programs, register
from tests.factories import reports as made

AUGUST = dt.date(2025, 8, 1)


@pytest.fixture
def program():
    return programs.program(starts_on=AUGUST)


@pytest.fixture
def participation(program):
    return programs.participation(register.company(1), program)


@pytest.fixture
def shop(program, participation):
    store = programs.store("SHARED")
    programs.assignment(store, participation, sku="A")
    return store


@pytest.fixture
def now(move_clock):
    """12 September 2025, with 1,400 won and 950 pesos to the dollar on each day."""
    move_clock(dt.datetime(2025, 9, 12, 3, tzinfo=dt.UTC))
    made.rates(dt.date(2025, 8, 1), dt.date(2025, 9, 30))
