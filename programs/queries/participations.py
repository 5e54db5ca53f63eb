"""Participations as the companies read them."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, QuerySet, Value, When

from programs.models import EndRequest, Participation


def of_companies(user: Any) -> QuerySet[Participation]:
    """Participations of the companies in which the person is a member; those to be accepted come first. Each with
    `is_end_asked`: whether the company asks to end it and the agency has not answered."""
    own = user.company_members.filter(ended_at__isnull=True).values("company")
    asks = EndRequest.objects.waiting().filter(participation=OuterRef("pk"))
    return (
        Participation.objects.filter(company__in=own)
        .select_related("company", "program", "program__agency", "agreed_by")
        .annotate(
            waiting=Case(
                When(state=Participation.State.OFFERED, then=Value(0)),
                default=Value(1),
                output_field=IntegerField(),
            ),
            is_end_asked=Exists(asks),
        )
        .order_by("waiting", "accept_by", "number")
    )
