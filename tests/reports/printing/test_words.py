from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from reports.printing import words
from reports.printing.words import KrwUnit


@pytest.mark.parametrize(
    ("unit", "ko", "en"),
    [
        (KrwUnit.WON, "1,024,385,650원", "KRW 1,024,385,650"),
        (KrwUnit.THOUSAND, "1,024,386천원", "KRW 1,024,386 thousand"),
        (KrwUnit.MILLION, "1,024.4백만원", "KRW 1,024.4 million"),
        (KrwUnit.HUNDRED_MILLION, "10.24억원", "KRW 1,024.39 million"),
    ],
)
def test_won_in_each_unit(unit, ko, en):
    amount = Decimal(1_024_385_650)
    assert (
        words.krw(amount, unit, lang="ko"),
        words.krw(amount, unit, 2 if "24.39" in en else None, "en"),
    ) == (
        ko,
        en,
    )


def test_the_unit_alone():
    assert [words.unit_name(unit, "ko") for unit in KrwUnit] == ["원", "천원", "백만원", "억원"]
    assert words.unit_name(KrwUnit.HUNDRED_MILLION, "en") == "KRW 100 million"


@pytest.mark.parametrize(
    ("amount", "ko", "en"),
    [
        (1_000_000_000, "10억원", "KRW 1 billion"),
        (1_250_000_000, "12.5억원", "KRW 1.25 billion"),
        (50_000_000, "0.5억원", "KRW 50 million"),
    ],
)
def test_a_target_has_just_its_decimals(amount, ko, en):
    assert words.exact_krw(Decimal(amount), KrwUnit.HUNDRED_MILLION, "ko") == ko
    assert words.exact_krw(Decimal(amount), KrwUnit.HUNDRED_MILLION, "en") == en


@pytest.mark.parametrize(
    ("amount", "ko", "en"),
    [
        (999_999_999, "9.99억원", "KRW 999.9 million"),
        (1_000_000_000, "10.00억원", "KRW 1.00 billion"),
        (99_999_999, "99.9백만원", "KRW 99.9 million"),
        (12_345, "12천원", "KRW 12 thousand"),
        (999, "999원", "KRW 999"),
        (0, "0원", "KRW 0"),
        (-250_000_000, "−2.50억원", "KRW −250.0 million"),
    ],
)
def test_a_headline_never_says_more_than_was_reached(amount, ko, en):
    assert (words.short_krw(Decimal(amount), "ko"), words.short_krw(Decimal(amount), "en")) == (ko, en)


def test_rounding_is_half_up_away_from_zero():
    rounded = [words.round_half_up(Decimal(text)) for text in ("0.5", "1.5", "2.5", "-2.5", "2.4999")]
    assert rounded == [1, 2, 3, -3, 2]
    assert words.number(Decimal("-1234.5")) == "−1,235"
    assert words.number(Decimal("-0.4")) == "0"


def test_foreign_amounts_have_the_decimals_of_their_currency():
    assert words.money(Decimal("1234.5"), "USD", "ko") == "1,234.50 USD"
    assert words.money(Decimal("1234.5"), "CLP", "en") == "CLP 1,235"
    assert words.money(Decimal(1234), "KRW", "ko") == "1,234원"


def test_what_is_short_of_the_whole_is_not_a_hundred_percent():
    assert words.percent(999_999, 1_000_000) == "99.9%"
    assert words.percent(1_000_000, 1_000_000) == "100.0%"
    assert words.percent(1_000_400, 1_000_000) == "100.0%"
    assert words.percent(1, 0) == "—"


def test_rates_keep_every_decimal():
    assert [words.plain(Decimal(text)) for text in ("1391.4500", "0.00071", "1E+3")] == [
        "1,391.45",
        "0.00071",
        "1,000",
    ]


def test_days_months_and_periods():
    tuesday = date(2025, 9, 30)
    assert (words.day(tuesday, "ko"), words.day(tuesday, "en")) == ("2025. 9. 30.(화)", "Tue 30 Sep 2025")
    assert (words.month(tuesday, "ko"), words.month(tuesday, "en")) == ("2025년 9월", "Sep 2025")
    assert words.days(tuesday, tuesday, "ko") == "2025. 9. 30.(화)"
    assert words.short_days(date(2025, 12, 1), date(2025, 12, 31), "en") == "Dec 2025"
    assert words.short_days(date(2025, 9, 1), tuesday, "ko") == "2025년 9월"
    assert words.short_days(date(2025, 8, 1), tuesday, "ko") == "2025. 8. 1. – 2025. 9. 30."


def test_instants_are_said_in_seoul_time():
    instant = datetime(2025, 9, 30, 15, 30, tzinfo=UTC)
    assert words.instant(instant, "ko") == "2025. 10. 1.(수) 00:30 (한국시간)"
    assert words.instant(instant, "en") == "Wed 1 Oct 2025, 00:30 (Seoul time)"
    assert words.short_instant(instant, "ko") == "2025. 10. 1. 00:30"
    with pytest.raises(ValueError, match="time zone"):
        words.instant(datetime(2025, 9, 30))


def test_zones_are_said_in_words():
    assert words.zone_name("America/Santiago", "ko") == "산티아고 시간"
    assert words.zone_name("Asia/Kathmandu", "ko") == "Asia/Kathmandu"
