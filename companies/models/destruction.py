"""What stays of destroyed personal data: a record that says what was blanked, and nothing of what stood there."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer
from accounts.roles import agency_ids
from ground.audit import tracked
from ground.models import Record


class DestructionRecordQuerySet(models.QuerySet["DestructionRecord"]):
    def visible_to(self, user: Any) -> Self:
        """What somebody of the own agency had destroyed; the operator sees all."""
        if getattr(user, "is_operator", False):
            return self.all()
        colleagues = Officer.objects.filter(models.Q(agency__in=agency_ids(user))).values("user")
        return self.filter(by__in=colleagues)


@tracked()
class DestructionRecord(Record):
    """Personal columns of some records were blanked, in the records and in their history. Written only by the SQL
    function `naru_destroy_personal`; the web role reads it."""

    subject = models.CharField(_("table"), max_length=63)
    columns = models.JSONField(_("columns"))
    record_ids = models.JSONField(_("records"))
    records = models.PositiveIntegerField(_("number of records"))
    history_rows = models.PositiveIntegerField(_("number of history rows"))
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("carried out by"), on_delete=models.PROTECT, related_name="+"
    )

    objects = DestructionRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("destruction of personal data")
        verbose_name_plural = _("destructions of personal data")
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.subject} {self.records}"
