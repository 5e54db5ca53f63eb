"""Entry on a company's behalf (대행 입력): staff fill in an application that a company handed over on paper or by phone."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Record
from programs.models.application import Application


@tracked()
class EntryOnBehalf(Record):
    """That staff of the agency enter an application for its company, why, and how the company asked."""

    class Channel(models.TextChoices):
        PAPER = "paper", _("on paper")
        PHONE = "phone", _("by phone")
        VISIT = "visit", _("in person")
        MAIL = "mail", _("by e-mail or fax")

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="on_behalf")
    channel = models.CharField(_("how the company asked"), max_length=5, choices=Channel)
    reason = models.CharField(_("why it is entered on the company’s behalf"), max_length=300)
    begun_at = models.DateTimeField(_("begun at"))
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("entry on a company’s behalf")
        verbose_name_plural = _("entries on companies’ behalf")
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="entry_on_behalf_has_reason",
                violation_error_message=_("Say why it is entered on the company’s behalf."),
            ),
            SameKey(field="application", name="entry_on_behalf_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.application} ({self.get_channel_display()})"
