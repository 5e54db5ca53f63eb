"""Sizes, credit and insolvency marks and support received: who records what, what is refused, what comes in by file."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.admin.exchange import FORMATS
from companies.domain import marks, sizes, supports
from companies.models import FinancialMark, Support, SupportList
from ground import files
from ground.errors import RuleBroken
from tests.companies.test_company_admin import change, staff, url
from tests.companies.test_pages import browser, pdf
from tests.factories import people, register
from tests.factories.passing import passed

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 5, 30)
IMPORT = reverse("admin:companies_support_import")
HEAD = ["business_number", "program", "item", "amount", "money", "granted_on", "document"]


@pytest.fixture(autouse=True)
def today(move_clock):
    move_clock(dt.datetime(2025, 5, 30, 10, tzinfo=dt.UTC))


@pytest.fixture
def company():
    company = register.company(1)
    register.seen_by(company)
    return company


@pytest.mark.parametrize(
    ("on", "month", "first", "last"),
    [
        ("2025-04-01", 12, "2025-04-01", "2026-03-31"),
        ("2026-03-31", 12, "2025-04-01", "2026-03-31"),
        ("2025-05-30", 3, "2024-07-01", "2025-06-30"),
        ("2025-07-01", 3, "2025-07-01", "2026-06-30"),
        ("2025-01-01", 9, "2025-01-01", "2025-12-31"),
        ("2023-05-01", 11, "2023-03-01", "2024-02-29"),
    ],
)
def test_a_confirmation_runs_for_a_year_from_three_months_after_the_fiscal_year(on, month, first, last):
    assert [str(each) for each in sizes.confirmed_period(dt.date.fromisoformat(on), month)] == [first, last]


def refusal(act, *args, **more) -> str:
    with pytest.raises(RuleBroken) as broken:
        act(*args, **more)
    return broken.value.code


def test_a_size_takes_its_days_from_the_certificate_and_fits_it(company):
    owner = register.member(company)
    plain = register.certificate(company, valid_from=None, valid_until=None)
    micro = register.certificate(company, "MICRO_CERT")
    known = {"on": dt.date(2025, 4, 7), "fiscal_month": 12, "by": owner}
    made = sizes.state_size(company, size="small", certificate=plain, **known)
    assert (made.valid_from, made.valid_until) == (dt.date(2025, 4, 1), dt.date(2026, 3, 31))
    again = sizes.state_size(company, size="medium", certificate=plain, **known)
    assert (again.pk, company.sizes.count()) == (made.pk, 1)
    alone = sizes.state_size(company, size="large", certificate=None, **known)
    assert (alone.valid_from, alone.valid_until) == (None, None)
    assert refusal(sizes.state_size, company, size="small", certificate=micro, **known) == "size_not_shown"
    late = {**known, "on": DAY + dt.timedelta(1)}
    assert refusal(sizes.state_size, company, size="micro", certificate=micro, **late) == "not_yet"


def test_staff_record_a_look_up_and_its_cure_with_documents(company):
    """On the company's page; the company reads both, another agency neither."""
    client = staff()
    page = url("company_mark", company)
    entries = {
        "agency": people.agency().pk,
        "kind": "insolvency",
        "is_found": "yes",
        "on": "2025-05-02",
        "document": "법원 통지 7호",
    }
    assert client.post(page, entries).status_code == 200  # no file
    assert client.post(page, {**entries, "upload": pdf()})["Location"] == change(company)
    mark = FinancialMark.objects.get()
    assert (mark.agency, mark.kind, mark.is_found, mark.on, mark.until_on) == (
        people.agency(), "insolvency", True, dt.date(2025, 5, 2), None,
    )  # fmt: skip
    cure = {"cure": "rehabilitation", "cured_on": "2025-05-20", "document": "인가 결정문"}
    assert (
        "Select a valid choice"
        in client.post(
            url("financialmark_cure", mark), {**cure, "cure": "discharge", "upload": pdf()}
        ).content.decode()
    )
    client.post(url("financialmark_cure", mark), {**cure, "upload": pdf()})
    mark.refresh_from_db()
    assert (mark.cure, mark.cured_on, mark.cure_document) == (
        "rehabilitation",
        dt.date(2025, 5, 20),
        "인가 결정문",
    )
    assert "법원 통지 7호" in client.get(change(company)).content.decode()
    register.seen_by(company, "BPA")
    other = staff("manager", "BPA")
    assert "법원 통지 7호" not in other.get(change(company)).content.decode()
    assert other.get(reverse("admin:companies_financialmark_change", args=[mark.pk])).status_code in {
        302,
        404,
    }
    owner = register.member(company)
    assert "법원 통지 7호" in browser(owner).get(f"/company/?company={company.pk}").content.decode()
    readers = [
        owner,
        people.officer(),
        people.officer("manager", "BPA"),
        register.member(register.company(2)),
    ]
    passed(mark.cure_file)
    assert [files.may_read(each, mark.cure_file) for each in readers] == [True, True, False, False]


def test_what_is_recorded_of_marks_is_checked(company):
    officer, agency = people.officer(), people.agency()
    known = {
        "agency": agency,
        "document": "조회",
        "until_on": None,
        "by": officer,
        "is_found": True,
        "kind": "fin_disorder",
    }
    mark = marks.record(company, on=DAY, upload=pdf(), **known)
    cure = {"document": "x", "upload": pdf(), "by": officer, "cured_on": DAY}
    credit = marks.record(company, on=DAY, upload=pdf(), **{**known, "kind": "credit_bad"})
    declared = marks.declare(company, kind="insolvency", is_found=True, by=register.member(company))
    assert [
        refusal(marks.record, company, on=DAY, upload=pdf(), **known),
        refusal(marks.record, company, on=DAY + dt.timedelta(1), upload=pdf(), **known),
        refusal(marks.record, register.company(2), on=DAY, upload=pdf(), **known),
        refusal(marks.record, company, on=DAY, upload=pdf(), **{**known, "by": people.officer("auditor")}),
        refusal(marks.cure, mark, cure="discharge", **cure),
        refusal(marks.cure, credit, cure="discharge", **{**cure, "cured_on": DAY - dt.timedelta(1)}),
        refusal(marks.cure, declared, cure="rehabilitation", **cure),
    ] == ["not_valid", "not_yet", "not_seen", "not_staff", "no_cure", "not_valid", "not_staff"]
    marks.cure(credit, cure="discharge", **{**cure, "upload": pdf()})
    assert refusal(marks.cure, credit, cure="restart", **cure) == "already_cured"
    again = marks.declare(company, kind="insolvency", is_found=False, by=register.member(company))
    assert (again.pk, again.is_found) == (declared.pk, False)


def test_a_declaration_holds_until_the_end_of_the_year(company):
    owner = register.member(company)
    assert supports.declare_complete(company, from_on=dt.date(2022, 1, 1), by=owner).until_on == dt.date(
        2025, 12, 31
    )
    assert refusal(supports.declare_complete, company, from_on=DAY + dt.timedelta(1), by=owner) == "not_yet"
    of_a_list = register.support(company, "SBA")
    assert refusal(supports.remove, of_a_list, company, by=owner) == "not_declared"


def preview(client: Client, *rows: list[object], **more: str):
    out = io.StringIO()
    csv.writer(out).writerows([HEAD, *rows])
    upload = SimpleUploadedFile("list.csv", out.getvalue().encode("utf-8-sig"))
    form = {"body": "KOTRA", "from_on": "2022-01-01", "until_on": "2025-05-30", "format": "0", **more}
    return client.post(IMPORT, {"import_file": upload, **form})


def confirm(client: Client, response):
    return client.post(
        reverse("admin:companies_support_process_import"), response.context["confirm_form"].initial
    )


def test_another_body_s_list_comes_in_after_a_preview_and_again_changes_nothing(company):
    """Companies of the list need not be in the register; items and money are read in Korean, too."""
    client = staff()
    rows = [
        [register.number(1), "수출바우처", "홍보·광고", 5000000, "국비", "2024-02-01", "협약 1호"],
        [register.number(77), "=판촉", "", "", "local", "2025-01-02", ""],
    ]
    response = preview(client, *rows)
    assert (Support.objects.count(), SupportList.objects.count()) == (0, 0)
    confirm(client, response)
    found = Support.objects.order_by("granted_on").values_list(
        "agency__code", "business_number", "body", "item", "amount", "money", "document"
    )
    assert list(found) == [
        ("SBA", register.number(1), "KOTRA", "publicity", Decimal(5000000), "national", "협약 1호"),
        ("SBA", register.number(77), "KOTRA", "", None, "local", ""),
    ]
    lists = SupportList.objects.values_list("agency__code", "body", "from_on", "until_on")
    assert list(lists) == [("SBA", "KOTRA", dt.date(2022, 1, 1), DAY)]
    again = preview(client, *rows)
    assert [each.import_type for each in again.context["result"].rows] == ["skip", "skip"]
    confirm(client, again)
    assert (Support.objects.count(), SupportList.objects.count()) == (2, 1)
    fields = {f"supportresource_{name}": "on" for name in [*HEAD, "body"]}
    out = client.post(reverse("admin:companies_support_export"), {"format": "0", "resource": "0", **fields})
    table = list(csv.DictReader(io.StringIO(out.content.decode("utf-8-sig"))))
    pretty = [register.company(serial).pretty_number for serial in (77, 1)]
    assert [(each["business_number"], each["program"]) for each in table] == [
        (pretty[0], "'=판촉"),
        (pretty[1], "수출바우처"),
    ]
    of_another_body = preview(client, *rows, body="경기도")
    of_another_agency = preview(staff("officer", "BPA"), *rows)
    for response in (of_another_body, of_another_agency):
        assert [each.import_type for each in response.context["result"].rows] == ["new", "new"]
    assert "수출바우처" in client.get(change(company)).content.decode()
    register.seen_by(company, "BPA")
    stranger = staff("manager", "BPA")
    assert "수출바우처" not in stranger.get(change(company)).content.decode()
    assert "수출바우처" not in stranger.get(reverse("admin:companies_support_changelist")).content.decode()


@pytest.mark.parametrize(("file_format", "name"), [("0", "list.csv"), ("1", "list.xlsx")])
def test_what_goes_out_comes_in_again_and_changes_nothing(company, file_format, name):
    """Numbers are written as people write them, without marks of pages."""
    client = staff()
    confirm(
        client,
        preview(
            client,
            [register.number(1), "수출바우처", "홍보·광고", 5000000, "국비", "2024-02-01", "협약 1호"],
            [register.number(77), "=판촉 <b>", "", "", "local", "2025-01-02", ""],
        ),
    )
    fields = {f"supportresource_{each}": "on" for each in [*HEAD, "body"]}
    out = client.post(
        reverse("admin:companies_support_export"), {"format": file_format, "resource": "0", **fields}
    )
    (read,) = [each for each in FORMATS if each().get_extension() == name[5:]]
    table = read().create_dataset(out.content)
    assert table["business_number"] == [register.company(serial).pretty_number for serial in (77, 1)]
    form = {"body": "KOTRA", "from_on": "2022-01-01", "until_on": "2025-05-30", "format": file_format}
    again = client.post(IMPORT, {"import_file": SimpleUploadedFile(name, out.content), **form})
    assert [each.import_type for each in again.context["result"].rows] == ["skip", "skip"]


def test_wrong_rows_and_wrong_days_bring_nothing_in():
    client = staff()
    row = [register.number(1), "판촉", "publicity", 1, "national", "2024-02-01", ""]
    for at, wrong, sentence in (
        (0, "1234567890", "last digit"), (1, "", "blank"), (2, "lunch", "is none of"), (3, "-5", "greater than"),
        (4, "gold", "is none of"), (5, "2024-02-31", "date"),
    ):  # fmt: skip
        response = preview(client, [*row[:at], wrong, *row[at + 1 :]])
        assert response.context["result"].has_validation_errors(), wrong
        assert sentence in response.content.decode(), wrong
    assert "result" not in preview(client, row, until_on="2021-12-31").context
    assert preview(staff("auditor"), row).status_code == 404
    assert not Support.objects.exists()
    assert not SupportList.objects.exists()
