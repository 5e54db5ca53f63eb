"""Within how many days money is expected, what a provider may keep, what was asked of providers; and kept sums of sale months."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Organization
from accounts.roles import agency_ids, organization_ids
from companies.models import Company
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Currency, Record
from programs.models import Platform, Program, Store


class PayoutTermQuerySet(models.QuerySet["PayoutTerm"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(agency__in=agency_ids(user))

    def standing(self, at: dt.datetime | None = None) -> Self:
        """Those that nobody has withdrawn; at an instant: as they stood then."""
        if at is None:
            return self.filter(withdrawn_at__isnull=True)
        return self.filter(Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at), recorded_at__lte=at)


@tracked()
class PayoutTerm(Record):
    """What an agency knows of how money comes, from a day on, and where it knows it from. The narrowest counts: store, then
    program, then platform; of several the latest that has begun on the day of the order. A wrong one is withdrawn."""

    class Kind(models.TextChoices):
        RELEASE = "release", _("days from the order until the platform releases its money")
        PASS_ON = "pass_on", _("days from the end of the payout month until the provider states it")
        FEE = "fee", _("provider's fee at most, in percent of sales")

    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("what"), max_length=8, choices=Kind)
    platform = models.ForeignKey(
        Platform,
        verbose_name=_("platform"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    program = models.ForeignKey(
        Program, verbose_name=_("program"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    store = models.ForeignKey(
        Store, verbose_name=_("store"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    value = models.DecimalField(
        _("days or percent"),
        max_digits=6,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(365)],
    )
    from_on = models.DateField(_("from"))
    source = models.CharField(
        _("source"), max_length=300, help_text=_("the page, contract or letter that says so, with its day")
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("recorded by"), on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("withdrawn by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    withdraw_reason = models.CharField(_("why it was withdrawn"), max_length=300, blank=True)

    objects = PayoutTermQuerySet.as_manager()

    class Meta:
        verbose_name = _("payout term")
        verbose_name_plural = _("payout terms")
        ordering = ["kind", "platform", "program", "store", "-from_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "kind", "platform", "program", "store", "from_on"],
                condition=Q(withdrawn_at__isnull=True),
                nulls_distinct=False,
                name="payout_term_once",
            ),
            models.CheckConstraint(
                condition=Q(platform__isnull=False, program__isnull=True, store__isnull=True)
                | Q(platform__isnull=True, program__isnull=False, store__isnull=True)
                | Q(platform__isnull=True, program__isnull=True, store__isnull=False),
                name="payout_term_of_one_thing",
                violation_error_message=_("Choose one: a platform, a program or a store."),
            ),
            models.CheckConstraint(condition=~Q(source=""), name="payout_term_has_source"),
            models.CheckConstraint(
                condition=Q(value__gte=0) & (~Q(kind="fee") | Q(value__lte=100)) & Q(value__lte=365),
                name="payout_term_value",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdraw_reason=""),
                name="payout_term_withdrawn_with_reason",
            ),
            SameKey(field="program", name="payout_term_program_same_agency"),
            SameKey(field="store", name="payout_term_store_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.value.normalize():f}"

    @property
    def place(self) -> str:
        return str(self.store or self.program or self.platform)


class PayoutListQuerySet(models.QuerySet["PayoutList"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(organization__in=organization_ids(user))


@tracked()
class PayoutList(Record):
    """A provider's statements to many companies that came as one file: its rows, until they are stated as a whole or left."""

    organization = models.ForeignKey(
        Organization, verbose_name=_("organization"), on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("file"), max_length=200)
    rows = models.JSONField(_("rows"), default=list)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("uploaded by"), on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("stated by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    applied_at = models.DateTimeField(_("stated at"), null=True, blank=True)

    objects = PayoutListQuerySet.as_manager()

    class Meta:
        verbose_name = _("list of payouts")
        verbose_name_plural = _("lists of payouts")
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.name


class PayoutReminderQuerySet(models.QuerySet["PayoutReminder"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(
            Q(agency__in=agency_ids(user)) | Q(store__organization__in=organization_ids(user))
        ).distinct()


@tracked()
class PayoutReminder(Record):
    """A provider was reminded, once, of a month of a store that it had not stated to its companies on the day it was due."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    store = models.ForeignKey(Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="+")
    month = models.DateField(_("month"), help_text=_("first day of the month"))
    companies = models.PositiveIntegerField(_("companies"))
    readers = models.PositiveIntegerField(_("written to"))
    sent_at = models.DateTimeField(_("sent at"))

    objects = PayoutReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder of a payout")
        verbose_name_plural = _("reminders of payouts")
        ordering = ["month", "store"]
        constraints = [
            models.UniqueConstraint(fields=["store", "month"], name="payout_reminder_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="payout_reminder_month_first_day"),
            SameKey(field="store", name="payout_reminder_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.store} {self.month:%Y-%m}"


def _key(target: type[models.Model], **options: Any) -> models.ForeignKey[Any, Any]:
    """Held through the lines' own keys: a sum goes with its lines, which stay."""
    return models.ForeignKey(
        target, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False, **options
    )


class CohortStore(models.Model):
    """What the kept sums of a store's orders in a program were made from: `lines` names how they are made and the state of the ledger, `terms` that of
    the days until money is due, `rates` that of the rates of all days up to `last_on`, the store's last day with an order. Sums that name another state than now are
    not read. `spread_days`: so far apart the lines of one order stand at most."""

    id = models.BigAutoField(primary_key=True)
    program = _key(Program)
    store = _key(Store)
    lines = models.CharField(max_length=80)
    terms = models.CharField(max_length=40)
    rates = models.CharField(max_length=40, default="", db_default="")
    last_on = models.DateField(null=True)
    spread_days = models.IntegerField(default=0, db_default=0)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "reports_cohort_store"
        constraints = [models.UniqueConstraint(fields=["program", "store"], name="cohort_store_once")]

    def __str__(self) -> str:
        return f"{self.program_id} {self.store_id}"


class CohortCell(models.Model):
    """Orders of a store by month of sale and by what came for them: `due_on` of those for which something is still to come or
    was to come, `took_days` from the order to the last release of those that are settled."""

    id = models.BigAutoField(primary_key=True)
    program = _key(Program)
    store = _key(Store)
    month = models.DateField()
    currency = _key(Currency)
    outcome = models.CharField(max_length=8)
    due_on = models.DateField(null=True)
    took_days = models.IntegerField(null=True)
    orders = models.BigIntegerField()
    expected_amount = models.DecimalField(max_digits=30, decimal_places=4)
    due_amount = models.DecimalField(max_digits=30, decimal_places=4)
    released_amount = models.DecimalField(max_digits=30, decimal_places=4)
    part_orders = models.BigIntegerField()
    part_amount = models.DecimalField(max_digits=30, decimal_places=4)
    rest_amount = models.DecimalField(max_digits=30, decimal_places=4)
    taken_orders = models.BigIntegerField()
    taken_amount = models.DecimalField(max_digits=30, decimal_places=4)
    other_orders = models.BigIntegerField()

    class Meta:
        db_table = "reports_cohort_cell"
        indexes = [models.Index(fields=["program", "store"], name="reports_cohort_cell_store")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.outcome}"


class CohortCompany(models.Model):
    """The same orders by company, in won at the rate of each order's day, whole won of each order. Expected is what is due
    after all refunds. Of `orders` those settled in another currency (`other_orders`) are in no amount, nor are those whose day has no rate (`unrated_…`). Dollars are
    not rounded; in them are no orders of days without a dollar rate (`undollared_…`)."""

    id = models.BigAutoField(primary_key=True)
    program = _key(Program)
    store = _key(Store)
    company = _key(Company)
    outcome = models.CharField(max_length=8)
    due_on = models.DateField(null=True)
    orders = models.BigIntegerField()
    other_orders = models.BigIntegerField()
    expected_krw = models.DecimalField(max_digits=30, decimal_places=0)
    released_krw = models.DecimalField(max_digits=30, decimal_places=0)
    unrated_expected = models.BigIntegerField()
    unrated_released = models.BigIntegerField()
    expected_usd = models.DecimalField(max_digits=50, decimal_places=20)
    released_usd = models.DecimalField(max_digits=50, decimal_places=20)
    undollared_expected = models.BigIntegerField()
    undollared_released = models.BigIntegerField()

    class Meta:
        db_table = "reports_cohort_company"
        indexes = [models.Index(fields=["program", "store"], name="reports_cohort_company_store")]

    def __str__(self) -> str:
        return f"{self.company_id} {self.outcome}"
