"""The outbox: no request ever speaks to the broker.

`publish` writes a row in the caller's transaction. The relay (`manage.py relay`) hands due rows to Celery and hands
them again when nobody reported them done. Handlers are idempotent: each records (event, handler) in the transaction
of its work, so that twice is once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pghistory
import pghistory.runtime
import structlog
from django.db import connection, transaction

from ground.models.outbox import HandledEvent, OutboxEvent

log = structlog.get_logger(__name__)

LOST_AFTER = dt.timedelta(seconds=60)
MAX_ATTEMPTS = 130
"""Five days: more than an hour of growing pauses, then once an hour. A mail server may be away over a long weekend."""
LONGEST_PAUSE = 3600
CHANNEL = "naru_outbox"


@dataclass(frozen=True)
class Handler:
    name: str
    topic: str
    function: Callable[[OutboxEvent], None]
    is_outside: bool
    """The work leaves the database (a mail): it is done first and recorded afterwards, so it may happen twice."""


_handlers: dict[str, list[Handler]] = {}


def handler(
    topic: str, *, is_outside: bool = False
) -> Callable[[Callable[[OutboxEvent], None]], Callable[[OutboxEvent], None]]:
    """Register a function for a topic. Its name is part of the record: rename only with a data migration."""

    def register(function: Callable[[OutboxEvent], None]) -> Callable[[OutboxEvent], None]:
        name = f"{function.__module__}.{function.__qualname__}"
        handlers = _handlers.setdefault(topic, [])
        if all(known.name != name for known in handlers):
            handlers.append(Handler(name, topic, function, is_outside))
        return function

    return register


def publish(topic: str, payload: dict[str, Any], *, delay: dt.timedelta | None = None) -> OutboxEvent:
    """Write down what must happen once the caller's transaction has committed. `payload` is JSON and holds ids."""
    if topic not in _handlers:
        raise LookupError(f"no handler for topic {topic!r}")
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an outbox row belongs to the transaction of its cause")
    context = getattr(pghistory.runtime._tracker, "value", None)
    event = OutboxEvent(topic=topic, payload=payload, context=dict(context.metadata) if context else {})
    if delay:
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement_timestamp()")
            event.available_at = cursor.fetchone()[0] + delay
    event.save(force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    return event


def handle(event_id: int) -> bool:
    """Do what an event asks for; True when nothing is left to do. A failing handler is tried again later."""
    event = OutboxEvent.objects.filter(pk=event_id).first()
    if event is None or event.done_at or event.failed_at:
        return True
    for each in _handlers.get(event.topic, []):
        try:
            _run(event, each)
        except Exception as error:
            _note_failure(event, each, error)
            return False
    with transaction.atomic():
        OutboxEvent.objects.filter(pk=event.pk, done_at__isnull=True).update(done_at=_statement_time())
    return True


def _run(event: OutboxEvent, each: Handler) -> None:
    facts = {**event.context, "event": str(event.key), "handler": each.name}
    with pghistory.context(**facts), transaction.atomic():
        OutboxEvent.objects.select_for_update(no_key=True).get(pk=event.pk)
        if HandledEvent.objects.filter(event=event, handler=each.name).exists():
            return
        if not each.is_outside:
            HandledEvent.objects.create(event=event, handler=each.name)
        each.function(event)
        if each.is_outside:
            HandledEvent.objects.create(event=event, handler=each.name)


def _note_failure(event: OutboxEvent, each: Handler, error: Exception) -> None:
    """Tried again after 2, 4, 8 … seconds, then hourly; after MAX_ATTEMPTS it is given up and waits for a person."""
    attempts = event.attempts + 1
    is_last = attempts >= MAX_ATTEMPTS
    log.error(
        "outbox.given_up" if is_last else "outbox.failed",
        event_id=event.pk,
        topic=event.topic,
        handler=each.name,
        attempts=attempts,
        exc_info=error,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ground_outbox_event SET attempts = %s, last_error = %s, handed_at = NULL,"
            " available_at = statement_timestamp() + make_interval(secs => %s),"
            " failed_at = CASE WHEN %s THEN statement_timestamp() END WHERE id = %s",
            [
                attempts,
                f"{each.name}: {error!r}"[:4000],
                min(2 ** min(attempts, 12), LONGEST_PAUSE),
                is_last,
                event.pk,
            ],
        )


def _statement_time() -> dt.datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def claim_due(limit: int = 100) -> list[int]:
    """Mark due events as handed and return their ids; two relays never claim the same event."""
    with transaction.atomic():
        due = list(
            OutboxEvent.objects.due(_statement_time(), LOST_AFTER)
            .select_for_update(skip_locked=True)
            .order_by("id")
            .values_list("pk", flat=True)[:limit]
        )
        OutboxEvent.objects.filter(pk__in=due).update(handed_at=_statement_time())
    return due


def unclaim(event_ids: list[int]) -> None:
    """The broker did not take them: due again at once."""
    OutboxEvent.objects.filter(pk__in=event_ids, done_at__isnull=True).update(handed_at=None)


def try_again(event_ids: Iterable[int] | None = None) -> int:
    """Work that was given up is due again at once, with all its attempts before it; all of it when no ids are given.

    Returns how many events that were. What is done, or still tried, is left as it is.
    """
    with transaction.atomic():
        given_up = OutboxEvent.objects.given_up()
        if event_ids is not None:
            given_up = given_up.filter(pk__in=list(event_ids))
        renewed = given_up.update(failed_at=None, handed_at=None, attempts=0, available_at=_statement_time())
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    return renewed


def drain(limit: int = 1000) -> int:
    """Do all due work here and now, without a broker (commands and tests). Returns how many events were done."""
    done = 0
    while done < limit:
        claimed = claim_due()
        if not claimed:
            break
        for event_id in claimed:
            done += handle(event_id)
    return done
