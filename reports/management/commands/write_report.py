"""`manage.py write_report`: the monthly report of a program as files in a folder, and as a stored run."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from ground.errors import RuleBroken
from ground.files import open_bytes
from programs.models import Program
from reports.domain import reporting
from reports.models import ReportFile


class Command(BaseCommand):
    help = (
        "Writes the report of a month. Made again from the same data by the same version it has the same checksums; the"
        " stored original never changes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--program", required=True, metavar="CODE")
        parser.add_argument("--period", required=True, metavar="YYYY-MM")
        parser.add_argument("--lang", choices=reporting.LANGUAGES, default="ko")
        parser.add_argument("--out", required=True, type=Path, metavar="DIR")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        program = Program.objects.select_related("agency").filter(code=options["program"]).first()
        if program is None:
            raise CommandError(
                _("There is no program with the code %(code)s.") % {"code": options["program"]}
            )
        try:
            period = dt.datetime.strptime(options["period"], "%Y-%m").date()  # noqa: DTZ007 — a month has no zone
        except ValueError:
            raise CommandError(
                _("%(period)s is not a month. Write it like 2025-09.") % {"period": options["period"]}
            ) from None
        try:
            run = reporting.write(program, period, languages=[options["lang"]])
        except RuleBroken as refused:
            raise CommandError(str(refused.sentence)) from None
        out: Path = options["out"]
        out.mkdir(parents=True, exist_ok=True)
        files = [
            self.put(out, each)
            for each in run.files.filter(language=options["lang"]).select_related("file").order_by("format")
        ]
        answer = {"run": str(run.pk), "data_sha256": run.data_sha256, "files": files}
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self.stdout.write(f"{run.pk}  {run.data_sha256}")
            for each in files:
                self.stdout.write(f"{each['sha256']}  {each['path']}")

    def put(self, out: Path, each: ReportFile) -> dict[str, str]:
        path = out / each.file.name
        with open_bytes(each.file) as stored:
            path.write_bytes(stored.read())
        return {"path": str(path), "format": each.format, "sha256": each.file.sha256}
