"""Personal data of somebody who signs in are destroyed; what the person did stays."""

from __future__ import annotations

import datetime as dt
import json

import pghistory
import psycopg
import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.domain.people import switch_on as switched_on
from accounts.models import Officer, User
from companies.domain import destruction
from companies.models import Claim, Invitation
from ground import clock
from ground.history import history_of
from ground.models import Message, OutboxEvent
from tests.broken import broken
from tests.companies.destruction.rows import (
    content,
    everything,
    histories_that_differ,
    session,
)
from tests.factories import consents, people, register

pytestmark = pytest.mark.django_db(transaction=True)


def gone(company) -> User:
    """Somebody who once was a member, acted, and was written to."""
    person = register.member(company, "editor", "gone@firm.example")
    person.name = "떠난이"
    person.save()
    EmailAddress.objects.create(user=person, email="second@home.example", verified=True)
    Claim.objects.create(company=company, user=person, method="certificate", stated_representative="떠난이")
    Invitation.objects.create(
        company=company, email="Gone@firm.example", role="reader", token_sha256="3" * 64, invited_by=person,
        expires_at=clock.now(),
    )  # fmt: skip
    with pghistory.context(user=str(person.pk), who="떠난이", address="192.0.2.7", reason="옮김"):
        company.website = "https://firm.example"
        company.save()
    Message.objects.create(
        sender="a@naru.example",
        recipients=["gone@firm.example"],
        subject="떠난이 님",
        body="본문",
        sent_at=clock.now(),
    )
    Message.objects.create(sender="a@naru.example", recipients=["x@y.example"], subject="다른", body="본문")
    OutboxEvent.objects.create(topic="x", context={"user": str(person.pk), "address": "192.0.2.7"})
    company.members.filter(user=person).update(ended_at=clock.now())
    return person


def test_a_person_s_name_and_addresses_are_gone_and_what_they_did_stays(company, operator):
    person = gone(company)
    traces = ["떠난이", "gone@firm.example", "Gone@firm.example", "second@home.example", "192.0.2.7"]
    assert all(trace in everything() for trace in traces)
    rows = len(history_of(company))
    records = destruction.destroy_person(person, reason="퇴사하였습니다.", by=operator)
    assert [each.subject for each in records] == ["accounts_user", "companies_claim", "companies_invitation"]
    assert [trace for trace in traces if trace in everything()] == []
    person.refresh_from_db()
    assert (person.name, person.is_active, person.has_usable_password()) == ("", False, False)
    changes = history_of(company)
    assert (len(changes), changes[0].reason) == (rows, "옮김")
    assert Message.objects.get(subject="다른").recipients == ["x@y.example"]
    assert company.contacts.get().name == "김서강"
    assert destruction.destroy_person(person, reason="a", by=operator) == []
    other = people.user("other@firm.example")
    assert destruction.destroy_person(other, reason="a", by=operator)  # two addresses never meet
    assert list(histories_that_differ()) == []


@pytest.mark.parametrize(
    ("language", "reason"),
    [("ko", "신청인의 개인정보가 파기되었습니다."), ("en", "The claimant’s personal data were destroyed.")],
)
def test_what_a_destroyed_person_claims_waits_for_nobody(company, operator, language, reason):
    person = gone(company)
    User.objects.filter(pk=person.pk).update(language=language)
    own = Claim.objects.get(user=person)
    old = Claim.objects.create(
        company=register.company(2), user=person, method="certificate", state="refused", reason="흐림"
    )
    asked = Claim.objects.create(company=register.company(3), user=person, method="asked")
    destruction.destroy_person(person, reason="퇴사하였습니다.", by=operator)
    assert not Claim.objects.waiting().filter(user=person).exists()
    for claim in (own, asked):
        claim.refresh_from_db()
        assert (claim.state, claim.reason, claim.decided_by) == ("refused", reason, operator)
        assert claim.decided_at is not None
        assert history_of(claim)[0].reason == "퇴사하였습니다."
    old.refresh_from_db()
    assert (old.reason, old.decided_by) == ("흐림", None)
    assert Claim.objects.waiting().count() == 1  # of the company's owner


def test_invitations_to_former_addresses_go_with_the_person(company, operator):
    person = gone(company)
    inviter = company.members.exclude(user=person).get().user
    for address in ("former@firm.example", "passed.on@firm.example", "gone@firm.example"):
        person.email = address
        person.save()
    people.user("passed.on@firm.example")
    invite = lambda email, token, **fields: Invitation.objects.create(  # noqa: E731
        company=company, email=email, role="reader", token_sha256=token * 64, invited_by=inviter,
        expires_at=clock.now(), **fields,
    )  # fmt: skip
    former, passed_on = invite("Former@firm.example", "4"), invite("passed.on@firm.example", "5")
    accepted = invite("dropped@firm.example", "6", accepted_by=person, accepted_at=clock.now())
    destruction.destroy_person(person, reason="퇴사하였습니다.", by=operator)
    for each in (former, passed_on, accepted):
        each.refresh_from_db()
    assert (former.email, former.withdrawn_at is None) == ("", False)
    assert (passed_on.email, passed_on.withdrawn_at) == ("passed.on@firm.example", None)
    assert (accepted.email, accepted.withdrawn_at) == ("", None)
    assert [word for word in ("Former@firm", "former@firm", "dropped@firm") if word in everything()] == []


def test_a_destroyed_person_stands_in_words_and_is_never_switched_on(company, operator, english):
    person = gone(company)
    consents.given(company, consents.text(), given_by=person)
    served = Officer.objects.create(
        agency=people.agency(), user=person, role="manager", from_on=dt.date(2020, 1, 1), until_on=dt.date(2020, 2, 1)
    )  # fmt: skip
    destruction.destroy_person(person, reason="퇴사하였습니다.", by=operator)
    person.refresh_from_db()
    assert (str(person), person.shown_email) == ("개인정보 파기됨", "")
    english.force_login(operator)
    page = reverse("admin:accounts_user_change", args=[person.pk])
    pages = [(english, page), (english, reverse("admin:accounts_user_changelist"))]
    pages.append((english, reverse("admin:accounts_user_history", args=[person.pk])))
    pages.append((english, reverse("admin:accounts_agency_change", args=[served.agency_id])))
    browser = Client(HTTP_ACCEPT_LANGUAGE="en")
    browser.force_login(people.officer("manager"))
    pages.append((browser, reverse("admin:accounts_officer_change", args=[served.pk])))
    pages.append((browser, reverse("admin:accounts_officer_changelist")))
    pages += [(browser, reverse("admin:companies_claim_change", args=[person.company_claims.get().pk]))]
    owner = Client(HTTP_ACCEPT_LANGUAGE="en")
    owner.force_login(company.members.exclude(user=person).get().user)
    pages.append((owner, reverse("consent_list", args=[company.pk])))
    for client, address in pages:
        content = client.get(address).content.decode()
        assert "personal data destroyed" in content, address
        assert "destroyed.invalid" not in content, address
    switch_on = reverse("admin:accounts_user_switch_on", args=[person.pk])
    assert switch_on not in english.get(page).content.decode()
    answer = english.post(switch_on, {"reason": "복직"}, follow=True)
    assert "The account stays switched off" in answer.content.decode()
    with broken("destroyed"):
        switched_on(person, reason="복직", by=operator)
    person.refresh_from_db()
    assert not person.is_active


def test_who_still_serves_is_not_destroyed(company, operator):
    serving = [
        company.members.get().user,
        people.officer("auditor"),
        people.organization_member("provider"),
    ]
    before = content()
    for person in serving:
        with broken("still_serving"):
            destruction.destroy_person(person, reason="a", by=operator)
    assert content() == before


def test_only_the_operator_destroys_a_person_and_not_themselves(company, manager, operator):
    person = gone(company)
    before = content()
    for by, whom in ((manager, person), (person, person), (operator, operator)):
        with broken("not_allowed"):
            destruction.destroy_person(whom, reason="a", by=by)
    for reason, code in ((" ", "reason_missing"), ("떠난이 님의 뜻", "reason_personal")):
        with broken(code):
            destruction.destroy_person(person, reason=reason, by=operator)
    assert content() == before
    with (
        session(destruction.ROLE) as destroyer,
        pytest.raises(psycopg.errors.RaiseException, match="by an operator"),
    ):
        destroyer.execute("SELECT naru_destroy_person(%s, %s, %s)", [person.pk, "a", manager.pk])
    with session(settings.NARU_WEB_ROLE) as web, pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.execute("SELECT naru_destroy_person(%s, %s, %s)", [person.pk, "a", operator.pk])


def test_the_command_destroys_a_person(company, operator, capsys):
    person = gone(company)
    call_command("destroy_personal", person=person.email, reason="끝", by=operator.email, json=True)
    answer = json.loads(capsys.readouterr().out)
    assert answer["person"] == str(person.pk)
    assert "accounts_user" in [each["table"] for each in answer["destroyed"]]
    with pytest.raises(CommandError, match="--person"):
        call_command("destroy_personal", person="gone@firm.example", reason="끝", by=operator.email)
