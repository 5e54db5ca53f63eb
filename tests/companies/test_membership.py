"""Invitations, roles and ends."""

from __future__ import annotations

import datetime as dt
import re
import threading

import pytest
from django.db import connection

from companies.domain import membership, registration
from companies.models import Claim, Invitation, Member
from ground import clock, mailbox, outbox
from ground.errors import RuleBroken
from ground.models import Message
from tests.broken import broken
from tests.factories import people, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return register.company(1)


@pytest.fixture
def owner(company):
    return register.member(company)


def token_of(message: Message) -> str:
    return re.search(r"/invitations/([^/\s]+)/", message.body)[1]


def test_an_invitation_makes_a_member(company, owner):
    invitation = membership.invite(company, email=" New@Firm.Example ", role="editor", by=owner)
    message = Message.objects.get()
    assert message.recipients == ["new@firm.example"]
    assert message.is_secret
    token = token_of(message)
    assert membership.find_invitation(token) == invitation
    member = membership.accept(invitation, by=people.user("new@firm.example"))
    assert (member.company, member.role) == (company, "editor")
    invitation.refresh_from_db()
    assert (invitation.accepted_by, invitation.accepted_at is None) == (member.user, False)
    with broken("already_accepted"):
        membership.accept(invitation, by=member.user)


def test_the_token_stands_nowhere_once_the_mail_is_sent(company, owner):
    membership.invite(company, email="new@firm.example", role="reader", by=owner)
    token = token_of(Message.objects.get())
    outbox.drain()
    assert Message.objects.get().body == ""
    assert token in mailbox.read_all()[0].body
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND (table_name LIKE 'companies_%%' OR table_name LIKE 'ground_%%')"
            " AND data_type IN ('character varying', 'text', 'jsonb')"
        )
        columns = cursor.fetchall()
        for table, column in columns:
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}"::text LIKE %s', [f"%{token}%"])
            assert cursor.fetchone() == (0,), (table, column)
    assert len(columns) > 50


def test_the_mail_is_in_the_language_of_the_invited(company, owner):
    people.user("english@firm.example", language="en")
    membership.invite(company, email="english@firm.example", role="reader", by=owner)
    message = Message.objects.get()
    assert message.language == "en"
    assert "Hangang Foods 1" in message.subject


@pytest.mark.parametrize("role", ["editor", "reader"])
def test_only_owners_invite_withdraw_and_change_roles(company, owner, role):
    other = register.member(company, role)
    invitation = membership.invite(company, email="new@firm.example", role="reader", by=owner)
    member = Member.objects.get(user=owner)
    for act in (
        lambda: membership.invite(company, email="more@firm.example", role="owner", by=other),
        lambda: membership.withdraw(invitation, by=other),
        lambda: membership.change_role(Member.objects.get(user=other), role="owner", by=other),
        lambda: membership.end(member, by=other),
    ):
        with broken("not_owner"):
            act()


def test_an_owner_of_another_company_is_a_stranger(company, owner):
    stranger = register.member(register.company(2))
    with broken("not_owner"):
        membership.invite(company, email="x@firm.example", role="owner", by=stranger)
    with broken("not_owner"):
        membership.end(Member.objects.get(user=owner), by=stranger)


def test_a_forwarded_link_is_of_no_use(company, owner):
    invitation = membership.invite(company, email="new@firm.example", role="owner", by=owner)
    with broken("other_address"):
        membership.accept(invitation, by=people.user("thief@other.example"))


def test_an_address_that_was_not_verified_is_not_the_person_s(company, owner):
    invitation = membership.invite(company, email="new@firm.example", role="owner", by=owner)
    thief = people.user("thief@other.example")
    thief.emailaddress_set.create(email="new@firm.example", verified=False)
    with broken("other_address"):
        membership.accept(invitation, by=thief)


def test_an_invitation_runs_out(company, owner, move_clock):
    invitation = membership.invite(company, email="new@firm.example", role="reader", by=owner)
    new = people.user("new@firm.example")
    move_clock(invitation.expires_at - dt.timedelta(seconds=30))
    assert membership.why_not_accept(invitation, new) is None
    move_clock(invitation.expires_at)
    with broken("expired"):
        membership.accept(invitation, by=new)
    again = membership.invite(company, email="new@firm.example", role="reader", by=owner)
    membership.accept(again, by=new)


def test_a_withdrawn_invitation_is_dead(company, owner):
    invitation = membership.invite(company, email="new@firm.example", role="reader", by=owner)
    with broken("invited_already"):
        membership.invite(company, email="NEW@firm.example", role="reader", by=owner)
    membership.withdraw(invitation, by=owner)
    with broken("withdrawn"):
        membership.accept(invitation, by=people.user("new@firm.example"))
    membership.invite(company, email="new@firm.example", role="reader", by=owner)


def test_a_member_is_not_invited(company, owner):
    register.member(company, "reader", "known@firm.example")
    with broken("member_already"):
        membership.invite(company, email="Known@firm.example", role="owner", by=owner)


def test_invitations_are_limited(company, owner):
    for each in range(20):
        membership.invite(company, email=f"p{each}@firm.example", role="reader", by=owner)
    with broken("too_many_invitations"):
        membership.invite(company, email="one@firm.example", role="reader", by=owner)
    assert Invitation.objects.count() == 20


def test_a_claim_that_waits_is_settled_by_the_invitation(company, owner, tax_office):
    claimant = people.user("claimant@firm.example")
    statement = registration.Statement(company.business_number, "김가상", dt.date(2015, 3, 2), "x")
    registration.claim(statement, by=claimant)
    invitation = membership.invite(company, email=claimant.email, role="editor", by=owner)
    membership.accept(invitation, by=claimant)
    claim = Claim.objects.get()
    assert (claim.state, claim.decided_by) == ("granted", owner)
    assert Member.objects.get(user=claimant).role == "editor"


def test_the_last_owner_can_neither_leave_nor_step_down(company, owner):
    member = Member.objects.get(user=owner)
    register.member(company, "editor")
    with broken("last_owner"):
        membership.end(member, by=owner)
    with broken("last_owner"):
        membership.change_role(member, role="reader", by=owner)
    second = Member.objects.get(role="editor")
    membership.change_role(second, role="owner", by=owner)
    membership.end(member, by=owner)
    member.refresh_from_db()
    assert member.ended_at is not None
    with broken("last_owner"):
        membership.end(second, by=second.user)


def test_anybody_may_leave_and_then_sees_nothing(company, owner):
    reader = register.member(company, "reader")
    member = Member.objects.get(user=reader)
    membership.end(member, by=reader)
    from companies.models import Company

    assert list(Company.objects.visible_to(reader)) == []
    with broken("ended"):
        membership.end(member, by=reader)
    assert member.ended_at is None or member.ended_at <= clock.now()


def test_an_end_comes_back_as_a_new_membership(company, owner):
    reader = register.member(company, "reader")
    membership.end(Member.objects.get(user=reader), by=owner)
    invitation = membership.invite(company, email=reader.email, role="editor", by=owner)
    membership.accept(invitation, by=reader)
    assert [m.role for m in Member.objects.filter(user=reader).order_by("created_at")] == ["reader", "editor"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("leaving", [2, 6])
def test_owners_who_leave_at_the_same_moment_leave_one(leaving):
    company = register.company(1)
    owners = [register.member(company, "owner", f"owner{each}@firm.example") for each in range(leaving)]
    members = [Member.objects.get(user=each) for each in owners]
    start = threading.Barrier(leaving)
    refused = []

    def leave(member: Member) -> None:
        try:
            start.wait()
            membership.end(member, by=member.user)
        except RuleBroken as error:
            refused.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=[member]) for member in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["last_owner"]
    assert Member.objects.filter(company=company, role="owner", ended_at=None).count() == 1
