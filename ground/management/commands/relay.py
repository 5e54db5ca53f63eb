"""`manage.py relay`: hands due outbox rows to Celery, for as long as it runs."""

from __future__ import annotations

import signal
import threading
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, connection

from ground import outbox, tasks

log = structlog.get_logger(__name__)

GATHERING = 0.2
"""Seconds after each handing over: what is published meanwhile goes along in one errand. The first one goes at once."""
AT_ONCE = 8
"""Pieces of work of one errand at most: carrying one takes as long as most of them."""


class Command(BaseCommand):
    help = "Hands due outbox rows to Celery."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="hand over what is due now, then end")

    def handle(self, *args: Any, once: bool = False, **options: Any) -> None:
        stop = threading.Event()
        if not once:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            try:
                handed = self.hand_over()
                if once:
                    return
                if handed:
                    stop.wait(GATHERING)
                else:
                    self.wait(stop)
            except OperationalError as error:
                if once:
                    raise
                log.warning("relay.database", error=str(error))
                connection.close()
                stop.wait(1)

    def hand_over(self) -> int:
        claimed = outbox.claim_due()
        for position in range(0, len(claimed), AT_ONCE):
            try:
                tasks.handle.apply_async(tuple(claimed[position : position + AT_ONCE]), retry=False)
            except Exception as error:  # the broker is down or frozen: every kind of error means "not taken"
                log.warning("relay.broker", error=repr(error))
                outbox.unclaim(claimed[position:])
                return 0
        return len(claimed)

    def wait(self, stop: threading.Event, seconds: float = 2.0) -> None:
        """Until somebody publishes, or some seconds."""
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {outbox.CHANNEL}")
        deadline = seconds
        while deadline > 0 and not stop.is_set():
            assert connection.connection is not None
            if list(connection.connection.notifies(timeout=0.5, stop_after=1)):
                return
            deadline -= 0.5
