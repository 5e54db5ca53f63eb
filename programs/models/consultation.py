"""Consultations (상담 이력): what an agency's staff talked about with a company, and what is still to be done."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids
from companies.models import Company
from ground.audit import tracked
from ground.models import Record
from ground.personal import PersonalColumn
from ground.templatetags.naru import day


class ConsultationQuerySet(models.QuerySet["Consultation"]):
    def visible_to(self, user: Any) -> Self:
        """Staff: those of their own agency. Nobody else, the company neither."""
        return self.filter(agency__in=agency_ids(user))


@tracked()
class Consultation(Record):
    """One talk with a company, written down by the officer who had it. Another agency's stay its own."""

    class Channel(models.TextChoices):
        PHONE = "phone", _("by phone")
        VISIT = "visit", _("the company came here")
        AT_COMPANY = "at_company", _("at the company")
        ONLINE = "online", _("video call")
        MAIL = "mail", _("by e-mail")

    class Topic(models.TextChoices):
        CALL = "call", _("calls and applications")
        PROGRAM = "program", _("the program under way")
        MARKET = "market", _("markets and platforms")
        CERTIFICATE = "certificate", _("certificates and regulation")
        LOGISTICS = "logistics", _("logistics and customs")
        PAYMENT = "payment", _("payment and settlement")
        OTHER = "other", _("something else")

    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="consultations"
    )
    held_on = models.DateField(_("day"))
    channel = models.CharField(_("how"), max_length=10, choices=Channel)
    topic = models.CharField(_("topic"), max_length=11, choices=Topic)
    text = models.TextField(_("what was said"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+"
    )
    follow_up = models.CharField(_("to be done"), max_length=200, blank=True)
    due_on = models.DateField(_("to be done by"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    objects = ConsultationQuerySet.as_manager()

    personal: ClassVar[dict[str, PersonalColumn]] = {
        "text": PersonalColumn(_("to go on from earlier talks; it may name who called"), months=36),
        "follow_up": PersonalColumn(_("to do what was promised; it may name whom to call"), months=36),
    }

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        ordering = ["-held_on", "-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "id"], name="consultation_agency_key"),
            models.CheckConstraint(
                condition=Q(due_on__isnull=False) | Q(done_at__isnull=True, follow_up=""),
                name="consultation_follow_up_has_day",
                violation_error_message=_("Say by when it is to be done."),
            ),
        ]

    def __str__(self) -> str:
        return f"{day(self.held_on)} {self.company}"
