"""The subsidy is paid by two persons, within what was delivered, and after the criteria were taken again."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.domain import approvals
from accounts.models import Approval
from ground.errors import RuleBroken
from ground.models import Message, StoredFile
from programs.domain import agreement, delivery, paying, screening
from programs.models import Application, Delivery, Participation, Payment, Task
from programs.queries import takings
from tests.factories import people, programs, register, staff
from tests.programs.staff.test_taking import course

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 8, 1)


@pytest.fixture(autouse=True)
def _in_summer(move_clock):
    programs.currency("KRW")
    move_clock(dt.datetime(2025, 8, 1, 9, tzinfo=staff.SEOUL))


def agreed() -> Participation:
    """The first of a released call, with its agreement in force."""
    _call, (first, *_rest) = staff.released(count=2)
    offered = agreement.offer(first, accept_by=DAY, by=people.officer())
    return agreement.accept(offered, text_sha256=offered.text_sha256, by=register.member(first.company))


def delivered(row: Participation, kind: str = "marketing", cost: int = 1_000_000, **fields: Any) -> Delivery:
    what = row.program.components.get(kind=kind)
    delivery.assign(what, [row], planned_on=DAY, planned_amount=Decimal(cost), by=people.officer(), **fields)
    return delivery.tick_off(
        Delivery.objects.get(participation=row, component=what), done_on=DAY, actual_amount=Decimal(cost),
        evidence=staff.stored(), by=people.officer(),
    )  # fmt: skip


def ask(row: Participation, amount: Any = 700_000, code: str = "KRW", **fields: Any) -> Payment:
    return paying.ask(
        row,
        **{"amount": Decimal(amount), "currency": programs.currency(code), "purpose": "", "reason": "검수 완료",
           "by": people.officer(), **fields},
    )  # fmt: skip


def grant(payment: Payment) -> Approval:
    return approvals.answer(Approval.objects.get(subject_id=payment.pk), by=staff.manager(), grant=True)


def test_a_second_click_asks_for_nothing_more():
    row = agreed()
    first = ask(row, purpose="박람회 부스")
    assert ask(row, purpose="박람회 부스") == first
    assert ask(row, purpose="박람회 부스 2호") != first
    assert (Payment.objects.count(), Approval.objects.filter(decision="payment").count()) == (2, 2)
    grant(first)
    paying.pay(first, by=people.officer("finance"))
    assert ask(row, purpose="박람회 부스") != first


def page(user: Any, name: str, record: Any, language: str = "en") -> str:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(user)
    html = client.get(reverse(name, args=[record.pk])).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_an_amount_is_paid_once_a_second_person_agreed_and_the_criteria_stand():
    row = agreed()
    application, officer = row.application, people.officer()
    assert application is not None
    done = delivered(row)
    payment = ask(row, delivery=done)
    question = Approval.objects.get(decision="payment")
    assert (question.decision, question.subject, question.subject_id) == (
        "payment", f"{row.number} {row.company}: 700,000 KRW", payment.pk,
    )  # fmt: skip
    with pytest.raises(RuleBroken, match="second_person"):
        paying.pay(payment, by=officer)
    assert course(application)[-1][0] == "agreement"
    with pytest.raises(RuleBroken, match="same_person"):
        approvals.answer(question, by=officer, grant=True)
    grant(payment)

    register.status(row.company, "closed")
    with pytest.raises(RuleBroken, match="not_met_any_more") as stopped:
        paying.pay(payment, by=officer)
    assert str(row.company) in str(stopped.value.sentence)
    payment.refresh_from_db()
    assert (payment.state, payment.paid_on, payment.approval) == ("asked", None, None)
    assert course(application)[-1] == ("payment", [("status", "met", "not_met")])
    assert list(Task.objects.open().filter(kind="screen").values_list("subject_id", flat=True)) == [
        application.pk
    ]

    exception = screening.override(
        staff.result(application, "status"), to="met", reason="폐업 오류", by=officer
    )
    with pytest.raises(RuleBroken, match="not_met_any_more"):
        paying.pay(payment, by=officer)
    assert exception.approval is not None
    approvals.answer(exception.approval, by=staff.manager(), grant=True)
    Message.objects.all().delete()
    paid = paying.pay(payment, by=people.officer("finance"))
    assert (paid.state, paid.paid_on, paid.paid_by, paid.approval, paid.matter) == (
        "paid", DAY, people.officer("finance"), question, str(done.component),
    )  # fmt: skip
    assert not Task.objects.open().filter(kind="screen").exists()
    (letter,) = Message.objects.all()
    assert letter.recipients == [register.member(row.company).email]
    assert "KRW 700,000" in letter.subject
    with pytest.raises(RuleBroken, match="not_waiting"):
        paying.pay(payment, by=officer)

    # The case's page says what changed since the agreement, not since the last try.
    last = takings.history(application, list(application.call.criterions.all()))[-1]
    assert (last.is_since_agreement, [each.criterion.code for each in last.changes]) == (True, ["status"])
    text = page(officer, "admin:programs_application_change", application)
    assert text.count("Changed since the agreement:") == 3
    assert "Nothing changed since the agreement." not in text


def test_of_a_completed_participation_a_person_looks_before_it_is_paid():
    """Nothing is guessed when money leaves: what a person must look at is looked at first, also after completion."""
    row = agreed()
    application = row.application
    assert application is not None
    agreement.complete(row, by=people.officer())
    payment = ask(row, purpose="정산")
    grant(payment)
    row.company.status_checks.all().delete()
    with pytest.raises(RuleBroken, match="look_again"):
        paying.pay(payment, by=people.officer())
    screening.override(
        staff.result(application, "status"), to="met", reason="홈택스에서 확인", by=people.officer()
    )
    assert paying.pay(payment, by=people.officer()).state == "paid"


def test_who_takes_part_without_an_application_has_no_criteria_and_is_paid_in_the_currency_named():
    row = staff.taking_part()
    payment = ask(row, "1234.50", "USD", purpose="박람회 참가비")
    grant(payment)
    assert paying.pay(payment, by=people.officer()).money == "USD 1,234.50"
    Participation.objects.filter(pk=row.pk).update(state="ended")
    with pytest.raises(RuleBroken, match="not_taking_part"):
        ask(row, purpose="잔액")


def test_for_a_delivery_no_more_is_paid_than_it_cost_and_it_stays_done():
    row = staff.taking_part()
    done = delivered(row)
    first = ask(row, 600_000, delivery=done)
    with pytest.raises(RuleBroken, match="over_cost") as over:
        ask(row, 400_001, delivery=done)
    assert str(over.value.sentence) == (
        "이 지원 제공의 실제 비용은 1,000,000원이며, 그중 600,000원을 이미 요청했거나 지급했습니다."
    )
    rest = ask(row, 400_000, delivery=done)
    with pytest.raises(RuleBroken, match="paid_for"):
        delivery.take_back(done, reason="잘못", by=people.officer())
    paying.drop(rest, reason="계산 착오", by=people.officer())
    assert Approval.objects.open().get().subject_id == first.pk
    with pytest.raises(RuleBroken, match="not_waiting"):
        paying.drop(rest, reason="다시", by=people.officer())
    ask(row, 400_000, delivery=done)
    paying.drop(first, reason="취소", by=people.officer())
    paying.drop(Payment.objects.get(state="asked"), reason="취소", by=people.officer())
    assert delivery.take_back(done, reason="잘못", by=people.officer()).state == "planned"
    with pytest.raises(RuleBroken, match="not_done"):
        ask(row, delivery=done)


def test_what_is_refused_says_why_beside_its_field():
    row, other = staff.taking_part(1), staff.taking_part(2)
    done, by_provider = delivered(row), delivered(row, "creator", contract=staff.contract(row.program))
    strange = delivered(other)
    cases: list[tuple[str, tuple[str, ...], dict[str, Any]]] = [
        ("amount_missing", ("amount",), {"amount": 0}),
        ("amount_too_fine", ("amount",), {"amount": "10.5"}),
        ("purpose_missing", ("purpose",), {}),
        ("not_won", ("currency",), {"delivery": done, "code": "USD"}),
        ("no_provider", ("payee",), {"delivery": done, "payee": "provider"}),
        ("no_provider", ("payee",), {"purpose": "정산", "payee": "provider"}),
        ("other_participation", ("delivery",), {"delivery": strange}),
        ("reason_missing", ("reason",), {"delivery": done, "reason": " "}),
        ("not_your_agency", (), {"delivery": done, "by": people.officer("manager", "OTHER")}),
        ("not_your_agency", (), {"delivery": done, "by": people.officer("finance")}),
    ]
    for code, fields, given in cases:
        with pytest.raises(RuleBroken) as refused:
            ask(row, **given)
        assert (refused.value.code, refused.value.fields) == (code, fields)
    assert not Payment.objects.exists()
    assert not Approval.objects.exists()
    assert ask(row, delivery=by_provider, payee="provider").payee == "provider"
    StoredFile.objects.filter(pk=done.evidence_id).update(passage="waits")
    with pytest.raises(RuleBroken, match="proof_not_passed"):
        ask(row, delivery=done)


def test_the_database_holds_that_paid_is_approved_and_of_the_same_company():
    row, other = staff.taking_part(1), staff.taking_part(2)
    payment = ask(row, delivery=delivered(row))
    for wrong in (
        {"state": "paid", "paid_on": DAY, "paid_by": people.officer()},
        {"amount": 0},
        {"participation": other},
        {"delivery": None, "payee": "provider", "purpose": "정산"},
        {"delivery": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Payment.objects.filter(pk=payment.pk).update(**wrong)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_staff_ask_and_pay_on_the_pages_and_the_company_reads_what_was_paid():
    row = agreed()
    officer, owner = people.officer(), register.member(row.company)
    done = delivered(row)
    assert "Nothing is asked for or paid out for this company yet." in page(
        officer, "admin:programs_participation_change", row
    )
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(officer)
    at = reverse("admin:programs_participation_ask_payment", args=[row.pk])
    sent = {
        "delivery": done.pk,
        "payee": "company",
        "amount": "2000000",
        "currency": "KRW",
        "reason": "검수 완료",
    }
    refused = client.post(at, sent)
    assert (refused.status_code, "The delivery cost KRW 1,000,000" in refused.content.decode()) == (409, True)
    assert client.post(at, {**sent, "amount": "700000"}).status_code == 302
    payment = Payment.objects.get()
    text = page(officer, "admin:programs_payment_change", payment)
    assert "A second person has not agreed yet." in text
    assert "KRW 700,000" in page(officer, "admin:programs_participation_change", row)
    assert "What was paid for you" not in page(owner, "participation_show", row)
    approvals.answer(
        Approval.objects.get(decision="payment"), by=staff.manager(), grant=False, reason="증빙 부족"
    )
    assert "A second person refused it." in page(officer, "admin:programs_payment_change", payment)
    client.post(reverse("admin:programs_payment_drop", args=[payment.pk]), {"reason": "다시 요청"})
    client.post(at, {**sent, "amount": "500000"})
    payment = Payment.objects.get(state="asked")
    grant(payment)
    finance = Client(HTTP_ACCEPT_LANGUAGE="en")
    finance.force_login(people.officer("finance"))
    assert finance.post(at, sent).status_code == 404
    assert finance.post(reverse("admin:programs_payment_pay", args=[payment.pk])).status_code == 302
    payment.refresh_from_db()
    assert payment.state == "paid"
    assert "What was paid for you" in (text := page(owner, "participation_show", row))
    assert ("KRW 500,000" in text, "KRW 700,000" in text) == (True, False)
    assert "지급된 지원금" in page(owner, "participation_show", row, "ko")
    stranger = people.officer("manager", "OTHER")
    client.force_login(stranger)
    assert client.get(reverse("admin:programs_payment_change", args=[payment.pk])).status_code == 404
    assert list(Payment.objects.visible_to(stranger)) == []
    assert list(Payment.objects.visible_to(owner)) == [payment]
    assert Application.objects.filter(participation=row, status="agreed").exists()


def test_the_list_asks_the_same_questions_for_three_as_for_one(django_assert_num_queries):
    officer = people.officer()
    client = Client()
    client.force_login(officer)
    client.get(reverse("admin:programs_payment_changelist"))
    for serial in (1, 2, 3):
        ask(staff.taking_part(serial), purpose="정산")
        if serial != 2:
            with django_assert_num_queries(5):
                assert client.get(reverse("admin:programs_payment_changelist")).status_code == 200
