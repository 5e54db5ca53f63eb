"""The month is asked for (실적 제출 안내): a task for each company, reminders by mail around the due day, and after the last of
them a word to the agency's officers. What is answered, excused or not the company's month is asked for no more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from uuid import UUID

import structlog
from django.db import transaction
from django.urls import reverse
from django.utils.http import urlencode

from companies.models import Merge
from ground import clock, letters
from ground.clock import SEOUL
from ground.months import month_before
from ground.spoken import month_in
from programs.domain import tasks
from programs.domain.tasks import subject_of
from programs.models import Participation, Program, Task
from programs.models.participation import ANSWERS
from programs.queries.readers import correspondents, officers_of
from reports.domain import cut, months
from reports.models import ClosedMonth, Declaration, MonthNotice, MonthReminder
from reports.queries import answers, calendar_months, closing

log = structlog.get_logger(__name__)
KEPT_UP = 3
"""Months back that are still asked for: a due day on the 28th has its last reminder, thirty working days on, two months after."""
CATCHING_UP = dt.timedelta(days=10)
"""A step that a standstill held up is written to companies until so long after its day, then no more; officers are told still."""
NAMED = 20
"""Companies that the letter to officers names; the page has all."""


def asked_months(today: dt.date) -> list[dt.date]:
    """Months that are over and still asked for, the newest first."""
    found = [month_before(today)]
    while len(found) < KEPT_UP:
        found.append(month_before(found[-1]))
    return found


def ask() -> int:
    """Ask every company taking part, or that left on an agreed day after it, for last month's answer: a task due on the program's day. Asking twice is once, and
    nobody is asked for a month before the agreement or outside the program. Returns how many tasks were opened; what is
    answered already gets one that is done."""
    today = clock.today(SEOUL)
    month = month_before(today)
    opened = 0
    for program in _programs(month):
        parts = {subject_of(part, month): part for part in answers.expected(program, month).filter(ANSWERS)}
        asked = set(
            Task.objects.filter(kind=Task.Kind.DECLARE, subject_id__in=parts).values_list(
                "subject_id", flat=True
            )
        )
        new = [part.pk for subject, part in parts.items() if subject not in asked]
        if not new:
            continue
        found = answers.of_month(program, month, today, only=new)
        owing = {part.pk for part in found.owing()}
        for part in {row.participation.pk: row.participation for row in found.rows}.values():
            await_month(part, found.calendar)
            if part.pk in owing:
                opened += 1
            else:
                _close(part, month)
    return opened


def await_month(part: Participation, calendar: months.Calendar) -> Task:
    """The company's task to answer for the month. Reads `part.program`, `part.agency`, `part.company`."""
    name_en = part.program.name_en
    return tasks.open_task(
        agency=part.agency,
        side=Task.Side.COMPANY,
        kind=Task.Kind.DECLARE,
        subject_id=subject_of(part, calendar.month),
        subject=f"{part.program.name_ko} {month_in('ko', calendar.month)}",
        subject_en=name_en and f"{name_en} {month_in('en', calendar.month)}",
        due_on=calendar.due_on,
        company=part.company,
    )


def await_again(part: Participation, month: dt.date) -> None:
    """An answer was taken back: where the month is still asked for its task is open again, unless another answer stands or the
    month is closed."""
    today = clock.today(SEOUL)
    if closing.is_closed(part.program_id, month):
        return
    if month in asked_months(today):
        found = answers.of_month(part.program, month, today, only=[part.pk])
        if found.owing():
            await_month(part, found.calendar)
    settle_month(part.program, month, only=[part.pk])


def settle(programs: Iterable[Program]) -> int:
    """Close the tasks of companies whose month is answered now, by a file too, and ask those again whose answer is gone, or
    whose "no sales" a file contradicts, of whatever month. Returns how many tasks were closed."""
    today = clock.today(SEOUL)
    closed = 0
    for program in sorted(programs, key=lambda each: each.pk):
        for month in sorted(
            {*asked_months(today), *(month for _program, month, _count in answers.contradictions([program]))}
        ):
            closed += settle_month(program, month)
    return closed


def settle_month(program: Program, month: dt.date, only: Collection[UUID] | None = None) -> int:
    """The same for one month (of these participations only, if given)."""
    if closing.is_closed(program.pk, month):
        return 0
    today = clock.today(SEOUL)
    expected = answers.expected(program, month).order_by("pk")
    parts = list(expected if only is None else expected.filter(pk__in=only))
    subjects = {part.pk: subject_of(part, month) for part in parts}
    asked = Task.objects.filter(kind=Task.Kind.DECLARE, subject_id__in=subjects.values())
    waiting = set(asked.open().values_list("subject_id", flat=True))
    done = set(asked.values_list("subject_id", flat=True)) if month in asked_months(today) else set()
    nothing = Declaration.objects.current().filter(kind=Declaration.Kind.NO_SALES, month=month)
    denied = set(nothing.filter(participation__in=subjects).values_list("participation", flat=True))
    known = waiting | done
    looked_at = {part.pk: part for part in parts if subjects[part.pk] in known or part.pk in denied}
    if not looked_at:
        return 0
    found = answers.of_month(program, month, today, only=looked_at)
    against = {row.participation.pk for row in found.rows if row.contradiction}
    owing = {part.pk for part in found.owing()}
    needed = against | owing
    closed = 0
    for key, part in looked_at.items():
        if subjects[key] in waiting and key not in needed:
            closed += _close(part, month)
        elif subjects[key] not in waiting and (key in against or (key in owing and subjects[key] in done)):
            await_month(part, found.calendar)
    return closed


def remind() -> int:
    """Write to the companies that owe a month, at each step of their program's chain, and after the last step to the
    agency's officers. Returns how many companies were written to.

    Each step counts once, whatever fails or runs twice; of several that passed meanwhile only the last one is written.
    Nobody is written to who has answered, is excused, was left out by the agency, joined after the month, or was merged into another record. Each company in a
    transaction of its own, and each program for itself; what fails leaves the others alone. Locks the participation.
    """
    today = clock.today(SEOUL)
    written = 0
    for month in asked_months(today):
        free = months.holidays_around(month)
        for program in _programs(month):
            try:
                written += _remind_of(program, months.calendar(program, month, free), free)
            except Exception as error:
                log.error("month_reminders.failed", program=program.code, month=str(month), exc_info=error)
    return written


def _remind_of(program: Program, calendar: months.Calendar, free: set[dt.date]) -> int:
    """One program's month; a step whose day lies before its reminders began is written to nobody. A failure of the database takes back what was read, nothing that was written."""
    today = clock.today(SEOUL)
    step = calendar.reached(today)
    if step is None or dict(calendar.steps)[step] < program.reminded_from:
        return 0
    is_stale = today > dict(calendar.steps)[step] + CATCHING_UP
    if is_stale and step != calendar.last_step:
        return 0
    with transaction.atomic():
        found = answers.of_month(program, calendar.month, today, free=free)
        merged = Merge.objects.onward() if found.owing() else {}
    written = 0
    if not is_stale:
        reached = MonthReminder.objects.filter(
            participation__program=program, month=calendar.month, step__gte=step
        )
        done = set(reached.values_list("participation", flat=True))
        for part in found.owing():
            if part.pk not in done and part.company_id not in merged:
                written += _guarded(part.pk, calendar, step)
    if step == calendar.last_step and found.owing():
        _tell_officers(program, calendar)
    return written


def _programs(month: dt.date) -> list[Program]:
    """Programs with companies in the month; neither the month nor the program is closed."""
    running = (
        Program.objects.filter(
            starts_on__lte=calendar_months.last_day(month),
            ends_on__gte=month,
            pk__in=Participation.objects.answering().values("program"),
        )
        .exclude(state=Program.State.CLOSED)
        .exclude(pk__in=ClosedMonth.objects.closed().filter(month__gte=month).values("program"))
    )
    return list(running.select_related("agency").order_by("code"))


def _close(part: Participation, month: dt.date) -> int:
    return tasks.close_task(Task.Kind.DECLARE, subject_of(part, month), side=Task.Side.COMPANY)


def _guarded(participation: UUID, calendar: months.Calendar, step: int) -> bool:
    try:
        return _remind(participation, calendar, step)
    except Exception as error:
        log.error("month_reminder.failed", participation=str(participation), exc_info=error)
        return False


def _remind(participation: UUID, calendar: months.Calendar, step: int) -> bool:
    today = clock.today(SEOUL)
    with transaction.atomic():
        part = (
            Participation.objects.select_for_update(of=("self",), no_key=True)
            .select_related("program", "agency", "company")
            .get(pk=participation)
        )
        cut.join()
        if closing.is_closed(part.program_id, calendar.month):
            return False
        found = answers.of_month(part.program, calendar.month, today, only=[part.pk])
        was = MonthReminder.objects.filter(participation=part, month=calendar.month, step__gte=step)
        if not found.owing() or was.exists():
            return False
        readers = correspondents([part.company_id])[part.company_id]
        MonthReminder.objects.create(
            agency_id=part.agency_id,
            participation=part,
            month=calendar.month,
            step=step,
            readers=len(readers),
            sent_at=clock.now(),
        )
        await_month(part, calendar)
        for reader in readers:
            letters.write(
                reader,
                "month_reminder",
                {
                    "participation": part,
                    "program": part.program,
                    "company": part.company,
                    "month": calendar.month,
                    "month_code": f"{calendar.month:%Y-%m}",
                    "due_on": calendar.due_on,
                    "is_late": today > calendar.due_on,
                    "is_last": step == calendar.last_step,
                },
            )
    return bool(readers)


def _tell_officers(program: Program, calendar: months.Calendar) -> bool:
    """Once for the month, with who owes it then."""
    today = clock.today(SEOUL)
    if MonthNotice.objects.filter(program=program, month=calendar.month).exists():
        return False
    with transaction.atomic():
        Program.objects.select_for_update(of=("self",), no_key=True).get(pk=program.pk)
        owing = answers.of_month(program, calendar.month, today).owing()
        _notice, is_new = MonthNotice.objects.get_or_create(
            program=program,
            month=calendar.month,
            defaults={
                "agency_id": program.agency_id,
                "companies": len(owing),
                "sent_at": clock.now(),
            },
        )
        if not is_new or not owing:
            return False
        page = {"program": program.code, "month": f"{calendar.month:%Y-%m}", "answer": "owed"}
        for officer in officers_of(program.agency_id):
            letters.write(
                officer,
                "month_owed",
                {
                    "program": program,
                    "month": calendar.month,
                    "path": f"{reverse('admin:reports_answers')}?{urlencode(page)}",
                    "due_on": calendar.due_on,
                    "companies": [part.company for part in owing[:NAMED]],
                    "count": len(owing),
                    "more": max(0, len(owing) - NAMED),
                },
            )
    return True
