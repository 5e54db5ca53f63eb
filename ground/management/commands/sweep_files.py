"""`manage.py sweep_files`: removes stored bytes that no record knows (a cut upload, a failed transaction, bytes that a
copy replaced or that were to be removed when the process ended), and the working folders of processes that were killed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
from collections.abc import Iterator
from typing import Any

from django.core.files.storage import Storage, storages
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from ground.files import WORKING_FOLDER, working_place
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
    help = "Removes stored bytes that no record knows and left working folders, older than a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than-hours", type=int, default=24)

    def handle(self, *args: Any, older_than_hours: int, **options: Any) -> None:
        storage = storages["private"]
        # The file system's own times: an upload under way must not be swept, whatever the demonstration's clock shows.
        limit = dt.datetime.now(dt.UTC) - dt.timedelta(hours=older_than_hours)
        swept = 0
        for path in paths(storage):
            if StoredFile.objects.filter(path=path, removed_at__isnull=True).exists():
                continue
            changed = storage.get_modified_time(path)
            if (changed if timezone.is_aware(changed) else timezone.make_aware(changed)) < limit:
                storage.delete(path)
                swept += 1
        for folder in working_place().glob(f"{WORKING_FOLDER}*"):
            with contextlib.suppress(FileNotFoundError):  # its worker has just removed it
                if dt.datetime.fromtimestamp(folder.stat().st_mtime, dt.UTC) < limit:
                    shutil.rmtree(folder, ignore_errors=True)
                    swept += 1
        self.stdout.write(f"{swept} swept")
