"""The tax office's client against a real server: answers, bad days, and silence that is never an answer."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from companies.tax_office import Confirmation, Firm, Standing, TaxOffice
from ground.outside import Silence
from tests.factories.register import number

OPENED = dt.date(2015, 3, 2)
ROOT = Path(__file__).resolve().parents[2]


def why(answer: Confirmation | Silence) -> str:
    assert isinstance(answer, Silence)
    return answer.code


def test_each_state_is_read(tax_office):
    found = TaxOffice().status([number(1), number(2), number(3), number(4)])
    assert found == {
        number(1): Standing("active", "부가가치세 일반과세자"),
        number(2): Standing("suspended", "부가가치세 일반과세자"),
        number(3): Standing("closed", "부가가치세 일반과세자", dt.date(2024, 6, 30)),
        number(4): Standing("unregistered"),
    }


def test_250_numbers_are_three_calls(tax_office):
    wanted = [number(serial) for serial in range(1, 251)]
    found = TaxOffice().status(wanted)
    assert tax_office.manner.calls == [("status", 100), ("status", 100), ("status", 50)]
    assert list(found) == wanted
    assert sum(each.status == "unregistered" for each in found.values()) == 247


def test_a_number_named_twice_is_asked_once(tax_office):
    TaxOffice().status([number(1), number(1)])
    assert tax_office.manner.calls == [("status", 1)]


def test_number_representative_and_day_must_belong_together(tax_office):
    def ask(representative: str, day: dt.date, serial: int = 1) -> Confirmation | Silence:
        firm = Firm(number(serial), representative, day)
        return TaxOffice().validate([firm])[firm.business_number]

    right = ask("김가상", OPENED)
    assert right == Confirmation(True, Standing("active", "부가가치세 일반과세자"))
    assert ask("김가짜", OPENED) == Confirmation(False)
    assert ask("김가상", dt.date(2015, 3, 3)) == Confirmation(False)
    assert ask("김가상", OPENED, serial=9) == Confirmation(False)


def test_without_a_key_nobody_is_asked_and_nothing_is_fine(tax_office, settings):
    settings.NARU_TAX_OFFICE_KEY = ""
    assert TaxOffice().status([number(1)]) == {number(1): Standing("not_checked", why_not="no_key")}
    assert why(TaxOffice().validate([Firm(number(1), "김가상", OPENED)])[number(1)]) == "no_key"
    assert tax_office.manner.calls == []


def test_a_time_out_is_told_within_the_patience_and_tried_once_more(tax_office):
    tax_office.manner.delay = 1.0
    began = time.monotonic()
    found = TaxOffice(patience=0.6).status([number(1)])
    assert time.monotonic() - began < 0.95
    assert found[number(1)] == Standing("not_checked", why_not="timeout")
    assert len(tax_office.manner.calls) == 2


def test_an_answer_that_drips_is_given_up(tax_office):
    tax_office.manner.drip = True
    began = time.monotonic()
    assert TaxOffice(patience=0.5).status([number(1)])[number(1)].why_not == "timeout"
    assert time.monotonic() - began < 1.5


def test_one_failure_is_forgiven(tax_office):
    tax_office.manner.fails_first = 1
    assert TaxOffice().status([number(1)])[number(1)].status == "active"
    assert len(tax_office.manner.calls) == 2


def test_two_failures_are_not(tax_office):
    tax_office.manner.fails_first = 2
    assert TaxOffice().status([number(1)])[number(1)] == Standing("not_checked", why_not="internal")
    assert len(tax_office.manner.calls) == 2


OK = {"status_code": "OK", "request_cnt": 1}


@pytest.mark.parametrize(
    ("status", "raw", "expected"),
    [
        (200, b"<html>soon back</html>", "malformed"),
        (200, b"", "malformed"),
        (200, b"[]", "malformed"),
        (200, json.dumps({**OK, "data": "none"}).encode(), "malformed"),
        (200, json.dumps({"data": []}).encode(), "malformed"),
        (200, json.dumps({**OK, "data": []}).encode(), "missing"),
        (200, json.dumps({**OK, "data": [{"b_no": number(2), "b_stt_cd": "01"}]}).encode(), "missing"),
        (200, json.dumps({**OK, "data": [{"b_no": number(1), "b_stt_cd": "07"}]}).encode(), "malformed"),
        (
            200,
            json.dumps({**OK, "data": [{"b_no": number(1), "b_stt_cd": "", "tax_type": "?"}]}).encode(),
            "malformed",
        ),
        (400, b'{"status_code": "BAD_JSON_REQUEST"}', "request"),
        (411, b'{"status_code": "REQUEST_DATA_MALFORMED"}', "request"),
        (413, b'{"status_code": "TOO_LARGE_REQUEST"}', "too_many"),
        (500, b'{"status_code": "INTERNAL_ERROR"}', "internal"),
        (200, b'{"status_code": "HTTP_ERROR"}', "internal"),
        (401, b'{"code": -401, "msg": "x"}', "key"),
        (429, b"slow down", "quota"),
        (302, b"elsewhere", "malformed"),
        (503, b"closed", "internal"),
        (200, b"<OpenAPI_ServiceResponse><returnReasonCode>30</returnReasonCode>", "key"),
        (200, b"<OpenAPI_ServiceResponse><returnReasonCode>22</returnReasonCode>", "quota"),
        (200, b'{"pad": "' + b"x" * 2_000_000 + b'"}', "malformed"),
    ],
)
def test_what_is_no_answer_is_never_fine(tax_office, status, raw, expected):
    tax_office.manner.http_status, tax_office.manner.raw = status, raw
    assert TaxOffice().status([number(1)])[number(1)] == Standing("not_checked", why_not=expected)
    assert why(TaxOffice().validate([Firm(number(1), "김가상", OPENED)])[number(1)]) == expected


def test_a_closed_port_is_unreachable():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    found = TaxOffice(f"http://127.0.0.1:{free}", "k", patience=1).status([number(1)])
    assert found[number(1)].why_not == "unreachable"


@pytest.mark.parametrize(
    "address", ["http://api.odcloud.example/v1", "ftp://127.0.0.1/", "file:///etc/passwd", "127.0.0.1:80", ""]
)
def test_only_https_or_this_machine_is_asked(address, settings):
    settings.NARU_TAX_OFFICE_URL = address
    assert TaxOffice(key="k").status([number(1)])[number(1)].why_not == "address"


def test_one_failed_hundred_does_not_spoil_the_others(tax_office):
    tax_office.manner.fails_first = 2
    found = TaxOffice().status([number(serial) for serial in range(1, 151)])
    states = [each.status for each in found.values()]
    assert states.count("not_checked") == 100
    assert states[100:] == ["unregistered"] * 50


def test_an_encoded_key_is_sent_decoded():
    assert TaxOffice("https://x.example", "abc%2Bdef%3D%3D").key == "abc+def=="
    assert TaxOffice("https://x.example", "abc+def==").key == "abc+def=="


def test_the_key_stands_in_no_log(tax_office, caplog):
    caplog.set_level(logging.DEBUG)
    TaxOffice().status([number(1)])
    tax_office.manner.http_status = 500
    TaxOffice().status([number(1)])
    assert "made-up-key" not in caplog.text


def test_the_command_serves_the_same_and_ends_on_request(tmp_path):
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({number(1): {"b_stt_cd": "01", "start_dt": "20150302", "p_nm": "김가상"}}))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "manage.py", "tax_office", "--answers", str(answers), "--port", str(port)],
        cwd=ROOT,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"ready http://127.0.0.1:{port}/\n"
        office = TaxOffice(f"http://127.0.0.1:{port}", "k")
        assert office.status([number(1)])[number(1)].status == "active"
        answers.write_text(json.dumps({number(1): {"b_stt_cd": "03", "end_dt": "20250101"}}))
        assert office.status([number(1)])[number(1)].status == "closed"
        request = urllib.request.Request(f"http://127.0.0.1:{port}/status?serviceKey=", b"{}", method="POST")
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(request)
        assert refusal.value.code == 401
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
