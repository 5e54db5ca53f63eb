"""Screening: what each criterion answered and why, what staff decided otherwise, what was sent back."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import Agency, Approval
from ground.audit import tracked
from ground.clock import SEOUL
from ground.constraints import SameKey
from ground.inspection.sentences import SENTENCES
from ground.models import Record, StoredFile
from programs.models.application import Application
from programs.models.call import Call, Criterion, RequiredDocument
from programs.models.question import Question


class Outcome(models.TextChoices):
    """The three answers of a criterion, never a guess."""

    MET = "met", _("met")
    NOT_MET = "not_met", _("not met")
    LOOK = "look", _("a person must look")


class CriterionResultQuerySet(models.QuerySet["CriterionResult"]):
    def counting(self) -> Self:
        """Those of criteria that decide: the members of a group count through it."""
        return self.filter(criterion__group__isnull=True)


@tracked()
class CriterionResult(Record):
    """One criterion's latest answer for one application; earlier answers stand in its history."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="results")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="results")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    reason_code = models.SlugField(_("reason"), max_length=40)
    value = models.CharField(_("value seen"), max_length=200, blank=True)
    evidence = models.CharField(_("evidence"), max_length=200, blank=True)
    evidence_file = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    as_of = models.DateField(_("day that counts"))
    renew_by = models.DateField(_("to be renewed by"), null=True, blank=True)
    rule_version = models.PositiveSmallIntegerField(_("version of the rule"))
    taken_at = models.DateTimeField(_("taken at"))
    override = models.CharField(_("decided by staff"), max_length=8, choices=Outcome, blank=True)
    override_reason = models.TextField(_("reason of the decision"), blank=True)
    override_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approval = models.ForeignKey(Approval, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = CriterionResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("result of a criterion")
        verbose_name_plural = _("results of criteria")
        ordering = ["criterion__position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "criterion"], name="criterion_result_once"),
            models.CheckConstraint(
                condition=Q(override="") | (~Q(override_reason="") & Q(override_by__isnull=False)),
                name="override_has_reason",
                violation_error_message=_("Say why you decide otherwise."),
            ),
            models.CheckConstraint(
                condition=~Q(outcome="not_met", override="met") | Q(approval__isnull=False),
                name="override_exception_is_asked",
                violation_error_message=_("Not met becomes met only with a second person's agreement."),
            ),
            SameKey(field="application", name="criterion_result_same_agency"),
            SameKey(field="application", shared="call", name="criterion_result_application_of_call"),
            SameKey(field="criterion", shared="call", name="criterion_result_of_call"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.get_outcome_display()}"

    @property
    def counts_override(self) -> bool:
        """Whether the staff's decision counts: an exception does only once a second person agreed to it.

        Reads `approval`: select it with the rows.
        """
        return bool(self.override) and (self.approval is None or self.approval.is_granted is True)

    @property
    def shown_evidence(self) -> StrOrPromise:
        """What shows it, for staff: the paper's own name only once its file has passed the check."""
        file = self.evidence_file
        return self.evidence if file is None or file.has_passed else file.public_name

    @property
    def final(self) -> str:
        """What counts: the staff's decision, else the rule's answer."""
        return self.override if self.counts_override else self.outcome


@tracked()
class ReturnRequest(Record):
    """An application sent back for correction of named items only; the agency's clock stops until it comes back."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="returns")
    sent_at = models.DateTimeField(_("sent at"))
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text=_("empty: the check of a file sent it back, nobody did"),
    )  # fmt: skip
    due_at = models.DateTimeField(_("due at"))
    note = models.TextField(_("note"), blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    reminded_before = models.PositiveSmallIntegerField(
        _("days before the last day at which the company was last reminded"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("return for correction")
        verbose_name_plural = _("returns for correction")
        ordering = ["sent_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(answered_at__isnull=True), name="return_open_once"
            ),
            SameKey(field="application", name="return_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.sent_at:%Y-%m-%d}"

    @property
    def last_day(self) -> dt.date:
        """The day on which a correction can still be sent (Seoul)."""
        return (self.due_at - dt.timedelta(microseconds=1)).astimezone(SEOUL).date()


@tracked()
class ReturnItem(Record):
    """One item to be corrected: a question, a document, the baseline or the contact."""

    class Part(models.TextChoices):
        QUESTION = "question", _("answer")
        DOCUMENT = "document", _("document")
        BASELINE = "baseline", _("baseline")
        CONTACT = "contact", _("person in charge")

    request = models.ForeignKey(ReturnRequest, on_delete=models.PROTECT, related_name="items")
    part = models.CharField(_("part"), max_length=10, choices=Part)
    question = models.ForeignKey(Question, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(
        RequiredDocument, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(_("what to correct"), max_length=500)

    class Meta:
        verbose_name = _("item to correct")
        verbose_name_plural = _("items to correct")
        constraints = [
            models.CheckConstraint(
                condition=Q(part="question", question__isnull=False, document__isnull=True)
                | Q(part="document", question__isnull=True, document__isnull=False)
                | Q(part__in=["baseline", "contact"], question__isnull=True, document__isnull=True),
                name="return_item_names_one",
            )
        ]

    @property
    def said(self) -> StrOrPromise:
        """What to correct: the words of staff, or the sentence of what the check of a file found."""
        return SENTENCES.get(self.note, self.note)

    def __str__(self) -> str:
        return str(self.question or self.document or self.get_part_display())
