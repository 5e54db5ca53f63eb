"""How large a company is in the sense of the law (기업규모), as of a day, with the certificate that shows it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from companies.models.certificate import Certificate
from companies.models.company import Company
from ground.audit import tracked
from ground.models import Record


@tracked()
class CompanySize(Record):
    """A size with the day it is stated as of. Without a certificate it is the company's own statement, and a person must
    look; with one it counts from `valid_from` to `valid_until` once an agency has accepted the certificate."""

    class Size(models.TextChoices):
        MICRO = "micro", _("micro-enterprise")
        SMALL = "small", _("small enterprise")
        MEDIUM = "medium", _("medium enterprise")
        MID_SIZE = "mid_size", _("mid-size enterprise")
        LARGE = "large", _("large enterprise")

    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="sizes"
    )
    size = models.CharField(_("size"), max_length=10, choices=Size)
    on = models.DateField(_("as of"))
    fiscal_month = models.PositiveSmallIntegerField(
        _("last month of the fiscal year"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    certificate = models.ForeignKey(
        Certificate, verbose_name=_("certificate"), null=True, blank=True, on_delete=models.PROTECT, related_name="sizes"
    )  # fmt: skip
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("size of a company")
        verbose_name_plural = _("sizes of companies")
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "certificate"],
                name="size_once_per_certificate",
                violation_error_message=_("A size is recorded with this certificate already."),
            ),
            models.CheckConstraint(
                condition=Q(certificate__isnull=True, valid_from__isnull=True, valid_until__isnull=True)
                | Q(certificate__isnull=False, valid_until__gte=F("valid_from")),
                name="size_with_certificate_has_days",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(
                condition=Q(fiscal_month__gte=1, fiscal_month__lte=12), name="size_fiscal_month"
            ),
        ]

    def __str__(self) -> str:
        return self.get_size_display()
