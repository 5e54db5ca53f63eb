"""Screening: what each criterion answered on which occasion and why, what staff decided otherwise, what was sent back."""

from __future__ import annotations

import datetime as dt

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import Agency, Approval
from ground.audit import tracked
from ground.clock import SEOUL
from ground.constraints import SameKey
from ground.inspection.sentences import SENTENCES
from ground.models import Record
from ground.templatetags.naru import seoul_day
from programs.models.application import Application
from programs.models.call import Call, Criterion, RequiredDocument
from programs.models.question import Question


class Outcome(models.TextChoices):
    """The three answers of a criterion, never a guess."""

    MET = "met", _("met")
    NOT_MET = "not_met", _("not met")
    LOOK = "look", _("a person must look")


STAYS = pgtrigger.Protect(name="stays", operation=pgtrigger.Update | pgtrigger.Delete)
"""What was taken is never changed."""


class Screening(Record):
    """One taking of a call's criteria at one instant and occasion, with the version of each rule. Insert-only."""

    class Occasion(models.TextChoices):
        SUBMISSION = "submission", _("submission")
        SCREENING = "screening", _("screening")
        SELECTION = "selection", _("selection")
        AGREEMENT = "agreement", _("agreement")
        PAYMENT = "payment", _("payment")

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="screenings")
    occasion = models.CharField(_("occasion"), max_length=10, choices=Occasion)
    taken_at = models.DateTimeField(_("taken at"))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    criteria = ArrayField(models.UUIDField())
    versions = ArrayField(models.PositiveSmallIntegerField())

    class Meta:
        verbose_name = _("screening")
        verbose_name_plural = _("screenings")
        ordering = ["taken_at", "id"]
        constraints = [SameKey(field="call", name="screening_same_agency")]
        triggers = [STAYS]

    def __str__(self) -> str:
        return f"{self.call} {self.get_occasion_display()}"


class Screened(models.Model):
    """What one screening said of one application: an answer for each criterion of the screening, in its order.

    Insert-only, so the rows are their own history; a later row of an application takes an earlier one's place. Where a later
    screening found what a row says to hold still, it upholds the row (`Upheld`). There are no foreign keys: they would be
    checked row by row. The trigger checks all rows of a statement at once.
    """

    id = models.BigAutoField(primary_key=True)
    screening = models.ForeignKey(
        Screening, on_delete=models.PROTECT, related_name="rows", db_constraint=False, db_index=False
    )
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="screened", db_constraint=False, db_index=False
    )
    outcomes = ArrayField(models.SmallIntegerField(null=True))
    reasons = ArrayField(models.TextField(null=True))
    seen = ArrayField(models.TextField(null=True))
    evidence = ArrayField(models.TextField(null=True))
    days = ArrayField(models.DateField(null=True))
    files = ArrayField(models.UUIDField(null=True), null=True)
    renewals = ArrayField(models.DateField(null=True), null=True)

    class Meta:
        verbose_name = _("screened application")
        verbose_name_plural = _("screened applications")
        ordering = ["id"]
        indexes = [models.Index(fields=["application", "id"], name="screened_of_application")]
        triggers = [
            STAYS,
            pgtrigger.Trigger(
                name="belongs",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="taken"),  # type: ignore[no-untyped-call]
                func="""
                    IF EXISTS (
                        SELECT FROM taken t
                        LEFT JOIN programs_screening s ON s.id = t.screening_id
                        LEFT JOIN programs_application a
                            ON a.id = t.application_id AND a.call_id = s.call_id AND a.agency_id = s.agency_id
                        WHERE a.id IS NULL OR cardinality(s.versions) <> cardinality(s.criteria) OR NOT (
                            cardinality(s.criteria) = ALL (ARRAY[
                                cardinality(t.outcomes), cardinality(t.reasons), cardinality(t.seen),
                                cardinality(t.evidence), cardinality(t.days),
                                coalesce(cardinality(t.files), cardinality(s.criteria)),
                                coalesce(cardinality(t.renewals), cardinality(s.criteria))]))
                    ) THEN
                        RAISE EXCEPTION 'screened_belongs: an answer for each criterion, of an application of the call'
                            USING ERRCODE = 'foreign_key_violation';
                    END IF;
                    RETURN NULL;""",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}"


@tracked()
class Override(Record):
    """Staff decide a criterion of an application otherwise than the rule. It stands as long as the rule says the same."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="overrides")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    rule_said = models.CharField(_("the rule said"), max_length=8, choices=Outcome)
    said_sha256 = models.CharField(_("fingerprint of what the rule said"), max_length=64)
    to = models.CharField(_("decided by staff"), max_length=8, choices=Outcome)
    reason = models.TextField(_("reason of the decision"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approval = models.ForeignKey(Approval, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("decision other than the rule's")
        verbose_name_plural = _("decisions other than the rule's")
        constraints = [
            models.UniqueConstraint(fields=["application", "criterion"], name="override_once"),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="override_has_reason",
                violation_error_message=_("Say why you decide otherwise."),
            ),
            models.CheckConstraint(
                condition=~Q(rule_said="not_met", to="met") | Q(approval__isnull=False),
                name="override_exception_is_asked",
                violation_error_message=_("Not met becomes met only with a second person's agreement."),
            ),
            SameKey(field="application", name="override_same_agency"),
            SameKey(field="application", shared="call", name="override_application_of_call"),
            SameKey(field="criterion", shared="call", name="override_of_call"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.get_to_display()}"


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
        return f"{self.application} {seoul_day(self.sent_at)}"

    @property
    def last_day(self) -> dt.date:
        """The day on which a correction can still be sent (Seoul)."""
        return (self.due_at - dt.timedelta(microseconds=1)).astimezone(SEOUL).date()


@tracked()
class ReturnItem(Record):
    """One item to be corrected: a question, a document, a criterion, the baseline or the contact."""

    class Part(models.TextChoices):
        QUESTION = "question", _("answer")
        DOCUMENT = "document", _("document")
        CRITERION = "criterion", _("criterion")
        BASELINE = "baseline", _("baseline")
        CONTACT = "contact", _("person in charge")

    request = models.ForeignKey(ReturnRequest, on_delete=models.PROTECT, related_name="items")
    part = models.CharField(_("part"), max_length=10, choices=Part)
    question = models.ForeignKey(Question, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(
        RequiredDocument, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    criterion = models.ForeignKey(
        Criterion, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(_("what to correct"), max_length=500)
    is_implied = models.BooleanField(_("open with a criterion"), default=False, db_default=False)
    """Nobody named it: a criterion that was named reads it, so it is open; its note is the criterion's."""

    class Meta:
        verbose_name = _("item to correct")
        verbose_name_plural = _("items to correct")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    part="question", question__isnull=False, document__isnull=True, criterion__isnull=True
                )
                | Q(part="document", question__isnull=True, document__isnull=False, criterion__isnull=True)
                | Q(part="criterion", question__isnull=True, document__isnull=True, criterion__isnull=False)
                | Q(
                    part__in=["baseline", "contact"],
                    question__isnull=True,
                    document__isnull=True,
                    criterion__isnull=True,
                ),
                name="return_item_names_one",
            )
        ]

    @property
    def said(self) -> StrOrPromise:
        """What to correct: the words of staff, or the sentence of what the check of a file found."""
        return SENTENCES.get(self.note, self.note)

    def __str__(self) -> str:
        return str(self.question or self.document or self.criterion or self.get_part_display())
