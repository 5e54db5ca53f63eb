"""Certificates a company holds, each with the days it is valid on."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids
from companies.models.company import Company
from ground.audit import tracked
from ground.models import Record, StoredFile


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def judged_by(self, agency: UUID) -> Self:
        """Each with `state`: what that agency found when it looked at the paper; not looked at otherwise."""
        judgments = CertificateJudgment.objects.filter(certificate=OuterRef("pk"), agency=agency)
        found = Subquery(judgments.values("state")[:1], output_field=models.CharField())
        return self.annotate(state=Coalesce(found, Value(Certificate.State.UNCHECKED.value)))

    def valid_on(self, day: dt.date) -> Self:
        return self.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day)).filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=day)
        )


@tracked()
class Certificate(Record):
    """A paper issued by somebody else. Each agency looks for itself (`CertificateJudgment`); what it has not looked at is
    `unchecked`, never taken for true."""

    class Kind(models.TextChoices):
        BUSINESS = "BIZ_REG", _("business registration certificate")
        SME = "SME_CERT", _("SME confirmation")
        MICRO = "MICRO_CERT", _("micro-enterprise confirmation")
        MID_SIZE = "MID_CERT", _("mid-size confirmation")
        TAX_NATIONAL = "TAX_NAT", _("national tax clearance")
        TAX_LOCAL = "TAX_LOC", _("local tax clearance")
        INSURANCE = "INS4", _("social insurance clearance")
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
    file = models.ForeignKey(
        StoredFile, verbose_name=_("file"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    state: str
    """Of rows asked for with `judged_by`."""

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


class CertificateJudgmentQuerySet(models.QuerySet["CertificateJudgment"]):
    def visible_to(self, user: Any) -> Self:
        """Those of agencies in which the person serves."""
        return self.filter(agency__in=agency_ids(user))


@tracked()
class CertificateJudgment(Record):
    """An agency looked at a company's certificate and takes it for true, or not. It binds that agency only."""

    class State(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="certificate_judgments"
    )
    certificate = models.ForeignKey(
        Certificate, verbose_name=_("certificate"), on_delete=models.PROTECT, related_name="judgments"
    )
    state = models.CharField(_("state"), max_length=10, choices=State)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("decided at"))
    reason = models.TextField(_("reason"), blank=True)

    objects = CertificateJudgmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("judgment of a certificate")
        verbose_name_plural = _("judgments of certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "certificate"],
                name="certificate_judged_once_per_agency",
                violation_error_message=_("Somebody has looked at this certificate already."),
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""),
                name="certificate_refused_with_reason",
                violation_error_message=_("Say why the certificate is refused."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate}: {self.get_state_display()}"
