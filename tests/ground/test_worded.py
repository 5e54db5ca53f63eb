"""Questions that are put into words once."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from accounts.models import User
from companies.models import Member
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
