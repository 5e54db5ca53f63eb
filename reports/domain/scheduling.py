"""Report schedules (보고서 예약): the clock ticks every minute, the database's clock and Seoul time decide."""

from __future__ import annotations

import datetime as dt

import structlog
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from ground import clock
from ground.clock import SEOUL
from ground.errors import RuleBroken
from programs.models import Program
from programs.permissions import require_service
from reports.domain import declaring, reporting
from reports.models import ReportRun, ReportSchedule

log = structlog.get_logger(__name__)


def check(*, day_of_month: int, in_korean: bool, in_english: bool) -> None:
    """`RuleBroken`: `no_language`, `no_such_day`."""
    if not (in_korean or in_english):
        raise RuleBroken("no_language", _("Choose at least one language."), ("in_korean",))
    if not 1 <= day_of_month <= 28:
        raise RuleBroken("no_such_day", _("Choose a day that every month has: 1 to 28."), ("day_of_month",))


def set_schedule(
    program: Program,
    *,
    day_of_month: int,
    time: dt.time,
    by: User,
    in_korean: bool = True,
    in_english: bool = True,
    is_active: bool = True,
) -> ReportSchedule:
    """When the program's monthly report is written. Refused: `not_your_agency`, `no_language`, `no_such_day`."""
    require_service(by, program.agency)
    check(day_of_month=day_of_month, in_korean=in_korean, in_english=in_english)
    values = {
        "day_of_month": day_of_month, "time": time, "in_korean": in_korean, "in_english": in_english,
        "is_active": is_active,
    }  # fmt: skip
    with transaction.atomic():
        schedule, _is_new = ReportSchedule.objects.update_or_create(
            program=program, defaults=values, create_defaults={"agency": program.agency, **values}
        )
    return schedule


def in_words(schedule: ReportSchedule) -> str:
    """The schedule said back: “매월 3일 오전 9시(한국시간)에 지난달 보고서를 작성합니다.”"""
    if not schedule.is_active:
        return _("Switched off: no report is written by itself.")
    return _(
        "On day %(day)d of each month at %(time)s (Korean time) the report of the month before is written."
    ) % {
        "day": schedule.day_of_month,
        "time": time_in_words(schedule.time),
    }


def time_in_words(time: dt.time) -> str:
    """오전 9시, 오후 1시 30분 — or 9:00, 13:30."""
    values = {
        "hour": (time.hour + 11) % 12 + 1,
        "minute": time.minute,
        "clock": f"{time.hour}:{time.minute:02d}",
    }
    if time.hour < 12:
        text = (
            pgettext("before noon", "%(clock)s")
            if time.minute
            else pgettext("full hour before noon", "%(clock)s")
        )
    else:
        text = (
            pgettext("after noon", "%(clock)s")
            if time.minute
            else pgettext("full hour after noon", "%(clock)s")
        )
    return text % values


def due_at(schedule: ReportSchedule, month: dt.date) -> dt.datetime:
    """The instant in a calendar month at which the report of the month before is due."""
    return dt.datetime.combine(month.replace(day=schedule.day_of_month), schedule.time, tzinfo=SEOUL)


def due_period(schedule: ReportSchedule, now: dt.datetime) -> dt.date | None:
    """The month whose report is due at `now`, or None: what fell due before the schedule was made is not made up for,
    and a program is reported until the month in which it ends."""
    this_month = now.astimezone(SEOUL).date().replace(day=1)
    month = this_month if now >= due_at(schedule, this_month) else _before(this_month)
    period = _before(month)
    program = schedule.program
    if due_at(schedule, month) < schedule.created_at:
        return None
    if not program.starts_on.replace(day=1) <= period <= program.ends_on:
        return None
    return period


def next_at(schedule: ReportSchedule, now: dt.datetime) -> dt.datetime:
    """When the next report will be written."""
    this_month = now.astimezone(SEOUL).date().replace(day=1)
    due = due_at(schedule, this_month)
    return due if due > now else due_at(schedule, (this_month + dt.timedelta(days=32)).replace(day=1))


def _before(month: dt.date) -> dt.date:
    return (month - dt.timedelta(days=1)).replace(day=1)


def tick() -> list[ReportRun]:
    """Ask for declarations that are due, and write every report that is due and not written yet. One that fails leaves the others alone and is tried again at
    the next tick."""
    now = clock.now()
    declaring.ask()
    written = []
    for schedule in ReportSchedule.objects.filter(is_active=True).select_related("program__agency"):
        period = due_period(schedule, now)
        if period is None or ReportRun.objects.filter(schedule=schedule, period=period).exists():
            continue
        languages = [
            code for code, wanted in (("ko", schedule.in_korean), ("en", schedule.in_english)) if wanted
        ]
        try:
            written.append(reporting.write(schedule.program, period, schedule=schedule, languages=languages))
        except Exception as error:
            log.error("report.failed", program=schedule.program.code, period=str(period), exc_info=error)
    return written
