"""Entering rates: who may enter a missing one, who corrects one that other agencies count with, and what is kept of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from ground.errors import RuleBroken
from ground.history import history_of
from reports.domain import rates
from reports.models import ExchangeRate
from reports.queries import measures, targets
from reports.queries.counted import Scope
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order, rate

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 8, 5)


def enter(base: str = "USD", quote: str = "KRW", value: str = "1400", **fields) -> ExchangeRate:
    return rates.enter(
        **{"base": programs.currency(base), "quote": programs.currency(quote), "day": DAY, "source": "고시",
           "quoted_value": Decimal(value), "by": people.officer(), **fields}
    )  # fmt: skip


@pytest.fixture
def operator():
    return people.user("op@naru.example", is_operator=True)


@pytest.fixture
def two_agencies():
    programs.program("GBA-1", "GBA")
    return programs.program()


@pytest.mark.parametrize("role", ["manager", "officer", "finance"])
def test_a_missing_rate_is_entered_by_any_agency(two_agencies, role):
    entered = enter(by=people.officer(role))
    assert (entered.version, entered.quoted_value, entered.reason) == (1, 1400, "")
    assert [(each.kind, each.who) for each in history_of(entered)] == [("insert", f"SBA {role}")]


def test_who_only_reads_enters_nothing(two_agencies):
    for user in (people.officer("auditor"), people.user()):
        with pytest.raises(RuleBroken, match="not_staff"):
            enter(by=user)


def test_a_correction_has_a_reason_and_a_name():
    programs.program()
    first = enter()
    assert enter() == first
    with pytest.raises(RuleBroken, match="reason_missing") as refused:
        enter(value="1410", reason=" ")
    assert refused.value.fields == ("reason",)
    second = enter(value="1410", reason="the source published it anew", by=people.officer("finance"))
    assert (second.version, second.reason) == (2, "the source published it anew")
    (change,) = history_of(second)
    assert (change.who, change.reason) == ("SBA finance", "the source published it anew")


@pytest.mark.parametrize(
    "known", [[("USD", "KRW")], [("KRW", "USD")], [("USD", "CLP"), ("USD", "KRW")]], ids=str
)
def test_taking_the_place_of_what_converts_the_day_is_a_correction(two_agencies, operator, known):
    """The same pair, the pair the other way round, or a rate against won instead of two legs by the dollar."""
    for base, quote in known:
        rate(base, quote, DAY, "2")
    new = {"base": "CLP" if len(known) == 2 else "USD", "value": "3"}
    with pytest.raises(RuleBroken, match="shared_rate"):
        enter(**new, reason="x")
    with pytest.raises(RuleBroken, match="reason_missing"):
        enter(**new, by=operator)
    assert enter(**new, reason="x", by=operator).quoted_value == 3


def test_a_customs_week_begins_on_a_sunday_and_is_apart_from_the_rates_of_days(two_agencies, operator):
    """5 August 2025 is a Tuesday, the 3rd its Sunday. The bank's rate of that day is no reason to ask for one."""
    sunday = dt.date(2025, 8, 3)
    rate("USD", "KRW", sunday, "1390")
    week = {"series": "customs_week", "source": "관세청"}
    with pytest.raises(RuleBroken, match="not_sunday") as refused:
        enter(**week)
    assert refused.value.fields == ("day",)
    first = enter(**week, day=sunday)
    assert (first.series, first.version) == ("customs_week", 1)
    assert enter(**week, day=sunday) == first
    with pytest.raises(RuleBroken, match="shared_rate"):
        enter("KRW", "USD", "0.0007", **week, day=sunday, reason="x")
    with transaction.atomic(), pytest.raises(IntegrityError, match="rate_week_from_sunday"):
        rate("USD", "CLP", DAY, "950", series="customs_week")


def test_legs_of_another_day_leave_the_day_open(two_agencies):
    for base, quote, day in (("USD", "CLP", DAY), ("USD", "KRW", DAY - dt.timedelta(days=1))):
        rate(base, quote, day, "2")
    assert enter("CLP").version == 1


def test_no_agency_moves_the_totals_of_another(tmp_path, two_agencies, operator):
    """GBA sold for 10,000 pesos on 5 August, at a won a peso. SBA finds another rate better: only the operator, who keeps
    all agencies, may say so, and then the total is 20,000 won."""
    foreign = programs.program("GBA-1")
    shop = programs.store("FOREIGN", agency_code="GBA")
    programs.assignment(shop, programs.participation(register.company(1), foreign), sku="A")
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), foreign, shop)
    made.rates(DAY, DAY, krw="950", clp="950")
    won = {"value": "1900", "reason": "a better source"}
    for by in (people.officer("manager"), people.officer("finance"), people.officer("manager", "GBA")):
        with pytest.raises(RuleBroken, match="shared_rate"):
            enter(**won, by=by)
    assert _total(foreign) == 10_000
    enter(**won, by=operator)
    assert _total(foreign) == 20_000


def _total(program) -> Decimal:
    scope = Scope(program, program.starts_on, program.ends_on, basis=targets.basis_of(program, DAY))
    return measures.orders(scope).krw_amount
