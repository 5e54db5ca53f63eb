"""`manage.py verify`: every stored or shown total once more from its lines; exit code 1 when one differs."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reports.domain.verifying import verify


class Command(BaseCommand):
    help = "Recomputes every stored or shown total by independent SQL, and checks history and file checksums. Reads only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        result = verify()
        if options["json"]:
            differences = [asdict(each) for each in result.differences]
            self.stdout.write(
                json.dumps({"checked": result.checked, "differences": differences}, ensure_ascii=False)
            )
        else:
            for each in result.differences:
                self.stdout.write(f"{each.check}: {each.record}: stated {each.stated}, found {each.found}")
            self.stdout.write(f"{result.checked} comparisons, {len(result.differences)} differences")
        if result.differences:
            sys.exit(1)
