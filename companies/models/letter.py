"""Letters (안내 메일) that an agency wrote to companies which agreed to its mails about calls."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids
from ground.audit import tracked
from ground.models import Record


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(agency__in=agency_ids(user))


@tracked()
class Letter(Record):
    """What an officer wrote, about what, and to which companies; the one-time key makes a second click the same letter."""

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="letters"
    )
    about = models.UUIDField(_("about"), null=True, blank=True)
    cause = models.TextField(_("why these companies"))
    subject = models.CharField(_("subject"), max_length=160)
    body = models.TextField(_("text"))
    companies = ArrayField(models.UUIDField(), verbose_name=_("companies"))
    form_key = models.UUIDField(unique=True, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("written by"), on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("written at"))

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter to companies")
        verbose_name_plural = _("letters to companies")
        ordering = ["-written_at", "-id"]

    def __str__(self) -> str:
        return self.subject
