"""Calls as the public sees them: which are open, coming or closed at this instant of the database's clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, Q, QuerySet, When
from django.utils.translation import gettext

from accounts.models import Agency
from ground import clock
from ground.clock import SEOUL
from ground.templatetags.naru import seoul
from programs.domain.eligibility import closing_day
from programs.models import Application, Call

SOON = dt.timedelta(days=7)
SEARCHED = (
    "title_ko", "title_en", "notice_ko", "notice_en", "code", "notice_number", "program__name_ko", "program__name_en",
    "agency__name_ko", "agency__name_en",
)  # fmt: skip
"""Where the words of a search may stand."""


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


def published_calls() -> dict[str, list[CallRow]]:
    """Open calls (the next to close first) and coming ones (the next to open first)."""
    now = clock.now()
    calls = Call.objects.published().select_related("agency", "program")
    return {
        "open": [row_of(call, now) for call in calls.open_at(now).order_by("closes_at", "code")],
        "coming": [row_of(call, now) for call in calls.filter(opens_at__gt=now).order_by("opens_at", "code")],
    }


@dataclass(frozen=True)
class Found:
    """Calls that fit a search: how many stand where (`soon` are some of the open ones), and those of the state asked
    for, open ones first (the next to close), then coming (the next to open), then closed (the last to close)."""

    counts: dict[str, int]
    calls: QuerySet[Call]
    now: dt.datetime

    @property
    def total(self) -> int:
        return self.counts["open"] + self.counts["coming"] + self.counts["closed"]


def find(words: str = "", state: str = "", agency: UUID | None = None) -> Found:
    """Published calls in which every one of the words stands (title, notice, numbers, program, agency, in both
    languages), of one agency when it is named; `state` is `open`, `soon`, `coming`, `closed` or empty for all of them.
    Two questions: the clock and the counts; the rows are asked for by who reads them."""
    now = clock.now()
    fitting = Call.objects.published()
    for word in words.split():
        fitting = fitting.filter(Q(*((f"{column}__icontains", word) for column in SEARCHED), _connector=Q.OR))
    if agency is not None:
        fitting = fitting.filter(agency=agency)
    states = {
        "open": Q(opens_at__lte=now, closes_at__gt=now),
        "soon": Q(opens_at__lte=now, closes_at__gt=now, closes_at__lte=now + SOON),
        "coming": Q(opens_at__gt=now),
        "closed": Q(closes_at__lte=now),
    }
    counts = fitting.aggregate(**{name: Count("pk", filter=wanted) for name, wanted in states.items()})
    place = Case(When(states["open"], then=0), When(states["coming"], then=1), default=2)
    return Found(
        counts,
        fitting.filter(states.get(state, Q()))
        .select_related("agency", "program")
        .order_by(
            place,
            Case(When(states["open"], then=F("closes_at")), When(states["coming"], then=F("opens_at"))),
            F("closes_at").desc(),
            "code",
        ),
        now,
    )


def agencies_that_called() -> QuerySet[Agency]:
    """Agencies with a published call, by their name."""
    return Agency.objects.filter(pk__in=Call.objects.published().values("agency")).order_by("name_ko", "pk")


def standing_applications(user: Any, call: Call) -> QuerySet[Application]:
    """The applications to this call of the companies that the user is a member of, without withdrawn ones."""
    return Application.objects.of_member(user).filter(call=call).standing().select_related("company")
