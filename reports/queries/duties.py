"""Where what is due is done: the pages of tasks and overdue deliveries, for the company's home and the officer's desk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse

from ground.months import month_before
from programs.domain.tasks import subject_of
from programs.models import Participation, Task

STAFF_PAGES: dict[str, str] = {
    Task.Kind.SCREEN: "admin:programs_application_change",
    Task.Kind.ASSIGN: "admin:programs_participation_change",
    Task.Kind.END: "admin:programs_participation_change",
    Task.Kind.FOLLOW_UP: "admin:programs_consultation_change",
    Task.Kind.REGULATORY: "admin:guidance_regulatoryitem_change",
    Task.Kind.DISPUTE: "admin:reports_payoutproof_change",
    Task.Kind.RATES: "admin:reports_waiting",
    Task.Kind.FIGURES: "admin:reports_results",
}
"""Where staff do a task: the record of the task is the page's own, but for pages that are one for all."""
FOR_ALL = {"admin:reports_waiting", "admin:reports_results"}


def pages_of(tasks: Iterable[Task]) -> dict[UUID, tuple[str, str]]:
    """Route and address by task, of a company's tasks that are done on this floor: the month's declaration, the payout
    to confirm, the question to answer. One query at most."""
    pages: dict[UUID, tuple[str, str]] = {}
    asked: list[Task] = []
    for task in tasks:
        if task.kind == Task.Kind.CONFIRM:
            pages[task.pk] = "sales_list", reverse("sales_list")
        elif task.kind == Task.Kind.EXPLAIN:
            pages[task.pk] = "difference_answer", reverse("difference_answer", args=[task.subject_id])
        elif task.kind == Task.Kind.DECLARE:
            asked.append(task)
    if not asked:
        return pages
    months = {month for task in asked for month in _months_before(task.due_on)}
    rows = Participation.objects.answering().filter(company__in={task.company_id for task in asked})
    records = {subject_of(row, month): (row, month) for row in rows for month in months}
    for task in asked:
        if task.subject_id in records:
            row, month = records[task.subject_id]
            pages[task.pk] = "declaration_edit", reverse("declaration_edit", args=[row.pk, f"{month:%Y-%m}"])
    return pages


def _months_before(day: dt.date) -> list[dt.date]:
    """A month is due in the month that follows; before a long holiday its day may move into the one after."""
    first = month_before(day)
    return [first, month_before(first)]
