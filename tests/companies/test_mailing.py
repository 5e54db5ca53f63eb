"""Mails about calls: agreed to in versions, to one person of the company, ended by a link without a sign-in."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.core import signing
from django.db import IntegrityError, transaction

from companies import queries
from companies.domain import consents, mailing
from companies.models import Consent, Letter
from ground import clock, outbox
from ground.models import Message
from tests.broken import broken
from tests.factories import people, register
from tests.factories.consents import given, text

pytestmark = pytest.mark.django_db

BOTH = {"title_en": "Mails", "body_en": "Write to me about calls that fit my company."}


def mails(agency_code: str = "SBA", **fields: Any) -> Any:
    return text("mails", kind="mail", agency_code=agency_code, **{**BOTH, **fields})


@pytest.fixture
def company():
    return register.company(1)


@pytest.fixture
def owner(company):
    return register.member(company)


def path(address: str) -> str:
    """The address of a mail without the installation's."""
    return address[address.index("/mails/") :]


def test_a_text_about_mails_stands_in_both_languages():
    with pytest.raises(IntegrityError, match="consent_mail_in_both_languages"), transaction.atomic():
        mails(title_en="")
    with broken("not_valid"):
        wording = {"kind": "mail", "title_ko": "안내", "body_ko": "안내합니다.", "title_en": "Mails", "body_en": "",
                   "items_ko": "이메일", "months": 12, "from_on": dt.date(2025, 1, 1)}  # fmt: skip
        consents.publish_text(people.agency("SBA"), code="m", wording=wording, by=people.officer())
    assert mails().version == 1


def test_a_company_that_no_agency_knows_is_asked_about_mails_only(company, owner, client):
    text("collect")
    asked = mails()
    assert queries.texts_to_ask(company, clock.now()) == [asked]
    client.force_login(owner)
    client.post(f"/company/{company.pk}/consents/{asked.pk}/give/")
    assert mailing.companies_that_agreed(people.agency("SBA").pk) == {company.pk}
    consent = Consent.objects.get()
    client.post(f"/company/{company.pk}/consents/{consent.pk}/withdraw/")
    assert mailing.companies_that_agreed(people.agency("SBA").pk) == set()


def test_agreed_is_only_who_agreed_to_mails_of_this_agency_and_did_not_withdraw(owner, company):
    agency = people.agency("SBA")
    this, other, kind = mails(), mails("BBA"), text("news", kind="optional")
    rest = [register.company(serial) for serial in (2, 3, 4, 5, 6)]
    given(company, this)
    given(rest[0], other)
    given(rest[1], kind)
    given(rest[2], this, withdrawn_at=clock.now())
    given(rest[3], this, given_at=clock.now() - dt.timedelta(days=400))  # kept for twelve months
    assert mailing.companies_that_agreed(agency.pk) == {company.pk}


def test_the_one_who_agreed_is_written_to_then_an_owner_then_nobody(company, owner):
    agency = people.agency("SBA")
    editor = register.member(company, "editor")
    given(company, mails(), given_by=editor)

    def person() -> Any:
        return [each.person for each in mailing.receivers(agency.pk)]

    assert person() == [editor]
    company.members.filter(user=editor).update(ended_at=clock.now())
    assert person() == [owner]
    type(owner).objects.filter(pk=owner.pk).update(is_active=False)
    assert person() == []
    assert mailing.companies_that_agreed(agency.pk) == set()


def test_two_versions_are_one_receiver_and_withdrawing_ends_both(company, owner):
    first, agency = mails(), people.agency("SBA")
    given(company, first)
    second = given(company, mails(version=2), given_by=register.member(company, "editor"))
    found = mailing.receivers(agency.pk)
    assert [(each.company, each.person) for each in found] == [(company, second.given_by)]
    consents.withdraw(second, by=owner)
    assert mailing.receivers(agency.pk) == []


def test_withdrawing_another_consent_leaves_the_mails(company, owner):
    given(company, mails())
    other = given(company, text("collect"))
    consents.withdraw(other, by=owner)
    assert mailing.companies_that_agreed(people.agency("SBA").pk) == {company.pk}


def test_the_link_shows_a_button_and_the_button_ends_the_mails_without_a_sign_in(company, owner, english):
    agency = people.agency("SBA")
    consent = given(company, mails())
    kept = [
        given(company, mails("BBA")),
        given(register.company(2), consent.text),
        given(company, text("collect")),
    ]
    address = path(mailing.stop_address(company.pk, agency.pk))
    page = english.get(address)
    assert (page.status_code, "Stop these mails" in page.content.decode()) == (200, True)
    consent.refresh_from_db()
    assert consent.withdrawn_at is None
    for _twice in range(2):
        page = english.post(address, follow=True)
        assert page.status_code == 200
        assert "does not write to Hangang Foods 1" in page.content.decode()
        assert "Stop these mails" not in page.content.decode()
    ended = Consent.objects.filter(withdrawn_at__isnull=False)
    assert list(ended) == [consent]
    assert {each.pk for each in kept} == set(
        Consent.objects.filter(withdrawn_at__isnull=True).values_list("pk", flat=True)
    )
    again = consents.give(consent.text, company, by=owner)
    assert again.withdrawn_at is None


def test_a_link_that_nobody_signed_is_no_page(company, client):
    agency = people.agency("SBA")
    good = path(mailing.stop_address(company.pk, agency.pk))
    forged = signing.dumps([str(company.pk), str(agency.pk)], salt="other")
    for address in (good.replace("/end/", "x/end/"), f"/mails/{forged}/end/", "/mails/x/end/"):
        assert (client.get(address).status_code, client.post(address).status_code) == (404, 404)
    gone = path(mailing.stop_address(uuid4(), agency.pk))
    assert client.get(gone).status_code == 404


def letter(agency: Any, companies: Any, key: Any = None, **fields: Any) -> Letter:
    return mailing.write(
        agency, companies, cause="C-1 age: {} → {}", about=None, key=key or uuid4(),
        **{"subject": "새 기준", "body": "안내합니다.", "by": people.officer(), **fields},
    )  # fmt: skip


def test_a_letter_goes_once_to_those_that_agreed_each_with_its_link(company, owner):
    agency = people.agency("SBA")
    others = [register.company(serial) for serial in (2, 3)]
    given(company, mails())
    given(others[0], Consent.objects.get().text)
    key = uuid4()
    made = letter(agency, {company.pk, others[1].pk}, key)
    assert letter(agency, {others[0].pk}, key, subject="zweimal") == made
    assert made.companies == [company.pk]
    outbox.drain()
    outbox.drain()
    (mail,) = Message.objects.all()
    assert (mail.recipients, mail.subject) == ([owner.email], "새 기준")
    assert "안내합니다." in mail.body
    assert mailing.stop_address(company.pk, agency.pk).rpartition("/mails/")[0] + "/mails/" in mail.body


def test_who_withdraws_before_the_letter_is_carried_gets_none(company, owner):
    given(company, mails())
    letter(people.agency("SBA"), {company.pk})
    mailing.end_by_link(company, people.agency("SBA"))
    outbox.drain()
    assert not Message.objects.exists()


def test_what_a_letter_refuses(company, owner):
    agency = people.agency("SBA")
    with broken("nobody"):
        letter(agency, {company.pk})
    given(company, mails())
    for name in ("subject", "body"):
        with broken("blank"):
            letter(agency, {company.pk}, **{name: " \n "})
    with broken("too_long"):
        letter(agency, {company.pk}, body="가" * 5001)
    for stranger in (people.officer("officer", "BBA"), people.officer("auditor"), owner):
        with broken("not_staff"):
            letter(agency, {company.pk}, by=stranger)
    assert not Letter.objects.exists()
    made = letter(agency, {company.pk}, body="가" * 5000)
    assert made in Letter.objects.visible_to(people.officer())
    assert not Letter.objects.visible_to(people.officer("officer", "BBA")).exists()
