"""Videos of guides (안내 영상): a link to the agency's channel or a file of our own, with captions and a transcript for who
cannot hear or watch."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Country, StoredFile
from programs.models.choice import OwnProgramQuerySet
from programs.models.program import OfProgram, Program


class GuideVideoQuerySet(OwnProgramQuerySet):
    def shown(self) -> Self:
        """What readers may play: not withdrawn, and a file has passed its check."""
        passed = Q(file__passage__in=StoredFile.READABLE, file__removed_at__isnull=True)
        return self.filter(Q(file__isnull=True) | passed, withdrawn_at__isnull=True)


@tracked()
class GuideVideo(OfProgram):
    """A video about a country. Each language that it is offered in has captions (WebVTT) and a transcript; Korean always."""

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="guide_videos"
    )
    country = models.ForeignKey(
        Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="+"
    )
    title_ko = models.CharField(_("title (Korean)"), max_length=160)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    address = models.URLField(
        _("address on the agency’s channel"),
        max_length=500,
        blank=True,
        help_text=_("Begins with https://"),
    )
    file = models.ForeignKey(
        StoredFile, verbose_name=_("file"), null=True, blank=True, editable=False, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    captions_ko = models.TextField(
        _("captions (Korean)"), max_length=200_000, help_text=_("WebVTT: the text of the .vtt file.")
    )
    transcript_ko = models.TextField(_("transcript (Korean)"), max_length=100_000)
    captions_en = models.TextField(_("captions (English)"), max_length=200_000, blank=True)
    transcript_en = models.TextField(_("transcript (English)"), max_length=100_000, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)

    objects = GuideVideoQuerySet.as_manager()

    class Meta:
        verbose_name = _("video of a guide")
        verbose_name_plural = _("videos of guides")
        ordering = ["program", "country", "-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(address__startswith="https://", file__isnull=True)
                | Q(address="", file__isnull=False),
                name="guide_video_source",
                violation_error_message=_("Give either an address on the channel or a file."),
            ),
            models.CheckConstraint(
                condition=~Q(captions_ko="") & ~Q(transcript_ko=""),
                name="guide_video_korean_texts",
                violation_error_message=_("A video needs captions and a transcript in Korean."),
            ),
            models.CheckConstraint(
                condition=Q(captions_en="", transcript_en="") | ~Q(captions_en="") & ~Q(transcript_en=""),
                name="guide_video_english_texts",
                violation_error_message=_("In English, too, captions and transcript belong together."),
            ),
            SameKey(field="program", name="guide_video_same_agency"),
        ]

    def __str__(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title_ko
