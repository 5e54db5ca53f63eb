"""Work that leaves the request: what the worker does for this floor."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from ground import outbox
from ground.models import OutboxEvent
from ground.tasks import TIDYING
from programs.domain import announcing, correction, keeping

TIDYING.append(keeping.forget_kept)


@outbox.handler(announcing.OPENED)
def announce_call(event: OutboxEvent) -> None:
    """Write to the companies that a call fits, once it is open."""
    announcing.announce(UUID(event.payload["call"]))


@shared_task(name="programs.remind", ignore_result=True)
def remind() -> None:
    """Every hour of the day: remind of corrections that are awaited."""
    correction.remind()
