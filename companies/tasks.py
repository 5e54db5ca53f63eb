"""Work that leaves the request: what the worker does for this floor."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from companies.domain import mailing, registration, standing
from companies.models import Company
from ground import forgetting, outbox
from ground.models import OutboxEvent


@outbox.handler(standing.CHECK)
def check_status(event: OutboxEvent) -> None:
    """Ask the tax office about the companies that the event names."""
    standing.check_status(Company.objects.filter(pk__in=event.payload["companies"]).order_by("pk"))


@outbox.handler(registration.ASK)
def ask_about_claim(event: OutboxEvent) -> None:
    """Ask the tax office again about a claim that it left without an answer."""
    registration.ask_again(UUID(event.payload["claim"]))


@outbox.handler(mailing.CARRY)
def carry_letter(event: OutboxEvent) -> None:
    """Write an agency's letter to the companies that it is meant for."""
    mailing.carry(UUID(event.payload["letter"]))


@shared_task(name="companies.forget", ignore_result=True)
def forget() -> None:
    """Every night: wipe what goes by age."""
    forgetting.forget()
