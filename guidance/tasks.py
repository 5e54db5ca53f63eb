"""Work that leaves the request or comes by itself: what the worker does for this floor."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from ground import outbox
from ground.models import OutboxEvent
from guidance.domain import briefing_rounds, mailing, registering, regulatory_telling, researching
from guidance.queries.mailing import CARRY


@shared_task(name="guidance.remind", ignore_result=True)
def remind() -> None:
    """Every hour of the day: remind research bodies of what is due."""
    researching.remind()


@shared_task(name="guidance.briefings", ignore_result=True)
def briefings() -> None:
    """Every five minutes: reminders, surveys of briefings that are over, and addresses that nobody confirmed."""
    briefing_rounds.remind()
    briefing_rounds.ask_surveys()
    registering.drop_unconfirmed()


@outbox.handler(regulatory_telling.MOVED)
def tell_moved(event: OutboxEvent) -> None:
    """A regulatory item has moved."""
    regulatory_telling.carry_moved(UUID(event.payload["step"]))


@outbox.handler(regulatory_telling.JOINED)
def tell_joined(event: OutboxEvent) -> None:
    """A regulatory item goes on as another one."""
    regulatory_telling.carry_joined(UUID(event.payload["item"]))


@outbox.handler(CARRY)
def carry_mailing(event: OutboxEvent) -> None:
    """Write the mails of a mailing to the companies that it is meant for."""
    mailing.carry(UUID(event.payload["mailing"]))
