"""Briefings as people see them: coming and past ones, seats, who of a company is registered, which companies came."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.roles import agency_ids
from ground import clock
from guidance.models import (
    Briefing,
    BriefingCountry,
    BriefingMaterial,
    BriefingQuestion,
    BriefingSession,
    Registration,
)
from programs.models import Program

State = Registration.State


def with_counts(rows: QuerySet[Briefing]) -> QuerySet[Briefing]:
    """Each with `seated`, `queued` and `attended`."""
    of = "registrations"
    return rows.annotate(
        seated=Count(of, filter=Q(registrations__state=State.REGISTERED)),
        queued=Count(of, filter=Q(registrations__state=State.WAITING)),
        attended=Count(of, filter=Q(registrations__checked_in_at__isnull=False)),
    )


def coming(now: dt.datetime) -> QuerySet[Briefing]:
    """Published ones that have not ended, the next first; also cancelled ones, so that nobody goes there."""
    return _listed().filter(ends_at__gt=now).order_by("starts_at", "id")


def past(now: dt.datetime) -> QuerySet[Briefing]:
    """Those that were held, the newest first."""
    held = _listed().filter(ends_at__lte=now, state=Briefing.State.PUBLISHED)
    return held.order_by("-starts_at", "-id")


def _listed() -> QuerySet[Briefing]:
    countries = Prefetch("countries", BriefingCountry.objects.select_related("country"))
    rows = Briefing.objects.public().select_related("agency", "program").prefetch_related(countries)
    return with_counts(rows)


def readable_by(user: Any) -> QuerySet[Briefing]:
    """Published ones for everybody; staff see those of their agencies before that. Whole, in five queries."""
    own = Briefing.objects.visible_to(user).values("pk") if getattr(user, "is_authenticated", False) else []
    rows = Briefing.objects.filter(Q(published_at__isnull=False) | Q(pk__in=own))
    return with_counts(rows.select_related("agency", "program")).prefetch_related(
        Prefetch("countries", BriefingCountry.objects.select_related("country")),
        Prefetch("sessions", BriefingSession.objects.order_by("starts_at", "id")),
        Prefetch("materials", BriefingMaterial.objects.select_related("file")),
    )


def of_companies_of(user: Any, briefing: Briefing) -> list[Registration]:
    """Whom the user's companies have registered, without those cancelled and without whom staff entered at the door."""
    rows = Registration.objects.of_member(user).active().filter(briefing=briefing, is_walk_in=False)
    return list(rows.select_related("company").order_by("company__name_ko", "joined_at", "id"))


def place_in_queue(registration: Registration) -> int:
    """Who waits longest is 1. One query, of the registration as it was read."""
    joined = registration.joined_at
    ahead = Q(joined_at__lt=joined) | Q(joined_at=joined, pk__lt=registration.pk)
    return Registration.objects.waiting().filter(ahead, briefing=registration.briefing_id).count() + 1


@dataclass(frozen=True)
class Came:
    """A company that attended a briefing (at least one of its people was checked in): of which program, agency and countries,
    and on which day in Seoul. A briefing without a country speaks of all: its `countries` are empty."""

    company: UUID
    briefing: UUID
    program: UUID
    agency: UUID
    countries: tuple[str, ...]
    on: dt.date
    people: int


def came(
    program: Program | None = None,
    country: str | None = None,
    period: tuple[dt.date, dt.date] | None = None,
) -> list[Came]:
    """Which companies of the register attended which briefing, the first briefing first: of the program, of the country
    (ISO code; briefings without a country are left out then), within the days (both count), where they are given.
    Cancelled briefings count for nobody. One query. Guests stand for no company of the register."""
    rows = Registration.objects.came().filter(company__isnull=False, briefing__state=Briefing.State.PUBLISHED)
    if program is not None:
        rows = rows.filter(briefing__program=program)
    if country is not None:
        rows = rows.filter(briefing__countries__country=country)
    if period is not None:
        first, last = (dt.datetime.combine(each, dt.time(), tzinfo=clock.SEOUL) for each in period)
        rows = rows.filter(
            briefing__starts_at__gte=first, briefing__starts_at__lt=last + dt.timedelta(days=1)
        )
    spoken_of = BriefingCountry.objects.filter(briefing=OuterRef("briefing")).order_by()
    grouped = (
        rows.order_by("briefing__starts_at", "briefing", "company")
        .values("company", "briefing", "briefing__program", "agency", "briefing__starts_at")
        .annotate(
            people=Count("pk", distinct=True),
            spoken_of=spoken_of.values("briefing").annotate(codes=ArrayAgg("country")).values("codes")[:1],
        )
    )
    return [
        Came(
            company=row["company"],
            briefing=row["briefing"],
            program=row["briefing__program"],
            agency=row["agency"],
            countries=tuple(sorted(row["spoken_of"] or ())),
            on=row["briefing__starts_at"].astimezone(clock.SEOUL).date(),
            people=row["people"],
        )
        for row in grouped
    ]


SURVEY_WANTED_WITHIN = dt.timedelta(days=7)


@dataclass(frozen=True)
class OnDesk:
    """A briefing that wants something of its staff."""

    briefing: Briefing
    is_full: bool
    is_tomorrow: bool
    lacks_survey: bool


def on_desk(user: Any) -> list[OnDesk]:
    """Briefings of the user's agencies: full with a waiting list, held today or tomorrow, without a survey from a week
    before to a week after. One query."""
    now = clock.now()
    asked = Exists(BriefingQuestion.objects.filter(briefing=OuterRef("pk")))
    rows = (
        with_counts(Briefing.objects.standing())
        .filter(agency__in=agency_ids(user), ends_at__gt=now - SURVEY_WANTED_WITHIN)
        .annotate(has_survey=asked)
        .order_by("starts_at", "id")
    )
    tomorrow = now.astimezone(clock.SEOUL).date() + dt.timedelta(days=1)
    found = []
    for row in rows:
        counted: Any = row
        is_coming = now < row.starts_at
        each = OnDesk(
            row,
            is_full=is_coming and counted.queued > 0,
            is_tomorrow=now < row.ends_at and row.starts_at.astimezone(clock.SEOUL).date() <= tomorrow,
            lacks_survey=not counted.has_survey and row.starts_at < now + SURVEY_WANTED_WITHIN,
        )
        if each.is_full or each.is_tomorrow or each.lacks_survey:
            found.append(each)
    return found
