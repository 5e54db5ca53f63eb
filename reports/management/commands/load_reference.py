"""`manage.py load_reference`: shipped code lists, idempotent."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from ground import reference
from programs import reference as programs_reference


class Command(BaseCommand):
    help = "Loads the shipped code lists (countries, currencies, provinces, industries, holidays, platforms, markets)."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        loaded = {**reference.load(), **programs_reference.load()}
        self.stderr.write(", ".join(f"{name} {count}" for name, count in loaded.items()))
