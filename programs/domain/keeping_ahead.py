"""What criteria say is kept before staff ask: who prepares a call does not wait for the whole register, and who screens one
not for all of its applications.

A call is prepared until it opens. What is saved meanwhile asks for it through the outbox; every few minutes all calls in
preparation are looked at, because a register grows too old for what was kept of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

import structlog

from ground import clock, outbox
from programs.domain import holding, keeping
from programs.models import Call, Criterion
from programs.models.call import CallQuerySet

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
    found = Call.objects.in_preparation(clock.now())
    return _each(found if key is None else found.filter(pk=key), keeping.keep)


def hold_ahead() -> int:
    """Keep of which applications of each call in screening the last taking holds; how many calls that were. As `keep_ahead`."""
    return _each(Call.objects.in_screening(clock.now()), holding.hold)


def _each(calls: CallQuerySet, keep: Callable[[Call, Sequence[Criterion]], None]) -> int:
    kept = 0
    for each in calls.select_related("agency").prefetch_related("criterions").order_by("opens_at", "pk"):
        try:
            keep(each, list(each.criterions.all()))
            kept += 1
        except Exception as error:
            log.error("kept.failed", call=str(each.pk), exc_info=error)
    return kept
