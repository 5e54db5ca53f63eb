"""`manage.py group_lines`: the rows of the ledger behind a product group's figure in a written report, as CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from companies.models import ProductGroup
from ground.errors import RuleBroken
from reports.domain import group_lists
from reports.models import ReportRun


class Command(BaseCommand):
    help = (
        "Writes the rows behind a product group's figure in a written report, as they stood then and by what companies had stated then,"
        " with file and row. Their won add up to the figure."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", help="the report's key, as in its address")
        parser.add_argument("--group", required=True, choices=["", *ProductGroup.values], metavar="CODE")
        parser.add_argument("--currency", required=True, metavar="CODE")
        parser.add_argument("--out", required=True, type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = ReportRun.objects.select_related("program").filter(pk=options["run"]).first()
        except ValidationError:
            run = None
        if run is None:
            raise CommandError(
                _("There is no written report with the key %(key)s.") % {"key": options["run"]}
            )
        try:
            group_lists.require_kept(run)
        except RuleBroken as refused:
            raise CommandError(str(refused.sentence)) from refused
        group_lists.to_csv(run, options["group"], options["currency"], options["out"])
        self.stdout.write(str(options["out"]))
