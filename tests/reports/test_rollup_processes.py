"""Sums of a month of many lines are made by several processes of the database: the same sums as by one, and the lines' own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from programs.models import StoreTax, Target
from reports.domain.verifying import rollups as verifying
from reports.models import BatchSum, RollupCell, RollupGroup, RollupMonth, RollupOrders
from tests.factories import programs
from tests.factories.reports import rate
from tests.reports.test_rollups import program, shop, sold  # noqa: F401

pytestmark = pytest.mark.django_db

MANY = """
INSERT INTO reports_sales_line ({columns}) SELECT {values}
FROM reports_sales_line l CROSS JOIN generate_series(1, 4000) n WHERE l.business_day < '2025-09-01' AND position('#' IN l.line_key) = 0
"""
"""4,000 times three lines over all days of August: prices of 1 to 4,000, every third line repaid by a part or altogether, some cancelled,
some not understood, two lines an order, every hundredth booked here of an event in July, every seventh taken back."""
AMOUNT = "n + CASE WHEN n % 5 = 0 THEN 0.25 ELSE 0 END"
REPAID = "CASE WHEN n % 6 = 0 THEN -(n + CASE WHEN n % 5 = 0 THEN 0.25 ELSE 0 END) WHEN n % 3 = 0 THEN -1.5 ELSE 0 END"
VALUES = {
    "line_key": "l.line_key || '#' || n", "order_reference": "(n / 2)::text", "pack_reference": "''",
    "business_day": "CASE WHEN n % 100 = 0 THEN date '2025-08-01' ELSE date '2025-08-01' + (n % 31)::integer END",
    "event_on": "CASE WHEN n % 100 = 0 THEN date '2025-07-20' + (n / 100 % 3)::integer END",
    "status_class": "CASE WHEN n % 11 = 0 THEN 'cancelled' WHEN n % 13 = 0 THEN 'look' ELSE 'sold' END",
    "gross_amount": AMOUNT, "refund_amount": REPAID, "net_amount": f"{AMOUNT} + 1 + {REPAID}",
    "shipping_in_amount": "1", "units": "1",
}  # fmt: skip


def enter_many() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'reports_sales_line'::regclass AND attnum > 0"
            " AND NOT attisdropped"
        )
        columns = [name for (name,) in cursor.fetchall() if name not in ("id", "entered_at")]
        zero = {name: "0" for name in columns if name.endswith("_amount") and name != "unit_amount"}
        values = {**zero, **VALUES}
        for sign in (1, -1):
            amounts = {name: f"{sign} * ({values[name]})" for name in [*zero, "units"]}
            row = {**values, **amounts, "sign": str(sign)}
            cursor.execute(
                MANY.format(
                    columns=", ".join(f'"{name}"' for name in columns),
                    values=", ".join(row.get(name, f'l."{name}"') for name in columns),
                )
                + ("" if sign == 1 else " AND n % 7 = 0")
            )


def made_by(program_id: Any, store_id: Any, processes: int) -> list[list[tuple[Any, ...]]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('max_parallel_workers', %s, true)", [str(processes - 1)])
        cursor.execute("SELECT naru_roll_up(%s, %s, '{2025-08-01}')", [program_id, store_id])
    found = []
    for model in (RollupCell, RollupGroup, RollupOrders):
        names = [field.attname for field in model._meta.concrete_fields if field.attname != "id"]
        found.append(sorted(model.objects.values_list(*names), key=repr))
    return found


def test_several_processes_make_the_sums_that_one_makes(program, shop, sold):  # noqa: F811
    """No rate is known of the first days. On two bases, where the tax is outside of the price for half of the month, and inside of it for the other."""
    StoreTax.objects.filter(store=shop).delete()
    StoreTax.objects.create(
        store=shop, treatment="collected", rate_percent="19", from_on="2025-01-01", until_on="2025-08-12"
    )
    StoreTax.objects.create(store=shop, treatment="in_price", rate_percent="19", from_on="2025-08-13")
    programs.target(program, moment=Target.Moment.ORDERED, has_tax=False, has_shipping=True)
    for day in (14, 24):
        rate("CLP", "KRW", dt.date(2025, 8, day), "2.3117")
    enter_many()
    entered = BatchSum.objects.filter(store=shop, month="2025-08-01").aggregate(lines=Sum("lines"))
    assert entered["lines"] > 10_000, "of fewer lines one process makes all"
    alone = made_by(program.pk, shop.pk, 1)
    assert made_by(program.pk, shop.pk, 3) == alone
    assert {row[1] for row in alone[0]} == {"paid,tax", "ordered,shipping"}
    assert all(alone)
    assert verifying.differences(program) == []
    month = RollupMonth.objects.get(program=program, month="2025-08-01")
    assert (str(month.first_on), str(month.last_on)) == ("2025-08-01", "2025-08-31")


def launched(program_id: Any, store_id: Any, at_most: int) -> int:
    """How many processes the database started beside its own to make the sums of August, which does nothing itself where there are others."""
    count = "SELECT parallel_workers_launched FROM pg_stat_database WHERE datname = current_database()"
    found = []
    with connection.cursor() as cursor:
        for step in range(2):
            if step:
                with transaction.atomic():
                    cursor.execute("SELECT set_config('parallel_leader_participation', 'off', true)")
                    made_by(program_id, store_id, at_most)
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute(count)
            found += cursor.fetchone()
    return found[1] - found[0]


@pytest.mark.django_db(transaction=True)
def test_other_processes_make_the_sums_of_many_lines_and_none_those_of_few(program, shop, sold):  # noqa: F811
    """The database counts whom it starts. Where it may start none there is none: so it would be seen."""
    assert launched(program.pk, shop.pk, 3) == 0
    with transaction.atomic():
        enter_many()
    assert launched(program.pk, shop.pk, 1) == 0
    assert launched(program.pk, shop.pk, 3) >= 2
    assert verifying.differences(program) == []
