"""`manage.py write_guide PROGRAM --country VN`: the booklet of the newest edition as a file, the bytes that everybody downloads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from ground.files import open_bytes
from guidance.domain import editions
from guidance.models import Booklet
from guidance.printing.booklet import LANGUAGES
from guidance.queries.guide_content import version_of
from programs.models import Program

ALL = "all"


class Command(BaseCommand):
    help = "Writes the booklet of a country's newest edition, or of all countries (--country all), into a folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("program", help="the program's code, for example STRATEGY-5C-2015")
        parser.add_argument("--country", required=True, help="two letters, for example VN, or all")
        parser.add_argument("--lang", choices=LANGUAGES, default="ko")
        parser.add_argument("--out", required=True, type=Path, metavar="DIR")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        program = Program.objects.filter(code=options["program"]).first()
        if program is None:
            raise CommandError(
                _("There is no program with the code %(code)s.") % {"code": options["program"]}
            )
        country = options["country"]
        found = list(editions.newest(program).with_withdrawn())
        if country != ALL:
            found = [each for each in found if each.country_id == country.upper()]
        if not found:
            raise CommandError(
                _("%(code)s has no guide yet: publish an edition first.") % {"code": program.code}
                if country == ALL
                else _("%(code)s has no guide for %(country)s yet: publish an edition first.")
                % {"code": program.code, "country": country}
            )
        if withheld := [each.version for each in found if each.says_withdrawn]:
            raise CommandError(
                _(
                    "%(code)s: the guide in version %(versions)s says something that was withdrawn, so it is not written. Publish its next edition first."
                )
                % {"code": program.code, "versions": ", ".join(withheld)}
            )
        version = version_of([each.content for each in found])
        row = Booklet.objects.select_related("file").get(
            program=program, version=version, language=options["lang"]
        )
        out: Path = options["out"]
        try:
            out.mkdir(parents=True, exist_ok=True)
            path = out / row.file.name
            with open_bytes(row.file) as stored:
                path.write_bytes(stored.read())
        except OSError as error:
            raise CommandError(
                _("The file cannot be written: %(why)s") % {"why": error.strerror or error}
            ) from error
        files = [{"path": str(path), "format": "pdf", "sha256": row.file.sha256}]
        if options["json"]:
            self.stdout.write(json.dumps({"version": version, "files": files}, ensure_ascii=False))
            return
        self.stdout.write(version)
        for each in files:
            self.stdout.write(f"{each['sha256']}  {each['path']}")
