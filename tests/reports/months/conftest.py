"""A program, a company that takes part in it with a store of its own, and who answers for it."""

from __future__ import annotations

import datetime as dt

import pytest

from ground.clock import SEOUL
from tests.factories import programs, register


@pytest.fixture
def program(move_clock):
    move_clock(dt.datetime(2025, 10, 2, 9, tzinfo=SEOUL))
    programs.currency("KRW")
    programs.currency("USD")
    return programs.program()


@pytest.fixture
def company(program):
    company = register.company(1)
    programs.participation(company, program)
    return company


@pytest.fixture
def part(company):
    return company.participations.get()


@pytest.fixture
def owner(company):
    return register.member(company)


@pytest.fixture
def store(company, part):
    store = programs.store(company=company)
    programs.assignment(store, part)
    return store
