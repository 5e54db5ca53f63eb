"""Dated tasks (할 일): opened and closed by the verbs whose work they stand for, never by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from accounts.models import Agency
from companies.models import Company
from ground import clock
from programs.domain.eligibility import Finding
from programs.models import Application, Participation, Task


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
    with transaction.atomic():
        task, _is_new = Task.objects.update_or_create(
            side=side,
            kind=kind,
            subject_id=subject_id,
            company=company,
            done_at=None,
            defaults={
                "agency": agency,
                "subject_ko": subject[:200],
                "subject_en": subject_en[:200],
                "due_on": due_on,
            },
        )
    return task


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


def settle_renewals(application: Application, findings: Iterable[Finding]) -> list[Task]:
    """What must be renewed by a later day becomes a task of the company; what need not be any more is closed.

    The record of such a task is the criterion.
    """
    found = list(findings)
    waiting = set(
        Task.objects.open()
        .filter(
            kind=Task.Kind.RENEW,
            company=application.company_id,
            subject_id__in=[finding.criterion.pk for finding in found],
        )
        .values_list("subject_id", flat=True)
    )
    opened = []
    for finding in found:
        if finding.renew_by is not None:
            opened.append(
                open_task(
                    agency=application.call.agency,
                    side=Task.Side.COMPANY,
                    kind=Task.Kind.RENEW,
                    subject_id=finding.criterion.pk,
                    subject=finding.criterion.name_ko,
                    subject_en=finding.criterion.name_en,
                    due_on=finding.renew_by,
                    company=application.company,
                )
            )
        elif finding.criterion.pk in waiting:
            close_task(Task.Kind.RENEW, finding.criterion.pk, company=application.company)
    return opened
