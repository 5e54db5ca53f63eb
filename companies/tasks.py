"""Work that leaves the request: what the worker does for this floor."""

from __future__ import annotations

from companies.domain import standing
from companies.models import Company
from ground import outbox
from ground.models import OutboxEvent


@outbox.handler(standing.CHECK)
def check_status(event: OutboxEvent) -> None:
    """Ask the tax office about the companies that the event names."""
    standing.check_status(Company.objects.filter(pk__in=event.payload["companies"]).order_by("pk"))
