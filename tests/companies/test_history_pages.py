"""The history page of a company: what hangs on it, and of people only what the reader may know."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from companies.models import Ban, Company
from ground.audit import because
from ground.history import history_of
from tests.companies.test_company_admin import staff
from tests.companies.test_pages import queries
from tests.factories import consents, people, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    company = register.company(1)
    register.seen_by(company, "SBA")
    register.seen_by(company, "BPA")
    return company


def page(company: Company, role: str = "officer", agency: str = "SBA") -> str:
    address = reverse("admin:companies_company_history", args=[company.pk])
    return staff(role, agency).get(address).content.decode()


def changed_by(user, company: Company, website: str, reason: str, address: str) -> None:
    with because(reason, user=str(user.pk), address=address):
        company.website = website
        company.save()


def test_people_of_another_agency_and_of_the_company_have_no_name_here(company):
    mine, theirs = people.officer("manager", "SBA"), people.officer("manager", "BPA")
    owner = register.member(company)
    changed_by(mine, company, "https://one.example", "우리 사유", "192.0.2.1")
    changed_by(theirs, company, "https://two.example", "남의 사유", "192.0.2.2")
    changed_by(owner, company, "https://three.example", "회사의 사유", "192.0.2.3")
    content = page(company)
    assert [part in content for part in (mine.name, "우리 사유", "192.0.2.1")] == [True] * 3
    assert [
        part in content for part in (theirs.name, "남의 사유", "192.0.2.2", "회사의 사유", "192.0.2.3")
    ] == [False] * 5
    whose = [each.who for each in history_of(company, reader=mine)[:3]]
    assert whose == ["the company", "another agency", mine.name]
    assert [part in page(company, agency="BPA") for part in (mine.name, theirs.name)] == [False, True]
    operator = people.user("op@naru.example", is_operator=True)
    assert [each.who for each in history_of(company, reader=operator)[:2]] == [owner.name, theirs.name]


def test_what_hangs_on_the_company_is_told_on_its_page(company):
    """Who moved the head office the day before the call closed."""
    owner = register.member(company)
    with because("이전", user=str(owner.pk)):
        place = company.places.get()
        place.province = register.province("26")
        place.save()
    certificate = register.certificate(company)
    register.product(company, "P-77")
    content = page(company)
    assert [
        part in content
        for part in ("Seoul → Busan", "head office Busan", certificate.number, "P-77", owner.name)
    ] == [True] * 5  # the member's name stands in the membership, as on the company's page
    assert f'<span lang="ko">– → {company.name_ko}</span>' in content


def test_what_another_agency_decided_or_was_agreed_is_not_told(company):
    ban = {"from_on": dt.date(2025, 1, 1), "until_on": dt.date(2026, 1, 1)}
    for agency, reason in (("SBA", "우리 제한"), ("BPA", "남의 제한")):
        by = people.officer("manager", agency)
        Ban.objects.create(company=company, agency=people.agency(agency), decided_by=by, reason=reason, **ban)
        consents.given(company, consents.text(f"text-{agency.lower()}", agency_code=agency, title_en=reason))
    content = page(company)
    assert [part in content for part in ("우리 제한", "남의 제한", "BPA", "BPA manager")] == [
        True,
        False,
        False,
        False,
    ]


def test_the_page_asks_as_often_for_many_changes_as_for_one(company):
    client = staff("manager")
    address = reverse("admin:companies_company_history", args=[company.pk])
    for number in range(2):
        changed_by(people.officer("officer"), company, f"https://{number}.example", "x", "192.0.2.1")
    register.certificate(company)
    register.product(company, "P-1")
    register.member(company)
    few = queries(client, address)
    for number in range(2, 5):
        changed_by(
            people.user(f"u{number}@x.example"), company, f"https://{number}.example", "x", "192.0.2.1"
        )
        register.certificate(company, number=str(number))
        register.product(company, f"P-{number}")
        register.member(company, "reader", f"reader{number}@firm.example")
    assert queries(client, address) == few
