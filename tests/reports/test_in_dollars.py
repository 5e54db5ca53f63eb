"""Payouts, declared and customs figures in dollars beside won: by way of the won, rounded once; not known without a rate."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from ground.clock import SEOUL
from programs.models import Program, Target
from reports.domain import answering, reporting
from reports.domain.answering import Typed
from reports.domain.verifying import verify
from reports.models import CustomsRecord, ReportRun
from reports.printing.sums import check_sums
from reports.printing.xlsx import write_xlsx
from reports.queries import rates, reported_measures, targets
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, movement, order, rate, santiago
from tests.reports.differences import checks
from tests.reports.test_measures import scope

pytestmark = pytest.mark.django_db

AUGUST, SEPTEMBER = dt.date(2025, 8, 1), dt.date(2025, 9, 1)


@pytest.fixture
def program(move_clock):
    move_clock(dt.datetime(2025, 10, 2, 9, tzinfo=SEOUL))
    programs.currency("KRW")
    programs.currency("USD")
    return programs.program()


@pytest.fixture
def part(program):
    return programs.participation(register.company(1), program)


@pytest.fixture
def shop(program, part):
    shop = programs.store("ST-1", company=part.company)
    programs.assignment(shop, part)
    return shop


@pytest.fixture
def paid(tmp_path, program, shop):
    """A dollar is 1,400 won and a peso 2 on 2 September, 1,300 and 3 on the 4th. Released: 1,000 and 333 pesos, then 501."""
    for day, krw, peso in ((2, "1400", "2"), (4, "1300", "3")):
        rate("USD", "KRW", dt.date(2025, 9, day), krw)
        rate("CLP", "KRW", dt.date(2025, 9, day), peso)
    return made.imported(
        made.release(
            tmp_path,
            [
                movement(1, "1000", order=1, at=santiago(9, 2)),
                movement(2, "333", order=2, at=santiago(9, 2)),
                movement(3, "501", order=3, at=santiago(9, 4)),
            ],
        ),
        program,
        shop,
    )


def in_dollars(rows) -> dict[tuple[int, str], tuple[Decimal | None, Decimal | None]]:
    return {(row.month.month, row.currency): (row.krw_amount, rates.cents(row.usd_amount)) for row in rows}


def declare(part, owner, month, *rows) -> None:
    """(shop, currency, amount) each."""
    typed = [
        Typed(store, None, programs.currency(currency), 1, 1, Decimal(amount), Decimal(0))
        for store, currency, amount in rows
    ]
    answering.type_month(part, month, typed, by=owner)


def test_payouts_by_hand(program, paid):
    """1,333 pesos are 2,666 won, 1.9042… dollars; 501 are 1,503 won, 1.1561… dollars: 4,169 won and 3.0604… dollars, 3.06.
    Rounded movement by movement it would be 1.43 + 0.48 + 1.16 = 3.07."""
    assert in_dollars(reported_measures.payouts(scope(program))) == {(9, "CLP"): (4_169, Decimal("3.06"))}
    assert verify().differences == ()


def test_a_day_without_a_dollar_rate_makes_the_sum_not_known(tmp_path, program, shop, paid):
    """Won are known by the direct rate of 20 September; the dollar's newest is sixteen days old."""
    rate("CLP", "KRW", dt.date(2025, 9, 20), "3")
    late = made.release(tmp_path, [movement(4, "10", order=4, at=santiago(9, 20))], "late.csv")
    made.imported(late, program, shop)
    assert in_dollars(reported_measures.payouts(scope(program))) == {(9, "CLP"): (4_199, None)}
    assert verify().differences == ()


def test_a_day_without_a_rate_makes_both_not_known(tmp_path, program, shop, paid):
    late = made.release(tmp_path, [movement(4, "10", order=4, at=santiago(9, 29))], "late.csv")
    made.imported(late, program, shop)
    assert in_dollars(reported_measures.payouts(scope(program))) == {(9, "CLP"): (None, None)}


def test_declared_and_customs_figures_by_hand(program, part, paid):
    """September's averages: a dollar 1,350 won, a peso 2.5. 1,001 pesos are 2,503 won (2,502.5) and 1.8537… dollars; 675 won half a dollar;
    10.50 dollars by customs 14,175 won."""
    owner = register.member(part.company)
    declare(part, owner, SEPTEMBER, (None, "CLP", "1001"), (None, "KRW", "675"), (None, "USD", "3"))
    CustomsRecord.objects.create(
        agency=program.agency, participation=part, month=SEPTEMBER, fob_amount=Decimal("10.50"), source="통관"
    )
    assert in_dollars(reported_measures.declared(scope(program))) == {
        (9, "CLP"): (2_503, Decimal("1.85")), (9, "KRW"): (675, Decimal("0.50")), (9, "USD"): (4_050, Decimal("3.00")),
    }  # fmt: skip
    assert in_dollars(reported_measures.customs(scope(program))) == {(9, "USD"): (14_175, Decimal("10.50"))}
    assert verify().differences == ()


def test_won_declared_in_a_month_without_a_dollar_rate_are_no_dollars(program, part):
    declare(part, register.member(part.company), SEPTEMBER, (None, "KRW", "675"))
    assert in_dollars(reported_measures.declared(scope(program))) == {(9, "KRW"): (675, None)}
    assert verify().differences == ()
    figures = reporting.build(program, SEPTEMBER).measures
    (row,) = [each for each in figures if each.currency == "KRW"]
    assert (row.krw_amount.value, row.usd_amount.value, row.usd_amount.reason.value) == (675, None, "no_rate")


def test_a_target_of_payouts_stands_in_dollars(program, paid):
    programs.target(program, Target.Measure.PAYOUTS, moment="released")
    found = targets.standing(program, dt.date(2025, 9, 30))
    assert (found.reached_amount, found.reached_usd_amount, found.net_usd_amount) == (
        4_169,
        Decimal("3.06"),
        None,
    )


def test_a_report_has_dollars_of_every_measure_with_the_rates(tmp_path, program, part, shop, paid):
    made.imported(
        made.ventas(tmp_path, [order(1, item("A", price=700), at=santiago(9, 2))], "sold.xlsx"), program, shop
    )
    declare(part, register.member(part.company), SEPTEMBER, (None, "CLP", "1001"))
    report = reporting.build(program, SEPTEMBER)
    assert {
        row.measure.value: (row.currency, row.krw_amount.value, row.usd_amount.value)
        for row in report.measures
        if row.month == SEPTEMBER and row.currency
    } == {
        "declared": ("CLP", 2_503, Decimal("1.85")),
        "orders": ("CLP", 1_400, Decimal("1.00")),
        "payouts": ("CLP", 4_169, Decimal("3.06")),
    }
    assert check_sums(report) == []
    assert sum(row.currency == "USD" for row in report.rates) == 3  # of the 2nd, of the 4th, and the average
    sheet = openpyxl.load_workbook(io.BytesIO(write_xlsx(report, "en")))["Measures"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    (found,) = [
        row for row in rows if isinstance(row[0], dt.datetime) and row[0].month == 9 and row[1] == "CLP"
    ]
    assert found[1:13] == ["CLP", 1001, 2503, 1.85, "CLP", 700, 1400, 1, "CLP", 1834, 4169, 3.06]
    run = reporting.write(program, SEPTEMBER, languages=["ko"])
    assert verify().differences == ()
    measured = [{**row, "usd_amount": {"value": "9", "reason": None}} for row in run.data["measures"]]
    ReportRun.objects.filter(pk=run.pk).update(data={**run.data, "measures": measured})
    assert checks() == ["run_checksum", "run_declared", "run_orders", "run_payouts", "run_sums"]


def test_pages_show_dollars_beside_won(client, program, part, paid):
    owner = register.member(part.company)
    declare(part, owner, SEPTEMBER, (None, "KRW", "675"))
    client.force_login(owner)
    own = client.get(reverse("sales_list"), headers={"Accept-Language": "en"}).content.decode()
    client.force_login(people.officer())
    page = client.get(
        reverse("admin:reports_results"), {"program": program.code}, headers={"Accept-Language": "en"}
    )
    for shown in (own, page.content.decode()):
        assert 'CLP 1,834<br><span class="subtle">KRW 4,169<br>USD 3.06</span>' in shown
        assert 'KRW 675<br><span class="subtle">USD 0.50</span>' in shown


def test_the_total_of_shops_is_rounded_once_as_the_measure_is(client, program, part, shop, paid):
    """A peso is 2.5 won in September: 1 and 1 are 3 and 3 won by themselves, 5 together; 1 won and 3 dollars beside them are 4,051."""
    owner = register.member(part.company)
    other = programs.store("ST-2", company=part.company)
    programs.assignment(other, part)
    declare(
        part,
        owner,
        SEPTEMBER,
        (shop, "CLP", "1"),
        (other, "CLP", "1"),
        (shop, "KRW", "1"),
        (shop, "USD", "3"),
    )
    declared = in_dollars(reported_measures.declared(scope(program)))
    assert {currency: krw for (_month, currency), (krw, _usd) in declared.items()} == {
        "CLP": 5, "KRW": 1, "USD": 4_050,
    }  # fmt: skip
    client.force_login(owner)
    url = reverse("declaration_edit", args=[part.pk, "2025-09"])
    page = client.get(url, headers={"Accept-Language": "en"})
    table = page.context["typed_table"]
    assert "4,056" in table["total"][-1][1]
    assert "USD 3.00" in table["total"][-1][1]
    assert "the shops, each rounded by itself, add up to 4,057 won." in table["note"]
    assert table["note"] in page.content.decode()
    assert Program.objects.count() == 1
