"""Celery carries event ids; everything else is in the database. Once a night it tidies up."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from celery import shared_task
from django.core.management import call_command

from ground import outbox
from ground.models import OutboxEvent

log = structlog.get_logger(__name__)


@shared_task(name="ground.handle", ignore_result=True)
def handle(*event_ids: int) -> None:
    outbox.handle_several(event_ids)


@shared_task(name="ground.tidy", ignore_result=True)
def tidy() -> None:
    """Every night: bytes of uploads that no record knows and sessions that ran out are removed; work that was given up
    is said in the log. A job that fails leaves the others alone and comes again the next night."""
    for job in TIDYING:
        try:
            job()
        except Exception as error:
            log.error("tidy.failed", job=job.__name__, exc_info=error)


def sweep_files() -> None:
    call_command("sweep_files")


def clear_sessions() -> None:
    call_command("clearsessions")


def say_given_up() -> None:
    if count := OutboxEvent.objects.given_up().count():
        log.error("outbox.given_up", count=count)


TIDYING: list[Callable[[], None]] = [sweep_files, clear_sessions, say_given_up]
