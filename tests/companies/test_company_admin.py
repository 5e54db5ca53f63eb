"""The register as agencies see it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from companies.models import Ban, CertificateJudgment, Company, Place, StatusCheck
from ground import outbox
from ground.models import StoredFile
from tests.companies.test_pages import browser, queries
from tests.factories import people, register
from tests.factories.register import number

pytestmark = pytest.mark.django_db
LIST = reverse("admin:companies_company_changelist")


def url(page: str, record: object, **more: object) -> str:
    return reverse(f"admin:companies_{page}", kwargs={"pk": record.pk, **more})  # type: ignore[attr-defined]


def change(record: object) -> str:
    return reverse("admin:companies_company_change", args=[record.pk])  # type: ignore[attr-defined]


def staff(role: str = "officer", agency: str = "SBA") -> Client:
    client = browser(people.officer(role, agency))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def company():
    company = register.company(1)
    register.seen_by(company)
    return company


# Reading


@pytest.mark.parametrize("role", ["manager", "officer", "finance", "auditor"])
def test_staff_see_their_agency_s_companies_only(company, role):
    register.seen_by(register.company(2), "BPA")
    content = staff(role).get(LIST).content.decode()
    assert "한강식품1" in content
    assert "한강식품2" not in content
    assert staff(role).get(change(company)).status_code == 200
    assert staff(role).get(change(register.company(2))).status_code == 404


@pytest.mark.parametrize(
    "words", ["강식품1", "hangang foods 1", number(1)[3:8], f"{number(1)[:3]}-{number(1)[3:5]}"]
)
def test_a_company_is_found_by_part_of_a_name_or_number(company, words):
    register.seen_by(register.company(7654321, name_ko="바다수산", name_en="Sea"))
    content = staff().get(LIST, {"q": words}).content.decode()
    assert "한강식품1" in content
    assert "바다수산" not in content


def test_the_search_goes_through_the_trigram_indexes(owner_role):
    """Each kind of search finds its index: the planner takes it as soon as the register is large."""
    Company.objects.bulk_create(
        Company(business_number=number(serial), name_ko=f"회사 {serial}", name_en=f"Firm {serial}")
        for serial in range(1_000)
    )
    with owner_role(), connection.cursor() as cursor:
        cursor.execute("ANALYZE companies_company")
        cursor.execute("SET LOCAL enable_seqscan = off")
    for words, index in (
        ("강식품", "company_name_ko_trgm"),
        ("foods", "company_name_en_trgm"),
        ("0012345", "company_number_trgm"),
    ):
        plan = Company.objects.order_by().search(words).explain()
        assert index in plan, plan
        assert "Seq Scan" not in plan, plan


def test_the_page_shows_facts_and_own_bans_only(company):
    register.certificate(company)
    register.status(company, "closed")
    Place.objects.create(
        company=company, kind="factory", province=register.province("26"), from_on=dt.date(2021, 1, 1)
    )
    for agency, reason in (("SBA", "우리 사유"), ("BPA", "남의 사유")):
        Ban.objects.create(
            agency=people.agency(agency), company=company, from_on=dt.date(2025, 1, 1), until_on=dt.date(2025, 2, 1),
            reason=reason, decided_by=people.officer("manager", agency),
        )  # fmt: skip
    content = staff("manager").get(change(company)).content.decode()
    for part in ("Busan", "closed", "우리 사유", "제2025-0001호", "나루터", "ceo1@firm.example"):
        assert part in content, part
    assert "남의 사유" not in content


def test_what_people_typed_is_shown_as_text(company):
    company.website = 'javascript:alert("1")'
    company.name_ko = "<img src=x onerror=alert(1)>"
    company.save()
    content = staff().get(change(company)).content.decode()
    assert "<img src=x" not in content
    assert 'href="javascript' not in content


def test_nothing_is_edited_or_deleted_here(company):
    for role in ("manager", "officer"):
        client = staff(role)
        assert client.post(change(company), {"name_ko": "x"}).status_code == 404
        assert client.get(reverse("admin:companies_company_add")).status_code == 404
        assert client.post(reverse("admin:companies_company_delete", args=[company.pk])).status_code == 404
    assert Company.objects.get().name_ko == "한강식품1"


def test_the_history_is_readable(company):
    Company.objects.filter(pk=company.pk).update(name_ko="바뀐이름")
    content = staff().get(reverse("admin:companies_company_history", args=[company.pk])).content.decode()
    assert "바뀐이름" in content


def test_list_and_page_do_not_ask_per_row(company):
    client = staff("manager")
    register.certificate(company, state="unchecked")
    rows = queries(client, LIST)
    page = queries(client, change(company))
    for serial in (2, 3):
        register.seen_by(register.company(serial))
        register.status(company)
        register.certificate(company, state="unchecked", number=str(serial))
        register.product(company, str(serial))
        register.member(company, "editor", f"e{serial}@firm.example")
        Place.objects.create(
            company=company,
            kind="factory",
            province=register.province("26"),
            from_on=dt.date(2020, serial, 1),
        )
        register.support(company, program=str(serial))
        company.marks.create(
            kind="credit_bad", is_found=False, on=dt.date(2020, serial, 1), recorded_by=people.officer()
        )
        company.sizes.create(size="small", on=dt.date(2020, serial, 1))
        Ban.objects.create(
            agency=people.agency(), company=company, from_on=dt.date(2020, serial, 1), until_on=dt.date(2020, serial, 2),
            reason="x", decided_by=people.officer("manager"),
        )  # fmt: skip
    assert rows[0] == 4
    assert queries(client, LIST) == rows
    assert page[0] == 21
    assert queries(client, change(company)) == page


# Verbs


def test_the_tax_office_is_asked_by_the_worker(company, tax_office):
    client = staff()
    assert client.post(url("company_check", company)).status_code == 302
    assert not StatusCheck.objects.exists()
    outbox.drain()
    assert StatusCheck.objects.get().status == "active"
    assert "in business" in client.get(change(company)).content.decode()


def test_all_seen_companies_are_asked_about_and_no_others(company, tax_office):
    register.seen_by(register.company(2), "BPA")
    staff().post(reverse("admin:companies_company_check_all"))
    outbox.drain()
    assert [check.company for check in StatusCheck.objects.all()] == [company]


@pytest.mark.parametrize("role", ["auditor", "finance"])
def test_those_who_only_read_have_no_verbs(company, role, tax_office):
    client = staff(role)
    assert client.post(url("company_check", company)).status_code == 404
    assert client.post(reverse("admin:companies_company_check_all")).status_code == 404
    content = client.get(change(company)).content.decode()
    assert "Ask the tax office" not in content
    assert "Bar from programs" not in content


def test_another_agency_s_company_has_no_verbs(company):
    client = staff("manager", "BPA")
    for address in (
        url("company_check", company),
        url("company_ban", company),
        url("company_certificate", company, certificate=company.pk),
    ):
        assert client.post(address).status_code == 404
    assert client.get(url("company_ban", company)).status_code == 404


def test_a_manager_bans_and_lifts(company):
    client = staff("manager")
    typed = {
        "agency": people.agency().pk,
        "from_on": "2025-01-01",
        "until_on": "2025-12-31",
        "reason": "보고 미제출",
    }
    wrong = client.post(url("company_ban", company), {**typed, "until_on": "2024-12-31"})
    assert wrong.status_code == 200
    assert "보고 미제출" in wrong.content.decode()
    assert "The last day lies before the first." in wrong.content.decode()
    assert client.post(url("company_ban", company), typed)["Location"] == change(company)
    ban = Ban.objects.get()
    assert (ban.agency, ban.reason) == (people.agency(), "보고 미제출")
    page = reverse("admin:companies_ban_change", args=[ban.pk])
    assert url("ban_lift", ban) in client.get(page).content.decode()
    assert client.post(url("ban_lift", ban), {"reason": ""}).status_code == 200
    client.post(url("ban_lift", ban), {"reason": "제출함"})
    ban.refresh_from_db()
    assert ban.lifted_at is not None
    assert url("ban_lift", ban) not in client.get(page).content.decode()


def test_a_ban_for_another_agency_cannot_be_chosen(company):
    register.seen_by(company, "BPA")
    typed = {
        "agency": people.agency("BPA").pk, "from_on": "2025-01-01", "until_on": "2025-12-31", "reason": "x",
    }  # fmt: skip
    assert staff("manager").post(url("company_ban", company), typed).status_code == 200
    assert not Ban.objects.exists()


def test_a_ban_of_another_agency_does_not_exist(company):
    ban = Ban.objects.create(
        agency=people.agency("BPA"), company=company, from_on=dt.date(2025, 1, 1), until_on=dt.date(2025, 2, 1),
        reason="x", decided_by=people.officer("manager", "BPA"),
    )  # fmt: skip
    client = staff("manager")
    assert client.get(reverse("admin:companies_ban_change", args=[ban.pk])).status_code == 404
    assert client.get(url("ban_lift", ban)).status_code == 404
    assert client.post(url("ban_lift", ban), {"reason": "x"}).status_code == 404
    assert str(ban.pk) not in client.get(reverse("admin:companies_ban_changelist")).content.decode()


def test_a_certificate_is_accepted_from_the_page(company):
    file = StoredFile.objects.create(
        kind="document",
        name="확인서.pdf",
        content_type="application/pdf",
        size=1,
        sha256="0" * 64,
        path="document/00/x",
        passage="unscanned",
    )
    paper = register.certificate(company, state="unchecked", file=file)
    client = staff()
    page = client.get(change(company)).content.decode()
    form = page.partition(url("company_certificate", company, certificate=paper.pk))[2]
    # Enter in the reason's field presses the form's first button: it must not accept.
    assert 0 < form.index('name="accept" value="0"') < form.index('name="accept" value="1"')
    client.post(url("company_certificate", company, certificate=paper.pk), {"accept": "1"})
    judgment = CertificateJudgment.objects.get()
    assert (judgment.state, judgment.agency.code, judgment.by) == (
        "accepted",
        "SBA",
        people.officer("officer"),
    )
    page = client.get(change(company)).content.decode()
    assert judgment.by.name in page
    assert url("company_certificate", company, certificate=paper.pk) not in page
    other = register.certificate(register.company(2), state="unchecked", file=file)
    assert client.post(url("company_certificate", company, certificate=other.pk)).status_code == 404


def test_a_certificate_is_refused_with_a_reason_which_other_agencies_do_not_see(company):
    file = StoredFile.objects.create(
        kind="document",
        name="확인서.pdf",
        content_type="application/pdf",
        size=1,
        sha256="0" * 64,
        path="document/00/x",
        passage="unscanned",
    )
    paper = register.certificate(company, state="unchecked", file=file)
    register.seen_by(company, "BPA")
    client, address = staff(), url("company_certificate", company, certificate=paper.pk)
    client.post(address, {"accept": "0", "reason": " "})
    assert not CertificateJudgment.objects.exists()
    client.post(address, {"accept": "0", "reason": "흐린 사진"})
    assert CertificateJudgment.objects.get().reason == "흐린 사진"
    other = staff("officer", "BPA").get(change(company)).content.decode()
    assert "흐린 사진" not in other
    assert address in other
    client.post(address, {"accept": "1", "agency": str(people.agency("BPA").pk)})
    assert CertificateJudgment.objects.count() == 1
