"""Stores: accounts on a platform's site, their tax treatment, and whose lines they hold."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Organization
from accounts.roles import agency_ids, organization_ids
from companies.models import Company
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Currency, Record
from programs.models.participation import Participation
from programs.models.program import Program
from programs.models.reference import Market


class StoreQuerySet(models.QuerySet["Store"]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the agency; the provider that holds it; members of the company that holds it."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = user.company_members.filter(ended_at__isnull=True).values("company")
        return self.filter(
            Q(agency__in=agency_ids(user)) | Q(organization__in=organization_ids(user)) | Q(company__in=own)
        ).distinct()


@tracked()
class Store(Record):
    """An account on a platform's site. Its settlement currency, not the market's, is that of the payouts."""

    class Holder(models.TextChoices):
        COMPANY = "company", _("company")
        PROVIDER = "provider", _("provider")
        IMPORTER = "importer", _("importer")

    class Kind(models.TextChoices):
        LOCAL = "local", _("local")
        CROSS_BORDER = "cross_border", _("cross-border")

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="stores"
    )
    market = models.ForeignKey(
        Market, verbose_name=_("market"), on_delete=models.PROTECT, related_name="stores"
    )
    code = models.CharField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=160)
    holder = models.CharField(_("held by"), max_length=10, choices=Holder)
    company = models.ForeignKey(
        Company,
        verbose_name=_("company"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="stores",
    )
    organization = models.ForeignKey(
        Organization, verbose_name=_("organization"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="stores",
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    settlement_currency = models.ForeignKey(
        Currency,
        verbose_name=_("settlement currency"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    zone = models.CharField(_("time zone"), max_length=40)
    disabled_on = models.DateField(_("out of use from"), null=True, blank=True)

    objects = StoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "code"], name="store_code_once"),
            models.UniqueConstraint(fields=["agency", "id"], name="store_agency_key"),
            models.CheckConstraint(
                condition=Q(holder="company", company__isnull=False, organization__isnull=True)
                | Q(holder__in=["provider", "importer"], organization__isnull=False, company__isnull=True),
                name="store_has_its_holder",
                violation_error_message=_("Name the holder: a company, or the provider or importer."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


@tracked()
class StoreTax(Record):
    """How tax stands in the store's prices during a period."""

    class Treatment(models.TextChoices):
        IN_PRICE = "in_price", _("tax in the price")
        COLLECTED = "collected", _("collected by the platform on top")
        NONE = "none", _("no tax")
        UNKNOWN = "unknown", _("unknown")

    store = models.ForeignKey(Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="taxes")
    treatment = models.CharField(_("treatment"), max_length=10, choices=Treatment)
    rate_percent = models.DecimalField(_("rate (%)"), max_digits=5, decimal_places=2, null=True, blank=True)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("tax treatment")
        verbose_name_plural = _("tax treatments")
        ordering = ["from_on"]
        constraints = [
            ExclusionConstraint(
                name="store_tax_one_at_a_time",
                expressions=[
                    ("store", RangeOperators.EQUAL),
                    (
                        Func(F("from_on"), F("until_on"), models.Value("[]"), function="daterange",
                             output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("Two tax treatments overlap: end the earlier one first."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.get_treatment_display()


@tracked()
class Assignment(Record):
    """Lines of a store with this SKU or listing (or all of them), from a day until a day, belong to a participation.

    A line takes the narrowest assignment that holds on its business day: listing, then SKU, then the whole store.
    """

    class Scope(models.TextChoices):
        STORE = "store", _("whole store")
        SKU = "sku", _("SKU")
        LISTING = "listing", _("listing")

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="assignments"
    )
    scope = models.CharField(_("what"), max_length=8, choices=Scope)
    reference = models.CharField(_("SKU or listing number"), max_length=100, blank=True)
    participation = models.ForeignKey(
        Participation, verbose_name=_("participation"), on_delete=models.PROTECT, related_name="assignments"
    )
    program = models.ForeignKey(
        Program,
        verbose_name=_("program"),
        on_delete=models.PROTECT,
        related_name="assignments",
        editable=False,
    )
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["store", "scope", "reference", "from_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="store", reference="") | (~Q(scope="store") & ~Q(reference="")),
                name="assignment_reference_fits",
                violation_error_message=_("A whole store has no reference; an SKU or a listing needs one."),
            ),
            ExclusionConstraint(
                name="assignment_one_at_a_time",
                expressions=[
                    ("store", RangeOperators.EQUAL),
                    ("scope", RangeOperators.EQUAL),
                    ("reference", RangeOperators.EQUAL),
                    (
                        Func(F("from_on"), F("until_on"), models.Value("[]"), function="daterange",
                             output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("Somebody else has this in that period: end that assignment first."),
            ),
            SameKey(field="store", name="assignment_same_agency"),
            SameKey(field="participation", name="assignment_participation_same_agency"),
            SameKey(field="participation", shared="program", name="assignment_participation_of_program"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.store.code} {self.reference or '*'} → {self.participation}"
