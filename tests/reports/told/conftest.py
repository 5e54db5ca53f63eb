"""What tests of sales that two kinds of file tell start from: a program since August, and a company's own store in it."""

from __future__ import annotations

import datetime as dt

import pytest

from ground.clock import SEOUL
from tests.factories import programs, register


@pytest.fixture
def program(move_clock):
    move_clock(dt.datetime(2025, 10, 2, 9, tzinfo=SEOUL))
    for code in ("CLP", "USD"):
        programs.currency(code)
    return programs.program(starts_on=dt.date(2025, 8, 1))


@pytest.fixture
def shop(program):
    store = programs.store("OWN", company=register.company(1))
    programs.assignment(store, programs.participation(register.company(1), program))
    return store
