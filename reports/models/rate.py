"""Exchange rates as they were published: quoted value and unit, source and day. One leg each; two legs make a rate.
And each time that a publisher was asked for them."""

from __future__ import annotations

from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ground.audit import tracked
from ground.models import Currency, Record


class ExchangeRateQuerySet(models.QuerySet["ExchangeRate"]):
    def corrections(self) -> Self:
        """Those that took the place of what amounts had been converted by."""
        return self.filter(Q(version__gt=1) | ~Q(reason=""))


@tracked()
class ExchangeRate(Record):
    """`quoted_value` of `quote` for `quoted_units` of `base` on a day: KRW 1,385.20 for 1 USD, CLP 950.10 for 1 USD,
    KRW 940.00 for 100 JPY. A correction is a further version with its reason; the newest version counts. Rates
    are one for all agencies. The series are apart: what customs notify for a week, from its Sunday on, never stands in
    for the rate of a day, nor the other way round."""

    class Series(models.TextChoices):
        DAY = "day", _("rate of the day")
        CUSTOMS_WEEK = "customs_week", _("customs week")

    series = models.CharField(_("series"), max_length=12, choices=Series, default=Series.DAY)

    base = models.ForeignKey(
        Currency, verbose_name=_("one unit of"), on_delete=models.PROTECT, related_name="+"
    )
    quote = models.ForeignKey(
        Currency, verbose_name=_("costs in"), on_delete=models.PROTECT, related_name="+"
    )
    day = models.DateField(
        _("day"), help_text=_("Of a customs week its Sunday: the rate holds until the Saturday after it.")
    )
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

    objects = ExchangeRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["-day", "base", "quote"]
        constraints = [
            models.UniqueConstraint(fields=["series", "base", "quote", "day", "version"], name="rate_version_once"),
            models.CheckConstraint(
                condition=Q(quoted_value__gt=0),
                name="rate_positive",
                violation_error_message=_("A rate is more than zero."),
            ),
            models.CheckConstraint(
                condition=~Q(base=F("quote")), name="rate_two_currencies",
                violation_error_message=_("A rate is between two currencies."),
            ),
            models.CheckConstraint(
                condition=~Q(series="customs_week") | Q(day__week_day=1), name="rate_week_from_sunday",
                violation_error_message=_("A customs week begins on a Sunday."),
            ),
        ]  # fmt: skip

    @property
    def is_correction(self) -> bool:
        return self.version > 1 or bool(self.reason)

    def __str__(self) -> str:
        return f"{self.day} {self.quoted_units} {self.base_id} = {self.quoted_value} {self.quote_id}"


class RateAttempt(Record):
    """One time that a publisher was asked for the rates of a day (of a customs week: of its Sunday), and what came of it.
    Written once; nothing of it is changed."""

    class Publisher(models.TextChoices):
        EXIM_BANK = "exim_bank", _("Export-Import Bank of Korea")
        CUSTOMS = "customs", _("Korea Customs Service")

    class Outcome(models.TextChoices):
        BROUGHT = "brought", _("rates published")
        NOTHING = "nothing", _("nothing published")
        SILENT = "silent", _("no answer")

    publisher = models.CharField(_("publisher"), max_length=10, choices=Publisher)
    day = models.DateField(_("rates of"))
    outcome = models.CharField(_("what came of it"), max_length=8, choices=Outcome)
    published = models.PositiveSmallIntegerField(_("rates in the answer"), default=0)
    entered = models.PositiveSmallIntegerField(_("rates entered"), default=0)
    corrected = models.PositiveSmallIntegerField(_("rates corrected"), default=0)
    left_out = models.CharField(
        _("left out"), max_length=300, blank=True,
        help_text=_("Currencies that are not in the list of currencies, or out of use."),
    )  # fmt: skip
    why_not = models.CharField(_("reason"), max_length=12, blank=True)

    class Meta:
        verbose_name = _("question for rates")
        verbose_name_plural = _("rates asked for")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["publisher", "day", "created_at"], name="attempt_by_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="silent") ^ Q(why_not=""), name="attempt_silent_has_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_publisher_display()} {self.day}"
