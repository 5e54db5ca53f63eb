"""`manage.py demo_clock 2025-11-17T10:00`: moves the demonstration's clock (Seoul time). Needs the owner's rights."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ground import clock


class Command(BaseCommand):
    help = "Moves the demonstration's clock to an instant of Seoul time; from there it runs on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("instant", help="for example 2025-11-17T10:00")

    def handle(self, *args: Any, instant: str, **options: Any) -> None:
        if not settings.IS_DEMONSTRATION:
            raise CommandError("Only the demonstration's clock can be moved (NARU_DEMO=1).")
        try:
            moment = dt.datetime.fromisoformat(instant)
        except ValueError as error:
            raise CommandError(f"{instant} is no instant; write for example 2025-11-17T10:00.") from error
        clock.move_to(moment if moment.tzinfo else moment.replace(tzinfo=clock.SEOUL))
        self.stdout.write(f"{clock.now().astimezone(clock.SEOUL):%Y-%m-%d %H:%M} (Seoul)")
