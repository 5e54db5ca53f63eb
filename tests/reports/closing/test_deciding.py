"""Closing by two people: what stands in the way, what changes before the worker comes to it, opening again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import OperationalError
from django.utils import translation

from accounts.domain import approvals
from ground import outbox
from ground.errors import RuleBroken
from ground.models import OutboxEvent
from programs.models import Task
from reports.domain import answering, closing, reminding
from reports.models import ClosedMonth, MonthReminder, SalesLine
from reports.queries import answers
from reports.queries import closing as questions
from reports.views.closing_questions import question_words
from tests.factories import people, register
from tests.factories import reports as made
from tests.factories.closing import asked_for, closed, nothing_differs, refused, reopened, worked
from tests.factories.reports import item, order, santiago

pytestmark = pytest.mark.django_db
JULY, AUGUST, SEPTEMBER = (dt.date(2025, month, 1) for month in (7, 8, 9))


def test_a_month_is_closed_by_two_people_with_its_figures(tmp_path, now, program, shop):
    """10,000 pesos at 1,400 / 950 won are 14,736.84: 14,737 won."""
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    asked = asked_for(program, AUGUST, reason="8월 마감", by=people.officer())
    assert asked_for(program, AUGUST, reason="8월 마감", by=people.officer()) == asked
    with pytest.raises(RuleBroken, match="same_person"):
        approvals.answer_any(asked, by=people.officer(), grant=True)
    assert not ClosedMonth.objects.closed().exists()
    approvals.answer_any(asked, by=people.officer("manager"), grant=True)
    asked.refresh_from_db()
    assert (asked.is_granted, closing.is_under_way(ClosedMonth.objects.get(), asked)) == (True, True)
    refused("being_decided", closing.ask_to_close, program, AUGUST, reason="다시", by=people.officer())
    row = worked(asked)
    assert not closing.is_under_way(row, asked)
    assert (row.state, row.asked_by, row.agreed_by, row.rows) == (
        "closed",
        people.officer(),
        people.officer("manager"),
        1,
    )
    assert row.figures["orders"] == [
        {"currency": "CLP", "gross": "10000", "refund": "0", "krw": "14737", "net_krw": "14737", "lines": 1, "units": 1, "orders": 1}
    ]  # fmt: skip
    assert questions.open_from(program.pk) == SEPTEMBER
    assert nothing_differs()


def test_what_stands_in_the_way_is_named(tmp_path, now, program, shop):
    july = [order(1, item("A"))]
    made.taken_in(made.ventas(tmp_path, july), program, shop)
    sentence = refused("in_the_way", closing.ask_to_close, program, AUGUST, reason="r", by=people.officer())
    assert "ventas.xlsx" in sentence
    assert "2025년 8월" in refused(
        "in_the_way", closing.ask_to_close, program, SEPTEMBER, reason="r", by=people.officer()
    )
    assert {each.what for each in closing.in_the_way(program, SEPTEMBER)} == {"not_over", "earlier_open"}
    assert [each.what for each in closing.in_the_way(program, JULY)] == ["before_program"]


def test_lines_without_rate_state_or_tax_stand_in_the_way(tmp_path, move_clock, program, shop):
    move_clock(dt.datetime(2025, 9, 12, 3, tzinfo=dt.UTC))
    shop.taxes.all().delete()
    rows = [order(1, item("A")), order(2, item("A", status_text="Algo que nadie conoce"))]
    made.imported(made.ventas(tmp_path, rows), program, shop)
    assert [(each.what, each.count) for each in closing.in_the_way(program, AUGUST)] == [
        ("unknown_state", 1),
        ("no_rate", 1),
    ]
    made.rates(dt.date(2025, 8, 1), dt.date(2025, 8, 31))
    assert [each.what for each in closing.in_the_way(program, AUGUST)] == ["unknown_state", "no_tax"]


def test_figures_that_changed_after_the_question_are_not_closed(tmp_path, now, program, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    asked = asked_for(program, AUGUST, reason="8월 마감", by=people.officer())
    made.imported(made.ventas(tmp_path, [order(2, item("A"))], "b.xlsx"), program, shop)
    approvals.answer_any(asked, by=people.officer("manager"), grant=True)
    row = worked(asked)
    assert (row.state, row.refusal["code"], row.rows) == ("asked", "changed", 0)
    assert "바뀌었습니다" in closing.why_refused(row, asked)
    assert not closing.is_under_way(row, closing.question_of(row))
    again = asked_for(program, AUGUST, reason="다시", by=people.officer())
    assert again != asked
    approvals.answer_any(again, by=people.officer("manager"), grant=True)
    row = worked(again)
    assert (row.rows, row.refusal, closing.why_refused(row, again)) == (2, {}, "")


def test_a_file_that_came_in_between_stands_in_the_way_and_is_named(tmp_path, now, program, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    asked = asked_for(program, AUGUST, reason="8월 마감", by=people.officer())
    approvals.answer_any(asked, by=people.officer("manager"), grant=True)
    made.taken_in(made.ventas(tmp_path, [order(2, item("A"))], "late.xlsx"), program, shop)
    row = worked(asked)
    assert (row.state, row.refusal["code"]) == ("asked", "in_the_way")
    assert "late.xlsx" in closing.why_refused(row, asked)
    with translation.override("en"):
        assert closing.why_refused(row, asked).startswith("The month August 2025 cannot be closed")
    assert not ClosedMonth.objects.closed().exists()


def test_a_worker_that_stops_in_between_leaves_nothing_and_another_closes(
    tmp_path, now, program, shop, monkeypatch
):
    """The worker dies after the month was written as closed; the decision is handed out again. Handed out once more, it is done."""
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    asked = asked_for(program, AUGUST, reason="8월 마감", by=people.officer())
    approvals.answer_any(asked, by=people.officer("manager"), grant=True)
    event = OutboxEvent.objects.get(topic=closing.CARRY_OUT)

    def stops(*each, **more):
        raise SystemError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(closing, "subject_of", stops)
        assert not outbox.handle(event.pk)
    row = ClosedMonth.objects.get()
    assert (row.state, closing.is_under_way(row, closing.question_of(row))) == ("asked", True)
    assert outbox.handle(event.pk)
    row = ClosedMonth.objects.get()
    kept = (row.state, row.closed_at, row.rows_sha256)
    assert kept[0] == "closed"
    assert outbox.handle(event.pk)
    closing.carry_out(asked)
    row.refresh_from_db()
    assert kept == (row.state, row.closed_at, row.rows_sha256)
    assert nothing_differs()


def test_a_decision_that_the_worker_gives_up_is_said_and_can_be_asked_for_anew(
    tmp_path, now, program, shop, monkeypatch
):
    """The database fails at it each time. Tried again: so the page says; given up: why not, and the month is not held for good."""
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    asked = asked_for(program, AUGUST, reason="8월 마감", by=people.officer())
    approvals.answer_any(asked, by=people.officer("manager"), grant=True)
    asked.refresh_from_db()
    event = OutboxEvent.objects.get(topic=closing.CARRY_OUT)

    def fails(*each, **more):
        raise OperationalError("canceling statement due to statement timeout")

    def told() -> dict[str, object]:
        return question_words(people.officer(), ClosedMonth.objects.get(), asked)

    assert "다시 시도" not in told()["text"]
    monkeypatch.setattr(outbox, "MAX_ATTEMPTS", 2)
    with monkeypatch.context() as patch:
        patch.setattr(closing, "subject_of", fails)
        assert not outbox.handle(event.pk)
        assert (told()["is_busy"], "다시 시도하고 있습니다" in told()["text"]) == (True, True)
        refused("being_decided", closing.ask_to_close, program, AUGUST, reason="다시", by=people.officer())
        assert not outbox.handle(event.pk)
    assert (told()["is_busy"], told()["is_refused"]) == (False, True)
    assert "시스템 운영자" in told()["text"]
    again = asked_for(program, AUGUST, reason="다시", by=people.officer())
    assert again != asked
    approvals.answer_any(again, by=people.officer("manager"), grant=True)
    assert worked(again).state == "closed"
    outbox.try_again()
    assert outbox.handle(event.pk)  # late: it is done already
    row = ClosedMonth.objects.get()
    assert (row.state, row.approval, row.refusal) == ("closed", again, {})


def test_opening_again_that_cannot_be_done_any_more_says_so(tmp_path, now, program, shop, move_clock):
    """August is to be opened again; before the worker comes to it, September is closed."""
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    row = closed(program, AUGUST)
    move_clock(dt.datetime(2025, 10, 12, 3, tzinfo=dt.UTC))
    asked = closing.ask_to_reopen(row, reason="늦게 온 파일", by=people.officer())
    approvals.answer_any(asked, by=people.officer("manager"), grant=True)
    refused("being_decided", closing.ask_to_reopen, row, reason="또", by=people.officer())
    closed(program, SEPTEMBER)
    row = worked(asked)
    assert (row.state, row.refusal["code"], row.reopened_at) == ("closed", "not_last", None)
    assert "마지막" in closing.why_refused(row, asked)
    assert nothing_differs()


def test_the_task_to_declare_ends_with_the_closing(now, program, participation):
    """It is open again with the month."""
    assert reminding.ask() == 1
    row = closed(program, AUGUST)
    assert not Task.objects.open().filter(kind=Task.Kind.DECLARE).exists()
    reopened(row)
    assert Task.objects.open().get(kind=Task.Kind.DECLARE).company == participation.company


def test_a_closed_month_is_expected_of_nobody_again(now, move_clock, program, participation, monkeypatch):
    """Its excuse cannot be ended. Who was about to be reminded while it was closed gets no mail and no task."""
    register.member(participation.company)
    answering.excuse(participation, AUGUST, reason="휴업", by=people.officer())
    row = closed(program, AUGUST)
    end = {"month": AUGUST, "by": people.officer()}
    assert "2025년 8월" in refused("month_closed", answering.end_excuse, participation, **end)
    reminding.await_again(participation, AUGUST)
    reopened(row)
    assert answering.end_excuse(participation, **end)
    listed = answers.of_month

    def closed_meanwhile(*args, **more):
        found = listed(*args, **more)
        if found.owing() and not ClosedMonth.objects.closed().exists():
            monkeypatch.setattr(answers, "of_month", listed)
            closed(program, AUGUST)
        return found

    monkeypatch.setattr(answers, "of_month", closed_meanwhile)
    move_clock(dt.datetime(2025, 9, 16, 3, tzinfo=dt.UTC))
    assert reminding.remind() == 0
    assert ClosedMonth.objects.closed().exists()
    assert not MonthReminder.objects.exists()
    assert not Task.objects.open().filter(kind=Task.Kind.DECLARE).exists()


def test_only_the_last_closed_month_is_opened_again_and_its_record_stays(
    tmp_path, now, move_clock, program, shop
):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))], exported_at=santiago(9, 1)), program, shop)
    august = closed(program, AUGUST)
    newer = [order(1, item("A"), refund_amount=-4_000)]
    made.imported(made.ventas(tmp_path, newer, "b.xlsx", exported_at=santiago(9, 9)), program, shop)
    move_clock(dt.datetime(2025, 10, 2, 3, tzinfo=dt.UTC))
    september = closed(program, SEPTEMBER)
    refused("not_last", closing.ask_to_reopen, august, reason="r", by=people.officer())
    assert reopened(september).reopen_reason.startswith("늦게 온 파일")
    assert reopened(august).state == "reopened"
    refused("not_closed", closing.ask_to_reopen, august, reason="r", by=people.officer())
    third = [order(1, item("A"), refund_amount=-1_000), order(2, item("A"))]
    made.imported(made.ventas(tmp_path, third, "c.xlsx", exported_at=santiago(9, 30)), program, shop)
    rows = SalesLine.objects.order_by("entered_at", "line_key", "version", "sign")
    assert [(row.business_day.month, row.event_on and row.event_on.month, row.sign, row.version) for row in rows] == [
        (8, None, 1, 1), (9, 8, -1, 1), (9, 8, 1, 2),  # closed meanwhile: booked in September
        (9, 8, -1, 2), (8, None, 1, 3), (8, None, 1, 1),  # open again: in its own month
    ]  # fmt: skip
    assert nothing_differs()
    again = closed(program, AUGUST)
    assert again.pk != august.pk
    assert ClosedMonth.objects.count() == 3
    assert nothing_differs()
