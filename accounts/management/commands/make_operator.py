from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.domain import people
from ground.errors import RuleBroken


class Command(BaseCommand):
    help = "Gives a person the operator's mark; who has no account gets one and a link to set a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="needed when the person has no account yet")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            person = people.make_operator(options["email"], name=options["name"])
        except RuleBroken as error:
            raise CommandError(str(error.sentence)) from error
        self.stdout.write(f"{person.email} is an operator of this installation.")
        if not people.can_sign_in(person):
            self.stdout.write(
                f"Set a password with this link, once and within three days:\n{people.password_link(person)}"
            )
