"""Celery carries event ids; everything else is in the database."""

from __future__ import annotations

from celery import shared_task

from ground import outbox


@shared_task(name="ground.handle", ignore_result=True)
def handle(event_id: int) -> None:
    outbox.handle(event_id)
