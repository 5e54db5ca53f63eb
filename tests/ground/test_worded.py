"""Questions that are put into words once."""

from __future__ import annotations

import json
import threading
from decimal import Decimal

import pghistory
import pytest
from django.db import DataError, InternalError, ProgrammingError, connection, transaction

from accounts.models import User
from companies.models import Member
from ground import clock, outbox
from ground.clock import ClockNow
from ground.models import OutboxEvent
from ground.worded import keeping_cursor, together, worded
from tests.factories import people, register

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
def instant(user):
    return User.objects.filter(pk=user).annotate(at=ClockNow()).values_list("at", flat=True)


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
    connection.close()  # what other tests had planned goes with it
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
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT%companies_member%'"
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


def prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_kept_statements_are_planned_once_for_each_kind_of_values_and_the_oldest_makes_way(monkeypatch):
    monkeypatch.setattr("ground.worded.KEPT", prepared() + 3)
    before = prepared()
    for said in ("a", "b"):
        with keeping_cursor() as cursor:
            cursor.execute("SELECT '100%%' || %s::text || %s::text", [said, said])
            assert cursor.fetchall() == [(f"100%{said}{said}",)]
    assert prepared() - before == 1
    for place in range(5):
        with keeping_cursor() as cursor:
            cursor.execute(f"SELECT {place} + %s", [1])
            assert cursor.fetchone() == (place + 1,)
        with keeping_cursor() as cursor:
            cursor.execute("SELECT %s::numeric + 0", [place if place % 2 else Decimal(place)])
            assert cursor.fetchone() == (place,)
    assert prepared() - before == 3
    with keeping_cursor() as one:
        one.execute("SELECT generate_series(1, %s)", [2])
        with keeping_cursor() as other:
            other.execute("SELECT generate_series(1, %s)", [3])
            assert (one.fetchone(), other.fetchall(), one.fetchone()) == ((1,), [(1,), (2,), (3,)], (2,))
    with keeping_cursor() as again:
        assert again.cursor in (one.cursor, other.cursor)
    with pytest.raises(ProgrammingError), transaction.atomic(), keeping_cursor() as cursor:
        cursor.execute("SELECT no_such_column", [])
    assert names(people.user().pk) == [people.user().name]
    for number in range(2):
        with keeping_cursor() as cursor:
            cursor.execute(f"SELECT 'full{number}' || %s::text", ["a"])
    assert prepared() - before == 3
    with pytest.raises(InternalError), transaction.atomic(), keeping_cursor() as cursor:
        with pytest.raises(DataError), connection.cursor() as failing:
            failing.execute("SELECT 1 / 0")
        cursor.execute("SELECT 'after a failure' || %s::text", ["a"])
    assert prepared() - before == 2, (
        "closed by the protocol, which a pooler carries and a failed transaction takes"
    )
    with keeping_cursor() as cursor:
        cursor.execute("SELECT 'next' || %s::text", ["a"])
        assert cursor.fetchone() == ("nexta",)
    assert prepared() - before == 3, "and what the server has is what is known of it"


@worded
def broken(user):
    return User.objects.filter(pk=user).extra(select={"x": "1 / (length(name) - length(name))"}).values_list("x")  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_several_questions_go_in_one_errand_and_each_has_its_own_answer(django_assert_num_queries):
    first, second = register.company(1), register.company(2)
    one, other = register.member(first), register.member(second)
    for _each in range(2):
        with django_assert_num_queries(3):
            (seat,), nobody, (name,) = together(
                (seats, (one.pk, first.pk)), (seats, (one.pk, second.pk)), (names, (other.pk,))
            )
        assert (seat.user, seat.company, nobody, name) == (one, first, [], other.name)
        connection.close()
    assert together((names, (one.pk,))) == [[one.name]]
    with transaction.atomic():
        locked(one.pk)
    with pytest.raises(ValueError, match="locks"):
        together((locked, (one.pk,)))
    with pytest.raises(ValueError, match="locks"), transaction.atomic():
        together((names, (one.pk,)), (locked, (one.pk,)))


@pytest.mark.django_db(transaction=True)
def test_what_is_asked_with_a_lock_is_answered_once_the_lock_is_there():
    user = people.user()
    is_locked, waits, let_go = threading.Event(), [], []

    def other() -> None:
        with transaction.atomic():
            locked(user.pk)
            is_locked.set()
            while not waits:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pid FROM pg_locks WHERE NOT granted")
                    waits.extend(cursor.fetchall())
            User.objects.filter(pk=user.pk).update(name="나중에")
            let_go.append(clock.now())
        connection.close()

    meanwhile = threading.Thread(target=other)
    meanwhile.start()
    assert is_locked.wait(10)
    with transaction.atomic():
        (row,), seen, (at,) = together((locked, (user.pk,)), (names, (user.pk,)), (instant, (user.pk,)))
    meanwhile.join()
    assert (row.name, seen) == ("나중에", ["나중에"])
    assert at > let_go[0], "the instant is that of behind the lock"


@pytest.mark.django_db(transaction=True)
def test_a_transaction_begins_and_is_told_on_whose_behalf_with_its_first_question():
    user = people.user()
    told = "SELECT current_setting('pghistory.context_metadata', true)"
    for who in ("first", "second"):
        with pghistory.context(user=who), transaction.atomic():
            assert locked(user.pk) == [user]
            with connection.cursor() as cursor:
                cursor.execute(told)
                assert json.loads(cursor.fetchone()[0]) == {"user": who}
                cursor.execute(
                    "SELECT pg_current_xact_id_if_assigned() IS NOT NULL, now() = statement_timestamp()"
                )
                assert cursor.fetchone() == (True, False), "still the transaction that took the lock"
            User.objects.filter(pk=user.pk).update(name=who)
    with transaction.atomic():
        assert locked(user.pk) == [user]
        with connection.cursor() as cursor:
            cursor.execute(told)
            assert not cursor.fetchone()[0], "whom another transaction was told of is forgotten"
    assert connection.told is None
    with pytest.raises(DataError), transaction.atomic():
        broken(user.pk)
    assert names(user.pk) == ["second"], "a transaction that failed at its first question is over"


@pytest.mark.django_db(transaction=True)
def test_an_errand_in_which_one_question_fails_fails_and_the_connection_goes_on():
    user = people.user()
    for _each in range(2):
        with pytest.raises(DataError):
            together((names, (user.pk,)), (broken, (user.pk,)), (names, (user.pk,)))
        assert together((names, (user.pk,)), (names, (user.pk,))) == [[user.name], [user.name]]
    with pytest.raises(DataError), transaction.atomic():
        together((broken, (user.pk,)))
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(name="안에서")
        assert together((names, (user.pk,))) == [["안에서"]]
        with pytest.raises(DataError), transaction.atomic():
            together((broken, (user.pk,)), (names, (user.pk,)))
        assert names(user.pk) == ["안에서"]
    with pytest.raises(transaction.TransactionManagementError), transaction.atomic():
        transaction.set_rollback(True)
        together((names, (user.pk,)))
