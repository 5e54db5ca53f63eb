"""An answer of the tax office counts for some days only, and is asked anew before an agreement and a payment."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain import approvals
from accounts.models import Approval
from companies.domain import standing
from companies.models import Company
from ground.errors import RuleBroken
from ground.models import OutboxEvent
from programs.domain import agreement, asking_anew, paying, screening, taking
from programs.models import Application, Participation, Payment, Screening
from tests.factories import people, programs, register, staff

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 8, 1)
WEEKS = dt.datetime(2025, 9, 1, 9, tzinfo=staff.SEOUL)
"""31 days later."""


@pytest.fixture(autouse=True)
def _in_summer(move_clock, settings):
    settings.NARU_TAX_OFFICE_KEY = "made-up-key"
    programs.currency("KRW")
    move_clock(dt.datetime(2025, 8, 1, 9, tzinfo=staff.SEOUL))


def selected() -> Application:
    _call, (first, *_rest) = staff.released(count=2)
    return first


def agreed() -> Participation:
    offered = agreement.offer(selected(), accept_by=DAY, by=people.officer())
    return agreement.accept(offered, text_sha256=offered.text_sha256, by=register.member(offered.company))


def payment(row: Participation, purpose: str = "부스") -> Payment:
    made = paying.ask(
        row, amount=Decimal(100_000), currency=programs.currency("KRW"), purpose=purpose, reason="검수",
        by=people.officer(),
    )  # fmt: skip
    approvals.answer(Approval.objects.get(subject_id=made.pk), by=staff.manager(), grant=True)
    return made


def asked() -> list[Any]:
    """The companies that the worker is to ask about, call by call."""
    found = OutboxEvent.objects.filter(topic=standing.CHECK).order_by("pk")
    return [each.payload["companies"] for each in found]


def answered(company: Company, status: str = "active") -> None:
    OutboxEvent.objects.filter(topic=standing.CHECK).delete()
    register.status(company, status)


def test_before_a_payment_the_office_is_asked_when_it_is_asked_for_and_again_when_it_is_paid(move_clock):
    row = agreed()
    payment(row, "8월")
    assert asked() == []
    move_clock(WEEKS)
    made = payment(row)
    assert asked() == [[str(row.company_id)]]
    with pytest.raises(RuleBroken, match="look_again") as stopped:
        paying.pay(made, by=people.officer("finance"))
    assert "2025" in str(stopped.value.sentence)
    assert "30" in str(stopped.value.sentence)
    assert asked() == [[str(row.company_id)]] * 2
    answered(row.company)
    assert paying.pay(made, by=people.officer("finance")).state == "paid"
    assert asked() == []


def test_a_silent_office_does_not_block_for_ever(move_clock):
    row = agreed()
    move_clock(WEEKS)
    made = payment(row)
    for status in ("", "not_checked"):
        if status:
            answered(row.company, status)
        with pytest.raises(RuleBroken, match="look_again"):
            paying.pay(made, by=people.officer("finance"))
    assert row.application is not None
    screening.override(
        staff.result(row.application, "status"), to="met", reason="사업자등록증명 확인", by=people.officer()
    )
    answered(row.company, "not_checked")
    assert paying.pay(made, by=people.officer("finance")).state == "paid"
    assert asked() == []


def taken(row: Application, occasion: str = Screening.Occasion.SCREENING) -> tuple[str, str]:
    taking.take_some(row.call, [row], occasion=occasion, by=people.officer())
    found = staff.result(row, "status")
    return str(found.outcome), found.reason_code


def test_silence_takes_no_answer_back_that_is_good_on_the_day_that_counts(move_clock):
    row = staff.applicant(staff.call(code="OTHER-1"), 21)
    assert taken(row) == ("met", "status_met")
    move_clock(WEEKS)
    assert asking_anew.ask_ahead() == 1
    answered(row.company, "not_checked")
    assert taken(row) == ("met", "status_met")
    move_clock(WEEKS + dt.timedelta(hours=19))
    assert asking_anew.ask_ahead() == 0
    move_clock(WEEKS + dt.timedelta(hours=21))
    assert asking_anew.ask_ahead() == 1
    answered(row.company, "closed")
    answered(row.company, "not_checked")
    assert taken(row) == ("not_met", "status_closed")


def test_silence_to_a_call_that_asks_earlier_leaves_another_call_its_answer(move_clock):
    one = selected()
    other = staff.call(code="OTHER-1")
    other.criterions.filter(code="status").update(values={"days": 14})
    programs.application(other, one.company, status="submitted")
    move_clock(dt.datetime(2025, 8, 20, 9, tzinfo=staff.SEOUL))
    assert asking_anew.ask_ahead() == 1
    answered(one.company, "not_checked")
    assert taken(one, Screening.Occasion.AGREEMENT) == ("met", "status_met")
    move_clock(WEEKS)
    assert taken(one, Screening.Occasion.AGREEMENT) == ("look", "status_old")


def test_a_decision_about_an_old_answer_outlasts_the_silence_to_the_question_that_was_under_way(move_clock):
    row = agreed()
    assert row.application is not None
    move_clock(WEEKS)
    made = payment(row)
    with pytest.raises(RuleBroken, match="look_again"):
        paying.pay(made, by=people.officer("finance"))
    screening.override(
        staff.result(row.application, "status"), to="met", reason="사업자등록증명 확인", by=people.officer()
    )
    answered(row.company, "not_checked")
    assert paying.pay(made, by=people.officer("finance")).state == "paid"


def test_before_an_agreement_it_is_asked_too_and_another_answer_counts(move_clock):
    first = selected()
    move_clock(WEEKS)
    with pytest.raises(RuleBroken, match="look_again"):
        agreement.offer(first, accept_by=dt.date(2025, 9, 10), by=people.officer())
    assert asked() == [[str(first.company_id)]]
    answered(first.company, "closed")
    with pytest.raises(RuleBroken, match="not_met_any_more"):
        agreement.offer(first, accept_by=dt.date(2025, 9, 10), by=people.officer())
    assert asked() == []
    answered(first.company)
    assert agreement.offer(first, accept_by=dt.date(2025, 9, 10), by=people.officer()).state == "offered"


def test_every_night_those_are_asked_about_whose_answer_is_needed_and_no_others(move_clock):
    """Selected and on the reserve list, in screening; not who withdrew, nor of a call that asks for no such thing."""
    _call, (chosen, reserve, *_rest) = staff.released(count=3, quota=1)
    other = staff.call(code="OTHER-1")
    screened = staff.applicant(other, 21)
    staff.applicant(other, 22, status="withdrawn")
    plain = programs.call(code="OTHER-2")
    programs.application(plain, register.company(23), status="submitted")
    assert asking_anew.ask_ahead() == 0
    move_clock(WEEKS)
    assert asking_anew.ask_ahead() == 3
    assert {key for keys in asked() for key in keys} == {
        str(each.company_id) for each in (chosen, reserve, screened)
    }
    for each in (chosen, reserve):
        answered(each.company, "active")
    answered(screened.company, "not_checked")
    assert asking_anew.ask_ahead() == 0  # a silent office was asked today
    move_clock(WEEKS + dt.timedelta(days=1))
    assert asking_anew.ask_ahead() == 1
    assert asked() == [[str(screened.company_id)]]


def test_of_a_program_that_is_over_only_payments_that_wait_are_asked_about(move_clock, settings):
    """Reserve lists are never emptied, and calls that nobody decides stay so."""
    call, (chosen, reserve, *_rest) = staff.released(count=3, quota=1)
    submitted = staff.applicant(staff.call(code="OTHER-1", of=call.program), 21)
    offered = agreement.offer(chosen, accept_by=DAY, by=people.officer())
    owner = register.member(chosen.company)
    payment(agreement.accept(offered, text_sha256=offered.text_sha256, by=owner))
    waiting = {str(chosen.company_id)}
    last = dt.datetime.combine(call.program.ends_on, dt.time(23, 59), staff.SEOUL)
    for now, expected in (
        (last, {*waiting, str(reserve.company_id), str(submitted.company_id)}),
        (last + dt.timedelta(minutes=2), waiting),
    ):
        OutboxEvent.objects.filter(topic=standing.CHECK).delete()
        move_clock(now)
        asking_anew.ask_ahead()
        assert {key for keys in asked() for key in keys} == expected
    settings.NARU_TAX_OFFICE_KEY = ""
    assert asking_anew.ask_ahead() == 0


def test_how_old_an_answer_may_be_is_said_by_the_criterion(move_clock):
    row = agreed()
    assert row.application is not None
    row.application.call.criterions.filter(code="status").update(values={"days": 60})
    move_clock(WEEKS)
    assert paying.pay(payment(row), by=people.officer("finance")).state == "paid"
    assert asked() == []


def test_an_officer_asks_from_the_case_at_once_and_only_one_of_the_agency():
    first = selected()
    client = Client()
    client.force_login(people.officer())
    address = reverse("admin:programs_application_ask_anew", args=[first.pk])
    page = reverse("admin:programs_application_change", args=[first.pk])
    assert f'action="{address}"' in client.get(page).content.decode()
    assert client.post(address)["Location"] == page
    assert asked() == [[str(first.company_id)]]
    with pytest.raises(RuleBroken, match="not_your_agency"):
        asking_anew.ask_about(first, by=people.officer("manager", "OTHER"))
