"""Credit and insolvency marks (신용·회생·파산·완전자본잠식): what bars a company from programs, and what cures it."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids
from companies.models.company import Company
from ground.audit import tracked
from ground.models import Record, StoredFile


class FinancialMarkQuerySet(models.QuerySet["FinancialMark"]):
    def visible_to(self, user: Any) -> Self:
        """What agencies of the user recorded, and what companies that these agencies see declared."""
        mine = agency_ids(user)
        return self.filter(
            Q(agency__in=mine) | Q(agency__isnull=True, company__sights__agency__in=mine)
        ).distinct()


@tracked()
class FinancialMark(Record):
    """Whether a mark stood on a day: looked up by an agency with a document, which binds that agency, or declared by the
    company (`agency` empty), which decides nothing alone. A later record takes the place of an earlier one."""

    class Kind(models.TextChoices):
        CREDIT_BAD = "credit_bad", _("bad credit record")
        DISORDER = "fin_disorder", _("financial-order disturbance record")
        INSOLVENCY = "insolvency", _("rehabilitation or liquidation under way")
        CAPITAL = "capital_impaired", _("complete capital impairment")

    class Cure(models.TextChoices):
        SETTLED = "settled", _("debt settled")
        DISCHARGE = "discharge", _("discharge")
        REHABILITATION = "rehabilitation", _("rehabilitation plan approved")
        RESTART = "restart", _("re-start funds")
        RECOVERED = "recovered", _("credit recovery confirmed")

    CURES = {
        Kind.CREDIT_BAD: list(Cure), Kind.DISORDER: [], Kind.INSOLVENCY: [Cure.REHABILITATION], Kind.CAPITAL: [],
    }  # fmt: skip
    """What takes each mark away, by the notices; the others end only with a later record that finds nothing."""

    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="marks"
    )
    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), null=True, blank=True, on_delete=models.PROTECT, related_name="marks",
    )  # fmt: skip
    kind = models.CharField(_("mark"), max_length=16, choices=Kind)
    is_found = models.BooleanField(_("the mark stands"))
    on = models.DateField(_("as of"))
    until_on = models.DateField(_("counts until"), null=True, blank=True)
    document = models.CharField(_("document"), max_length=120, blank=True)
    file = models.ForeignKey(
        StoredFile, verbose_name=_("file"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cure = models.CharField(_("cure"), max_length=16, choices=Cure, blank=True)
    cured_on = models.DateField(_("cured on"), null=True, blank=True)
    cure_document = models.CharField(_("document of the cure"), max_length=120, blank=True)
    cure_file = models.ForeignKey(
        StoredFile, verbose_name=_("file of the cure"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("recorded by"), on_delete=models.PROTECT, related_name="+"
    )

    objects = FinancialMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit or insolvency mark")
        verbose_name_plural = _("credit and insolvency marks")
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "agency", "kind", "on"],
                nulls_distinct=False,
                name="mark_once_a_day",
                violation_error_message=_("This mark is recorded for that day already."),
            ),
            models.CheckConstraint(
                condition=Q(agency__isnull=True) | (~Q(document="") & Q(file__isnull=False)),
                name="mark_recorded_with_document",
                violation_error_message=_("What the agency records needs a document and its file."),
            ),
            models.CheckConstraint(
                condition=Q(cure="", cured_on__isnull=True)
                | (
                    Q(is_found=True, cured_on__gte=F("on"))
                    & (Q(kind="credit_bad") | Q(kind="insolvency", cure="rehabilitation"))
                    & ~Q(cure="")
                ),
                name="mark_cure_fits",
                violation_error_message=_("This does not cure the mark, or not from that day on."),
            ),
            models.CheckConstraint(
                condition=Q(cure="") | Q(agency__isnull=True) | (~Q(cure_document="") & Q(cure_file__isnull=False)),
                name="mark_cured_with_document",
                violation_error_message=_("What the agency records needs a document and its file."),
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("on")),
                name="mark_period",
                violation_error_message=_("The last day lies before the first."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.get_kind_display()
