"""Who may read the files of this floor."""

from __future__ import annotations

from typing import Any

from ground import files
from ground.models import StoredFile
from guidance.models import Finding, FindingFile


@files.gate
def file_of_finding(user: Any, file: StoredFile) -> bool:
    """The body whose finding it is, and staff of the program's agencies once it was handed in."""
    seen = Finding.objects.visible_to(user)
    return FindingFile.objects.filter(file=file, removed_at__isnull=True, finding__in=seen).exists()
