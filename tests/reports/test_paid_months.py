"""Payouts by month are kept: the same as from the lines and as SQL of its own has them, and never read when they are not of now."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from ground.clock import SEOUL
from reports.domain import paid_months as verbs
from reports.domain import undoing
from reports.domain.verifying import amounts, shown, verify
from reports.models import ExchangeRate, PaidCell, PaidMonth
from reports.queries import counted, paid_months, reported_measures
from reports.queries.counted import Scope
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import closed
from tests.factories.reports import item, movement, order, santiago

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER = dt.date(2025, 8, 1), dt.date(2025, 9, 1)


@pytest.fixture
def program(move_clock):
    return made.in_october(move_clock)


@pytest.fixture
def filled(tmp_path, program):
    return fill(tmp_path, program)


def fill(tmp_path, program):
    """Two companies in one store; August 4,750 and −100 pesos, September 950 pesos: at 1,400 / 950 won 7,000 and −147, and 1,400."""
    shop = programs.store("SHARED", settlement_currency=programs.currency("CLP"))
    for serial, sku in ((1, "A"), (2, "B")):
        programs.assignment(shop, programs.participation(register.company(serial), program), sku=sku)
    orders = [order(n, item(sku, price=n * 950), at=santiago(8, 10)) for n, sku in ((1, "A"), (5, "B"))]
    made.imported(made.ventas(tmp_path, orders), program, shop)
    movements = [
        movement(1, "950", order=1, at=santiago(9, 2)),
        movement(2, "4750", order=5, at=santiago(8, 20)),
        movement(3, "-100", order=5, at=santiago(8, 21), description="refund"),
    ]
    made.imported(made.release(tmp_path, movements), program, shop)
    return shop


def whole(program) -> Scope:
    return Scope(program, program.starts_on, program.ends_on)


def by_hand(program) -> list[tuple[int, str, int, int]]:
    return [
        (row.month.month, row.currency, int(row.amount), int(row.krw_amount or 0))
        for row in reported_measures.payouts(whole(program))
    ]


def of_lines(scope: Scope, by: str = "month, currency_id, company_id") -> list[tuple[object, ...]]:
    return counted.ask(*reported_measures.released_sql(scope, by))


def only_kept(monkeypatch) -> None:
    monkeypatch.setattr(reported_measures, "released_sql", lambda *given: pytest.fail("read from the lines"))


def test_what_is_kept_is_read_and_is_what_the_lines_come_to(program, filled, monkeypatch):
    expected = [(8, "CLP", 4_650, 6_853), (9, "CLP", 950, 1_400)]
    assert by_hand(program) == expected
    lines = of_lines(whole(program))
    assert (verbs.renew(), verbs.renew()) == (2, 0)
    again = {
        key: values for key, values in amounts.payouts(shown.question_of(whole(program))).items() if values[0]
    }
    assert {(row[0].month, row[1]): (int(row[2]), row[3]) for row in expected_rows(program)} == {
        (month.month, currency): (int(amount), krw) for (month, currency), (amount, krw) in again.items()
    }
    only_kept(monkeypatch)
    assert by_hand(program) == expected
    rows = reported_measures.payouts(whole(program), each_company=True)
    assert [
        (row.month, row.currency, row.company, row.amount, row.krw_amount, row.usd_amount) for row in rows
    ] == lines
    assert len(reported_measures.payouts_by_store(whole(program))) == 2
    assert verify().differences == ()


def expected_rows(program):
    return [
        (row.month, row.currency, row.amount, row.krw_amount)
        for row in reported_measures.payouts(whole(program))
    ]


def test_a_file_that_comes_makes_its_months_alone_out_of_date(program, filled, tmp_path, monkeypatch):
    verbs.renew()
    made.imported(
        made.release(tmp_path, [movement(9, "1900", order=5, at=santiago(9, 9))], name="b.csv"),
        program,
        filled,
    )
    assert [(month, store) for store, month, _lines in paid_months.stale(whole(program))] == [
        (SEPTEMBER, filled.pk)
    ]
    assert by_hand(program) == [(8, "CLP", 4_650, 6_853), (9, "CLP", 2_850, 4_200)]
    assert verbs.renew() == 1
    only_kept(monkeypatch)
    assert by_hand(program) == [(8, "CLP", 4_650, 6_853), (9, "CLP", 2_850, 4_200)]


def test_a_rate_that_is_corrected_and_a_closing_make_months_out_of_date(program, filled, monkeypatch):
    verbs.renew()
    rate = ExchangeRate.objects.filter(day=dt.date(2025, 8, 20), base="USD", quote="KRW").get()
    ExchangeRate.objects.create(
        base=rate.base, quote=rate.quote, day=rate.day, quoted_value=rate.quoted_value * 2, source="corrected",
        version=rate.version + 1, reason="typed wrongly",
    )  # fmt: skip
    corrected = [(8, "CLP", 4_650, 14_000 - 147), (9, "CLP", 950, 1_400)]
    assert by_hand(program) == corrected
    assert [month for _store, month, _lines in paid_months.stale(whole(program))] == [AUGUST]
    verbs.renew()
    closed(program, AUGUST)
    assert len(paid_months.stale(whole(program))) == 2
    assert verbs.renew() == 2
    ExchangeRate.objects.create(
        base=rate.base, quote=rate.quote, day=rate.day, quoted_value=rate.quoted_value, source="corrected",
        version=rate.version + 2, reason="typed wrongly again",
    )  # fmt: skip
    assert by_hand(program) == corrected
    verbs.renew()
    only_kept(monkeypatch)
    assert by_hand(program) == corrected


def test_a_month_without_a_rate_has_no_won_until_the_rate_comes(tmp_path, move_clock):
    """The rate of 20 August serves ten days; the payout of 2 September waits for its own."""
    move_clock(dt.datetime(2025, 10, 12, 9, tzinfo=SEOUL))
    program = programs.program(starts_on=AUGUST)
    made.rates(dt.date(2025, 8, 20), dt.date(2025, 8, 20))
    fill(tmp_path, program)
    verbs.renew()
    found = {(row.month, row.krw_amount) for row in reported_measures.payouts(whole(program))}
    assert found == {(AUGUST, Decimal(6_853)), (SEPTEMBER, None)}
    made.rates(SEPTEMBER, dt.date(2025, 9, 2))
    assert by_hand(program) == [(8, "CLP", 4_650, 6_853), (9, "CLP", 950, 1_400)]


def test_a_scope_that_ends_among_the_lines_of_a_month_reads_them(program, filled):
    verbs.renew()
    scope = replace(whole(program), until_on=dt.date(2025, 8, 20))
    assert [(row.month, row.amount) for row in reported_measures.payouts(scope)] == [(AUGUST, 4_750)]
    assert paid_months.kept(scope, "month") == ([], {AUGUST: [filled.pk]})


def test_what_cannot_be_kept_is_read_from_the_lines(program, filled):
    verbs.renew()
    PaidCell.objects.update(net_amount=1)
    now = whole(program)
    others = (
        replace(now, as_of=dt.datetime(2025, 10, 13, tzinfo=dt.UTC)), replace(now, is_restated=True),
        replace(now, stores=(filled.pk,)), replace(now, companies=(register.company(1).pk, register.company(2).pk)),
    )  # fmt: skip
    for each in others:
        assert sum(row.amount for row in reported_measures.payouts(each)) == 5_600
    assert sum(row.amount for row in reported_measures.payouts(now)) == 2
    assert "payouts" in " ".join(each.check for each in verify().differences)


def test_sums_that_are_made_otherwise_now_are_not_of_now(program, filled, monkeypatch):
    verbs.renew()
    PaidMonth.objects.update(lines=f"{paid_months.MADE_BY - 1}:x")
    assert len(paid_months.stale(whole(program))) == 2
    assert verbs.renew(all_of_them=True) == 2
    assert verbs.renew(all_of_them=True) == 2


def test_a_month_that_another_worker_made_meanwhile_is_not_made_again(program, filled, monkeypatch):
    """A worker has its list, another goes through the whole of it, and one month of the ledger is out of date once more: the first makes this
    one, by the ledger of now."""
    listed = paid_months.stale

    def overtaken(scope: Scope) -> list[tuple[object, dt.date, str]]:
        found = listed(scope)
        monkeypatch.setattr(paid_months, "stale", listed)
        assert verbs.renew() == 2
        PaidMonth.objects.filter(month=AUGUST).update(lines="of before")
        return found

    monkeypatch.setattr(paid_months, "stale", overtaken)
    assert verbs.renew() == 1
    assert paid_months.stale(whole(program)) == []
    assert by_hand(program) == [(8, "CLP", 4_650, 6_853), (9, "CLP", 950, 1_400)]


def test_making_a_month_asks_the_state_of_its_store_alone(program, filled, tmp_path):
    other = programs.store("OTHER", settlement_currency=programs.currency("CLP"))
    programs.assignment(other, programs.participation(register.company(3), program), sku="C")
    made.imported(
        made.ventas(tmp_path, [order(7, item("C", price=950), at=santiago(9, 1))], "o.xlsx"), program, other
    )
    paid = movement(7, "950", order=7, at=santiago(9, 2))
    made.imported(made.release(tmp_path, [paid], name="o.csv"), program, other)
    of_one = Scope(program, SEPTEMBER, dt.date(2025, 9, 30), stores=(other.pk,))
    assert [(store, month) for store, month, _lines in paid_months.stale(of_one)] == [(other.pk, SEPTEMBER)]
    assert verbs.keep(program, other.pk, SEPTEMBER)
    assert not verbs.keep(program, other.pk, SEPTEMBER)
    assert paid_months.stale(of_one) == []
    assert len(paid_months.stale(whole(program))) == 2


@pytest.mark.parametrize("kind", ["payout", "reserve_for_dispute", "of a kind that nobody knows"])
def test_a_month_without_money_from_sales_is_made_once(program, tmp_path, kind):
    """On 5 September something moved that is no money from sales, and nothing else happened; then its file is taken back."""
    shop = programs.store("OWN", company=register.company(1), settlement_currency=programs.currency("CLP"))
    programs.assignment(shop, programs.participation(register.company(1), program))
    sent = movement(1, "-950", order=1, at=santiago(9, 5), description=kind)
    batch = made.imported(made.release(tmp_path, [sent]), program, shop)
    assert [month for _store, month, _lines in paid_months.stale(whole(program))] == [SEPTEMBER]
    assert (verbs.renew(), verbs.renew()) == (1, 0)
    assert paid_months.stale(whole(program)) == []
    assert by_hand(program) == []
    undoing.undo(batch, reason="another store's", by=people.officer())
    assert (verbs.renew(), verbs.renew()) == (1, 0)
