"""`manage.py screen CALL`: take every criterion of a call's applications; read only once the call is decided."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ground.audit import because
from programs.domain import screening
from programs.models import Call
from programs.queries import ends
from programs.queries.screening import Case, as_json, cases


class Command(BaseCommand):
    help = "Take every criterion for the applications of a call and print the answers (met, not_met, look)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("call", help="the call's code, for example SBA-MELI-CL-2025-1")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        call = Call.objects.filter(code=options["call"]).first()
        if call is None:
            raise CommandError(_("There is no call with the code %(code)s.") % {"code": options["call"]})
        if call.decided_at is None and call.cancelled_at is None:
            with because(screening.BY_COMMAND):
                screening.screen_call(call, by=None)
        rows = call.applications.select_related("company").order_by("receipt", "created_at")
        if options["json"]:
            found = cases(call, applications=rows)
            self.stdout.write(json.dumps(as_json(found, call), ensure_ascii=False))
            return
        self._print(call, cases(call, applications=ends.with_end(rows)))

    def _print(self, call: Call, found: list[Case]) -> None:
        self.stdout.write(f"{call.code} {call}")
        if call.decided_at is not None:
            self.stdout.write(_("The call is decided: this is what was stored; nothing was taken again."))
        if not found:
            self.stdout.write(_("Nobody has applied."))
            return
        for case in found:
            row = case.application
            self.stdout.write("")
            self.stdout.write(
                f"{row.receipt or '–'}  {row.company.pretty_number}  {row.company}"
                f"  [{case.status_word}]  {case.outcome_label}"
            )
            for line in case.lines:
                self.stdout.write(f"    {line.criterion.code:<16} {line.outcome_label}  {line.reason}")
        self.stdout.write("")
        self.stdout.write(
            ngettext("%(count)d application", "%(count)d applications", len(found)) % {"count": len(found)}
        )
