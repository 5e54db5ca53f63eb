"""Staff prepare, publish and follow a briefing on the staff site."""

from __future__ import annotations

import csv
import datetime as dt
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from guidance.domain import surveying
from guidance.models import Briefing, Registration
from tests.factories import briefings as made
from tests.factories import people, programs, register
from tests.guidance.briefings.test_briefing_pages import PDF

pytestmark = pytest.mark.django_db
PARTS = ("sessions", "countries", "materials", "survey_questions")


@pytest.fixture
def officer(move_clock) -> Client:
    move_clock(made.BEFORE)
    client = Client()
    client.force_login(people.officer())
    return client


def typed(**fields: str) -> dict[str, str]:
    values = {
        "title_ko": "칠레 설명회", "title_en": "", "text_ko": "설명합니다.", "text_en": "",
        "starts_at_0": "2025-06-10", "starts_at_1": "14:00", "ends_at_0": "2025-06-10", "ends_at_1": "16:00",
        "closes_at_0": "2025-06-09", "closes_at_1": "18:00", "place_ko": "나루홀", "place_en": "", "online_url": "",
        "capacity": "2", "most_per_company": "3", "contact_ko": "수출팀", "contact_en": "",
    }  # fmt: skip
    for part in PARTS:
        values |= {f"{part}-TOTAL_FORMS": "0", f"{part}-INITIAL_FORMS": "0"}
    return values | fields


def test_a_briefing_is_made_filled_published_and_changed(officer):
    people.country("CL")
    program = programs.program()
    answer = officer.post("/staff/guidance/briefing/add/", typed(program=str(program.pk)))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    (briefing,) = Briefing.objects.all()
    change = reverse("admin:guidance_briefing_change", args=[briefing.pk])
    session = {
        "sessions-TOTAL_FORMS": "1", "sessions-0-briefing": str(briefing.pk), "sessions-0-starts_at_0": "2025-06-10",
        "sessions-0-starts_at_1": "14:00", "sessions-0-ends_at_0": "2025-06-10", "sessions-0-title_ko": "시장",
    }  # fmt: skip
    outside = officer.post(change, typed(**session, **{"sessions-0-ends_at_1": "17:00"}))
    assert "세션은 설명회 시간 안에서" in outside.content.decode()
    assert 'value="시장"' in outside.content.decode()
    parts = {
        **session, "sessions-0-ends_at_1": "15:00", "countries-TOTAL_FORMS": "1", "countries-0-country": "CL",
        "materials-TOTAL_FORMS": "1", "materials-0-title_ko": "자료", "survey_questions-TOTAL_FORMS": "1",
        "survey_questions-0-position": "1", "survey_questions-0-kind": "scale", "survey_questions-0-label_ko": "도움",
    }  # fmt: skip
    assert "파일을 고르십시오." in officer.post(change, typed(**parts)).content.decode()
    upload = SimpleUploadedFile("발표.pdf", PDF, "application/pdf")
    assert officer.post(change, {**typed(**parts), "materials-0-upload": upload}).status_code == 302
    counts = [getattr(briefing, part).count() for part in PARTS]
    assert counts == [1, 1, 1, 1]
    assert officer.post(reverse("admin:guidance_briefing_publish", args=[briefing.pk])).status_code == 302
    briefing.refresh_from_db()
    assert briefing.state == "published"
    for number in (1, 2, 3):
        made.guest(briefing, number)
    fewer = officer.post(change, typed(capacity="1", place_ko=""))
    assert "장소나 온라인 회의실 주소를 적으십시오" in fewer.content.decode()
    fewer = officer.post(change, typed(capacity="1"))
    assert "이미 2자리가 찼습니다" in fewer.content.decode()
    assert officer.post(change, typed(capacity="3")).status_code == 302
    assert set(made.states(briefing).values()) == {"registered"}
    cancel = reverse("admin:guidance_briefing_cancel", args=[briefing.pk])
    assert officer.post(cancel, {"reason": ""}).status_code == 400
    assert officer.post(cancel, {"reason": "연사 사정"}).status_code == 302
    assert "연사 사정" in officer.get(change).content.decode()


def test_the_list_of_who_comes_as_csv_and_xlsx_and_on_the_page(officer, django_assert_num_queries):
    briefing = made.published(capacity=1)
    company = register.company()
    (seated,) = made.of_company(briefing, company)
    made.guest(briefing, 1, company_name="＝손님회사")
    made.asked(briefing, 2)
    listed = officer.get(reverse("admin:guidance_briefing_attendance_csv", args=[briefing.pk]))
    head, first, second = csv.reader(io.StringIO(listed.content.decode("utf-8-sig")))
    assert head[:3] == ["코드", "이름", "기업"]
    assert first[:6] == [
        seated.code, seated.name, company.name_ko, company.pretty_number, seated.email, "자리 있음"
    ]  # fmt: skip
    assert (second[2], second[5]) == ("'＝손님회사", "대기 중")
    book = officer.get(reverse("admin:guidance_briefing_attendance_xlsx", args=[briefing.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[3]][2] == "＝손님회사"
    rows = reverse("admin:guidance_registration_changelist")
    with django_assert_num_queries(LIST_QUERIES):
        assert officer.get(rows).status_code == 200
    for number in range(3, 6):
        made.guest(briefing, number)
    with django_assert_num_queries(LIST_QUERIES):
        assert officer.get(rows).status_code == 200
    for more in (0, 2):
        for _each in range(more):
            made.published()
        with django_assert_num_queries(LIST_QUERIES + 2):
            assert officer.get(reverse("admin:guidance_briefing_changelist")).status_code == 200


LIST_QUERIES = 4


def test_staff_enter_attendance_and_cancel_for_somebody(officer, move_clock):
    briefing = made.published(capacity=1)
    first, second = made.guest(briefing, 1), made.guest(briefing, 2)

    def verb(name: str, row: Registration) -> int:
        return officer.post(reverse(f"admin:guidance_registration_{name}", args=[row.pk])).status_code

    assert verb("check_in", first) == 409, "too early"
    assert verb("cancel", first) == 302
    move_clock(made.STARTS)
    assert verb("check_in", second) == 302
    assert Registration.objects.get(pk=second.pk).checked_in_by == people.officer()
    assert (
        "참석"
        in officer.get(reverse("admin:guidance_registration_change", args=[second.pk])).content.decode()
    )
    assert verb("undo_check_in", second) == 302
    assert verb("cancel", second) == 409


def test_whoever_is_checked_in_cannot_be_cancelled(officer, client, move_clock):
    briefing = made.published(capacity=2)
    company = register.company()
    member = register.member(company)
    guest, (staff,) = made.guest(briefing, 1), made.of_company(briefing, company, by=member)
    move_clock(made.STARTS - dt.timedelta(hours=1))
    own = made.link(guest)
    assert 'value="cancel"' in client.get(own).content.decode()
    made.came(briefing, guest, staff)
    assert 'value="cancel"' not in client.get(own).content.decode()
    refused = client.post(own, {"do": "cancel"})
    assert refused.status_code == 409
    assert "이미 체크인한 사람의 참가 신청은 취소할 수 없습니다." in refused.content.decode()
    client.force_login(member)
    cancel = reverse("registration_cancel", args=[staff.pk])
    page = client.get(reverse("briefing_show", args=[briefing.pk])).content.decode()
    assert (staff.code in page, cancel in page) == (True, False)
    assert client.post(cancel).status_code == 409
    record = reverse("admin:guidance_registration_change", args=[staff.pk])
    assert "이미 체크인한 사람의" in officer.get(record).content.decode()
    assert officer.post(reverse("admin:guidance_registration_cancel", args=[staff.pk])).status_code == 409
    assert set(made.states(briefing).values()) == {"registered"}


def test_once_it_is_over_only_materials_and_the_survey_may_still_come(officer, move_clock):
    briefing = made.published()
    change = reverse("admin:guidance_briefing_change", args=[briefing.pk])
    move_clock(made.ENDS)
    page = officer.get(change).content.decode()
    assert 'name="title_ko"' not in page
    assert 'name="sessions-TOTAL_FORMS"' not in page or 'name="sessions-__prefix__-title_ko"' not in page
    values = {f"{part}-{name}_FORMS": "0" for part in PARTS for name in ("TOTAL", "INITIAL")}
    values |= {
        "survey_questions-TOTAL_FORMS": "1", "survey_questions-0-briefing": str(briefing.pk), "survey_questions-0-position": "1",
        "survey_questions-0-kind": "scale", "survey_questions-0-label_ko": "도움", "title_ko": "다른 제목",
    }  # fmt: skip
    assert officer.post(change, values).status_code == 302
    briefing.refresh_from_db()
    assert (briefing.title_ko, briefing.survey_questions.count()) == ("칠레 시장 설명회", 1)


def test_results_are_counted_and_free_text_is_the_agency_s(officer, move_clock):
    briefing = made.published(capacity=9)
    scale, text = made.question(briefing), made.question(briefing, "text", position=2)
    guests = [made.guest(briefing, number) for number in range(1, 7)]
    move_clock(made.STARTS)
    made.came(briefing, *guests)
    move_clock(made.ENDS)

    for place, each in enumerate(guests):
        surveying.answer(each, {scale.pk: 3 + place % 3, text.pk: f"의견 {place}"})
    results = reverse("admin:guidance_briefing_results", args=[briefing.pk])
    early = officer.get(results).content.decode()
    assert "2025. 7. 10.(목) 16:00부터 결과를 볼 수 있습니다" in early
    assert "6명 가운데 6명이 답했습니다." in early
    assert "평균" not in early, "whoever looks after each answer would read it"
    assert "의견" not in early
    move_clock(made.ENDS + dt.timedelta(days=30))
    page = officer.get(results).content.decode()
    assert "평균: 4.00" in page
    assert "의견 5" in page
    assert "참석자 6명 가운데 6명이 답했습니다." in page
    assert page.count("숨김") == 5
