"""Claiming a company: confirmed by the tax office, looked at by staff, or sent to the owner; and never a word too much."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from companies.domain import registration
from companies.domain.registration import Answer, Statement
from companies.models import Claim, Company, Contact, Member, StatusCheck
from companies.tax_office import TaxOffice
from ground import clock
from ground.errors import RuleBroken
from ground.models import Message, StoredFile
from tests.broken import broken
from tests.factories import people, register
from tests.factories.passing import all_pass
from tests.factories.register import number

pytestmark = pytest.mark.django_db


def stated(serial: int = 1, **fields) -> Statement:
    return Statement(
        **{
            "business_number": number(serial),
            "representative": "김가상",
            "opened_on": dt.date(2015, 3, 2),
            "name_ko": "강변식품",
            **fields,
        }
    )


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("등록증.pdf", b"%PDF-1.7 made up", "application/pdf")


@pytest.fixture
def somebody():
    return people.user("somebody@firm.example")


def test_confirmed_and_owned_by_nobody_the_claimant_is_owner(tax_office, somebody):
    outcome = registration.claim(stated(), by=somebody)
    company = Company.objects.get()
    assert (outcome.answer, outcome.company) == (Answer.GRANTED, company)
    assert (company.business_number, company.name_ko, company.opened_on) == (
        number(1),
        "강변식품",
        dt.date(2015, 3, 2),
    )
    assert [(m.user, m.role) for m in Member.objects.all()] == [(somebody, "owner")]
    claim = Claim.objects.get()
    assert (claim.method, claim.state, claim.decided_by) == ("tax_office", "granted", None)
    assert StatusCheck.objects.get().status == "active"
    assert Contact.objects.get().name == "김가상"
    assert Message.objects.count() == 0


@pytest.mark.parametrize("written", ["{0}-{1}-{2}", " {0} {1} {2} "])
def test_the_number_may_be_written_in_any_way(tax_office, somebody, written):
    digits = number(1)
    text = written.format(digits[:3], digits[3:5], digits[5:])
    assert registration.claim(stated(business_number=text), by=somebody).answer is Answer.GRANTED


def test_a_wrong_check_digit_is_refused_before_anybody_is_asked(tax_office, somebody):
    wrong = number(1)[:9] + str((int(number(1)[9]) + 1) % 10)
    with broken("not_valid") as refusal:
        registration.claim(stated(business_number=wrong), by=somebody)
    assert refusal.value.fields == ("business_number",)
    assert tax_office.manner.calls == []


def test_not_confirmed_nothing_is_written(tax_office, somebody):
    outcome = registration.claim(stated(representative="김가짜"), by=somebody)
    assert (outcome.answer, outcome.company) == (Answer.NOT_CONFIRMED, None)
    assert not Company.objects.exists()
    assert not Claim.objects.exists()


def test_without_a_key_the_answer_is_no_answer(tax_office, somebody, settings):
    settings.NARU_TAX_OFFICE_KEY = ""
    outcome = registration.claim(stated(), by=somebody)
    assert (outcome.answer, outcome.why) == (Answer.NO_ANSWER, "no_key")
    assert not Company.objects.exists()


def test_with_a_certificate_staff_decide(tax_office, somebody, settings):
    settings.NARU_TAX_OFFICE_KEY = ""
    outcome = registration.claim(stated(), by=somebody, certificate=paper())
    assert (outcome.answer, outcome.company) == (Answer.WAITING, None)
    claim = Claim.objects.get()
    assert (claim.state, claim.method, claim.stated_representative) == ("waiting", "certificate", "김가상")
    assert StatusCheck.objects.get().why_not == "no_key"
    assert not Member.objects.exists()
    with broken("in_quarantine"):
        registration.grant(claim, by=people.officer("officer"))
    all_pass()
    registration.grant(claim, by=people.officer("officer"))
    assert [(m.user, m.role) for m in Member.objects.all()] == [(somebody, "owner")]
    message = Message.objects.get()
    assert message.recipients == [somebody.email]
    assert "강변식품" in message.subject


def test_a_file_that_is_no_certificate_is_refused_and_nothing_stays(tax_office, somebody):
    with broken("file_type"):
        registration.claim(
            stated(representative="김가짜"),
            by=somebody,
            certificate=SimpleUploadedFile("x.pdf", b"MZ not a pdf"),
        )
    assert not Company.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_refusal_goes_to_the_claimant_with_its_reason(tax_office, somebody):
    registration.claim(stated(representative="김가짜"), by=somebody, certificate=paper())
    claim = Claim.objects.get()
    register.seen_by(claim.company)
    officer = people.officer("officer")
    with broken("reason_missing"):
        registration.refuse(claim, reason=" ", by=officer)
    registration.refuse(claim, reason="사진이 흐립니다.", by=officer)
    claim.refresh_from_db()
    assert (claim.state, claim.decided_by, claim.reason) == ("refused", officer, "사진이 흐립니다.")
    assert "사진이 흐립니다." in Message.objects.get().body
    with broken("already_decided"):
        registration.grant(claim, by=officer)
    assert not Member.objects.exists()


def test_a_later_claimant_is_sent_to_the_owners(tax_office, somebody):
    company = register.company(1)
    owner = register.member(company)
    register.member(company, "editor")
    outcome = registration.claim(stated(), by=somebody)
    assert (outcome.answer, outcome.company) == (Answer.OWNER_ASKED, None)
    message = Message.objects.get()
    assert message.recipients == [owner.email]
    assert somebody.email in message.body
    assert somebody.name in message.body
    assert "김가상" not in message.body
    assert not Member.objects.filter(user=somebody).exists()
    registration.claim(stated(), by=somebody)
    assert Message.objects.count() == 1
    assert Claim.objects.count() == 1


def test_the_owner_s_facts_stay_when_somebody_else_claims(tax_office, somebody):
    company = register.company(1)
    register.member(company)
    registration.claim(stated(name_ko="가로챈 이름"), by=somebody)
    registration.claim(stated(name_ko="가로챈 이름", representative="아님"), by=somebody, certificate=paper())
    company.refresh_from_db()
    assert company.name_ko == "한강식품1"


def test_a_company_that_the_agency_entered_keeps_its_facts_when_claimed(tax_office, somebody):
    company = register.company(1)
    register.seen_by(company)
    assert registration.claim(stated(), by=somebody).answer is Answer.GRANTED
    company.refresh_from_db()
    assert company.name_ko == "한강식품1"


def test_what_a_stranger_stated_gives_way_to_the_confirmed_claim(tax_office, somebody):
    stranger = people.user("stranger@other.example")
    registration.claim(stated(representative="남", name_ko="우스운 이름"), by=stranger, certificate=paper())
    assert Company.objects.get().name_ko == "우스운 이름"
    assert registration.claim(stated(), by=somebody).answer is Answer.GRANTED
    assert Company.objects.get().name_ko == "강변식품"


def test_what_is_told_does_not_depend_on_what_the_register_knows(tax_office, somebody):
    """Known and owned, known and free, unknown: without confirmation all three answer alike."""
    register.member(register.company(1))
    register.company(2)
    answers = [registration.claim(stated(serial, representative="남"), by=somebody) for serial in (1, 2, 7)]
    assert answers == [registration.Outcome(Answer.NOT_CONFIRMED)] * 3
    answers = [
        registration.claim(stated(serial, representative="남"), by=somebody, certificate=paper())
        for serial in (1, 2, 7)
    ]
    assert answers == [registration.Outcome(Answer.WAITING)] * 3


def test_a_member_is_shown_the_company_and_nobody_is_asked(tax_office, somebody):
    company = register.company(1)
    register.member(company, "reader", somebody.email)
    assert registration.claim(stated(), by=somebody) == registration.Outcome(Answer.MEMBER, company)
    assert tax_office.manner.calls == []


def test_guessing_is_limited(tax_office, somebody):
    for day in range(1, 11):
        registration.claim(stated(opened_on=dt.date(2015, 4, day)), by=somebody)
    with broken("too_many_attempts"):
        registration.claim(stated(), by=somebody)
    assert len(tax_office.manner.calls) == 10
    assert registration.claim(stated(), by=people.user("other@firm.example")).answer is Answer.GRANTED
    cache.clear()


def test_an_hour_counts_from_each_try(tax_office, somebody, move_clock):
    """Ten tries, eight at once and two half an hour later: an hour after the first, eight are free again."""
    start = clock.now()
    for day in range(1, 11):
        if day in {1, 9}:
            move_clock(start + dt.timedelta(minutes=0 if day == 1 else 30))
        registration.claim(stated(opened_on=dt.date(2015, 4, day)), by=somebody)
    move_clock(start + dt.timedelta(minutes=62))
    for day in range(1, 9):
        registration.claim(stated(opened_on=dt.date(2015, 4, day)), by=somebody)
    with broken("too_many_attempts"):
        registration.claim(stated(opened_on=dt.date(2015, 4, 9)), by=somebody)
    cache.clear()


@pytest.mark.django_db(transaction=True)
def test_guesses_at_once_are_counted_one_by_one(tax_office, somebody):
    start = threading.Barrier(30)
    refused: list[str] = []

    def guess(day: int) -> None:
        try:
            start.wait()
            registration.claim(stated(opened_on=dt.date(2015, 4, day)), by=somebody)
        except RuleBroken as error:
            refused.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess, args=[day + 1]) for day in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tax_office.manner.calls) == 10
    assert refused == ["too_many_attempts"] * 20
    cache.clear()


def test_a_person_has_few_claims_waiting_at_once(tax_office, somebody):
    for serial in range(11, 16):
        registration.claim(stated(serial), by=somebody, certificate=paper())
    with broken("too_many_waiting"):
        registration.claim(stated(16), by=somebody, certificate=paper())
    assert not Company.objects.filter(business_number=number(16)).exists()


# Who of the staff may decide


def waiting_claim(serial: int = 7, by=None) -> Claim:
    by = by or people.user("claimant@firm.example")
    registration.claim(stated(serial), by=by, certificate=paper())
    all_pass()
    return Claim.objects.get(user=by, company__business_number=number(serial))


@pytest.mark.parametrize("role", ["manager", "officer"])
@pytest.mark.parametrize("agency", ["SBA", "BPA"])
def test_staff_of_any_agency_decide_about_a_company_that_no_agency_sees(tax_office, role, agency):
    registration.grant(waiting_claim(), by=people.officer(role, agency))
    assert Claim.objects.get().state == "granted"


@pytest.mark.parametrize("role", ["auditor", "finance"])
def test_those_who_only_read_do_not_decide(tax_office, role):
    claim = waiting_claim()
    with broken("not_staff"):
        registration.grant(claim, by=people.officer(role))


@pytest.mark.parametrize("is_owned", [False, True])
def test_a_company_is_decided_about_by_an_agency_that_sees_it(tax_office, is_owned):
    company = register.company(7)
    if is_owned:
        register.member(company)
    register.seen_by(company, "SBA")
    claim = waiting_claim()
    assert list(Claim.objects.visible_to(people.officer("officer", "BPA"))) == []
    assert list(Claim.objects.visible_to(people.officer("officer", "SBA"))) == [claim]
    with broken("not_staff"):
        registration.grant(claim, by=people.officer("officer", "BPA"))
    registration.grant(claim, by=people.officer("officer", "SBA"))
    assert Member.objects.filter(company=company, role="owner", ended_at=None).count() == 1 + is_owned


def test_reading_in_one_agency_and_deciding_in_another_is_not_deciding(tax_office):
    """An auditor of the agency that sees the company, who is an officer elsewhere."""
    company = register.company(7)
    register.seen_by(company, "SBA")
    claim = waiting_claim()
    auditor = people.officer("auditor", "SBA")
    people.officer("officer", "BPA", auditor.email)
    with broken("not_staff"):
        registration.grant(claim, by=auditor)


def test_nobody_decides_their_own_claim(tax_office):
    officer = people.officer("officer")
    claim = waiting_claim(by=officer)
    with broken("own_claim"):
        registration.grant(claim, by=officer)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_known", [False, True])
def test_of_two_claims_at_once_one_makes_an_owner(tax_office, is_known):
    """Twelve confirmed claimants at the same moment, of a new company (they meet at its unique number) and of one that
    nobody owns (they meet at its lock): one owner, eleven sent to the owner."""
    if is_known:
        register.company(1)
    claimants = [people.user(f"claimant{each}@firm.example") for each in range(12)]
    start = threading.Barrier(len(claimants))
    answers: list[object] = []

    def run(user) -> None:
        try:
            start.wait()
            # However busy the machine is: nobody's question to the tax office runs out of time here.
            answers.append(registration.claim(stated(), by=user, office=TaxOffice(patience=60)).answer)
        except Exception as error:
            answers.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[user]) for user in claimants]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(answer) for answer in answers) == ["granted"] + ["owner_asked"] * 11
    assert Company.objects.count() == 1
    assert Member.objects.filter(role="owner").count() == 1


def test_a_claim_that_fails_half_way_leaves_nothing(tax_office, somebody):
    with pytest.raises(RuntimeError), transaction.atomic():
        registration.claim(stated(), by=somebody)
        raise RuntimeError
    assert not Company.objects.exists()
    assert not Message.objects.exists()
