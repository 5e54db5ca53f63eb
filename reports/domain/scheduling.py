"""Report schedules (보고서 예약): the clock ticks every minute, the database's clock and Seoul time decide."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import structlog
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.models import User
from ground import clock
from ground.clock import SEOUL
from ground.errors import RuleBroken
from ground.months import month_before, next_month
from programs.models import Program
from programs.permissions import require_service
from reports.domain import reminding, reporting
from reports.models import ReportRun, ReportSchedule

log = structlog.get_logger(__name__)

FAILED = gettext_lazy("Something went wrong while the report was written. It is tried again by itself.")


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


def due_periods(schedule: ReportSchedule, now: dt.datetime) -> Iterator[dt.date]:
    """All months whose reports have fallen due at `now`, the latest first: what fell due before the schedule was made is not made up for, and
    a program is reported until the month in which it ends."""
    this_month = now.astimezone(SEOUL).date().replace(day=1)
    month = this_month if now >= due_at(schedule, this_month) else month_before(this_month)
    program = schedule.program
    while due_at(schedule, month) >= schedule.created_at:
        month = month_before(month)
        if program.starts_on.replace(day=1) <= month <= program.ends_on:
            yield month


def next_at(schedule: ReportSchedule, now: dt.datetime) -> dt.datetime:
    """When the next report will be written."""
    this_month = now.astimezone(SEOUL).date().replace(day=1)
    due = due_at(schedule, this_month)
    return due if due > now else due_at(schedule, next_month(this_month))


def tick() -> list[ReportRun]:
    """Ask for declarations that are due, and write every report that is due and not written yet. What fails leaves the
    rest alone, later months too; a report is tried again after a pause that doubles up to a day, and the officers are told once."""
    now = clock.now()
    try:
        with transaction.atomic():
            reminding.ask()
    except Exception as error:
        log.error("declarations.failed", exc_info=error)
    written = []
    for schedule in ReportSchedule.objects.filter(is_active=True).select_related("program__agency"):
        if schedule.tried_at is not None and now < schedule.tried_at + pause_after(schedule.failures):
            continue
        there = set(ReportRun.objects.filter(schedule=schedule).values_list("period", flat=True))
        due = sorted(period for period in due_periods(schedule, now) if period not in there)
        runs = [_try(schedule, period, now) for period in due]
        written += [run for run in runs if run is not None]
        if schedule.failures and None not in runs:
            ReportSchedule.objects.filter(pk=schedule.pk).update(failures=0, tried_at=None)
    return written


def pause_after(failures: int) -> dt.timedelta:
    """2, 4, 8 minutes … up to a day."""
    return min(dt.timedelta(minutes=2 ** min(failures, 11)), dt.timedelta(days=1))


def _try(schedule: ReportSchedule, period: dt.date, now: dt.datetime) -> ReportRun | None:
    """The report, or None when it failed: then the attempt is counted, and at the first one the officers get a letter."""
    languages = [code for code, wanted in (("ko", schedule.in_korean), ("en", schedule.in_english)) if wanted]
    try:
        return reporting.write(schedule.program, period, schedule=schedule, languages=languages)
    except Exception as error:
        log.error("report.failed", program=schedule.program.code, period=str(period), exc_info=error)
        with transaction.atomic():
            ReportSchedule.objects.filter(pk=schedule.pk).update(failures=schedule.failures + 1, tried_at=now)
            if not schedule.failures:
                why = error.sentence if isinstance(error, RuleBroken) else FAILED
                reporting.tell_failure(schedule.program, period, why)
        return None
