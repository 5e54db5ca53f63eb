"""A merge of two records leaves the ledger as it is: sums by company, and over both, stay."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from companies.domain import merging
from companies.domain.merging_plan import GIVEN_UP, KEPT, plan_of
from reports.models import SalesLine
from tests.companies.test_merging import agreed, begun, pair
from tests.factories import people, programs
from tests.factories import register as firms
from tests.factories import reports as made
from tests.factories.reports import item, order
from tests.factories.staff import manager

pytestmark = pytest.mark.django_db


def sums() -> dict[object, tuple[int, object]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT company_id, sum(sign), sum(gross_amount) FROM reports_sales_line GROUP BY GROUPING SETS ((company_id), ())"
        )
        return {company: (count, amount) for company, count, amount in cursor.fetchall()}


def test_sums_by_company_and_over_both_stay_and_members_of_both_read_all_lines(tmp_path):
    """10,000 and 5,000 pesos at the record given up, 7,000 at the one that stays: 22,000 together."""
    kept, gone = pair()
    owner, other = firms.member(kept), firms.member(gone)
    made.rates(dt.date(2025, 8, 1), dt.date(2025, 9, 30))
    for company, code, prices in ((gone, "A", [10_000, 5_000]), (kept, "B", [7_000])):
        program = programs.program(f"SBA-{code}")
        shop = programs.store(f"ST-{code}", company=company)
        programs.assignment(shop, programs.participation(company, program))
        lines = [order(number, item(price=price)) for number, price in enumerate(prices, 1)]
        made.imported(made.ventas(tmp_path, lines, name=f"{code}.xlsx"), program, shop)
    before = sums()
    assert before == {gone.pk: (2, 15_000), kept.pk: (1, 7_000), None: (3, 22_000)}
    assert [SalesLine.objects.visible_to(each).count() for each in (owner, other)] == [1, 2]
    firms.seen_by(kept, "BPA")
    firms.seen_by(gone, "BPA")
    theirs = begun(kept, gone, agency=people.agency("BPA"), by=manager("BPA"))
    line = next(each for each in plan_of(theirs).lines if each.model is SalesLine)
    assert [(line.shown_at(side), line.hides(side)) for side in (KEPT, GIVEN_UP)] == [(0, 1), (0, 2)]
    merging.drop(theirs, reason="x", by=manager("BPA"))
    done = merging.carry_out(agreed(begun(kept, gone)), by=manager())
    assert sums() == before
    assert [SalesLine.objects.visible_to(each).count() for each in (owner, other)] == [3, 3]
    told = {each["table"]: each["stays"] for each in done.moved}
    assert told["reports.SalesLine.company"] == 2
    assert told["programs.Participation.company"] == 1
