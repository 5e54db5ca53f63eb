"""`manage.py rank_markets PROGRAM`: the ranking of a program's choice of countries: the decided one as it stood, else the newest."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from programs.queries import country_choice


class Command(BaseCommand):
    help = "Print the ranking of the candidate countries, what each indicator adds, and how firm the first ones are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("program", help="the program's code, for example STRATEGY-5C-2015")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        choice = country_choice.of_program(options["program"])
        found = None if choice is None else country_choice.table(choice)
        if choice is None or found is None:
            raise CommandError(
                _("%(code)s has no choice of countries with indicators and candidates.")
                % {"code": options["program"]}
            )
        if options["json"]:
            self.stdout.write(json.dumps(country_choice.brief(found), ensure_ascii=False))
            return
        self.stdout.write(f"{options['program']} {choice} [{choice.get_state_display()}]")
        for row in found["countries"]:
            if row["rank"] is None:
                lacking = ", ".join(country_choice.missing(row))
                self.stdout.write(
                    f"  –  {row['code']}  " + _("not ranked, missing: %(what)s") % {"what": lacking}
                )
                continue
            mark = "*" if row["code"] in found["chosen"] else " "
            parts = "  ".join(f"{part['indicator']} {part['points'] or '–'}" for part in row["parts"])
            self.stdout.write(
                f"{row['rank']:>3}{mark} {row['code']}  {row['score']:>8}  {float(row['stays']):>6.1%}  {parts}"
            )
        above = _(
            "%(indicator)s: above a weight of %(at)s (now %(now)s) %(enters)s comes in and %(leaves)s drops out"
        )
        below = _(
            "%(indicator)s: below a weight of %(at)s (now %(now)s) %(enters)s comes in and %(leaves)s drops out"
        )
        for pivot in found["pivots"]:
            self.stdout.write(
                (above if pivot["is_up"] else below)
                % {
                    "indicator": pivot["indicator"], "at": pivot["from_weight"], "now": pivot["weight"],
                    "enters": ", ".join(pivot["enters"]) or "–", "leaves": ", ".join(pivot["leaves"]) or "–",
                }
            )  # fmt: skip
