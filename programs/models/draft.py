"""What somebody types into a form before it is saved: kept as typed, so that no window and no session loses it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ground.audit import tracked
from ground.models import Record
from ground.personal import PersonalColumn
from programs.models.application import Application


@tracked(exclude=["typed", "aside", "version", "saved_at", "saved_by"])
class Draft(Record):
    """One step of an application as typed, not yet checked. `version` counts what was kept: whoever comes with an older
    one does not overwrite, and what they typed is put `aside`."""

    class Step(models.TextChoices):
        BASELINE = "baseline", _("Your exports so far")
        QUESTIONS = "questions", _("Questions")
        DOCUMENTS = "documents", _("Documents")
        CONTACT = "contact", _("Person in charge and consents")
        CORRECTION = "correction", _("Correction")

    TAKEN: ClassVar[str] = "taken"
    BESIDE: ClassVar[frozenset[str]] = frozenset({"consents", TAKEN})
    """Kept in `typed` beside what is typed: boxes of consents, and what was taken over."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="drafts")
    step = models.CharField(_("step"), max_length=10, choices=Step)
    version = models.PositiveIntegerField(_("version"), default=0)
    typed: models.JSONField[dict[str, Any]] = models.JSONField(_("as typed"), default=dict, blank=True)
    aside: models.JSONField[dict[str, Any]] = models.JSONField(_("put aside"), default=dict, blank=True)
    saved_at = models.DateTimeField(_("saved at"), null=True, blank=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    personal: ClassVar[dict[str, PersonalColumn]] = {
        "typed": PersonalColumn(_("so that typing is not lost before it is saved"), months=6),
        "aside": PersonalColumn(_("so that typing is not lost before it is saved"), months=6),
    }

    class Meta:
        verbose_name = _("unsaved typing")
        verbose_name_plural = _("unsaved typing")
        constraints = [models.UniqueConstraint(fields=["application", "step"], name="draft_once_per_step")]

    def __str__(self) -> str:
        return self.get_step_display()

    @property
    def has_unsaved(self) -> bool:
        """Whether anything is typed that has not been saved."""
        return isinstance(self.typed, dict) and bool(self.typed.keys() - self.BESIDE)
