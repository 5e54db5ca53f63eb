"""A closed month refuses every change; what becomes known later is booked in the open month, with the day of the event."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation
from python_calamine import CalamineWorkbook

from accounts.domain import approvals
from ground import outbox
from ground.errors import RuleBroken
from ground.files import open_bytes
from ground.models import OutboxEvent
from programs.domain import planning, stores
from programs.models import Task
from reports.domain import answering, closing, declaring, reminding, replay, reporting, undoing
from reports.domain.verifying import verify
from reports.models import ClosedMonth, CustomsRecord, Declaration, MonthReminder, PayoutLine, SalesLine
from reports.queries import answers, measures, restated
from reports.queries import closing as questions
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import closed, reopened, worked
from tests.factories.reports import item, movement, order, santiago

pytestmark = pytest.mark.django_db

JULY, AUGUST, SEPTEMBER = (dt.date(2025, month, 1) for month in (7, 8, 9))


@pytest.fixture
def program():
    return programs.program(starts_on=AUGUST)


@pytest.fixture
def participation(program):
    return programs.participation(register.company(1), program)


@pytest.fixture
def shop(program, participation):
    store = programs.store("SHARED")
    programs.assignment(store, participation, sku="A")
    return store


@pytest.fixture
def now(move_clock):
    """12 September 2025, with 1,400 won and 950 pesos to the dollar on each day."""
    move_clock(dt.datetime(2025, 9, 12, 3, tzinfo=dt.UTC))
    made.rates(dt.date(2025, 8, 1), dt.date(2025, 9, 30))


def krw(program, month):
    return measures.orders(questions.scope_of(program, month)).krw_amount


def net(program, month):
    return measures.orders(questions.scope_of(program, month)).net_krw_amount


def refused(code, verb, *args, **kwargs):
    with pytest.raises(RuleBroken) as caught, transaction.atomic():
        verb(*args, **kwargs)
    assert caught.value.code == code
    assert "%(" not in str(caught.value.sentence)
    return str(caught.value.sentence)


def agreed():
    return [each for each in verify().differences if each.check != "run_record"] == []


def test_a_month_is_closed_by_two_people_with_its_figures(tmp_path, now, program, shop):
    """10,000 pesos at 1,400 / 950 won are 14,736.84: 14,737 won."""
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    asked = closing.ask_to_close(program, AUGUST, reason="8월 마감", by=people.officer())
    assert closing.ask_to_close(program, AUGUST, reason="8월 마감", by=people.officer()) == asked
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
    assert agreed()


def test_what_stands_in_the_way_is_named(tmp_path, now, program, shop):
    july = [order(1, item("A"))]
    made.taken_in(made.ventas(tmp_path, july), program, shop)
    sentence = refused("in_the_way", closing.ask_to_close, program, AUGUST, reason="r", by=people.officer())
    assert "ventas.xlsx" in sentence
    assert "2025-08" in refused(
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
    asked = closing.ask_to_close(program, AUGUST, reason="8월 마감", by=people.officer())
    made.imported(made.ventas(tmp_path, [order(2, item("A"))], "b.xlsx"), program, shop)
    approvals.answer_any(asked, by=people.officer("manager"), grant=True)
    row = worked(asked)
    assert (row.state, row.refusal["code"], row.rows) == ("asked", "changed", 0)
    assert "바뀌었습니다" in closing.why_refused(row, asked)
    assert not closing.is_under_way(row, closing.question_of(row))
    again = closing.ask_to_close(program, AUGUST, reason="다시", by=people.officer())
    assert again != asked
    approvals.answer_any(again, by=people.officer("manager"), grant=True)
    row = worked(again)
    assert (row.rows, row.refusal, closing.why_refused(row, again)) == (2, {}, "")


def test_a_file_that_came_in_between_stands_in_the_way_and_is_named(tmp_path, now, program, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    asked = closing.ask_to_close(program, AUGUST, reason="8월 마감", by=people.officer())
    approvals.answer_any(asked, by=people.officer("manager"), grant=True)
    made.taken_in(made.ventas(tmp_path, [order(2, item("A"))], "late.xlsx"), program, shop)
    row = worked(asked)
    assert (row.state, row.refusal["code"]) == ("asked", "in_the_way")
    assert "late.xlsx" in closing.why_refused(row, asked)
    with translation.override("en"):
        assert closing.why_refused(row, asked).startswith("The month 2025-08 cannot be closed")
    assert not ClosedMonth.objects.closed().exists()


def test_a_worker_that_stops_in_between_leaves_nothing_and_another_closes(
    tmp_path, now, program, shop, monkeypatch
):
    """The worker dies after the month was written as closed; the decision is handed out again. Handed out once more, it is done."""
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    asked = closing.ask_to_close(program, AUGUST, reason="8월 마감", by=people.officer())
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
    assert agreed()


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
    assert agreed()


def test_the_hash_of_a_month_covers_what_payouts_gave_back(tmp_path, now, program, shop, owner_role):
    """By the rule of now. A month that was closed by the rule before, which left it out, is still compared by that one."""
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    rows = [movement(1, "10000", order=1, at=santiago(8, 20))]
    made.imported(made.release(tmp_path, rows), program, shop)
    assert PayoutLine.objects.count() == 1
    row = closed(program, AUGUST)
    assert (row.rows, row.rows_rule) == (2, 2)
    first = questions.rows_and_sha256(program.pk, AUGUST, rule=1)
    assert first != (row.rows, row.rows_sha256)
    hashes = {each.check for each in verify().differences}
    assert hashes == set()
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE reports_closedmonth SET rows_rule = 1")
    with owner_role(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("reports_payout_line", "reports_closedmonth"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("UPDATE reports_payout_line SET refund_amount = refund_amount - 1")
        assert "closing_rows" in {each.check for each in verify().differences}
        cursor.execute(
            "UPDATE reports_closedmonth SET rows_rule = 1, rows_sha256 = %s WHERE id = %s", [first[1], row.pk]
        )
        assert "closing_rows" not in {each.check for each in verify().differences}
        cursor.execute("UPDATE reports_payout_line SET description_class = description_class || 'x'")
        assert "closing_rows" in {each.check for each in verify().differences}


def test_later_knowledge_is_booked_in_the_open_month(tmp_path, now, program, shop):
    """August is closed with 10,000 and 7,000. A newer export takes 4,000 back of the first and knows a third order of 500:
    August stays, September holds −4,000 net (10,000 taken back, 10,000 less 4,000 entered) and 500."""
    first = [order(1, item("A")), order(2, item("A", price=7_000))]
    old = made.imported(made.ventas(tmp_path, first, exported_at=santiago(9, 1)), program, shop)
    row = closed(program, AUGUST)
    newer = [
        order(1, item("A"), refund_amount=-4_000),
        first[1],
        order(3, item("A", price=500), at=santiago(8, 31)),
    ]
    path = made.ventas(tmp_path, newer, "newer.xlsx", exported_at=santiago(9, 9))
    batch = made.imported(path, program, shop)
    assert (batch.replaced, batch.duplicate) == (1, 1)
    later = SalesLine.objects.filter(event_on__isnull=False).order_by("event_on", "version", "sign")
    assert [
        (each.event_on, each.business_day, each.version, each.sign, each.net_amount) for each in later
    ] == [
        (dt.date(2025, 8, 5), SEPTEMBER, 1, -1, -10_000),
        (dt.date(2025, 8, 5), SEPTEMBER, 2, 1, 6_000),
        (dt.date(2025, 8, 31), SEPTEMBER, 1, 1, 500),
    ]
    assert (krw(program, AUGUST), net(program, AUGUST)) == (25_053, 25_053)  # 14,737 + 10,316
    assert (krw(program, SEPTEMBER), net(program, SEPTEMBER)) == (737, 737 + 8_842 - 14_737)
    booked = questions.adjustments(questions.scope_of(program, SEPTEMBER))
    assert [
        (each.concerns, each.rows, each.lines, each.krw_amount, each.net_krw_amount) for each in booked
    ] == [(AUGUST, 3, 1, 737, -5_158)]
    lines, count = questions.adjusted_lines(program, SEPTEMBER)
    assert count == 2
    assert [(each.net_before, each.net_difference, each.file_name) for each in lines] == [
        (10_000, -4_000, "newer.xlsx"),
        (None, 500, "newer.xlsx"),
    ]
    again = made.imported(path, program, shop)
    assert (again.replaced, again.duplicate) == (0, 3)
    assert SalesLine.objects.count() == 5
    assert agreed()
    row.refresh_from_db()
    assert row.figures["orders"][0]["krw"] == "25053"
    refused("month_closed", undoing.undo, old, reason="wrong file", by=people.officer())
    undoing.undo(again, reason="twice", by=people.officer())
    undoing.undo(
        batch, reason="wrong file", by=people.officer()
    )  # all of it is booked in September, which is open
    assert (krw(program, SEPTEMBER), net(program, SEPTEMBER)) == (0, 0)
    assert agreed()


def test_what_is_booked_later_was_not_sold_in_the_month_in_which_it_stands(
    tmp_path, now, move_clock, program, participation
):
    """A late line of August stands in September, in which the company sold nothing, in a file with a line of somebody else: it
    owes September, and may say that it sold nothing. Another late one does not contradict it."""
    store = programs.store("OWN", company=participation.company)
    programs.assignment(store, participation, sku="A")
    made.imported(made.ventas(tmp_path, [order(1, item("A"))], exported_at=santiago(9, 1)), program, store)
    closed(program, AUGUST)
    move_clock(dt.datetime(2025, 10, 2, 3, tzinfo=dt.UTC))
    for place in (2, 4):
        late = [
            order(place, item("A"), at=santiago(8, 31)),
            order(place + 1, item("B"), at=santiago(9, 20)),
        ]
        path = made.ventas(tmp_path, late, f"{place}.xlsx", exported_at=santiago(10, place - 1))
        made.imported(path, program, store)
        (row,) = answers.of_month(program, SEPTEMBER, dt.date(2025, 10, 2)).rows
        assert (row.answer, row.lines, row.contradiction) == ("owed" if place == 2 else "no_sales", 0, None)
        assert answers.months_with_lines(participation) == {AUGUST}
        answering.no_sales(participation, SEPTEMBER, by=register.member(participation.company))
    assert answers.contradictions([program]) == []
    assert SalesLine.objects.filter(event_on__isnull=False, business_day=SEPTEMBER).count() == 2


def test_a_line_from_before_the_first_closed_month_is_booked_later(tmp_path, now, program, shop):
    """July lies before the program, so nobody closes it; what comes late of it is booked in September all the same."""
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    closed(program, AUGUST)
    path = made.ventas(tmp_path, [order(2, item("A"), at=santiago(7, 30))], "july.xlsx")
    made.imported(path, program, shop)
    late = SalesLine.objects.get(event_on__isnull=False)
    assert (late.business_day, late.event_on) == (SEPTEMBER, dt.date(2025, 7, 30))
    assert "booked_later" not in {each.check for each in verify().differences}


def test_raw_sql_of_any_role_is_refused(tmp_path, now, program, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    closed(program, AUGUST)
    names = [field.column for field in SalesLine._meta.fields if field.column not in {"id", "line_key"}]
    columns = ", ".join(f'"{name}"' for name in names)
    copy = f"INSERT INTO {{}} ({columns}, line_key) SELECT {columns}, line_key || 'x' FROM reports_sales_line"
    for role in ("naru_web", "naru_root"):
        for table in ("reports_sales_line", "reports_sales_line_p202508"):
            with (
                pytest.raises(
                    DatabaseError, match=r"is closed|permission denied for table reports_sales_line_p202508"
                ),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"SET LOCAL ROLE {role}") if role == "naru_web" else cursor.execute(
                    "RESET ROLE"
                )
                cursor.execute(copy.format(table))
    for statement in (
        "UPDATE reports_closedmonth SET month = '2025-09-01'",
        "UPDATE reports_closedmonth SET figures = '{}'",
        "DELETE FROM reports_closedmonth",
        "UPDATE reports_closedmonth SET state = 'asked'",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert agreed()


def test_closed_months_are_not_lost_on_the_way_back(tmp_path, now, owner_role, program, shop):
    back = import_module("reports.migrations.0015_months_are_closed").Migration.operations[-1].reverse_sql
    with owner_role(), connection.cursor() as cursor:
        before = transaction.savepoint()
        cursor.execute(back)
        transaction.savepoint_rollback(before)
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    reopened(closed(program, AUGUST))
    with (
        pytest.raises(DatabaseError, match="months have been closed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("RESET ROLE")
        cursor.execute(back)


def test_raw_sql_needs_two_people_as_well(tmp_path, now, program, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    asked = closing.ask_to_close(program, AUGUST, reason="8월 마감", by=people.officer())
    manager = people.officer("manager")

    def is_refused(statement, match):
        with (
            pytest.raises(DatabaseError, match=match),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE reports_closedmonth SET {statement}")

    agreed_to = f"closed_at = now(), agreed_by_id = '{manager.pk}', approval_id = '{asked.pk}'"
    is_refused(agreed_to, "closed_month_agreed_to")
    is_refused(f"state = 'closed', {agreed_to}", "two people")
    approvals.answer_any(asked, by=manager, grant=True)
    row = worked(asked)
    opened = "reopened_at = now(), reopen_reason = 'r', reopen_approval_id = approval_id"
    is_refused(opened, "closed_month_opened_by_two")
    is_refused(f"state = 'reopened', {opened}", "opened again by two")
    assert reopened(row).state == "reopened"
    is_refused("reopen_reason = 'another'", "stays")
    is_refused("reopened_at = now()", "stays")
    assert agreed()
    type(asked).objects.filter(pk=row.approval_id).update(is_granted=False)
    assert {each.check for each in verify().differences} == {"closing_agreed"}


def test_rates_entered_later_do_not_move_a_closed_month(tmp_path, now, program, shop):
    """At the closing 1,400 won to the dollar; a correction says 1,425. The closed month keeps 14,737 won, and so do the rows
    that take its line back later; by the rates of now it would be 15,000."""
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    closed(program, AUGUST)
    made.rate("USD", "KRW", dt.date(2025, 8, 5), "1425", version=2)
    assert krw(program, AUGUST) == 14_737
    scope = questions.replace(questions.scope_of(program, AUGUST), is_restated=True)
    assert measures.orders(scope).krw_amount == 15_000
    undone = [order(1, item("A"), refund_amount=-10_000)]
    made.imported(made.ventas(tmp_path, undone, "b.xlsx", exported_at=santiago(9, 9)), program, shop)
    assert (krw(program, SEPTEMBER), net(program, SEPTEMBER)) == (0, -14_737)
    assert agreed()


def test_a_rate_is_known_when_it_is_entered_whatever_it_says(tmp_path, now, program, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    row = closed(program, AUGUST)
    late = made.rate("USD", "KRW", dt.date(2025, 8, 5), "1425", version=2, created_at=row.created_at)
    late.refresh_from_db()
    assert late.created_at > row.closed_at
    assert krw(program, AUGUST) == 14_737
    assert agreed()


def test_a_currency_without_a_rate_at_the_closing_has_the_first_known_after(
    tmp_path, move_clock, program, shop
):
    """A payout in dollars of August comes late; no dollar rate was known when August was closed."""
    move_clock(dt.datetime(2025, 9, 12, 3, tzinfo=dt.UTC))
    made.rate("CLP", "KRW", dt.date(2025, 8, 5), "1.5")
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    closed(program, AUGUST)
    programs.currency("USD")
    paid = [movement(1, "10", order=1, at=santiago(8, 20), replaced={"CURRENCY": "USD"})]
    made.imported(made.release(tmp_path, paid, columns=23), program, shop)
    scope = questions.scope_of(program, SEPTEMBER)
    assert [(each.amount, each.krw_amount) for each in measures.payouts(scope)] == [(10, None)]
    made.rate("USD", "KRW", dt.date(2025, 8, 20), "1400")
    assert [(each.amount, each.krw_amount) for each in measures.payouts(scope)] == [(10, 14_000)]
    move_clock(dt.datetime(2025, 10, 2, 3, tzinfo=dt.UTC))
    closed(program, SEPTEMBER)
    made.rate("USD", "KRW", dt.date(2025, 8, 20), "1500", version=2)
    assert [(each.amount, each.krw_amount) for each in measures.payouts(scope)] == [(10, 14_000)]
    assert agreed()


def test_what_a_corrected_rate_moves_of_rows_that_are_booked_later(tmp_path, now, program, shop):
    """10 euros of 20 August are paid out late; no rate of theirs was known at the closing. They stand in September by 1,600
    won, then by 1,610."""
    programs.currency("EUR")
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    closed(program, AUGUST)
    paid = [movement(1, "10", order=1, at=santiago(8, 20), replaced={"CURRENCY": "EUR"})]
    made.imported(made.release(tmp_path, paid, columns=23), program, shop)
    made.rate("EUR", "KRW", dt.date(2025, 8, 20), "1600")
    corrected = made.rate("EUR", "KRW", dt.date(2025, 8, 20), "1610", version=2)
    corrected.refresh_from_db()
    found = restated.moved_by(corrected, [program], dt.date(2025, 9, 12))
    assert [(row.month, row.measure, row.count, row.before, row.after) for row in found] == [
        (SEPTEMBER, "payouts", 1, 16_000, 16_100)
    ]


def test_a_line_that_finds_its_company_late(tmp_path, now, program, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A")), order(2, item("B"))]), program, shop)
    closed(program, AUGUST)
    programs.assignment(shop, programs.participation(register.company(2), program), sku="B")
    assert replay.replay(shop) == replay.Replayed(1, 0)
    rows = SalesLine.objects.filter(sku="B").order_by("version", "-sign")
    assert [(row.business_day, row.event_on, row.sign, row.program_id) for row in rows] == [
        (dt.date(2025, 8, 5), None, 1, None),
        (dt.date(2025, 8, 5), None, -1, None),
        (SEPTEMBER, dt.date(2025, 8, 5), 1, program.pk),
    ]
    assert replay.replay(shop) == replay.Replayed(0, 0)
    assert (krw(program, AUGUST), krw(program, SEPTEMBER)) == (14_737, 14_737)
    assert agreed()


def test_payouts_of_a_closed_month(tmp_path, now, program, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    made.imported(made.release(tmp_path, [movement(1, "9000", order=1, at=santiago(8, 20))]), program, shop)
    closed(program, AUGUST)
    paid = [movement(1, "8000", order=1, at=santiago(8, 20)), movement(2, "500", order=1, at=santiago(8, 21))]
    made.imported(made.release(tmp_path, paid, "b.csv"), program, shop)
    assert [(row.business_day, row.event_on, row.net_amount) for row in PayoutLine.objects.order_by("entered_at", "id")] == [
        (dt.date(2025, 8, 20), None, 9_000),
        (SEPTEMBER, dt.date(2025, 8, 20), -9_000),
        (SEPTEMBER, dt.date(2025, 8, 20), 8_000),
        (SEPTEMBER, dt.date(2025, 8, 21), 500),
    ]  # fmt: skip
    booked = questions.adjustments(questions.scope_of(program, SEPTEMBER))
    assert [(each.measure, each.amount, each.krw_amount) for each in booked] == [
        ("payouts", -500, 11_789 + 737 - 13_263)
    ]
    assert agreed()


def test_declarations_and_customs_of_a_closed_month_are_refused(tmp_path, now, program, participation, shop):
    by = register.member(participation.company)
    words = {
        "month": AUGUST,
        "currency": programs.currency("CLP"),
        "amount": Decimal(5),
        "orders": 1,
        "by": by,
    }
    reminding.ask()
    declaring.declare(participation, **words)
    customs = {"month": AUGUST, "kind": "direct", "source": "증명서", "by": people.officer()}
    declaring.record_customs(participation, fob_amount=Decimal(7), **customs)
    row = closed(program, AUGUST)
    assert row.figures["declared"] == [{"currency": "CLP", "amount": "5", "krw": "7"}]
    assert row.figures["customs"] == [{"currency": "USD", "amount": "7", "krw": "9800"}]
    refused("month_closed", declaring.declare, participation, **words | {"amount": Decimal(6)})
    refused("month_closed", declaring.record_customs, participation, fob_amount=Decimal(8), **customs)
    for verb in (
        lambda: Declaration.objects.update(amount=9),
        lambda: CustomsRecord.objects.update(fob_amount=9),
        lambda: Declaration.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="is closed"), transaction.atomic():
            verb()
    assert agreed()


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
    assert "2025-08" in refused("month_closed", answering.end_excuse, participation, **end)
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


def test_tax_and_rate_rule_of_closed_months_stay(tmp_path, now, program, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    closed(program, AUGUST)
    by = people.officer()
    sentence = refused(
        "tax_settled", stores.set_tax, shop, treatment="none", from_on=dt.date(2025, 8, 15), by=by
    )
    assert "2025-09-01" in sentence
    tax = shop.taxes.get()
    values = {
        "treatment": "in_price",
        "rate_percent": Decimal(20),
        "from_on": tax.from_on,
        "reason": "r",
        "by": by,
    }
    refused("tax_settled", stores.correct_tax, tax, **values)
    for change in (
        {"rate_percent": 20},
        {"from_on": dt.date(2025, 8, 2)},
        {"until_on": dt.date(2025, 8, 20)},
        {"store": programs.store("EMPTY")},
    ):
        with pytest.raises(DatabaseError, match="settled"), transaction.atomic():
            shop.taxes.update(**change)
    stores.set_tax(shop, treatment="none", from_on=SEPTEMBER, by=by)
    tax.refresh_from_db()
    assert tax.until_on == dt.date(2025, 8, 31)
    program.rate_rule = "month_average"
    refused("rates_settled", planning.save_program, program, by=by)
    assert agreed()


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
    assert agreed()
    again = closed(program, AUGUST)
    assert again.pk != august.pk
    assert ClosedMonth.objects.count() == 3
    assert agreed()


def test_verify_finds_what_was_planted(tmp_path, now, owner_role, program, shop):
    """Past all triggers, as the owner of the database could: a row in the closed month, one booked later than it need be."""
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    closed(program, AUGUST)
    left_out = {"id", "line_key", "entered_at", "event_on", "business_day"}
    columns = ", ".join(
        f'"{field.column}"' for field in SalesLine._meta.fields if field.column not in left_out
    )
    found = []
    for day, event in ((dt.date(2025, 8, 6), None), (dt.date(2025, 10, 1), dt.date(2025, 9, 3))):
        with connection.cursor() as cursor, owner_role():
            cursor.execute("SELECT naru_ensure_month('reports_sales_line', %s)", [day])
            cursor.execute("ALTER TABLE reports_sales_line DISABLE TRIGGER USER")
            cursor.execute(
                f"INSERT INTO reports_sales_line ({columns}, line_key, business_day, event_on)"
                f" SELECT {columns}, line_key || %s, %s, %s FROM reports_sales_line WHERE line_key NOT LIKE '%%!%%'",
                [f"!{day}", day, event],
            )
            cursor.execute("ALTER TABLE reports_sales_line ENABLE TRIGGER USER")
        found.append({each.check for each in verify().differences})
    assert {"closing_now", "closing_rows", "entered_in_closed"} <= found[0]
    assert "booked_later" not in found[0]
    assert "booked_later" in found[1]


def test_the_report_says_what_is_final_and_what_was_booked_later(tmp_path, now, move_clock, program, shop):
    """August is final; September holds 737 won more for it, and 5,158 less after refunds, as worked out above."""
    first = [order(1, item("A")), order(2, item("A", price=7_000))]
    made.imported(made.ventas(tmp_path, first, exported_at=santiago(9, 1)), program, shop)
    closed(program, AUGUST)
    before = reporting.write(program, SEPTEMBER, languages=["ko", "en"])
    newer = [
        order(1, item("A"), refund_amount=-4_000),
        first[1],
        order(3, item("A", price=500), at=santiago(8, 31)),
    ]
    made.imported(made.ventas(tmp_path, newer, "newer.xlsx", exported_at=santiago(9, 9)), program, shop)
    run = reporting.write(program, SEPTEMBER, languages=["ko", "en"])
    assert [
        (row["month"], row["is_provisional"], row["sales"]["krw_amount"]) for row in run.data["by_month"]
    ] == [
        ("2025-08-01", False, "25053"),
        ("2025-09-01", True, "737"),
    ]
    assert run.data["adjustments"] == [
        {"month": "2025-09-01", "concerns": "2025-08-01", "currency": "CLP", "gross_amount": "500",
         "krw_amount": "737", "net_krw_amount": "-5158"}
    ]  # fmt: skip
    assert before.data["adjustments"] == []
    for each in run.files.filter(format="xlsx").select_related("file"):
        book = CalamineWorkbook.from_filelike(open_bytes(each.file))
        rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
        words = {str(cell) for row in rows for cell in row}
        title = (
            "마감된 이전 달의 조정"
            if each.language == "ko"
            else "Of which adjustments of earlier months, which were closed"
        )
        assert any(title in word for word in words)
    assert verify().differences == ()
