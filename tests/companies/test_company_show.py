"""A company's own page, the choice between several, and what organizations see."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from companies.models import Contact, YearlyFigure
from ground import clock
from tests.factories import people, register, ties
from tests.factories.consents import given, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return register.company(1)


def page(client, user, address="/company/"):
    client.force_login(user)
    return client.get(address)


def test_one_company_is_shown_several_are_chosen_from(english, company):
    owner = register.member(company)
    assert "Hangang Foods 1" in page(english, owner).content.decode()
    second = register.company(2)
    register.member(second, "reader", owner.email)
    content = page(english, owner).content.decode()
    assert f"?company={company.pk}" in content
    assert f"?company={second.pk}" in content
    assert "Which company?" in content
    assert "Hangang Foods 2" in page(english, owner, f"/company/?company={second.pk}").content.decode()


@pytest.mark.parametrize("wanted", ["{other}", "x", "00000000-0000-0000-0000-000000000000", "' OR 1=1"])
def test_another_company_does_not_exist(english, company, wanted):
    other = register.company(2)
    response = page(english, register.member(company), f"/company/?company={wanted.format(other=other.pk)}")
    assert response.status_code == 404


def test_a_former_member_is_led_to_register(english, company):
    reader = register.member(company, "reader")
    reader.company_members.update(ended_at=clock.now())
    assert page(english, reader)["Location"] == reverse("company_register")
    assert page(english, reader, f"/company/?company={company.pk}").status_code == 404


def test_the_page_says_what_is_there_and_what_is_missing(english, company, move_clock):
    move_clock(dt.datetime(2025, 6, 1, tzinfo=clock.SEOUL))
    owner = register.member(company)
    content = page(english, owner).content.decode()
    for sentence in (
        "No certificate yet",
        "No figures yet",
        "No product yet",
        "No industry yet",
        "tax office: not checked",
    ):
        assert sentence in content, sentence
    register.certificate(company, valid_until=dt.date(2025, 6, 11))
    register.certificate(company, valid_until=dt.date(2025, 5, 31), kind="OTHER")
    register.status(company, "suspended")
    YearlyFigure.objects.create(company=company, year=2024, sales_amount=1200000, export_amount="1.50")
    content = page(english, owner).content.decode()
    assert "10 days left" in content
    assert "no longer valid" in content
    assert "suspended" in content
    assert "1,200,000" in content
    assert ">2024<" in content


def test_not_checked_is_never_shown_as_fine(english, company):
    owner = register.member(company)
    register.status(company, "not_checked")
    content = page(english, owner).content.decode()
    assert '<span class="badge tone-neutral">tax office: not checked</span>' in content
    assert "in business" not in content


def test_a_reader_sees_all_and_no_way_to_change(english, company):
    register.product(company)
    content = page(english, register.member(company, "reader")).content.decode()
    assert "You may read this company but not change it" in content
    for route in ("company_edit", "place_add", "industry_edit", "figure_edit", "certificate_add"):
        assert reverse(route, kwargs={"pk": company.pk}) not in content


def test_what_people_typed_is_shown_as_text(english, company):
    company.name_en = "<script>alert(1)</script>"
    company.save()
    content = page(english, register.member(company)).content.decode()
    assert "<script>alert(1)" not in content
    assert "&lt;script&gt;" in content


# An invitation's page


def test_an_invitation_names_the_company_to_the_invited_only(english, company):
    from companies.domain import membership
    from ground.models import Message
    from tests.companies.test_membership import token_of

    owner = register.member(company)
    membership.invite(company, email="new@firm.example", role="editor", by=owner)
    address = reverse("invitation_accept", kwargs={"token": token_of(Message.objects.get())})
    thief = page(english, people.user("thief@other.example"), address)
    assert thief.status_code == 409
    assert "Hangang" not in thief.content.decode()
    assert owner.name not in thief.content.decode()
    english.force_login(people.user("thief@other.example"))
    assert english.post(address).status_code == 409
    invited = page(english, people.user("new@firm.example"), address)
    assert invited.status_code == 200
    assert "Hangang Foods 1" in invited.content.decode()
    assert english.post(address)["Location"] == f"/company/?company={company.pk}"
    assert english.post(address).status_code == 409
    assert page(english, owner, reverse("invitation_accept", kwargs={"token": "guess"})).status_code == 404


# What organizations see


@pytest.fixture
def partner(company):
    ties.partner(people.organization("partner", "메르카도", "CL"), company)
    return people.organization_member("partner", "메르카도", "CL")


def test_a_partner_abroad_sees_facts_and_people_only_with_consent(english, company, partner):
    register.product(company)
    Contact.objects.filter(company=company).update(
        name="나루터", email="ceo@firm.example", phone="010-0000-0000"
    )
    address = reverse("company_facts", kwargs={"pk": company.pk})
    content = page(english, partner, address).content.decode()
    assert "Seaweed snack" in content
    assert "has not agreed" in content
    for secret in ("나루터", "ceo@firm.example", "010-0000-0000"):
        assert secret not in content
    given(company, text(kind="abroad", receiver=people.organization("partner", "메르카도", "CL")))
    content = page(english, partner, address).content.decode()
    for known in ("나루터", "ceo@firm.example", "010-0000-0000"):
        assert known in content


def test_a_partner_sees_companies_of_its_own_only(english, company, partner):
    other = register.company(2)
    content = page(english, partner, reverse("company_list")).content.decode()
    assert "Hangang Foods 1" in content
    assert "Hangang Foods 2" not in content
    assert page(english, partner, reverse("company_facts", kwargs={"pk": other.pk})).status_code == 404
    assert (
        "No company has this name"
        in page(english, partner, reverse("company_list") + "?q=Foods 2").content.decode()
    )
    assert "Hangang Foods 1" in page(english, partner, reverse("company_list") + "?q=foods").content.decode()


def test_a_partner_s_pages_show_no_address_of_a_place(english, company, partner):
    content = page(english, partner, reverse("company_facts", kwargs={"pk": company.pk})).content.decode()
    assert "Seoul" in content
    assert "가상로" not in content


def test_lists_of_companies_do_not_ask_per_row(english, company, partner, django_assert_num_queries):
    from tests.companies.test_pages import queries

    english.force_login(partner)
    one = queries(english, reverse("company_list"))
    for serial in (2, 3):
        ties.partner(people.organization("partner", "메르카도", "CL"), register.company(serial))
    assert one[0] == 3
    assert queries(english, reverse("company_list")) == one
