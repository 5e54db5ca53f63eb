"""Dated tasks (할 일): opened and closed by the verbs whose work they stand for, never by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Q, QuerySet

from accounts.models import Agency
from companies.models import Company
from ground import clock
from ground.ids import new_id
from ground.months import months_of
from ground.postgres.base import planned_once
from ground.worded import worded
from programs.models import Call, Criterion, Participation, Task

OPENING = planned_once("""INSERT INTO programs_task
    (id, agency_id, company_id, side, kind, subject_id, subject_ko, subject_en, due_on)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (kind, subject_id, side, company_id) WHERE done_at IS NULL DO UPDATE SET agency_id = EXCLUDED.agency_id,
        subject_ko = EXCLUDED.subject_ko, subject_en = EXCLUDED.subject_en, due_on = EXCLUDED.due_on
    RETURNING *""")


def open_task(
    *,
    agency: Agency,
    side: str,
    kind: str,
    subject_id: UUID,
    subject: str,
    due_on: dt.date,
    company: Company | None = None,
    subject_en: str = "",
) -> Task:
    """Open a task, or give the one that is open already its new day and wording. Twice is once.

    `subject` is Korean; `subject_en` is what an English reader gets, empty where there is no English of it.
    """
    said = [
        new_id(),
        agency.pk,
        company and company.pk,
        side,
        kind,
        subject_id,
        subject[:200],
        subject_en[:200],
        due_on,
    ]
    (task,) = Task.objects.raw(OPENING, said)
    return task


def subject_of(participation: Participation, month: dt.date) -> UUID:
    """The record of the task that asks for a month's declaration."""
    return uuid5(participation.pk, f"declare {month:%Y-%m}")


def declarations(participation: Participation, until: dt.date) -> QuerySet[Task]:
    """What still asks the company for months of the participation, up to the one of this day."""
    asked = [subject_of(participation, month) for month in months_of(participation.program.starts_on, until)]
    return Task.objects.open().filter(kind=Task.Kind.DECLARE, side=Task.Side.COMPANY, subject_id__in=asked)


def close_declarations(participation: Participation, until: dt.date) -> int:
    """Close what asks for months of the participation, up to the one of this day."""
    return declarations(participation, until).update(done_at=clock.now())


def await_assignment(participation: Participation) -> Task:
    """The agency has a week to say which store's lines are the company's."""
    company = participation.company
    return open_task(
        agency=participation.program.agency,
        side=Task.Side.AGENCY,
        kind=Task.Kind.ASSIGN,
        subject_id=participation.pk,
        subject=f"{participation.number} {company.name_ko}",
        subject_en=company.name_en and f"{participation.number} {company.name_en}",
        due_on=clock.today() + dt.timedelta(days=7),
    )


def close_task(
    kind: str, subject_id: UUID, *, side: str | None = None, company: Company | None = None
) -> int:
    """Close what is open of this kind for this record; returns how many tasks that were."""
    found = Task.objects.open().filter(kind=kind, subject_id=subject_id)
    if side:
        found = found.filter(side=side)
    if company:
        found = found.filter(company=company)
    return found.update(done_at=clock.now())


def _renewals(call: UUID) -> QuerySet[Task]:
    criteria = Criterion.objects.filter(call=call).order_by().values("pk")
    return Task.objects.open().filter(kind=Task.Kind.RENEW, side=Task.Side.COMPANY, subject_id__in=criteria)


@worded
def _renewals_of(call: UUID, company: UUID) -> QuerySet[Task]:
    return _renewals(call).filter(company=company)


def settle_renewals(
    call: Call,
    companies: Any,
    renewals: Iterable[tuple[UUID, UUID, dt.date | None]],
    *,
    onward: Collection[UUID] = (),
) -> list[Task]:
    """What must be renewed by a later day becomes a task of the company; what need not be any more is closed. Returns
    the new tasks; as many queries for a whole call as for one company.

    `companies` are those whose criteria were taken (keys, a query of keys or the only key), `onward` those into whose
    records some of them were merged, `renewals` are criterion, company and day.
    The record of such a task is the criterion. Reads `call.agency`.
    """
    wanted = {(criterion, company): day for criterion, company, day in renewals if day is not None}
    criteria = call.criterions.in_bulk() if wanted else {}
    over, changed = [], []
    for task in (
        _renewals_of(call.pk, companies)
        if isinstance(companies, UUID) and not onward
        else _renewals(call.pk).filter(
            Q(company__in=[companies] if isinstance(companies, UUID) else companies) | Q(company__in=onward)
        )
    ):
        due_on = wanted.pop((task.subject_id, task.company_id), None) if task.company_id else None
        if due_on is None:
            over.append(task.pk)
        elif due_on != task.due_on:
            task.due_on = due_on
            changed.append(task)
    if over:
        Task.objects.filter(pk__in=over).update(done_at=clock.now())
    Task.objects.bulk_update(changed, ["due_on"])
    return Task.objects.bulk_create(
        [
            Task(
                agency=call.agency,
                side=Task.Side.COMPANY,
                kind=Task.Kind.RENEW,
                subject_id=criterion,
                subject_ko=criteria[criterion].name_ko[:200],
                subject_en=criteria[criterion].name_en[:200],
                due_on=day,
                company_id=company,
            )
            for (criterion, company), day in wanted.items()
        ],
        batch_size=1000,
    )
