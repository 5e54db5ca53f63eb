"""Marketplaces and their sites: master data, switched off by date."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ground.audit import tracked
from ground.models import Country, Currency, Record


@tracked()
class Platform(Record):
    """A marketplace operator, for example Mercado Libre."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name_ko = models.CharField(_("name (Korean)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    disabled_on = models.DateField(_("out of use from"), null=True, blank=True)

    class Meta:
        verbose_name = _("platform")
        verbose_name_plural = _("platforms")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_ko


@tracked()
class Market(Record):
    """A platform's site in a country: its code, currency and zone."""

    platform = models.ForeignKey(
        Platform, verbose_name=_("platform"), on_delete=models.PROTECT, related_name="markets"
    )
    site_code = models.CharField(_("site code"), max_length=10)
    country = models.ForeignKey(
        Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="+"
    )
    currency = models.ForeignKey(
        Currency, verbose_name=_("currency"), on_delete=models.PROTECT, related_name="+"
    )
    zone = models.CharField(_("time zone"), max_length=40)
    disabled_on = models.DateField(_("out of use from"), null=True, blank=True)

    class Meta:
        verbose_name = _("market")
        verbose_name_plural = _("markets")
        ordering = ["platform", "site_code"]
        constraints = [models.UniqueConstraint(fields=["platform", "site_code"], name="market_once")]

    def __str__(self) -> str:
        return f"{self.platform} {self.country}"
