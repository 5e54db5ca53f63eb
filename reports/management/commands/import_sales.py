"""`manage.py import_sales`: one file into the ledger, here and now, without worker or broker."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from ground import outbox
from ground.errors import RuleBroken
from ground.models import OutboxEvent
from ground.words import plain
from programs.models import Program, Store
from reports.domain import importing
from reports.domain.own_stores import own_store
from reports.files.detect import KNOWN
from reports.models import ImportBatch

EXTRA = ("rows", "accepted", "rejected", "duplicate", "replaced", "unmatched", "totals", "by_company")


class Command(BaseCommand):
    help = (
        "Imports a sales or payout file. With --json one object goes to standard output; a refused file leaves it"
        " empty, says why on standard error and ends with exit code 1. Rejected rows leave the exit code 0."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--program", required=True, metavar="CODE")
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--store", metavar="CODE")
        whose.add_argument(
            "--company",
            metavar="BUSINESS_NUMBER",
            help="a store whose every line is this company's, made on first use",
        )
        parser.add_argument(
            "--profile", metavar="NAME", help=f"found by the headings if not given: {', '.join(KNOWN)}"
        )
        origin = parser.add_mutually_exclusive_group()
        origin.add_argument(
            "--from-platform",
            action="store_true",
            help="the platform itself handed the file over; else it counts as uploaded by the agency",
        )
        origin.add_argument(
            "--from-api", action="store_true", help="a JSON file that the platform's API answered"
        )
        parser.add_argument(
            "--note", metavar="TEXT", default="", help="how and when the platform handed it over or answered"
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            batch = self.run_import(**options)
        except RuleBroken as refused:
            raise CommandError(str(refused.sentence)) from None
        if batch.state == ImportBatch.State.REFUSED:
            raise CommandError(plain(batch, "refusal"))
        answer: dict[str, Any] = {"batch": str(batch.pk), "profile": batch.profile}
        answer |= {name: getattr(batch, name) for name in EXTRA}
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            for name, value in answer.items():
                self.stdout.write(f"{name}: {value}")

    def run_import(
        self,
        *,
        file: Path,
        program: str,
        store: str | None,
        company: str | None,
        profile: str | None,
        from_platform: bool,
        from_api: bool,
        note: str,
        **rest: Any,
    ) -> ImportBatch:
        of = Program.objects.filter(code=program).first()
        if of is None:
            raise CommandError(_("There is no program with the code %(code)s.") % {"code": program})
        if not file.is_file():
            raise CommandError(_("There is no file %(file)s.") % {"file": file})
        with transaction.atomic():
            if company:
                into = own_store(of, company)
            else:
                found = Store.objects.filter(agency=of.agency_id, code=store).first()
                if found is None:
                    raise CommandError(
                        _("The agency of %(program)s has no store with the code %(store)s.")
                        % {"program": program, "store": store}
                    )
                into = found
            with file.open("rb") as stream:
                kept = importing.keep(File(stream, name=file.name))
            grade = (
                ImportBatch.Grade.API
                if from_api
                else ImportBatch.Grade.PLATFORM
                if from_platform
                else ImportBatch.Grade.AGENCY
            )
            batch = importing.stage(kept, of, into, None, grade, profile, origin_note=note)
        self.carry_out(importing.READ, batch)
        batch.refresh_from_db()
        if batch.state == ImportBatch.State.PREVIEW and not batch.accepted:
            importing.cancel(batch, by=None)
        elif batch.state == ImportBatch.State.PREVIEW:
            importing.confirm(batch, by=None)
            self.carry_out(importing.IMPORT, batch)
            batch.refresh_from_db()
        return batch

    def carry_out(self, topic: str, batch: ImportBatch) -> None:
        """Do the outbox's work here; a worker that takes the same event waits for it and finds it done."""
        for event in OutboxEvent.objects.filter(topic=topic, payload__batch=str(batch.pk)):
            if not outbox.handle(event.pk):
                event.refresh_from_db()
                raise CommandError(f"{topic} failed: {event.last_error}")
