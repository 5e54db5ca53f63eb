"""Stored files: the bytes are those whose checksum stands in the record, and what was removed is gone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.core.files.storage import storages

from ground.files import unchecked_bytes
from ground.models import StoredFile
from reports.domain.verifying.result import Difference


def stored() -> Iterator[Difference | int]:
    for file in StoredFile.objects.order_by("created_at", "pk").iterator():
        yield 1
        what = f"{file.kind} {file.pk} {file.name}"
        if file.removed_at is not None:
            if storages["private"].exists(file.path):
                yield Difference("file", what, "removed", "still there")
            continue
        try:
            with unchecked_bytes(file) as stream:
                digest = hashlib.sha256()
                while chunk := stream.read(1 << 20):
                    digest.update(chunk)
            found = digest.hexdigest()
        except OSError as error:
            found = type(error).__name__
        if found != file.sha256:
            yield Difference("file", what, file.sha256, found)
