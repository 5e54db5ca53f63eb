"""What staff say of a video."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ground import files
from ground.errors import RuleBroken
from guidance.domain import videos
from guidance.models import GuideVideo
from programs.admin.parts import UploadWidget, WithFileForm

TEXTS = ("address", "captions_ko", "transcript_ko", "captions_en", "transcript_en")


class VideoForm(WithFileForm):
    """Whether it can be shown the verb's own check says, beside the field."""

    accepted = files.VIDEOS
    limit = files.VIDEO_LIMIT

    address = forms.URLField(
        label=_("address on the agency’s channel"), max_length=500, required=False, assume_scheme="https",
        help_text=_("Begins with https://"),
    )  # fmt: skip
    upload = forms.FileField(
        label=_("or a file"), required=False, widget=UploadWidget(attrs={"accept": "video/mp4,video/webm"}),
        help_text=_("MP4 or WebM, at most 300 MB. Readers see it once it has passed its check."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any] | None:
        values = super().clean()
        texts = {name: self.cleaned_data.get(name, "") for name in TEXTS}
        try:
            if not self.has_error("upload"):
                has_file = bool(self.cleaned_data.get("upload") or self.instance.file_id)
                videos.check(GuideVideo(**texts), has_file=has_file)
        except RuleBroken as refusal:
            if not self.has_error(refusal.fields[0]):
                self.add_error(refusal.fields[0], str(refusal.sentence))
        return values
