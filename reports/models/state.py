"""What people decided that an unknown state in the marketplaces' files means."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids
from ground.audit import tracked
from ground.models import Record


class StateReadingQuerySet(models.QuerySet["StateReading"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(agency__in=agency_ids(user))


@tracked()
class StateReading(Record):
    """A state that no table knows, read by a person of the agency: it holds for every line with this state, those that
    wait and those still to come."""

    class Meaning(models.TextChoices):
        SOLD = "sold", _("sold")
        PENDING = "pending", _("not paid yet")
        CANCELLED = "cancelled", _("cancelled")
        REFUNDED = "refunded", _("refunded")

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    text = models.CharField(_("state in the file"), max_length=160)
    comparable = models.CharField(
        max_length=160, help_text=_("the text without case and accents: two spellings are one state")
    )
    meaning = models.CharField(_("meaning"), max_length=10, choices=Meaning)
    reason = models.CharField(_("reason"), max_length=300)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"))

    objects = StateReadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("reading of a state")
        verbose_name_plural = _("readings of states")
        ordering = ["text"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "comparable"], name="state_reading_once"),
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="state_reading_has_reason",
                violation_error_message=_("Say why you read the state so."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.text}: {self.get_meaning_display()}"
