"""Lists of exports on the pages of companies and of staff, with what was rejected."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from companies import numbers
from companies.models import Succession
from ground import outbox
from reports.domain import customs_lists, customs_owners, declaring, importing
from reports.domain.customs_owners import Book
from reports.models import CustomsList, CustomsRecord
from reports.queries import exports
from reports.views import rejects
from tests.factories import people, programs, register
from tests.factories.exports import customs, declared, entered, no_differences, taken, written

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER = dt.date(2025, 8, 1), dt.date(2025, 9, 1)


def test_a_company_brings_its_list_on_its_page(tmp_path, program, first, officer):
    owner = register.member(first.company)
    client = Client()
    client.force_login(owner)
    page = client.get(reverse("customs_lists")).content.decode()
    assert "수출 내역" in page
    path = written(
        tmp_path, declared("A-1", "100"), declared("A-2", "4", 거래구분="92"), declared("A-3", "x")
    )
    answer = client.post(
        reverse("customs_lists"),
        {"place": str(first.pk), "upload": SimpleUploadedFile("수출신고 내역.csv", path.read_bytes())},
    )
    row = CustomsList.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("customs_list", args=[row.pk]))
    outbox.drain()
    page = client.get(reverse("customs_list", args=[row.pk])).content.decode()
    assert "unpaid_types" in page
    assert "신고금액" in page
    for _twice in range(2):
        answer = client.post(reverse("customs_list_confirm", args=[row.pk]), {"unpaid_types": ["92"]})
        assert answer.status_code == 302
    outbox.drain()
    row.refresh_from_db()
    assert (row.state, row.unpaid_types) == ("done", ["92"])
    assert "100" in client.get(reverse("customs_lists")).content.decode()
    assert client.post(reverse("customs_list_cancel", args=[row.pk])).status_code == 409
    assert client.post(reverse("customs_lists"), {"place": str(first.pk)}).status_code == 400
    stranger = Client()
    stranger.force_login(register.member(register.company(2)))
    for name in ("customs_list", "customs_list_confirm", "customs_list_cancel"):
        answer = getattr(stranger, "get" if name == "customs_list" else "post")(reverse(name, args=[row.pk]))
        assert answer.status_code == 404
    assert stranger.get(reverse("file_download", args=[row.file_id])).status_code == 404
    assert (
        client.get(reverse("customs_template", args=["ko", "csv"]))
        .content.decode("utf-8-sig")
        .startswith("증빙 종류")
    )


def test_staff_bring_a_list_and_take_it_back(tmp_path, program, first, officer):
    client = Client()
    client.force_login(officer)
    path = written(tmp_path, declared("A-1", "100"))
    answer = client.post(
        reverse("admin:reports_customslist_add"),
        {
            "place": str(program.pk),
            "origin_note": "무역협회",
            "upload": SimpleUploadedFile("e.csv", path.read_bytes()),
        },
    )
    row = CustomsList.objects.get()
    assert answer["Location"] == reverse("admin:reports_customslist_change", args=[row.pk])
    outbox.drain()
    for name, values in (("confirm", {}), ("again", {}), ("undo", {"reason": "잘못된 파일"})):
        assert (
            client.post(reverse(f"admin:reports_customslist_{name}", args=[row.pk]), values).status_code
            == 302
        )
        outbox.drain()
        assert client.get(answer["Location"]).status_code == 200
    row.refresh_from_db()
    assert (row.state, row.undo_reason) == ("undone", "잘못된 파일")
    assert client.get(reverse("admin:reports_customslist_changelist")).status_code == 200
    record = declaring.record_customs(
        first, month=AUGUST, kind="direct", fob_amount=Decimal(7), source="증명서", by=officer
    )
    answer = client.post(
        reverse("admin:reports_customsrecord_take_out", args=[record.pk]), {"reason": "목록으로"}
    )
    assert (answer.status_code, CustomsRecord.objects.count()) == (302, 0)


def succession(former: int, successor, officer, kind: str = "incorporation", **more: Any) -> Succession:
    with Path(__file__).open("rb") as stream:
        kept = importing.keep(File(stream, name="법인 등기.csv"))
    return Succession.objects.create(
        agency=people.agency(), former=register.company(former), successor=successor, kind=kind, on=dt.date(2025, 1, 1),
        document="법인 등기", file=kept, recorded_by=officer, confirmed_at=dt.datetime(2025, 1, 2, tzinfo=dt.UTC), **more,
    )  # fmt: skip


def test_a_company_reads_of_the_numbers_that_stand_for_it_too(tmp_path, program, first, officer):
    """Company 2 became company 1, 3 is its branch. A page names the same numbers as lines are judged by."""
    fourth = programs.participation(register.company(4), program)
    succession(2, first.company, officer)
    succession(3, first.company, officer, "branch")
    number = {each: register.company(each).business_number for each in range(1, 6)}
    assert customs_owners.numbers_of(first) == {number[1], number[2], number[3]}
    assert customs_owners.numbers_of(fourth) == {number[4]}
    assert customs_owners.numbers_of(first) == Book(program).numbers_of(first)
    path = written(
        tmp_path, declared("A-1", "70", company=2, 목적국="US"), declared("A-2", "80", company=3, 목적국="US"),
        declared("A-3", "90", company=5, 목적국="US"),
    )  # fmt: skip
    entered(path, program, officer)
    client = Client()
    client.force_login(register.member(first.company))
    page = client.get(reverse("customs_lists")).content.decode()
    assert all(numbers.pretty(number[each]) in page for each in (2, 3))
    assert not any(numbers.pretty(number[each]) in page for each in (4, 5))
    assert "150" in page, "two lines to another country, of the numbers that stand for it"
    # 5 became 4, and 4 is said to have become 1: 3 and 5 stand for both now, 4 for itself.
    succession(5, fourth.company, officer)
    succession(4, first.company, officer)
    for part, stand in ((first, {1, 2}), (fourth, {4})):
        assert customs_owners.numbers_of(part) == {number[each] for each in stand}
        assert Book(program).numbers_of(part) == {number[each] for each in stand}
    stranger = Client()
    stranger.force_login(register.member(register.company(6)))
    page = stranger.get(reverse("customs_lists")).content.decode()
    assert not any(numbers.pretty(number[each]) in page for each in number)


def test_a_company_reads_nothing_of_who_took_its_place(tmp_path, program, first, officer):
    """Company 1 gave its business to 2, which exports; lines are still judged by both numbers."""
    Succession.objects.create(
        agency=people.agency(), former=first.company, successor=register.company(2), kind="incorporation",
        on=dt.date(2025, 1, 1), document="법인 등기", file=succession(7, register.company(8), officer).file,
        recorded_by=officer, confirmed_at=dt.datetime(2025, 1, 2, tzinfo=dt.UTC),
    )  # fmt: skip
    number = {each: register.company(each).business_number for each in (1, 2)}
    entered(written(tmp_path, declared("A-1", "7654", company=2, 목적국="US")), program, officer)
    assert customs_owners.numbers_of(first) == set(number.values())
    client = Client()
    client.force_login(register.member(first.company))
    page = client.get(reverse("customs_lists")).content.decode()
    assert numbers.pretty(number[2]) not in page
    assert "7,654" not in page


def test_rejected_rows_are_had_as_they_stood_mended_and_brought_again(tmp_path, program, first, officer):
    """Of three rows two are rejected; the download has these two in the list's own columns with the reason behind, without whom it names;
    mended, only they enter."""
    owner = register.member(first.company)
    path = written(
        tmp_path,
        declared("A-1", "100"),
        declared("A-2", "x"),
        declared("A-3", "30", on="어제"),
        name="수출.csv",
    )
    row = entered(path, program, owner, participation=first)
    assert (row.lines, row.rejected) == (1, 2)
    staff, client, stranger = Client(), Client(), Client()
    staff.force_login(officer)
    client.force_login(owner)
    stranger.force_login(register.member(register.company(2)))
    shown = client.get(reverse("customs_list", args=[row.pk])).content.decode()
    urls = [reverse(name, args=[row.pk]) for name in ("customs_list_rejects", "customs_list_mend")]
    assert all(url in shown for url in urls)
    assert [stranger.get(url).status_code for url in urls] == [404, 404]
    on_staff_site = [
        reverse(f"admin:reports_customslist_{name}", args=[row.pk]) for name in ("rejects", "mend")
    ]
    page = staff.get(reverse("admin:reports_customslist_change", args=[row.pk])).content.decode()
    assert all(url in page for url in on_staff_site)
    assert staff.get(on_staff_site[1]).content == client.get(urls[1]).content
    listed = list(csv.reader(client.get(urls[0]).content.decode("utf-8-sig").splitlines()))
    assert [(each[0], each[2]) for each in listed[1:]] == [("3", "x"), ("4", "어제")]
    answer = client.get(urls[1])
    assert "filename*=utf-8''" in answer["Content-Disposition"].lower()
    rows = list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))
    assert [(each["수출신고번호"], each["신고금액(USD)"], each["수리일자"], each["대표자명"]) for each in rows] == [
        ("A-2", "x", "2025-08-05", ""), ("A-3", "30", "어제", ""),
    ]  # fmt: skip
    reasons = [each["반려 사유"] for each in rows]
    assert [reason.partition(":")[0] for reason in reasons] == ["신고금액(USD)", "수리일자"]
    rows[0]["신고금액(USD)"], rows[1]["수리일자"] = "20", "2025-08-07"
    again = entered(
        written(tmp_path, *rows, headings=list(rows[0]), name="mended.csv"),
        program,
        owner,
        participation=first,
    )
    assert (again.lines, again.rejected, customs(program)[AUGUST][0]) == (2, 0, 150)
    no_differences()


def test_all_rejected_rows_are_in_the_downloads_also_when_there_are_many(
    tmp_path, program, first, officer, monkeypatch
):
    """A list keeps the first of its rejections for its page; of the others the stored copy is read once more."""
    monkeypatch.setattr(customs_lists, "TOLD_REJECTS", 2)
    path = written(tmp_path, declared("A-0", "1"), *(declared(f"A-{n}", "x") for n in range(1, 6)))
    row = taken(path, program, officer)
    assert (row.rejected, len(row.rejects)) == (5, 2)
    client = Client()
    client.force_login(officer)
    for name, kept in (("rejects", 5), ("mend", 5)):
        answer = client.get(reverse(f"admin:reports_customslist_{name}", args=[row.pk]))
        assert len(answer.content.decode("utf-8-sig").splitlines()) == 1 + kept
    customs_lists.cancel(row, by=officer)
    assert client.get(reverse("admin:reports_customslist_mend", args=[row.pk])).status_code == 200
    monkeypatch.setattr(rejects, "WORKBOOK_LIMIT", 10)  # nobody has the web read a large file again and again
    monkeypatch.setattr(rejects, "LIMIT", 10)
    answer = client.get(reverse("admin:reports_customslist_rejects", args=[row.pk]))
    shown = answer.content.decode("utf-8-sig").splitlines()
    assert len(shown) == 1 + 2 + 1
    assert "더 있습니다" in shown[-1]


def test_what_does_not_count_of_a_company_is_found_without_reading_the_other_lines(
    tmp_path, program, first, officer
):
    """Of thirty exporters that take no part, by the index of lines that do not count."""
    rows = [declared(f"A-{number}", "1", company=number) for number in range(2, 32)]
    entered(written(tmp_path, *rows), program, by=officer)
    asked = {"program": program.pk, "numbers": [register.company(2).business_number], "month": None}
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("ANALYZE reports_customs_line")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {exports._NOT_COUNTED}", asked)
        plan = " ".join(line for (line,) in cursor.fetchall())
    _before, _found, condition = plan.partition("customs_line_left_out")
    assert "Index Cond: ((list_program_id = " in condition
    assert "AND ((business_number)::text = ANY " in condition


def test_a_list_that_is_over_leads_to_another_one_and_says_its_kind(tmp_path, program, first, officer):
    client = Client()
    client.force_login(officer)
    add = reverse("admin:reports_customslist_add")
    assert reverse("customs_template", args=["ko", "xlsx"]) in client.get(add).content.decode()
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n")
    right = written(tmp_path, declared("A-1", "1234.5"))
    for path, is_over, kind in ((wrong, True, False), (right, False, True)):
        row = taken(path, program, officer)
        page = client.get(reverse("admin:reports_customslist_change", args=[row.pk])).content.decode()
        main = page.split("<main")[1]
        assert ((f'href="{add}"' in main), "수출신고 수리 내역(" in main) == (is_over, kind)
        assert "customs-exports" not in page
    assert ">1,234.50<" in page
