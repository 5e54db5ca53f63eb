"""Steps of a regulatory item (조치 단계): what was done about it and when, with its documents."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import StoredFile
from guidance.models.regulatory import OfAgency, RegulatoryItem


@tracked()
class RegulatoryStep(OfAgency):
    """A step of an item. What was wrong of it is corrected by a step in its place; the former one stays as corrected."""

    item = models.ForeignKey(
        RegulatoryItem, verbose_name=_("regulatory item"), on_delete=models.PROTECT, related_name="steps"
    )
    position = models.PositiveSmallIntegerField(_("place"))
    state = models.CharField(_("state"), max_length=8, choices=RegulatoryItem.State)
    on = models.DateField(_("day"))
    note = models.TextField(_("note"), blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("written by"), on_delete=models.PROTECT, related_name="+"
    )
    taken_at = models.DateTimeField(_("written at"))
    corrects = models.OneToOneField(
        "self", verbose_name=_("corrects"), null=True, on_delete=models.PROTECT, related_name="correction"
    )
    reason = models.CharField(_("reason of the correction"), max_length=300, blank=True)
    corrected_at = models.DateTimeField(_("corrected at"), null=True)

    class Meta:
        verbose_name = _("step of a regulatory item")
        verbose_name_plural = _("steps of a regulatory item")
        ordering = ["item", "position", "taken_at"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "id"], name="regulatory_step_agency_key"),
            models.UniqueConstraint(fields=["item", "id"], name="regulatory_step_item_key"),
            models.UniqueConstraint(
                fields=["item", "position"],
                condition=Q(corrected_at__isnull=True),
                name="regulatory_step_one_stands",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(reason=""),
                name="regulatory_step_correction_has_reason",
                violation_error_message=_("Say why the step is corrected."),
            ),
            SameKey(field="item", name="regulatory_step_same_agency"),
            SameKey(field="corrects", shared="item", name="regulatory_step_corrects_same_item"),
        ]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.get_state_display()}"


@tracked()
class StepDocument(OfAgency):
    """A paper of a step: the letter to the body, its answer."""

    step = models.ForeignKey(
        RegulatoryStep, verbose_name=_("step"), on_delete=models.PROTECT, related_name="documents"
    )
    file = models.OneToOneField(
        StoredFile, verbose_name=_("file"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("document of a step")
        verbose_name_plural = _("documents of a step")
        ordering = ["created_at", "id"]
        constraints = [SameKey(field="step", name="step_document_same_agency")]

    def __str__(self) -> str:
        return str(self.file.public_name)
