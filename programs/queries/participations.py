"""Participations as the companies read them, and those that the desk shows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, QuerySet, Value, When

from accounts.roles import agency_ids
from programs.models import EndRequest, Participation

SHOWN_AHEAD = dt.timedelta(days=30)


def of_companies(user: Any) -> QuerySet[Participation]:
    """Participations of the companies in which the person is a member; those to be accepted come first. Each with
    `is_end_asked` and `is_go_on_asked`: whether the company asks to end it, or that it goes on, and the agency has not answered."""
    own = user.company_members.filter(ended_at__isnull=True).values("company")
    asks = EndRequest.objects.filter(participation=OuterRef("pk"))
    return (
        Participation.objects.filter(company__in=own)
        .select_related("company", "program", "program__agency", "agreed_by")
        .annotate(
            waiting=Case(
                When(state=Participation.State.OFFERED, then=Value(0)),
                default=Value(1),
                output_field=IntegerField(),
            ),
            is_end_asked=Exists(asks.to_end()),
            is_go_on_asked=Exists(asks.to_go_on()),
        )
        .order_by("waiting", "accept_by", "number")
    )


def ending_ahead(user: Any, today: dt.date) -> QuerySet[Participation]:
    """Agreements of the person's agencies whose agreed last day comes within thirty days, the next first."""
    rows = Participation.objects.ends_ahead().filter(agency__in=agency_ids(user))
    return (
        rows.filter(last_on__lte=today + SHOWN_AHEAD)
        .select_related("company", "program")
        .order_by("last_on", "number")
    )
