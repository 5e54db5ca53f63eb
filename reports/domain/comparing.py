"""The nightly comparison of what is kept of sales, orders and exports with the lines (야간 대사): all of it, by SQL of its own."""

from __future__ import annotations

import datetime as dt

import structlog
from django.db import transaction
from django.utils import translation
from django.utils.translation import ngettext

from ground import clock
from ground.errors import filled
from ground.snapshot import one_instant
from programs.domain import tasks
from programs.models import Program, Task
from reports.domain import counting, rollups
from reports.domain.verifying import customs, order_counts
from reports.domain.verifying import rollups as verifying
from reports.domain.verifying.result import Difference

log = structlog.get_logger(__name__)


def compare() -> list[Task]:
    """Make anew what is out of date, then compare every month of every program. Where something differs the agency has a task
    until a later comparison finds nothing; nothing is mended silently (`docs/operations.md` says how it is made anew). Returns the tasks that are
    open."""
    rollups.renew()
    counting.renew()
    found = []
    for program in Program.objects.select_related("agency").order_by("code"):
        differences = _differences(program)
        with transaction.atomic():
            if differences:
                found.append(_open(program, differences))
            else:
                tasks.close_task(Task.Kind.FIGURES, program.pk, side=Task.Side.AGENCY)
    rollups.tidy()
    return found


def _differences(program: Program) -> list[Difference]:
    """What differs in what is kept of the program, as it stands at one instant: sums of sales, numbers of orders, sums of exports."""
    with one_instant():
        others = (*order_counts.of_program(program), *customs.sums(program))
        return verifying.differences(program) + [each for each in others if isinstance(each, Difference)]


def _open(program: Program, differences: list[Difference]) -> Task:
    for each in differences:
        log.error(
            "rollups.differ", program=program.code, check=each.check, record=each.record, stated=each.stated,
            found=each.found,
        )  # fmt: skip
    known = Task.objects.open().filter(kind=Task.Kind.FIGURES, subject_id=program.pk).first()
    due_on: dt.date = known.due_on if known else clock.today() + dt.timedelta(days=1)
    return tasks.open_task(
        agency=program.agency, side=Task.Side.AGENCY, kind=Task.Kind.FIGURES, subject_id=program.pk,
        subject=_said(program, len(differences), "ko"), subject_en=_said(program, len(differences), "en"), due_on=due_on,
    )  # fmt: skip


def _said(program: Program, count: int, language: str) -> str:
    with translation.override(language):
        sentence = filled(
            ngettext(
                "%(program)s: %(count)s kept sum is not what its lines come to. Tell the operator.",
                "%(program)s: %(count)s kept sums are not what their lines come to. Tell the operator.",
                count,
            ),
            program=program.code,
            count=str(count),
        )
        return str(sentence)
