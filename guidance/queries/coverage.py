"""Which country, pillar and method has evidence, how old it is, and what is still being asked (조사 현황)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from django.db.models import Count, Max, Q

from ground.models import Country
from guidance.models import Finding, Pillar, ResearchTask, StatementVersion
from programs.models import Candidate, Program


@dataclass
class Part:
    """What desk or field research brought for one country and pillar. `as_of_on` is the newest day of a finding."""

    findings: int = 0
    as_of_on: dt.date | None = None
    asked: int = 0

    def months_old(self, today: dt.date) -> int | None:
        """Whole months since the newest finding; None where there is none."""
        if self.as_of_on is None:
            return None
        months = 12 * (today.year - self.as_of_on.year) + today.month - self.as_of_on.month
        return max(0, months - (today.day < self.as_of_on.day))


@dataclass
class Cell:
    """One country and pillar: its evidence by method, and how many statements stand on it."""

    pillar: str
    parts: dict[str, Part] = field(default_factory=lambda: {each: Part() for each in METHODS})
    published: int = 0
    due: int = 0


METHODS: tuple[str, ...] = tuple(ResearchTask.Method.values)


@dataclass(frozen=True)
class Row:
    country: Country
    cells: list[Cell]


def coverage(program: Program, user: Any) -> list[Row]:
    """The table of a program as the user sees it: a row for each country that was chosen, asked about or stated something of,
    a cell for each pillar. Only findings of accepted tasks are evidence; those not settled yet count as asked. Five queries."""
    cells: dict[tuple[str, str], Cell] = {}

    def cell(country: str, pillar: str) -> Cell:
        return cells.setdefault((country, pillar), Cell(pillar))

    tasks = ResearchTask.objects.visible_to(user).filter(program=program).order_by()
    accepted = ResearchTask.State.ACCEPTED
    found = (
        Finding.objects.filter(task__in=tasks.filter(state=accepted))
        .order_by()
        .values_list("task__country", "task__pillar", "task__method")
        .annotate(count=Count("pk"), newest=Max("as_of_on"))
    )
    for country, pillar, method, count, newest in found:
        part = cell(country, pillar).parts[method]
        part.findings, part.as_of_on = count, newest
    waiting = tasks.exclude(state__in=[accepted, ResearchTask.State.CANCELLED])
    for country, pillar, method, count in waiting.values_list("country", "pillar", "method").annotate(
        count=Count("pk")
    ):
        cell(country, pillar).parts[method].asked = count
    versions = StatementVersion.objects.visible_to(user).filter(program=program, state="published")
    stated = (
        versions.with_due()
        .order_by()
        .values_list("statement__country", "statement__pillar")
        .annotate(count=Count("pk"), due=Count("pk", filter=Q(is_due=True)))
    )
    for country, pillar, count, due in stated:
        of = cell(country, pillar)
        of.published, of.due = count, due
    chosen = Candidate.objects.filter(program=program, is_chosen=True, choice__state="decided")
    codes: Iterable[str] = {country for country, _pillar in cells} | set(
        chosen.values_list("country", flat=True)
    )
    countries = [cast(Country, each) for each in Country.objects.filter(pk__in=codes).order_by("pk")]
    return [Row(each, [cell(each.pk, pillar) for pillar in Pillar.values]) for each in countries]
