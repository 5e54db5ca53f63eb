"""What criteria say of the register is kept before staff ask: who prepares a call does not wait for the whole register.

A call is prepared until it opens. What is saved meanwhile asks for it through the outbox; every few minutes all calls in
preparation are looked at, because a register grows too old for what was kept of it.
"""

from __future__ import annotations

from uuid import UUID

import structlog

from ground import clock, outbox
from programs.domain import keeping
from programs.models import Call

log = structlog.get_logger(__name__)
SAVED = "programs.criteria_saved"


def ask_ahead(call: Call | UUID) -> None:
    """Write down that a call's criteria, or the days that count for them, are not what they were; in that transaction."""
    outbox.publish(SAVED, {"call": str(call.pk if isinstance(call, Call) else call)})


def keep_ahead(key: UUID | None = None) -> int:
    """Keep what the criteria of each call in preparation, or of this one, say of the register; how many calls that were.

    Not within a transaction. What is kept already is not read again; of a call that has opened, closed or was cancelled
    nothing is kept ahead. One that fails is said in the log as `kept.failed`, and leaves the others alone.
    """
    found = Call.objects.in_preparation(clock.now()).select_related("agency").prefetch_related("criterions")
    calls = (found if key is None else found.filter(pk=key)).order_by("opens_at", "pk")
    kept = 0
    for each in calls:
        try:
            keeping.keep(each, list(each.criterions.all()))
            kept += 1
        except Exception as error:
            log.error("kept.failed", call=str(each.pk), exc_info=error)
    return kept
