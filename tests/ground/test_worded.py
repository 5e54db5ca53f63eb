"""Questions that are put into words once."""

from __future__ import annotations

import pghistory
import pytest
from django.db import connection, transaction

from accounts.models import User
from companies.models import Member
from ground import outbox
from ground.models import OutboxEvent
from ground.worded import worded
from tests.factories import register

asked_for: list[str] = []


@worded
def seats(user, company):
    asked_for.append("made")
    return (
        Member.objects.filter(user=user, company=company, ended_at__isnull=True)
        .select_related("user", "company")
        .order_by("created_at")
    )


@worded
def names(user):
    return User.objects.filter(pk=user).values_list("name", flat=True)


@worded
def locked(user):
    return User.objects.select_for_update().filter(pk=user)


@worded
def events(number: int, topic: str):
    return OutboxEvent.objects.filter(pk=number, topic=topic).values_list("topic", "pk")


@pytest.mark.django_db
def test_keys_may_be_numbers_and_texts_and_a_kept_statement_is_not_written_into():
    with pghistory.context(user="somebody"), transaction.atomic():
        first, second = (outbox.publish("message.send", {"message": each}) for each in ("a", "b"))
        assert events(second.pk, "message.send") == [("message.send", second.pk)]
        assert (events(first.pk, "other"), events(0, "message.send")) == ([], [])
    kept = OutboxEvent.objects.get(pk=first.pk)
    assert (kept.payload, kept.context, kept.created_at) == (
        {"message": "a"},
        {"user": "somebody"},
        first.created_at,
    )


@pytest.mark.django_db(transaction=True)
def test_each_answer_is_that_of_its_own_keys_and_the_words_are_made_once(django_assert_num_queries):
    asked_for.clear()
    first, second = register.company(1), register.company(2)
    one, other = register.member(first), register.member(second)
    with django_assert_num_queries(3):
        (seat,) = seats(one.pk, first.pk)
        assert (seat.user.name, seat.company.name_ko, seat.role) == (one.name, first.name_ko, "owner")
        assert seats(other.pk, second.pk)[0].user == other
        assert seats.first(one.pk, second.pk) is None
    assert asked_for == ["made"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%companies_member%'"
        )
        assert cursor.fetchone() == (1,), "planned once, and nothing else is kept"
    connection.close()
    assert [names(each.pk) for each in (one, other)] == [[one.name], [other.name]]
    with pytest.raises(transaction.TransactionManagementError):
        locked(one.pk)
    with transaction.atomic():
        assert locked(one.pk) == [one]
    with pytest.raises(transaction.TransactionManagementError):
        locked(one.pk)
