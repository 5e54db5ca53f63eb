"""Pages say that nothing waits for a rate, a tax treatment or a company without reading the lines of a program."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.urls import reverse

from ground.clock import SEOUL
from programs.models import StoreTax
from reports.domain import rollups
from reports.models import ExchangeRate, SetAside
from reports.queries import closing, counted, reported_measures, restated_months, results, sources, waiting
from reports.queries.differing import compared
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import closed
from tests.factories.reports import item, movement, order, santiago

pytestmark = pytest.mark.django_db
AUGUST = dt.date(2025, 8, 1)
NOW = dt.datetime(2025, 10, 12, 9, tzinfo=SEOUL)


@pytest.fixture
def program(move_clock):
    move_clock(NOW)
    made.rates(AUGUST, NOW.date())
    return programs.program(starts_on=AUGUST)


@pytest.fixture
def shop(tmp_path, program):
    return sold(tmp_path, program)


def sold(tmp_path, program):
    """A store whose tax is known, with 10,000 pesos on 5 and 20,000 on 20 August, and 9,500 paid out on the 25th."""
    shop = programs.store("OWN", company=register.company(1), settlement_currency=programs.currency("CLP"))
    programs.assignment(shop, programs.participation(register.company(1), program))
    orders = [order(n, item("A", price=n * 10_000), at=santiago(8, day)) for n, day in ((1, 5), (2, 20))]
    made.imported(made.ventas(tmp_path, orders), program, shop)
    made.imported(made.release(tmp_path, [movement(1, "9500", order=1, at=santiago(8, 25))]), program, shop)
    return shop


@pytest.fixture
def no_lines(monkeypatch):
    """Reading the lines of a program fails; those that are booked later than they were sold have an index of their own."""
    sql = counted.lines_sql

    def only_later(scope: counted.Scope) -> str:
        return sql(scope) if scope.is_later else pytest.fail("lines are read")

    def stop() -> None:
        monkeypatch.setattr(counted, "lines_sql", only_later)
        monkeypatch.setattr(reported_measures, "released_sql", lambda *given: pytest.fail("lines are read"))

    return stop


def correct(day: dt.date, times: int = 2) -> None:
    rate = ExchangeRate.objects.filter(day=day, base="USD", quote="KRW").order_by("-version").first()
    ExchangeRate.objects.create(
        base=rate.base, quote=rate.quote, day=day, quoted_value=rate.quoted_value * times, source="corrected",
        version=rate.version + 1, reason="typed wrongly",
    )  # fmt: skip


def test_where_every_day_has_a_rate_and_a_tax_no_line_is_read(program, shop, no_lines):
    no_lines()
    scope = results.scope_until(program, NOW.date())
    assert waiting.of_program(scope) == []
    assert waiting.months_without_rate(scope) == set()
    assert waiting.rate_gaps([scope]) == []
    assert closing.in_the_way(program, AUGUST) == []
    assert closing.still_to_come(program, AUGUST).waiting == []
    assert compared.of_program(program).pairs != ()


def test_lines_of_days_without_a_rate_are_read_and_those_alone(tmp_path, move_clock):
    """The rate of 5 August serves until the 15th: the sale of the 20th and the payout of the 25th wait."""
    move_clock(NOW)
    program = programs.program(starts_on=AUGUST)
    made.rates(AUGUST, AUGUST.replace(day=5))
    sold(tmp_path, program)
    scope = results.scope_until(program, NOW.date())
    missing = [day for _currency, day in counted.days_without_rate(scope)]
    assert (missing[0], missing[-1]) == (dt.date(2025, 8, 16), dt.date(2025, 8, 31))
    assert waiting.of_program(scope) == [waiting.Waiting(waiting.Kind.NO_RATE, "CLP", 1, Decimal(20_000))]
    (gap,) = waiting.rate_gaps([scope])
    assert (gap.days, gap.lines, gap.amount) == ((dt.date(2025, 8, 20),), 1, 20_000)
    assert waiting.months_without_rate(scope) == {(AUGUST, register.company(1).pk)}
    assert waiting.months_without_rate(replace(scope, until_on=dt.date(2025, 8, 15))) == set()
    assert [(each.what, each.which) for each in closing.in_the_way(program, AUGUST)] == [
        (closing.Obstacle.NO_RATE, "CLP"),
        (closing.Obstacle.NO_RATE, "CLP"),
    ]  # a sale and a payout


def test_a_store_whose_tax_is_not_known_for_a_day_with_lines_is_named(program, shop):
    """Not for a day without any."""
    scope = closing.scope_of(program, AUGUST)
    StoreTax.objects.all().delete()
    for first, last in ((1, 5), (7, 31)):
        StoreTax.objects.create(
            store=shop, from_on=AUGUST.replace(day=first), until_on=AUGUST.replace(day=last),
            treatment="in_price", rate_percent=19,
        )  # fmt: skip
    assert sources.without_tax(scope) == []
    StoreTax.objects.filter(from_on=AUGUST).update(until_on=AUGUST.replace(day=4))
    assert sources.without_tax(scope) == ["OWN"]
    assert sources.tax_unknown(scope, counted.day_rates(scope)) == {"OWN": 14_737}


def test_of_a_store_whose_tax_nobody_stated_no_line_is_read(program, shop, no_lines):
    StoreTax.objects.all().delete()
    scope = closing.scope_of(program, AUGUST)
    rollups.renew()
    named = sorted(sources.tax_unknown(scope, counted.day_rates(scope)))
    no_lines()
    assert sources.without_tax(scope) == named == ["OWN"]
    assert sources.without_tax(closing.scope_of(program, AUGUST.replace(month=9))) == []
    assert [each.what for each in closing.in_the_way(program, AUGUST)] == [closing.Obstacle.NO_TAX]


def test_what_waits_for_a_company_is_counted_from_the_sums_of_files(
    tmp_path, program, shop, django_assert_num_queries
):
    officer = people.officer()
    other = programs.store("OTHER")
    made.imported(
        made.ventas(tmp_path, [order(7, item("Q"), item("R")), order(8, item("Q"))], name="b.xlsx"),
        program,
        other,
    )
    assert (
        waiting.lines_without_company(officer) == 3 == sum(row.lines for row in waiting.unassigned(officer))
    )
    SetAside.objects.create(
        agency=other.agency,
        store=other,
        sku="R",
        reason="x",
        set_by=officer,
        set_at=NOW,
        listing_reference=next(
            row.listing_reference for row in waiting.unassigned(officer) if row.sku == "R"
        ),
    )
    assert (
        waiting.lines_without_company(officer) == 2 == sum(row.lines for row in waiting.unassigned(officer))
    )
    part = programs.participation(register.company(1), program)
    programs.assignment(other, part, sku="Q")
    from reports.domain import replay

    replay.replay(other)
    SetAside.objects.all().delete()
    assert (
        waiting.lines_without_company(officer) == 1 == sum(row.lines for row in waiting.unassigned(officer))
    )
    assert waiting.lines_without_company(people.officer(agency_code="GBA")) == 0


def test_a_closed_month_by_the_rates_of_now_reads_the_days_whose_rate_has_changed(
    client, program, shop, no_lines, monkeypatch
):
    """20,000 pesos at 1,400 / 950 won are 29,474, at the corrected 2,800 they are 58,947; and 9,500 pesos paid out 14,000 and 28,000."""
    record = closed(program, AUGUST)

    def direct():
        scope = replace(
            closing.scope_of(program, AUGUST), basis=closing.basis_of(record.figures), is_restated=True
        )
        return closing.figures_of(scope)

    no_lines()
    assert restated_months.figures_of(record) == record.figures
    monkeypatch.undo()
    correct(dt.date(2025, 8, 20))
    correct(dt.date(2025, 8, 25))
    found = restated_months.figures_of(record)
    assert [(row["krw"], row["net_krw"]) for row in found["orders"]] == [("73684", "73684")]
    assert [row["krw"] for row in found["payouts"]] == ["28000"]
    expected = direct()
    for measure in ("orders", "payouts", "declared", "customs"):
        assert [row["krw"] for row in found[measure]] == [row["krw"] for row in expected[measure]]
    client.force_login(people.officer("officer"))
    page = client.get(
        reverse("admin:reports_closedmonth_change", args=[record.pk]), headers={"accept-language": "en"}
    )
    assert "73,684" in page.content.decode()
