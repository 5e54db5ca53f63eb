"""Choosing target countries (대상국 선정): indicators by country and year, and what a choice weighs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval
from accounts.roles import agency_ids
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Country
from programs.models.program import OfProgram, Program


class Normalization(models.TextChoices):
    """How values of different units come on one scale; `country_ranking.spread` says the arithmetic."""

    SPAN = "span", _("worst 0, best 100")
    ORDER = "order", _("by order: best 100, worst 0, equal ones share their places")
    DEVIATION = "deviation", _("50 at the mean, 10 for each standard deviation (of the population)")


class OwnProgramQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the agencies that run the program or have a stated part in it."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = agency_ids(user)
        return self.filter(Q(agency__in=own) | Q(program__in=Program.objects.filter(shares__agency__in=own)))


@tracked()
class Indicator(OfProgram):
    """What is compared between countries, with its unit."""

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="indicators"
    )
    code = models.CharField(
        _("code"), max_length=30,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$", _("Small letters, digits and hyphens."))],
    )  # fmt: skip
    name_ko = models.CharField(_("name (Korean)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=160, blank=True)
    unit_ko = models.CharField(_("unit (Korean)"), max_length=40)
    unit_en = models.CharField(_("unit (English)"), max_length=40, blank=True)

    objects = OwnProgramQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["program", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "code"],
                name="indicator_once",
                violation_error_message=_("The program has an indicator with this code already."),
            ),
            models.UniqueConstraint(fields=["program", "id"], name="indicator_program_key"),
            SameKey(field="program", name="indicator_same_agency"),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_ko

    @property
    def unit(self) -> str:
        """In the reader's language."""
        return self.unit_en if get_language() == "en" and self.unit_en else self.unit_ko


@tracked()
class IndicatorValue(OfProgram):
    """What a source says of a country in a year. A value that nobody knows has no row; it is never a zero."""

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    indicator = models.ForeignKey(
        Indicator, verbose_name=_("indicator"), on_delete=models.PROTECT, related_name="values"
    )
    country = models.ForeignKey(
        Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="+"
    )
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=4)
    source = models.CharField(_("source"), max_length=300)
    source_on = models.DateField(_("date of the source"))
    is_illustrative = models.BooleanField(
        _("illustrative"), default=False,
        help_text=_("Made up to show how it works, no published figure."),
    )  # fmt: skip

    objects = OwnProgramQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator value")
        verbose_name_plural = _("indicator values")
        ordering = ["indicator", "country", "-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "country", "year"],
                name="indicator_value_once",
                violation_error_message=_(
                    "There is a value of this country and year already: change that one."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(source=""),
                name="indicator_value_has_source",
                violation_error_message=_("Say where the value comes from."),
            ),
            models.CheckConstraint(
                condition=Q(year__gte=1990, year__lte=2100),
                name="indicator_value_year",
                violation_error_message=_("Write the year with four digits."),
            ),
            SameKey(field="program", name="indicator_value_same_agency"),
            SameKey(field="indicator", shared="program", name="indicator_value_of_program"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.country_id} {self.year}"


@tracked()
class CountryChoice(OfProgram):
    """Which countries a program goes to: what is weighed how, among which candidates, and what was decided.

    `kept` is the table as it stood when it was decided (`queries.country_choice.table`), and stays.
    """

    class State(models.TextChoices):
        OPEN = "open", _("being prepared")
        DECIDED = "decided", _("decided")

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="country_choices"
    )
    name_ko = models.CharField(_("name (Korean)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=160, blank=True)
    size = models.PositiveSmallIntegerField(
        _("countries to choose"), default=5, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    normalization = models.CharField(
        _("common scale"), max_length=10, choices=Normalization, default=Normalization.SPAN
    )
    least_coverage = models.DecimalField(
        _("least share of the weights with values (%)"), max_digits=4, decimal_places=1, default=Decimal(100),
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("A candidate with values for less gets no rank; it stands below with what is missing."),
    )  # fmt: skip
    shift_percent = models.DecimalField(
        _("weights move by (%)"), max_digits=4, decimal_places=1, default=Decimal(20),
        validators=[MinValueValidator(1), MaxValueValidator(99)],
        help_text=_("How firm the result is: each weight is moved down and up by this much, in every combination."),
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN, editable=False)
    reason = models.TextField(_("reason"), blank=True, editable=False)
    kept = models.JSONField(_("table as it stood"), null=True, editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    approval = models.ForeignKey(
        Approval, verbose_name=_("approval"), null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip

    objects = OwnProgramQuerySet.as_manager()

    class Meta:
        verbose_name = _("choice of countries")
        verbose_name_plural = _("choices of countries")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["program", "id"], name="country_choice_program_key"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True, kept__isnull=True, approval__isnull=True)
                | Q(state="decided", decided_at__isnull=False, kept__isnull=False, approval__isnull=False),
                name="country_choice_decided_by_two",
                violation_error_message=_(
                    "A decision needs a second person’s agreement and the table as it stood."
                ),
            ),
            models.CheckConstraint(
                condition=Q(size__gte=1, least_coverage__gt=0, least_coverage__lte=100)
                & Q(shift_percent__gt=0, shift_percent__lt=100),
                name="country_choice_numbers",
                violation_error_message=_("At least one country, and percents between 0 and 100."),
            ),
            SameKey(field="program", name="country_choice_same_agency"),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_ko


class OfChoice(OfProgram):
    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        abstract = True


@tracked()
class WeighedIndicator(OfChoice):
    """An indicator in a choice: the year that is compared, its weight, and whether more is better."""

    choice = models.ForeignKey(
        CountryChoice, verbose_name=_("choice"), on_delete=models.PROTECT, related_name="weighed"
    )
    indicator = models.ForeignKey(
        Indicator, verbose_name=_("indicator"), on_delete=models.PROTECT, related_name="+"
    )
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    weight = models.DecimalField(
        _("weight"), max_digits=6, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    is_more_better = models.BooleanField(_("more is better"), default=True)

    class Meta:
        verbose_name = _("weighed indicator")
        verbose_name_plural = _("weighed indicators")
        ordering = ["choice", "-weight", "indicator__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["choice", "indicator"],
                name="weighed_indicator_once",
                violation_error_message=_("The indicator stands in this choice already."),
            ),
            models.CheckConstraint(
                condition=Q(weight__gt=0),
                name="weighed_indicator_has_weight",
                violation_error_message=_("Enter a weight above zero."),
            ),
            SameKey(field="program", name="weighed_indicator_same_agency"),
            SameKey(field="choice", shared="program", name="weighed_indicator_of_choice"),
            SameKey(field="indicator", shared="program", name="weighed_indicator_of_program"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.weight.normalize():f}"


@tracked()
class Candidate(OfChoice):
    """A country that is compared in a choice; `is_chosen` is a proposal until the choice is decided."""

    choice = models.ForeignKey(
        CountryChoice, verbose_name=_("choice"), on_delete=models.PROTECT, related_name="candidates"
    )
    country = models.ForeignKey(
        Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="+"
    )
    is_chosen = models.BooleanField(_("chosen"), default=False, editable=False)

    class Meta:
        verbose_name = _("candidate country")
        verbose_name_plural = _("candidate countries")
        ordering = ["choice", "country"]
        constraints = [
            models.UniqueConstraint(
                fields=["choice", "country"],
                name="candidate_once",
                violation_error_message=_("The country is a candidate already."),
            ),
            SameKey(field="program", name="candidate_same_agency"),
            SameKey(field="choice", shared="program", name="candidate_of_choice"),
        ]

    def __str__(self) -> str:
        return str(self.country)
