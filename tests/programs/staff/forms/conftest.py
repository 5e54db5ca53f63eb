"""Staff who type after the call has closed."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import people, staff
from tests.programs.staff.forms.typing_in import signed_in


@pytest.fixture(autouse=True)
def _after_closing(move_clock):
    move_clock(staff.AFTER_CLOSING)


@pytest.fixture
def officer() -> Client:
    return signed_in(people.officer())


@pytest.fixture
def manager() -> Client:
    return signed_in(staff.manager())
