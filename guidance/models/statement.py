"""Statements (전략 항목): what an agency tells companies about a country, by pillar, in versions with their evidence."""

from __future__ import annotations

import datetime as dt
from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Approval, Organization
from ground.audit import tracked
from ground.clock import ClockToday
from ground.constraints import SameKey
from ground.models import Country
from guidance.models.pillar import Pillar
from guidance.models.products import MOST_OF_STATEMENT, holds_codes, prefix
from guidance.models.research import Confidence, Finding
from programs.models.choice import OwnProgramQuerySet
from programs.models.program import OfProgram, Program


@tracked()
class Statement(OfProgram):
    """One line of a country's strategy; what it says stands in its versions."""

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="statements"
    )
    country = models.ForeignKey(
        Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="+"
    )
    pillar = models.CharField(_("pillar"), max_length=10, choices=Pillar)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = OwnProgramQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["program", "country", "pillar", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["program", "id"], name="statement_program_key"),
            SameKey(field="program", name="statement_same_agency"),
        ]
        indexes = [models.Index(fields=["program", "country", "pillar", "position"], name="statement_place")]

    def __str__(self) -> str:
        return f"{self.country_id} {self.get_pillar_display()} {self.position}"


@tracked()
class Review(OfProgram):
    """Versions of one country that a second person is asked about at once."""

    class State(models.TextChoices):
        ASKED = "asked", _("waits for a second person")
        RETURNED = "returned", _("returned")
        PUBLISHED = "published", _("published")

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="+"
    )
    country = models.ForeignKey(
        Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(_("reason"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED, editable=False)
    approval = models.ForeignKey(
        Approval, verbose_name=_("approval"), null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip

    objects = OwnProgramQuerySet.as_manager()

    class Meta:
        verbose_name = _("review of statements")
        verbose_name_plural = _("reviews of statements")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["program", "id"], name="review_program_key"),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(approval__isnull=False),
                name="review_published_by_two",
                violation_error_message=_("Publishing needs a second person’s agreement."),
            ),
            SameKey(field="program", name="review_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.program.code} {self.country}"


class StatementVersionQuerySet(OwnProgramQuerySet):
    def in_force(self, at: dt.datetime) -> Self:
        """Published by then, and neither replaced by a newer version nor withdrawn."""
        return self.filter(
            Q(replaced_at__isnull=True) | Q(replaced_at__gt=at),
            Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at),
            published_at__lte=at,
        )

    def whole(self) -> Self:
        """With what a page or a booklet shows of each: two queries."""
        return self.select_related(
            "statement__country", "responsible_agency", "responsible_organization"
        ).prefetch_related("figures")

    def past_review(self) -> Self:
        """In force, and to be looked at again since a day before today."""
        return self.filter(state="published", review_on__lt=ClockToday())

    def with_due(self) -> Self:
        """`is_due`: whether it is past its review."""
        due = Q(state="published", review_on__lt=ClockToday())
        return self.annotate(is_due=models.ExpressionWrapper(due, output_field=models.BooleanField()))


@tracked()
class StatementVersion(OfProgram):
    """What a statement says from its publication on, with where it comes from and when it is to be looked at again."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("statement", "draft")
        REVIEW = "review", _("in review")
        PUBLISHED = "published", _("published")
        REPLACED = "replaced", _("replaced by a newer version")
        WITHDRAWN = "withdrawn", pgettext_lazy("statement", "withdrawn")

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    statement = models.ForeignKey(
        Statement, verbose_name=_("statement"), on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveSmallIntegerField(pgettext_lazy("statement", "version"), editable=False)
    text_ko = models.TextField(_("statement (Korean)"), max_length=2000)
    text_en = models.TextField(_("statement (English)"), max_length=2000, blank=True)
    products = ArrayField(
        models.CharField(max_length=10, validators=[prefix]), verbose_name=_("HS codes"), default=list, blank=True
    )  # fmt: skip
    evidence_ko = models.TextField(_("evidence (Korean)"), max_length=4000)
    evidence_en = models.TextField(_("evidence (English)"), max_length=4000, blank=True)
    source = models.CharField(_("source"), max_length=300)
    source_url = models.URLField(_("address of the source"), max_length=500, blank=True)
    as_of_on = models.DateField(_("as of"))
    review_on = models.DateField(
        _("look at it again by"),
        help_text=_("After this day it is marked as due for review, for readers too."),
    )
    confidence = models.CharField(_("confidence"), max_length=6, choices=Confidence)
    responsible_agency = models.ForeignKey(
        Agency, verbose_name=_("responsible agency"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    responsible_organization = models.ForeignKey(
        Organization, verbose_name=_("responsible body"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    changed_ko = models.TextField(_("what changed (Korean)"), max_length=1000, blank=True)
    changed_en = models.TextField(_("what changed (English)"), max_length=1000, blank=True)
    finding = models.ForeignKey(
        Finding, verbose_name=_("finding"), null=True, blank=True, on_delete=models.PROTECT, related_name="versions"
    )  # fmt: skip
    is_made_up = models.BooleanField(_("made up for the demonstration"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    review = models.ForeignKey(
        Review, verbose_name=_("review of statements"), null=True, editable=False, on_delete=models.PROTECT,
        related_name="versions",
    )  # fmt: skip
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    replaced_at = models.DateTimeField(_("replaced at"), null=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawn_because = models.TextField(
        _("why it was withdrawn"), max_length=1000, blank=True, editable=False
    )

    objects = StatementVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a statement")
        verbose_name_plural = _("versions of statements")
        ordering = ["statement", "number"]
        triggers = [
            pgtrigger.Trigger(
                name="published_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF OLD.published_at IS NULL THEN
                        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                        RETURN NEW;
                    END IF;
                    IF TG_OP = 'DELETE'
                        OR (OLD.statement_id, OLD.number, OLD.text_ko, OLD.text_en, OLD.products, OLD.evidence_ko, OLD.evidence_en,
                            OLD.source, OLD.source_url, OLD.as_of_on, OLD.review_on, OLD.confidence, OLD.responsible_agency_id,
                            OLD.responsible_organization_id, OLD.changed_ko, OLD.changed_en, OLD.finding_id, OLD.published_at)
                        IS DISTINCT FROM
                           (NEW.statement_id, NEW.number, NEW.text_ko, NEW.text_en, NEW.products, NEW.evidence_ko, NEW.evidence_en,
                            NEW.source, NEW.source_url, NEW.as_of_on, NEW.review_on, NEW.confidence, NEW.responsible_agency_id,
                            NEW.responsible_organization_id, NEW.changed_ko, NEW.changed_en, NEW.finding_id, NEW.published_at)
                    THEN
                        RAISE EXCEPTION 'published_stays: what was published is not written anew'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;""",
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["statement", "number"], name="statement_version_once"),
            models.UniqueConstraint(fields=["program", "id"], name="statement_version_program_key"),
            models.UniqueConstraint(
                fields=["statement"], condition=Q(state__in=["draft", "review"]), name="statement_one_draft"
            ),
            models.UniqueConstraint(
                fields=["statement"], condition=Q(state="published"), name="statement_one_published"
            ),
            models.CheckConstraint(
                condition=~Q(text_ko="") & ~Q(source="") & ~Q(evidence_ko=""),
                name="statement_version_has_source",
                violation_error_message=_("A statement needs its text, its evidence and its source."),
            ),
            holds_codes("statement_version_products", MOST_OF_STATEMENT),
            models.CheckConstraint(
                condition=Q(review_on__gt=F("as_of_on")),
                name="statement_version_review",
                violation_error_message=_("The day of the next review lies after the day it is as of."),
            ),
            models.CheckConstraint(
                condition=Q(number=1) | Q(number__gt=1) & ~Q(changed_ko=""),
                name="statement_version_says_change",
                violation_error_message=_("From the second version on, say what changed."),
            ),
            models.CheckConstraint(
                condition=Q(responsible_agency__isnull=False) ^ Q(responsible_organization__isnull=False),
                name="statement_version_one_body",
                violation_error_message=_("Name one responsible body: an agency or an organization."),
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True)
                | Q(state="review", published_at__isnull=True, review__isnull=False)
                | Q(state="published", published_at__isnull=False, review__isnull=False)
                | Q(state="replaced", published_at__isnull=False, replaced_at__isnull=False)
                | Q(state="withdrawn", published_at__isnull=False, withdrawn_at__isnull=False)
                & ~Q(withdrawn_because=""),
                name="statement_version_state",
            ),
            models.CheckConstraint(
                condition=Q(replaced_at__isnull=True, withdrawn_at__isnull=True)
                | Q(state="replaced", withdrawn_at__isnull=True)
                | Q(state="withdrawn", replaced_at__isnull=True),
                name="statement_version_one_end",
            ),
            SameKey(field="program", name="statement_version_same_agency"),
            SameKey(field="statement", shared="program", name="statement_version_of_program"),
            SameKey(field="finding", shared="program", name="statement_version_finding"),
            SameKey(field="review", shared="program", name="statement_version_asked"),
        ]
        indexes = [models.Index(fields=["state", "review_on"], name="statement_version_due")]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def text(self) -> str:
        """In the reader's language, in Korean where there is no English."""
        return self.text_en if get_language() == "en" and self.text_en else self.text_ko

    @property
    def evidence(self) -> str:
        return self.evidence_en if get_language() == "en" and self.evidence_en else self.evidence_ko

    @property
    def changed(self) -> str:
        return self.changed_en if get_language() == "en" and self.changed_en else self.changed_ko

    @property
    def responsible_body(self) -> Agency | Organization:
        body = self.responsible_agency or self.responsible_organization
        assert body is not None
        return body

    def is_past_review(self, day: dt.date) -> bool:
        """Whether its day of review lies before `day`."""
        return self.review_on < day


@tracked()
class StatementFigure(OfProgram):
    """A number within a version, for its chart or table."""

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    version = models.ForeignKey(
        StatementVersion, verbose_name=_("version of a statement"), on_delete=models.PROTECT, related_name="figures"
    )  # fmt: skip
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    label_ko = models.CharField(_("label (Korean)"), max_length=80)
    label_en = models.CharField(_("label (English)"), max_length=120, blank=True)
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=4)
    unit_ko = models.CharField(_("unit (Korean)"), max_length=40)
    unit_en = models.CharField(_("unit (English)"), max_length=40, blank=True)
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    is_illustrative = models.BooleanField(
        _("illustrative"), default=False,
        help_text=_("Made up to show how it works, no published figure."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("figure of a statement")
        verbose_name_plural = _("figures of statements")
        ordering = ["version", "position", "id"]
        triggers = [
            pgtrigger.Trigger(
                name="published_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF EXISTS (
                        SELECT FROM guidance_statementversion v
                        WHERE v.published_at IS NOT NULL
                            AND v.id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.version_id END,
                                         CASE WHEN TG_OP <> 'DELETE' THEN NEW.version_id END)
                    ) THEN
                        RAISE EXCEPTION 'published_stays: what was published is not written anew'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;""",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(year__gte=1990, year__lte=2100),
                name="statement_figure_year",
                violation_error_message=_("Write the year with four digits."),
            ),
            SameKey(field="program", name="statement_figure_same_agency"),
            SameKey(field="version", shared="program", name="statement_figure_of_version"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.year}"

    @property
    def label(self) -> str:
        """In the reader's language."""
        return self.label_en if get_language() == "en" and self.label_en else self.label_ko

    @property
    def number(self) -> str:
        """The value as it is written: no zeros that say nothing, commas between thousands."""
        return f"{self.value.normalize():,f}"

    @property
    def unit(self) -> str:
        """In the reader's language."""
        return self.unit_en if get_language() == "en" and self.unit_en else self.unit_ko
