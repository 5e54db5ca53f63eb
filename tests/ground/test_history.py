"""A record's history as people read it."""

from __future__ import annotations

import pytest

from ground.audit import because
from ground.history import history_of
from ground.models import Currency

pytestmark = pytest.mark.django_db


def test_each_change_says_what_who_and_why():
    currency = Currency.objects.create(code="XTS", name_ko="시험", decimals=2)
    with because("the mint changed it", who="Officer One", address="192.0.2.1"):
        Currency.objects.filter(pk="XTS").update(decimals=0)
    newest, first = history_of(currency)
    assert (first.kind, newest.kind) == ("insert", "update")
    assert (newest.who, newest.reason, newest.address) == ("Officer One", "the mint changed it", "192.0.2.1")
    assert [(each.before, each.after) for each in newest.fields] == [("2", "0")]


def test_a_change_behind_django_s_back_is_seen_too():
    from django.db import connection

    currency = Currency.objects.create(code="XTS", name_ko="시험")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ground_currency SET name_ko = '바뀜' WHERE code = 'XTS'")
        cursor.execute("DELETE FROM ground_currency WHERE code = 'XTS'")
    assert [each.kind for each in history_of(currency)] == ["delete", "update", "insert"]
