"""A call for applications: notice, required documents, criteria."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.roles import agency_ids
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Record
from programs.models.program import OfProgram, Program


class CallQuerySet(models.QuerySet["Call"]):
    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def open_at(self, instant: dt.datetime) -> Self:
        """From the opening instant (included) to the closing instant (not included), unless it was cancelled."""
        return self.published().filter(
            opens_at__lte=instant, closes_at__gt=instant, cancelled_at__isnull=True
        )

    def in_preparation(self, instant: dt.datetime) -> Self:
        """Not open yet, nor closed or cancelled: not published, or to open later."""
        is_ahead = Q(published_at__isnull=True) | Q(opens_at__gt=instant)
        return self.filter(is_ahead, closes_at__gt=instant, cancelled_at__isnull=True)

    def in_screening(self, instant: dt.datetime) -> Self:
        """Closed and neither decided nor cancelled."""
        return self.filter(closes_at__lte=instant, decided_at__isnull=True, cancelled_at__isnull=True)

    def visible_to(self, user: Any) -> Self:
        """Staff: calls of their agencies' and shared programs."""
        mine = agency_ids(user)
        return self.filter(Q(agency__in=mine) | Q(program__shares__agency__in=mine)).distinct()


@tracked()
class Call(OfProgram):
    """A call (모집공고). Opening and closing are instants, decided by the database's clock."""

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="calls"
    )
    code = models.CharField(
        _("code"), max_length=44, unique=True,
        validators=[RegexValidator(r"^[A-Z0-9][A-Z0-9-]*$", _("Capital letters, digits and hyphens."))],
    )  # fmt: skip
    notice_number = models.CharField(_("notice number"), max_length=60)
    title_ko = models.CharField(_("title (Korean)"), max_length=160)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    notice_ko = models.TextField(_("notice (Korean)"))
    notice_en = models.TextField(_("notice (English)"), blank=True)
    contact_ko = models.CharField(_("contact (Korean)"), max_length=160)
    contact_en = models.CharField(_("contact (English)"), max_length=160, blank=True)
    opens_at = models.DateTimeField(_("opens at"))
    closes_at = models.DateTimeField(_("closes at"))
    first_closes_at = models.DateTimeField(
        _("closing as first published"), null=True, blank=True, editable=False
    )
    closing_reason = models.CharField(
        _("why the closing was moved"), max_length=300, blank=True, editable=False
    )
    questions_until = models.DateTimeField(
        _("questions until"), null=True, blank=True,
        help_text=_("Until then companies ask about the call. Empty: until the closing."),
    )  # fmt: skip
    agreement_on = models.DateField(
        _("agreement day"), help_text=_("Certificates must be valid again on this day.")
    )
    evaluation_on = models.DateField(
        _("first evaluation day"), null=True, blank=True,
        help_text=_("Some requirements may be cured until this day."),
    )  # fmt: skip
    quota = models.PositiveIntegerField(_("places"))
    reserve_count = models.PositiveIntegerField(_("places on the reserve list"), default=0)
    has_masked_names = models.BooleanField(
        _("mask the names of selected companies"), default=False,
        help_text=_("On the public page of the results only the first letter of each name is shown."),
    )  # fmt: skip
    minimum_points = models.DecimalField(_("minimum points"), max_digits=5, decimal_places=2, default=60)
    answer_days = models.PositiveSmallIntegerField(_("days until the applicant hears"), default=14)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True, editable=False)
    cancellation_reason = models.CharField(
        _("why the call was cancelled"), max_length=300, blank=True, editable=False
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True, editable=False)
    released_at = models.DateTimeField(_("results released at"), null=True, blank=True, editable=False)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-opens_at", "code"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "id"], name="call_agency_key"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="call_period",
                violation_error_message=_("The call closes before it opens."),
            ),
            models.CheckConstraint(
                condition=Q(first_closes_at__isnull=True, closing_reason="")
                | (Q(closes_at__gt=F("first_closes_at")) & ~Q(closing_reason="")),
                name="call_moved_closing_has_reason",
                violation_error_message=_("A closing is moved to a later instant, with the reason."),
            ),
            models.CheckConstraint(
                condition=Q(questions_until__isnull=True) | Q(questions_until__lte=F("closes_at")),
                name="call_questions_by_closing",
                violation_error_message=_("Questions end with the closing at the latest."),
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancellation_reason="")
                | (
                    Q(cancelled_at__isnull=False, published_at__isnull=False, released_at__isnull=True)
                    & ~Q(cancellation_reason="")
                ),
                name="call_cancelled_has_reason",
                violation_error_message=_(
                    "A published call is cancelled with the reason, before its results are released."
                ),
            ),
            SameKey(field="program", name="call_same_agency"),
        ]

    def __str__(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title_ko

    @property
    def has_public_results(self) -> bool:
        """Whether its results stand on a public page (reads `result_notice`)."""
        notice = getattr(self, "result_notice", None)
        return notice is not None and notice.published_at is not None

    @property
    def questions_end_at(self) -> dt.datetime:
        """From this instant on nobody asks about the call any more."""
        return self.questions_until or self.closes_at


class Stage(models.TextChoices):
    """From when on something is needed."""

    APPLICATION = "application", _("with the application")
    SELECTED = "selected", _("only from those selected")


class OfCall(Record):
    call = models.ForeignKey(
        Call, verbose_name=_("call"), on_delete=models.PROTECT, related_name="%(class)ss"
    )
    code = models.SlugField(_("code"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        abstract = True


@tracked()
class RequiredDocument(OfCall):
    """A document asked for, and from when on."""

    name_ko = models.CharField(_("name (Korean)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=160, blank=True)
    hint_ko = models.CharField(_("hint (Korean)"), max_length=300, blank=True)
    hint_en = models.CharField(_("hint (English)"), max_length=300, blank=True)
    stage = models.CharField(_("needed"), max_length=12, choices=Stage, default=Stage.APPLICATION)
    is_required = models.BooleanField(_("must be there"), default=True)
    has_validity = models.BooleanField(_("has days of validity"), default=False)
    certificate_kind = models.CharField(_("kind of certificate"), max_length=12, blank=True)
    question = models.OneToOneField(
        "programs.Question", verbose_name=_("question"), null=True, blank=True, editable=False, on_delete=models.CASCADE,
        related_name="document", help_text=_("A question of the kind file asks for it, in its place of the form."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("required document")
        verbose_name_plural = _("required documents")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["call", "code"], name="required_document_once"),
            models.UniqueConstraint(fields=["call", "id"], name="required_document_call_key"),
            SameKey(field="question", shared="call", name="required_document_question_of_call"),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_ko


class CriterionQuerySet(models.QuerySet["Criterion"]):
    def counting(self) -> Self:
        """Those that decide: the members of a group count through it."""
        return self.filter(group__isnull=True)


@tracked()
class Criterion(OfCall):
    """An eligibility requirement: kind, its values, the day that counts, wording and source."""

    class Kind(models.TextChoices):
        PROVINCE = "province", _("located in a province")
        CERTIFICATE = "certificate", _("certificate held and valid")
        STATUS = "status", _("not suspended or closed")
        TAX = "tax", _("no arrears of taxes or social insurance")
        NOT_BANNED = "not_banned", _("not banned")
        SIZE = "size", _("size of the company")
        MARKS = "marks", _("no credit or insolvency mark")
        SUPPORT = "support", _("support already received")
        INDUSTRY = "industry", _("industry")
        AGE = "age", _("years in business")
        SALES = "sales", _("sales of the previous year")
        EXPORTS = "exports", _("exports of the previous year")
        EMPLOYEES = "employees", _("employees of the previous year")
        PRODUCT = "product", _("product")
        ANSWER = "answer", _("answer in the form")
        LOOK = "look", _("a person must look")
        ALL = "all", _("all of its criteria")
        ANY = "any", _("one of its criteria")
        NOT = "not", _("not its criterion")

    GROUPS = (Kind.ALL, Kind.ANY, Kind.NOT)

    class AsOf(models.TextChoices):
        CLOSING = "closing", _("closing day")
        AGREEMENT = "agreement", _("agreement day")
        EVALUATION = "evaluation", _("first evaluation day")
        CURE = "cure", _("closing day or first evaluation day")

    group = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT, related_name="members",
        help_text=_("A criterion of the kind all, one or not, which alone counts."),
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    values = models.JSONField(_("values"), default=dict, blank=True)
    as_of = models.CharField(_("day that counts"), max_length=10, choices=AsOf, default=AsOf.CLOSING)
    later_as_of = models.CharField(
        _("later day that counts"), max_length=10, choices=AsOf, blank=True,
        help_text=_("Met now but ended before that day: to be renewed, never a block."),
    )  # fmt: skip
    name_ko = models.CharField(_("wording (Korean)"), max_length=160)
    name_en = models.CharField(_("wording (English)"), max_length=200, blank=True)
    source = models.CharField(_("source of the rule"), max_length=200, blank=True)
    can_apply_unmet = models.BooleanField(
        _("may be submitted though not met"), default=False,
        help_text=_("The company is told that it is not met and may submit all the same; you decide. Of a group, the group's own word counts."),
    )  # fmt: skip
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)

    objects = CriterionQuerySet.as_manager()

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["position", "id"]
        triggers = [
            pgtrigger.Trigger(
                name="screened_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="""
                    IF EXISTS (SELECT FROM programs_screening s WHERE s.call_id = OLD.call_id AND OLD.id = ANY (s.criteria))
                    THEN
                        RAISE EXCEPTION 'screened_stays: what was screened keeps its criteria'
                            USING ERRCODE = 'foreign_key_violation';
                    END IF;
                    RETURN OLD;""",
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["call", "code"], name="criterion_code_once"),
            models.UniqueConstraint(fields=["call", "id"], name="criterion_call_key"),
            models.CheckConstraint(
                condition=Q(group__isnull=True) | ~Q(group=F("id")),
                name="criterion_not_its_own_group",
                violation_error_message=_("A criterion is not part of itself."),
            ),
            SameKey(field="group", shared="call", name="criterion_group_of_call"),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_ko
