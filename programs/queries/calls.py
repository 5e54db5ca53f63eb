"""Calls as the public sees them: which are open, coming or closed at this instant of the database's clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from ground import clock
from ground.clock import SEOUL
from ground.templatetags.naru import seoul
from programs.domain.eligibility import closing_day
from programs.models import Application, Call

SOON = dt.timedelta(days=7)


@dataclass(frozen=True)
class CallRow:
    """A call with its state: `open`, `coming` or `closed`; `days_left` counts Seoul days until the closing day (0: today)."""

    call: Call
    state: str
    is_closing_soon: bool
    days_left: int | None

    @property
    def is_open(self) -> bool:
        return self.state == "open"


def readable_by(user: Any) -> QuerySet[Call]:
    """Published calls for everybody; staff see those of their agencies before that."""
    own = Call.objects.visible_to(user).values("pk") if getattr(user, "is_authenticated", False) else []
    return Call.objects.filter(Q(published_at__isnull=False) | Q(pk__in=own)).select_related(
        "agency", "program"
    )


def row_of(call: Call, now: dt.datetime) -> CallRow:
    """How the call stands at `now`."""
    if now < call.opens_at:
        return CallRow(call, "coming", False, None)
    if now >= call.closes_at:
        return CallRow(call, "closed", False, None)
    days = (closing_day(call) - now.astimezone(SEOUL).date()).days
    return CallRow(call, "open", call.closes_at - now <= SOON, days)


def moved_closing(call: Call) -> str:
    """What the notice says of a closing that was moved: the first one, and why. Empty when it was not."""
    if call.first_closes_at is None:
        return ""
    return gettext("The closing was moved from %(first)s. Reason: %(reason)s") % {
        "first": seoul(call.first_closes_at),
        "reason": call.closing_reason,
    }


def published_calls(closed_limit: int = 50) -> dict[str, list[CallRow]]:
    """Open calls (the next to close first), coming ones (the next to open first), closed ones (the last to close first)."""
    now = clock.now()
    calls = Call.objects.published().select_related("agency", "program")
    return {
        "open": [row_of(call, now) for call in calls.open_at(now).order_by("closes_at", "code")],
        "coming": [row_of(call, now) for call in calls.filter(opens_at__gt=now).order_by("opens_at", "code")],
        "closed": [
            row_of(call, now)
            for call in calls.filter(closes_at__lte=now).order_by("-closes_at", "code")[:closed_limit]
        ],
    }


def standing_applications(user: Any, call: Call) -> QuerySet[Application]:
    """The applications to this call of the companies that the user is a member of, without withdrawn ones."""
    return Application.objects.of_member(user).filter(call=call).standing().select_related("company")
