"""Questions about a call: asked until a day of their own, answered for all, nobody reads who asked."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from ground import mailbox, outbox
from ground.history import history_of
from programs.domain import amending, inquiries, planning, publishing
from programs.models import Call, Inquiry
from tests.factories import intake as made
from tests.factories import people, register
from tests.factories.intake import refused

pytestmark = pytest.mark.django_db

UNTIL = made.CLOSES - dt.timedelta(days=5)
TEXT = "나루상사입니다. 도매 기업도 신청할 수 있습니까?"
ANSWER = {"question_ko": "도매 기업도 신청할 수 있습니까?", "answer_ko": "예, 신청할 수 있습니다."}


@pytest.fixture(autouse=True)
def during(move_clock: Any) -> None:
    move_clock(made.DURING)


@pytest.fixture
def call() -> Call:
    return made.whole_call(questions_until=UNTIL)


def asked(call: Call, serial: int = 1, text: str = TEXT, **fields: Any) -> Inquiry:
    company = register.company(serial)
    by = fields.pop("by", None) or register.member(company)
    return inquiries.ask(call, company, text, by=by, form_key=fields.pop("form_key", uuid4()))


def signed_in(user: Any) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


# The verbs


@pytest.mark.parametrize("role", ["owner", "editor", "reader"])
def test_every_member_asks_and_the_agency_is_the_call_s(call, role):
    member = register.member(register.company(), role)
    inquiry = asked(call, by=member, text=f"  {TEXT}\r\n둘째 줄 ")
    assert (inquiry.text, inquiry.asked_by, inquiry.agency, inquiry.company) == (
        f"{TEXT}\n둘째 줄", member, call.agency, register.company(),
    )  # fmt: skip
    assert list(Inquiry.objects.waiting()) == [inquiry]


def test_a_second_click_is_the_same_question(call):
    key = uuid4()
    assert asked(call, form_key=key) == asked(call, form_key=key, text="다른 질문")
    with refused("form_key"):
        asked(call, 2, form_key=key)
    assert Inquiry.objects.count() == 1


@pytest.mark.parametrize(("after", "code"), [(-1, ""), (0, "late"), (1, "late")])
def test_the_questions_end_at_their_own_instant(call, move_clock, after, code):
    company = register.company()
    member = register.member(company)
    move_clock(UNTIL + dt.timedelta(seconds=10 * after))
    if code:
        with refused(code):
            asked(call, by=member)
    else:
        asked(call, by=member)


def test_without_a_day_of_their_own_they_end_with_the_closing(move_clock):
    call = made.whole_call()
    move_clock(made.CLOSES - dt.timedelta(seconds=10))
    asked(call)
    move_clock(made.CLOSES)
    with refused("late"):
        asked(call)


def test_before_the_opening_of_a_published_call_questions_are_taken(call, move_clock):
    move_clock(call.opens_at - dt.timedelta(days=1))
    asked(call)
    Call.objects.filter(pk=call.pk).update(published_at=None)
    with refused("not_published"):
        asked(call)


def test_blank_and_too_long_and_strangers_are_refused(call):
    for text, code in ((" \n ", "blank"), ("가" * 1001, "too_long")):
        with refused(code):
            asked(call, text=text)
    with refused("not_member"):
        asked(call, by=register.member(register.company(2)))
    asked(call, text="가" * 1000)
    assert Inquiry.objects.count() == 1


def test_twenty_of_a_company_wait_and_no_more(call):
    first = asked(call)
    for _serial in range(19):
        asked(call)
    with refused("too_many"):
        asked(call)
    asked(call, 2)
    inquiries.withdraw(first, by=first.asked_by)
    asked(call)


def test_who_asked_takes_it_back_until_it_is_answered(call):
    inquiry = asked(call)
    with refused("not_member"):
        inquiries.withdraw(inquiry, by=register.member(register.company(2)))
    other = register.member(register.company(), "editor", "second@firm.example")
    assert inquiries.withdraw(inquiry, by=other).withdrawn_at is not None
    with refused("withdrawn"):
        inquiries.withdraw(inquiry, by=inquiry.asked_by)
    with refused("withdrawn"):
        inquiries.answer(inquiry, **ANSWER, by=people.officer())
    inquiry = asked(call)
    inquiries.answer(inquiry, **ANSWER, by=people.officer())
    with refused("answered"):
        inquiries.withdraw(inquiry, by=inquiry.asked_by)
    with refused("answered"):
        inquiries.answer(inquiry, **ANSWER, by=people.officer())


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"question_ko": " "}, "blank"), ({"answer_ko": ""}, "blank"), ({"answer_ko": "가" * 3001}, "too_long"),
        ({"answer_en": "a" * 3001}, "too_long"), ({"question_en": "a" * 1001}, "too_long"),
    ],
)  # fmt: skip
def test_an_answer_has_its_korean_texts(call, changed, code):
    inquiry = asked(call)
    with refused(code):
        inquiries.answer(inquiry, **{**ANSWER, **changed}, by=people.officer())
    assert Inquiry.objects.get().answered_at is None


@pytest.mark.parametrize(("role", "agency"), [("auditor", "SBA"), ("finance", "SBA"), ("manager", "BBA")])
def test_only_officers_and_managers_of_the_agency_answer(call, role, agency):
    with refused("not_your_agency"):
        inquiries.answer(asked(call), **ANSWER, by=people.officer(role, agency))


def test_the_answer_is_for_all_without_who_asked_and_the_asker_gets_a_mail(call, client):
    inquiry = asked(call)
    outbox.drain()
    written = len(mailbox.read_all())
    assert "도매 기업도" not in client.get(f"/calls/{call.pk}/").content.decode()
    inquiries.answer(inquiry, **ANSWER, answer_en="Yes.", by=people.officer())
    page = client.get(f"/calls/{call.pk}/").content.decode()
    assert ANSWER["question_ko"] in page
    assert ANSWER["answer_ko"] in page
    for hidden in ("나루상사", inquiry.company.name_ko, inquiry.asked_by.name, inquiry.asked_by.email):
        assert hidden not in page
    outbox.drain()
    mail, *before = mailbox.read_all()
    assert (len(before), mail.recipient) == (written, inquiry.asked_by.email)
    assert TEXT in mail.body
    assert ANSWER["answer_ko"] in mail.body
    assert f"/calls/{call.pk}/" in mail.body


def test_who_has_left_the_company_is_not_written_to(call):
    inquiry = asked(call)
    inquiry.company.members.update(ended_at=made.DURING)
    outbox.drain()
    written = len(mailbox.read_all())
    inquiries.answer(inquiry, **ANSWER, by=people.officer())
    outbox.drain()
    assert len(mailbox.read_all()) == written


def test_a_published_answer_is_corrected_and_says_so(call, english, move_clock):
    inquiry, officer = asked(call), people.officer()
    right = {**ANSWER, "answer_ko": "아니요, 제조 기업만 신청할 수 있습니다."}
    with refused("not_answered"):
        inquiries.correct(inquiry, **right, reason="정정", by=officer)
    inquiries.answer(inquiry, **ANSWER, by=officer)
    outbox.drain()
    written = len(mailbox.read_all())
    for changed, reason, by, code in (
        (right, " ", officer, "reason_missing"),
        (right, "가" * 301, officer, "reason_long"),
        (ANSWER, "정정", officer, "no_change"),
        ({**right, "answer_ko": ""}, "정정", officer, "blank"),
        (right, "정정", people.officer("manager", "BBA"), "not_your_agency"),
    ):
        with refused(code):
            inquiries.correct(inquiry, **changed, reason=reason, by=by)
    move_clock(made.DURING + dt.timedelta(days=1))
    inquiries.correct(inquiry, **right, reason="공고 2항 확인", by=officer)
    page = english.get(f"/calls/{call.pk}/").content.decode()
    assert right["answer_ko"] in page
    assert ANSWER["answer_ko"] not in page
    assert "Answered on 20 May 2025 10:00 KST" in page
    assert "Corrected on 21 May 2025 10:00 KST</strong>: 공고 2항 확인" in page
    (newest, *_rest) = history_of(inquiry)
    assert ANSWER["answer_ko"] in [each.before for each in newest.fields]
    outbox.drain()
    mail, *before = mailbox.read_all()
    assert len(before) == written
    assert "정정되었습니다" in mail.subject
    assert "공고 2항 확인" in mail.body


def test_an_answer_is_corrected_on_the_staff_s_page(call):
    inquiry = asked(call)
    inquiries.answer(inquiry, **ANSWER, by=people.officer())
    client = signed_in(people.officer())
    (doing,) = client.get(f"/staff/programs/inquiry/{inquiry.pk}/change/").context["doings"]
    initial = doing["form"].initial
    assert initial == {**ANSWER, "question_en": "", "answer_en": "", "reason": ""}
    typed = {**initial, "answer_en": "Yes.", "reason": "영어 답변 추가"}
    assert client.post(f"/staff/programs/inquiry/{inquiry.pk}/correct/", typed).status_code == 302
    assert Inquiry.objects.get().answer_en == "Yes."


# Until when


def test_before_publishing_the_day_is_edited_and_afterwards_only_moved_later(call):
    officer = people.officer()
    Call.objects.filter(pk=call.pk).update(published_at=None)
    call = Call.objects.get(pk=call.pk)
    call.questions_until = made.CLOSES + dt.timedelta(seconds=1)
    with refused("questions_after"):
        planning.save_call(call, by=officer)
    call.questions_until = UNTIL - dt.timedelta(days=1)
    planning.save_call(call, by=officer)
    with refused("not_published"):
        amending.move_questions(call, questions_until=UNTIL, by=officer)
    publishing.publish(call, by=officer)
    call = Call.objects.get(pk=call.pk)
    call.questions_until = UNTIL
    with refused("published"):
        planning.save_call(call, by=officer)
    with refused("not_later"):
        amending.move_questions(call, questions_until=UNTIL - dt.timedelta(days=1), by=officer)
    with refused("questions_after"):
        amending.move_questions(call, questions_until=made.CLOSES + dt.timedelta(seconds=1), by=officer)
    with refused("not_your_agency"):
        amending.move_questions(call, questions_until=UNTIL, by=people.officer("manager", "BBA"))
    amending.move_questions(call, questions_until=UNTIL, by=officer)
    assert Call.objects.get(pk=call.pk).questions_until == UNTIL


def test_after_the_closing_the_day_stays_and_without_one_nothing_is_later(call, move_clock):
    officer = people.officer()
    Call.objects.filter(pk=call.pk).update(questions_until=None)
    with refused("not_later"):
        amending.move_questions(call, questions_until=made.CLOSES, by=officer)
    move_clock(made.CLOSES)
    with refused("closed"):
        amending.move_questions(call, questions_until=made.CLOSES, by=officer)


def test_a_passed_day_is_moved_while_the_call_is_open(call, move_clock):
    move_clock(UNTIL)
    amending.move_questions(call, questions_until=made.CLOSES, by=people.officer())
    asked(call)


# The pages


def test_a_company_asks_on_the_notice_and_takes_back(call):
    company = register.company()
    client = signed_in(register.member(company, "reader"))
    address = f"/calls/{call.pk}/ask/"
    page = client.get(address)
    typed = {"company": str(company.pk), "form_key": str(page.context["form"].initial["form_key"])}
    late = client.post(address, {**typed, "text": " "})
    assert (late.status_code, list(late.context["form"].errors)) == (409, ["text"])
    answer = client.post(address, {**typed, "text": TEXT})
    assert answer["Location"] == f"/calls/{call.pk}/#questions"
    inquiry = Inquiry.objects.get()
    shown = client.get(f"/calls/{call.pk}/").content.decode()
    assert TEXT in shown
    assert f"/inquiries/{inquiry.pk}/withdraw/" in shown
    assert TEXT not in Client().get(f"/calls/{call.pk}/").content.decode()
    stranger = signed_in(register.member(register.company(2)))
    assert TEXT not in stranger.get(f"/calls/{call.pk}/").content.decode()
    assert stranger.post(f"/inquiries/{inquiry.pk}/withdraw/").status_code == 404
    assert client.post(f"/inquiries/{inquiry.pk}/withdraw/").status_code == 302
    assert TEXT not in client.get(f"/calls/{call.pk}/").content.decode()
    assert client.post(f"/inquiries/{inquiry.pk}/withdraw/").status_code == 409


def test_nobody_asks_for_a_company_of_others(call):
    client = signed_in(register.member(register.company(1)))
    other = register.company(2)
    register.member(other)
    page = client.post(
        f"/calls/{call.pk}/ask/", {"company": str(other.pk), "text": TEXT, "form_key": str(uuid4())}
    )
    assert "company" in page.context["form"].errors
    assert not Inquiry.objects.exists()


def test_whoever_has_no_company_is_told_and_a_late_question_keeps_its_text(call, move_clock):
    nobody = signed_in(people.user("new@naru.example"))
    assert "Register your company" in nobody.get(f"/calls/{call.pk}/ask/").content.decode()
    company = register.company()
    client = signed_in(register.member(company))
    move_clock(UNTIL)
    page = client.post(
        f"/calls/{call.pk}/ask/", {"company": str(company.pk), "text": TEXT, "form_key": str(uuid4())}
    )
    assert page.status_code == 409
    assert TEXT in page.content.decode()
    assert "Questions were taken until 25 May 2025 18:00 KST." in page.content.decode()
    assert f"/calls/{call.pk}/ask/" not in client.get(f"/calls/{call.pk}/").content.decode()


def test_a_call_that_is_not_published_takes_no_question(call):
    Call.objects.filter(pk=call.pk).update(published_at=None)
    assert signed_in(people.officer()).get(f"/calls/{call.pk}/ask/").status_code == 404
    assert (
        f"/calls/{call.pk}/ask/" not in signed_in(people.officer()).get(f"/calls/{call.pk}/").content.decode()
    )


@pytest.mark.parametrize("count", [1, 3])
def test_the_notice_costs_the_same_for_one_and_for_three_answers(
    call, client, django_assert_num_queries, count
):
    for serial in range(count):
        inquiries.answer(asked(call, serial + 1), **ANSWER, by=people.officer())
    with django_assert_num_queries(7):
        page = client.get(f"/calls/{call.pk}/")
    assert page.content.decode().count(ANSWER["answer_ko"]) == count


def test_the_desk_counts_what_waits_and_the_list_answers(call):
    inquiry = asked(call)
    asked(made.whole_call("BBA-1-1", "BBA"), 2)
    client = signed_in(people.officer())
    desk = client.get("/staff/").content.decode()
    assert "Questions about calls to answer: 1" in desk
    assert "/staff/programs/inquiry/?state=waiting" in desk
    listed = client.get("/staff/programs/inquiry/?state=waiting").content.decode()
    assert listed.count("도매 기업도") == 1
    assert str(inquiry.company) in listed
    address = f"/staff/programs/inquiry/{inquiry.pk}/"
    page = client.get(f"{address}change/")
    assert TEXT in page.content.decode()
    (doing,) = page.context["doings"]
    assert doing["form"].initial["question_ko"] == TEXT
    blank = client.post(f"{address}answer/", {**ANSWER, "answer_ko": ""})
    assert (blank.status_code, list(blank.context["form"].errors)) == (400, ["answer_ko"])
    assert client.post(f"{address}answer/", ANSWER).status_code == 302
    assert client.post(f"{address}answer/", ANSWER).status_code == 409
    assert "Questions about calls to answer" not in client.get("/staff/").content.decode()
    assert "도매 기업도" not in client.get("/staff/programs/inquiry/?state=waiting").content.decode()
    assert "도매 기업도" in client.get("/staff/programs/inquiry/?state=answered").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_staff_s_list_costs_the_same_for_one_and_for_three(call, django_assert_num_queries, count):
    for serial in range(count):
        asked(made.whole_call(f"SBA-{serial}", questions_until=UNTIL), serial + 1)
    client = signed_in(people.officer())
    client.get("/staff/programs/inquiry/")
    with django_assert_num_queries(5):
        client.get("/staff/programs/inquiry/")


def test_the_day_is_moved_on_the_staff_s_page(call):
    client = signed_in(people.officer())
    address = f"/staff/programs/call/{call.pk}/move_questions/"
    assert client.post(address, {"questions_on": "2025-05-24", "questions_time": "18:00"}).status_code == 409
    assert client.post(address, {"questions_on": "2025-05-30", "questions_time": "12:00"}).status_code == 302
    assert Call.objects.get(pk=call.pk).questions_until == made.CLOSES - dt.timedelta(hours=6)
