"""The outbox: no request ever speaks to the broker.

`publish` writes a row in the caller's transaction. The relay (`manage.py relay`) hands due rows to Celery and hands
them again when nobody reported them done. Handlers are idempotent: each records (event, handler) in the transaction
of its work, so that twice is once.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pghistory
import pghistory.runtime
import structlog
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import QuerySet

from ground.models.outbox import OutboxEvent
from ground.worded import keeping_cursor, worded

log = structlog.get_logger(__name__)

LOST_AFTER = dt.timedelta(seconds=60)
MAX_ATTEMPTS = 130
"""Five days: more than an hour of growing pauses, then once an hour. A mail server may be away over a long weekend."""
LONGEST_PAUSE = 3600
TOGETHER = dt.timedelta(seconds=1)
CHANNEL = "naru_outbox"
PUBLISHING = """WITH made AS (
        INSERT INTO ground_outbox_event (key, topic, payload, context, available_at, attempts, last_error)
        VALUES (%s, %s, %s::jsonb, %s::jsonb, statement_timestamp() + make_interval(secs => %s), 0, '') RETURNING id, created_at, available_at)
    SELECT made.*, pg_notify(%s, '') FROM made"""
"""The row and the word to the relay, which hears it once the transaction has committed."""
HANDLING = """WITH event AS MATERIALIZED (SELECT id FROM ground_outbox_event WHERE id = %s FOR NO KEY UPDATE)
    INSERT INTO ground_handled_event (event_id, handler) SELECT id, %s FROM event
    ON CONFLICT (event_id, handler) DO NOTHING"""
"""Locks the event, so that the relay hands no work out again that somebody is at, and records that it was done."""
FINISHING = """WITH event AS (
        UPDATE ground_outbox_event SET done_at = statement_timestamp() WHERE id = %s AND done_at IS NULL RETURNING id)
    INSERT INTO ground_handled_event (event_id, handler) SELECT id, %s FROM event
    ON CONFLICT (event_id, handler) DO NOTHING"""
"""The same for the last handler: with its work the event is done. Both stand in the work's transaction, and only together."""
CLAIMING = """WITH due AS MATERIALIZED (
        SELECT id FROM ground_outbox_event
        WHERE done_at IS NULL AND failed_at IS NULL AND available_at <= statement_timestamp()
            AND (handed_at IS NULL OR handed_at <= statement_timestamp() - make_interval(secs => %s))
        ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
    UPDATE ground_outbox_event e SET handed_at = statement_timestamp() FROM due WHERE e.id = due.id RETURNING e.id"""
"""Due is what was never handed, or handed so long ago that the carrier must have lost it."""


@dataclass(frozen=True)
class Handler:
    name: str
    topic: str
    function: Callable[[OutboxEvent], None]


_handlers: dict[str, list[Handler]] = {}


def handler(topic: str) -> Callable[[Callable[[OutboxEvent], None]], Callable[[OutboxEvent], None]]:
    """Register a function for a topic. Its name is part of the record: rename only with a data migration."""

    def register(function: Callable[[OutboxEvent], None]) -> Callable[[OutboxEvent], None]:
        name = f"{function.__module__}.{function.__qualname__}"
        handlers = _handlers.setdefault(topic, [])
        if all(known.name != name for known in handlers):
            handlers.append(Handler(name, topic, function))
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
    texts = (json.dumps(each, cls=DjangoJSONEncoder) for each in (event.payload, event.context))
    with keeping_cursor() as cursor:
        seconds = delay.total_seconds() if delay else 0
        cursor.execute(PUBLISHING, [event.key, topic, *texts, seconds, CHANNEL])
        event.pk, event.created_at, event.available_at, _told = cursor.fetchone()
    event._state.adding, event._state.db = False, connection.alias
    return event


def handle(event_id: int) -> bool:
    """Do what an event asks for; True when nothing is left to do. A failing handler is tried again later, and so is what this version does not
    know: a worker of another one may."""
    event = _event.first(event_id)
    if event is None or event.done_at or event.failed_at:
        return True
    handlers = _handlers.get(event.topic, [])
    if not handlers:
        _note_failure(event, None, LookupError(f"no handler for topic {event.topic!r}"))
        return False
    for each in handlers:
        try:
            _run(event, each, is_last=each is handlers[-1])
        except Exception as error:
            _note_failure(event, each, error)
            return False
    return True


def handle_several(event_ids: Sequence[int]) -> None:
    """One after the other, those that the relay handed over together. None waits long for those before it: what is not begun
    within `TOGETHER` is due again at once, for whoever is free; so it is when a worker is stopped, or the failure of one
    cannot be written down."""
    began = time.monotonic()
    for place, event_id in enumerate(event_ids):
        if place and time.monotonic() - began > TOGETHER.total_seconds():
            unclaim(list(event_ids[place:]))
            return
        try:
            handle(event_id)
        except BaseException:
            unclaim(list(event_ids[place + 1 :]))
            raise


@worded
def _event(key: int) -> QuerySet[OutboxEvent]:
    return OutboxEvent.objects.filter(pk=key)


def _run(event: OutboxEvent, each: Handler, *, is_last: bool) -> None:
    """The record comes first, in the transaction of the work: a second worker waits for it, and finds that there is nothing
    to do. Work that fails takes it back, also where something left the database (a mail): that may happen twice."""
    facts = {**event.context, "event": str(event.key), "handler": each.name}
    with pghistory.context(**facts), transaction.atomic():
        if _keeps(FINISHING if is_last else HANDLING, [event.pk, each.name]):
            each.function(event)


def _keeps(statement: str, values: list[Any]) -> bool:
    """Whether the statement wrote a row."""
    with keeping_cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.rowcount)


def _note_failure(event: OutboxEvent, each: Handler | None, error: Exception) -> None:
    """Tried again after 2, 4, 8 … seconds, then hourly; after MAX_ATTEMPTS it is given up and waits for a person."""
    attempts, name = event.attempts + 1, each.name if each else ""
    is_last = attempts >= MAX_ATTEMPTS
    log.error(
        "outbox.given_up" if is_last else "outbox.failed",
        event_id=event.pk,
        topic=event.topic,
        handler=name,
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
                f"{name}: {error!r}"[:4000],
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
    with keeping_cursor() as cursor:
        cursor.execute(CLAIMING, [LOST_AFTER.total_seconds(), limit])
        return sorted(key for (key,) in cursor.fetchall())


def unclaim(event_ids: list[int]) -> None:
    """The broker did not take them, or nobody began them: due again at once, but for those that somebody is at."""
    with transaction.atomic():
        idle = OutboxEvent.objects.filter(pk__in=event_ids, done_at__isnull=True).order_by("pk")
        free = list(idle.select_for_update(skip_locked=True).values_list("pk", flat=True))
        OutboxEvent.objects.filter(pk__in=free).update(handed_at=None)


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
