"""Staff look at claims."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from companies.domain import registration
from companies.domain.registration import Statement
from companies.models import Claim, Company, Member
from ground import files
from ground.models import Message
from tests.companies.test_company_admin import staff, url
from tests.companies.test_pages import browser, queries
from tests.factories import people, register
from tests.factories.passing import passed
from tests.factories.register import number

pytestmark = pytest.mark.django_db
LIST = reverse("admin:companies_claim_changelist")


def claim(serial: int = 7, email: str = "claimant@firm.example") -> Claim:
    user = people.user(email, name="신청인")
    registration.claim(
        Statement(number(serial), "김대표", dt.date(2015, 3, 2), f"강변식품{serial}"),
        by=user,
        certificate=SimpleUploadedFile("등록증.pdf", b"%PDF-1.7 made up"),
    )
    return Claim.objects.get(user=user, company__business_number=number(serial))


@pytest.fixture
def waiting(tax_office) -> Claim:
    return claim()


def change(record: Claim) -> str:
    return reverse("admin:companies_claim_change", args=[record.pk])


def test_staff_compare_what_was_stated_with_the_certificate(waiting):
    assert "등록증.pdf" not in staff().get(change(waiting)).content.decode()
    passed(waiting.file)
    content = staff().get(change(waiting)).content.decode()
    for part in (
        "강변식품7",
        "김대표",
        "신청인",
        "claimant@firm.example",
        "등록증.pdf",
        "Nobody owns this company yet",
    ):
        assert part in content, part
    assert files.may_read(people.officer("officer"), waiting.file)
    assert files.may_read(waiting.user, waiting.file)
    assert not files.may_read(people.user("x@y.example"), waiting.file)
    assert not files.may_read(people.organization_member("provider"), waiting.file)


def test_a_claim_is_granted_by_a_press(waiting):
    client = staff()
    assert "Nobody can open it." in client.post(url("claim_grant", waiting), follow=True).content.decode()
    passed(waiting.file)
    assert client.post(url("claim_grant", waiting))["Location"] == LIST
    assert client.get(change(waiting)).status_code == 404  # the agency has nothing to do with the company
    assert Member.objects.get().user == waiting.user
    assert Message.objects.get().recipients == ["claimant@firm.example"]


def test_a_refusal_asks_for_the_reason(waiting):
    register.seen_by(waiting.company)
    client = staff()
    assert client.get(url("claim_refuse", waiting)).status_code == 200
    assert client.post(url("claim_refuse", waiting), {"reason": " "}).status_code == 200
    assert Claim.objects.get().state == "waiting"
    client.post(url("claim_refuse", waiting), {"reason": "흐린 사진"})
    assert Claim.objects.get().state == "refused"
    assert "흐린 사진" in client.get(change(waiting)).content.decode()


@pytest.mark.parametrize("role", ["auditor", "finance"])
def test_those_who_only_read_decide_nothing(waiting, role):
    client = staff(role)
    assert client.get(change(waiting)).status_code == 200
    assert client.post(url("claim_grant", waiting)).status_code == 404
    assert client.post(url("claim_refuse", waiting), {"reason": "x"}).status_code == 404
    assert "Grant the claim" not in client.get(change(waiting)).content.decode()
    assert Claim.objects.get().state == "waiting"


@pytest.mark.parametrize("is_owned", [False, True])
def test_a_claim_to_a_company_of_another_agency_does_not_exist(waiting, is_owned):
    company = Company.objects.get()
    if is_owned:
        register.member(company)
    register.seen_by(company, "BPA")
    client = staff("manager", "SBA")
    assert client.get(change(waiting)).status_code == 404
    assert client.post(url("claim_grant", waiting)).status_code == 404
    assert client.post(url("claim_refuse", waiting), {"reason": "x"}).status_code == 404
    assert str(waiting.pk) not in client.get(LIST).content.decode()
    assert not files.may_read(people.officer("manager", "SBA"), waiting.file)
    assert staff("officer", "BPA").get(change(waiting)).status_code == 200


def test_two_officers_at_once_decide_once(waiting):
    register.seen_by(waiting.company)
    passed(waiting.file)
    staff().post(url("claim_grant", waiting))
    response = staff("manager").post(url("claim_refuse", waiting), {"reason": "x"})
    assert "decided already" in response.content.decode()
    assert Claim.objects.get().state == "granted"


def test_claims_of_a_company_without_an_agency_are_shown_while_somebody_must_look(tax_office):
    """Neither what the tax office settled nor what was decided stays on any agency's list."""
    confirmed = people.user("confirmed@firm.example", name="확인된")
    registration.claim(Statement(number(1), "김가상", dt.date(2015, 3, 2), "한강식품"), by=confirmed)
    later = people.user("later@firm.example", name="나중에")
    registration.claim(Statement(number(1), "김가상", dt.date(2015, 3, 2), "한강식품"), by=later)
    decided = claim(8)
    registration.refuse(decided, reason="흐린 사진", by=people.officer("officer"))
    assert sorted(Claim.objects.values_list("method", "state")) == [
        ("certificate", "refused"),
        ("tax_office", "granted"),
        ("tax_office", "waiting"),
    ]
    for role, agency in (("officer", "SBA"), ("manager", "BPA")):
        user = people.officer(role, agency)
        assert list(Claim.objects.visible_to(user)) == []
        assert not files.may_read(user, decided.file)
    register.seen_by(Company.objects.get(business_number=number(1)))
    assert Claim.objects.visible_to(people.officer("officer")).count() == 2
    assert list(Claim.objects.visible_to(people.officer("manager", "BPA"))) == []


def test_what_the_tax_office_is_asked_about_waits_for_nobody_else(waiting, tax_office):
    company = register.company(1)
    register.seen_by(company)
    owner = register.member(company)
    user = people.officer("officer", email="both@sba.example")
    statement = Statement(number(1), "김가상", dt.date(2015, 3, 2), "한강식품")
    tax_office.manner.http_status = 500
    registration.claim(statement, by=user)
    asked = Claim.objects.get(user=user)
    client = staff()
    page = client.get(change(asked)).content.decode()
    assert "Nothing: the tax office is asked again" in page
    assert [word for word in ("Grant the claim", "Refuse the claim") if word in page] == []
    assert "Nothing: the tax office" not in client.get(change(waiting)).content.decode()
    for place in (page, client.get(LIST).content.decode()):
        assert "waits for the tax office" in place
    assert user.email not in browser(owner).get(f"/company/{company.pk}/members/").content.decode()
    waiting_for = lambda role: list(Claim.objects.for_staff(people.officer(role)))  # noqa: E731
    assert [waiting_for(role) for role in ("officer", "manager", "auditor")] == [[waiting], [waiting], []]

    tax_office.manner.http_status = 200
    registration.ask_again(asked.pk)
    assert "Grant the claim" in client.get(change(asked)).content.decode()
    assert user.email in browser(owner).get(f"/company/{company.pk}/members/").content.decode()
    assert set(waiting_for("officer")) == {asked, waiting}
    assert list(Claim.objects.for_staff(user)) == [waiting]  # not their own


def test_members_and_visitors_see_no_claims(waiting):
    assert browser(register.member(register.company(2))).get(LIST).status_code == 404
    assert browser(waiting.user).get(change(waiting)).status_code == 404


def test_the_list_does_not_ask_per_row(waiting):
    client = staff()
    one = queries(client, LIST)
    claim(8, "b@firm.example")
    claim(9, "c@firm.example")
    assert one[0] == 3
    assert queries(client, LIST) == one
