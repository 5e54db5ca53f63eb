"""The page on which a company comes into somebody's hands."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from companies.models import Claim, Company, Member
from tests.factories import people, register
from tests.factories.register import number

pytestmark = pytest.mark.django_db
ADDRESS = "/company/register/"


@pytest.fixture
def signed_in(english):
    cache.clear()
    english.force_login(people.user("somebody@firm.example"))
    return english


def typed(serial: int = 1, **fields):
    return {
        "business_number": number(serial),
        "representative": "김가상",
        "opened_on": "2015-03-02",
        "name_ko": "강변식품",
        **fields,
    }


def paper():
    return SimpleUploadedFile("등록증.pdf", b"%PDF-1.7 made up", "application/pdf")


def body(response) -> str:
    """The page without what is new on each page."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", response.content.decode())


def test_who_has_no_company_is_led_here(signed_in):
    response = signed_in.get(reverse("company_show"))
    assert (response.status_code, response["Location"]) == (302, ADDRESS)
    assert signed_in.get(ADDRESS).status_code == 200


def test_a_confirmed_company_opens_at_once(signed_in, tax_office):
    response = signed_in.post(ADDRESS, typed(), follow=True)
    company = Company.objects.get()
    assert response.redirect_chain == [(f"/company/?company={company.pk}", 302)]
    assert "강변식품" in response.content.decode()
    assert Member.objects.get().role == "owner"


def test_not_confirmed_the_page_asks_for_the_certificate_and_keeps_what_was_typed(signed_in, tax_office):
    response = signed_in.post(ADDRESS, typed(representative="남이름"))
    content = response.content.decode()
    assert response.status_code == 200
    assert 'name="certificate"' in content
    assert 'name="with_certificate"' in content
    assert 'value="남이름"' in content
    assert "does not confirm" in content
    assert not Claim.objects.exists()
    response = signed_in.post(
        ADDRESS,
        {**typed(representative="남이름"), "with_certificate": "1", "certificate": paper()},
        follow=True,
    )
    assert response.redirect_chain == [(f"{ADDRESS}?done=waiting", 302)]
    assert "강변식품" in response.content.decode()
    assert Claim.objects.get().file.name == "등록증.pdf"


def test_the_second_try_may_be_confirmed_without_a_certificate(signed_in, tax_office):
    signed_in.post(ADDRESS, typed(representative="남이름"))
    response = signed_in.post(ADDRESS, {**typed(), "with_certificate": "1"})
    assert response["Location"] == f"/company/?company={Company.objects.get().pk}"


def test_silence_is_not_called_a_mismatch(signed_in, tax_office):
    tax_office.manner.raw = b"?"
    content = signed_in.post(ADDRESS, typed()).content.decode()
    assert "could not be read" in content
    assert "does not confirm" not in content
    assert 'name="certificate"' in content


def test_a_wrong_check_digit_is_told_beside_the_field(signed_in, tax_office):
    content = signed_in.post(ADDRESS, typed(business_number="1234567890")).content.decode()
    assert "its last digit does not fit" in content
    assert 'href="#id_business_number"' in content
    assert tax_office.manner.calls == []


def test_the_pages_are_alike_whatever_the_register_knows(signed_in, tax_office):
    """Owned, free and unknown companies cannot be told apart by somebody whose entries are not confirmed."""
    register.member(register.company(1))
    register.company(2)
    pages = [body(signed_in.post(ADDRESS, typed(serial, representative="남"))) for serial in (1, 2, 7)]
    plain = [page.replace(number(serial), "N") for page, serial in zip(pages, (1, 2, 7), strict=True)]
    assert plain[0] == plain[1] == plain[2]
    assert "Hangang" not in pages[0]
    assert "한강식품" not in pages[0]


def test_with_a_certificate_they_are_alike_too(signed_in, tax_office):
    register.member(register.company(1))
    register.company(2)
    pages = []
    for serial in (1, 2, 7):
        response = signed_in.post(
            ADDRESS,
            {**typed(serial, representative="남"), "with_certificate": "1", "certificate": paper()},
            follow=True,
        )
        pages.append(body(response))
        Claim.objects.update(state="refused")
    pretty = [
        page.replace(f"{number(s)[:3]}-00-{number(s)[5:]}", "N")
        for page, s in zip(pages, (1, 2, 7), strict=True)
    ]
    times = [re.sub(r"\d+ \w+ \d{4} \d\d:\d\d KST", "T", page) for page in pretty]
    assert times[0] == times[1] == times[2]
    assert "한강식품" not in pages[0]


def test_the_owner_s_data_are_not_shown_to_a_later_claimant(signed_in, tax_office):
    owner = register.member(register.company(1))
    content = signed_in.post(ADDRESS, typed(), follow=True).content.decode()
    assert "registered already" in content
    assert owner.email not in content
    assert owner.name not in content


def test_another_person_s_waiting_claim_is_not_shown(signed_in, tax_office):
    Claim.objects.create(
        company=register.company(2),
        user=people.user("x@y.example"),
        method="certificate",
        stated_name="남의회사",
    )
    assert "남의회사" not in signed_in.get(ADDRESS).content.decode()


def test_too_many_tries_are_told_on_the_page(signed_in, tax_office):
    for _each in range(10):
        signed_in.post(ADDRESS, typed(representative="남"))
    assert "You have tried ten times" in signed_in.post(ADDRESS, typed()).content.decode()
    assert not Company.objects.exists()


def test_a_visitor_signs_in_first(english):
    response = english.get(ADDRESS)
    assert response.status_code == 302
    assert "/account/login/" in response["Location"]
