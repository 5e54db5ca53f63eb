"""The job that fetches published rates: what it asks for and when, what it enters, what staff see of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from ground.clock import SEOUL
from ground.history import history_of
from programs.models import Program, Task
from reports.domain import fetching, rates
from reports.models import ExchangeRate, RateAttempt
from reports.published.exim_bank import EximBank
from reports.published.server import LocalPublishers, running
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order, rate

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 9, 10)
SUNDAY = dt.date(2025, 9, 7)
BANK = {"USD": "1,391.4", "JPY(100)": "940.12", "KWD": "4,560.1"}
WEEK = {"USD": "1390.57"}


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=SEOUL)


def days_before(count: int) -> list[dt.date]:
    return [DAY - dt.timedelta(days=each) for each in range(1, count + 1)]


@pytest.fixture
def publishers(settings: Any) -> Iterator[LocalPublishers]:
    """The bank has rates for 9 and 10 September, customs for the week of the 7th."""
    for code in ("USD", "KRW", "JPY", "CLP"):
        programs.currency(code)
    with running({DAY: BANK, days_before(1)[0]: {"USD": "1,390"}}, {SUNDAY: WEEK}) as office:
        for name, value in office.settings().items():
            setattr(settings, name, value)
        yield office


@pytest.fixture
def bank(publishers: LocalPublishers, settings: Any) -> LocalPublishers:
    settings.NARU_CUSTOMS_RATES_KEY = ""
    return publishers


def asked(attempts: list[RateAttempt]) -> list[tuple[str, dt.date, str]]:
    return [(each.publisher, each.day, each.outcome) for each in attempts]


def entered() -> list[tuple[str, str, dt.date, int, Decimal, int]]:
    rows = ExchangeRate.objects.order_by("series", "day", "base", "version")
    return list(rows.values_list("series", "base", "day", "quoted_units", "quoted_value", "version"))


def test_ten_days_are_asked_for_once_and_a_holiday_is_not_asked_for_ever(publishers, move_clock):
    """At noon of the 10th: eleven days of the bank's (two of them published), and the weeks of 7 September and of 31 August.
    At once nothing is asked again, in the same hour neither, on the 11th only what may have changed: the 10th itself, and
    the 11th; the week of the 7th not, because it was answered after its Sunday."""
    move_clock(at(DAY, 12))
    first = asked(fetching.fetch())
    assert first == [
        ("exim_bank", DAY, "brought"),
        ("exim_bank", days_before(1)[0], "brought"),
        *(("exim_bank", day, "nothing") for day in days_before(10)[1:]),
        ("customs", SUNDAY, "brought"),
        ("customs", SUNDAY - dt.timedelta(days=7), "nothing"),
    ]
    assert entered() == [
        ("customs_week", "USD", SUNDAY, 1, Decimal("1390.57"), 1),
        ("day", "USD", days_before(1)[0], 1, Decimal(1390), 1),
        ("day", "JPY", DAY, 100, Decimal("940.12"), 1),
        ("day", "USD", DAY, 1, Decimal("1391.4"), 1),
    ]
    brought = RateAttempt.objects.get(publisher="exim_bank", day=DAY)
    assert (brought.published, brought.entered, brought.corrected, brought.left_out) == (3, 2, 0, "KWD")
    assert ExchangeRate.objects.get(base="JPY").source == "한국수출입은행"
    assert fetching.fetch() == []
    move_clock(at(DAY + dt.timedelta(days=1), 12))
    assert asked(fetching.fetch()) == [
        ("exim_bank", DAY + dt.timedelta(days=1), "nothing"),
        ("exim_bank", DAY, "brought"),
    ]
    move_clock(at(DAY + dt.timedelta(days=1), 12, 50))
    assert fetching.fetch() == []
    move_clock(at(DAY + dt.timedelta(days=1), 13, 1))
    assert asked(fetching.fetch()) == [("exim_bank", DAY + dt.timedelta(days=1), "nothing")]
    assert len(entered()) == 4


def test_in_the_morning_nobody_is_asked_for_todays_rates(bank, move_clock):
    move_clock(at(DAY, 10, 59))
    assert [day for _publisher, day, _outcome in asked(fetching.fetch())] == days_before(10)
    move_clock(at(DAY, 11, 1))
    assert asked(fetching.fetch()) == [("exim_bank", DAY, "brought")]


def test_what_is_published_anew_is_a_correction_with_its_reason_wherever_it_counts(bank, move_clock):
    """Two agencies run programs, so none of them could correct. A value by hand that comes to the same stays; a person's
    correction stays too, until the bank itself says something else."""
    programs.program()
    programs.program("GBA-1", "GBA")
    rate("USD", "KRW", days_before(1)[0], "139000", units=100)
    rate("JPY", "KRW", DAY, "9.5")
    move_clock(at(DAY, 12))
    fetching.fetch()
    assert ExchangeRate.objects.filter(day=days_before(1)[0]).count() == 1
    yen = ExchangeRate.objects.get(base="JPY", version=2)
    assert (yen.quoted_units, yen.quoted_value) == (100, Decimal("940.12"))
    assert yen.reason == "한국수출입은행 고시 / as published by: Export-Import Bank of Korea"
    operator = people.user("op@naru.example", is_operator=True)
    won = {"base": programs.currency("USD"), "quote": programs.currency("KRW"), "day": DAY}
    rates.enter(**won, quoted_value=Decimal(1400), source="은행 창구", reason="by telephone", by=operator)
    move_clock(at(DAY + dt.timedelta(days=1), 9))
    fetching.fetch()
    assert list(ExchangeRate.objects.filter(base="USD", day=DAY).values_list("quoted_value", flat=True).order_by("version")) == [
        Decimal("1391.4"), Decimal(1400),
    ]  # fmt: skip
    bank.bank[DAY] = {**BANK, "USD": "1,392"}
    found = fetching.ask(EximBank(), DAY)
    assert (found.published, found.entered, found.corrected) == (3, 1, 1)
    third = ExchangeRate.objects.get(base="USD", day=DAY, version=3)
    assert third.quoted_value == 1392
    assert third.reason == "한국수출입은행에서 다시 고시 / published anew by: Export-Import Bank of Korea"
    assert [each.reason for each in history_of(third)] == [third.reason]
    assert fetching.ask(EximBank(), DAY).entered == 0


@pytest.mark.parametrize(
    ("first", "why", "minutes"),
    [({"fails_first": 99}, "internal", 10), ({}, "key", 360), ({}, "quota", 720)],
    ids=lambda each: each if isinstance(each, str) else "",
)  # fmt: skip
def test_who_does_not_answer_is_left_alone_for_a_while(bank, settings, move_clock, first, why, minutes):
    """One question and no more; the next after ten minutes, after six hours where a person has to look, or at midnight
    where the day's limit is reached."""
    for name, value in first.items():
        setattr(bank.manner, name, value)
    if why == "key":
        settings.NARU_EXIM_BANK_KEY = "worn out"
    bank.limit = 0 if why == "quota" else bank.limit
    move_clock(at(DAY, 12))
    (attempt,) = fetching.fetch()
    assert (attempt.outcome, attempt.why_not) == ("silent", why)
    move_clock(at(DAY, 12) + dt.timedelta(minutes=minutes - 1))
    assert fetching.fetch() == []
    move_clock(at(DAY, 12) + dt.timedelta(minutes=minutes, seconds=2))
    bank.limit = 1000
    (again,) = fetching.fetch()[:1] if why == "quota" else fetching.fetch()
    assert again.outcome == ("brought" if why == "quota" else "silent")
    if why == "internal":
        move_clock(at(DAY, 12, 29))
        assert fetching.fetch() == []
        move_clock(at(DAY, 12, 31))
        bank.manner.fails_first = 0
        assert len(fetching.fetch()) == 11
    assert bank.key == "made-up-key"


def test_an_answer_that_cannot_be_read_holds_up_its_own_day_alone(bank, move_clock):
    """Nothing of it is entered, the older days are asked, and the day again after ten minutes, then after twenty. A
    publisher that fails meanwhile is left alone for ten minutes, not longer for what could not be read."""
    move_clock(at(DAY, 12))
    bank.bank[DAY] = {"USD": "1,391.4", "JPY(100)": "?"}
    first = asked(fetching.fetch())
    assert first == [
        ("exim_bank", DAY, "silent"),
        ("exim_bank", days_before(1)[0], "brought"),
        *(("exim_bank", day, "nothing") for day in days_before(10)[1:]),
    ]
    assert [(day, value) for _series, _base, day, _units, value, _version in entered()] == [
        (days_before(1)[0], Decimal(1390))
    ]
    move_clock(at(DAY, 12, 9))
    assert fetching.fetch() == []
    move_clock(at(DAY, 12, 11))
    assert asked(fetching.fetch()) == [("exim_bank", DAY, "silent")]
    move_clock(at(DAY, 12, 30))
    assert fetching.fetch() == []
    bank.manner.fails_first = 99
    move_clock(at(DAY, 12, 32))
    (failed,) = fetching.fetch()
    assert failed.why_not == "internal"
    bank.manner.fails_first = 0
    bank.bank[DAY] = BANK
    move_clock(at(DAY, 12, 43))
    assert asked(fetching.fetch()) == [("exim_bank", DAY, "brought")]
    assert len(entered()) == 3


def test_staff_see_each_question_in_their_language_and_where_no_key_is_set_up(
    bank, client, english, move_clock
):
    move_clock(at(DAY, 12))
    fetching.fetch()
    RateAttempt.objects.create(publisher="exim_bank", day=DAY, outcome="silent", why_not="quota")
    page = reverse("admin:reports_rateattempt_changelist")
    english.force_login(people.officer("auditor"))
    shown = english.get(page).content.decode()
    for text in (
        "daily limit is reached",
        "nothing published",
        "3 rates, 2 of them new, 0 corrected. Not in the list of currencies: KWD",
        "nobody asks it",
    ):
        assert text in shown
    silent = RateAttempt.objects.get(outcome="silent")
    shown = english.get(
        reverse("admin:reports_rateattempt_change", args=[silent.pk]), headers={"accept-language": "ko"}
    )
    assert shown.status_code == 200


def test_missing_rates_of_waiting_lines_are_a_task_until_they_are_there(tmp_path, english, move_clock):
    """Pesos of 5 August, and no rate up to then: the agency's desk says which days, and keeps saying it by the same day.
    By the customs week the bank's rates do not help; those of the week do."""
    move_clock(at(DAY, 9))
    program = programs.program()
    shop = programs.store("SHOP")
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    (task,) = fetching.watch()
    assert (task.kind, task.subject_ko, task.due_on) == (
        "rates",
        f"{program.code} CLP 2025. 8. 5.(화)",
        dt.date(2025, 9, 17),
    )
    english.force_login(people.officer())
    desk = english.get("/staff/").content.decode()
    whole = f'<span class="whole">{program.code}</span>'
    assert f"Enter missing exchange rates: {whole} CLP 5 August 2025" in desk
    assert reverse("admin:reports_waiting") in desk
    move_clock(at(DAY + dt.timedelta(days=1), 9))
    assert [each.due_on for each in fetching.watch()] == [dt.date(2025, 9, 17)]
    made.rates(dt.date(2025, 8, 5), dt.date(2025, 8, 5))
    assert fetching.watch() == []
    assert not Task.objects.open().filter(kind="rates").exists()
    Program.objects.filter(pk=program.pk).update(rate_rule="customs_week")
    assert len(fetching.watch()) == 1
    for quote, value in (("KRW", "1400"), ("CLP", "950")):
        rate("USD", quote, dt.date(2025, 8, 3), value, series="customs_week")
    assert fetching.watch() == []
