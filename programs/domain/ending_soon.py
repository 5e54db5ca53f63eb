"""What is said before an agreed end (협약 종료 사전 안내): both sides are reminded some days before the last day, with what is still open."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import structlog
from django.db import transaction
from django.utils.translation import gettext_noop

from ground import clock
from ground.audit import because
from ground.clock import SEOUL
from ground.reasons import own
from programs.domain import ending, leaving, tasks
from programs.models import EndRequest, Participation

OF_END = own(gettext_noop("reminded of the agreed end"))

log = structlog.get_logger()
REMINDED = (7, 1)
"""Days before the last day on which both sides are reminded: a week, since money needs a second person, and the day before."""


def remind() -> int:
    """Write to the company's owners and editors and to the agency's officers of each agreement whose agreed last day is near, with what
    is to be delivered, reported and paid until then, and what lapses; returns of how many.

    Each of `REMINDED` counts once, whatever fails or runs twice; of several that passed meanwhile only the nearest one is written, up to
    the last day itself. A day on which the end itself was agreed is left out, for the letter about that says the same. Nobody is reminded whose agreement goes on or has
    ended. Each in a transaction of its own, so that one which fails leaves the others alone; locks the participation.
    """
    today = clock.today(SEOUL)
    until_on = today + dt.timedelta(days=max(REMINDED))
    near = Participation.objects.ends_ahead().filter(last_on__range=(today, until_on))
    return sum(_guarded(key) for key in near.order_by("last_on", "pk").values_list("pk", flat=True))


def days_to_remind(agreed: EndRequest, today: dt.date) -> int | None:
    """At which of `REMINDED` both sides are to be reminded today of the end that was agreed; None when they need not be."""
    last_on, answered_at = agreed.ended_on, agreed.answered_at
    assert last_on is not None
    assert answered_at is not None
    agreed_on = answered_at.astimezone(SEOUL).date()
    days = min(
        (each for each in REMINDED if agreed_on < last_on - dt.timedelta(days=each) <= today <= last_on),
        default=None,
    )
    if days is None or (agreed.reminded_before is not None and agreed.reminded_before <= days):
        return None
    return days


def _guarded(key: UUID) -> bool:
    try:
        return _remind(key)
    except Exception as error:
        log.error("agreement_end_reminder.failed", participation=str(key), exc_info=error)
        return False


def _remind(key: UUID) -> bool:
    today = clock.today(SEOUL)
    with transaction.atomic(), because(OF_END):
        row = (
            Participation.objects.select_for_update(of=("self",), no_key=True)
            .select_related("program__agency", "company", "application__call")
            .get(pk=key)
        )
        if row.ends_with is None:
            return False
        agreed = ending.agreed_on(row)
        days = days_to_remind(agreed, today)
        if days is None:
            return False
        agreed.reminded_before = days
        agreed.save(update_fields=["reminded_before"])
        asked = ending.waiting_of(row)
        ending.tell(
            "agreement_ends_soon",
            agreed,
            row,
            days_left=(row.ends_with - today).days,
            asks_to_go_on=asked is not None and asked.is_to_go_on,
            open=leaving.outlook(row, row.ends_with),
            months=list(tasks.declarations(row, row.ends_with)),
        )
    return True
