from __future__ import annotations

import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from companies.tax_office_server import LocalTaxOffice


class Command(BaseCommand):
    help = "A made-up tax office for the demonstration: answers /status and /validate on 127.0.0.1."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8180)
        parser.add_argument(
            "--answers",
            type=Path,
            required=True,
            help="JSON: number → b_stt_cd, start_dt, p_nm, tax_type, end_dt",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            office = LocalTaxOffice(options["answers"], options["port"])
        except (OSError, OverflowError) as error:
            raise CommandError(f"Port {options['port']} cannot be used: {error}") from error
        signal.signal(signal.SIGTERM, _end)
        signal.signal(signal.SIGINT, _end)
        self.stdout.write(f"ready {office.address}/")
        self.stdout.flush()
        with office:
            office.serve_forever()


def _end(number: int, frame: Any) -> None:
    raise SystemExit(0)
