"""An edition and a withdrawal at once, over real connections."""

from __future__ import annotations

from threading import Thread

import pytest
from django.db import OperationalError, connection, transaction

from guidance.domain import editions, reviewing
from tests.factories import guidance, people, programs

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_edition_takes_up_what_is_being_withdrawn():
    """While an edition is being published the withdrawal waits, so whatever comes second knows the first."""
    program = programs.program()
    version, by = guidance.published(program), people.officer()
    waits: list[str] = []

    def withdraw() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")
            reviewing.withdraw(version, reason="틀림", by=by)
        except OperationalError as error:
            waits.append(str(error))
        finally:
            connection.close()

    with transaction.atomic():
        editions.publish(program, people.country("VN"), by=by)
        other = Thread(target=withdraw)
        other.start()
        other.join()
    assert ["lock timeout" in each for each in waits] == [True]
