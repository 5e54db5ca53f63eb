"""Consents in versions, and who may know the people of a company."""

from __future__ import annotations

import datetime as dt

import pytest

from companies import queries
from companies.domain import consents
from companies.models import Consent, ConsentText
from ground import clock
from tests.broken import broken
from tests.factories import people, register, ties
from tests.factories.consents import given, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return register.company(1)


@pytest.fixture
def owner(company):
    return register.member(company)


def test_a_consent_is_a_record_of_the_version_and_given_once(company, owner):
    first = consents.give(text(), company, by=owner)
    again = consents.give(first.text, company, by=owner)
    assert again == first
    assert (first.text.version, first.given_by, first.withdrawn_at) == (1, owner, None)


def test_only_the_version_in_force_can_be_agreed_to(company, owner):
    old = text(version=1)
    new = text(version=2)
    later = text(version=3, from_on=clock.today() + dt.timedelta(1))
    off = text("other", disabled_on=clock.today())
    for each in (old, later, off):
        with broken("not_in_force"):
            consents.give(each, company, by=owner)
    assert consents.give(new, company, by=owner).text == new


def test_a_consent_is_withdrawn_never_deleted_and_can_be_given_again(company, owner):
    consent = consents.give(text(), company, by=owner)
    consents.withdraw(consent, by=owner)
    with broken("withdrawn"):
        consents.withdraw(consent, by=owner)
    again = consents.give(consent.text, company, by=owner)
    assert again != consent
    assert Consent.objects.count() == 2


def test_a_consent_whose_period_is_over_is_closed_and_renewed(company, owner, move_clock):
    consent = consents.give(text(months=1), company, by=owner)
    move_clock(consent.given_at + dt.timedelta(days=32))
    again = consents.give(consent.text, company, by=owner)
    consent.refresh_from_db()
    assert again != consent
    assert dt.timedelta(27) < consent.withdrawn_at - consent.given_at < dt.timedelta(32)


def test_readers_and_strangers_decide_nothing(company, owner):
    consent = consents.give(text(), company, by=owner)
    other = text("other")
    for by in (
        register.member(company, "reader"),
        register.member(register.company(2)),
        people.officer("manager"),
    ):
        with broken("read_only"):
            consents.give(other, company, by=by)
        with broken("read_only"):
            consents.withdraw(consent, by=by)


WORDING = {
    "kind": "required", "title_ko": "제목", "body_ko": "본문", "items_ko": "이름", "months": 12,
    "from_on": dt.date(2020, 1, 1),
}  # fmt: skip


def test_a_change_of_wording_is_a_new_version():
    officer = people.officer("officer")
    agency = people.agency()
    first = consents.publish_text(agency, code="contact", wording=WORDING, by=officer)
    second = consents.publish_text(
        agency, code="contact", wording={**WORDING, "body_ko": "새 본문"}, by=officer
    )
    assert (first.version, second.version) == (1, 2)
    assert ConsentText.objects.get(version=1).body_ko == "본문"
    other = consents.publish_text(
        people.agency("BPA"), code="contact", wording=WORDING, by=people.officer("officer", "BPA")
    )
    assert other.version == 1


def test_a_transfer_abroad_names_receiver_and_country():
    with broken("not_valid"):
        consents.publish_text(
            people.agency(),
            code="abroad",
            wording={**WORDING, "kind": "abroad"},
            by=people.officer("officer"),
        )


@pytest.mark.parametrize(("role", "agency"), [("auditor", "SBA"), ("finance", "SBA"), ("manager", "BPA")])
def test_texts_belong_to_their_agency(role, agency):
    by = people.officer(role, agency)
    with broken("not_staff"):
        consents.publish_text(people.agency("SBA"), code="contact", wording=WORDING, by=by)
    with broken("not_staff"):
        consents.switch_off_text(text(), by=by)


def test_a_text_is_switched_off_and_consents_stay(company):
    consent = given(company, text())
    consents.switch_off_text(consent.text, by=people.officer("officer"))
    with broken("switched_off"):
        consents.switch_off_text(consent.text, by=people.officer("officer"))
    assert Consent.objects.standing_at(clock.now()).count() == 1


def test_when_the_version_in_force_is_switched_off_no_earlier_one_comes_back(company, owner):
    register.seen_by(company, "SBA")
    old = text(version=1)
    new = text(version=2)
    assert list(consents.in_force(people.agency()).values()) == [new]
    consents.switch_off_text(new, by=people.officer("officer"))
    assert consents.in_force() == {}
    assert queries.texts_to_ask(company, clock.now()) == []
    for each in (old, new):
        with broken("not_in_force"):
            consents.give(each, company, by=owner)
    third = text(version=3)
    assert list(consents.in_force().values()) == [third]


def test_a_version_withdrawn_before_its_first_day_leaves_the_present_one_in_force(move_clock):
    present = text(version=1)
    coming = text(version=2, from_on=clock.today() + dt.timedelta(3))
    consents.switch_off_text(coming, by=people.officer("officer"))
    move_clock(clock.now() + dt.timedelta(days=10))
    assert list(consents.in_force().values()) == [present]


def test_an_earlier_version_that_is_switched_off_takes_nothing_away():
    old = text(version=1)
    new = text(version=2)
    consents.switch_off_text(old, by=people.officer("officer"))
    assert list(consents.in_force().values()) == [new]


def test_a_company_is_asked_by_agencies_that_see_it_only(company):
    mine, _foreign = text("a"), text("b", agency_code="BPA")
    old = text("c", version=1)
    new = text("c", version=2)
    given(company, old)
    register.seen_by(company, "SBA")
    assert set(queries.texts_to_ask(company, clock.now())) == {mine, new}
    given(company, mine)
    assert set(queries.texts_to_ask(company, clock.now())) == {new}


# Who may know the people


def knows(user, company) -> bool:
    return queries.contacts_visible_to(user, company).exists()


def organization(kind: str = "partner", country: str = "CL"):
    return people.organization(kind, f"{kind} {country}", country), people.organization_member(
        kind, f"{kind} {country}", country
    )


def test_members_and_seeing_staff_know_them_strangers_do_not(company, owner):
    register.seen_by(company, "SBA")
    knowing = [owner, register.member(company, "reader"), people.officer("auditor", "SBA")]
    ignorant = [
        people.officer("manager", "BPA"),
        register.member(register.company(2)),
        people.user("x@naru.example"),
    ]
    assert [knows(user, company) for user in knowing] == [True] * 3
    assert [knows(user, company) for user in ignorant] == [False] * 3


@pytest.mark.parametrize("kind", ["partner", "provider"])
@pytest.mark.parametrize(
    ("country", "consent_kind", "expected"),
    [
        ("CL", None, False),
        ("CL", "required", False),
        ("CL", "third_party", False),
        ("CL", "abroad", True),
        ("KR", "abroad", False),
        ("KR", "third_party", True),
    ],
)
def test_an_organization_knows_them_only_by_the_right_consent(company, kind, country, consent_kind, expected):
    body, user = organization(kind, country)
    ties.partner(body, company)
    if consent_kind:
        given(company, text(kind=consent_kind, receiver=body))
    assert knows(user, company) is expected


def test_the_consent_must_name_that_organization(company):
    body, user = organization("partner", "CL")
    other = people.organization("partner", "다른 파트너", "CL")
    ties.partner(body, company)
    given(company, text(kind="abroad", receiver=other))
    assert not knows(user, company)


def test_the_consent_must_be_of_that_company(company):
    body, user = organization("partner", "CL")
    ties.partner(body, company)
    given(register.company(2), text(kind="abroad", receiver=body))
    assert not knows(user, company)


def test_a_consent_without_sight_opens_nothing(company):
    body, user = organization("partner", "CL")
    given(company, text(kind="abroad", receiver=body))
    assert not knows(user, company)


def test_a_withdrawn_consent_closes_at_once(company):
    body, user = organization("partner", "CL")
    ties.partner(body, company)
    consent = given(company, text(kind="abroad", receiver=body))
    assert knows(user, company)
    consents.withdraw(consent, by=register.member(company))
    assert not knows(user, company)


def test_a_consent_ends_with_its_period(company, move_clock):
    body, user = organization("partner", "CL")
    ties.partner(body, company)
    consent = given(company, text(kind="abroad", receiver=body, months=1))
    ends_at = Consent.objects.with_end().get().ends_at
    move_clock(ends_at - dt.timedelta(seconds=20))
    assert knows(user, company)
    move_clock(ends_at)
    assert not knows(user, company)
    assert consent.given_at < ends_at


def test_who_left_the_organization_knows_nothing(company):
    body, user = organization("partner", "CL")
    ties.partner(body, company)
    given(company, text(kind="abroad", receiver=body))
    body.members.update(ended_at=clock.now())
    assert not knows(user, company)


def test_a_supervising_body_never_knows_people(company):
    body, user = organization("supervising", "KR")
    ties.partner(body, company)
    given(company, text(kind="third_party", receiver=body))
    assert not knows(user, company)
