"""What members write about their company."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from companies import permissions, queries
from companies.domain import facts
from companies.models import Certificate, CompanyIndustry, Place, Product, YearlyFigure
from ground import clock, files, ksic
from ground.models import Industry, Province
from tests.broken import broken
from tests.factories import people, register, ties
from tests.factories.passing import passed

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 6, 1)


@pytest.fixture
def company():
    return register.company(1)


@pytest.fixture
def owner(company):
    return register.member(company)


def industry(code: str = "C", revision: int = 11) -> Industry:
    return Industry.objects.get_or_create(
        id=f"{revision}:{code}", defaults={"revision": revision, "code": code, "name_ko": f"업종 {code}"}
    )[0]


def pdf(name: str = "확인서.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7 made up", "application/pdf")


def test_readers_and_strangers_write_nothing(company, owner):
    register.product(company)
    place = company.places.get()
    entry = facts.add_industry(company, industry=industry(), is_main=True, by=owner)
    for by in (
        register.member(company, "reader"),
        register.member(register.company(2)),
        people.officer("manager"),
        people.user("nobody@naru.example"),
    ):
        acts = [
            lambda by: facts.edit_company(company, facts={"name_ko": "x"}, by=by),
            lambda by: facts.put_contact(company, kind="export", facts={"name": "x"}, by=by),
            lambda by: facts.add_place(
                company, facts={"kind": "factory", "province": place.province, "from_on": DAY}, by=by
            ),
            lambda by: facts.end_place(place, until_on=DAY, by=by),
            lambda by: facts.add_industry(company, industry=industry("G"), is_main=False, by=by),
            lambda by: facts.remove_industry(entry, by=by),
            lambda by: facts.put_figures(company, year=2024, facts={"employees": 1}, by=by),
            lambda by: facts.add_certificate(company, facts={"kind": "OTHER"}, upload=None, by=by),
            lambda by: facts.put_product(company, facts={"code": "x", "name_ko": "x"}, by=by),
            lambda by: facts.switch_product(company.products.get(), is_in_use=False, by=by),
        ]
        for act in acts:
            with broken("read_only"):
                act(by)
    company.refresh_from_db()
    assert company.name_ko == "한강식품1"
    assert (company.places.count(), company.industries.count(), company.products.count()) == (1, 1, 1)
    assert not YearlyFigure.objects.exists()


def test_an_editor_writes(company):
    facts.edit_company(company, facts={"name_en": "New"}, by=register.member(company, "editor"))
    company.refresh_from_db()
    assert company.name_en == "New"


def test_the_business_number_never_changes(company, owner):
    facts.edit_company(company, facts={"business_number": register.number(9), "name_en": "New"}, by=owner)
    company.refresh_from_db()
    assert company.business_number == register.number(1)


def test_a_new_head_office_ends_the_earlier_one_the_day_before(company, owner):
    busan = register.province("26")
    facts.add_place(company, facts={"kind": "head_office", "province": busan, "from_on": DAY}, by=owner)
    rows = [(p.province_id, p.from_on, p.until_on) for p in Place.objects.order_by("from_on")]
    assert rows == [("11", dt.date(2020, 1, 1), dt.date(2025, 5, 31)), ("26", DAY, None)]


def test_two_head_offices_at_once_are_refused(company, owner):
    busan = register.province("26")
    with broken("place_order"):
        facts.add_place(
            company,
            facts={"kind": "head_office", "province": busan, "from_on": dt.date(2020, 1, 1)},
            by=owner,
        )
    with broken("not_valid") as refusal:
        facts.add_place(
            company,
            facts={
                "kind": "head_office",
                "province": busan,
                "from_on": DAY,
                "until_on": DAY + dt.timedelta(30),
            },
            by=owner,
        )
    assert "one head office" in str(refusal.value.sentence) or "본사" in str(refusal.value.sentence)
    facts.add_place(company, facts={"kind": "factory", "province": busan, "from_on": DAY}, by=owner)
    assert Place.objects.count() == 2


@pytest.mark.parametrize("kind", ["factory", "head_office"])
def test_a_period_that_ends_before_it_begins_is_refused(company, owner, kind):
    place = {
        "kind": kind,
        "province": register.province("26"),
        "from_on": DAY,
        "until_on": DAY - dt.timedelta(1),
    }
    with broken("place_order"):
        facts.add_place(company, facts=place, by=owner)
    with broken("place_order"):
        facts.end_place(company.places.get(), until_on=dt.date(2019, 12, 31), by=owner)


def test_a_place_ends_once(company, owner):
    place = facts.end_place(company.places.get(), until_on=DAY, by=owner)
    assert place.until_on == DAY
    with broken("ended"):
        facts.end_place(place, until_on=DAY, by=owner)


@pytest.mark.parametrize(
    ("code", "from_on", "until_on", "fits"),
    [
        ("42", dt.date(2020, 1, 1), dt.date(2023, 6, 10), True),
        ("42", dt.date(2020, 1, 1), dt.date(2023, 6, 11), False),
        ("42", dt.date(2020, 1, 1), None, False),
        ("51", dt.date(2023, 6, 11), None, True),
        ("51", dt.date(2023, 6, 10), None, False),
    ],
)
def test_a_province_is_named_as_it_was_then(company, owner, code, from_on, until_on, fits):
    Province.objects.create(code="42", name_ko="강원도", short_ko="강원", valid_to=dt.date(2023, 6, 10))
    Province.objects.create(
        code="51", name_ko="강원특별자치도", short_ko="강원", valid_from=dt.date(2023, 6, 11)
    )
    place = {
        "kind": "factory",
        "province": Province.objects.get(code=code),
        "from_on": from_on,
        "until_on": until_on,
    }
    if fits:
        facts.add_place(company, facts=place, by=owner)
    else:
        with broken("province_not_then"):
            facts.add_place(company, facts=place, by=owner)


def test_one_industry_is_the_main_one(company, owner):
    facts.add_industry(company, industry=industry("C"), is_main=True, by=owner)
    facts.add_industry(company, industry=industry("G", 10), is_main=True, by=owner)
    facts.add_industry(company, industry=industry("C"), is_main=False, by=owner)
    rows = {(e.industry_id, e.is_main) for e in CompanyIndustry.objects.all()}
    assert rows == {("11:C", False), ("10:G", True)}


def test_figures_of_a_year_are_written_once_and_corrected(company, owner, move_clock):
    move_clock(dt.datetime(2025, 6, 1, tzinfo=clock.SEOUL))
    facts.put_figures(company, year=2024, facts={"sales_amount": 100, "is_estimated": True}, by=owner)
    facts.put_figures(company, year=2024, facts={"sales_amount": 120, "is_estimated": False}, by=owner)
    assert [(f.year, f.sales_amount) for f in YearlyFigure.objects.all()] == [(2024, Decimal(120))]
    with broken("year_not_begun"):
        facts.put_figures(company, year=2026, facts={}, by=owner)
    with broken("not_estimated"):
        facts.put_figures(company, year=2023, facts={"is_estimated": True}, by=owner)


def test_figures_are_not_below_zero(client, company, owner, owner_role, english, move_clock):
    """Neither by the verb, nor on the page, nor past both; the migration that brought the rule stops at what there was."""
    move_clock(dt.datetime(2025, 6, 1, tzinfo=clock.SEOUL))
    english_one = "Sales, exports and employees cannot be below zero."
    sentence = "매출액, 수출액, 상시 근로자 수는 0보다 작을 수 없습니다."
    for name in ("sales_amount", "export_amount"):
        with broken("not_valid") as refusal:
            facts.put_figures(company, year=2024, facts={name: Decimal(-1)}, by=owner)
        assert str(refusal.value.sentence) == sentence
        with pytest.raises(IntegrityError, match="figures_not_below_zero"), transaction.atomic():
            YearlyFigure.objects.create(company=company, year=2024, **{name: -1})
    facts.put_figures(
        company, year=2024, facts={"sales_amount": 0, "export_amount": 0, "employees": 0}, by=owner
    )
    client.force_login(owner)
    page = reverse("figure_edit", kwargs={"pk": company.pk})
    typed = {"year": "2024", "source": "company", "sales_amount": "5", "export_amount": "-0.01"}
    assert english_one in client.post(page, typed).content.decode()
    client.cookies["django_language"] = "ko"
    assert (
        "매출액, 수출액, 상시 근로자 수는 0보다 작을 수 없습니다."
        in client.post(page, typed).content.decode()
    )
    assert YearlyFigure.objects.get().sales_amount == 0

    with owner_role(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE companies_yearlyfigure DROP CONSTRAINT figures_not_below_zero")
    YearlyFigure.objects.update(export_amount=-3)
    migration = import_module("companies.migrations.0011_figures_not_below_zero")
    with pytest.raises(RuntimeError, match=f"{company.business_number} 2024. Nothing was changed."):
        migration.name_what_is_below_zero(apps, None)
    YearlyFigure.objects.update(export_amount=None)
    migration.name_what_is_below_zero(apps, None)


def test_a_certificate_counts_as_not_looked_at_and_is_read_by_members_and_staff_only(company, owner):
    certificate = facts.add_certificate(company, facts={"kind": "SME_CERT"}, upload=pdf(), by=owner)
    assert not certificate.judgments.exists()
    passed(certificate.file)
    register.seen_by(company, "SBA")
    provider = people.organization_member("provider")

    ties.partner(people.organization("provider"), company)
    readers = {
        "owner": owner,
        "reader": register.member(company, "reader"),
        "seeing officer": people.officer("officer", "SBA"),
        "auditor": people.officer("auditor", "SBA"),
    }
    strangers = {
        "other officer": people.officer("officer", "BPA"),
        "other company": register.member(register.company(2)),
        "provider": provider,
        "operator": people.user("op@naru.example", is_operator=True),
    }
    assert {name for name, user in readers.items() if files.may_read(user, certificate.file)} == set(readers)
    assert {name for name, user in strangers.items() if files.may_read(user, certificate.file)} == set()


def test_a_certificate_that_is_over_is_not_taken(company, owner, move_clock):
    move_clock(dt.datetime(2025, 6, 1, 0, 30, tzinfo=clock.SEOUL))
    facts.add_certificate(company, facts={"kind": "SME_CERT", "valid_until": DAY}, upload=pdf(), by=owner)
    with broken("already_over"):
        facts.add_certificate(
            company, facts={"kind": "SME_CERT", "valid_until": dt.date(2025, 5, 31)}, upload=pdf(), by=owner
        )
    assert Certificate.objects.count() == 1


def test_days_left_are_counted_with_the_last_day(company):
    register.certificate(company, valid_until=DAY, number="1")
    register.certificate(company, valid_from=None, valid_until=None, number="2")
    register.certificate(company, valid_until=DAY + dt.timedelta(31), number="3")
    register.certificate(company, valid_until=DAY - dt.timedelta(1), number="4")
    rows = [
        (p.certificate.number, p.days_left, p.is_over, p.is_nearly_over) for p in queries.papers(company, DAY)
    ]
    assert rows == [
        ("1", 0, False, True),
        ("3", 31, False, False),
        ("2", None, False, False),
        ("4", -1, True, False),
    ]


@pytest.mark.parametrize("accept", [True, False])
def test_staff_of_a_seeing_agency_judge_a_certificate_once(company, owner, accept):
    certificate = facts.add_certificate(company, facts={"kind": "SME_CERT"}, upload=pdf(), by=owner)
    register.seen_by(company, "SBA")
    sba = people.agency("SBA")
    for by in (
        owner,
        people.officer("officer", "BPA"),
        people.officer("auditor", "SBA"),
        people.officer("finance"),
    ):
        with broken("not_staff"):
            facts.judge_certificate(certificate, accept=True, agency=sba, by=by)
    officer = people.officer("officer", "SBA")
    with broken("in_quarantine"):
        facts.judge_certificate(certificate, accept=accept, agency=sba, by=officer, reason="봤습니다.")
    passed(certificate.file)
    judgment = facts.judge_certificate(certificate, accept=accept, agency=sba, by=officer, reason="봤습니다.")
    assert (judgment.state, judgment.agency, judgment.by, judgment.reason) == (
        "accepted" if accept else "refused",
        sba,
        officer,
        "" if accept else "봤습니다.",
    )
    assert abs(clock.now() - judgment.at) < dt.timedelta(minutes=1)
    with broken("already_decided"):
        facts.judge_certificate(
            certificate, accept=True, agency=sba, by=people.officer("manager", "SBA"), reason="다시"
        )


def test_a_judgment_binds_the_agency_that_made_it_only(company, owner):
    certificate = facts.add_certificate(company, facts={"kind": "SME_CERT"}, upload=pdf(), by=owner)
    passed(certificate.file)
    sba, bpa = people.agency("SBA"), people.agency("BPA")
    for agency in (sba, bpa):
        register.seen_by(company, agency.code)
    facts.judge_certificate(
        certificate, accept=False, agency=bpa, by=people.officer("officer", "BPA"), reason="흐림"
    )
    state = lambda agency: Certificate.objects.judged_by(agency.pk).get().state  # noqa: E731
    assert (state(sba), state(bpa)) == ("unchecked", "refused")
    facts.judge_certificate(certificate, accept=True, agency=sba, by=people.officer("officer", "SBA"))
    assert (state(sba), state(bpa)) == ("accepted", "refused")


def test_one_who_serves_in_two_agencies_judges_for_the_one_that_sees_the_company(company, owner):
    certificate = facts.add_certificate(company, facts={"kind": "SME_CERT"}, upload=pdf(), by=owner)
    register.seen_by(company, "SBA")
    both = people.officer("auditor", "SBA")
    people.officer("officer", "BPA", both.email)
    for agency in ("SBA", "BPA"):
        with broken("not_staff"):
            facts.judge_certificate(certificate, accept=True, agency=people.agency(agency), by=both)


def test_a_refusal_says_why(company, owner):
    certificate = facts.add_certificate(company, facts={"kind": "SME_CERT"}, upload=pdf(), by=owner)
    register.seen_by(company, "SBA")
    passed(certificate.file)
    with broken("reason_missing"):
        facts.judge_certificate(
            certificate, accept=False, agency=people.agency(), by=people.officer("officer"), reason=" "
        )


def test_without_a_file_there_is_nothing_to_judge(company):
    certificate = register.certificate(company, state="unchecked")
    register.seen_by(company, "SBA")
    with broken("no_file"):
        facts.judge_certificate(
            certificate, accept=True, agency=people.agency(), by=people.officer("officer", "SBA")
        )


def test_a_product_s_code_is_unique_in_the_company_only(company, owner):
    facts.put_product(company, facts={"code": "P-1", "name_ko": "김"}, by=owner)
    with broken("not_valid"):
        facts.put_product(company, facts={"code": "P-1", "name_ko": "미역"}, by=owner)
    other = register.company(2)
    facts.put_product(other, facts={"code": "P-1", "name_ko": "김"}, by=register.member(other))
    assert Product.objects.count() == 2


def test_another_company_s_product_is_not_changed_through_one_s_own(company, owner):
    foreign = register.product(register.company(2))
    with pytest.raises(Product.DoesNotExist):
        facts.put_product(company, facts={"name_ko": "빼앗음"}, by=owner, product=foreign)
    with broken("read_only"):
        facts.switch_product(foreign, is_in_use=False, by=owner)


def test_a_product_goes_out_of_use_and_back(company, owner, move_clock):
    move_clock(dt.datetime(2025, 6, 1, tzinfo=clock.SEOUL))
    product = register.product(company)
    assert facts.switch_product(product, is_in_use=False, by=owner).disabled_on == DAY
    assert facts.switch_product(product, is_in_use=True, by=owner).disabled_on is None


def test_the_reason_for_a_refusal_is_said(company):
    assert permissions.why_not_change("owner") is None
    assert permissions.why_not_change("editor") is None
    assert str(permissions.why_not_change("reader"))
    assert str(permissions.why_not_change(None)) != str(permissions.why_not_change("reader"))


def test_digits_of_an_industry_are_of_its_section_and_put_to_the_section_that_was_entered_alone(
    company, owner
):
    """Two to five, in a division of the section; on the list there are sections only."""
    food, trade = industry("C"), industry("G")
    facts.add_industry(company, industry=food, is_main=True, by=owner)
    entry = facts.add_industry(company, industry=food, digits="10794", is_main=False, by=owner)
    facts.add_industry(company, industry=food, digits="20", is_main=False, by=owner)
    facts.add_industry(company, industry=food, digits="20", is_main=False, by=owner)
    rows = CompanyIndustry.objects.order_by("digits").values_list("industry_id", "digits", "is_main")
    assert list(rows) == [("11:C", "10794", True), ("11:C", "20", False)]
    assert str(entry) == "C10794 " + food.name_ko
    for section, digits in ((food, "47"), (trade, "10"), (food, "1"), (food, "107940"), (food, "1a")):
        with broken("industry_digits"):
            facts.add_industry(company, industry=section, digits=digits, is_main=False, by=owner)
    with broken("industry_digits"):
        facts.add_industry(company, industry=industry("G47"), digits="47", is_main=False, by=owner)
    with broken("industry_known"):
        facts.add_industry(company, industry=food, is_main=False, by=owner)
    with pytest.raises(IntegrityError, match="company_industry_digits"), transaction.atomic():
        CompanyIndustry.objects.create(company=company, industry=trade, digits="4")


@pytest.mark.parametrize("typed", ["10794", "C10794", "c 10794", "10-794", " 107.94 "])
def test_digits_are_typed_as_the_certificate_has_them(client, company, owner, typed):
    client.force_login(owner)
    address = reverse("industry_edit", kwargs={"pk": company.pk})
    client.post(address, {"industry": industry("C").pk, "digits": typed, "is_main": "on"})
    assert CompanyIndustry.objects.get().digits == "10794"
    assert "C10794" in client.get(address).content.decode()
    page = client.post(address, {"industry": industry("C").pk, "digits": "7"})
    assert page.context["form"].errors["digits"] == [str(ksic.NO_DIGITS)]


@pytest.mark.full
def test_on_the_way_back_a_company_has_each_section_once(company, owner, owner_role):
    food, trade = industry("C"), industry("G")
    facts.add_industry(company, industry=food, digits="20", is_main=False, by=owner)
    facts.add_industry(company, industry=food, digits="10794", is_main=True, by=owner)
    facts.add_industry(company, industry=trade, digits="47", is_main=False, by=owner)
    with owner_role():
        for step in ("0016_products_have_a_group", "0017_industries_have_digits"):
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
            MigrationExecutor(connection).migrate([("companies", step)])
    rows = CompanyIndustry.objects.order_by("industry").values_list("industry_id", "digits", "is_main")
    assert list(rows) == [("11:C", "", True), ("11:G", "", False)]


def test_a_longer_code_takes_the_place_of_the_shorter_one():
    """Of a division as of a section; it stays the main industry."""
    company = register.company()
    owner, food = register.member(company), industry("C")
    for digits, is_main in (("10", True), ("20", False), ("107", False), ("10794", False)):
        facts.add_industry(company, industry=food, digits=digits, is_main=is_main, by=owner)
    for digits in ("10", ""):
        with broken("industry_known"):
            facts.add_industry(company, industry=food, digits=digits, is_main=False, by=owner)
    found = (
        CompanyIndustry.objects.filter(company=company).order_by("digits").values_list("digits", "is_main")
    )
    assert list(found) == [("10794", True), ("20", False)]
