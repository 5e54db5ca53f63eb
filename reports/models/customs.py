"""Exports by the customs' lists (수출신고 내역): the lists as they were taken in, and the ledger of their lines.

The ledger is insert-only like that of sales (`line`): a newer list takes a line's earlier values back by a row of sign -1 and
enters the next version. A line counts where it has a participation; otherwise `outcome` says why it does not.
"""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids
from companies.models import Company
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Record, StoredFile
from programs.models import Participation, Program
from reports.models.batch import ImportBatch
from reports.models.declaration import CustomsRecord


class CustomsListQuerySet(models.QuerySet["CustomsList"]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the agency; members of the company that brought it."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = user.company_members.filter(ended_at__isnull=True).values("company")
        return self.filter(Q(agency__in=agency_ids(user)) | Q(participation__company__in=own)).distinct()


@tracked()
class CustomsList(Record):
    """A list of exports that a company or the agency brought: read, previewed, entered, perhaps taken back."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        PREVIEW = "preview", _("read, not imported yet")
        IMPORTING = "importing", _("being imported")
        DONE = "done", _("imported")
        REFUSED = "refused", _("refused")
        CANCELLED = "cancelled", _("cancelled")
        UNDONE = "undone", _("import taken back")

    Grade = ImportBatch.Grade

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="customs_lists"
    )
    participation = models.ForeignKey(
        Participation,
        verbose_name=_("brought by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="customs_lists",
        help_text=_("the company that brought its own list; empty: the agency did"),
    )
    file = models.ForeignKey(StoredFile, verbose_name=_("file"), on_delete=models.PROTECT, related_name="+")
    uploaded_sha256 = models.CharField(_("SHA-256 of the upload"), max_length=64)
    profile = models.CharField(_("format"), max_length=40, blank=True)
    grade = models.CharField(_("evidence"), max_length=10, choices=Grade)
    origin_note = models.CharField(_("where it came from"), max_length=300, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("uploaded by"), on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    refusal_code = models.CharField(max_length=40, blank=True)
    refusal_ko = models.TextField(blank=True)
    refusal_en = models.TextField(blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    lines = models.PositiveIntegerField(_("lines"), default=0)
    known = models.PositiveIntegerField(_("known already"), default=0)
    replaced = models.PositiveIntegerField(_("replaced"), default=0)
    found = models.JSONField(_("what its lines come to"), default=list)
    types = models.JSONField(_("by type of transaction"), default=list)
    unpaid_types = models.JSONField(_("types that nobody paid for"), default=list)
    types_said_at = models.DateTimeField(
        _("said by the agency at"), null=True, blank=True, editable=False,
        help_text=_("when the agency itself said which of these types nobody paid for"),
    )  # fmt: skip
    rejects = models.JSONField(_("rejected rows"), default=list)
    notes = models.JSONField(_("remarks"), default=list)
    removed_columns = models.JSONField(_("columns that were removed"), default=list)
    lines_sha256 = models.CharField(_("SHA-256 of the lines"), max_length=64, blank=True)
    imported_at = models.DateTimeField(_("imported at"), null=True, blank=True)
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("taken back by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    undo_reason = models.CharField(_("why it was taken back"), max_length=300, blank=True)

    objects = CustomsListQuerySet.as_manager()

    class Meta:
        verbose_name = _("customs list")
        verbose_name_plural = _("customs lists")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "id"], name="customs_list_agency_key"),
            models.UniqueConstraint(fields=["program", "id"], name="customs_list_program_key"),
            models.CheckConstraint(
                condition=~Q(state="undone")
                | Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undo_reason=""),
                name="customs_list_taken_back_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(grade="api"), name="customs_list_of_no_api"),
            SameKey(field="program", name="customs_list_same_agency"),
            SameKey(field="participation", shared="program", name="customs_list_participation_of_program"),
        ]

    def __str__(self) -> str:
        return self.file.name


class CustomsLine(models.Model):
    """One version of a line of an export declaration, or of another proof. FOB in USD, multiplied by `sign`.

    The database's key is (list_program, line, version, sign). Who changed a line's values stands in its newer version's batch.
    """

    class Proof(models.TextChoices):
        DECLARATION = "declaration", _("export declaration")
        MANIFEST = "manifest", _("manifest clearance")
        CONFIRMATION = "confirmation", _("purchase confirmation")
        LOCAL_LC = "local_lc", _("local letter of credit")

    class Outcome(models.TextChoices):
        COUNTS = "", _("counts")
        EXPORTER = "exporter", _("the exporter did not take part in the program on that day")
        DAYS = "days", _("accepted outside the program's days")
        COUNTRY = "country", _("no country of destination, or none that is known")
        MARKET = "market", _("goes to a country that is no market of the program")
        UNPAID = "unpaid", _("nobody paid for it (type of transaction)")
        MANIFEST = "manifest", _("a manifest clearance without business number or HS code")
        BY_HAND = "by_hand", _("the month was entered by hand")

    id = models.BigAutoField(primary_key=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    list_program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(CustomsList, on_delete=models.PROTECT, related_name="+")
    row = models.PositiveIntegerField(_("row in the file"))
    line_key = models.CharField(max_length=200)
    version = models.PositiveSmallIntegerField()
    sign = models.SmallIntegerField()
    business_day = models.DateField(_("business day"))
    event_on = models.DateField(_("day of the event"), null=True)
    program = models.ForeignKey(Program, null=True, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Company, null=True, on_delete=models.PROTECT, related_name="+")
    participation = models.ForeignKey(Participation, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("why it does not count"), max_length=10, choices=Outcome, blank=True)
    proof = models.CharField(_("proof"), max_length=12, choices=Proof)
    declaration_number = models.CharField(_("number"), max_length=100)
    line_number = models.CharField(_("line"), max_length=100, blank=True)
    issuer = models.CharField(_("issuer"), max_length=160, blank=True)
    business_number = models.CharField(_("exporter's business number"), max_length=20, blank=True)
    hs_code = models.CharField(_("HS code"), max_length=20, blank=True)
    export_kind = models.CharField(_("kind"), max_length=8, choices=CustomsRecord.Kind)
    destination = models.CharField(_("destination"), max_length=60, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    transaction_type = models.CharField(_("type of transaction"), max_length=40, blank=True)
    currency = models.CharField(_("currency of the invoice"), max_length=3, blank=True)
    fob_amount = models.DecimalField(_("FOB value (USD)"), max_digits=18, decimal_places=4)
    currency_amount = models.DecimalField(
        _("amount of the invoice"), max_digits=18, decimal_places=4, null=True
    )
    entered_at = models.DateTimeField()

    class Meta:
        db_table = "reports_customs_line"
        verbose_name = _("line of exports")
        verbose_name_plural = _("lines of exports")
        constraints = [
            models.UniqueConstraint(
                fields=["list_program", "line_key", "version", "sign"], name="customs_line_once"
            ),
            models.CheckConstraint(condition=Q(sign=1) | Q(sign=-1), name="customs_line_sign"),
            models.CheckConstraint(
                condition=Q(outcome="", participation__isnull=False, company__isnull=False, program=models.F("list_program"))
                | ~Q(outcome="")
                & Q(participation__isnull=True, company__isnull=True, program__isnull=True),
                name="customs_line_counts_or_says_why",
            ),
            models.CheckConstraint(
                condition=Q(event_on__isnull=True) | Q(event_on__lt=models.F("business_day")),
                name="customs_line_event_before",
            ),
            SameKey(field="batch", name="customs_line_same_agency"),
            SameKey(
                field="batch", shared="list_program", target_shared="program", name="customs_line_of_list_program"
            ),
            SameKey(field="participation", shared="program", name="customs_line_of_program"),
            SameKey(field="participation", shared="company", name="customs_line_of_company"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["program", "business_day"], name="customs_line_by_day"),
            models.Index(
                fields=["list_program", "business_number"],
                condition=~Q(outcome=""),
                name="customs_line_left_out",
            ),
        ]

    def __str__(self) -> str:
        return self.line_key


class SeenExport(models.Model):
    """A line that a list showed again with the values it had: the list brought nothing new of it, and still vouches for it."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(CustomsList, on_delete=models.PROTECT, related_name="+")
    line_key = models.CharField(max_length=200)

    class Meta:
        db_table = "reports_customs_seen"
        constraints = [
            models.UniqueConstraint(fields=["line_key", "batch"], name="seen_export_once"),
        ]

    def __str__(self) -> str:
        return self.line_key
