"""What becomes known after the closing is booked in the open month, with the day of the event."""

from __future__ import annotations

import datetime as dt

import pytest
from python_calamine import CalamineWorkbook

from ground.files import open_bytes
from reports.domain import answering, replay, reporting, undoing
from reports.domain.verifying import verify
from reports.models import PayoutLine, SalesLine
from reports.queries import answers, reported_measures, restated
from reports.queries import closing as questions
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import closed, krw, net, nothing_differs, refused
from tests.factories.reports import item, movement, order, santiago

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER = dt.date(2025, 8, 1), dt.date(2025, 9, 1)


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
    assert nothing_differs()
    row.refresh_from_db()
    assert row.figures["orders"][0]["krw"] == "25053"
    refused("month_closed", undoing.undo, old, reason="wrong file", by=people.officer())
    undoing.undo(again, reason="twice", by=people.officer())
    undoing.undo(
        batch, reason="wrong file", by=people.officer()
    )  # all of it is booked in September, which is open
    assert (krw(program, SEPTEMBER), net(program, SEPTEMBER)) == (0, 0)
    assert nothing_differs()


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
    assert [(each.amount, each.krw_amount) for each in reported_measures.payouts(scope)] == [(10, None)]
    made.rate("USD", "KRW", dt.date(2025, 8, 20), "1400")
    assert [(each.amount, each.krw_amount) for each in reported_measures.payouts(scope)] == [(10, 14_000)]
    move_clock(dt.datetime(2025, 10, 2, 3, tzinfo=dt.UTC))
    closed(program, SEPTEMBER)
    made.rate("USD", "KRW", dt.date(2025, 8, 20), "1500", version=2)
    assert [(each.amount, each.krw_amount) for each in reported_measures.payouts(scope)] == [(10, 14_000)]
    assert nothing_differs()


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
    assert nothing_differs()


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
    assert nothing_differs()


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
