"""The applicants of a call as a workbook: one row each, one column a question, typed; nothing in it runs."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from programs.domain import intake, screening
from programs.models import Answer, Application, Baseline, Call, EntryOnBehalf, Question
from programs.queries import applicants
from programs.queries.applicants import applicants_of
from programs.queries.case import AMOUNTS
from tests.factories import people, programs, register, staff

pytestmark = pytest.mark.django_db
KINDS = [
    ("short", "short", {}), ("number", "number", {}), ("won", "money", {"currency": "KRW"}), ("open", "money", {}),
    ("day", "day", {}), ("yes", "yes_no", {}),
    ("many", "many", {"choices": [{"code": "a", "ko": "가", "en": "A"}, {"code": "b", "ko": "나", "en": "B"}]}),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _after_closing(move_clock):
    move_clock(staff.AFTER_CLOSING)


def asked() -> tuple[Call, dict[str, Question]]:
    call = staff.call()
    return call, {
        code: Question.objects.create(
            call=call, code=code, kind=kind, position=position, label_ko=f"질문 {code}", label_en=f"Ask {code}", **more
        )
        for position, (code, kind, more) in enumerate(KINDS)
    }  # fmt: skip


def answer(application: Application, question: Question, **value: Any) -> None:
    Answer.objects.create(application=application, call=application.call, question=question, **value)


def sheet_of(call: Call, language: str = "ko") -> Any:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(people.officer("auditor"))
    reply = client.get(reverse("admin:programs_call_applicants", args=[call.pk]))
    assert reply["Content-Disposition"] == f"attachment; filename*=UTF-8''{call.code}-applicants.xlsx"
    return openpyxl.load_workbook(io.BytesIO(reply.content)).active


def test_every_figure_and_answer_has_its_typed_column():
    call, questions = asked()
    first, second = staff.applicant(call, 1), staff.applicant(call, 2, is_fine=False)
    programs.application(call, register.company(3))
    screening.screen_call(call, by=None)
    Baseline.objects.create(
        application=first,
        last_year=2024,
        is_first_export=False,
        **{name: Decimal(number * 1000) + Decimal("0.5") for number, name in enumerate(reversed(AMOUNTS))},
    )
    answer(first, questions["short"], text="=HYPERLINK(1)")
    answer(first, questions["number"], number=Decimal("12.5"))
    answer(first, questions["won"], amount=Decimal(70_000), currency="KRW")
    answer(first, questions["open"], amount=Decimal("10.25"), currency="USD")
    answer(first, questions["day"], day=dt.date(2025, 3, 1))
    answer(first, questions["yes"], is_yes=False)
    answer(first, questions["many"], codes=["b", "a"])
    sheet = sheet_of(call)
    head, *rows = [list(row) for row in sheet.values]
    baseline = [str(Baseline._meta.get_field(name).verbose_name) for name in ("last_year", *AMOUNTS)]
    assert [head[:6], head[6] != "", head[17:]] == [
        ["접수번호", "사업자등록번호", "기업", "상태", "제출 시각 (한국시간)", "적격심사 결과"],
        True,
        ["질문 short", "질문 number", "질문 won (KRW)", "질문 open", "질문 open: 통화", "질문 day", "질문 yes",
         "질문 many"],
    ]  # fmt: skip
    assert len(head) == 6 + len(baseline) + 2 + 8
    assert rows == [
        [
            first.receipt, first.company.pretty_number, first.company.name_ko, "제출함",
            dt.datetime(2025, 5, 20, 9, 1), "충족",
            2024, 7000.5, 6000.5, 5000.5, 4000.5, 3000.5, 2000.5, 1000.5, 0.5, "아니요", None,
            "=HYPERLINK(1)", 12.5, 70_000, 10.25, "USD", dt.datetime(2025, 3, 1), "아니요", "나, 가",
        ],
        [
            second.receipt, second.company.pretty_number, second.company.name_ko, "제출함",
            dt.datetime(2025, 5, 20, 9, 2), "미충족", *[None] * 19,
        ],
    ]  # fmt: skip
    assert [sheet.cell(2, column).data_type for column in (2, 5, 7, 18, 19, 23)] == [
        "s",
        "d",
        "n",
        "s",
        "n",
        "d",
    ]
    assert "나담당" not in str(rows)


def test_the_head_speaks_the_reader_s_language():
    call, questions = asked()
    answer(staff.applicant(call, 1), questions["many"], codes=["a"])
    head, row = [list(each) for each in sheet_of(call, "en").values]
    assert [head[0], head[4], head[5], head[19], head[21], head[24]] == [
        "Receipt number", "Submitted at (Seoul time)", "Outcome of screening", "Ask won (KRW)", "Ask open: currency",
        "Ask many",
    ]  # fmt: skip
    assert (row[3], row[5], row[24]) == ("submitted", "a person must look", "A")


def test_another_agency_gets_nothing_even_with_a_part_in_the_program():
    call, _questions = asked()
    staff.applicant(call, 1)
    call.program.shares.create(agency=people.agency("OTHER"), part_ko="물류 지원")
    other = people.officer("manager", "OTHER")
    client = Client()
    client.force_login(other)
    assert client.get(reverse("admin:programs_call_applicants", args=[call.pk])).status_code == 404
    assert list(applicants_of(call, other)[1]) == []


def test_it_asks_the_same_questions_for_three_as_for_one(django_assert_num_queries):
    call, questions = asked()
    user = people.officer("officer")
    for serial in (1, 2, 3):
        answer(staff.applicant(call, serial), questions["short"], text="답")
        with django_assert_num_queries(7):
            assert len(list(applicants_of(call, user)[1])) == serial


def test_a_long_list_is_read_some_at_a_time_and_is_the_same(monkeypatch, django_assert_num_queries):
    call, questions = asked()
    user = people.officer("officer")
    for serial in (3, 1, 5, 2, 4):
        answer(staff.applicant(call, serial), questions["short"], text=f"답 {serial}")
    head, whole = applicants_of(call, user)
    rows = list(whole)
    assert [row[17] for row in rows] == [f"답 {serial}" for serial in (1, 2, 3, 4, 5)]
    monkeypatch.setattr(applicants, "AT_ONCE", 2)
    with django_assert_num_queries(3):
        again, some = applicants_of(call, user)
    assert again == head
    with django_assert_num_queries(4):
        first = [next(some), next(some)]
    with django_assert_num_queries(8):
        assert [*first, *some] == rows
    monkeypatch.setattr(applicants, "AT_ONCE", 5)
    assert list(applicants_of(call, user)[1]) == rows


def test_whether_one_was_entered_on_a_company_s_behalf_is_known_before_the_first_row(monkeypatch):
    call, _questions = asked()
    last = [staff.applicant(call, serial) for serial in (1, 2, 3)][-1]
    EntryOnBehalf.objects.create(
        application=last, agency=call.agency, begun_by=people.officer(), begun_at=staff.AFTER_CLOSING,
        channel="visit", reason="방문",
    )  # fmt: skip
    monkeypatch.setattr(applicants, "AT_ONCE", 1)
    head, rows = applicants_of(call, people.officer("officer"))
    assert [head[-1], *(row[-1] for row in rows)] == [
        "대행 입력",
        "",
        "",
        last.on_behalf.get_channel_display(),
    ]


def test_what_is_taken_back_while_the_list_is_written_is_the_company_s_own_draft_again(
    monkeypatch, move_clock
):
    call, questions = asked()
    move_clock(call.opens_at + dt.timedelta(days=1))
    first, second = staff.applicant(call, 1), staff.applicant(call, 2)
    for each in (first, second):
        answer(each, questions["short"], text=f"답 {each.receipt}")
    monkeypatch.setattr(applicants, "AT_ONCE", 1)
    _head, rows = applicants_of(call, people.officer("officer"))
    assert next(rows)[0] == first.receipt
    intake.recall(second, by=register.member(second.company))
    assert list(rows) == []
