"""The monthly report without sales, on its schedule, and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from ground import mailbox, outbox
from ground.clock import SEOUL
from ground.errors import RuleBroken
from programs.models import Application
from reports.domain import reporting, scheduling
from reports.printing.kinds import Reason
from tests.factories import people, programs, register

pytestmark = pytest.mark.django_db
SEPTEMBER = dt.date(2025, 9, 1)


@pytest.fixture
def program(move_clock):
    move_clock(dt.datetime(2025, 10, 2, 9, tzinfo=SEOUL))
    program = programs.program()
    programs.target(program)
    programs.target(program, "companies", 30)
    return program


def test_who_was_selected_after_the_month_is_not_in_its_report(program, move_clock):
    """Company 1 on 31 July at 23:59 Seoul time, company 2 a minute later; company 3 stepped back on 5 August."""
    call = programs.call(program)
    rows = [programs.application(call, register.company(serial), status="eligible") for serial in (1, 2, 3)]
    for serial, at, status in (
        (3, dt.datetime(2025, 7, 1, 9, tzinfo=SEOUL), "selected"),
        (1, dt.datetime(2025, 7, 31, 23, 59, tzinfo=SEOUL), "selected"),
        (2, dt.datetime(2025, 8, 1, 0, 0, 30, tzinfo=SEOUL), "selected"),
        (3, dt.datetime(2025, 8, 5, 9, tzinfo=SEOUL), "withdrawn"),
    ):
        move_clock(at)
        Application.objects.filter(pk=rows[serial - 1].pk).update(status=status)
    move_clock(dt.datetime(2025, 10, 2, 9, tzinfo=SEOUL))
    selected = [
        reporting.build(program, dt.date(2025, month, 1)).companies_target.selected for month in (6, 7, 8)
    ]
    assert selected == [0, 2, 2]


@pytest.mark.parametrize("period", [dt.date(2025, 4, 1), dt.date(2025, 11, 1)])
def test_only_months_of_the_program_are_reported(program, period):
    with pytest.raises(RuleBroken, match="period_outside"):
        reporting.write(program, period)


def test_an_empty_program_has_a_report_that_says_why(program):
    report = reporting.build(program, dt.date(2025, 7, 1))
    assert report.empty_reason is Reason.NO_FILE
    assert reporting.write(program, dt.date(2025, 7, 1)).files.count() == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--program", "NOPE", "--period", "2025-09"], "NOPE"),
        (["--program", "SBA-MELI-CL-2025", "--period", "2025-13"], "2025-13"),
    ],
)
def test_the_command_names_what_is_wrong(tmp_path, program, arguments, said):
    with pytest.raises(CommandError, match=said):
        call_command("write_report", *arguments, "--out", str(tmp_path), "--json")


@pytest.fixture
def schedule(program, move_clock):
    move_clock(dt.datetime(2025, 9, 20, 12, tzinfo=SEOUL))
    return scheduling.set_schedule(
        program, day_of_month=3, time=dt.time(9), by=people.officer(), in_english=False
    )


def test_a_report_is_written_once_when_it_falls_due_in_seoul_time(program, schedule, move_clock):
    people.officer("manager")
    people.officer("auditor")
    people.officer("officer", "GBA")
    move_clock(dt.datetime(2025, 10, 3, 8, 59, 30, tzinfo=SEOUL))
    assert scheduling.tick() == []
    move_clock(dt.datetime(2025, 10, 3, 9, 0, 5, tzinfo=SEOUL))
    (run,) = scheduling.tick()
    assert (run.period, run.schedule, run.files.count()) == (SEPTEMBER, schedule, 2)
    assert scheduling.tick() == []
    outbox.drain()
    letters = mailbox.read_all()
    assert sorted(letter.recipient for letter in letters) == ["manager@sba.example", "officer@sba.example"]
    assert f"/reports/{run.pk}/" in letters[0].body
    move_clock(dt.datetime(2025, 11, 3, 9, 0, 5, tzinfo=SEOUL))
    assert [run.period for run in scheduling.tick()] == [dt.date(2025, 10, 1)]


def test_a_report_that_fell_due_while_nothing_ran_is_made_up_for(program, schedule, move_clock):
    move_clock(dt.datetime(2025, 10, 17, 3, tzinfo=SEOUL))
    assert [run.period for run in scheduling.tick()] == [SEPTEMBER]


def test_what_fell_due_before_the_schedule_was_made_is_not(program, schedule):
    assert scheduling.tick() == []


def test_a_schedule_that_is_switched_off_writes_nothing(program, schedule, move_clock):
    schedule.is_active = False
    schedule.save()
    move_clock(dt.datetime(2025, 10, 3, 9, 0, 5, tzinfo=SEOUL))
    assert scheduling.tick() == []


def test_one_report_that_fails_leaves_the_others_alone(program, schedule, move_clock, monkeypatch):
    other = programs.program("OTHER")
    scheduling.set_schedule(other, day_of_month=3, time=dt.time(9), by=people.officer())
    real = reporting.composing.build

    def build(of, *arguments):
        if of == program:
            raise ValueError
        return real(of, *arguments)

    monkeypatch.setattr(reporting.composing, "build", build)
    monkeypatch.setattr(scheduling.reminding, "ask", lambda: 1 / 0)
    move_clock(dt.datetime(2025, 10, 3, 9, 0, 5, tzinfo=SEOUL))
    assert [run.program for run in scheduling.tick()] == [other]


def test_a_report_that_fails_is_tried_again_after_a_pause_and_somebody_is_told_once(
    program, schedule, move_clock, monkeypatch
):
    """At 9:00 it fails; the next attempts are at 9:02 and 9:06, not every minute. Two letters: to the manager and the
    officer, once each. When it works again nothing is left of it."""
    people.officer("manager")
    tries = []
    real = reporting.composing.build

    def fail(*arguments):
        tries.append(arguments)
        raise ValueError

    monkeypatch.setattr(reporting.composing, "build", fail)
    for minute in range(7):
        move_clock(dt.datetime(2025, 10, 3, 9, minute, 5 + minute, tzinfo=SEOUL))
        assert scheduling.tick() == []
    schedule.refresh_from_db()
    assert (len(tries), schedule.failures) == (3, 3)
    outbox.drain()
    assert sorted(letter.recipient for letter in mailbox.read_all()) == [
        "manager@sba.example",
        "officer@sba.example",
    ]
    monkeypatch.setattr(reporting.composing, "build", real)
    move_clock(dt.datetime(2025, 10, 3, 9, 15, tzinfo=SEOUL))
    assert [run.period for run in scheduling.tick()] == [SEPTEMBER]
    schedule.refresh_from_db()
    assert (schedule.failures, schedule.tried_at) == (0, None)


def test_a_month_that_cannot_be_written_does_not_hold_up_the_next(program, schedule, move_clock, monkeypatch):
    real = reporting.composing.build

    def build(of, period, *arguments):
        if period == SEPTEMBER:
            raise ValueError
        return real(of, period, *arguments)

    monkeypatch.setattr(reporting.composing, "build", build)
    move_clock(dt.datetime(2025, 11, 4, 3, tzinfo=SEOUL))
    assert [run.period for run in scheduling.tick()] == [dt.date(2025, 10, 1)]
    schedule.refresh_from_db()
    assert schedule.failures == 1
    monkeypatch.setattr(reporting.composing, "build", real)
    move_clock(dt.datetime(2025, 11, 4, 4, tzinfo=SEOUL))
    assert [run.period for run in scheduling.tick()] == [SEPTEMBER]
    schedule.refresh_from_db()
    assert (schedule.failures, schedule.tried_at) == (0, None)


def test_every_report_that_fell_due_while_nothing_ran_is_made_up_for(program, schedule, move_clock):
    move_clock(dt.datetime(2025, 12, 4, 3, tzinfo=SEOUL))
    assert [run.period.month for run in scheduling.tick()] == [9, 10, 11]
    assert scheduling.tick() == []


@pytest.mark.parametrize(
    ("day", "time", "korean"),
    [
        (3, dt.time(9), "매월 3일 오전 9시(한국시간)에 지난달 보고서를 작성합니다."),
        (28, dt.time(13, 5), "매월 28일 오후 1시 5분(한국시간)에 지난달 보고서를 작성합니다."),
        (1, dt.time(0), "매월 1일 오전 12시(한국시간)에 지난달 보고서를 작성합니다."),
    ],
)
def test_a_schedule_is_said_back_in_korean(program, day, time, korean):
    made_now = scheduling.set_schedule(program, day_of_month=day, time=time, by=people.officer())
    with translation.override("ko"):
        assert scheduling.in_words(made_now) == korean


@pytest.mark.parametrize(("day", "active", "code"), [(29, True, "no_such_day"), (0, True, "no_such_day")])
def test_a_schedule_names_a_day_that_every_month_has(program, day, active, code):
    with pytest.raises(RuleBroken, match=code):
        scheduling.set_schedule(program, day_of_month=day, time=dt.time(9), by=people.officer())


def test_a_schedule_belongs_to_its_agency(program):
    with pytest.raises(RuleBroken, match="not_your_agency"):
        scheduling.set_schedule(
            program, day_of_month=3, time=dt.time(9), by=people.officer(agency_code="GBA")
        )
