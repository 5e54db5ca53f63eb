from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from companies.tax_office_server import LocalTaxOffice
from ground.offices import OfficeCommand


class Command(OfficeCommand):
    help = "A made-up tax office for the demonstration: answers /status and /validate on 127.0.0.1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--answers",
            type=Path,
            required=True,
            help="JSON: number → b_stt_cd, start_dt, p_nm, tax_type, end_dt",
        )

    def office(self, options: dict[str, Any]) -> LocalTaxOffice:
        return LocalTaxOffice(options["answers"], options["port"])
