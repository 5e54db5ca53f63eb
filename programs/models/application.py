"""An application: draft, answers, baseline, documents, submissions with receipts."""

from __future__ import annotations

from typing import Any, ClassVar, Self
from uuid import UUID

import pgtrigger
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids, served_agencies
from companies.models import Certificate, Company, Member, Merge
from ground.access import Role
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Record, StoredFile
from ground.personal import PersonalColumn
from programs.models.call import Call, RequiredDocument
from programs.models.question import Question


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: Any) -> Self:
        """Staff: what was submitted to their agency. Company members: their company's own."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = user.company_members.filter(ended_at__isnull=True).values("company")
        return self.filter(
            Q(company__in=own) | (Q(agency__in=agency_ids(user)) & ~Q(status=Application.Status.DRAFT))
        ).distinct()

    def of_member(self, user: Any) -> Self:
        """Applications of companies in which the user is a member today, drafts included."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(company__in=user.company_members.filter(ended_at__isnull=True).values("company"))

    def handled_by(self, user: Any) -> Self:
        """Those of the user's companies, and those that the user's agency enters on a company's behalf."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = user.company_members.filter(ended_at__isnull=True).values("company")
        return self.filter(Q(company__in=own) | _entered_by(user))

    def written_by(self, user: Any) -> Self:
        """Those that the user may change: as owner or editor of the company, or on its behalf."""
        return self.filter(_written_by(user))

    def with_may_be_written(self, user: Any, *, as_member: bool = False) -> Self:
        """Each with whether it is one of those (`may_be_written`); with `as_member` of somebody who serves no agency."""
        written = _written_as_member(user) if as_member else _written_by(user)
        return self.annotate(
            may_be_written=models.ExpressionWrapper(written, output_field=models.BooleanField())
        )

    def standing(self) -> Self:
        """All but the withdrawn ones: a company has at most one of these per call."""
        return self.exclude(status=Application.Status.WITHDRAWN)

    def merged_into(self, company: UUID) -> Self:
        """Standing ones at records that were merged into the company's; a query where there are none."""
        return self.standing().filter(company__in=Merge.objects.into(company))

    def in_screening(self) -> Self:
        return self.filter(status__in=[Application.Status.SUBMITTED, Application.Status.RETURNED])

    def with_call(self) -> Self:
        """Each with its company and its call; of the call what its application's pages say, not the notice."""
        return self.select_related("call__agency", "company", "on_behalf").defer(*_OF_THE_NOTICE)

    def with_company(self) -> Self:
        return self.select_related("company", "call", "call__program")


_OF_THE_NOTICE = tuple(
    f"call__{name}"
    for name in (
        "created_at", "notice_number", "notice_ko", "notice_en", "first_closes_at", "closing_reason", "questions_until",
        "quota", "reserve_count", "has_masked_names", "minimum_points", "published_by",
    )
)  # fmt: skip


def _written_by(user: Any) -> Q:
    return _written_as_member(user) | _entered_by(user)


def _written_as_member(user: Any) -> Q:
    writing = user.company_members.filter(
        ended_at__isnull=True, role__in=[Member.Role.OWNER, Member.Role.EDITOR]
    )
    return Q(company__in=writing.values("company"))


def _entered_by(user: Any) -> Q:
    serving = served_agencies(user.pk, Role.MANAGER, Role.OFFICER)
    return Q(on_behalf__isnull=False, agency__in=serving)


@tracked()
class Application(Record):
    """One company's application to one call."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        RETURNED = "returned", _("returned for correction")
        INELIGIBLE = "ineligible", _("not eligible")
        ELIGIBLE = "eligible", _("eligible")
        SELECTED = "selected", _("selected")
        RESERVE = "reserve", _("on the reserve list")
        NOT_SELECTED = "not_selected", _("not selected")
        AGREED = "agreed", _("agreed")
        COMPLETED = "completed", _("completed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        Status.DRAFT: frozenset({Status.SUBMITTED, Status.WITHDRAWN}),
        Status.SUBMITTED: frozenset(
            {Status.DRAFT, Status.RETURNED, Status.ELIGIBLE, Status.INELIGIBLE, Status.WITHDRAWN}
        ),
        Status.RETURNED: frozenset({Status.SUBMITTED, Status.INELIGIBLE, Status.WITHDRAWN}),
        Status.ELIGIBLE: frozenset(
            {Status.SUBMITTED, Status.SELECTED, Status.RESERVE, Status.NOT_SELECTED, Status.WITHDRAWN}
        ),
        Status.INELIGIBLE: frozenset({Status.SUBMITTED, Status.WITHDRAWN}),
        Status.SELECTED: frozenset({Status.AGREED, Status.WITHDRAWN}),
        Status.RESERVE: frozenset({Status.SELECTED, Status.WITHDRAWN}),
        Status.NOT_SELECTED: frozenset(),
        Status.AGREED: frozenset({Status.COMPLETED, Status.WITHDRAWN}),
        Status.COMPLETED: frozenset(),
        Status.WITHDRAWN: frozenset(),
    }
    """Where a status may go; verbs alone move it."""

    SEALED: ClassVar[frozenset[str]] = frozenset(
        {Status.ELIGIBLE, Status.INELIGIBLE, Status.SELECTED, Status.RESERVE, Status.NOT_SELECTED}
    )
    """Statuses that the company does not learn before the call's results are released."""

    UNDER_EVALUATION: ClassVar[str] = "under_evaluation"
    CALL_CANCELLED: ClassVar[str] = "call_cancelled"

    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="+")
    call = models.ForeignKey(
        Call, verbose_name=_("call"), on_delete=models.PROTECT, related_name="applications"
    )
    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="applications"
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.DRAFT)
    form_key = models.UUIDField(
        unique=True,
        editable=False,
        help_text=_("one-time key of the form: a second click is the same application"),
    )
    version = models.PositiveIntegerField(
        default=0, help_text=_("counts saves of the draft: two tabs never overwrite each other")
    )
    receipt = models.CharField(_("receipt number"), max_length=60, blank=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    contact_name = models.CharField(_("person in charge"), max_length=80, blank=True)
    contact_email = models.EmailField(_("e-mail of the person in charge"), blank=True)
    contact_phone = models.CharField(_("phone of the person in charge"), max_length=30, blank=True)

    objects = ApplicationQuerySet.as_manager()

    personal: ClassVar[dict[str, PersonalColumn]] = {
        "contact_name": PersonalColumn(_("to ask about the application"), months=36),
        "contact_email": PersonalColumn(_("to write about the application"), months=36),
        "contact_phone": PersonalColumn(_("to call about the application"), months=36),
    }

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-created_at"]
        triggers = [
            pgtrigger.Trigger(
                name="screened_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete | pgtrigger.UpdateOf("id", "call_id", "agency_id"),  # type: ignore[no-untyped-call]
                func="""
                    IF EXISTS (SELECT FROM programs_screened s WHERE s.application_id = OLD.id)
                        AND (TG_OP = 'DELETE' OR (OLD.id, OLD.call_id, OLD.agency_id) <> (NEW.id, NEW.call_id, NEW.agency_id))
                    THEN
                        RAISE EXCEPTION 'screened_stays: what was screened keeps its application'
                            USING ERRCODE = 'foreign_key_violation';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;""",
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["agency", "id"], name="application_agency_key"),
            models.UniqueConstraint(fields=["company", "id"], name="application_company_key"),
            models.UniqueConstraint(fields=["call", "id"], name="application_call_key"),
            models.UniqueConstraint(
                fields=["call", "company"],
                condition=~Q(status="withdrawn"),
                name="application_once_per_call",
                violation_error_message=_("Your company already has an application to this call."),
            ),
            models.UniqueConstraint(
                fields=["receipt"], condition=~Q(receipt=""), name="application_receipt_once"
            ),
            SameKey(field="call", name="application_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.receipt or '–'} {self.company}"

    @property
    def public_status(self) -> str:
        """What the company and everybody outside the agency may know of the status (needs `call`)."""
        if self.call.cancelled_at is not None and self.status != self.Status.WITHDRAWN:
            return self.CALL_CANCELLED
        is_sealed = self.status in self.SEALED and self.call.released_at is None
        return self.UNDER_EVALUATION if is_sealed else self.status


@tracked()
class Answer(Record):
    """An answer in typed columns; which one is filled follows from the question's kind."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    number = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    amount = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    day = models.DateField(null=True, blank=True)
    is_yes = models.BooleanField(null=True, blank=True)
    codes = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(fields=["application", "question"], name="answer_once"),
            models.UniqueConstraint(fields=["application", "id"], name="answer_application_key"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | ~Q(currency=""), name="answer_money_has_currency"
            ),
            SameKey(field="application", shared="call", name="answer_application_of_call"),
            SameKey(field="question", shared="call", name="answer_question_of_call"),
        ]

    def __str__(self) -> str:
        return str(self.question)


@tracked()
class Baseline(Record):
    """Where the company stood before: the same for every call and program, typed, so that results can be compared."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="baseline")
    last_year = models.PositiveSmallIntegerField(_("last year"))
    export_last_amount = models.DecimalField(
        _("exports in total, last year (USD)"),
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    export_before_amount = models.DecimalField(
        _("exports in total, year before (USD)"),
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    country_last_amount = models.DecimalField(
        _("exports to this country, last year (USD)"),
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    country_before_amount = models.DecimalField(
        _("exports to this country, year before (USD)"),
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    online_last_amount = models.DecimalField(
        _("exports online, last year (USD)"),
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    online_before_amount = models.DecimalField(
        _("exports online, year before (USD)"),
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    platform_last_amount = models.DecimalField(
        _("sales on this platform, last year (USD)"),
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    platform_before_amount = models.DecimalField(
        _("sales on this platform, year before (USD)"),
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    is_first_export = models.BooleanField(_("this would be the first export"), null=True, blank=True)
    may_ask_again = models.BooleanField(
        _("may be asked again in one and two years, selected or not"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("baseline")
        verbose_name_plural = _("baselines")
        constraints = [
            models.CheckConstraint(
                condition=Q(country_last_amount__isnull=True)
                | Q(export_last_amount__isnull=True)
                | Q(country_last_amount__lte=F("export_last_amount")),
                name="baseline_country_within_total",
                violation_error_message=_("Exports to this country cannot be more than exports in total."),
            )
        ]

    def __str__(self) -> str:
        return str(self.last_year)

    @property
    def has_larger_part(self) -> bool:
        """Whether more is stated for the country than in total, last year."""
        part, total = self.country_last_amount, self.export_last_amount
        return part is not None and total is not None and part > total


@tracked()
class Document(Record):
    """A document handed in for an application. A newer one replaces an older one; the older stays in the record.

    What staff have not looked at is unchecked, never taken for true; accepting it is the agency's own decision.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="documents")
    required = models.ForeignKey(RequiredDocument, on_delete=models.PROTECT, related_name="documents")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="document")
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=Certificate.State, default=Certificate.State.UNCHECKED
    )
    refused_because = models.CharField(_("why it was not accepted"), max_length=300, blank=True)
    replaced_at = models.DateTimeField(_("replaced at"), null=True, blank=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "required"],
                condition=Q(replaced_at__isnull=True),
                name="document_current_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from"))
                | Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True),
                name="document_period",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(refused_because=""),
                name="document_refused_has_reason",
                violation_error_message=_("Say why the document is not accepted."),
            ),
            SameKey(field="application", shared="call", name="document_application_of_call"),
            SameKey(field="required", shared="call", name="document_required_of_call"),
        ]

    def __str__(self) -> str:
        return str(self.required)


@tracked()
class Submission(Record):
    """What was handed in, frozen: receipt, instant by the database's clock, all answers and files with their hashes."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="submissions")
    form_key = models.UUIDField(unique=True, editable=False)
    receipt = models.CharField(_("receipt number"), max_length=60, unique=True)
    submitted_at = models.DateTimeField(_("submitted at"))
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField(_("content"))
    content_sha256 = models.CharField(_("SHA-256 of the content"), max_length=64)
    recalled_at = models.DateTimeField(_("recalled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["submitted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(recalled_at__isnull=True), name="submission_current_once"
            )
        ]

    def __str__(self) -> str:
        return self.receipt


class ReceiptCounter(models.Model):
    """How many applications were handed in to a call, with those recalled: the number in the newest receipt. Who takes the next one holds
    the row until its submission stands, so numbers have no gaps."""

    call = models.OneToOneField(Call, primary_key=True, on_delete=models.PROTECT, related_name="+")
    last = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("counter of receipts")
        verbose_name_plural = _("counters of receipts")

    def __str__(self) -> str:
        return str(self.last)
