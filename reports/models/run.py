"""Reports: when they are written, and what was written."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids, organization_ids
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Currency, Record, StoredFile
from ground.templatetags.naru import month
from programs.models import Program


@tracked(exclude=["failures", "tried_at"])
class ReportSchedule(Record):
    """The monthly report is written on this day of the following month at this time, Seoul time."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    program = models.OneToOneField(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="schedule"
    )
    day_of_month = models.PositiveSmallIntegerField(
        _("day of the following month"), validators=[MinValueValidator(1), MaxValueValidator(28)]
    )
    time = models.TimeField(_("time (Seoul)"))
    in_korean = models.BooleanField(_("in Korean"), default=True)
    in_english = models.BooleanField(_("in English"), default=True)
    is_active = models.BooleanField(_("active"), default=True)
    failures = models.PositiveSmallIntegerField(_("failed attempts"), default=0, editable=False)
    tried_at = models.DateTimeField(_("last attempt"), null=True, editable=False)

    class Meta:
        verbose_name = _("report schedule")
        verbose_name_plural = _("report schedules")
        constraints = [SameKey(field="program", name="schedule_same_agency")]

    def __str__(self) -> str:
        return str(self.program)


class ReportRunQuerySet(models.QuerySet["ReportRun"]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the agency and of agencies with a part; the supervising body."""
        mine = agency_ids(user)
        bodies = organization_ids(user)
        return self.filter(
            Q(agency__in=mine) | Q(program__shares__agency__in=mine) | Q(agency__supervised_by__in=bodies)
        ).distinct()


@tracked()
class ReportRun(Record):
    """A report as a record: definition version, data cut, checksum of the data. The stored original never changes."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="report_runs"
    )
    schedule = models.ForeignKey(
        ReportSchedule,
        verbose_name=_("schedule"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="runs",
    )
    period = models.DateField(_("month"))
    as_of = models.DateTimeField(_("data cut"))
    definition = models.CharField(_("definition"), max_length=40)
    data = models.JSONField(_("figures"))
    data_sha256 = models.CharField(_("SHA-256 of the figures"), max_length=64)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("written for"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    is_provisional = models.BooleanField(_("provisional"), default=True)
    marks = models.JSONField(
        default=dict,
        editable=False,
        help_text=_("the last entry that was read of each history, so that the figures can be found again"),
    )

    objects = ReportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("written report")
        verbose_name_plural = _("written reports")
        ordering = ["-period", "-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "period"],
                condition=Q(schedule__isnull=False),
                name="run_once_per_schedule_and_period",
            ),
            models.CheckConstraint(condition=Q(period__day=1), name="run_period_first_day"),
            SameKey(field="program", name="run_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.program} {month(self.period)}"


class GroupListQuerySet(models.QuerySet["GroupList"]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the report's agency: the lines name companies and orders."""
        return self.filter(run__agency__in=agency_ids(user))


@tracked()
class GroupList(Record):
    """The lines behind a product group's figure ("" what nobody stated) in a written report, as a file. Won are the sums of its rows."""

    run = models.ForeignKey(ReportRun, on_delete=models.PROTECT, related_name="group_lists")
    product_group = models.CharField(_("product group"), max_length=2, blank=True)
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked at"))
    made_at = models.DateTimeField(_("written at"), null=True, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    krw_amount = models.DecimalField(_("won before refunds"), max_digits=30, decimal_places=0, default=0)
    net_krw_amount = models.DecimalField(_("won after refunds"), max_digits=30, decimal_places=0, default=0)
    file = models.ForeignKey(
        StoredFile, verbose_name="CSV", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sheet = models.ForeignKey(
        StoredFile, verbose_name="XLSX", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = GroupListQuerySet.as_manager()

    class Meta:
        verbose_name = _("list of lines behind a product group")
        verbose_name_plural = _("lists of lines behind product groups")
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["run", "product_group", "currency"], name="group_list_once"),
            models.CheckConstraint(
                condition=Q(made_at__isnull=True) | Q(file__isnull=False), name="group_list_made_has_file"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.product_group} {self.currency_id}"


@tracked()
class ReportFile(Record):
    """One file of a run, in one format and language."""

    run = models.ForeignKey(ReportRun, on_delete=models.PROTECT, related_name="files")
    format = models.CharField(_("format"), max_length=4, choices=[("pdf", "PDF"), ("xlsx", "XLSX")])
    language = models.CharField(_("language"), max_length=2, choices=[("ko", "한국어"), ("en", "English")])
    file = models.ForeignKey(
        StoredFile, verbose_name=_("file"), on_delete=models.PROTECT, related_name="report_files"
    )

    class Meta:
        verbose_name = _("file of a report")
        verbose_name_plural = _("files of reports")
        constraints = [models.UniqueConstraint(fields=["run", "format", "language"], name="report_file_once")]

    def __str__(self) -> str:
        return f"{self.run} {self.format} {self.language}"
