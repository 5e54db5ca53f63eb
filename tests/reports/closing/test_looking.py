"""Asking to close a month is written down at once; the worker looks at it, and asks a second person or says what stands in the way."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Approval
from ground import outbox
from ground.models import Message, OutboxEvent
from reports.domain import closing, cut
from reports.domain.closing_words import sentence
from reports.models import ClosedMonth, ImportBatch
from reports.queries.closing import InTheWay, Obstacle
from tests.factories import people
from tests.factories import reports as made
from tests.factories.closing import agreed, asked_for, closed, looked_at, nothing_differs, refused, reopened
from tests.factories.reports import item, order
from tests.reports.test_races import at_once

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER = dt.date(2025, 8, 1), dt.date(2025, 9, 1)


@pytest.fixture
def entered(tmp_path, now, program, shop) -> ImportBatch:
    return made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)


def ask(program, reason="8월 마감") -> ClosedMonth:
    return closing.ask_to_close(program, AUGUST, reason=reason, by=people.officer())


def found(row: ClosedMonth) -> list[str]:
    return [what for what, *_each in row.found]


def shown(client, name="reports_months", *args) -> str:
    client.force_login(people.officer())
    answer = client.get(reverse(f"admin:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def broken(*each) -> None:
    raise OperationalError("canceling statement due to statement timeout")


def test_asking_reads_no_line_and_twice_is_once(program, entered):
    by = people.officer()
    with CaptureQueriesContext(connection) as asked:
        row = closing.ask_to_close(program, AUGUST, reason="8월 마감", by=by)
    read = " ".join(each["sql"] for each in asked.captured_queries)
    tables = (
        "reports_sales_line",
        "reports_payout_line",
        "reports_customs_line",
        "reports_rollup",
        "advisory",
    )
    assert not [table for table in tables if table in read]
    assert not Approval.objects.exists()
    assert closing.ask_to_close(program, AUGUST, reason="다른 이유", by=people.officer("manager")) == row
    assert OutboxEvent.objects.filter(topic=closing.LOOK).count() == 1
    question = closing.question_of(looked_at(row))
    assert (question.asked_by, question.reason.splitlines()[0]) == (by, "8월 마감")
    looked_at(ask(program, "한 번 더"))
    assert list(Approval.objects.all()) == [question]
    assert agreed(question).state == "closed"
    assert nothing_differs()


def test_the_worker_says_what_stands_in_the_way_with_its_links(client, tmp_path, move_clock, program, shop):
    move_clock(dt.datetime(2025, 9, 12, 3, tzinfo=dt.UTC))
    rows = [order(1, item("A")), order(2, item("A", status_text="Algo que nadie conoce"))]
    made.imported(made.ventas(tmp_path, rows), program, shop)
    row = looked_at(ask(program))
    assert found(row) == ["unknown_state", "no_rate"]
    assert (row.looked_at is not None, Approval.objects.count()) == (True, 0)
    for page in (shown(client), shown(client, "reports_closedmonth_change", row.pk)):
        assert "마감을 막는 사유가 있었습니다" in page
        assert reverse("admin:reports_waiting") in page
        assert 'hx-trigger="every 2s"' not in page
    made.rates(dt.date(2025, 8, 1), dt.date(2025, 8, 31))
    page = shown(client)
    assert f"{reverse('admin:reports_closedmonth_add')}?" not in page  # the state is still not known
    assert found(looked_at(ask(program))) == ["unknown_state"]


def test_sums_that_do_not_agree_stand_on_the_page_and_can_be_asked_for_again(
    client, program, entered, owner_role
):
    def kept_sums(by: int) -> None:
        with owner_role(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE reports_batch_sum DISABLE TRIGGER USER")
            cursor.execute("UPDATE reports_batch_sum SET net_amount = net_amount + %s", [by])
            cursor.execute("ALTER TABLE reports_batch_sum ENABLE TRIGGER USER")

    kept_sums(1)
    row = looked_at(ask(program))
    assert set(found(row)) == {Obstacle.DIFFERENCE}
    page = shown(client)
    assert "file_sums" in page
    assert f"{reverse('admin:reports_closedmonth_add')}?" in page
    kept_sums(-1)
    assert closing.question_of(looked_at(ask(program))) is not None
    assert "file_sums" not in shown(client)


def test_a_file_that_is_entered_while_the_month_is_looked_at_is_closed_with_it(
    tmp_path, program, shop, entered, monkeypatch
):
    """It is looked at once more, so that the second person is asked for what is there, not for what was."""
    row, in_the_way = ask(program), closing.in_the_way

    def entered_meanwhile(*each):
        if ImportBatch.objects.count() == 1:
            made.imported(made.ventas(tmp_path, [order(2, item("A"))], "b.xlsx"), program, shop)
        return in_the_way(*each)

    monkeypatch.setattr(closing, "in_the_way", entered_meanwhile)
    row = agreed(closing.question_of(looked_at(row)))
    assert (row.state, row.rows) == ("closed", 2)
    assert nothing_differs()


def test_a_file_that_waits_by_then_stands_in_the_way(client, tmp_path, program, shop, entered):
    row = ask(program)
    batch = made.taken_in(made.ventas(tmp_path, [order(2, item("A"))], "b.xlsx"), program, shop)
    assert found(looked_at(row)) == ["undecided_file"]
    assert reverse("admin:reports_importbatch_change", args=[batch.pk]) in shown(client)
    assert not Approval.objects.exists()


def test_an_earlier_question_stays_where_something_is_in_the_way_now(tmp_path, program, shop, entered):
    """It can still be answered: what came in between stands in the way of the decision, too."""
    question = asked_for(program, AUGUST, reason="8월 마감", by=people.officer())
    row = ask(program, "다시")
    batch = made.taken_in(made.ventas(tmp_path, [order(2, item("A"))], "b.xlsx"), program, shop)
    assert found(looked_at(row)) == ["undecided_file"]
    assert closing.question_of(row) == question
    row = agreed(question)
    assert (row.state, row.refusal["code"], row.found) == ("asked", "in_the_way", [])
    batch.state = "cancelled"
    batch.save()
    assert agreed(asked_for(program, AUGUST, reason="다시", by=people.officer())).state == "closed"


def test_a_month_before_that_was_opened_again_stands_in_the_way(client, move_clock, program, entered):
    """It is kept as data, said to each reader in their language, and written to who asked."""
    august = closed(program, AUGUST)
    move_clock(dt.datetime(2025, 10, 12, 3, tzinfo=dt.UTC))
    row = closing.ask_to_close(program, SEPTEMBER, reason="9월 마감", by=people.officer())
    reopened(august)
    row = looked_at(row)
    assert row.found == [["earlier_open", 1, "2025-08", ""]]
    said = {"ko": "먼저 2025년 8월", "en": "first August 2025"}
    for language, words in said.items():
        with override(language):
            assert words in sentence(InTheWay.read(row.found[0]))
    letter = Message.objects.get()
    assert letter.recipients == [people.officer().email]
    assert letter.subject.startswith("2025년 9월 마감을 막는 사유가 있습니다")
    assert said["ko"] in letter.body


def test_a_look_that_fails_is_tried_again_and_given_up_with_a_word(client, program, entered, monkeypatch):
    row = ask(program)
    event = OutboxEvent.objects.get(topic=closing.LOOK)
    monkeypatch.setattr(outbox, "MAX_ATTEMPTS", 2)
    with monkeypatch.context() as patch:
        patch.setattr(closing, "in_the_way", broken)
        assert not outbox.handle(event.pk)
        assert "다시 시도하고 있습니다" in shown(client)
        assert ask(program) == row
        assert not outbox.handle(event.pk)
    page = shown(client)
    assert "다시 요청할 수 있습니다" in page
    assert f"{reverse('admin:reports_closedmonth_add')}?" in page
    question = closing.question_of(looked_at(ask(program)))
    outbox.try_again()
    assert outbox.handle(event.pk)  # late: somebody asked anew
    assert list(Approval.objects.all()) == [question]


def test_beside_an_open_question_a_look_that_is_given_up_can_be_asked_for_again(
    client, tmp_path, program, shop, entered, monkeypatch
):
    question = asked_for(program, AUGUST, reason="8월 마감", by=people.officer())
    add = f"{reverse('admin:reports_closedmonth_add')}?"
    assert add not in shown(client)  # a second person decides
    made.imported(made.ventas(tmp_path, [order(2, item("A"))], "b.xlsx"), program, shop)
    row = ask(program)
    monkeypatch.setattr(outbox, "MAX_ATTEMPTS", 1)
    with monkeypatch.context() as patch:
        patch.setattr(closing, "in_the_way", broken)
        assert not outbox.handle(OutboxEvent.objects.get(key=row.look).pk)
    page = shown(client)
    assert "다시 요청할 수 있습니다" in page
    assert add in page
    assert reverse("admin:accounts_approval_change", args=[question.pk]) in page
    again = closing.question_of(looked_at(ask(program)))
    assert again != question
    assert add not in shown(client)
    assert agreed(again).state == "closed"


def test_who_is_not_of_the_agency_asks_for_nothing(program, entered):
    stranger = people.officer("manager", "KOTRA")
    refused("not_your_agency", closing.ask_to_close, program, AUGUST, reason="r", by=stranger)
    assert not ClosedMonth.objects.exists()


def test_what_was_asked_for_before_the_month_was_closed_is_looked_at_no_more(program, entered):
    row = closed(program, AUGUST)
    closing.look(row)
    assert Approval.objects.count() == 1
    refused("in_the_way", closing.ask_to_close, program, AUGUST, reason="r", by=people.officer())


@pytest.mark.parametrize("is_looked_at", [True, False])
def test_the_reason_is_that_of_who_asked_the_question(program, entered, is_looked_at):
    """A manager who asks for the same once more and agrees has not written the reason to which they agree."""
    officer, manager = people.officer(), people.officer("manager")
    question = asked_for(program, AUGUST, reason="8월 마감\n대사 완료", by=officer)
    row = closing.ask_to_close(program, AUGUST, reason="빨리", by=manager)
    if is_looked_at:
        looked_at(row)
    assert closing.question_of(row) == question
    row = agreed(question, by=manager)
    assert (row.state, row.asked_by, row.agreed_by) == ("closed", officer, manager)
    assert row.reason.splitlines() == ["8월 마감", "대사 완료"]


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_ask_once(program, entered):
    first, second = people.officer(), people.officer("manager")
    rows = at_once(
        *(
            lambda by=by: closing.ask_to_close(program, AUGUST, reason="8월 마감", by=by)
            for by in (first, second)
        )
    )
    assert rows[0] == rows[1]
    assert OutboxEvent.objects.filter(topic=closing.LOOK).count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_asks_again_does_not_wait_for_the_look(program, entered, monkeypatch):
    """The worker holds the program and all writers: sums seemed to differ."""
    row, by = ask(program), people.officer()
    hold, holds, has_asked = cut.hold, threading.Event(), threading.Event()
    in_the_way, differs = closing.in_the_way, [closing.InTheWay(Obstacle.DIFFERENCE)]

    def held() -> None:
        hold()
        holds.set()
        assert has_asked.wait(timeout=30)

    monkeypatch.setattr(cut, "hold", held)
    monkeypatch.setattr(closing, "in_the_way", lambda *each: in_the_way(*each) if holds.is_set() else differs)

    def again() -> object:
        assert holds.wait(timeout=30)
        try:
            return closing.ask_to_close(program, AUGUST, reason="다시", by=by)
        finally:
            has_asked.set()

    looked, asked = at_once(lambda: looked_at(row), again)
    assert looked == asked == row
    assert Approval.objects.count() == 1
