from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import agencies
from accounts.models import User
from ground.errors import RuleBroken


class Command(BaseCommand):
    help = "Founds an agency and appoints its first manager, who gets a mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="short, capital letters and digits; it stays")
        parser.add_argument("name", help="the agency's Korean name")
        parser.add_argument("--name-en", default="", help="the agency's English name")
        parser.add_argument("--manager", required=True, help="e-mail of the first manager")
        parser.add_argument("--manager-name", default="", help="needed when the manager has no account yet")
        parser.add_argument("--by", required=True, help="e-mail of the operator who decided it")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email__iexact=options["by"]).first()
        if person is None:
            raise CommandError(_("Nobody signs in with the address after --by."))
        facts = {"code": options["code"], "name_ko": options["name"], "name_en": options["name_en"]}
        try:
            with transaction.atomic():
                agency = agencies.found(facts=facts, by=person)
                manager = agencies.appoint_manager(
                    agency, email=options["manager"], name=options["manager_name"], by=person
                )
        except RuleBroken as error:
            raise CommandError(str(error.sentence)) from error
        self.stdout.write(f"{agency.code} is founded; {manager.user.email} manages it and gets a mail.")
