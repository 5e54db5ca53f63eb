"""The register as agencies see it."""

from __future__ import annotations

import csv
import datetime as dt
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from companies.models import Ban, Certificate, Company, Place, Sight, StatusCheck
from ground import outbox
from ground.models import StoredFile
from tests.companies.test_pages import browser, queries
from tests.factories import people, register
from tests.factories.register import number

pytestmark = pytest.mark.django_db
LIST = reverse("admin:companies_company_changelist")
IMPORT = reverse("admin:companies_company_import")
EXPORT = reverse("admin:companies_company_export")


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
        Ban.objects.create(
            agency=people.agency(), company=company, from_on=dt.date(2020, serial, 1), until_on=dt.date(2020, serial, 2),
            reason="x", decided_by=people.officer("manager"),
        )  # fmt: skip
    assert rows[0] == 3
    assert queries(client, LIST) == rows
    assert page[0] == 14
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
    )
    paper = register.certificate(company, state="unchecked", file=file)
    client = staff()
    assert (
        url("company_certificate", company, certificate=paper.pk)
        in client.get(change(company)).content.decode()
    )
    client.post(url("company_certificate", company, certificate=paper.pk), {"accept": "1"})
    assert Certificate.objects.get().state == "accepted"
    other = register.certificate(register.company(2), state="unchecked", file=file)
    assert client.post(url("company_certificate", company, certificate=other.pk)).status_code == 404


# By file

HEAD = ["business_number", "corporate_number", "name_ko", "name_en", "opened_on", "website"]


def table(*rows: list[object]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([HEAD, *rows])
    return out.getvalue().encode("utf-8-sig")


def row(serial: int, **fields: object) -> list[object]:
    values = {"business_number": number(serial), "name_ko": f"회사{serial}", **fields}
    return [values.get(name, "") for name in HEAD]


def preview(client: Client, content: bytes, name: str = "list.csv", file_format: str = "0"):
    return client.post(IMPORT, {"import_file": SimpleUploadedFile(name, content), "format": file_format})


def confirm(client: Client, response):
    form = response.context["confirm_form"]
    return client.post(reverse("admin:companies_company_process_import"), form.initial)


def errors(response) -> str:
    result = response.context["result"]
    found = [str(each.error) for _line, line in result.row_errors() for each in line]
    found += [
        str(each.error_dict) if hasattr(each, "error_dict") else str(each.error)
        for each in result.invalid_rows
    ]
    return " ".join([*found, *(str(each.error) for each in result.base_errors)])


def test_a_list_comes_in_after_a_preview(company):
    client = staff()
    assert client.get(IMPORT).status_code == 200
    content = table(row(21, opened_on="2015-03-02", website="https://x.example"), row(22, name_en="Second"))
    response = preview(client, content)
    assert "회사21" in response.content.decode()
    assert not Company.objects.filter(business_number=number(21)).exists()
    assert confirm(client, response)["Location"] == LIST
    made = Company.objects.get(business_number=number(21))
    assert (made.name_ko, made.opened_on) == ("회사21", dt.date(2015, 3, 2))
    sights = Sight.objects.filter(cause="register import")
    assert {(s.company.business_number, s.agency.code) for s in sights} == {
        (number(21), "SBA"),
        (number(22), "SBA"),
    }
    assert "회사22" in client.get(LIST).content.decode()
    assert "회사22" not in staff("officer", "BPA").get(LIST).content.decode()


def test_the_same_list_again_changes_nothing(company):
    client = staff()
    confirm(client, preview(client, table(row(21))))
    response = preview(client, table(row(21)))
    assert [each.import_type for each in response.context["result"].rows] == ["skip"]
    confirm(client, response)
    assert Company.objects.filter(business_number=number(21)).count() == 1


@pytest.mark.parametrize("written", ["{0}-{1}-{2}", "{0} {1} {2}", "{0}{1}{2}.0"])
def test_numbers_are_read_however_they_are_written(written):
    client = staff()
    digits = number(21)
    text = written.format(digits[:3], digits[3:5], digits[5:])
    confirm(client, preview(client, table(row(21, business_number=text))))
    assert Company.objects.get().business_number == digits


def test_wrong_rows_are_named_and_nothing_comes_in():
    client = staff()
    wrong = number(23)[:9] + str((int(number(23)[9]) + 1) % 10)
    response = preview(
        client, table(row(21), row(23, business_number=wrong), row(24, name_ko=""), row(25, opened_on="soon"))
    )
    result = response.context["result"]
    assert [each.number for each in result.invalid_rows] == [2, 3, 4]
    content = response.content.decode()
    assert "its last digit does not fit" in content
    assert "confirm_form" not in response.context or response.context["confirm_form"] is None
    assert not Company.objects.exists()


def test_a_number_of_another_agency_s_company_opens_nothing(company):
    """A list of guessed numbers shows no facts in its preview and gives no sight."""
    foreign = register.company(31, name_ko="남의회사", website="https://secret.example")
    register.seen_by(foreign, "BPA")
    claimed = register.company(32, name_ko="스스로등록")
    register.member(claimed)
    client = staff()
    for known in (foreign, claimed):
        response = preview(client, table(row(0, business_number=known.business_number, name_ko="추측")))
        content = response.content.decode()
        assert known.name_ko not in content
        assert "secret.example" not in content
        assert "cannot be taken in" in content
        assert not Sight.objects.filter(company=known, agency=people.agency()).exists()
    foreign.refresh_from_db()
    assert foreign.name_ko == "남의회사"


def test_facts_that_members_keep_are_not_overwritten(company):
    register.member(company)
    response = preview(staff(), table(row(1, name_ko="덮어씀")))
    assert "keep these facts themselves" in response.content.decode()
    company.refresh_from_db()
    assert company.name_ko == "한강식품1"


def test_a_company_that_nobody_keeps_is_corrected_by_its_agency(company):
    client = staff()
    confirm(client, preview(client, table(row(1, name_ko="바른이름"))))
    company.refresh_from_db()
    assert company.name_ko == "바른이름"


@pytest.mark.parametrize("role", ["auditor", "finance"])
def test_those_who_only_read_take_nothing_in(role):
    assert staff(role).get(IMPORT).status_code == 404
    assert preview(staff(role), table(row(21))).status_code == 404
    assert staff(role).get(EXPORT).status_code == 200


def test_cp949_comes_in():
    content = table(row(21, name_ko="한글상회")).decode("utf-8-sig").encode("cp949")
    client = staff()
    confirm(client, preview(client, content))
    assert Company.objects.get().name_ko == "한글상회"


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for each in rows:
        book.active.append(each)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_xlsx_comes_in_with_numbers_as_a_spreadsheet_has_them():
    client = staff()
    response = preview(client, workbook([HEAD, row(21, business_number=int(number(21)))]), "l.xlsx", "1")
    confirm(client, response)
    assert Company.objects.get().business_number == number(21)


@pytest.mark.parametrize(
    ("content", "file_format", "sentence"),
    [
        (b"", "0", "empty"),
        (b"PK\x03\x04 not a zip", "1", "not an XLSX file"),
        (table()[:5] + b"\xff\xfe\x00", "0", "neither UTF-8 nor CP949|not a CSV"),
        (b"\xef\xbb\xbf,,,\n", "0", "The file is empty"),
        (table(*[row(n) for n in range(3)]) * 1, "1", "not an XLSX file"),
        (b"a,b\n" + b"1,2\n" * 20_002, "0", "more than"),
    ],
)
def test_bad_files_get_a_sentence(content, file_format, sentence):
    import re

    response = preview(staff(), content, "x.csv", file_format)
    assert response.status_code == 200
    assert re.search(sentence, response.content.decode()), response.content.decode()[3000:6000]
    assert not Company.objects.exists()


def test_one_value_in_the_last_cell_is_read_within_seconds():
    import time

    book = openpyxl.Workbook(write_only=False)
    book.active["A1"] = "business_number"
    book.active["XFD1048576"] = "x"
    out = io.BytesIO()
    book.save(out)
    began = time.monotonic()
    response = preview(staff(), out.getvalue(), "x.xlsx", "1")
    assert response.status_code == 200
    assert time.monotonic() - began < 10
    assert not Company.objects.exists()


def export(client: Client, file_format: str) -> bytes:
    fields = {f"companyresource_{name}": "on" for name in HEAD}
    response = client.post(EXPORT, {"format": file_format, "resource": "0", **fields})
    assert response.status_code == 200
    return response.content


EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x.example")']


def test_the_own_companies_go_out_with_formulas_as_text(company):
    register.seen_by(register.company(2, name_ko="남의회사"), "BPA")
    for serial, name in enumerate(EVIL, 40):
        register.seen_by(register.company(serial, name_ko=name))
    rows = list(csv.reader(io.StringIO(export(staff("auditor"), "0").decode("utf-8-sig"))))
    assert rows[0] == HEAD
    names = {line[2] for line in rows[1:]}
    assert names == {"한강식품1", *(f"'{name}" for name in EVIL)}
    book = openpyxl.load_workbook(io.BytesIO(export(staff(), "1")))
    cells = [cell for line in book.active.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert {line[2].value for line in book.active.iter_rows(min_row=2)} == {"한강식품1", *EVIL}


def test_what_goes_out_comes_in_unchanged(company):
    for serial, name in enumerate(EVIL, 40):
        register.seen_by(register.company(serial, name_ko=name.strip()))
    client = staff()
    for file_format in ("0", "1"):
        response = preview(client, export(client, file_format), "x", file_format)
        assert {each.import_type for each in response.context["result"].rows} == {"skip"}, errors(response)
