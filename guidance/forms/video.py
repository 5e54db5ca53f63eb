"""What staff say of a video."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ground.errors import RuleBroken
from guidance.domain import videos
from guidance.models import GuideVideo
from programs.admin.parts import OfRecordForm

TEXTS = ("address", "captions_ko", "transcript_ko", "captions_en", "transcript_en")


class VideoForm(OfRecordForm):
    """Whether it can be shown the verb's own check says, beside the field."""

    address = forms.URLField(
        label=_("address on the agency’s channel"), max_length=500, assume_scheme="https", help_text=_("Begins with https://")
    )  # fmt: skip

    def clean(self) -> dict[str, Any] | None:
        values = super().clean()
        texts = {name: self.cleaned_data.get(name, "") for name in TEXTS}
        try:
            videos.check(GuideVideo(**texts))
        except RuleBroken as refusal:
            if not self.has_error(refusal.fields[0]):
                self.add_error(refusal.fields[0], str(refusal.sentence))
        return values
