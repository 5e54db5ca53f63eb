"""Celery: the clock's tick. Everything else is carried by the outbox."""

from __future__ import annotations

from celery import shared_task

from reports.domain import scheduling


@shared_task(name="reports.tick", ignore_result=True)
def tick() -> None:
    scheduling.tick()
