"""Before an agreed end both sides are told, in their languages, what is to be done until then and what lapses with it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from companies.models import Member
from config.celery import app
from ground import mailbox, outbox
from ground.history import history_of
from programs.domain import agreement, delivery, ending, ending_soon, going_on, leaving
from programs.models import Delivery
from programs.tasks import remind, remind_ends
from reports.domain import reminding
from tests.factories import people, programs, register, staff
from tests.programs.staff.test_ending import agreed, both_sides, mails, payment, planned
from tests.programs.staff.test_ending_ahead import FIRST, LAST, ahead, at
from tests.programs.staff.test_lapsing import granted

pytestmark = pytest.mark.django_db
EN = "until the agreement ends: "


@pytest.fixture(autouse=True)
def _in_summer(move_clock, replay_topic):
    programs.currency("KRW")
    at(move_clock, FIRST)


def subjects() -> list[str]:
    outbox.drain()
    words = ("일 전:", "오늘", EN, "Today is the last day of the agreement")
    return [
        each.subject.strip() for each in mailbox.read_all() if any(word in each.subject for word in words)
    ]


def test_both_sides_are_written_to_a_week_and_a_day_before_each_once(move_clock):
    row = ahead()
    editor = register.member(row.company, Member.Role.EDITOR)
    editor.language = "en"
    editor.save()
    readers = both_sides(row) | {editor.email}

    def on(day: int, hour: int = 9) -> int:
        at(move_clock, dt.date(2025, 8, day), hour)
        before = len(subjects())
        remind_ends()
        return len(subjects()) - before

    assert [on(12), on(13, 8), on(13, 20), on(14), on(18)] == [0, len(readers), 0, 0, 0]
    assert row.end_requests.get().reminded_before == 7
    weekly = [each for each in mailbox.read_all() if each.subject.strip() in subjects()]
    assert {each.recipient for each in weekly} == readers
    assert {each.subject.strip() for each in weekly} == {
        f"협약 종료 7일 전: {row.company}, {row.program}",
        f"7 days until the agreement ends: {row.company.name_en}, {row.program.name_en}",
    }
    assert [on(19), on(19, 10), on(20), on(21)] == [len(readers), 0, 0, 0]
    assert f"1 day {EN}{row.company.name_en}, {row.program.name_en}" in subjects()
    (change, *_rest) = history_of(row.end_requests.get())
    assert [(each.before, each.after) for each in change.fields] == [("7", "1")]


def test_a_standstill_is_made_up_for_up_to_the_last_day_and_never_after_it(move_clock):
    rows = [ahead(staff.taking_part(serial), FIRST + dt.timedelta(days=serial)) for serial in (9, 10, 11)]
    at(move_clock, dt.date(2025, 8, 11), 9)  # last days: 10, 11 and 12 August
    assert ending_soon.remind() == 2
    told = {row.number: [each for each in subjects() if str(row.company) in each] for row in rows}
    assert [bool(told[row.number]) for row in rows] == [False, True, True]
    assert any("오늘 협약이 종료됩니다" in each for each in told[rows[1].number])
    assert all("협약 종료 1일 전" in each for each in told[rows[2].number])
    assert [row.end_requests.get().reminded_before for row in rows] == [None, 1, 1]
    assert ending_soon.remind() == 0


def test_the_day_of_agreeing_is_no_day_to_remind(move_clock):
    row = ahead(last_on=dt.date(2025, 8, 8))
    assert ending_soon.remind() == 0
    at(move_clock, dt.date(2025, 8, 6))
    assert ending_soon.remind() == 0
    at(move_clock, dt.date(2025, 8, 7))
    assert ending_soon.remind() == 1
    short = ahead(staff.taking_part(9), dt.date(2025, 8, 8))
    assert ending_soon.remind() == 0
    assert [each.end_requests.get().reminded_before for each in (row, short)] == [1, None]


def test_nobody_is_reminded_whose_agreement_goes_on_or_has_ended(move_clock):
    on, over, again = ahead(), ahead(staff.taking_part(9)), ahead(staff.taking_part(8))
    officer = people.officer()
    for row in (on, again):
        going_on.ask(row, reason="새 거래처", by=register.member(row.company))
        going_on.agree(row, by=officer)
    agreement.end(over, reason="폐업", by=officer, last_on=FIRST)
    at(move_clock, dt.date(2025, 8, 2))
    ahead(again)
    at(move_clock, dt.date(2025, 8, 13))
    assert ending_soon.remind() == 1
    assert [each.reminded_before for each in again.end_requests.filter(is_to_go_on=False)] == [7, None]
    assert all(str(again.company) in each for each in subjects())


def test_a_request_to_go_on_is_answered_before_the_day_is_over(move_clock):
    row = ahead()
    going_on.ask(row, reason="새 거래처", by=register.member(row.company))
    at(move_clock, dt.date(2025, 8, 19))
    ending_soon.remind()
    told = mails("협약 종료 1일 전")
    assert told[people.officer().email].startswith("기업이 협약 유지를 요청했습니다.")
    assert told[register.member(row.company).email].startswith("협약 유지를 요청하셨습니다.")


def test_one_that_fails_stops_no_other(move_clock, monkeypatch):
    rows = [ahead(staff.taking_part(serial)) for serial in (1, 2)]
    tell, broken = ending.tell, rows[0].pk

    def failing(letter, asked, row, **more):
        if row.pk == broken:
            raise RuntimeError("made up")
        tell(letter, asked, row, **more)

    monkeypatch.setattr(ending, "tell", failing)
    at(move_clock, dt.date(2025, 8, 13))
    assert ending_soon.remind() == 1
    monkeypatch.undo()
    assert [row.end_requests.get().reminded_before for row in rows] == [None, 7]
    assert ending_soon.remind() == 1


def test_its_hours_are_its_own_and_no_correction_s():
    entries = {each["task"]: each["schedule"] for each in app.conf.beat_schedule.values()}
    assert entries[remind_ends.name].hour == entries[remind.name].hour == set(range(8, 21))


def test_the_letter_names_what_is_delivered_reported_and_paid_until_then_and_what_lapses(move_clock):
    row = agreed()
    officer = people.officer()
    what = row.program.components.get(kind="marketing")
    delivery.assign(what, [row], planned_on=LAST, planned_amount=Decimal(900_000), by=officer)
    later = planned(row, "creator")
    first, second = granted(row, "통역"), payment(row, "부스")
    ahead(row, dt.date(2025, 9, 10))
    Delivery.objects.filter(pk=later.pk).update(planned_on=dt.date(2025, 9, 20))
    at(move_clock, dt.date(2025, 9, 3))
    reminding.ask()
    ending_soon.remind()
    told = mails("협약 종료 7일 전")
    company, agency = told[register.member(row.company).email], told[officer.email]
    for line in (
        "마지막 참여일: 2025. 9. 10.(수)",
        f"마지막 참여일까지 받을 지원: {what.name_ko}, 2025. 8. 20.(수)",
        f"더 이상 받지 못하는 지원: {later.component.name_ko}, 2025. 9. 20.(토)",
        "승인되었으나 마지막 참여일까지 지급되지 않으면 소멸하는 지원금: 통역, KRW 100,000",
        f"제출할 실적: {row.program.name_ko} 2025년 8월, 기한 2025. 9. 10.(수)",
    ):
        assert line in company, company
    assert "부스" not in company, "what nobody agreed to is the agency's own matter"
    for line in (
        "소멸: 통역, KRW 100,000 (다른 사람이 승인함)",
        "소멸: 부스, KRW 100,000\n",
        f"아직 확인할 지원: {what.name_ko}",
        "기업이 제출할 실적: ",
        reverse("admin:programs_participation_change", args=[row.pk]),
    ):
        assert line in agency, agency
    assert agency.startswith("마지막 참여일이 지나기 전에 지급하십시오.")
    assert {first.pk, second.pk} == {each.pk for each in leaving.outlook(row, LAST).lapsing}


def test_where_nothing_is_open_the_letter_asks_for_nothing(move_clock):
    row = ahead()
    at(move_clock, dt.date(2025, 8, 13))
    ending_soon.remind()
    told = mails("협약 종료 7일 전")
    assert set(told) == both_sides(row)
    assert all(body.startswith("하실 일은 없습니다.") for body in told.values()), told


def test_who_can_do_nothing_about_what_is_named_is_asked_for_nothing(move_clock):
    row = agreed()
    later = planned(row, "creator")  # 1 September, after the last day
    ahead(row)
    at(move_clock, dt.date(2025, 8, 13))
    ending_soon.remind()
    told = mails("협약 종료 7일 전")
    assert set(told) == both_sides(row)
    for body in told.values():
        assert body.startswith("하실 일은 없습니다."), body
        assert "종료에 따라 달라지는 사항은 아래와 같습니다." in body
        assert later.component.name_ko in body


def test_what_is_to_be_received_is_to_be_finished(move_clock):
    row = agreed()
    what = row.program.components.get(kind="marketing")
    delivery.assign(what, [row], planned_on=LAST, planned_amount=Decimal(900_000), by=people.officer())
    ahead(row)
    at(move_clock, dt.date(2025, 8, 13))
    ending_soon.remind()
    assert mails("협약 종료 7일 전")[register.member(row.company).email].startswith("아래에 적힌 일을")
