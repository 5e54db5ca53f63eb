"""All files of a call as one ZIP: current ones only, names for Windows, a list, for the agency's staff alone."""

from __future__ import annotations

import hashlib
import io
import tracemalloc
import zipfile
from typing import Any

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from ground import clock, files
from ground.models import StoredFile
from programs.files.archive import packed
from programs.models import Application, Call, Document
from programs.queries.attachments import attachments_of, file_stem, unique_name
from tests.factories import people, staff
from tests.factories.passing import passed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _after_closing(move_clock):
    move_clock(staff.AFTER_CLOSING)


def handed_in(
    application: Application, name: str, body: bytes = b"", code: str = "catalog", **fields: Any
) -> Document:
    required = application.call.requireddocuments.get_or_create(
        code=code, defaults={"name_ko": "상품 소개서", "name_en": "Catalog"}
    )[0]
    return Document.objects.create(
        application=application,
        call=application.call,
        required=required,
        file=passed(files.keep(ContentFile(staff.PDF + body, name=name), kind="document")),
        **fields,
    )


def downloaded(call: Call, language: str = "ko", **who: Any) -> zipfile.ZipFile:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(people.officer(**who))
    answer = client.get(reverse("admin:programs_call_attachments", args=[call.pk]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert answer["Content-Disposition"] == f"attachment; filename*=UTF-8''{call.code}.zip"
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_current_files_of_what_was_handed_in_and_a_list_of_them():
    call = staff.call()
    first, second = staff.applicant(call, 1), staff.applicant(call, 2, status="withdrawn")
    handed_in(first, "옛것.pdf", b"old", replaced_at=clock.now())
    handed_in(first, "소개.PDF", b"new")
    handed_in(second, "plan.pdf", b"two")
    for serial, status in ((3, "draft"), (4, "withdrawn")):
        recalled = staff.applicant(call, serial, status=status)
        handed_in(recalled, "비밀.pdf", b"secret")
        Application.objects.filter(pk=recalled.pk).update(receipt="", submitted_at=None)
    archive = downloaded(call)
    names = [
        "파일 목록.xlsx",
        f"{call.code}-0001_{first.company.name_ko}_상품 소개서.pdf",
        f"{call.code}-0002_{second.company.name_ko}_상품 소개서.pdf",
    ]
    assert archive.namelist() == names
    assert archive.testzip() is None
    assert [archive.read(name) for name in names[1:]] == [staff.PDF + b"new", staff.PDF + b"two"]
    assert [bool(each.flag_bits & 0x800) for each in archive.infolist()] == [True] * 3
    sheet = openpyxl.load_workbook(io.BytesIO(archive.read(names[0]))).active
    head, *rows = [list(row) for row in sheet.values]
    assert head == [
        "접수번호", "사업자등록번호", "기업", "상태", "서류", "압축 파일 안의 이름", "빠진 이유", "원래 파일 이름",
        "바이트", "SHA-256",
    ]  # fmt: skip
    assert rows == [
        [
            each.receipt, each.company.pretty_number, each.company.name_ko, status, "상품 소개서", name, None, given,
            len(staff.PDF + body), hashlib.sha256(staff.PDF + body).hexdigest(),
        ]
        for each, status, name, given, body in (
            (first, "제출함", names[1], "소개.PDF", b"new"), (second, "철회", names[2], "plan.pdf", b"two"),
        )
    ]  # fmt: skip


def test_what_has_not_passed_the_check_is_left_out_and_said():
    call = staff.call()
    good, waiting, bad = (staff.applicant(call, serial) for serial in (1, 2, 3))
    handed_in(good, "good.pdf")
    for application, passage, finding in ((waiting, "quarantine", ""), (bad, "refused", "virus")):
        file = handed_in(application, "나쁜 이름.pdf", b"secret").file
        StoredFile.objects.filter(pk=file.pk).update(passage=passage, finding=finding)
    archive = downloaded(call)
    name = f"{call.code}-0001_{good.company.name_ko}_상품 소개서.pdf"
    assert archive.namelist() == ["파일 목록.xlsx", "빠진 파일.txt", name]
    virus = "백신 검사에서 악성코드가 발견되었습니다. 컴퓨터를 점검한 뒤 깨끗한 파일을 제출하십시오."
    assert archive.read("빠진 파일.txt").decode("utf-8-sig").split("\r\n") == [
        "이 압축 파일에 파일 2개가 없습니다. 검사를 통과하기 전에는 아무도 파일을 열 수 없습니다.",
        "나중에 다시 내려받으면 그때까지 검사를 통과한 파일이 들어 있습니다.",
        "",
        f"{waiting.receipt} · {waiting.company.name_ko} · 상품 소개서 · 검사 중",
        f"{bad.receipt} · {bad.company.name_ko} · 상품 소개서 · 검사에서 거부됨: {virus}",
        "",
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(archive.read("파일 목록.xlsx"))).active
    assert [(row[0], *row[5:8]) for row in list(sheet.values)[1:]] == [
        (good.receipt, name, None, "good.pdf"),
        (waiting.receipt, None, "검사 중", None),
        (bad.receipt, None, f"검사에서 거부됨: {virus}", None),
    ]
    Application.objects.filter(pk=good.pk).update(status="draft")
    assert downloaded(call, "en").namelist() == ["List of files.xlsx", "Files left out.txt"]


def test_english_readers_get_english_names():
    call = staff.call()
    application = staff.applicant(call, 1)
    handed_in(application, "소개.pdf")
    company = application.company
    assert downloaded(call, "en").namelist() == [
        "List of files.xlsx",
        f"{call.code}-0001_{company.name_en or company.name_ko}_Catalog.pdf",
    ]


def test_what_is_packed_may_be_read_by_those_who_pack_it():
    call = staff.call()
    for serial, status in enumerate(Application.Status.values, start=1):
        is_draft = status == "draft"
        made = staff.applicant(
            call, serial, status=status, **({"receipt": "", "submitted_at": None} if is_draft else {})
        )
        handed_in(made, "a.pdf")
    for user, count in (
        (people.officer("auditor"), 10),
        (people.officer("manager", "OTHER"), 0),
        (people.user("nobody@naru.example"), 0),
    ):
        found = attachments_of(call, user)
        readable = [each for each in Document.objects.filter(call=call) if files.may_read(user, each.file)]
        assert len(found) == count
        assert {each.document.pk for each in found} == {each.pk for each in readable}


def test_a_call_without_files_says_so():
    call = staff.call()
    staff.applicant(call, 1)
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(people.officer("officer"))
    answer = client.get(reverse("admin:programs_call_attachments", args=[call.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("admin:programs_call_change", args=[call.pk]), 302)]
    assert "Nobody has handed in a file to this call yet." in answer.content.decode()


def test_another_agency_gets_nothing_even_with_a_part_in_the_program():
    call = staff.call()
    handed_in(staff.applicant(call, 1), "a.pdf")
    call.program.shares.create(agency=people.agency("OTHER"), part_ko="물류 지원")
    client = Client()
    client.force_login(people.officer("manager", "OTHER"))
    assert client.get(reverse("admin:programs_call_change", args=[call.pk])).status_code == 200
    assert client.get(reverse("admin:programs_call_attachments", args=[call.pk])).status_code == 404


def test_it_asks_the_same_questions_for_three_as_for_one(django_assert_num_queries):
    call = staff.call()
    user = people.officer("officer")
    for serial in (1, 2, 3):
        handed_in(staff.applicant(call, serial), "a.pdf")
        with django_assert_num_queries(3):
            b"".join(packed(attachments_of(call, user)))


def test_memory_stays_flat_however_large_the_files():
    """Three files of 6 MB: never more than a small part of one is held."""
    call = staff.call()
    import random

    body = random.Random(7).randbytes(6_000_000)
    for serial in (1, 2, 3):
        handed_in(staff.applicant(call, serial), "a.pdf", body)
    found = attachments_of(call, people.officer("officer"))
    tracemalloc.start()
    sent = sum(len(piece) for piece in packed(found))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sent > 18_000_000
    assert peak < 3_000_000


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ('A<>:"/\\|?*B', "A---------B"),
        ("주식회사\t가나\n다 ", "주식회사가나다"),
        ("이름. . ", "이름"),
        ("\u1112\u1161\u11ab\u202e글", "한글"),
        ("con", "_con"),
        ("LPT1.x", "_LPT1.x"),
        ("", "_"),
        ("가" * 100, "가" * 66),
    ],
)
def test_names_are_cleaned_for_windows(text, stem):
    assert file_stem(text) == stem


def test_names_are_unique_also_where_capitals_do_not_count():
    taken: set[str] = set()
    assert [unique_name(stem, "PDF", taken) for stem in ("R_A_Doc", "r_a_doc", "R_A_Doc", "R_B_Doc")] == [
        "R_A_Doc.pdf",
        "r_a_doc (2).pdf",
        "R_A_Doc (3).pdf",
        "R_B_Doc.pdf",
    ]
