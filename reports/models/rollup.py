"""Sums of the ledger that are kept: of sales by program, month, company, store, grade of evidence and currency; of payouts below.

Of sales the database's own functions write them in the transaction that enters lines (`reports.domain.rollups`), of exports a trigger does;
nobody else may. What changes the figures of sales is written down beside them (`reports_rollup_change`), and months that do not see it are not read.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from companies.models import Company
from ground.models import Currency
from programs.models import Program, Store


def _key(target: type[models.Model], **options: Any) -> models.ForeignKey[Any, Any]:
    """Held through the lines' own keys: a sum goes with its lines, which stay."""
    return models.ForeignKey(
        target, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False, **options
    )


class RollupMonth(models.Model):
    """A store's month in a program: which snapshot of the database its cells are of, and its lines' first and last day."""

    id = models.BigAutoField(primary_key=True)
    program = _key(Program)
    store = _key(Store)
    month = models.DateField()
    snapshot = models.TextField()
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "reports_rollup_month"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class RollupCell(models.Model):
    """Counted lines on one basis. Amounts in the file's currency after tax was taken out or put on, in won, and in dollars
    not yet rounded (None: a day of them has no dollar rate); lines and units are sums with sign."""

    id = models.BigAutoField(primary_key=True)
    program = _key(Program)
    basis = models.CharField(max_length=24)
    month = models.DateField()
    store = _key(Store)
    company = _key(Company)
    currency = _key(Currency)
    grade = models.CharField(max_length=10)
    gross_amount = models.DecimalField(max_digits=30, decimal_places=4)
    refund_amount = models.DecimalField(max_digits=30, decimal_places=4)
    krw_amount = models.DecimalField(max_digits=30, decimal_places=4)
    net_krw_amount = models.DecimalField(max_digits=30, decimal_places=4)
    usd_amount = models.DecimalField(max_digits=50, decimal_places=20, null=True)
    net_usd_amount = models.DecimalField(max_digits=50, decimal_places=20, null=True)
    lines = models.BigIntegerField()
    units = models.BigIntegerField()

    class Meta:
        db_table = "reports_rollup_cell"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.basis}"


class RollupGroup(models.Model):
    """The same by product group instead of the grade of evidence; an empty group: nobody has stated the product's."""

    id = models.BigAutoField(primary_key=True)
    program = _key(Program)
    basis = models.CharField(max_length=24)
    month = models.DateField()
    store = _key(Store)
    company = _key(Company)
    currency = _key(Currency)
    product_group = models.CharField(max_length=2)
    gross_amount = models.DecimalField(max_digits=30, decimal_places=4)
    refund_amount = models.DecimalField(max_digits=30, decimal_places=4)
    krw_amount = models.DecimalField(max_digits=30, decimal_places=4)
    net_krw_amount = models.DecimalField(max_digits=30, decimal_places=4)
    usd_amount = models.DecimalField(max_digits=50, decimal_places=20, null=True)
    net_usd_amount = models.DecimalField(max_digits=50, decimal_places=20, null=True)
    lines = models.BigIntegerField()
    units = models.BigIntegerField()

    class Meta:
        db_table = "reports_rollup_group"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.basis}"


class RollupOrders(models.Model):
    """Distinct orders of a store's month; of one company, or of all together: these are not the companies' sum."""

    id = models.BigAutoField(primary_key=True)
    program = _key(Program)
    basis = models.CharField(max_length=24)
    month = models.DateField()
    store = _key(Store)
    company = _key(Company, null=True)
    currency = _key(Currency)
    orders = models.BigIntegerField()

    class Meta:
        db_table = "reports_rollup_orders"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.basis}"


class PaidMonth(models.Model):
    """What the kept sums of a store's payouts of a month in a program were made from: `lines` names the state of the ledger, `rates` that of the
    rates from `event_first_on` to the month's end. Sums that name another state than now are not read. `first_on` and
    `last_on`: the business days between which the lines lie."""

    id = models.BigAutoField(primary_key=True)
    program = _key(Program)
    store = _key(Store)
    month = models.DateField()
    lines = models.CharField(max_length=40)
    rates = models.CharField(max_length=40)
    first_on = models.DateField()
    last_on = models.DateField()
    event_first_on = models.DateField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "reports_paid_month"
        constraints = [
            models.UniqueConstraint(fields=["program", "store", "month"], name="paid_month_once"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class PaidCell(models.Model):
    """Released money of sales of a month by company and currency, net of fees. Won are None where a day has no rate; dollars, not yet rounded,
    where it has no dollar rate."""

    id = models.BigAutoField(primary_key=True)
    program = _key(Program)
    store = _key(Store)
    month = models.DateField()
    company = _key(Company)
    currency = _key(Currency)
    net_amount = models.DecimalField(max_digits=30, decimal_places=4)
    krw_amount = models.DecimalField(max_digits=30, decimal_places=0, null=True)
    usd_amount = models.DecimalField(max_digits=50, decimal_places=20, null=True)

    class Meta:
        db_table = "reports_paid_cell"
        constraints = [
            models.UniqueConstraint(
                fields=["program", "store", "month", "company", "currency"], name="paid_cell_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class CountedStore(models.Model):
    """What the kept numbers of orders of a store in a program were counted from: `state` names the sums of the month, or of all months (`month`
    None). Counted at one moment of the program's targets."""

    id = models.BigAutoField(primary_key=True)
    program = _key(Program)
    moment = models.CharField(max_length=20)
    month = models.DateField(null=True)
    store = _key(Store)
    state = models.CharField(max_length=40)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "reports_counted_store"
        constraints = [
            models.UniqueConstraint(
                fields=["program", "moment", "month", "store"],
                name="counted_store_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}" if self.month else str(self.program_id)


class OrderCount(models.Model):
    """Distinct orders of a store in a month, or in all months; of one company, of one product group ("" what nobody stated), or of all together:
    these are not the others' sum."""

    id = models.BigAutoField(primary_key=True)
    program = _key(Program)
    moment = models.CharField(max_length=20)
    month = models.DateField(null=True)
    store = _key(Store)
    company = _key(Company, null=True)
    product_group = models.CharField(max_length=2, null=True)  # noqa: DJ001 — an empty one is what nobody stated
    orders = models.BigIntegerField()

    class Meta:
        db_table = "reports_order_count"
        constraints = [
            models.UniqueConstraint(
                fields=["program", "moment", "month", "store", "company", "product_group"],
                name="order_count_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}" if self.month else str(self.program_id)


class CustomsSum(models.Model):
    """Lines of exports of one company, grade of evidence, kind and outcome (why they do not count; then without a company) that are booked in a
    month and concern one: FOB in USD, the sum of the signs, how many rows. A trigger adds what each statement enters.
    `first_on` and `last_on`: the business days between which the lines lie."""

    id = models.BigAutoField(primary_key=True)
    list_program = _key(Program)
    program = _key(Program, null=True)
    company = _key(Company, null=True)
    grade = models.CharField(max_length=10)
    export_kind = models.CharField(max_length=8)
    outcome = models.CharField(max_length=10, blank=True)
    month = models.DateField()
    event_month = models.DateField()
    fob_amount = models.DecimalField(max_digits=30, decimal_places=4)
    lines = models.BigIntegerField()
    rows = models.BigIntegerField()
    first_on = models.DateField()
    last_on = models.DateField()

    class Meta:
        db_table = "reports_customs_sum"
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "list_program",
                    "month",
                    "event_month",
                    "company",
                    "program",
                    "grade",
                    "export_kind",
                    "outcome",
                ],
                name="customs_sum_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(fields=["company", "program", "month"], name="customs_sum_of_company"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.export_kind}"


class ShortStock(models.Model):
    """In how many rows of a company's goods in warehouses more is sold than was sent, as of a day. `state` names the shipments and sums of
    sales that it was found from."""

    id = models.BigAutoField(primary_key=True)
    program = _key(Program)
    company = _key(Company)
    on = models.DateField()
    rows = models.IntegerField()
    state = models.CharField(max_length=40)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "reports_short_stock"
        constraints = [
            models.UniqueConstraint(fields=["program", "company"], name="short_stock_once"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.rows}"
