"""Closing beside writers: neither passes the other unseen. With its negative control: the same without the cut."""

from __future__ import annotations

import datetime as dt
import threading
import time

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.domain import approvals
from accounts.models import Approval
from ground import outbox
from ground.models import OutboxEvent
from reports.domain import closing, cut, verifying
from reports.domain.verifying import verify
from reports.models import ClosedMonth, ExchangeRate, SalesLine
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import agreed, asked_for, closed, worked
from tests.factories.reports import item, order
from tests.reports.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

AUGUST = dt.date(2025, 8, 1)
NAMES = [
    field.column for field in SalesLine._meta.fields if field.column not in {"id", "line_key", "entered_at"}
]
COLUMNS = ", ".join(f'"{name}"' for name in NAMES)
COPY = f"INSERT INTO reports_sales_line ({COLUMNS}, line_key) SELECT {COLUMNS}, line_key || 'x' FROM reports_sales_line"


@pytest.fixture
def program(tmp_path, move_clock):
    move_clock(dt.datetime(2025, 9, 12, 3, tzinfo=dt.UTC))
    program = programs.program(starts_on=AUGUST)
    made.rates(AUGUST, dt.date(2025, 8, 31))
    shop = programs.store("SHARED")
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    return program


def beside_a_writer(program) -> object:
    """The second person agrees while a raw INSERT into the month is not committed yet."""
    asked = asked_for(program, AUGUST, reason="8월 마감", by=people.officer())
    manager = people.officer("manager")
    has_written, is_over = threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(COPY)
            has_written.set()
            is_over.wait(timeout=1.5)

    def agree() -> object:
        assert has_written.wait(timeout=30)
        try:
            return agreed(asked, manager).refusal.get("code")
        finally:
            is_over.set()

    wrote, refused = at_once(write, agree)
    assert wrote is None
    return refused


def test_who_asks_waits_for_nobody_and_who_agrees_compares_no_line_again(program, monkeypatch):
    """A writer has not committed while the month is asked for. All lines are compared when it is asked for, and not while all
    writers wait."""
    officer, manager = people.officer(), people.officer("manager")
    has_written, is_over = threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT naru_join_for_writing()")
            has_written.set()
            assert is_over.wait(timeout=15)

    def ask() -> object:
        assert has_written.wait(timeout=15)
        try:
            return asked_for(program, AUGUST, reason="8월 마감", by=officer)
        finally:
            is_over.set()

    wrote, asked = at_once(write, ask)
    assert wrote is None
    compared = []
    monkeypatch.setattr(verifying, "of_month", lambda *each: compared.append(each))
    agreed(asked, manager)
    assert (ClosedMonth.objects.closed().count(), compared) == (1, [])


def answered_while_comparing(program, monkeypatch):
    """A month is asked for; asked for once more, a manager agrees while the month is being compared. Also with other figures by then."""
    asked = asked_for(program, AUGUST, reason="8월 마감", by=people.officer())
    manager, compares, has_agreed = people.officer("manager"), threading.Event(), threading.Event()
    digest_of = closing._digest_of_closing

    def compared(*each):
        compares.set()
        assert has_agreed.wait(timeout=30)
        return digest_of(*each)

    monkeypatch.setattr(closing, "_digest_of_closing", compared)

    def agree() -> object:
        assert compares.wait(timeout=30)
        try:
            return approvals.answer_any(asked, by=manager, grant=True)
        finally:
            has_agreed.set()

    again, answered = at_once(lambda: asked_for(program, AUGUST, reason="다시", by=people.officer()), agree)
    return asked, again, answered


@pytest.mark.parametrize("changes", [False, True])
def test_what_a_manager_agreed_to_while_it_is_asked_anew_is_carried_out(program, monkeypatch, changes):
    if changes:
        digest = lambda *each: "later" if Approval.objects.exists() else "earlier"  # noqa: E731
        monkeypatch.setattr(closing, "_digest_of_closing", digest)
    asked, again, answered = answered_while_comparing(program, monkeypatch)
    assert answered.is_granted
    assert again == asked
    assert list(Approval.objects.all()) == [asked]
    row = worked(asked)
    assert (row.state, row.refusal.get("code")) == (("asked", "changed") if changes else ("closed", None))


def test_a_manager_who_answers_a_question_that_goes_reads_that_it_was_asked_anew(program, monkeypatch):
    """The officer holds the questions; the manager waits for them and is told."""
    asked = asked_for(program, AUGUST, reason="8월 마감", by=people.officer())
    officer, manager, holds = people.officer(), people.officer("manager"), threading.Event()
    monkeypatch.setattr(closing, "_digest_of_closing", lambda *each: "later")
    ask = closing._ask

    def held(*each):
        holds.set()
        time.sleep(0.5)
        return ask(*each)

    monkeypatch.setattr(closing, "_ask", held)

    def agree() -> object:
        assert holds.wait(timeout=30)
        return approvals.answer_any(asked, by=manager, grant=True)

    again, refused = at_once(lambda: asked_for(program, AUGUST, reason="다시", by=officer), agree)
    assert refused.code == "asked_anew"
    assert list(Approval.objects.all()) == [again]


def test_a_decision_that_a_newer_question_overtook_says_so(program):
    """However it came about, what was agreed to is not dropped without a word."""
    asked = asked_for(program, AUGUST, reason="8월 마감", by=people.officer())
    approvals.answer_any(asked, by=people.officer("manager"), grant=True)
    newer = closing._ask(ClosedMonth.objects.get(), "other", "다시", people.officer())
    row = worked(asked)
    assert (row.state, row.refusal["code"]) == ("asked", "asked_anew")
    assert "다시 요청했습니다" in closing.why_refused(row, newer)


def test_a_closing_waits_for_who_writes_and_sees_it(program):
    assert beside_a_writer(program) == "changed"
    assert not ClosedMonth.objects.closed().exists()


def test_two_workers_at_one_decision_close_once(program, monkeypatch):
    """The relay hands a decision out again while somebody is at it: the second one waits, and finds it done."""
    asked = asked_for(program, AUGUST, reason="8월 마감", by=people.officer())
    approvals.answer_any(asked, by=people.officer("manager"), grant=True)
    event = OutboxEvent.objects.get(topic=closing.CARRY_OUT)
    holds, times = threading.Event(), []
    hold = cut.hold

    def held() -> None:
        times.append(1)
        hold()
        holds.set()
        time.sleep(0.5)

    monkeypatch.setattr(cut, "hold", held)

    def second() -> bool:
        assert holds.wait(timeout=30)
        return outbox.handle(event.pk)

    assert at_once(lambda: outbox.handle(event.pk), second) == [True, True]
    assert (ClosedMonth.objects.closed().count(), len(times)) == (1, 1)
    event.refresh_from_db()
    assert event.done_at is not None


def test_without_the_cut_a_row_would_slip_into_the_closed_month(program, monkeypatch):
    monkeypatch.setattr(cut, "hold", lambda: None)
    assert beside_a_writer(program) is None
    assert ClosedMonth.objects.closed().exists()
    assert {"closing_now", "closing_rows"} <= {each.check for each in verify().differences}


def test_who_writes_while_a_month_is_being_closed_is_refused(program, monkeypatch):
    """The INSERT begins before the closing is committed, waits for it, and is refused."""
    asked = asked_for(program, AUGUST, reason="8월 마감", by=people.officer())
    manager = people.officer("manager")
    holds, writes = threading.Event(), threading.Event()
    hold = cut.hold

    def held() -> None:
        hold()
        holds.set()
        writes.wait(timeout=10)

    monkeypatch.setattr(cut, "hold", held)

    def write() -> None:
        assert holds.wait(timeout=30)
        with transaction.atomic(), connection.cursor() as cursor:
            threading.Timer(0.5, writes.set).start()
            cursor.execute(COPY)

    _row, refused = at_once(lambda: agreed(asked, manager), write)
    assert isinstance(refused, DatabaseError)
    assert "is closed" in str(refused)
    assert SalesLine.objects.count() == 1
    assert verify().differences == ()


def test_a_rate_that_waits_for_a_closing_is_known_after_it(program, monkeypatch):
    """Its INSERT begins before the month is closed, so by the time of the statement it would have been known then."""
    asked = asked_for(program, AUGUST, reason="8월 마감", by=people.officer())
    manager = people.officer("manager")
    holds, writes = threading.Event(), threading.Event()
    hold = cut.hold

    def held() -> None:
        hold()
        holds.set()
        writes.wait(timeout=10)

    monkeypatch.setattr(cut, "hold", held)

    def correct() -> None:
        assert holds.wait(timeout=30)
        threading.Timer(0.5, writes.set).start()
        made.rate("USD", "KRW", dt.date(2025, 8, 5), "1425", version=2)

    at_once(lambda: agreed(asked, manager), correct)
    assert ExchangeRate.objects.get(version=2).created_at > ClosedMonth.objects.get().closed_at
    assert verify().differences == ()


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_transaction_that_would_not_see_the_closing_writes_nothing(program, level):
    closed(program, AUGUST)
    with (
        pytest.raises(DatabaseError, match="READ COMMITTED"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
        cursor.execute(COPY)
