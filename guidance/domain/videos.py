"""Videos of guides (안내 영상): shown with captions and transcript, or not at all."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground import clock, files
from ground.errors import RuleBroken
from ground.models import StoredFile
from guidance.domain import captions
from guidance.models import GuideVideo
from programs.models import Program
from programs.permissions import require_service


def save(video: GuideVideo, *, by: User, upload: Any = None) -> GuideVideo:
    """Show a video on the page of a country's guide, or change what is said of it. An uploaded file is shown once it has
    passed its check; it takes the place of an earlier one, whose bytes go.

    Refused: `not_your_agency`, `other_program`, `withdrawn`, and as `check` and `files.keep` say. Locks the video.
    """
    with transaction.atomic():
        program = Program.objects.select_related("agency").get(pk=video.program_id)
        require_service(by, program.agency)
        if not video._state.adding:
            row = GuideVideo.objects.select_for_update(of=("self",)).get(pk=video.pk)
            _require_shown(row)
            if row.program_id != program.pk:
                raise RuleBroken("other_program", _("A video stays with its program."), ("program",))
        check(video, has_file=upload is not None or video.file_id is not None)
        if upload is not None:
            earlier = video.file
            video.file = files.keep(
                upload, kind=StoredFile.Kind.PAPER, accepted=files.VIDEOS, limit=files.VIDEO_LIMIT
            )
            if earlier is not None:
                files.remove_bytes(earlier)
        video.agency = program.agency
        video.save()
    return video


def check(video: GuideVideo, *, has_file: bool = False) -> None:
    """Whether the video can be shown. Refused: `one_source` (an address and a file, or neither), `address` (no https
    address), `texts_missing` (captions or transcript of a
    language that it is offered in; Korean always is), `captions` (no WebVTT)."""
    if bool(video.address) == has_file:
        raise RuleBroken("one_source", _("Give either an address on the channel or a file."), ("address",))
    parts = urlsplit(video.address)
    if not has_file and (parts.scheme != "https" or not parts.hostname or parts.username):
        raise RuleBroken("address", _("The address begins with https://"), ("address",))
    for lang in ("ko", "en"):
        said, told = getattr(video, f"captions_{lang}").strip(), getattr(video, f"transcript_{lang}").strip()
        if lang == "en" and not said and not told:
            continue
        if not said or not told:
            raise RuleBroken(
                "texts_missing",
                _("Captions and transcript belong together in each language, and Korean is needed."),
                (f"transcript_{lang}" if said else f"captions_{lang}",),
            )
        captions.cues(said, f"captions_{lang}")


def withdraw(video: GuideVideo, *, by: User) -> GuideVideo:
    """Show the video no more. Refused: `not_your_agency`, `withdrawn`. Locks the video."""
    with transaction.atomic():
        row: GuideVideo = (
            GuideVideo.objects.select_for_update(of=("self",)).select_related("agency").get(pk=video.pk)
        )
        require_service(by, row.agency)
        _require_shown(row)
        row.withdrawn_at = clock.now()
        row.save(update_fields=["withdrawn_at"])
    return row


def _require_shown(row: GuideVideo) -> None:
    if row.withdrawn_at is not None:
        raise RuleBroken("withdrawn", _("This video was withdrawn. Add it anew."))
