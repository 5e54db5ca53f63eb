"""Exchange rates as they were published: quoted value and unit, source and day. One leg each; two legs make a rate."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ground.audit import tracked
from ground.models import Currency, Record


@tracked()
class ExchangeRate(Record):
    """`quoted_value` of `quote` for `quoted_units` of `base` on a day: KRW 1,385.20 for 1 USD, CLP 950.10 for 1 USD,
    KRW 940.00 for 100 JPY. A correction is a further version with its reason; the newest version counts. Rates
    are one for all agencies."""

    base = models.ForeignKey(
        Currency, verbose_name=_("one unit of"), on_delete=models.PROTECT, related_name="+"
    )
    quote = models.ForeignKey(
        Currency, verbose_name=_("costs in"), on_delete=models.PROTECT, related_name="+"
    )
    day = models.DateField(_("day"))
    quoted_units = models.PositiveIntegerField(
        _("quoted units"), default=1, validators=[MinValueValidator(1)]
    )
    quoted_value = models.DecimalField(_("quoted value"), max_digits=20, decimal_places=8)
    source = models.CharField(_("source"), max_length=120)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    reason = models.CharField(
        _("reason of the correction"), max_length=300, blank=True,
        help_text=_("Needed when the day has a rate already. Everybody who counts with the rate reads it."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["-day", "base", "quote"]
        constraints = [
            models.UniqueConstraint(fields=["base", "quote", "day", "version"], name="rate_version_once"),
            models.CheckConstraint(
                condition=Q(quoted_value__gt=0),
                name="rate_positive",
                violation_error_message=_("A rate is more than zero."),
            ),
            models.CheckConstraint(
                condition=~Q(base=F("quote")), name="rate_two_currencies",
                violation_error_message=_("A rate is between two currencies."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.day} {self.quoted_units} {self.base_id} = {self.quoted_value} {self.quote_id}"
