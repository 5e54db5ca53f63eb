"""Samples for verification (표본검증): the plan, the orders that were drawn, what their evidence said. Insert-only, all three."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Currency, Record, StoredFile
from ground.templatetags.naru import month
from programs.models import Participation, Program, Store


class OfAgency(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the agency."""
        return self.filter(agency__in=agency_ids(user))


@tracked()
class SamplingPlan(Record):
    """A sample of a program's orders in some months, as they stood at `as_of`: by monetary units, to prove their won, or by orders, to prove
    how many are wrong. With the seed, the data cut and the definition (`basis`) the same orders are drawn at any time. What the other
    method needs is nothing here: shares, or won and interval. `left_out`: orders that came to nothing or less."""

    class Confidence(models.IntegerChoices):
        NINETY = 90, "90 %"
        NINETY_FIVE = 95, "95 %"
        NINETY_NINE = 99, "99 %"

    class Method(models.TextChoices):
        UNITS = "units", _("monetary units: how much is overstated")
        ORDERS = "orders", _("orders: how many are wrong")

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="sampling_plans"
    )
    from_month = models.DateField(_("first month"))
    until_month = models.DateField(_("last month"))
    method = models.CharField(_("method"), max_length=6, choices=Method, default=Method.UNITS)
    confidence = models.PositiveSmallIntegerField(_("confidence level"), choices=Confidence)
    margin_krw = models.DecimalField(_("tolerable error (KRW)"), max_digits=20, decimal_places=0)
    expected_krw = models.DecimalField(
        _("expected error (KRW)"), max_digits=20, decimal_places=0, validators=[MinValueValidator(Decimal(0))]
    )
    tolerable_percent = models.DecimalField(
        _("tolerable share of wrong orders (%)"), max_digits=4, decimal_places=2, null=True, blank=True
    )
    expected_percent = models.DecimalField(
        _("expected share of wrong orders (%)"), max_digits=4, decimal_places=2, null=True, blank=True
    )
    reason = models.CharField(_("reason"), max_length=300)
    basis = models.JSONField(_("definition"))
    as_of = models.DateTimeField(_("data cut"))
    orders = models.PositiveIntegerField(_("orders"))
    lines = models.PositiveIntegerField(_("lines"))
    population_krw = models.DecimalField(_("population (KRW)"), max_digits=20, decimal_places=0)
    left_out = models.PositiveIntegerField(_("orders left out"))
    left_out_krw = models.DecimalField(_("orders left out (KRW)"), max_digits=20, decimal_places=0)
    size = models.PositiveIntegerField(_("sample size"))
    interval_krw = models.DecimalField(_("interval (KRW)"), max_digits=20, decimal_places=0)
    seed = models.CharField(_("seed"), max_length=32)
    form_key = models.UUIDField(editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+"
    )

    objects = OfAgency.as_manager()

    class Meta:
        verbose_name = _("verification sample")
        verbose_name_plural = _("verification samples")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["program", "form_key"], name="sampling_plan_once"),
            models.UniqueConstraint(fields=["agency", "id"], name="sampling_plan_agency_key"),
            models.CheckConstraint(
                condition=Q(from_month__day=1, until_month__day=1, until_month__gte=F("from_month")),
                name="sampling_plan_months",
            ),
            models.CheckConstraint(
                condition=Q(population_krw__gt=0)
                & (
                    Q(method="units", margin_krw__gt=0, expected_krw__gte=0, interval_krw__gt=0)
                    & Q(tolerable_percent__isnull=True, expected_percent__isnull=True)
                    | Q(method="orders", margin_krw=0, expected_krw=0, interval_krw=0)
                    & Q(
                        tolerable_percent__isnull=False, expected_percent__isnull=False
                    )  # NULL > NULL would pass
                    & Q(tolerable_percent__gt=F("expected_percent"), expected_percent__gte=0)
                ),
                name="sampling_plan_amounts",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="sampling_plan_has_reason"),
            SameKey(field="program", name="sampling_plan_same_agency"),
        ]

    def __str__(self) -> str:
        return (
            f"{self.program.code} {month(self.from_month)} – {month(self.until_month)} ({self.confidence} %)"
        )


@tracked()
class SampledOrder(Record):
    """An order that was drawn: `krw_amount` is its book value, `hits` how many times it was met."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    plan = models.ForeignKey(
        SamplingPlan, verbose_name=_("verification sample"), on_delete=models.PROTECT, related_name="sampled"
    )
    number = models.PositiveIntegerField(_("number"))
    participation = models.ForeignKey(
        Participation, verbose_name=_("participation"), on_delete=models.PROTECT, related_name="+"
    )
    store = models.ForeignKey(Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(_("order"), max_length=60)
    day = models.DateField(_("day"))
    currency = models.ForeignKey(
        Currency, verbose_name=_("currency"), on_delete=models.PROTECT, related_name="+"
    )
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=4)
    krw_amount = models.DecimalField(_("amount (KRW)"), max_digits=20, decimal_places=0)
    hits = models.PositiveIntegerField(_("times met"))

    objects = OfAgency.as_manager()

    class Meta:
        verbose_name = _("order of a verification sample")
        verbose_name_plural = _("orders of verification samples")
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="sampled_order_once"),
            models.UniqueConstraint(fields=["agency", "id"], name="sampled_order_agency_key"),
            models.CheckConstraint(condition=Q(krw_amount__gt=0, hits__gt=0), name="sampled_order_positive"),
            SameKey(field="plan", name="sampled_order_same_agency"),
            SameKey(field="participation", name="sampled_order_participation_same_agency"),
            SameKey(field="store", name="sampled_order_store_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.reference}"


@tracked()
class SampleFinding(Record):
    """What the evidence of a sampled order said. Another finding is a further record; the newest counts."""

    class Verdict(models.TextChoices):
        AGREES = "agrees", _("agrees")
        DIFFERS = "differs", _("the amount differs")
        NOTHING = "nothing", _("no evidence")

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    sampled = models.ForeignKey(
        SampledOrder, verbose_name=_("order"), on_delete=models.PROTECT, related_name="findings"
    )
    verdict = models.CharField(_("finding"), max_length=8, choices=Verdict)
    evidence_krw = models.DecimalField(
        _("amount in the evidence (KRW)"), max_digits=20, decimal_places=0, null=True, blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )  # fmt: skip
    note = models.CharField(_("note"), max_length=500, blank=True)
    file = models.ForeignKey(
        StoredFile, verbose_name=_("evidence"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT, related_name="+"
    )
    found_at = models.DateTimeField(_("entered at"))

    objects = OfAgency.as_manager()

    class Meta:
        verbose_name = _("finding of a verification")
        verbose_name_plural = _("findings of verifications")
        ordering = ["-found_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="differs", evidence_krw__gte=0)
                | ~Q(verdict="differs") & Q(evidence_krw__isnull=True),
                name="sample_finding_amount_where_it_differs",
            ),
            SameKey(field="sampled", name="sample_finding_same_agency"),
        ]

    def __str__(self) -> str:
        return str(self.get_verdict_display())
