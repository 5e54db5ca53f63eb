"""The agency's list of companies in and out by file: preview, row errors, limits, formulas as text."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import time

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from companies.models import Company, Sight
from tests.companies.test_company_admin import LIST, staff
from tests.factories import people, register
from tests.factories.register import number

pytestmark = pytest.mark.django_db
IMPORT = reverse("admin:companies_company_import")
EXPORT = reverse("admin:companies_company_export")


@pytest.fixture
def company():
    company = register.company(1)
    register.seen_by(company)
    return company


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


def test_a_guess_that_is_right_is_not_told_from_a_wrong_one():
    """The same facts as in the register: not shown as unchanged, but refused like any other guess."""
    foreign = register.company(31)
    register.seen_by(foreign, "BPA")
    facts = {name: getattr(foreign, name) for name in HEAD}
    answers = [
        errors(preview(staff(), table([{**facts, **other}[name] for name in HEAD])))
        for other in ({}, {"name_ko": "추측"})
    ]
    assert answers[0] == answers[1]
    assert "cannot be taken in" in answers[0]


def test_a_known_company_in_which_nobody_has_a_part_is_seen_afterwards_even_if_unchanged():
    free = register.company(31)
    client = staff()
    confirm(client, preview(client, table([getattr(free, name) for name in HEAD])))
    assert Sight.objects.get().company == free


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
    response = preview(staff(), content, "x.csv", file_format)
    assert response.status_code == 200
    assert re.search(sentence, response.content.decode()), response.content.decode()[3000:6000]
    assert not Company.objects.exists()


def test_one_value_in_the_last_cell_is_read_within_seconds():
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


def test_a_long_list_is_written_while_it_is_sent_and_says_the_same(company, monkeypatch):
    """Whatever format was asked for; the companies of others stay out."""
    register.seen_by(register.company(2, name_ko="남의회사"), "BPA")
    for serial, name in enumerate(EVIL, 40):
        register.seen_by(register.company(serial, name_ko=name))
    whole = export(staff("auditor"), "0")
    assert len(whole.splitlines()) == 1 + 1 + len(EVIL)
    monkeypatch.setattr("accounts.admin.exchange.MOST_IN_MEMORY", len(EVIL))
    fields = {f"companyresource_{name}": "on" for name in HEAD}
    for file_format in ("0", "1"):
        answer = staff("auditor").post(EXPORT, {"format": file_format, "resource": "0", **fields})
        assert answer.streaming
        assert sorted(answer.getvalue().splitlines()) == sorted(whole.splitlines())
        assert ".csv" in answer["Content-Disposition"]


def test_the_form_says_that_a_long_list_is_csv(company):
    body = staff("auditor").get(EXPORT, headers={"accept-language": "en"}).content.decode()
    assert "A list of more than 20,000 rows is written as CSV" in body


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


def test_who_serves_in_two_agencies_says_for_which_the_list_is():
    """BPA comes first by its code; the list is SBA's, and BPA comes to see nothing of it."""
    both = people.officer("officer", "SBA")
    people.officer("manager", "BPA", both.email)
    sba = people.agency("SBA")
    client = staff("officer", "SBA")
    assert "BPA Export Agency" in client.get(IMPORT).content.decode()
    upload = {"import_file": SimpleUploadedFile("list.csv", table(row(31))), "format": "0"}
    response = client.post(IMPORT, upload)
    assert "confirm_form" not in response.context or response.context["confirm_form"] is None
    upload["import_file"] = SimpleUploadedFile("list.csv", table(row(31)))
    response = client.post(IMPORT, {**upload, "agency": str(sba.pk)})
    assert confirm(client, response)["Location"] == LIST
    assert [(each.agency, each.company.business_number) for each in Sight.objects.all()] == [
        (sba, number(31))
    ]


def test_a_list_for_an_agency_where_one_only_reads_is_refused():
    reader = people.officer("officer", "SBA")
    people.officer("auditor", "BPA", reader.email)
    client = staff("officer", "SBA")
    upload = {"import_file": SimpleUploadedFile("list.csv", table(row(31))), "format": "0"}
    bpa = people.agency("BPA")
    client.post(IMPORT, {**upload, "agency": str(bpa.pk)})
    response = preview(client, table(row(31)))
    form = {**response.context["confirm_form"].initial, "agency": str(bpa.pk)}
    client.post(reverse("admin:companies_company_process_import"), form)
    assert not Sight.objects.exists()
    assert not Company.objects.exists()
