"""Rates: two published legs, the day's or an earlier one's, averages of a month, one fixed rate."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from reports.queries import rates
from tests.factories import programs
from tests.factories.reports import rate

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 9, 10)


def back(days: int) -> dt.date:
    return DAY - dt.timedelta(days=days)


def of(currency: str, day: dt.date = DAY, **fields) -> rates.Rate | None:
    program = programs.program(f"P-{fields.get('rate_rule', 'day').replace('_', '-').upper()}", **fields)
    return rates.for_days(program, [(currency, day)]).get((currency, day))


def test_pesos_become_won_through_dollars():
    """1,391.40 won and 965.70 pesos for a dollar: a peso is 1.44082013 won, and 12,990 of them 18,716 won."""
    rate("USD", "KRW", DAY, "1391.40")
    rate("USD", "CLP", DAY, "965.70")
    found = of("CLP")
    assert found.krw_per_unit == Decimal("1.44082013")
    assert found.won(Decimal(12_990)) == 18_716
    assert [(leg.base, leg.quoted, leg.value, leg.rate_on) for leg in found.legs] == [
        ("USD", "CLP", Decimal("965.70"), DAY),
        ("USD", "KRW", Decimal("1391.40"), DAY),
    ]


def test_a_quote_for_a_hundred_units_is_divided():
    rate("JPY", "KRW", DAY, "940.00", units=100)
    assert of("JPY").krw_per_unit == Decimal("9.4")
    assert of("JPY").won(Decimal(1_500)) == 14_100


def test_a_pair_may_be_quoted_the_other_way_round():
    rate("USD", "KRW", DAY, "1400")
    rate("CLP", "USD", DAY, "1.25", units=1000)
    assert of("CLP").won(Decimal(800_000)) == 1_400_000


@pytest.mark.parametrize(
    ("direct", "dollar", "yen", "won"),
    [
        (2, 1, 1, "10"),
        (2, 0, 1, "10"),
        (1, 1, 1, "9.4"),
        (2, 2, 0, "9.4"),
        (2, 3, 0, "9.4"),
        (2, None, 0, "9.4"),
    ],
)
def test_a_rate_against_won_comes_first_unless_both_legs_are_newer(direct, dollar, yen, won):
    """Days before: 9.4 won a yen, or by the dollar 1,400 won and 140 yen, 10 won a yen. The average of a month is one of
    days, and has no age: there it comes first."""
    rate("JPY", "KRW", back(direct), "940", units=100)
    rate("USD", "JPY", back(yen), "140")
    if dollar is not None:
        rate("USD", "KRW", back(dollar), "1400")
    assert of("JPY").krw_per_unit == Decimal(won)
    assert of("JPY", rate_rule="month_average").krw_per_unit == Decimal("9.4")


def test_half_a_won_is_rounded_away_from_zero():
    rate("USD", "KRW", DAY, "1.5")
    found = of("USD")
    assert [found.won(Decimal(n)) for n in (1, 2, 3, -1, -3)] == [2, 3, 5, -2, -5]


@pytest.mark.parametrize(
    ("krw_back", "clp_back", "is_found"), [(10, 0, True), (0, 10, True), (11, 0, False), (0, 11, False)]
)
def test_each_leg_may_be_up_to_ten_days_old(krw_back, clp_back, is_found):
    """No Korean rate was notified from 3 to 9 October 2025."""
    rate("USD", "KRW", back(krw_back), "1400")
    rate("USD", "CLP", back(clp_back), "950")
    found = of("CLP")
    assert (found is not None) == is_found
    if found:
        assert {leg.rate_on for leg in found.legs} == {back(krw_back), back(clp_back)}


def test_a_rate_of_a_later_day_is_never_taken():
    rate("USD", "KRW", DAY + dt.timedelta(days=1), "1400")
    assert of("USD") is None


def test_the_newest_version_of_the_day_counts_and_an_earlier_instant_sees_the_earlier_one():
    rate("USD", "KRW", DAY, "1400")
    second = rate("USD", "KRW", DAY, "1410", version=2)
    second.refresh_from_db()
    assert of("USD").krw_per_unit == 1410
    program = programs.program("P-DAY")
    earlier = rates.for_days(program, [("USD", DAY)], second.created_at - dt.timedelta(microseconds=1))
    assert earlier["USD", DAY].krw_per_unit == 1400


def test_the_average_of_a_month_takes_each_published_day_once():
    """1,400 and (corrected) 1,420 won; 900, 950 and 1,000 pesos: 1,410 / 950."""
    rate("USD", "KRW", dt.date(2025, 9, 1), "1400")
    rate("USD", "KRW", dt.date(2025, 9, 2), "9999")
    rate("USD", "KRW", dt.date(2025, 9, 2), "1420", version=2)
    rate("USD", "KRW", dt.date(2025, 8, 31), "1")
    rate("USD", "KRW", dt.date(2025, 10, 1), "1")
    for day, value in ((1, "900"), (15, "950"), (30, "1000")):
        rate("USD", "CLP", dt.date(2025, 9, day), value)
    found = of("CLP", rate_rule="month_average")
    assert [leg.value for leg in found.legs] == [950, 1410]
    assert found.won(Decimal(95_000)) == 141_000
    assert of("CLP", dt.date(2025, 11, 5), rate_rule="month_average") is None


def test_a_fixed_rate_is_that_of_the_programs_first_day():
    rate("USD", "KRW", dt.date(2025, 5, 1), "1300")
    rate("USD", "KRW", DAY, "1400")
    assert of("USD", rate_rule="fixed").krw_per_unit == 1300


def test_won_are_won():
    assert of("KRW").won(Decimal(7)) == 7
    assert of("KRW", rate_rule="month_average").krw_per_unit == 1


def test_the_customs_rate_is_that_of_the_week_from_sunday_to_saturday():
    """10 September 2025 is a Wednesday: its week began on Sunday the 7th. The bank's rate of the day is never taken, nor
    that of another week, nor a leg of the other series: without customs' own rate the day has none."""
    sunday = dt.date(2025, 9, 7)
    rate("USD", "KRW", DAY, "1400")
    rate("USD", "CLP", DAY, "950")
    rate("USD", "KRW", sunday - dt.timedelta(days=7), "1380", series="customs_week")
    assert of("USD", rate_rule="customs_week") is None
    rate("USD", "KRW", sunday, "1390.57", series="customs_week")
    rate("JPY", "KRW", sunday, "9.4", series="customs_week")
    program = programs.program("P-CUSTOMS-WEEK")
    days = [sunday + dt.timedelta(days=each) for each in (-1, 0, 6, 7)]
    found = rates.for_days(program, [("USD", day) for day in days])
    assert [found[key].krw_per_unit if key in found else None for key in [("USD", day) for day in days]] == [
        1380, Decimal("1390.57"), Decimal("1390.57"), None,
    ]  # fmt: skip
    assert [(leg.rate_on, leg.value) for leg in found["USD", days[2]].legs] == [(sunday, Decimal("1390.57"))]
    assert of("CLP", rate_rule="customs_week") is None
    assert of("JPY", rate_rule="customs_week").won(Decimal(1_500)) == 14_100
    assert of("USD").krw_per_unit == 1400
    assert of("USD", rate_rule="month_average").krw_per_unit == 1400


def test_dollars_are_made_by_way_of_the_won_and_rounded_once():
    """12,990 pesos at 965.70 a dollar are 13.4513… dollars, whatever the won; 1,000 yen at 940 won for 100 and 1,391.40 for
    a dollar are 9,400 / 1,391.40 = 6.7557…; won themselves 1,391.40 to one. Half a cent goes away from zero."""
    rate("USD", "KRW", DAY, "1391.40")
    rate("USD", "CLP", DAY, "965.70")
    rate("JPY", "KRW", DAY, "940.00", units=100)
    dollar = of("USD")
    expected = {("CLP", "12990"): "13.45", ("JPY", "1000"): "6.76", ("USD", "0.125"): "0.13", ("USD", "-0.125"): "-0.13",
                ("USD", "19.99"): "19.99", ("KRW", "1391"): "1.00", ("KRW", "6.957"): "0.01"}  # fmt: skip
    found = {key: str(of(key[0]).dollars(Decimal(key[1]), dollar)) for key in expected}
    assert found == expected


def test_one_published_value_can_be_left_out_as_if_nobody_had_entered_it():
    rate("USD", "KRW", DAY, "1400")
    second = rate("USD", "KRW", DAY, "1410", version=2)
    program = programs.program("P-DAY")
    assert rates.for_days(program, [("USD", DAY)], without=second.pk)["USD", DAY].krw_per_unit == 1400
    assert rates.for_days(program, [("USD", DAY)])["USD", DAY].krw_per_unit == 1410
