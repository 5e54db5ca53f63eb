"""A program, the first company that takes part in it, and an officer."""

from __future__ import annotations

import pytest

from programs.models import Participation
from tests.factories import people, programs, register


@pytest.fixture
def program():
    return programs.program()


@pytest.fixture
def first(program) -> Participation:
    return programs.participation(register.company(1), program)


@pytest.fixture
def officer():
    return people.officer()
