"""`manage.py demo_people`: the demonstration's sign-ins."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext

from companies.numbers import pretty
from reports.demo.firms import SPARE
from reports.demo.people import PASSWORD, SIGN_INS


class Command(BaseCommand):
    help = "Prints who can sign in to the demonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"password of everybody: {PASSWORD}")
        for each in SIGN_INS:
            self.stdout.write(f"  {each.mail:26} {gettext(each.what)}")
        self.stdout.write(gettext("To register a company of your own, use one of these made-up ones:"))
        for firm in SPARE:
            self.stdout.write(
                f"  {pretty(firm.business_number)} {firm.opened_on} {firm.representative} {firm.name_ko}"
            )
