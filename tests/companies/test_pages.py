"""Every page of the company floor: strangers get 404, readers change nothing, owners get through, queries do not grow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from companies.domain import membership
from companies.models import (
    Certificate,
    Company,
    CompanyIndustry,
    Consent,
    Contact,
    Invitation,
    Member,
    Place,
    Product,
    Support,
    YearlyFigure,
)
from ground.models import Industry
from tests.factories import people, register
from tests.factories.consents import given, text

pytestmark = pytest.mark.django_db


def industry(code: str = "C") -> Industry:
    return Industry.objects.get_or_create(
        id=f"11:{code}", defaults={"revision": 11, "code": code, "name_ko": f"업종 {code}"}
    )[0]


class World:
    """A company with one of everything, and the browsers of six strangers to it."""

    def __init__(self) -> None:
        self.company = register.company(1)
        register.seen_by(self.company)
        self.owner = register.member(self.company)
        self.member = register.member(self.company, "reader", "second@firm.example").company_members.get()
        self.product = register.product(self.company)
        self.place = self.company.places.get()
        self.entry = CompanyIndustry.objects.create(company=self.company, industry=industry(), is_main=True)
        self.text = text()
        self.consent = given(self.company, text("other"))
        self.invitation = membership.invite(
            self.company, email="guest@firm.example", role="reader", by=self.owner
        )
        register.certificate(self.company)
        self.support = register.support(self.company)
        YearlyFigure.objects.create(company=self.company, year=2024, sales_amount=1200000)
        self.strangers = [browser(user) for user in strangers()]

    def address(self, route: str) -> str:
        ids: dict[str, Any] = {"pk": self.company.pk}
        further = {
            "place_end": {"place": self.place.pk},
            "industry_remove": {"entry": self.entry.pk},
            "product_edit": {"product": self.product.pk},
            "product_switch": {"product": self.product.pk},
            "member_change_role": {"member": self.member.pk},
            "member_end": {"member": self.member.pk},
            "invitation_withdraw": {"invitation": self.invitation.pk},
            "consent_give": {"text": self.text.pk},
            "consent_withdraw": {"consent": self.consent.pk},
            "contact_edit": {"kind": "export"},
            "support_remove": {"support": self.support.pk},
        }
        return reverse(route, kwargs={**ids, **further.get(route, {})})


def prepare(folder: Path) -> World:
    return World()


@pytest.fixture
def world(prepared) -> World:
    return prepared.made


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("확인서.pdf", b"%PDF-1.7 made up", "application/pdf")


# What each page takes, and what then is true.
Sent = Callable[[], dict[str, Any]]
CHANGES: dict[str, tuple[Sent, Callable[[World], bool]]] = {
    "company_edit": (
        lambda: {"name_ko": "새이름", "opened_on": "2015-03-02"},
        lambda w: Company.objects.get(pk=w.company.pk).name_ko == "새이름",
    ),
    "contact_edit": (
        lambda: {"name": "담당", "email": "d@firm.example"},
        lambda w: Contact.objects.filter(kind="export", name="담당").exists(),
    ),
    "place_add": (
        lambda: {"kind": "factory", "province": "11", "from_on": "2024-01-01"},
        lambda w: w.company.places.count() == 2,
    ),
    "place_end": (
        lambda: {"until_on": "2025-01-01"},
        lambda w: Place.objects.get(pk=w.place.pk).until_on == dt.date(2025, 1, 1),
    ),
    "industry_edit": (lambda: {"industry": industry("G").pk}, lambda w: w.company.industries.count() == 2),
    "industry_remove": (dict, lambda w: w.company.industries.count() == 0),
    "figure_edit": (
        lambda: {"year": 2023, "sales_amount": "1,234,000", "export_amount": "10.50", "source": "company"},
        lambda w: YearlyFigure.objects.filter(year=2023, sales_amount=1234000).exists(),
    ),
    "certificate_add": (
        lambda: {"kind": "SME_CERT", "upload": pdf()},
        lambda w: Certificate.objects.filter(file__isnull=False).count() == 1,
    ),
    "size_edit": (
        lambda: {"size": "small", "on": "2025-04-01", "fiscal_month": "12"},
        lambda w: w.company.sizes.filter(size="small").exists(),
    ),
    "mark_declare": (
        lambda: {"kind": "credit_bad", "is_found": "no"},
        lambda w: w.company.marks.filter(agency=None, is_found=False).exists(),
    ),
    "support_add": (
        lambda: {"body": "KOTRA", "program": "판촉", "money": "national", "granted_on": "2025-04-01"},
        lambda w: Support.objects.filter(business_number=w.company.business_number).count() == 2,
    ),
    "support_remove": (dict, lambda w: not Support.objects.filter(pk=w.support.pk).exists()),
    "support_declare": (
        lambda: {"from_on": "2022-01-01"},
        lambda w: w.company.support_declarations.count() == 1,
    ),
    "product_add": (lambda: {"code": "P-2", "name_ko": "미역"}, lambda w: w.company.products.count() == 2),
    "product_edit": (
        lambda: {"code": "P-1", "name_ko": "새김"},
        lambda w: Product.objects.get(pk=w.product.pk).name_ko == "새김",
    ),
    "product_switch": (
        lambda: {"in_use": "0"},
        lambda w: Product.objects.get(pk=w.product.pk).disabled_on is not None,
    ),
    "member_invite": (
        lambda: {"email": "new@firm.example", "role": "reader"},
        lambda w: Invitation.objects.filter(email="new@firm.example").exists(),
    ),
    "member_change_role": (
        lambda: {"role": "editor"},
        lambda w: Member.objects.get(pk=w.member.pk).role == "editor",
    ),
    "member_end": (dict, lambda w: Member.objects.get(pk=w.member.pk).ended_at is not None),
    "invitation_withdraw": (
        dict,
        lambda w: Invitation.objects.get(pk=w.invitation.pk).withdrawn_at is not None,
    ),
    "consent_give": (dict, lambda w: Consent.objects.filter(text=w.text).exists()),
    "consent_withdraw": (
        dict,
        lambda w: Consent.objects.get(pk=w.consent.pk).withdrawn_at is not None,
    ),
}
FORMS = [
    "company_edit", "contact_edit", "place_add", "place_end", "industry_edit", "figure_edit", "certificate_add",
    "size_edit", "mark_declare", "support_add", "support_declare", "product_add", "product_edit", "member_invite",
]  # fmt: skip
PAGES = ["product_list", "member_list", "consent_list", "support_list"]
OWNER_ONLY = {"member_invite", "member_change_role", "member_end", "invitation_withdraw"}


def strangers() -> list[Any]:
    """A member of another company in each role, staff of an agency that sees the company, a person without any."""
    other = register.company(2)
    return [
        register.member(other, "owner"),
        register.member(other, "editor"),
        register.member(other, "reader"),
        people.officer("manager"),
        people.organization_member("provider"),
        people.user("nobody@naru.example"),
    ]


@pytest.mark.parametrize("route", [*FORMS, *PAGES])
def test_a_stranger_opens_no_page(world, route):
    for number, stranger in enumerate(world.strangers):
        assert stranger.get(world.address(route)).status_code == 404, number
    assert browser(world.owner).get(world.address(route)).status_code == 200


@pytest.mark.parametrize("route", CHANGES)
def test_a_stranger_changes_nothing(world, route):
    sent, is_done = CHANGES[route]
    for number, stranger in enumerate(world.strangers):
        assert stranger.post(world.address(route), sent()).status_code == 404, number
    assert not is_done(world)


@pytest.mark.parametrize("route", CHANGES)
def test_the_owner_does_it(world, route):
    sent, is_done = CHANGES[route]
    assert not is_done(world)
    response = browser(world.owner).post(world.address(route), sent())
    assert response.status_code == 302
    assert is_done(world)


@pytest.mark.parametrize("route", CHANGES)
def test_a_reader_changes_nothing_also_when_they_own_another_company(world, route):
    """The table lets owners of any company through; the company itself does not."""
    sent, is_done = CHANGES[route]
    reader = register.member(world.company, "reader")
    assert browser(reader).post(world.address(route), sent()).status_code in {404, 409}
    register.member(register.company(2), "owner", reader.email)
    assert browser(reader).post(world.address(route), sent()).status_code == 409
    assert not is_done(world)


@pytest.mark.parametrize("route", sorted(set(CHANGES) - OWNER_ONLY))
def test_an_editor_does_it(world, route):
    sent, is_done = CHANGES[route]
    assert (
        browser(register.member(world.company, "editor")).post(world.address(route), sent()).status_code
        == 302
    )
    assert is_done(world)


@pytest.mark.parametrize("route", sorted(OWNER_ONLY))
def test_an_editor_does_not_manage_people(world, route):
    sent, is_done = CHANGES[route]
    editor = register.member(world.company, "editor")
    assert browser(editor).post(world.address(route), sent()).status_code in {404, 409}
    register.member(register.company(2), "owner", editor.email)
    assert browser(editor).post(world.address(route), sent()).status_code == 409
    assert not is_done(world)


def test_an_id_of_another_company_in_the_address_does_not_exist(world):
    """One's own company with another company's place, product, member … answers as if there were none."""
    other = register.company(2)
    mine = browser(register.member(other))
    ids = {
        "place_end": {"place": world.place.pk},
        "industry_remove": {"entry": world.entry.pk},
        "product_edit": {"product": world.product.pk},
        "product_switch": {"product": world.product.pk},
        "member_change_role": {"member": world.member.pk},
        "member_end": {"member": world.member.pk},
        "invitation_withdraw": {"invitation": world.invitation.pk},
        "consent_withdraw": {"consent": world.consent.pk},
        "consent_give": {"text": world.text.pk},
        "support_remove": {"support": world.support.pk},
    }
    for route, further in ids.items():
        sent, is_done = CHANGES[route]
        address = reverse(route, kwargs={"pk": other.pk, **further})
        assert mine.post(address, sent()).status_code == 404, route
        assert not is_done(world), route


@pytest.mark.parametrize("route", FORMS)
def test_a_form_that_is_not_right_keeps_what_was_typed_and_says_why(world, route):
    client = browser(world.owner)
    typed = "<b>x</b>" * 60
    response = client.post(
        world.address(route),
        {"name_ko": typed, "name": typed, "code": typed, "address": typed, "email": "no", "year": "x"},
    )
    content = response.content.decode()
    assert response.status_code == 200
    assert "error-summary" in content
    assert "<b>x</b>" not in content


def queries(client: Client, address: str) -> tuple[int, int]:
    """How often a page asks this floor's tables, and how often it asks at all."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return sum('"companies_' in query["sql"] for query in asked), len(asked)


def three_of_everything(world: World) -> None:
    """Two more of each thing that a page lists."""
    from companies.models import Claim

    for each in (2, 3):
        register.product(world.company, f"P-{each}")
        paper = register.certificate(world.company, number=str(each))
        register.support(world.company, program=str(each))
        world.company.sizes.create(
            size="small", on=dt.date(2025, 4, each), certificate=paper, valid_from=paper.valid_from, valid_until=paper.valid_until
        )  # fmt: skip
        world.company.marks.create(
            kind="credit_bad", is_found=False, on=dt.date(2025, 4, each), recorded_by=world.owner
        )
        person = register.member(world.company, "editor", f"more{each}@firm.example")
        Place.objects.create(
            company=world.company,
            kind="factory",
            province=register.province("26"),
            from_on=dt.date(2020, each, 1),
        )
        CompanyIndustry.objects.create(company=world.company, industry=industry(f"G{each}"))
        YearlyFigure.objects.create(company=world.company, year=2020 + each)
        given(world.company, text(f"more{each}"), given_by=person)
        text(f"asked{each}")
        membership.invite(world.company, email=f"guest{each}@firm.example", role="reader", by=world.owner)
        Claim.objects.create(
            company=world.company, user=people.user(f"claimant{each}@firm.example"), method="certificate"
        )


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ("company_show", 19),
        ("product_list", 6),
        ("member_list", 6),
        ("consent_list", 8),
        ("support_list", 5),
        ("industry_edit", 5),
    ],
)
def test_pages_ask_as_much_about_three_rows_as_about_one(world, route, expected):
    from companies.models import Claim

    Claim.objects.create(company=world.company, user=people.user("c1@firm.example"), method="certificate")
    client = browser(world.owner)
    address = reverse("company_show") if route == "company_show" else world.address(route)
    one = queries(client, address)
    three_of_everything(world)
    assert one[0] == expected
    assert queries(client, address) == one
