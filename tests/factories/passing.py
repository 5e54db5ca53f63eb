"""Files that wait for their check pass it, as they would a moment after they were handed in."""

from __future__ import annotations

from ground import quarantine
from ground.models import StoredFile


def all_pass() -> None:
    """Nothing is found in any file that waits."""
    for file in StoredFile.objects.filter(passage=StoredFile.Passage.QUARANTINE):
        quarantine.settle(file, None)


def passed(file: StoredFile) -> StoredFile:
    """Nothing is found in this one."""
    return quarantine.settle(file, None)
