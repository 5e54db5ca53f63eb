"""Those who publish rates, asked at a real server: what they say is read to the digit, and silence is never an answer."""

from __future__ import annotations

import datetime as dt
import json
import logging
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from ground.outside import Silence
from reports.demo.rates import bank_days, customs_weeks, legs
from reports.published.customs import Customs
from reports.published.exim_bank import EximBank
from reports.published.publishers import in_english
from reports.published.server import LocalPublishers, running

DAY, HOLIDAY, SUNDAY = dt.date(2025, 9, 10), dt.date(2025, 10, 3), dt.date(2025, 9, 7)
BANK = {"USD": "1,391.4", "JPY(100)": "940.12", "IDR(100)": "8.43", "CNH": "195.22", "EUR": "1,628.98"}
WEEK = {"USD": "1390.57", "JPY": "9.4012", "EUR": "1623.9", "VND": "0.0527"}


@pytest.fixture
def publishers(settings: Any) -> Iterator[LocalPublishers]:
    with running({DAY: BANK}, {SUNDAY: WEEK}) as office:
        for name, value in office.settings().items():
            setattr(settings, name, value)
        yield office


def said(quotes: list[Any]) -> list[tuple[str, int, str]]:
    return [(each.currency, each.units, str(each.value)) for each in quotes]


def why(publisher: Any, day: dt.date) -> str:
    with pytest.raises(Silence) as silence:
        publisher.rates_of(day)
    return silence.value.code


def test_the_banks_rates_of_a_day_are_read_with_units_commas_and_the_yuans_other_name(publishers):
    """100 yen and 100 rupiah at once; the won's own row is none; a holiday and a morning are an empty list."""
    assert said(EximBank().rates_of(DAY)) == [
        ("CNY", 1, "195.22"), ("EUR", 1, "1628.98"), ("IDR", 100, "8.43"), ("JPY", 100, "940.12"), ("USD", 1, "1391.4"),
    ]  # fmt: skip
    assert EximBank().rates_of(HOLIDAY) == []
    assert publishers.manner.calls == [("/exchangeJSON 20250910", 1), ("/exchangeJSON 20251003", 1)]


def test_customs_rates_of_a_week_are_read_for_one_unit(publishers):
    """Two countries with the euro are one rate; a week without a notice has no data."""
    assert said(Customs().rates_of(SUNDAY)) == [
        ("EUR", 1, "1623.9"), ("JPY", 1, "9.4012"), ("USD", 1, "1390.57"), ("VND", 1, "0.0527"),
    ]  # fmt: skip
    assert Customs().rates_of(dt.date(2025, 9, 14)) == []
    assert why(Customs(), dt.date(2025, 9, 10)) == "other_week"


def test_a_wrong_key_a_reached_limit_and_no_key_are_told_apart_and_asked_once(publishers, settings):
    for publisher, day in ((EximBank, DAY), (Customs, SUNDAY)):
        assert why(publisher(key="another"), day) == "key"
        assert why(publisher(key=""), day) == "no_key"
    assert len(publishers.manner.calls) == 2
    publishers.limit = 0
    assert (why(EximBank(), DAY), why(Customs(), SUNDAY)) == ("quota", "quota")
    publishers.limit = 1000
    publishers.manner.fails_first = 99
    assert (why(EximBank(), DAY), why(Customs(), SUNDAY)) == ("internal", "internal")
    assert len(publishers.manner.calls) == 6


def row(**fields: Any) -> dict[str, Any]:
    return {"result": 1, "cur_unit": "USD", "deal_bas_r": "1,391.4", **fields}


def of_bank(*rows: Any) -> bytes:
    return json.dumps(list(rows)).encode()


BANK_SAYS: list[tuple[int, bytes, str]] = [
    (200, of_bank(row(result=2, cur_unit=None, deal_bas_r=None)), "data_code"),
    (200, of_bank(row(result=3, cur_unit=None, deal_bas_r=None)), "key"),
    (200, of_bank(row(result="4")), "quota"),
    (200, of_bank(row(), row(result=9)), "malformed"),
    (200, of_bank(row(), row()), "malformed"),
    (200, of_bank(row(cur_unit="JPY(0)")), "malformed"),
    (200, of_bank(row(cur_unit="US$")), "malformed"),
    (200, of_bank(row(cur_unit="KRW", deal_bas_r="1")), "malformed"),
    *((200, of_bank(row(deal_bas_r=text)), "malformed")
      for text in ("", None, "0", "-3", "1.391,4", "1,39,1.4", "NaN", "1e3", "1391.123456789", "천")),
    (200, of_bank("USD"), "malformed"),
    (200, b"{}", "malformed"),
    (200, b"null", "malformed"),
    (200, b"[" * 100_000, "malformed"),
    (200, b"\xff\xfe[]", "malformed"),
    (200, of_bank(row())[:-3], "malformed"),
    (200, b"[" + b" " * 1_100_000 + b"]", "malformed"),
    (302, b"", "address"),
    (401, b"", "key"),
    (404, b"", "address"),
    (503, b"", "internal"),
    (204, b"", "malformed"),
]  # fmt: skip


def week(items: str, more: str = "", code: str = "00") -> bytes:
    return f"<response><header><resultCode>{code}</resultCode></header><body>{more}{items}</body></response>".encode()


def notice(currency: str = "USD", rate: str = "1390.57", sunday: str = "20250907", kind: str = "1") -> str:
    return f"<item><currSgn>{currency}</currSgn><fxrt>{rate}</fxrt><aplyBgnDt>{sunday}</aplyBgnDt><imexTp>{kind}</imexTp></item>"


def refusal(code: str) -> bytes:
    return f"<OpenAPI_ServiceResponse><returnReasonCode>{code}</returnReasonCode></OpenAPI_ServiceResponse>".encode()


CUSTOMS_SAYS: list[tuple[int, bytes, str]] = [
    *((200, refusal(code), told) for code, told in (
        ("01", "internal"), ("05", "timeout"), ("10", "request"), ("12", "address"), ("20", "key"), ("22", "quota"),
        ("30", "key"), ("31", "key"), ("99", "internal"),
    )),
    (401, refusal("30"), "key"),
    (200, week("", code="22"), "quota"),
    (200, week("", code=""), "malformed"),
    (200, week(notice(kind="2")), "malformed"),
    (200, week(notice(sunday="20250831")), "other_week"),
    (200, week(notice() + notice(rate="1390.58")), "malformed"),
    (200, week(notice(currency="")), "malformed"),
    (200, week(notice(rate="-")), "malformed"),
    (200, week(notice(), "<totalCount>2</totalCount>"), "malformed"),
    (200, b"<!DOCTYPE r [<!ENTITY a 'aa'>]><response>&a;</response>", "malformed"),
    (200, week(notice())[:-9], "malformed"),
    (200, b"", "malformed"),
    (429, b"", "quota"),
]  # fmt: skip


def test_what_is_no_answer_is_never_taken_for_rates(publishers):
    """One broken row and nothing of the answer is taken; no data is an answer."""
    for publisher, day, answers in ((EximBank(), DAY, BANK_SAYS), (Customs(), SUNDAY, CUSTOMS_SAYS)):
        found = []
        for status, content, _told in answers:
            publishers.manner.http_status, publishers.manner.raw = status, content
            found.append(why(publisher, day))
        assert found == [told for _status, _content, told in answers]
    publishers.manner.http_status = 200
    for nothing in (week("", code="03"), refusal("03"), refusal("3"), week("")):
        publishers.manner.raw = nothing
        assert Customs().rates_of(SUNDAY) == []
    publishers.manner.raw = of_bank(
        row(deal_bas_r="1,234,567.12345678"), row(cur_unit="JPY(100)", deal_bas_r="940")
    )
    assert said(EximBank().rates_of(DAY)) == [("JPY", 100, "940"), ("USD", 1, "1234567.12345678")]


def test_slow_answers_are_given_up_within_the_patience_without_a_second_question(publishers):
    publishers.manner.delay = 1.0
    began = time.monotonic()
    assert why(EximBank(patience=0.3), DAY) == "timeout"
    assert time.monotonic() - began < 0.9
    publishers.manner.delay = 0.0
    publishers.manner.drip = True
    assert why(Customs(patience=0.4), SUNDAY) == "timeout"
    assert len(publishers.manner.calls) == 2


def test_only_https_or_this_machine_is_asked_and_the_key_stands_in_no_log(publishers, caplog):
    caplog.set_level(logging.DEBUG)
    EximBank().rates_of(DAY)
    Customs().rates_of(SUNDAY)
    assert "made-up-key" not in caplog.text
    for address in ("http://oapi.example/x", "ftp://127.0.0.1/", "127.0.0.1:80", "https://[x"):
        assert why(EximBank(address), DAY) == "address"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    assert why(Customs(f"http://127.0.0.1:{free}/", "k", patience=1), SUNDAY) == "unreachable"


def test_the_demonstrations_publishers_say_what_was_entered_there_by_hand():
    """So that nothing is corrected when they are asked: dollars of the day, and of a week the last before its Sunday."""
    entered = {day: krw for day, krw, _clp in legs()}
    friday = max(day for day in entered if day < SUNDAY)
    with running(bank_days(), customs_weeks()) as office:
        names = office.settings()
        of_day = EximBank(names["NARU_EXIM_BANK_URL"], office.key).rates_of(DAY)
        of_week = Customs(names["NARU_CUSTOMS_RATES_URL"], office.key).rates_of(SUNDAY)
    assert [each.value for each in of_day if each.currency == "USD"] == [entered[DAY]]
    assert [each.value for each in of_week if each.currency == "USD"] == [entered[friday]]
    assert {each.currency for each in of_day} == {each.currency for each in of_week}


def test_sources_of_a_report_have_their_english_names():
    assert in_english("한국수출입은행") == "Export-Import Bank of Korea"
    assert in_english("관세청, 한국수출입은행") == "Korea Customs Service, Export-Import Bank of Korea"
    assert in_english("한국수출입은행, 은행 창구") == ""
