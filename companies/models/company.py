"""A company of the register: one record for all agencies, found by its business number."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection, models
from django.db.models import F, Func, Q
from django.db.models.functions import Upper
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.roles import agency_ids, organization_ids
from companies import numbers
from companies.ties import tied_to
from ground import ksic
from ground.audit import tracked
from ground.models import Industry, Province, Record


class CompanyQuerySet(models.QuerySet["Company"]):
    def visible_to(self, user: Any) -> Self:
        """Own companies; those an agency of the user has come to see; those an organization of the user is tied to."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(
            Q(pk__in=user.company_members.filter(ended_at__isnull=True).values("company"))
            | Q(sights__agency__in=agency_ids(user))
            | tied_to(organization_ids(user))
        ).distinct()

    def of_member(self, user: Any, *roles: str) -> Self:
        """Companies in which the user is a member today (in one of `roles`, if given)."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        mine = user.company_members.filter(ended_at__isnull=True)
        return self.filter(pk__in=(mine.filter(role__in=roles) if roles else mine).values("company"))

    def seen_by_organizations_of(self, user: Any) -> Self:
        """Those that an organization of the user is tied to today."""
        return self.filter(tied_to(organization_ids(user)))

    def search(self, words: str) -> Self:
        """By part of a name or of the business number, also of a record that was given up for this one."""
        digits = numbers.clean(words)
        found = Q(name_ko__icontains=words) | Q(name_en__icontains=words)
        if digits.isdigit():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT g.kept_id FROM naru_merged() g JOIN companies_company f ON f.id = g.company_id"
                    " WHERE f.business_number LIKE %s",
                    [f"%{digits}%"],
                )
                onward = [key for (key,) in cursor.fetchall()]
            # Asked before, so that the index on the number still finds the others.
            found |= Q(business_number__contains=digits) | Q(pk__in=onward)
        return self.filter(found)


@tracked()
class Company(Record):
    """Facts about a firm. People (representative, contacts) stand apart in `Contact`."""

    business_number = models.CharField(
        _("business number"), max_length=10, unique=True, validators=[numbers.validate]
    )
    corporate_number = models.CharField(_("corporate number"), max_length=13, blank=True)
    name_ko = models.CharField(_("name (Korean)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=160, blank=True)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    website = models.URLField(_("website"), blank=True)
    is_made_up = models.BooleanField(_("made up for the demonstration"), default=False)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = pgettext_lazy("the register", "companies")
        ordering = ["name_ko", "id"]
        indexes = [
            GinIndex(OpClass(Upper("name_ko"), name="gin_trgm_ops"), name="company_name_ko_trgm"),
            GinIndex(OpClass(Upper("name_en"), name="gin_trgm_ops"), name="company_name_en_trgm"),
            GinIndex(fields=["business_number"], opclasses=["gin_trgm_ops"], name="company_number_trgm"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(business_number__regex=r"^[0-9]{10}$"),
                name="company_business_number_digits",
                violation_error_message=_("A business number has ten digits, for example 124-81-00998."),
            )
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_ko

    @property
    def pretty_number(self) -> str:
        return numbers.pretty(self.business_number)


class PlaceQuerySet(models.QuerySet["Place"]):
    def in_order(self) -> Self:
        """Present places first, the head office before the others, then the earlier ones."""
        return self.order_by(
            F("until_on").desc(nulls_first=True),
            models.Case(models.When(kind="head_office", then=0), default=1),
            "-from_on",
            "id",
        )


@tracked()
class Place(Record):
    """Where the company is, from a day until a day: head office, factory or laboratory in a province."""

    class Kind(models.TextChoices):
        HEAD_OFFICE = "head_office", _("head office")
        FACTORY = "factory", _("factory")
        LABORATORY = "laboratory", _("laboratory")

    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="places"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    province = models.ForeignKey(
        Province, verbose_name=_("province"), on_delete=models.PROTECT, related_name="+"
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = [
            ExclusionConstraint(
                name="place_one_head_office",
                expressions=[
                    ("company", RangeOperators.EQUAL),
                    (
                        Func(F("from_on"), F("until_on"), models.Value("[]"), function="daterange",
                             output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(kind="head_office"),
                violation_error_message=_("A company has one head office at a time: end the earlier one first."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.province}"


@tracked()
class CompanyIndustry(Record):
    """What the company does, by KSIC in the revision that it was given in: a code of the list, or of a section that is listed
    the digits of a deeper one."""

    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="industries"
    )
    industry = models.ForeignKey(
        Industry, verbose_name=_("industry"), on_delete=models.PROTECT, related_name="+"
    )
    digits = models.CharField(_("digits after the letter"), max_length=5, blank=True)
    is_main = models.BooleanField(_("main industry"), default=False)

    class Meta:
        verbose_name = _("industry of a company")
        verbose_name_plural = _("industries of companies")
        constraints = [
            models.UniqueConstraint(fields=["company", "industry", "digits"], name="company_industry_once"),
            models.CheckConstraint(
                condition=Q(digits="") | Q(digits__regex=f"^{ksic.DIGITS}$"),
                name="company_industry_digits",
                violation_error_message=ksic.NO_DIGITS,
            ),
            models.UniqueConstraint(
                fields=["company"], condition=Q(is_main=True), name="company_one_main_industry"
            ),
        ]

    def __str__(self) -> str:
        return self.industry.with_digits(self.digits)


@tracked()
class YearlyFigure(Record):
    """Sales (KRW), exports (USD) and head count of one calendar year, with where they come from."""

    class Source(models.TextChoices):
        COMPANY = "company", _("company's own statement")
        STATEMENT = "statement", _("financial statement")
        KITA = "kita", _("export performance certificate")

    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="figures"
    )
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1950), MaxValueValidator(2100)]
    )
    sales_amount = models.DecimalField(
        _("sales (KRW)"), max_digits=18, decimal_places=0, null=True, blank=True
    )
    export_amount = models.DecimalField(
        _("exports (USD)"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.COMPANY)
    is_estimated = models.BooleanField(_("estimated (December as the monthly average)"), default=False)

    class Meta:
        verbose_name = _("yearly figures")
        verbose_name_plural = _("yearly figures")
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["company", "year"], name="figures_once_a_year"),
            models.CheckConstraint(
                condition=(Q(sales_amount__isnull=True) | Q(sales_amount__gte=0))
                & (Q(export_amount__isnull=True) | Q(export_amount__gte=0))
                & (Q(employees__isnull=True) | Q(employees__gte=0)),
                name="figures_not_below_zero",
                violation_error_message=_("Sales, exports and employees cannot be below zero."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)
