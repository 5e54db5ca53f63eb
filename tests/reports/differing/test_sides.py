"""What stands behind the sides of a comparison, and where a side is not known."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from ground.errors import RuleBroken
from reports.domain.differing import finding
from reports.domain.sampling import planning
from reports.domain.verifying import verify
from reports.models import Comparison, Difference
from reports.queries.differing import compared, facts, lines
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import closed
from tests.factories.exports import declared as export_row
from tests.factories.exports import entered, written
from tests.factories.reports import item, movement, order, santiago
from tests.reports.differing.test_finding import (  # noqa: F401 — fixtures
    AUGUST,
    SEPTEMBER,
    declared,
    program,
    shop,
    sides,
)

pytestmark = pytest.mark.django_db


def sample(program, **more):  # noqa: F811
    values = {"margin_krw": Decimal(1_000_000), "margin_percent": None} | more
    return planning.plan(
        program, from_month=AUGUST, until_month=SEPTEMBER, confidence=95, expected_krw=Decimal(0), reason="x",
        form_key=uuid4(), by=people.officer(), **values,
    )  # fmt: skip


def test_a_side_of_which_a_line_has_no_rate_is_not_known(tmp_path, move_clock):
    """Rates only from September: what was sold in August comes to no won, and no sample is drawn of the rest."""
    move_clock(dt.datetime(2025, 10, 12, 3, tzinfo=dt.UTC))
    program = programs.program(starts_on=AUGUST)  # noqa: F811
    shop = programs.store("SHARED")  # noqa: F811
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    made.rates(SEPTEMBER, dt.date(2025, 10, 12))
    sold = [
        order(1, item("A", price=1_000_000)),
        order(2, item("A", price=1_000_000), at=santiago(9, 3)),
    ]
    made.imported(made.ventas(tmp_path, sold), program, shop)
    declared(1, 1_473_684)
    assert [(each.month, each.right) for each in compared.of_program(program).pairs] == [(AUGUST, None)]
    finding.find(program)
    assert not Difference.objects.exists()
    with pytest.raises(RuleBroken) as refused:
        sample(program)
    assert refused.value.code == "rate_missing"


def test_a_margin_that_everything_would_stand_within_is_refused(tmp_path, program, shop):  # noqa: F811
    made.imported(made.ventas(tmp_path, [order(1, item("A", price=1_000_000))]), program, shop)
    for margin in ({"margin_krw": None, "margin_percent": Decimal(300)}, {"margin_krw": Decimal(1_473_684)}):
        with pytest.raises(RuleBroken) as refused:
            sample(program, **margin)
        assert refused.value.code == "margin_large"
    assert sample(program, margin_krw=Decimal(1_473_683)).size


def test_lines_of_lists_stand_behind_the_customs_side(tmp_path, client, program, shop):  # noqa: F811
    made.imported(made.ventas(tmp_path, [order(1, item("A", price=1_000_000))]), program, shop)
    entered(written(tmp_path, export_row("00000-25-000001X", "100.50")), program, people.officer())
    assert sides(program, Comparison.CUSTOMS)["company 1", None] == (1_473_684, 140_700)
    client.force_login(people.officer())
    part = programs.participation(register.company(1), program)

    def answer(comparison, month):
        return client.get(reverse("admin:programs_participation_lines", args=[part.pk, comparison, month]))

    page = answer("customs", "all").content.decode()
    assert [each for each in ("000001X", "100.50", "exports.csv") if each not in page] == []
    assert answer("customs", "2025-08").status_code == 404
    assert answer("declared", "all").status_code == 404


def test_what_is_booked_later_is_compared_in_the_month_that_it_concerns(tmp_path, program, shop):  # noqa: F811
    """A million pesos in each month, declared rightly; after August was closed a line of two millions of August comes."""

    def brought(name, exported, *orders):
        made.imported(made.ventas(tmp_path, orders, name, exported_at=exported), program, shop)

    first = order(1, item("A", price=1_000_000), at=santiago(8, 5))
    brought("a.xlsx", santiago(9, 1), first)
    brought("b.xlsx", santiago(10, 1), order(2, item("A", price=1_000_000), at=santiago(9, 5)))
    for month in (AUGUST, SEPTEMBER):
        declared(1, 1_473_684, month)
    closed(program, AUGUST)
    brought("c.xlsx", santiago(10, 2), first, order(3, item("A", price=2_000_000), at=santiago(8, 6)))
    found = sides(program, Comparison.DECLARED)
    assert found["company 1", AUGUST] == (1_473_684, 4_421_052)
    assert found["company 1", SEPTEMBER] == (1_473_684, 1_473_684)
    for month, left in (("2025-08", 4_421_052), ("2025-09", 1_473_684)):
        part = programs.participation(register.company(1), program)
        rows = lines.of_pair(
            program, part.company_id, Comparison.DECLARED, dt.date.fromisoformat(f"{month}-01")
        )
        assert sum(each.krw for each in rows.orders) == left


def test_an_order_of_two_companies_gives_each_its_own_fees(tmp_path, program, shop):  # noqa: F811
    """300,000 pesos of fees at 1,400/950 won, in halves, in one order of a store that both share."""
    shared = (item("A", price=1_000_000), item("B", price=1_000_000))
    sold = [order(5, item("A", price=1_000)), order(1, *shared, fee_amount=-300_000, at=santiago(8, 5))]
    made.imported(made.ventas(tmp_path, sold), program, shop)
    made.imported(made.release(tmp_path, [movement(9, "1000", order=5, at=santiago(8, 21))]), program, shop)
    found = compared.of_program(program)
    companies = {register.company(serial).pk for serial in (1, 2)}
    fees = {company: each.fees for company, each in facts.of_payouts(found, companies).items()}
    assert fees == dict.fromkeys(companies, Decimal(-221_053))


def test_money_that_was_taken_back_is_not_due(tmp_path, program, shop):  # noqa: F811
    """Of two orders of a million pesos, both paid, one is taken back whole and 300,000 of the other: 700,000 pesos stand on
    both sides, at 1,400/950 won, and nothing differs. The sales file knows of neither."""
    made.imported(
        made.ventas(tmp_path, [order(each, item("A", price=1_000_000)) for each in (1, 2)]), program, shop
    )
    moved = [
        movement(1, "1000000", order=1, at=santiago(8, 20)),
        movement(2, "-1000000", order=1, at=santiago(9, 10), description="refund"),
        movement(3, "1000000", order=2, at=santiago(8, 20)),
        movement(4, "-300000", order=2, at=santiago(9, 10), description="refund"),
    ]
    made.imported(made.release(tmp_path, moved, columns=23), program, shop)
    assert sides(program, Comparison.PAYOUTS) == {("company 1", None): (1_031_579, 1_031_579)}
    finding.find(program)
    assert not Difference.objects.filter(comparison=Comparison.PAYOUTS).exists()


def test_an_order_paid_in_dollars_and_taken_back_is_not_compared(tmp_path, program):  # noqa: F811
    company = register.company(1)
    abroad = programs.store("CBT", company=company, settlement_currency=programs.currency("USD"))
    programs.assignment(abroad, programs.participation(company, program))
    made.imported(made.ventas(tmp_path, [order(1, item("A", price=1_000_000))]), program, abroad)
    moved = [
        movement(1, "910", order=1, at=santiago(8, 20)),
        movement(2, "-910", order=1, at=santiago(9, 2), description="refund"),
    ]
    made.imported(made.release(tmp_path, moved), program, abroad)
    assert sides(program, Comparison.PAYOUTS) == {("company 1", None): (0, 0)}


def test_both_sides_stand_in_dollars_that_make_up_the_difference(tmp_path, client, program, shop):  # noqa: F811
    """A million pesos at 950 for a dollar are 1,052.63 dollars; 1,000,000 won at 1,400 were declared: 714.29. Customs: 100.50. Of 400,000 pesos
    that came, 421.05."""
    made.imported(made.ventas(tmp_path, [order(1, item("A", price=1_000_000))]), program, shop)
    made.imported(made.release(tmp_path, [movement(1, "400000", order=1, at=santiago(8, 20))]), program, shop)
    declared(1, 1_000_000)
    entered(written(tmp_path, export_row("00000-25-000001X", "100.50")), program, people.officer())
    found = {
        each.comparison: (f"{each.left_usd}", f"{each.right_usd}", f"{each.difference_usd}")
        for each in compared.of_program(program).pairs
    }
    assert found == {
        Comparison.DECLARED: ("714.29", "1052.63", "-338.34"),
        Comparison.PAYOUTS: ("1052.63", "421.05", "631.58"),
        Comparison.CUSTOMS: ("1052.63", "100.50", "952.13"),
    }
    client.force_login(people.officer())
    url = reverse("admin:reports_compared")
    shown = client.get(url, {"comparison": "payouts"}).content.decode()
    for won, usd in (("1,473,684", "1,052.63 USD"), ("589,474", "421.05 USD"), ("+884,210", "+631.58 USD")):
        assert f'{won}<br><span class="subtle">{usd}</span>' in shown
    lines_of = client.get(url, {"format": "csv"}).content.decode("utf-8-sig").splitlines()
    assert [each.split(",")[-3:] for each in lines_of[1:] if each.split(",")[4] == "1000000"] == [
        ["714.29", "1052.63", "-338.34"]
    ]
    assert [str(each) for each in verify().differences] == []


def test_a_side_without_a_dollar_rate_is_told_in_won(tmp_path, client, move_clock):
    """Pesos have a rate in won, the dollar none."""
    move_clock(dt.datetime(2025, 10, 12, 3, tzinfo=dt.UTC))
    program = programs.program(starts_on=AUGUST)  # noqa: F811
    shop = programs.store("SHARED")  # noqa: F811
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    programs.currency("USD")
    made.rate("CLP", "KRW", dt.date(2025, 8, 5), "1.5")
    made.imported(made.ventas(tmp_path, [order(1, item("A", price=1_000))]), program, shop)
    declared(1, 1_500)
    (pair,) = compared.of_program(program).pairs
    assert (pair.left, pair.right, pair.left_usd, pair.right_usd, pair.difference_usd) == (
        1_500,
        1_500,
        None,
        None,
        None,
    )
    client.force_login(people.officer())
    shown = client.get(reverse("admin:reports_compared"), {"comparison": "declared"}).content.decode()
    assert '1,500<br><span class="subtle">달러 환율 없음</span>' in shown
