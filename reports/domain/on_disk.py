"""Stored files as files of their own that the sandboxed reader can open."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from ground import files
from ground.errors import RuleBroken
from ground.files import open_bytes
from ground.models import StoredFile


@contextlib.contextmanager
def working_folder() -> Iterator[Path]:
    """A folder that goes with its end, where other processes of the installation can read."""
    with tempfile.TemporaryDirectory(prefix=files.WORKING_FOLDER, dir=files.working_place()) as folder:
        yield Path(folder)


@contextlib.contextmanager
def on_disk(file: StoredFile) -> Iterator[Path]:
    """The stored bytes as a file of its own that the sandboxed reader can open, wherever the store keeps them.

    `RuleBroken('file_changed')` when they are not the bytes that were stored.
    """
    digest = hashlib.sha256()
    with working_folder() as folder:
        path = folder / "upload"
        with open_bytes(file) as source, path.open("wb") as target:
            while chunk := source.read(1 << 20):
                digest.update(chunk)
                target.write(chunk)
        if digest.hexdigest() != file.sha256:
            raise RuleBroken(
                "file_changed", _("The stored file is not the one that was uploaded. Upload it again.")
            )
        yield path
