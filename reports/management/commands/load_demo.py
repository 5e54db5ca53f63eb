"""`manage.py load_demo`: the demonstration, once. It does nothing the second time."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reports.demo import applying, story


class Command(BaseCommand):
    help = "Loads the demonstration: made-up people, companies and sales of one program, from the notice to the reports."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("The demonstration is not for production.")
        began = time.monotonic()

        def say(what: str) -> None:
            self.stderr.write(f"demonstration {time.monotonic() - began:5.1f} s: {what}")

        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        applying.write_answers(settings.DATA_DIR / applying.ANSWERS)
        if story.load(say):
            say("done")
        else:
            self.stderr.write("The demonstration is there already.")
