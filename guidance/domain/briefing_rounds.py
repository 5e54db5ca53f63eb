"""What comes by itself around a briefing: reminders a day and an hour before, and the survey once it is over."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from ground import clock
from guidance.domain import briefing_letters
from guidance.domain.seats import locked
from guidance.models import Briefing, BriefingQuestion, Registration
from guidance.models.briefing import SURVEY_OPEN_FOR

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def remind() -> int:
    """Remind whoever has a seat, once a day before and once an hour before, and again when the time was moved; returns how
    many mails. A day before means up to an hour before: who is reminded late is reminded once. Locks each briefing.
    """
    now = clock.now()
    near = Briefing.objects.standing().filter(starts_at__gt=now, starts_at__lte=now + DAY)
    due = near.filter(_not_for("day_reminded_for") | _not_for("hour_reminded_for"))
    return sum(_remind_of(key) for key in due.order_by("starts_at").values_list("pk", flat=True))


def _not_for(name: str) -> Q:
    return Q(**{f"{name}__isnull": True}) | ~Q(**{name: F("starts_at")})


def _remind_of(key: UUID) -> int:
    with transaction.atomic():
        briefing = locked(key)
        now = clock.now()
        left = briefing.starts_at - now
        name = "hour_reminded_for" if left <= HOUR else "day_reminded_for"
        if not dt.timedelta() < left <= DAY or getattr(briefing, name) == briefing.starts_at:
            return 0
        briefing.day_reminded_for = briefing.starts_at
        if name == "hour_reminded_for":
            briefing.hour_reminded_for = briefing.starts_at
        briefing.save(update_fields=["day_reminded_for", "hour_reminded_for"])
        people = Registration.objects.seated().filter(briefing=briefing, is_walk_in=False).exclude(email="")
        for each in people.order_by("joined_at", "id"):
            briefing_letters.write(each, briefing, "reminder", {"is_soon": name == "hour_reminded_for"})
        return len(people)


def ask_surveys() -> int:
    """Ask whoever came and left an address, once each, from the end on and as long as answers count; also those whose attendance was entered
    later. From the first mail on the questions stay. Returns how many mails. Locks each briefing."""
    now = clock.now()
    unasked = _unasked().filter(briefing=OuterRef("pk"))
    due = (
        Briefing.objects.standing()
        .filter(ends_at__lte=now, ends_at__gt=now - SURVEY_OPEN_FOR)
        .filter(Exists(BriefingQuestion.objects.filter(briefing=OuterRef("pk"))), Exists(unasked))
    )
    return sum(_ask(key) for key in due.order_by("ends_at").values_list("pk", flat=True))


def _unasked() -> QuerySet[Registration]:
    return Registration.objects.came().filter(survey_asked_at__isnull=True).exclude(email="")


def _ask(key: UUID) -> int:
    with transaction.atomic():
        briefing = locked(key)
        now = clock.now()
        people = _unasked().filter(briefing=briefing)
        asked = 0
        for each in people.order_by("joined_at", "id"):
            each.survey_asked_at = now
            each.save(update_fields=["survey_asked_at"])
            facts = {
                "survey": briefing_letters.own_address(each, "briefing_survey"),
                "until": briefing.survey_closes_at,
            }
            briefing_letters.write(each, briefing, "survey", facts)
            asked += 1
        if asked and briefing.survey_asked_at is None:
            briefing.survey_asked_at = now
            briefing.save(update_fields=["survey_asked_at"])
        return asked
