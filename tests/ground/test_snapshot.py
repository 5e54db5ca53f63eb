"""What is read as of one instant is not seen half, and nothing is written meanwhile."""

from __future__ import annotations

import threading

import pytest
from django.db import InternalError, connection, transaction

from ground.models import Currency
from ground.snapshot import one_instant

pytestmark = pytest.mark.django_db(transaction=True)


def made_elsewhere(code: str) -> None:
    """By another session, at once."""

    def make() -> None:
        Currency.objects.create(code=code, name_ko="시험")
        connection.close()

    other = threading.Thread(target=make)
    other.start()
    other.join()


def is_there(code: str) -> bool:
    return Currency.objects.filter(code=code).exists()


def test_what_others_write_meanwhile_is_seen_afterwards():
    with one_instant():
        assert not is_there("XTS")
        made_elsewhere("XTS")
        assert not is_there("XTS")
    assert is_there("XTS")


def test_within_a_transaction_it_is_that_one_s_matter():
    with transaction.atomic(), one_instant():
        assert not is_there("XTS")
        made_elsewhere("XTS")
        assert is_there("XTS")


def test_nothing_is_written_at_an_instant():
    with pytest.raises(InternalError, match="read-only transaction"), one_instant():
        Currency.objects.create(code="XTS", name_ko="시험")
    assert not is_there("XTS")
