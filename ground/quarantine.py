"""Quarantine: nobody reads what was handed in before it was looked into in the sandbox and by the antivirus scanner.

The outbox asks in the background and asks again until both have answered; a scanner that is silent leaves the file where it
is. Where no scanner is set up, a file that the sandbox finds in order passes as "not scanned", never as clean; once there is
one, those files are looked into again (`scan_again`) and stay readable until they are refused. Of what is refused the bytes are removed; name, size, SHA-256 and what was found stay in the record.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ground import antivirus, clock, files, letters, outbox
from ground.errors import RuleBroken
from ground.inspection import findings
from ground.inspection.child import finding_in
from ground.models import OutboxEvent, StoredFile
from ground.worded import worded

log = structlog.get_logger(__name__)

Passage = StoredFile.Passage

KINDS = {
    str(files.PDF.content_type): "pdf", str(files.PNG.content_type): "png", str(files.JPEG.content_type): "jpeg",
    str(files.HWP.content_type): "hwp", str(files.HWPX.content_type): "hwpx",
    str(files.DOCX.content_type): "docx", str(files.XLSX.content_type): "xlsx",
    str(files.MP4.content_type): "mp4", str(files.WEBM.content_type): "webm",
}  # fmt: skip

SCANNED_PER_SECOND = 4 * files.MEGABYTE
"""What the scanner may at least be expected to read."""

Hook = Callable[[StoredFile], bool]
_hooks: list[Hook] = []


def when_refused(hook: Hook) -> Hook:
    """Register what follows when a file is refused: floors above say it for the records their files hang on. True: this
    was it. When nobody says so, whoever handed it in gets a letter."""
    if hook not in _hooks:
        _hooks.append(hook)
    return hook


@outbox.handler(files.CHECK)
def check(event: OutboxEvent) -> None:
    """Look into a file in quarantine and settle what becomes of it. `antivirus.Silence`: asked again later."""
    open_to = {Passage.QUARANTINE, *([Passage.UNSCANNED] if settings.NARU_CLAMD else [])}
    file = _locked.first(UUID(event.payload["file"]))
    if file is None or file.passage not in open_to:
        return
    found, signature = _found_in(file)
    handed_in_by = event.payload.get("handed_in_by") or event.context.get("user")
    settle(file, found, signature=signature, handed_in_by=handed_in_by)


@worded
def _locked(key: UUID) -> QuerySet[StoredFile]:
    kept = StoredFile.objects.filter(pk=key, removed_at__isnull=True)
    return kept.select_for_update(of=("self",), no_key=True)


def scan_again() -> int:
    """Every file that passed without a scanner is to be looked into again, with the one that there is now; returns how
    many. Who handed them in is known for as long as the contexts of work are kept. Refused: `no_scanner`."""
    if not settings.NARU_CLAMD:
        raise RuleBroken("no_scanner", _("No antivirus scanner is set up (NARU_CLAMD)."))
    givers = {
        event.payload["file"]: event.context.get("user")
        for event in OutboxEvent.objects.filter(topic=files.CHECK).order_by("-id").iterator()
    }
    with transaction.atomic():
        unscanned = StoredFile.objects.filter(passage=Passage.UNSCANNED, removed_at__isnull=True)
        found = [str(key) for key in unscanned.order_by("created_at", "pk").values_list("pk", flat=True)]
        for key in found:
            outbox.publish(files.CHECK, {"file": key, "handed_in_by": givers.get(key)})
    return len(found)


def _found_in(file: StoredFile) -> tuple[str | None, str]:
    with files.unchecked_path(file) as path:
        found = finding_in(path, KINDS[file.content_type])
        if found is not None or not settings.NARU_CLAMD:
            return found, ""
        with path.open("rb") as stream:
            patience = antivirus.TIMEOUT + file.size / SCANNED_PER_SECOND
            verdict = antivirus.scan(stream, settings.NARU_CLAMD, timeout=patience)
    return (None, "") if verdict.is_clean else (findings.VIRUS, verdict.signature)


def settle(
    file: StoredFile, found: str | None, *, signature: str = "", handed_in_by: str | None = None
) -> StoredFile:
    """The file passes, or is refused for what was found: its bytes go, and what hangs on it is told.

    Whether a scanner was asked follows from the settings: without one the file passes as not scanned.
    """
    with transaction.atomic(savepoint=False):
        file.checked_at = clock.now()
        if found is None:
            file.passage = Passage.CLEAN if settings.NARU_CLAMD else Passage.UNSCANNED
            file.save(update_fields=["passage", "checked_at"])
            return file
        file.passage, file.finding, file.signature = Passage.REFUSED, found, signature
        file.save(update_fields=["passage", "checked_at", "finding", "signature"])
        files.remove_bytes(file)
        log.warning("file.refused", file=str(file.pk), kind=file.kind, finding=found, signature=signature)
        if not any(hook(file) for hook in _hooks):
            _tell(file, handed_in_by)
    return file


def _tell(file: StoredFile, handed_in_by: str | None) -> None:
    reader = (
        get_user_model().objects.filter(pk=handed_in_by, is_active=True).first() if handed_in_by else None
    )
    if reader is not None:
        letters.write(reader, "file_refused", {"file": file, "why": file.why_refused})
