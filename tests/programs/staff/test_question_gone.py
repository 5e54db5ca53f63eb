"""A manager who answers a question that nobody is asked any more reads what happened and what to do next, and loses no word."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain import approvals
from accounts.models import Approval
from programs.domain import agreement, ending, paying
from programs.models import Participation, Payment
from tests.accounts.test_approval_admin import just_now, long_ago
from tests.factories import people, programs, register, staff

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 8, 1)
TYPED = "금액이 <계약>과 다릅니다."
SHOWN = "금액이 &lt;계약&gt;과 다릅니다."


@pytest.fixture(autouse=True)
def _in_summer(move_clock, replay_topic):
    programs.currency("KRW")
    move_clock(dt.datetime(2025, 8, 1, 9, tzinfo=staff.SEOUL))


@pytest.fixture
def row() -> Participation:
    _call, (first, *_rest) = staff.released(count=2)
    offered = agreement.offer(first, accept_by=DAY, by=people.officer())
    return agreement.accept(offered, text_sha256=offered.text_sha256, by=register.member(first.company))


def asked(row: Participation) -> Approval:
    made = paying.ask(
        row, amount=Decimal(100_000), currency=programs.currency("KRW"), purpose="부스", reason="검수 완료",
        by=people.officer(),
    )  # fmt: skip
    return Approval.objects.get(subject_id=made.pk)


def browser(role: str = "manager", language: str = "en", agency: str = "SBA") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(people.officer(role, agency))
    return client


def page(question: Approval) -> str:
    return reverse("admin:accounts_approval_change", args=[question.pk])


def answer(client: Client, question: Approval, **sent: str) -> Any:
    return client.post(reverse("admin:accounts_approval_answer", args=[question.pk]), sent)


def told(client: Client, question: Approval) -> str:
    shown = client.get(page(question))
    assert shown.status_code == 410
    return " ".join(shown.content.decode().split("<main")[1].split())


def test_a_payment_that_ended_with_the_agreement_says_so_and_keeps_the_words(row):
    question = asked(row)
    end = ending.ask(row, last_on=DAY, reason="판매를 멈춥니다.", by=register.member(row.company))
    ending.accept(row, asked=end.pk, answer="확인했습니다.", by=people.officer())
    client = browser()
    refused = answer(client, question, grant="0", reason=TYPED)
    assert (refused.status_code, refused["Location"]) == (302, page(question))
    said = told(client, question)
    assert (
        "Your answer was not taken: the matter was dropped or has ended, so nobody is asked any more." in said
    )
    assert "Your answer was not taken. What you wrote stands here so that you can copy it." in said
    assert SHOWN in said
    assert "판매를 멈춥니다." in said, "why the matter ended"
    assert str(people.officer()) in said
    payment = Payment.objects.get(pk=question.subject_id)
    assert payment.state == "lapsed"
    assert f'href="{reverse("admin:programs_payment_change", args=[payment.pk])}"' in said
    assert 'accounts/approval/?answered_at__isempty=1"' in said
    said = told(browser(language="ko"), question)
    assert "답하기 전에 안건이 철회되었거나 끝났습니다." in said
    assert "판매를 멈춥니다." in said
    assert SHOWN not in said, "what another session typed"


def test_a_payment_that_an_officer_dropped_says_why(row):
    question = asked(row)
    paying.drop(Payment.objects.get(), reason="두 번 요청했습니다.", by=people.officer())
    assert "두 번 요청했습니다." in told(browser(), question)
    assert answer(browser(), question, grant="1").status_code == 302


def test_what_goes_while_the_answer_is_on_its_way_says_the_same(row, monkeypatch):
    question, client = asked(row), browser()
    whole = approvals.answer_any

    def late(*given: Any, **named: Any) -> Any:
        paying.drop(Payment.objects.get(), reason="두 번 요청했습니다.", by=people.officer())
        return whole(*given, **named)

    monkeypatch.setattr(approvals, "answer_any", late)
    answer(client, question, grant="0", reason=TYPED)
    assert SHOWN in told(client, question)


def test_words_that_waited_for_the_password_are_not_lost_either(row):
    question, client = asked(row), browser()
    long_ago(client)
    assert "reauthenticate" in answer(client, question, grant="0", reason=TYPED)["Location"]
    paying.drop(Payment.objects.get(), reason="두 번 요청했습니다.", by=people.officer())
    just_now(client)
    assert SHOWN in told(client, question)


def test_a_newer_question_about_the_matter_is_led_to(row):
    question = asked(row)
    approvals.end("payment", [question.subject_id])
    newer = approvals.ask(
        agency=question.agency, decision="payment", subject=question.subject, subject_id=question.subject_id,
        digest="other", reason="다시", by=people.officer(),
    )  # fmt: skip
    client = browser()
    answer(client, question, grant="0", reason=TYPED)
    said = told(client, question)
    assert "This was asked anew with other figures: answer the newer question." in said
    assert f'<a class="btn btn-primary" href="{page(newer)}">Answer the newer question</a>' in said
    assert SHOWN in said


def test_who_comes_after_another_manager_keeps_the_words(row):
    question, client = asked(row), browser()
    approvals.answer(question, by=people.officer("finance"), grant=True)
    answer(client, question, grant="0", reason=TYPED)
    shown = client.get(page(question))
    assert shown.status_code == 200
    assert "This question has been answered already." in shown.content.decode()
    assert SHOWN in shown.content.decode()


def test_a_question_that_never_was_or_is_another_agency_s_does_not_exist(row):
    question = asked(row)
    approvals.end("payment", [question.subject_id])
    stranger = browser(agency="BPA")
    assert stranger.get(page(question)).status_code == 404
    assert answer(stranger, question, grant="1").status_code == 404
    other = Approval(pk=row.pk)
    assert browser().get(page(other)).status_code == 404
    assert answer(browser(), other, grant="1").status_code == 404
    assert browser().get(page(question).replace(str(question.pk), "x")).status_code == 404
    assert answer(browser("auditor"), question, grant="1").status_code == 404
    assert browser("auditor").get(page(question)).status_code == 410
