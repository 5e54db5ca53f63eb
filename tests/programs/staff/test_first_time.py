"""Right the first time: shares and reasons worked out by hand, on the workbench and on the desk."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from programs.models import Application, Call, ReturnItem, ReturnRequest
from programs.queries.first_time import FirstTime, first_time_of, first_time_right
from programs.queries.first_time import sent_back as counted
from tests.factories import people, programs, register, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _after_closing(move_clock):
    move_clock(staff.AFTER_CLOSING)


def sent_back(application: Application, *parts: str, day: int = 21) -> None:
    at = dt.datetime(2025, 5, day, 12, tzinfo=staff.SEOUL)
    request = ReturnRequest.objects.create(
        agency=application.agency, application=application, sent_at=at, sent_by=people.officer(),
        due_at=at + dt.timedelta(days=7), answered_at=at + dt.timedelta(days=1),
    )  # fmt: skip
    question, document = staff.form(application.call)
    for part in parts:
        subject = {"question": {"question": question}, "document": {"document": document}}.get(part, {})
        ReturnItem.objects.create(request=request, part=part, note="고쳐 주십시오.", **subject)


def worked_out() -> Call:
    """Six handed in (one of them withdrawn since): two sent back, one of these twice. 4 of 6 were right: 66.7 %.
    Items: documents 2 + 1, answers 1, baseline 1. A recalled draft that was sent back once does not count."""
    call = staff.call()
    rows = [staff.applicant(call, serial) for serial in range(1, 6)]
    staff.applicant(call, 6, status="withdrawn")
    programs.application(call, register.company(7))
    sent_back(rows[1], "document", "question")
    sent_back(rows[1], "document", day=24)
    sent_back(rows[3], "document", "baseline")
    recalled = staff.applicant(call, 8)
    sent_back(recalled, "contact")
    Application.objects.filter(pk=recalled.pk).update(status="draft", receipt="", submitted_at=None)
    return call


def test_the_share_and_the_reasons_as_worked_out_by_hand():
    call = worked_out()
    empty = programs.call(call.program, "EMPTY-1")
    with translation.override("en"):
        found = [
            (each.call, each.submitted, each.right, each.percent, each.reasons)
            for each in first_time_right([call, empty])
        ]
    assert found == [
        (call, 6, 4, "66.7%", "document 3, answer 1, baseline 1"),
        (empty, 0, 0, "–", "–"),
    ]


@pytest.mark.parametrize(
    ("submitted", "returned", "percent"),
    [
        (0, 0, "–"),
        (3, 0, "100.0%"),
        (3, 3, "0.0%"),
        (8, 7, "12.5%"),
        (1000, 667, "33.3%"),
        (2000, 1, "100.0%"),
    ],
)
def test_the_share_is_rounded_to_a_tenth(submitted, returned, percent):
    assert FirstTime(Call(), submitted, returned).percent == percent


def page(address: str, who: Any) -> str:
    client = Client(HTTP_ACCEPT_LANGUAGE="ko")
    client.force_login(who)
    return client.get(address).content.decode()


def test_it_stands_on_the_workbench_and_on_the_desk_of_the_agency():
    call = worked_out()
    workbench = page(reverse("admin:programs_call_screening", args=[call.pk]), people.officer())
    assert (
        "처음부터 갖춘 신청: 66.7% (제출 6건 가운데 4건은 보완을 요청하지 않았습니다). 보완을 요청한 항목: 서류 3, 답변 1, 기초 실적 1"
        in workbench
    )
    desk = page("/staff/", people.officer())
    assert "처음부터 갖춘 신청" in desk
    assert ">서류 3, 답변 1, 기초 실적 1</td>" in desk
    assert "처음부터 갖춘 신청" not in page("/staff/", people.officer("manager", "OTHER"))


def test_what_went_back_is_counted_by_name():
    """Of the six: the document three times, the question and the baseline once."""
    call = worked_out()
    with translation.override("ko"):
        assert counted(call) == [("상품 소개서 (서류)", 3), ("진출 계획 (답변)", 1), ("기초 실적", 1)]
    assert counted(programs.call(call.program, "EMPTY-2")) == []
    workbench = page(reverse("admin:programs_call_screening", args=[call.pk]), people.officer())
    assert "<li>상품 소개서 (서류): 3</li>" in workbench


def test_the_desk_has_published_calls_until_they_are_decided():
    call = worked_out()
    programs.call(call.program, "DRAFT-1", published_at=None)
    programs.call(call.program, "DONE-1", decided_at=dt.datetime(2025, 6, 1, tzinfo=staff.SEOUL))
    later = programs.call(call.program, "LATER-1", opens_at=dt.datetime(2025, 5, 13, 9, tzinfo=staff.SEOUL))
    assert [each.call for each in first_time_of(people.officer("auditor"))] == [later, call]
    assert first_time_of(people.user("nobody@naru.example")) == []


def test_it_asks_the_same_questions_for_three_calls_as_for_one(django_assert_num_queries):
    call = worked_out()
    officer = people.officer()
    for number in (1, 2, 3):
        with django_assert_num_queries(4):
            assert len(first_time_of(officer)) == number
        programs.call(call.program, f"MORE-{number}")
