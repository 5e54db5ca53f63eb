"""Certificates a company holds, each with the days it is valid on."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from companies.models.company import Company
from ground.audit import tracked
from ground.models import Record, StoredFile


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def valid_on(self, day: dt.date) -> Self:
        return self.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day)).filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=day)
        )


@tracked()
class Certificate(Record):
    """A paper issued by somebody else. What staff have not looked at is `unchecked`, never taken for true."""

    class Kind(models.TextChoices):
        BUSINESS = "BIZ_REG", _("business registration certificate")
        SME = "SME_CERT", _("SME confirmation")
        MICRO = "MICRO_CERT", _("micro-enterprise confirmation")
        TAX_NATIONAL = "TAX_NAT", _("national tax clearance")
        TAX_LOCAL = "TAX_LOC", _("local tax clearance")
        EXPORTS = "EXP_PERF", _("export performance certificate")
        OTHER = "OTHER", _("other")

    class State(models.TextChoices):
        UNCHECKED = "unchecked", _("not looked at yet")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")

    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="certificates"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    number = models.CharField(_("number"), max_length=60, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UNCHECKED)
    file = models.ForeignKey(
        StoredFile, verbose_name=_("file"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["kind", "-valid_until"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from"))
                | Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True),
                name="certificate_period",
                violation_error_message=_("The last day lies before the first."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}".strip()
