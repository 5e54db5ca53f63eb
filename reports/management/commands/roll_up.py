"""`manage.py roll_up`: makes the sums that are kept of the ledger's sales and payouts anew, month by month."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reports.domain import paid_months, rollups


class Command(BaseCommand):
    help = "Makes kept sums of sales and payouts anew from their lines: months that are out of date, or all of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="every month, not only what is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        made = rollups.renew(all_of_them=options["all"]) + paid_months.renew(all_of_them=options["all"])
        self.stdout.write(f"{made} months made anew")
