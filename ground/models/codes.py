"""Code lists: shipped by `load_reference`, switched off by date, never deleted."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ground.audit import tracked


class CodeQuerySet(models.QuerySet["CodeList"]):
    def in_use_on(self, day: dt.date) -> Self:
        return self.filter(Q(disabled_on__isnull=True) | Q(disabled_on__gt=day))


class CodeList(models.Model):
    """A code with its names; a code out of use keeps its rows and its history."""

    code = models.CharField(_("code"), max_length=12, primary_key=True)
    name_ko = models.CharField(_("name (Korean)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=160, blank=True)
    disabled_on = models.DateField(_("out of use from"), null=True, blank=True)

    objects = CodeQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_ko


@tracked()
class Currency(CodeList):
    """ISO 4217 code. `decimals` is what people print (IDR: 0), not always the standard's minor units."""

    decimals = models.PositiveSmallIntegerField(_("decimals"), default=2)
    quote_units = models.PositiveIntegerField(
        _("units in a quote"), default=1, help_text=_("Korean rates quote 100 yen or 100 rupiah at once.")
    )

    class Meta:
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")
        ordering = ["code"]


@tracked()
class Country(CodeList):
    """ISO 3166-1 alpha-2 code."""

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering = ["code"]


@tracked()
class Province(CodeList):
    """First-level administrative code, dated: Gangwon was 42 until 10 June 2023 and is 51 since; old names still arrive."""

    short_ko = models.CharField(_("short name"), max_length=20)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    succeeded_by = models.ForeignKey(
        "self", verbose_name=_("succeeded by"), null=True, blank=True, on_delete=models.PROTECT
    )

    class Meta:
        verbose_name = _("province")
        verbose_name_plural = _("provinces")
        ordering = ["code"]


@tracked()
class Industry(models.Model):
    """A KSIC class with the revision that it belongs to (revision 11 is in force since 2024-07-01)."""

    id = models.CharField(
        _("key"), max_length=12, primary_key=True, help_text=_("revision:code, for example 11:C")
    )
    revision = models.PositiveSmallIntegerField(_("revision"))
    code = models.CharField(_("code"), max_length=6)
    name_ko = models.CharField(_("name (Korean)"), max_length=160)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    disabled_on = models.DateField(_("out of use from"), null=True, blank=True)

    class Meta:
        verbose_name = _("industry")
        verbose_name_plural = _("industries")
        ordering = ["revision", "code"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "code"], name="industry_once_per_revision")
        ]

    def __str__(self) -> str:
        return self.with_digits("")

    def with_digits(self, digits: str) -> str:
        """A deeper code of this section, which the list has not, with the section's name."""
        name = self.name_en if get_language() == "en" and self.name_en else self.name_ko
        return f"{self.code}{digits} {name}"


@tracked()
class Holiday(models.Model):
    """A day without work at the agency: public holidays (with substitutes) and days an agency adds."""

    day = models.DateField(_("day"), primary_key=True)
    name_ko = models.CharField(_("name (Korean)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    disabled_on = models.DateField(_("out of use from"), null=True, blank=True)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name_ko}"
