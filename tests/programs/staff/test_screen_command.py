"""`manage.py screen`: one JSON object and nothing else; it takes before the decision and only reads after it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from companies.models import StatusCheck
from programs.domain import screening
from programs.models import Application, Screened
from tests.factories import people, register, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _after_closing(move_clock):
    move_clock(staff.AFTER_CLOSING)


def screen(*arguments: str) -> str:
    out = io.StringIO()
    call_command("screen", *arguments, stdout=out)
    return out.getvalue()


def as_json(code: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(screen(code, "--json"))
    return found


def test_the_shape_is_exactly_what_was_promised():
    call = staff.call()
    staff.applicant(call, 1)
    staff.applicant(call, 2, is_fine=False)
    found = as_json(call.code)
    assert list(found) == ["call", "applications"]
    assert found["call"] == call.code
    assert [list(each) for each in found["applications"]] == [
        ["receipt", "business_number", "name", "status", "outcome", "criteria"]
    ] * 2
    assert [list(each) for each in found["applications"][0]["criteria"]] == [
        ["code", "outcome", "reason", "value", "evidence"]
    ] * 4
    assert [(each["receipt"][-4:], each["status"], each["outcome"]) for each in found["applications"]] == [
        ("0001", "submitted", "met"),
        ("0002", "submitted", "not_met"),
    ]
    assert all(
        isinstance(line[key], str)
        for each in found["applications"]
        for line in each["criteria"]
        for key in line
    )
    assert found["applications"][0]["business_number"] == register.number(1)
    assert [len(each.outcomes) for each in Screened.objects.all()] == [4, 4]


def test_final_answers_count_with_the_staff_s_reason():
    call = staff.call()
    application = staff.applicant(call)
    StatusCheck.objects.all().delete()
    screen(call.code, "--json")
    result = staff.result(application, "status")
    screening.override(result, to="met", reason="홈택스에서 확인", by=people.officer())
    (row,) = as_json(call.code)["applications"]
    assert row["outcome"] == "met"
    status = next(each for each in row["criteria"] if each["code"] == "status")
    assert (status["outcome"], status["reason"]) == ("met", "홈택스에서 확인")


def test_an_exception_that_nobody_agreed_to_does_not_count():
    call = staff.call()
    application = staff.applicant(call, is_fine=False)
    screen(call.code, "--json")
    result = staff.result(application, "seoul")
    screening.override(result, to="met", reason="공장이 서울에 있음", by=people.officer())
    assert as_json(call.code)["applications"][0]["outcome"] == "not_met"


def test_drafts_are_listed_with_their_status_and_are_not_screened():
    call = staff.call()
    staff.applicant(call, 1)
    Application.objects.create(
        agency=call.agency, call=call, company=register.company(5), form_key=staff.stored().pk
    )
    found = as_json(call.code)["applications"]
    assert [
        (each["receipt"] != "", each["status"], each["outcome"], len(each["criteria"])) for each in found
    ] == [
        (True, "submitted", "met", 4),
        (False, "draft", "look", 0),
    ]


def test_it_only_reads_once_the_call_is_decided():
    call, (first, *_rest) = staff.ready()
    Application.objects.filter(call=call).update(status="submitted")
    screen(call.code)
    Application.objects.filter(call=call).update(status="eligible")
    staff.agreed(call)
    from programs.domain import selection

    selection.decide(call, by=staff.manager())
    before = list(Screened.objects.order_by("pk").values())
    register.status(first.company, "closed")
    found = as_json(call.code)
    assert list(Screened.objects.order_by("pk").values()) == before
    assert [each["outcome"] for each in found["applications"]] == ["met"] * 4
    assert "저장된" in screen(call.code) or "stored" in screen(call.code)


def test_an_unknown_call_is_refused_with_a_sentence():
    with pytest.raises(CommandError, match="NO-SUCH-CALL"):
        screen("NO-SUCH-CALL", "--json")


def test_without_json_it_is_a_table_to_read():
    call = staff.call()
    application = staff.applicant(call)
    text = screen(call.code)
    for words in (call.code, application.receipt, application.company.pretty_number, "seoul", "ban"):
        assert words in text
