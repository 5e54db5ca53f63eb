"""`manage.py scan_files`: files that passed before there was an antivirus scanner are looked into again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ground import quarantine
from ground.errors import RuleBroken


class Command(BaseCommand):
    help = "Has the scanner (NARU_CLAMD) look into every file that passed as not scanned; the worker does it."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(f"{quarantine.scan_again()} to be scanned")
        except RuleBroken as error:
            raise CommandError(str(error.sentence)) from None
