"""Work that leaves the request: what the worker does for this floor."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from celery import shared_task
from django.db import transaction

from ground import outbox
from ground.models import OutboxEvent
from ground.tasks import TIDYING
from programs.domain import (
    announcing,
    asking_anew,
    correction,
    ending,
    ending_soon,
    holding,
    keeping,
    keeping_ahead,
)

TIDYING += [keeping.forget_kept, holding.forget_unnamed]


@outbox.handler(announcing.OPENED)
def announce_call(event: OutboxEvent) -> None:
    """Write to the companies that a call fits, once it is open."""
    announcing.announce(UUID(event.payload["call"]))


@outbox.handler(announcing.EXTENDED)
def announce_extension(event: OutboxEvent) -> None:
    """Tell those without an application of a later closing."""
    announcing.tell_of_extension(
        UUID(event.payload["call"]), dt.datetime.fromisoformat(event.payload["closes_at"])
    )


@outbox.handler(keeping_ahead.SAVED)
def keep_ahead_of_call(event: OutboxEvent) -> None:
    """After the event's transaction, for what is kept is read in one of its own; a lost one is made up for by `keep_ahead`."""
    key = UUID(event.payload["call"])
    transaction.on_commit(partial(keeping_ahead.keep_ahead, key), robust=True)


@shared_task(name="programs.keep_ahead", ignore_result=True)
def keep_ahead() -> None:
    """Every few minutes: whoever prepares a call finds kept what its criteria say of the register, whoever screens one which
    answers hold."""
    keeping_ahead.keep_ahead()
    keeping_ahead.hold_ahead()


@shared_task(name="programs.remind", ignore_result=True)
def remind() -> None:
    """Every hour of the day: remind of corrections that are awaited."""
    correction.remind()


@shared_task(name="programs.remind_ends", ignore_result=True)
def remind_ends() -> None:
    """Every hour of the day: remind of agreed ends that are near. Apart from corrections, so that neither stops the other."""
    ending_soon.remind()


@shared_task(name="programs.ask_anew", ignore_result=True)
def ask_anew() -> None:
    """Every night: ask the tax office about companies whose answer is too old for what they applied for."""
    asking_anew.ask_ahead()


@shared_task(name="programs.end_agreements", ignore_result=True)
def end_agreements() -> None:
    """Every hour: end the agreements whose agreed last day is over."""
    ending.end_due()
