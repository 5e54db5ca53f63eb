"""The tax office is silent: nobody waits for it on a page, the claim waits and is asked about again."""

from __future__ import annotations

import datetime as dt
import re
import time

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from companies.domain import registration
from companies.domain.registration import Answer, Statement
from companies.models import Claim, Company, Member
from ground import clock, outbox
from ground.models import Message, OutboxEvent
from ground.outside import Silence
from tests.broken import broken
from tests.factories import people, register
from tests.factories.register import number

pytestmark = pytest.mark.django_db
ADDRESS = "/company/register/"
NOON = dt.datetime(2025, 9, 1, 12, tzinfo=clock.SEOUL)


@pytest.fixture
def somebody(move_clock):
    cache.clear()
    move_clock(NOON)
    return people.user("somebody@firm.example", language="en")


def stated(serial: int = 1, **fields) -> Statement:
    return Statement(
        **{
            "business_number": number(serial),
            "representative": "김가상",
            "opened_on": dt.date(2015, 3, 2),
            "name_ko": "강변식품",
            "name_en": "Riverside",
            **fields,
        }
    )


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("등록증.pdf", b"%PDF-1.7 made up", "application/pdf")


def claim_in_silence(office, by, serial: int = 1, **fields) -> Claim:
    office.manner.http_status = 500
    outcome = registration.claim(stated(serial, **fields), by=by)
    office.manner.http_status = 200
    assert (outcome.answer, outcome.company) == (Answer.ASKED, None)
    return Claim.objects.get(user=by, company__business_number=number(serial))


def at_once() -> int:
    """The worker does all that waits, whatever pause it was given."""
    OutboxEvent.objects.unfinished().update(available_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    return outbox.drain()


def subjects() -> list[tuple[list[str], str]]:
    return [(each.recipients, each.subject) for each in Message.objects.order_by("pk")]


def test_a_page_waits_two_seconds_and_says_that_it_is_asked_again(tax_office, somebody, english):
    tax_office.manner.delay = 6
    english.force_login(somebody)
    typed = {
        "business_number": number(1),
        "representative": "김가상",
        "opened_on": "2015-03-02",
        "name_ko": "강변식품",
    }
    began = time.monotonic()
    response = english.post(ADDRESS, typed)
    assert time.monotonic() - began < 3
    assert response["Location"] == f"{ADDRESS}?done=asked"
    page = english.get(response["Location"]).content.decode()
    assert "The tax office has not answered yet" in page
    assert "강변식품" in page
    claim = Claim.objects.get()
    assert (claim.state, claim.method, claim.file) == ("waiting", "asked", None)
    assert not Member.objects.exists()
    certificate = english.get(ADDRESS, {"certificate": "1"}).content.decode()
    assert 'name="certificate"' in certificate
    assert re.search(
        r'name="representative"[^>]*value="김가상"|value="김가상"[^>]*name="representative"', certificate
    )


def test_when_it_answers_the_claimant_is_owner_and_gets_a_mail(tax_office, somebody):
    claim = claim_in_silence(tax_office, somebody)
    at_once()
    claim.refresh_from_db()
    assert (claim.state, claim.method, claim.decided_by) == ("granted", "tax_office", None)
    assert [(each.user, each.role) for each in Member.objects.all()] == [(somebody, "owner")]
    company = Company.objects.get()
    assert (company.name_ko, company.name_en) == ("강변식품", "Riverside")
    assert subjects() == [([somebody.email], "You can act for Riverside from now on")]
    assert "has answered" in Message.objects.get().body


def test_while_it_is_silent_it_is_asked_again_and_again(tax_office, somebody):
    claim = claim_in_silence(tax_office, somebody)
    tax_office.manner.http_status = 500
    at_once()
    event = OutboxEvent.objects.get()
    assert (event.done_at, event.attempts) == (None, 1)
    assert Claim.objects.get().state == "waiting"
    tax_office.manner.http_status = 200
    at_once()
    claim.refresh_from_db()
    assert claim.state == "granted"


def test_after_three_silent_days_the_claimant_is_told(tax_office, somebody, move_clock):
    claim = claim_in_silence(tax_office, somebody)
    tax_office.manner.http_status = 500
    move_clock(NOON + dt.timedelta(days=3, minutes=1))
    at_once()
    claim.refresh_from_db()
    assert (claim.state, claim.reason) == ("refused", "The tax office's service had an error of its own.")
    assert claim.reason in Message.objects.get().body
    assert not Member.objects.exists()


def test_what_it_does_not_confirm_is_refused_with_the_reason(tax_office, somebody):
    claim = claim_in_silence(tax_office, somebody, representative="남")
    at_once()
    claim.refresh_from_db()
    assert claim.state == "refused"
    body = Message.objects.get().body
    assert "does not confirm" in body
    assert "Compare your entries with the business registration certificate" in body
    assert "another certificate" not in body
    assert not Member.objects.exists()
    registration.claim(stated(representative="남"), by=somebody, certificate=paper())
    sent = Claim.objects.waiting().get()
    registration.refuse(sent, reason="흐린 사진", by=people.officer())
    assert "another certificate" in Message.objects.latest("created_at").body


def test_owners_and_claimant_get_a_mail_when_somebody_owns_it(tax_office, somebody):
    owner = register.member(register.company(1))
    claim = claim_in_silence(tax_office, somebody)
    assert Message.objects.count() == 0
    at_once()
    claim.refresh_from_db()
    assert (claim.state, claim.method) == ("waiting", "tax_office")
    assert sorted(each.recipients[0] for each in Message.objects.all()) == sorted(
        [owner.email, somebody.email]
    )
    assert not Member.objects.filter(user=somebody).exists()


def test_silence_tells_nothing_about_the_register(tax_office, somebody):
    register.member(register.company(1))
    register.company(2)
    tax_office.manner.http_status = 500
    answers = [registration.claim(stated(serial), by=somebody) for serial in (1, 2, 7)]
    assert answers == [registration.Outcome(Answer.ASKED, why="internal")] * 3


def test_a_certificate_sent_meanwhile_goes_to_staff_and_owners(tax_office, somebody):
    owner = register.member(register.company(1))
    claim = claim_in_silence(tax_office, somebody)
    tax_office.manner.http_status = 500
    assert registration.claim(stated(), by=somebody, certificate=paper()).answer is Answer.WAITING
    assert [each.recipients for each in Message.objects.all()] == [[owner.email]]
    tax_office.manner.http_status = 200
    at_once()
    claim.refresh_from_db()
    assert (claim.state, claim.method) == ("waiting", "certificate")
    assert Claim.objects.count() == 1


def test_what_waits_for_staff_goes_on_waiting_for_them(tax_office, somebody):
    tax_office.manner.http_status = 500
    registration.claim(stated(), by=somebody, certificate=paper())
    assert registration.claim(stated(), by=somebody).answer is Answer.WAITING
    assert Claim.objects.get().method == "certificate"


def test_entries_mended_meanwhile_are_the_ones_asked_about(tax_office, somebody):
    claim_in_silence(tax_office, somebody, representative="김가싱")
    claim_in_silence(tax_office, somebody)
    at_once()
    assert Claim.objects.get().state == "granted"


def test_staff_do_not_decide_what_the_tax_office_is_asked_about(tax_office, somebody):
    company = register.company(1)
    register.seen_by(company)
    claim = claim_in_silence(tax_office, somebody)
    with broken("not_answered"):
        registration.grant(claim, by=people.officer())
    assert not Member.objects.exists()


def test_claims_without_an_answer_are_few_at_once(tax_office, somebody):
    for serial in range(11, 16):
        claim_in_silence(tax_office, somebody, serial)
    tax_office.manner.http_status = 500
    with broken("too_many_waiting"):
        registration.claim(stated(16), by=somebody)


def test_without_a_key_nothing_is_asked_again(tax_office, somebody, settings):
    claim = claim_in_silence(tax_office, somebody)
    settings.NARU_TAX_OFFICE_KEY = ""
    registration.ask_again(claim.pk)
    assert Claim.objects.get().state == "refused"
    assert registration.claim(stated(2), by=somebody).answer is Answer.NO_ANSWER


def test_a_settled_claim_is_left_alone(tax_office, somebody):
    claim = claim_in_silence(tax_office, somebody)
    registration.ask_again(claim.pk)
    calls = len(tax_office.manner.calls)
    registration.ask_again(claim.pk)
    assert len(tax_office.manner.calls) == calls
    tax_office.manner.http_status = 500
    other = claim_in_silence(tax_office, somebody, 2)
    tax_office.manner.http_status = 500
    with pytest.raises(Silence):
        registration.ask_again(other.pk)
