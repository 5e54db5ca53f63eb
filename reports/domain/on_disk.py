"""Stored files as files of their own that the sandboxed reader can open."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from ground import files
from ground.errors import RuleBroken
from ground.models import StoredFile


@contextlib.contextmanager
def working_folder() -> Iterator[Path]:
    """A folder that goes with its end, where other processes of the installation can read."""
    with tempfile.TemporaryDirectory(prefix=files.WORKING_FOLDER, dir=files.working_place()) as folder:
        yield Path(folder)


@contextlib.contextmanager
def on_disk(file: StoredFile, *, meanwhile: bool = False) -> Iterator[Path]:
    """The stored bytes under a name of their own that the sandboxed reader can open, wherever the store keeps them: they stay there
    until the end, also when the store lets go of them.

    `RuleBroken('file_changed')` when they are not the bytes that were stored: before anybody reads them, or `meanwhile`, for who keeps
    nothing that was read unless the end comes well; at the end also when somebody wrote them over while they were read.
    """
    files.require_passed(file)
    sha256 = file.sha256  # the caller may store other bytes meanwhile
    with (
        files.unchecked_path(file) as stored,
        working_folder() as folder,
        ThreadPoolExecutor(1) as beside,
    ):
        path = folder / "upload"
        try:
            path.hardlink_to(stored)
        except OSError:  # not in the same file system
            shutil.copyfile(stored, path)
        stood = _stamp(path)
        digest = beside.submit(_sha256, path)

        def check() -> None:
            if digest.result() != sha256 or _stamp(path) != stood:
                raise RuleBroken(
                    "file_changed", _("The stored file is not the one that was uploaded. Upload it again.")
                )

        if not meanwhile:
            check()
        try:
            yield path
        finally:
            check()


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
