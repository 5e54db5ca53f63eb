"""An import: one file, read once, with what came of each row."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids, organization_ids
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Record, StoredFile
from programs.models import Program, Store


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the agency; whoever holds the store."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = user.company_members.filter(ended_at__isnull=True).values("company")
        return self.filter(
            Q(agency__in=agency_ids(user))
            | Q(store__organization__in=organization_ids(user))
            | Q(store__company__in=own)
        ).distinct()


@tracked(exclude=["progress_percent", "told_twice", "kept_by_company"])
class ImportBatch(Record):
    """A sales or payout file: previewed, then imported; the history of its lines (file hash, row, user, vintage)."""

    OF_ITS_PAGE = ("by_company", "kept_by_company", "told_twice")
    """What only its own page shows, left out of lists: of a file of thousands of companies it is large."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        READING = "reading", _("being read")
        PREVIEW = "preview", _("read, not imported yet")
        IMPORTING = "importing", _("being imported")
        DONE = "done", _("imported")
        REFUSED = "refused", _("refused")
        CANCELLED = "cancelled", _("cancelled")
        UNDONE = "undone", _("import taken back")

    class Grade(models.TextChoices):
        """Whose word the lines are, the strongest first."""

        API = "api", _("from the platform’s API")
        PLATFORM = "platform", _("file from the platform")
        AGENCY = "agency", _("uploaded by the agency")
        PROVIDER = "provider", _("uploaded by the provider or importer")
        COMPANY = "company", _("uploaded by the company")

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="batches"
    )
    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="batches"
    )
    profile = models.CharField(_("format"), max_length=40, blank=True)
    file = models.ForeignKey(
        StoredFile, verbose_name=_("file"), on_delete=models.PROTECT, related_name="batches"
    )
    uploaded_sha256 = models.CharField(
        _("SHA-256 of the upload"),
        max_length=64,
        default="",
        help_text=_("what was uploaded; the stored copy has no buyers' columns and a SHA-256 of its own"),
    )
    removed_columns = models.JSONField(_("columns of buyers that were removed"), default=list)
    grade = models.CharField(_("evidence"), max_length=10, choices=Grade)
    origin_note = models.CharField(
        _("where it came from"),
        max_length=300,
        blank=True,
        help_text=_(
            "of a file that the platform itself handed over or its API answered: how and when it did"
        ),
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("uploaded by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    progress_percent = models.PositiveSmallIntegerField(_("progress (%)"), default=0)
    refusal_code = models.CharField(max_length=40, blank=True)
    refusal_ko = models.TextField(blank=True)
    refusal_en = models.TextField(blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    accepted = models.PositiveIntegerField(_("accepted"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    duplicate = models.PositiveIntegerField(_("known already"), default=0)
    replaced = models.PositiveIntegerField(_("replaced"), default=0)
    repeated = models.PositiveIntegerField(_("repeated in the file"), default=0)
    lines = models.PositiveIntegerField(_("lines"), default=0)
    unmatched = models.PositiveIntegerField(_("without a company"), default=0)
    totals = models.JSONField(_("totals"), default=list)
    by_company = models.JSONField(_("by company"), default=list)
    notes = models.JSONField(_("remarks"), default=list)
    told_twice = models.JSONField(
        _("orders that count by another kind of file too"),
        null=True,
        default=None,
        editable=False,
        help_text=_("as it was when it was last asked; nothing where it is to be asked anew"),
    )
    kept_by_company = models.JSONField(
        _("by company, of the lines as they stand"),
        null=True,
        default=None,
        editable=False,
        help_text=_("of a large file, with the state of its lines when they were read"),
    )
    exported_at = models.DateTimeField(
        _("exported at"),
        null=True,
        blank=True,
        help_text=_("as the file says: of two exports the later one counts"),
    )
    first_at = models.DateTimeField(_("first line"), null=True, blank=True)
    last_at = models.DateTimeField(_("last line"), null=True, blank=True)
    lines_sha256 = models.CharField(
        _("SHA-256 of the lines"),
        max_length=64,
        blank=True,
        help_text=_("seal over the rows that this file brought into the ledger"),
    )
    imported_at = models.DateTimeField(_("imported at"), null=True, blank=True)
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("taken back by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    undo_reason = models.CharField(_("why it was taken back"), max_length=300, blank=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("sales file")
        verbose_name_plural = _("sales files")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "id"], name="batch_agency_key"),
            SameKey(field="program", name="batch_program_same_agency"),
            models.CheckConstraint(
                condition=~Q(state="undone")
                | Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undo_reason=""),
                name="batch_taken_back_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(grade="api") | Q(profile="") | Q(profile__endswith="-json"),
                name="batch_of_an_api_is_json",
            ),
            SameKey(field="store", name="batch_store_same_agency"),
        ]

    def __str__(self) -> str:
        return self.file.name


class Rejection(models.Model):
    """A row that was not taken: row, column, value and reason. Never a personal value."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="rejections")
    row = models.PositiveIntegerField(_("row"))
    column = models.CharField(_("column"), max_length=120, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    code = models.CharField(max_length=40)
    reason_ko = models.TextField(_("reason"))
    reason_en = models.TextField(_("reason (English)"))

    class Meta:
        verbose_name = _("rejected row")
        verbose_name_plural = _("rejected rows")
        ordering = ["batch", "row", "id"]

    def __str__(self) -> str:
        return f"{self.row} {self.column}"
