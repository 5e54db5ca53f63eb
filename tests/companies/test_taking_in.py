"""The agency's own list: what it may bring in and what it may not touch."""

from __future__ import annotations

import pytest

from companies.domain import taking_in
from companies.models import Company, Sight
from tests.broken import broken
from tests.factories import people, register

pytestmark = pytest.mark.django_db


def take_in(serial: int, name: str = "바른이름", role: str = "officer", agency: str = "SBA") -> Company:
    company = Company(business_number=register.number(serial), name_ko=name)
    return taking_in.take_in(company, agency=people.agency("SBA"), by=people.officer(role, agency))


def seeing() -> set[tuple[str, str, str]]:
    return {
        (s.company.business_number, s.agency.code, s.cause)
        for s in Sight.objects.select_related("company", "agency")
    }


def test_a_new_company_is_seen_by_the_agency():
    take_in(1)
    assert seeing() == {(register.number(1), "SBA", "register import")}


@pytest.mark.parametrize(
    ("role", "agency"), [("auditor", "SBA"), ("finance", "SBA"), ("officer", "BPA"), ("manager", "BPA")]
)
def test_only_managers_and_officers_of_that_agency(role, agency):
    with broken("not_staff"):
        take_in(1, role=role, agency=agency)
    assert not Company.objects.exists()


def test_another_agency_s_company_stays_as_it_is_and_unseen():
    foreign = register.company(1)
    register.seen_by(foreign, "BPA")
    with broken("not_seen"):
        take_in(1)
    foreign.refresh_from_db()
    assert (foreign.name_ko, len(seeing())) == ("한강식품1", 1)


def test_a_company_that_registered_itself_stays_as_it_is_and_unseen():
    own = register.company(1)
    register.member(own)
    with broken("not_seen"):
        take_in(1)
    assert seeing() == set()


def test_facts_that_members_keep_are_not_overwritten():
    company = register.company(1)
    register.seen_by(company)
    register.member(company)
    with broken("kept_by_members"):
        take_in(1)
    company.refresh_from_db()
    assert company.name_ko == "한강식품1"


def test_a_company_in_which_nobody_has_a_part_is_taken_over():
    company = register.company(1)
    assert take_in(1).pk == company.pk
    company.refresh_from_db()
    assert company.name_ko == "바른이름"
    assert len(seeing()) == 1


def test_a_wrong_number_does_not_come_in():
    with broken("not_valid"):
        taking_in.take_in(
            Company(business_number="1234567890", name_ko="x"),
            agency=people.agency(),
            by=people.officer("officer"),
        )
