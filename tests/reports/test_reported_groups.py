"""Product groups in a monthly report: sums that add up to the total, orders that are not added up, the statement that counts."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
from django.utils import translation

from companies.models import Product, ProductGroup
from reports.domain import composing, reporting
from reports.domain.verifying import verify
from reports.models import ReportRun
from reports.printing.data import MonthlyReport
from reports.printing.groups import rule
from reports.printing.sums import check_sums
from reports.printing.xlsx import write_xlsx
from tests.factories import register
from tests.factories.closing import closed
from tests.reports.differences import checks
from tests.reports.test_product_groups import program, shop, sold

__all__ = ["program", "shop", "sold"]

pytestmark = pytest.mark.django_db

SEPTEMBER = dt.date(2025, 9, 1)


@pytest.fixture(autouse=True)
def _later(move_clock):
    move_clock(dt.datetime(2025, 10, 2, tzinfo=dt.UTC))


def groups(report: MonthlyReport) -> list[tuple[object, ...]]:
    return [
        (
            row.product_group, row.name.en, row.sales.currency, int(row.sales.gross_amount), int(row.sales.refunds_amount),
            int(row.sales.net_amount), row.sales.units, int(row.sales.krw_amount), int(row.sales.net_krw_amount), row.sales.orders,
        )
        for row in report.by_group
    ]  # fmt: skip


BY_HAND = [
    ("09", "Cosmetics", "CLP", 15_000, -1_000, 14_000, 2, 30_000, 28_000, 2),
    ("", "not stated", "CLP", 7_300, 0, 7_300, 2, 14_600, 14_600, 2),
]
"""A was bought in the pack and by itself, with 1,000 pesos given back; B in the pack, C by itself. A peso is two won. Three orders, of
which the pack has goods of both: two in each group."""


def test_groups_of_a_report_by_hand(program, sold):
    report = reporting.build(program, SEPTEMBER)
    assert groups(report) == BY_HAND
    (whole,) = report.totals.by_currency
    assert sum(row.sales.krw_amount for row in report.by_group) == report.totals.krw_amount == 44_600
    assert sum(row.sales.net_krw_amount for row in report.by_group) == report.totals.net_krw_amount
    assert sum(row.sales.gross_amount for row in report.by_group) == whole.gross_amount
    assert report.totals.orders == 3
    assert check_sums(report) == []


def test_the_same_from_the_lines_alone(program, sold):
    """As of an instant nothing is kept: the lines are read."""
    assert (
        groups(reporting.build(program, SEPTEMBER, as_of=dt.datetime(2025, 10, 3, tzinfo=dt.UTC))) == BY_HAND
    )


def test_a_group_that_differs_from_the_total_is_named(program, sold):
    report = reporting.build(program, SEPTEMBER)
    first, *others = report.by_group
    wrong = replace(first, sales=replace(first.sales, krw_amount=first.sales.krw_amount + 1))
    with translation.override("en"):
        assert check_sums(replace(report, by_group=(wrong, *others))) == [
            "Total by product group, CLP, gross in KRW: stated 44,600, sum of the parts 44,601"
        ]
        assert check_sums(replace(report, by_group=(first, first))) != []


def test_a_closed_month_is_sorted_by_what_is_stated_now_and_keeps_its_figures(program, sold):
    """The report written before stays as it is, and is found again."""
    for month in (5, 6, 7, 8):
        closed(program, dt.date(2025, month, 1))
    before = reporting.write(program, SEPTEMBER, languages=["ko"])
    Product.objects.filter(code="A").update(product_group=ProductGroup.CLOTHING)
    register.product(register.company(2), "B", product_group=ProductGroup.CLOTHING)
    later = reporting.build(program, SEPTEMBER)
    assert [(row[0], row[7], row[9]) for row in groups(later)] == [("07", 44_000, 2), ("", 600, 1)]
    assert later.totals.krw_amount == 44_600
    assert reporting.write(program, SEPTEMBER, languages=["ko"]) != before
    assert verify().differences == ()


def test_a_report_written_before_groups_is_no_difference(program, sold):
    """Its definition had none; of the present one they are asked for."""
    run = reporting.write(program, SEPTEMBER, languages=["ko"])
    figures = {key: value for key, value in run.data.items() if key != "by_group"}
    ReportRun.objects.filter(pk=run.pk).update(
        definition="monthly-4", data={**figures, "definition_version": "monthly-4"}
    )
    assert checks() == ["run_checksum"]
    of_now = {"definition": composing.DEFINITION, "data": {**run.data, "by_group": []}}
    ReportRun.objects.filter(pk=run.pk).update(**of_now)
    assert checks() == ["run_checksum", "run_groups"]


def test_the_workbook_has_the_groups_without_a_sum_of_orders(program, sold):
    sheet = openpyxl.load_workbook(io.BytesIO(write_xlsx(reporting.build(program, SEPTEMBER), "en")))[
        "By company"
    ]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    at = next(place for place, row in enumerate(rows) if row[0] == "Sales by product group")
    assert [row[:10] for row in rows[at + 2 : at + 5]] == [
        ["Cosmetics", "09", "CLP", 15_000, -1_000, 14_000, 2, 30_000, 28_000, 2],
        ["not stated", None, "CLP", 7_300, 0, 7_300, 2, 14_600, 14_600, 2],
        ["Total of the program", None, "CLP", 22_300, -1_000, 21_300, 4, 44_600, 42_600, None],
    ]
    with translation.override("en"):
        assert rule() in [row[0] for row in rows]


def test_nothing_sold_has_no_groups(program):
    report = reporting.build(program, SEPTEMBER)
    assert report.by_group == ()
    assert check_sums(report) == []
    assert Decimal(report.totals.krw_amount) == 0
