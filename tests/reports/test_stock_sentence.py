"""Where orders and exports stand side by side by month, a sentence says that goods wait in warehouses: report, pages, closed months."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import translation

from reports.domain import reporting, shipping
from reports.domain.verifying import verify
from reports.models import ReportRun, Shipment
from reports.printing.evidence import in_warehouses
from reports.printing.xlsx import write_xlsx
from tests.factories import people, register
from tests.factories.closing import closed, reopened
from tests.reports.differences import checks
from tests.reports.test_shipments import part, program, sent, shop

__all__ = ["part", "program", "shop"]

pytestmark = pytest.mark.django_db

AUGUST, SEPTEMBER = dt.date(2025, 8, 1), dt.date(2025, 9, 1)


@pytest.fixture(autouse=True)
def _today(move_clock):
    move_clock(dt.datetime(2025, 10, 2, 3, tzinfo=dt.UTC))


def cells(report) -> list[object]:
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(report, "en")))
    return [cell.value for row in book["Measures"].iter_rows() for cell in row]


def test_the_report_says_it_where_goods_were_sent(program, part, shop):
    with translation.override("en"):
        sentence = in_warehouses()
    assert sentence not in cells(reporting.build(program, SEPTEMBER))
    shipping.record([sent(part, shop)], by=people.officer())
    report = reporting.build(program, SEPTEMBER)
    assert report.has_stock
    assert sentence in cells(report)


def test_not_before_the_goods_were_sent_and_not_once_the_shipment_is_taken_back(program, part, shop):
    (row,) = shipping.record([sent(part, shop)], by=people.officer())
    assert not reporting.build(program, dt.date(2025, 6, 1)).has_stock
    shipping.take_back(row, reason="전산 착오", by=people.officer())
    assert not reporting.build(program, SEPTEMBER).has_stock


def test_a_report_is_found_again_as_it_was_known_at_its_cut(program, part, shop, move_clock):
    (row,) = shipping.record([sent(part, shop)], by=people.officer())
    run = reporting.write(program, SEPTEMBER, languages=["ko"])
    assert run.as_of == row.recorded_at
    move_clock(dt.datetime(2025, 10, 3, 3, tzinfo=dt.UTC))
    shipping.take_back(row, reason="전산 착오", by=people.officer())
    assert verify().differences == ()
    assert reporting.build(program, SEPTEMBER, as_of=run.as_of).has_stock
    later = reporting.write(program, SEPTEMBER, languages=["ko"])
    assert later.as_of == Shipment.objects.get().ended_at
    assert not later.data["has_stock"]
    ReportRun.objects.filter(pk=later.pk).update(data={**later.data, "has_stock": True})
    assert checks() == ["run_checksum", "run_stock"]


def test_pages_and_closed_months_say_it(client, program, part, shop):
    for month in (5, 6, 7):
        closed(program, dt.date(2025, month, 1))
    record = closed(program, AUGUST)
    officer = people.officer()
    addresses = {
        officer: (
            f"{reverse('admin:reports_results')}?program={program.code}",
            reverse("admin:reports_closedmonth_change", args=[record.pk]),
        ),
        register.member(part.company): (reverse("sales_list"),),
    }

    def says() -> list[bool]:
        found = []
        for who, of_who in addresses.items():
            client.force_login(who)
            for address in of_who:
                page = client.get(address, headers={"Accept-Language": "en"})
                assert page.status_code == 200
                found.append("orders and exports do not agree by month" in page.content.decode())
        return found

    assert says() == [False, False, False]
    shipping.record([sent(part, shop)], by=officer)
    assert says() == [True, True, True]


def test_a_closed_month_does_not_say_it_of_goods_sent_after_it(client, program, part, shop):
    """As the report of that month; the goods went out in July."""
    months = [closed(program, dt.date(2025, month, 1)) for month in (5, 6, 7)]
    shipping.record([sent(part, shop)], by=people.officer())
    client.force_login(people.officer())
    says = [
        client.get(reverse("admin:reports_closedmonth_change", args=[each.pk])).context["has_stock"]
        for each in months
    ]
    assert says == [False, False, True]


def test_a_shipment_that_is_taken_back_takes_nothing_from_a_closed_month(
    client, program, part, shop, move_clock
):
    """Neither from its page nor from its report. The open month, and the closed one once it is opened again, know it."""
    (row,) = shipping.record([sent(part, shop)], by=people.officer())
    closings = [closed(program, dt.date(2025, month, 1)) for month in (5, 6, 7, 8)]
    before = reporting.write(program, AUGUST, languages=["ko"])
    move_clock(dt.datetime(2025, 10, 3, 3, tzinfo=dt.UTC))
    shipping.take_back(row, reason="전산 착오", by=people.officer())

    def says(record) -> bool:
        client.force_login(people.officer())
        return client.get(reverse("admin:reports_closedmonth_change", args=[record.pk])).context["has_stock"]

    assert [says(each) for each in closings] == [False, False, True, True]
    later = reporting.write(program, AUGUST, languages=["ko"])
    assert (before.data["has_stock"], later.data["has_stock"]) == (True, True)
    assert reporting.build(program, AUGUST, as_of=later.as_of).has_stock
    assert not reporting.build(program, SEPTEMBER).has_stock
    assert verify().differences == ()
    reopened(closings[-1])
    assert not reporting.build(program, AUGUST).has_stock
    assert not reporting.build(program, SEPTEMBER).has_stock
    assert verify().differences == ()


def test_a_report_that_was_written_by_the_rule_before_is_no_difference(program, part, shop, move_clock):
    """It took the sentence from a closed month; of the present rule that is named."""
    (row,) = shipping.record([sent(part, shop)], by=people.officer())
    for month in (5, 6, 7, 8):
        closed(program, dt.date(2025, month, 1))
    shipping.take_back(row, reason="전산 착오", by=people.officer())
    run = reporting.write(program, AUGUST, languages=["ko"])
    for definition, found in (("monthly-5", ["run_checksum"]), ("monthly-6", ["run_checksum", "run_stock"])):
        data = {**run.data, "has_stock": False, "definition_version": definition}
        ReportRun.objects.filter(pk=run.pk).update(definition=definition, data=data)
        assert checks() == found
