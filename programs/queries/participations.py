"""Participations as the companies read them, and as staff list them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Case, Exists, IntegerField, OuterRef, QuerySet, When
from django.utils.translation import gettext as _

from accounts.roles import agency_ids
from ground.workbooks import Value
from programs.models import EndRequest, Participation, Program

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
                When(state=Participation.State.OFFERED, then=models.Value(0)),
                default=models.Value(1),
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


def list_of(program: Program) -> tuple[list[str], list[list[Value]]]:
    """Head and rows of all agreements of a program by number, in the reader's language; instants in Seoul time. The last day of taking
    part is that of an agreement that has ended, or of one in force whose end is agreed. One query."""
    head = [
        _("Agreement number"), _("Business number"), _("Company"), _("State"), _("Last day of taking part"),
        _("Offered at"), _("To be accepted by"), _("Agreed at"),
    ]  # fmt: skip
    rows = Participation.objects.filter(program=program).select_related("company").order_by("number")
    return head, [
        [
            row.number, row.company.pretty_number, str(row.company),
            _("agreed, ends early") if row.ends_with else str(row.get_state_display()), row.last_on, row.offered_at, row.accept_by,
            row.agreed_at,
        ]
        for row in rows
    ]  # fmt: skip
