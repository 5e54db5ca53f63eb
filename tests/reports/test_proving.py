"""Was the company paid: it confirms or disputes, the agency opens again, the provider states anew; a statement a currency."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from ground import mailbox, outbox
from ground.clock import SEOUL
from ground.errors import RuleBroken
from programs.domain import stores
from programs.models import Task
from reports.domain import proving
from reports.models import PayoutProof
from reports.queries.reported_measures import Reported
from reports.queries.statements import Compared
from tests.factories import people, programs, register

pytestmark = pytest.mark.django_db
SEPTEMBER = dt.date(2025, 9, 1)


@pytest.fixture
def program(move_clock):
    move_clock(dt.datetime(2025, 10, 2, 9, tzinfo=SEOUL))
    return programs.program()


@pytest.fixture
def company(program):
    return register.company(1)


@pytest.fixture
def owner(company):
    return register.member(company)


@pytest.fixture
def provider():
    return people.organization_member()


@pytest.fixture
def shared(program, company, provider):
    shop = programs.store("SHARED")
    programs.assignment(shop, programs.participation(company, program), sku="A")
    return shop


def stated(shop, company, provider, **more) -> PayoutProof:
    values = {
        "month": SEPTEMBER, "statement_number": "정산-9", "currency": programs.currency("KRW"),
        "sold_amount": Decimal(10_000), "fee_amount": Decimal(500), "paid_amount": Decimal(9_500),
        "paid_on": dt.date(2025, 10, 1),
    } | more  # fmt: skip
    return proving.state(shop, company.participations.get(), by=provider, **values)


def disputed(proof, by, reason: str = "9,500이 아니라 900이 들어왔습니다") -> PayoutProof:
    return proving.dispute(proof, reason=reason, by=by, seen=proving.digest(proof))


def letters() -> list[tuple[str, str]]:
    """(recipient, subject) of all letters so far, sorted."""
    outbox.drain()
    return sorted((letter.recipient, letter.subject.strip()) for letter in mailbox.read_all())


def open_tasks() -> list[tuple[str, str, str]]:
    rows = Task.objects.open().order_by("side", "kind", "subject_ko")
    return [(task.side, task.kind, f"{task.subject_ko} {task.due_on}") for task in rows]


def refused(code: str, act) -> None:
    with pytest.raises(RuleBroken) as caught:
        act()
    assert caught.value.code == code


def test_a_disputed_payout_goes_to_the_agency_back_to_the_provider_and_is_asked_again(
    client, company, owner, provider, shared
):
    manager, officer = people.officer("manager"), people.officer("officer")
    people.officer("auditor"), people.officer("officer", "OTHER")
    proof = stated(shared, company, provider)
    before = letters()
    client.force_login(owner)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = reverse("payout_dispute", args=[proof.pk])
    assert page in client.get(reverse("sales_list")).content.decode()
    assert client.get(page).status_code == 200
    data = {"reason": "900 came", "seen": proving.digest(proof)}
    assert client.post(page, {**data, "reason": " "}).status_code == 400
    assert client.post(page, {**data, "seen": "0"}).status_code == 409
    assert client.post(page, data)["Location"] == reverse("sales_list")
    assert client.post(page, data).status_code == 302  # twice is once
    proof.refresh_from_db()
    assert (proof.dispute_reason, proof.disputed_by, proof.disputed_at is None) == ("900 came", owner, False)
    assert open_tasks() == [("agency", "dispute", f"{shared.name} 2025년 9월 KRW 2025-10-16")]
    told = [each for each in letters() if each not in before]
    assert [recipient for recipient, _subject in told] == sorted(
        user.email for user in (manager, officer, provider)
    )
    assert {subject for _recipient, subject in told} == {
        f"2025년 9월 지급에 기업이 이의를 제기했습니다: {company.name_ko}, {shared.name}"
    }
    shown = client.get(reverse("sales_list")).content.decode()
    assert "You wrote: 900 came" in shown
    assert (reverse("payout_confirm", args=[proof.pk]) in shown, page in shown) == (True, False)

    client.force_login(provider)
    assert "900 came" in client.get(reverse("provider_home")).content.decode()
    refused("disputed", lambda: stated(shared, company, provider, paid_amount=Decimal(900)))

    client.force_login(officer)
    record = reverse("admin:reports_payoutproof_change", args=[proof.pk])
    assert record in client.get(reverse("admin:index")).content.decode()
    assert "900 came" in client.get(record).content.decode()
    reopen = reverse("admin:reports_payoutproof_reopen", args=[proof.pk])
    assert client.post(reopen, {"reason": ""}).status_code == 400
    before = letters()
    assert client.post(reopen, {"reason": "the bank shows 900"})["Location"] == record
    proof.refresh_from_db()
    assert (proof.reopened_by, proof.reopen_reason) == (officer, "the bank shows 900")
    assert (proof.disputed_at, proof.dispute_reason, open_tasks()) == (None, "", [])
    told = [recipient for recipient, subject in letters() if (recipient, subject) not in before]
    assert told == sorted([owner.email, provider.email])
    refused("stated_anew", lambda: proving.confirm(proof, by=owner, seen=proving.digest(proof)))
    refused("stated_anew", lambda: disputed(proof, owner))
    client.force_login(owner)
    assert (
        "Opened again by the agency: the bank shows 900" in client.get(reverse("sales_list")).content.decode()
    )

    again = stated(shared, company, provider, paid_amount=Decimal(900))
    assert (again.pk, again.reopened_at, again.reopen_reason) == (proof.pk, None, "")
    assert open_tasks() == [("company", "confirm", f"{shared.name} 2025년 9월 KRW 2025-10-16")]
    assert proving.confirm(again, by=owner, seen=proving.digest(again)).confirmed_by == owner
    assert open_tasks() == []


def test_money_that_comes_after_all_ends_the_dispute(company, owner, provider, shared):
    people.officer()
    proof = disputed(stated(shared, company, provider), owner)
    proof = proving.confirm(proof, by=owner, seen=proving.digest(proof))
    assert (proof.confirmed_by, proof.disputed_at, proof.dispute_reason) == (owner, None, "")
    assert open_tasks() == []


def test_a_statement_without_a_day_of_payment_can_be_disputed(company, owner, provider, shared):
    proof = disputed(stated(shared, company, provider, paid_on=None), owner, "아직 입금되지 않았습니다")
    assert proof.disputed_at is not None
    refused("not_paid_yet", lambda: proving.confirm(proof, by=owner, seen=proving.digest(proof)))


def test_a_confirmed_statement_is_opened_again_by_its_agency_only(company, owner, provider, shared):
    officer = people.officer()
    proof = stated(shared, company, provider)
    refused("not_answered", lambda: proving.reopen(proof, reason="x", by=officer))
    proving.confirm(proof, by=owner, seen=proving.digest(proof))
    refused("confirmed_already", lambda: disputed(proof, owner))
    for stranger in (people.officer("officer", "OTHER"), people.officer("auditor"), provider, owner):
        refused("not_your_agency", lambda by=stranger: proving.reopen(proof, reason="x", by=by))
    refused("reason_missing", lambda: proving.reopen(proof, reason=" ", by=officer))
    opened = proving.reopen(proof, reason="x", by=officer)
    assert (opened.confirmed_at, opened.confirmed_by, opened.reopened_by) == (None, None, officer)
    assert proving.reopen(proof, reason="y", by=officer).reopen_reason == "x"


def test_a_statement_to_a_company_that_has_left_the_store_is_stated_anew(
    client, company, owner, provider, shared
):
    """It was stated to the wrong company, whose assignment was withdrawn: the provider puts it to nothing."""
    proof = disputed(stated(shared, company, provider), owner, "never sold there")
    officer = people.officer("officer")
    stores.withdraw_assignment(shared.assignments.get(), reason="entered for the wrong firm", by=officer)
    proving.reopen(proof, reason="wrong company", by=officer)
    client.force_login(provider)
    assert company.name_ko in client.get(reverse("payout_state")).content.decode()
    zero = Decimal(0)
    again = stated(
        shared, company, provider, sold_amount=zero, fee_amount=zero, paid_amount=zero, paid_on=None
    )
    assert (again.pk, again.reopened_at) == (proof.pk, None)


def test_each_currency_of_a_month_stands_against_its_own_lines():
    """The platform released 9,000 pesos and 20 dollars: 9,000 pesos as stated, 5 dollars less than it released."""
    ledger = [
        Reported(SEPTEMBER, "CLP", Decimal(9_000), None), Reported(SEPTEMBER, "USD", Decimal(20), Decimal(28_000)),
    ]  # fmt: skip
    pesos = Compared("CLP", Decimal(9_000), ledger)
    dollars = Compared("USD", Decimal(15), ledger)
    won = Compared("KRW", Decimal(28_000), ledger[1:])
    assert [each.difference for each in (pesos, dollars, won)] == [0, -5, 0]
    assert Compared("KRW", Decimal(1), ledger).difference is None


def test_only_who_writes_for_the_company_disputes(client, company, owner, provider, shared):
    proof = stated(shared, company, provider)
    page = reverse("payout_dispute", args=[proof.pk])
    for stranger in (
        register.member(company, "reader"), register.member(register.company(2)), provider, people.officer(),
    ):  # fmt: skip
        refused("not_your_company", lambda by=stranger: disputed(proof, by))
        client.force_login(stranger)
        assert client.get(page).status_code in {403, 404}
        assert client.post(page, {"reason": "x"}).status_code in {403, 404}
    refused("reason_missing", lambda: disputed(proof, owner, "  "))
    refused("changed", lambda: proving.dispute(proof, reason="x", by=owner, seen=""))
    proof.refresh_from_db()
    assert proof.disputed_at is None


def test_another_agencys_officer_finds_no_statement(client, company, provider, shared):
    proof = stated(shared, company, provider)
    client.force_login(people.officer("officer", "OTHER"))
    for name in ("change", "reopen"):
        url = reverse(f"admin:reports_payoutproof_{name}", args=[proof.pk])
        assert client.post(url, {"reason": "x"}).status_code == 404


def test_a_month_has_a_statement_in_each_currency(client, company, owner, provider, shared):
    won = stated(shared, company, provider)
    dollars = stated(shared, company, provider, currency=programs.currency("USD"), paid_amount=Decimal(7))
    corrected = stated(shared, company, provider, paid_amount=Decimal(9_400))
    assert (won.pk == corrected.pk, dollars.pk == won.pk) == (True, False)
    assert list(PayoutProof.objects.order_by("currency").values_list("currency", "paid_amount")) == [
        ("KRW", 9_400), ("USD", 7),
    ]  # fmt: skip
    assert [subject[-14:] for _side, _kind, subject in open_tasks()] == ["KRW 2025-10-16", "USD 2025-10-16"]
    proving.confirm(corrected, by=owner, seen=proving.digest(corrected))
    assert [subject[-14:] for _side, _kind, subject in open_tasks()] == ["USD 2025-10-16"]
    with pytest.raises(IntegrityError), transaction.atomic():
        PayoutProof.objects.filter(pk=dollars.pk).update(currency="KRW")


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        (
            {"disputed_at": SEPTEMBER, "dispute_reason": "x", "confirmed_at": SEPTEMBER},
            "payout_proof_one_answer",
        ),
        (
            {"disputed_at": SEPTEMBER, "dispute_reason": "x", "reopened_at": SEPTEMBER},
            "payout_proof_one_answer",
        ),
        ({"disputed_at": SEPTEMBER}, "payout_proof_dispute_has_reason"),
    ],
)
def test_a_statement_has_one_answer_at_a_time(company, provider, shared, wrong, name):
    proof = stated(shared, company, provider)
    values = {
        key: dt.datetime(2025, 10, 1, tzinfo=SEOUL) if key[-3:] == "_at" else value
        for key, value in wrong.items()
    }
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        PayoutProof.objects.filter(pk=proof.pk).update(**values)
