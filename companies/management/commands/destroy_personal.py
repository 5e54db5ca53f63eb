from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from companies import numbers
from companies.domain import destruction
from companies.models import Company
from ground.errors import RuleBroken


class Command(BaseCommand):
    help = "Blanks a company's personal data in the records and in their history; facts and totals stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--company", required=True, help="business number")
        parser.add_argument("--reason", required=True, help="without names: it stays")
        parser.add_argument("--by", required=True, help="e-mail of the manager or operator who decided it")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        company = Company.objects.filter(business_number=numbers.clean(options["company"])).first()
        if company is None:
            raise CommandError("No company has this business number.")
        person = User.objects.filter(email__iexact=options["by"]).first()
        if person is None:
            raise CommandError("Nobody signs in with the address after --by.")
        try:
            made = destruction.destroy(company, reason=options["reason"], by=person)
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
            self.stdout.write(json.dumps({"company": company.business_number, "destroyed": rows}))
            return
        for row in rows:
            self.stdout.write(
                f"{row['table']}: {', '.join(row['columns'])} of {row['records']} records,"
                f" {row['history_rows']} history rows"
            )
        if not rows:
            self.stdout.write("Nothing personal is left of this company.")
