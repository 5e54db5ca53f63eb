"""Seats of a briefing and its waiting list, always under the lock of the briefing's row."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from guidance.domain import briefing_letters
from guidance.models import Briefing, Registration

State = Registration.State


def locked(key: UUID) -> Briefing:
    """The briefing, locked until the transaction ends: whoever takes or gives back a seat goes through here."""
    return Briefing.objects.select_for_update(of=("self",)).select_related("agency").get(pk=key)


def seats_taken(briefing: Briefing) -> int:
    """How many have a seat. One query."""
    return Registration.objects.seated().filter(briefing=briefing).count()


def state_for_next(briefing: Briefing) -> State:
    """A seat, or a place at the end of the waiting list: also when somebody still waits there. The caller holds the lock."""
    is_free = seats_taken(briefing) < briefing.capacity
    has_queue = Registration.objects.waiting().filter(briefing=briefing).exists()
    return State.REGISTERED if is_free and not has_queue else State.WAITING


def move_up(briefing: Briefing, now: dt.datetime) -> int:
    """Give free seats to whoever waits longest, and tell them by mail; returns how many. Nothing after it has begun.

    The caller holds the lock.
    """
    if briefing.state != Briefing.State.PUBLISHED or now >= briefing.starts_at:
        return 0
    free = briefing.capacity - seats_taken(briefing)
    moved = list(Registration.objects.waiting().filter(briefing=briefing)[: max(free, 0)])
    for each in moved:
        each.state, each.moved_up_at = State.REGISTERED, now
        each.save(update_fields=["state", "moved_up_at"])
        briefing_letters.write(each, briefing, "moved_up")
    return len(moved)
