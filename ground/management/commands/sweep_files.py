"""`manage.py sweep_files`: removes stored bytes whose record was never committed (a cut upload, a failed transaction)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.core.files.storage import Storage, storages
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from ground.models import StoredFile


def paths(storage: Storage, folder: str = "") -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        yield f"{folder}/{name}".lstrip("/")
    for name in folders:
        yield from paths(storage, f"{folder}/{name}".lstrip("/"))


class Command(BaseCommand):
    help = "Removes stored bytes that no record knows, older than a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than-hours", type=int, default=24)

    def handle(self, *args: Any, older_than_hours: int, **options: Any) -> None:
        storage = storages["private"]
        # The file system's own times: an upload under way must not be swept, whatever the demonstration's clock shows.
        limit = dt.datetime.now(dt.UTC) - dt.timedelta(hours=older_than_hours)
        swept = 0
        for path in paths(storage):
            if StoredFile.objects.filter(path=path).exists():
                continue
            changed = storage.get_modified_time(path)
            if (changed if timezone.is_aware(changed) else timezone.make_aware(changed)) < limit:
                storage.delete(path)
                swept += 1
        self.stdout.write(f"{swept} swept")
