"""Support received (지원이력): what the company declares, lists of other bodies, and for which time somebody knows."""

from __future__ import annotations

from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids
from companies import numbers
from companies.models.company import Company
from companies.models.merge import Merge
from ground.audit import tracked
from ground.models import Record
from ground.templatetags.naru import day


@tracked()
class SupportDeclaration(Record):
    """The company declared all support that it received from a day on. It holds until the end of the year in which it was
    made; what is received meanwhile is declared anew."""

    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="support_declarations"
    )
    from_on = models.DateField(_("complete from"))
    until_on = models.DateField(_("holds until"))

    class Meta:
        verbose_name = _("declaration of support received")
        verbose_name_plural = _("declarations of support received")
        ordering = ["-until_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")),
                name="support_declaration_period",
                violation_error_message=_("The last day lies before the first."),
            )
        ]

    def __str__(self) -> str:
        return f"{day(self.from_on)} – {day(self.until_on)}"


class OfAgencyQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(agency__in=agency_ids(user))


@tracked()
class SupportList(Record):
    """An agency took in another body's list, which is complete for these days, both included."""

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="support_lists"
    )
    body = models.CharField(_("body"), max_length=60)
    from_on = models.DateField(_("complete from"))
    until_on = models.DateField(_("complete until"))

    objects = OfAgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("list of support")
        verbose_name_plural = _("lists of support")
        ordering = ["body", "-until_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "body", "from_on", "until_on"], name="support_list_once"
            ),
            models.UniqueConstraint(fields=["agency", "id"], name="support_list_agency_key"),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")),
                name="support_list_period",
                violation_error_message=_("The last day lies before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body} {day(self.from_on)} – {day(self.until_on)}"


class SupportQuerySet(models.QuerySet["Support"]):
    def visible_to(self, user: Any) -> Self:
        """Lists of the user's agencies, and what companies that these agencies see declared."""
        mine = agency_ids(user)
        seen = Company.objects.filter(sights__agency__in=mine).values("business_number")
        return self.filter(Q(agency__in=mine) | Q(agency__isnull=True, business_number__in=seen))

    def declared_by(self, company: Company) -> Self:
        """What it declared itself, also for the number of a record that was merged into its own."""
        records = Company.objects.filter(pk__in=[company.pk, *Merge.objects.into(company.pk)])
        return self.filter(agency__isnull=True, business_number__in=records.values("business_number"))


@tracked()
class Support(Record):
    """Support that a company received from a body: declared by the company (`agency` empty) or from a list that an agency
    took in. It hangs on the business number: a list names companies that are not in the register, or not yet."""

    class Item(models.TextChoices):
        DESIGN = "design", _("design development")
        VIDEO = "video", _("promotional video")
        CERTIFICATION = "certification", _("overseas standard certification")
        PATENT = "patent", _("patent, intellectual property, testing")
        PUBLICITY = "publicity", _("publicity and advertising")
        RESEARCH = "research", _("research and general consulting")
        LEGAL = "legal", _("legal, tax and accounting consulting")
        BRAND = "brand", _("brand development and care")
        TRANSPORT = "transport", _("international transport")
        TRANSLATION = "translation", _("interpretation and translation")
        EXHIBITION = "exhibition", _("exhibitions, events, overseas sales support")
        REGISTRATION = "registration", _("paperwork, local registration, exchange insurance")
        TRAINING = "training", _("capability training")
        ONBOARDING = "onboarding", _("marketplace listing and sales support")
        LOGISTICS = "logistics", _("logistics and payment")
        OTHER = "other", _("something else")

    class Money(models.TextChoices):
        NATIONAL = "national", _("national money")
        LOCAL = "local", _("local money")
        OTHER = "other", _("other money")

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), null=True, blank=True, on_delete=models.PROTECT, related_name="support",
    )  # fmt: skip
    business_number = models.CharField(
        _("business number"), max_length=10, validators=[numbers.validate], db_index=True
    )
    body = models.CharField(_("body"), max_length=60)
    program = models.CharField(_("program"), max_length=160)
    item = models.CharField(_("item"), max_length=16, choices=Item, blank=True)
    amount = models.DecimalField(
        _("amount (KRW)"), max_digits=16, decimal_places=0, null=True, blank=True, validators=[MinValueValidator(0)]
    )  # fmt: skip
    money = models.CharField(_("money"), max_length=10, choices=Money)
    granted_on = models.DateField(_("granted on"))
    document = models.CharField(_("document"), max_length=120, blank=True)

    objects = SupportQuerySet.as_manager()

    class Meta:
        verbose_name = _("support received")
        verbose_name_plural = _("support received")
        ordering = ["-granted_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "business_number", "body", "program", "item", "granted_on"],
                nulls_distinct=False,
                name="support_once",
                violation_error_message=_("This support is recorded already."),
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="support_amount_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.program}"
