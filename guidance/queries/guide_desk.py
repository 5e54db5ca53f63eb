"""What a guide's page says to members of companies: favorites, ratings, consents, questions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, IntegerField, OuterRef, Subquery

from companies.models import Company, Consent, ConsentText, Member
from companies.permissions import WRITERS
from ground.clock import ClockToday
from guidance.models import Edition, Favorite, GuideQuestion, Rating


@dataclass(frozen=True)
class Seat:
    """A company of the reader at a guide's page."""

    company: Company
    is_favorite: bool
    useful: int | None
    asked: ConsentText | None
    """The agency's text about counting readings, where the company has not answered it and the reader may."""


def seats(user: Any, edition: Edition, at: dt.datetime) -> list[Seat]:
    """The reader's companies with what they keep and said of this edition. None for visitors, else two queries."""
    if not getattr(user, "is_authenticated", False):
        return []
    here = {"company": OuterRef("pk")}
    favorite = Favorite.objects.filter(program=edition.program_id, country=edition.country_id, **here)
    rating = Rating.objects.filter(edition=edition, **here).values("useful")[:1]
    given = Consent.objects.standing_at(at).to_counting_for(edition.agency_id).filter(**here)
    writes = Member.objects.filter(user=user, role__in=WRITERS, ended_at__isnull=True, **here)
    companies: list[Any] = list(
        Company.objects.of_member(user)
        .annotate(
            is_favorite=Exists(favorite), useful=Subquery(rating, output_field=IntegerField()), has_agreed=Exists(given), writes=Exists(writes)
        )
        .order_by("name_ko", "pk")
    )  # fmt: skip
    if not companies:
        return []
    text = (
        ConsentText.objects.in_force_on(ClockToday())
        .filter(agency=edition.agency_id, kind=ConsentText.Kind.READING)
        .select_related("agency")
        .first()
    )
    return [
        Seat(each, each.is_favorite, each.useful, text if each.writes and not each.has_agreed else None)
        for each in companies
    ]


def answers(edition: Edition) -> list[GuideQuestion]:
    """Questions about the guide that everybody reads, the newest answer first. One query."""
    rows = GuideQuestion.objects.public().filter(program=edition.program_id, country=edition.country_id)
    return list(rows.order_by("-answered_at", "-id")[:MOST_SHOWN])


MOST_SHOWN = 100


def own_questions(user: Any, edition: Edition) -> list[GuideQuestion]:
    """What the reader's companies asked, published or not. None for visitors, else one query."""
    if not getattr(user, "is_authenticated", False):
        return []
    rows = GuideQuestion.objects.of_member(user).filter(
        program=edition.program_id, country=edition.country_id, withdrawn_at__isnull=True
    )
    return list(rows.select_related("company"))


def favorites(user: Any) -> list[Favorite]:
    """What the reader's companies keep, by country. None for visitors, else one query."""
    if not getattr(user, "is_authenticated", False):
        return []
    rows = Favorite.objects.filter(company__in=Company.objects.of_member(user))
    return list(
        rows.select_related("program", "country", "company").order_by("country", "program", "company")
    )
