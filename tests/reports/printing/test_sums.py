from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from reports.printing.data import Figure
from reports.printing.kinds import Measure, Reason, RefundBasis
from reports.printing.sums import check_sums, krw_per_unit
from tests.reports.printing.leaves import changed
from tests.reports.printing.made_up import company_name, empty_report, monthly_report

# Figures that stand alone: nothing else in a report says what they must be.
STANDING_ALONE = {
    "companies_target.selected",
    "companies_target.target.value",
    "components.companies",
    "measures.amount.value",
    "measures.krw_amount.value",
    "measures.usd_amount.value",
    "provisional.krw_amount",
    "sales_target.definition.rate_days_back",
    "sales_target.target_krw_amount.value",
    "sources.lines",
    "taxes.rate_percent.value",
    "waiting.amount.value",
}


# Figures that may be more than the others say, and not less: shared orders; companies of several components.
ONE_SIDED = {
    "by_company.sales.orders", "by_group.sales.orders", "by_month.sales.orders", "components_total.companies",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def test_nothing_differs_in_a_right_report():
    assert check_sums(monthly_report()) == []
    assert check_sums(empty_report()) == []


def test_each_figure_that_is_changed_is_found():
    report = monthly_report(companies=4)
    found: set[str] = set()
    missed: set[str] = set()
    for path, other in changed(report, kinds=(int, Decimal)):
        (found if check_sums(other) else missed).add(path)
    assert missed == STANDING_ALONE | ONE_SIDED
    assert {"by_month.sales.net_krw_amount", "totals.lines", "rates.legs.unit"} <= found


def test_a_difference_is_said_with_both_values():
    report = monthly_report()
    wrong = replace(report, totals=replace(report.totals, krw_amount=report.totals.krw_amount + 1))
    stated, parts = f"{wrong.totals.krw_amount:,}", f"{report.totals.krw_amount:,}"
    assert check_sums(wrong) == [
        f"Total in KRW: stated {stated}, sum of the parts {parts}",
        f"Evidence grades in KRW: stated {stated}, sum of the parts {parts}",
    ]
    with translation.override("ko"):
        assert check_sums(wrong)[0] == f"전체 원화 매출: 적힌 값 {stated}, 세부 항목의 합 {parts}"


def test_orders_shared_by_companies_may_add_up_to_more_but_not_to_less():
    report = monthly_report()
    first = report.by_company[0]
    more = replace(first, sales=replace(first.sales, orders=first.sales.orders + 5))
    less = replace(first, sales=replace(first.sales, orders=first.sales.orders - 5))
    assert check_sums(replace(report, by_company=(more, *report.by_company[1:]))) == []
    assert len(check_sums(replace(report, by_company=(less, *report.by_company[1:])))) == 1


@pytest.mark.parametrize(("companies", "fits"), [(29, False), (30, True), (85, True), (86, False)])
def test_companies_served_are_at_least_the_most_and_at_most_the_sum(companies, fits):
    report = monthly_report()
    total = replace(report.components_total, companies=companies)
    said = [] if fits else ["Companies served: the total does not fit the components"]
    assert check_sums(replace(report, components_total=total)) == said


def test_a_target_after_refunds_is_compared_with_the_net():
    report = monthly_report()
    target = report.sales_target
    after = replace(target, definition=replace(target.definition, refunds=RefundBasis.AFTER))
    assert "Achieved by the target's definition" in check_sums(replace(report, sales_target=after))[0]
    net = replace(after, achieved_krw_amount=target.net_krw_amount)
    measures = tuple(row for row in report.measures if row.measure is not Measure.ORDERS)
    assert check_sums(replace(report, sales_target=net, measures=measures)) == []


def test_the_orders_beside_the_other_measures_equal_the_months():
    report = monthly_report()
    july = next(row for row in report.measures if row.measure is Measure.ORDERS)
    wrong = replace(
        july,
        amount=Figure((july.amount.value or 0) + Decimal(1)),
        krw_amount=Figure((july.krw_amount.value or 0) + Decimal(1)),
    )
    measures = tuple(wrong if row is july else row for row in report.measures)
    assert [text.split(":")[0] for text in check_sums(replace(report, measures=measures))] == [
        "Orders of Jul 2025 beside the other measures, CLP",
        "Orders of Jul 2025 beside the other measures, KRW",
    ]


def test_impossible_amounts_are_named():
    report = monthly_report()
    first = report.by_company[0]
    name = company_name(0).ko
    half = replace(
        first.sales,
        gross_amount=first.sales.gross_amount + Decimal("0.5"),
        net_amount=first.sales.net_amount + Decimal("0.5"),
        krw_amount=first.sales.krw_amount + Decimal("0.1"),
    )
    wrong = replace(report, by_company=(replace(first, sales=half), *report.by_company[1:]))
    assert check_sums(wrong)[:2] == [
        f"{name}, CLP: more decimals than the currency has",
        f"{name}, CLP: parts of a won",
    ]
    positive = replace(
        first.sales,
        refunds_amount=-first.sales.refunds_amount,
        net_amount=first.sales.gross_amount - first.sales.refunds_amount,
    )
    wrong = replace(report, by_company=(replace(first, sales=positive), *report.by_company[1:]))
    assert check_sums(wrong)[0] == f"{name}, CLP: refunds must not be positive"


def test_a_row_given_twice_is_named():
    report = monthly_report()
    twice = replace(
        report, rates=report.rates, waiting=(*report.waiting, report.waiting[0]), waiting_lines=27
    )
    assert check_sums(twice) == ["no_rate is given twice"]


def test_a_month_outside_the_covered_days_is_named():
    report = monthly_report()
    later = replace(report, from_on=report.from_on.replace(month=8))
    assert check_sums(later) == ["Jul 2025 is outside the covered days"]


def test_an_unknown_total_of_known_parts_is_named():
    report = monthly_report()
    total = replace(report.components_total, planned_krw_amount=Figure(None, Reason.NOT_PLANNED))
    assert check_sums(replace(report, components_total=total)) == [
        "Planned cost: parts are known and the total is not"
    ]


def test_a_target_may_end_before_the_covered_days():
    report = monthly_report()
    july, august, _september = report.by_month
    shorter = replace(
        report.sales_target,
        to_on=date(2025, 8, 31),
        achieved_krw_amount=july.sales.krw_amount + august.sales.krw_amount,
        gross_krw_amount=july.sales.krw_amount + august.sales.krw_amount,
        net_krw_amount=july.sales.net_krw_amount + august.sales.net_krw_amount,
    )
    assert check_sums(replace(report, sales_target=shorter)) == []
    assert len(check_sums(replace(report, sales_target=replace(shorter, to_on=date(2025, 9, 30))))) == 2
    assert check_sums(replace(report, sales_target=replace(shorter, to_on=date(2025, 9, 15)))) == []


def test_a_rate_is_made_of_its_legs():
    row = monthly_report().rates[0]
    assert krw_per_unit(row) == Decimal("1376.43") * (1 / Decimal("948.37"))
    only_dollars = replace(row, legs=row.legs[:1])
    assert krw_per_unit(only_dollars) is None
    direct = replace(row.legs[1], base="JPY", unit=100, value=Decimal("931.52"))
    assert krw_per_unit(replace(row, currency="JPY", legs=(direct,))) == Decimal("9.3152")
