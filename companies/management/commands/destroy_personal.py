from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.models import User
from companies import numbers
from companies.domain import destruction
from companies.models import Company, DestructionRecord
from ground.errors import RuleBroken


class Command(BaseCommand):
    help = "Blanks a company's or a person's personal data in the records and in their history; facts and totals stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--company", help="business number")
        whose.add_argument("--person", help="e-mail with which the person signs in")
        parser.add_argument("--reason", required=True, help="without names: it stays")
        parser.add_argument("--by", required=True, help="e-mail of the manager or operator who decided it")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.filter(email__iexact=options["by"]).first()
        if by is None:
            raise CommandError(_("Nobody signs in with the address after --by."))
        try:
            subject, made = self._destroy(options, by)
        except RuleBroken as error:
            raise CommandError(str(error.sentence)) from error
        rows = [
            {
                "table": each.subject,
                "columns": each.columns,
                "records": each.records,
                "history_rows": each.history_rows,
            }
            for each in made
        ]
        if options["json"]:
            self.stdout.write(json.dumps({**subject, "destroyed": rows}))
            return
        for row in rows:
            self.stdout.write(
                f"{row['table']}: {', '.join(row['columns'])} of {row['records']} records,"
                f" {row['history_rows']} history rows"
            )
        if not rows:
            self.stdout.write(_("Nothing personal is left."))

    def _destroy(self, options: dict[str, Any], by: User) -> tuple[dict[str, str], list[DestructionRecord]]:
        if options["person"]:
            person = User.objects.filter(email__iexact=options["person"]).first()
            if person is None:
                raise CommandError(_("Nobody signs in with the address after --person."))
            return {"person": str(person.pk)}, destruction.destroy_person(
                person, reason=options["reason"], by=by
            )
        company = Company.objects.filter(business_number=numbers.clean(options["company"])).first()
        if company is None:
            raise CommandError(_("No company has this business number."))
        return {"company": company.business_number}, destruction.destroy(
            company, reason=options["reason"], by=by
        )
