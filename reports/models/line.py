"""Sales and payout lines: a ledger of signed rows, insert-only, partitioned by month of the business day.

A newer export of the same order never changes a row: the earlier values are taken back by a row with `sign` -1 and the
new ones enter with the next `version`, so that a plain sum is right at any time and every earlier value stays. The
same happens when a waiting line finds its company. What concerns a month that is closed stands on the first day of the
first open one, with the day of the event beside it: rates and tax are those of that day. Of sales the database's key is (store, line, version, sign, day), of
payouts (day, id); Django sees `id`.
"""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids, organization_ids
from companies.models import Company
from ground.models import Currency
from programs.models import Participation, Program, Store
from reports.models.batch import ImportBatch


class LineQuerySet(models.QuerySet["Line"]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the agency; members of the company it belongs to; the provider that holds the store."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = user.company_members.filter(ended_at__isnull=True).values("company")
        return self.filter(
            Q(agency__in=agency_ids(user))
            | Q(company__in=own)
            | Q(store__organization__in=organization_ids(user))
        ).distinct()


def _key(target: type[models.Model], **options: Any) -> models.ForeignKey[Any, Any]:
    """A foreign key of a ledger line: held through the sums of its file (`BatchSum`), no way back from it."""
    return models.ForeignKey(
        target,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=options.pop("db_index", False),
        **options,
    )


class Line(models.Model):
    """What a sales line and a payout line share."""

    id = models.BigIntegerField(primary_key=True)
    business_day = models.DateField(_("business day"))
    event_on = models.DateField(
        _("day of the event"),
        null=True,
        help_text=_("of what concerns a closed month; the business day is then the first day that was open"),
    )
    agency = _key(Agency)
    batch = _key(ImportBatch)
    row = models.PositiveIntegerField(_("row in the file"))
    store = _key(Store)
    program = _key(Program, null=True)
    company = _key(Company, null=True)
    participation = _key(Participation, null=True)
    line_key = models.CharField(max_length=200)
    version = models.PositiveSmallIntegerField()
    sign = models.SmallIntegerField()
    order_reference = models.CharField(_("order"), max_length=60)
    currency = _key(Currency)
    entered_at = models.DateTimeField()

    objects = LineQuerySet.as_manager()

    class Meta:
        abstract = True


class BatchSum(models.Model):
    """What the lines of a file amount to, by company, currency and month: kept by the database itself with every statement
    that enters lines. Through it each line hangs on rows that are there and of one agency."""

    id = models.BigAutoField(primary_key=True)
    ledger = models.CharField(max_length=8)
    batch = _key(ImportBatch)
    agency = _key(Agency)
    store = _key(Store)
    program = _key(Program, null=True)
    company = _key(Company, null=True)
    participation = _key(Participation, null=True)
    currency = _key(Currency)
    month = models.DateField()
    lines = models.BigIntegerField()
    net_amount = models.DecimalField(max_digits=30, decimal_places=4)

    class Meta:
        db_table = "reports_batch_sum"

    def __str__(self) -> str:
        return f"{self.batch_id} {self.month:%Y-%m}"


class SeenLine(models.Model):
    """The latest export in which a line stood, where it brought no other values: the ledger itself is never changed."""

    id = models.BigAutoField(primary_key=True)
    store = _key(Store)
    line_key = models.CharField(max_length=200)
    exported_at = models.DateTimeField(_("exported at"))

    class Meta:
        db_table = "reports_seen_line"
        constraints = [models.UniqueConstraint(fields=["store", "line_key"], name="seen_line_once")]

    def __str__(self) -> str:
        return self.line_key


class SalesLine(Line):
    """One line of an order. Amounts carry the file's signs, multiplied by `sign`; currency beside them."""

    pack_reference = models.CharField(max_length=60, blank=True)
    ordered_at = models.DateTimeField(_("ordered at"))
    sku = models.CharField(_("SKU"), max_length=100, blank=True)
    listing_reference = models.CharField(_("listing number"), max_length=100, blank=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    units = models.IntegerField(_("units"))
    kind = models.CharField(_("kind"), max_length=10, default="sale")
    offset_minutes = models.SmallIntegerField(null=True)
    unit_amount = models.DecimalField(_("unit price"), max_digits=18, decimal_places=4, null=True)
    gross_amount = models.DecimalField(_("products"), max_digits=18, decimal_places=4)
    discount_amount = models.DecimalField(
        _("discount of the seller"), max_digits=18, decimal_places=4, default=0
    )
    tax_amount = models.DecimalField(_("taxes"), max_digits=18, decimal_places=4, default=0)
    fee_amount = models.DecimalField(_("fees and taxes"), max_digits=18, decimal_places=4)
    shipping_in_amount = models.DecimalField(_("shipping income"), max_digits=18, decimal_places=4)
    shipping_cost_amount = models.DecimalField(_("shipping cost"), max_digits=18, decimal_places=4)
    refund_amount = models.DecimalField(_("refunds"), max_digits=18, decimal_places=4)
    net_amount = models.DecimalField(_("total"), max_digits=18, decimal_places=4)
    platform_discount_amount = models.DecimalField(
        _("discount of the platform"), max_digits=18, decimal_places=4, default=0
    )
    program_discount_amount = models.DecimalField(
        _("discount of the program"), max_digits=18, decimal_places=4, default=0
    )
    status_text = models.CharField(_("state in the file"), max_length=160, blank=True)
    status_class = models.CharField(_("state"), max_length=10)
    is_advertised = models.BooleanField(_("sold through an advertisement"), null=True)

    class Meta:
        db_table = "reports_sales_line"
        verbose_name = _("sales line")
        verbose_name_plural = _("sales lines")

    def __str__(self) -> str:
        return self.order_reference


class PayoutLine(Line):
    """One line of a release report: money that the platform set free, kept back or took."""

    source_reference = models.CharField(max_length=100)
    released_at = models.DateTimeField(_("released at"))
    description = models.CharField(max_length=80)
    description_class = models.CharField(max_length=12)
    gross_amount = models.DecimalField(_("gross"), max_digits=18, decimal_places=4)
    fee_amount = models.DecimalField(_("fees"), max_digits=18, decimal_places=4)
    financing_fee_amount = models.DecimalField(_("financing fees"), max_digits=18, decimal_places=4)
    shipping_fee_amount = models.DecimalField(_("shipping fees"), max_digits=18, decimal_places=4)
    tax_amount = models.DecimalField(_("taxes"), max_digits=18, decimal_places=4)
    refund_amount = models.DecimalField(
        _("of which refunds"),
        max_digits=18,
        decimal_places=4,
        default=0,
        db_default=0,
        help_text=_("repaid to the buyer within this movement; it stands among the fees"),
    )
    net_amount = models.DecimalField(_("net"), max_digits=18, decimal_places=4)

    class Meta:
        db_table = "reports_payout_line"
        verbose_name = _("payout line")
        verbose_name_plural = _("payout lines")

    def __str__(self) -> str:
        return self.source_reference
