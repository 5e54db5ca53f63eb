"""A changed notice is a new version: with what changed and why, the earlier one readable, everybody written to."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from accounts.domain import approvals
from accounts.models import Approval, SecondPersonRule
from ground import mailbox, outbox
from programs.domain import amending, publishing
from programs.models import Application, Call, NoticeVersion
from tests.factories import intake as made
from tests.factories import people, programs, register
from tests.factories.intake import refused

pytestmark = pytest.mark.django_db

NOTICE = {"notice_ko": "모집합니다.\n설명회는 21일입니다."}
BEFORE = {
    "title_ko": "참여기업 모집", "title_en": "Call for companies", "notice_ko": "모집합니다.\n설명회는 20일입니다.",
    "notice_en": "", "contact_ko": "수출팀 02-000-0000", "contact_en": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def during(move_clock: Any) -> None:
    move_clock(made.DURING)


@pytest.fixture
def call() -> Call:
    return made.whole_call(notice_ko=BEFORE["notice_ko"])


def amended(
    call: Call, changes: Any = NOTICE, reason: str = "설명회 날짜 정정", **fields: Any
) -> NoticeVersion:
    return amending.amend(call, changes, reason=reason, by=fields.pop("by", people.officer()))


def texts(row: Any) -> dict[str, str]:
    return {name: getattr(row, name) for name in publishing.TEXTS}


def two_persons(call: Call) -> None:
    SecondPersonRule.objects.create(agency=call.agency, decision="publishing", is_needed=True)


def test_the_call_has_the_new_texts_and_the_version_the_former_ones(call, move_clock):
    publisher = people.officer("manager")
    Call.objects.filter(pk=call.pk).update(published_by=publisher)
    version = amended(call)
    now = Call.objects.get(pk=call.pk)
    assert texts(now) == {**BEFORE, **NOTICE}
    first, second = NoticeVersion.objects.order_by("number")
    assert (first.number, texts(first), first.reason) == (1, BEFORE, "")
    assert (first.published_at, first.published_by) == (call.published_at, publisher)
    assert (second.pk, second.number, texts(second)) == (version.pk, 2, {**BEFORE, **NOTICE})
    assert (second.reason, second.published_by) == ("설명회 날짜 정정", people.officer())
    assert str(second.published_at)[:10] == "2025-05-20"
    move_clock(made.AFTER)
    third = amended(now, {"contact_ko": "수출팀 02-111-1111"}, "전화번호 변경")
    assert (third.number, texts(third)) == (3, {**BEFORE, **NOTICE, "contact_ko": "수출팀 02-111-1111"})
    assert NoticeVersion.objects.count() == 3


def test_days_places_and_criteria_stay(call):
    before = {key: value for key, value in publishing.facts(call).items() if key not in publishing.TEXTS}
    amended(call, {name: f"{text}!" for name, text in BEFORE.items()})
    now = publishing.facts(Call.objects.get(pk=call.pk))
    assert {key: value for key, value in now.items() if key not in publishing.TEXTS} == before
    assert now["title_en"] == "Call for companies!"


@pytest.mark.parametrize(
    ("changes", "reason", "code"),
    [
        ({"quota": "99"}, "사유", "not_a_text"),
        ({"notice_ko": " "}, "사유", "blank"),
        ({"title_ko": ""}, "사유", "blank"),
        ({"contact_ko": ""}, "사유", "blank"),
        ({"title_ko": "가" * 161}, "사유", "too_long"),
        ({}, "사유", "no_change"),
        ({"notice_ko": " 모집합니다.\r\n설명회는 20일입니다.\r\n"}, "사유", "no_change"),
        (NOTICE, " ", "reason_missing"),
        (NOTICE, "가" * 301, "reason_long"),
    ],
)
def test_what_is_refused_changes_nothing(call, changes, reason, code):
    with refused(code):
        amended(call, changes, reason)
    with refused(code):
        amending.ask_to_amend(call, changes, reason=reason, by=people.officer())
    assert texts(Call.objects.get(pk=call.pk)) == BEFORE
    assert not NoticeVersion.objects.exists()


def test_only_a_published_and_undecided_call_of_one_s_agency(call):
    with refused("not_your_agency"):
        amended(call, by=people.officer("manager", "BBA"))
    with refused("not_your_agency"):
        amended(call, by=people.officer("auditor"))
    Call.objects.filter(pk=call.pk).update(decided_at=made.AFTER)
    with refused("decided"):
        amended(call)
    Call.objects.filter(pk=call.pk).update(decided_at=None, published_at=None)
    with refused("not_published"):
        amended(call)


def test_where_the_table_asks_for_it_a_second_person_agrees_to_exactly_these_texts(call):
    officer, manager = people.officer(), people.officer("manager")
    two_persons(call)
    with refused("second_person"):
        amended(call)
    question = amending.ask_to_amend(call, NOTICE, reason="설명회 날짜 정정", by=officer)
    with refused("second_person"):
        amended(call)
    approvals.answer(question, by=manager, grant=True)
    with refused("second_person"):
        amended(call, {"notice_ko": "다른 공고"})
    with refused("second_person"):
        amended(call, reason="다른 사유")
    version = amended(call, {"notice_ko": NOTICE["notice_ko"].replace("\n", "\r\n")})
    assert (version.number, NoticeVersion.objects.count()) == (2, 2)
    Call.objects.filter(pk=call.pk).update(notice_ko=BEFORE["notice_ko"])
    with refused("second_person"):
        amended(call)


def test_a_proposal_is_nobody_s_notice_until_it_is_published(call, client):
    two_persons(call)
    amending.ask_to_amend(call, NOTICE, reason="설명회 날짜 정정", by=people.officer())
    amending.ask_to_amend(call, {"title_ko": "새 제목"}, reason="제목 정정", by=people.officer())
    (proposal,) = NoticeVersion.objects.all()
    assert (proposal.number, proposal.title_ko, proposal.published_at) == (2, "새 제목", None)
    page = client.get(f"/calls/{call.pk}/").content.decode()
    assert "새 제목" not in page
    assert client.get(f"/calls/{call.pk}/versions/2/").status_code == 404
    staff = Client(headers={"Accept-Language": "en"})
    staff.force_login(people.officer("manager"))
    shown = staff.get(f"/staff/programs/call/{call.pk}/change/").content.decode()
    assert "Proposed version 2 of the notice" in shown
    assert "<ins>새 제목</ins>" in shown
    assert "<del>참여기업 모집</del>" in shown


def test_the_page_says_what_changed_and_shows_the_earlier_version(call, english):
    assert "Version" not in english.get(f"/calls/{call.pk}/").content.decode()
    assert english.get(f"/calls/{call.pk}/versions/1/").status_code == 404
    amended(call)
    page = english.get(f"/calls/{call.pk}/").content.decode()
    assert "Version 2, changed on 20 May 2025 10:00 KST." in page
    assert "설명회 날짜 정정" in page
    assert page.count("<del>") == page.count("<ins>") == 1
    assert "<del>설명회는 20일입니다.</del>" in page
    assert "<ins>설명회는 21일입니다.</ins>" in page
    earlier = english.get(f"/calls/{call.pk}/versions/1/")
    text = earlier.content.decode()
    assert "This is version 1 of the notice. It was replaced on 20 May 2025 10:00 KST" in text
    assert "설명회는 20일입니다." in text
    assert "설명회는 21일입니다." not in text
    assert english.get(f"/calls/{call.pk}/versions/2/")["Location"] == f"/calls/{call.pk}/"
    assert english.get(f"/calls/{call.pk}/versions/3/").status_code == 404
    other = programs.call(code="SBA-MELI-CL-2025-2")
    assert english.get(f"/calls/{other.pk}/versions/1/").status_code == 404


def test_changed_texts_are_text_and_never_markup(call, client):
    amended(call, {"notice_ko": "<script>alert(1)</script>"}, "<b>사유</b>")
    amended(call, {"notice_ko": "끝"}, "정정")
    for address in (f"/calls/{call.pk}/", f"/calls/{call.pk}/versions/2/"):
        main = client.get(address).content.decode().split("<main")[1]
        assert "<script" not in main
        assert "<b>사유" not in main
        assert "&lt;script&gt;" in main


def test_everybody_with_an_application_is_written_to_whatever_its_sealed_state(call):
    """An application that is not eligible learns the same: nothing tells of what is sealed."""
    other = programs.call(code="SBA-MELI-CL-2025-2")
    wanted = set()
    for serial, status in enumerate(Application.Status.values, 1):
        company = register.company(serial)
        member = register.member(company)
        programs.application(call, company, status=status)
        if status != "withdrawn":
            wanted.add(member.email)
    register.member(register.company(1), "reader", "reader@firm.example")
    wanted.add("reader@firm.example")
    programs.application(other, register.company(90))
    register.member(register.company(90))
    outbox.drain()
    assert mailbox.read_all() == []
    amended(call)
    outbox.drain()
    mails = mailbox.read_all()
    assert sorted(each.recipient for each in mails) == sorted(wanted)
    for mail in mails:
        assert "설명회 날짜 정정" in mail.body
        assert "2판" in mail.body
        assert f"/calls/{call.pk}/" in mail.body
        assert "바뀐 내용: 공고문(한국어)\n" in mail.body


TYPED = {**BEFORE, **NOTICE, "reason": "설명회 날짜 정정"}


def test_it_is_done_on_the_staff_s_page_and_the_proposal_stands_in_the_form(call):
    two_persons(call)
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(people.officer())
    address = f"/staff/programs/call/{call.pk}/"
    refusal = client.post(f"{address}amend/", TYPED)
    assert refusal.status_code == 409
    assert "설명회는 21일입니다." in refusal.content.decode()
    assert client.post(f"{address}ask_amendment/", TYPED).status_code == 302
    approvals.answer(Approval.objects.get(), by=people.officer("manager"), grant=True)
    doings = {each["name"]: each for each in client.get(f"{address}change/").context["doings"]}
    initial = doings["amend"]["form"].initial
    assert initial == TYPED
    assert client.post(f"{address}amend/", initial).status_code == 302
    assert Call.objects.get(pk=call.pk).notice_ko == NOTICE["notice_ko"]
    page = client.get(f"{address}change/").content.decode()
    assert "Proposed version" not in page
    assert "<ins>설명회는 21일입니다.</ins>" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_notice_costs_the_same_for_one_and_for_three_versions(
    call, client, django_assert_num_queries, count
):
    for number in range(count):
        amended(call, {"notice_ko": f"공고 {number}"})
    with django_assert_num_queries(7):
        page = client.get(f"/calls/{call.pk}/")
    assert len(page.context["versions"]) == count + 1


# The calendar


def entries(client: Any, call: Call) -> list[dict[str, str]]:
    text = client.get(f"/calls/{call.pk}/calendar.ics").content.decode().replace("\r\n ", "")
    return [
        dict(line.split(":", 1) for line in entry.split("\r\n") if ":" in line)
        for entry in text.split("BEGIN:VEVENT")[1:]
    ]


def test_a_moved_closing_takes_the_place_of_the_first_in_a_calendar(call, english):
    officer = people.officer()
    (before,) = entries(english, call)
    assert (before["DTSTART"], before["STATUS"]) == ("20250530T090000Z", "CONFIRMED")
    later = made.CLOSES + dt.timedelta(days=3)
    question = amending.ask_later_closing(call, closes_at=later, reason="접수 시스템 점검", by=officer)
    approvals.answer(question, by=people.officer("manager"), grant=True)
    amending.move_closing(call, closes_at=later, by=officer)
    (after,) = entries(english, call)
    assert (after["UID"], after["DTSTART"]) == (before["UID"], "20250602T090000Z")
    assert int(after["SEQUENCE"]) - int(before["SEQUENCE"]) == 3 * 24 * 60
    assert "접수 시스템 점검" not in str(before)
    text = english.get(f"/calls/{call.pk}/calendar.ics").content.decode().replace("\r\n ", "")
    assert "접수 시스템 점검" in text


def test_the_end_of_questions_is_an_entry_of_its_own_and_moves(call, english):
    until = made.CLOSES - dt.timedelta(days=5)
    Call.objects.filter(pk=call.pk).update(questions_until=until)
    closing, questions = entries(english, call)
    assert (questions["DTSTART"], closing["DTSTART"]) == ("20250525T090000Z", "20250530T090000Z")
    assert questions["UID"] != closing["UID"]
    assert questions["SUMMARY"] == "Questions about the call end: Call for companies"
    amending.move_questions(call, questions_until=made.CLOSES, by=people.officer())
    _closing, moved = entries(english, call)
    assert (moved["UID"], moved["DTSTART"]) == (questions["UID"], "20250530T090000Z")
    assert int(moved["SEQUENCE"]) - int(questions["SEQUENCE"]) == 5 * 24 * 60


def test_what_staff_see_before_publishing_is_tentative(call):
    Call.objects.filter(pk=call.pk).update(published_at=None)
    client = Client()
    client.force_login(people.officer())
    assert [each["STATUS"] for each in entries(client, call)] == ["TENTATIVE"]
