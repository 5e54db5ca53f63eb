"""Briefings as visitors, companies and staff at the door see them."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from ground import files, quarantine
from ground.history import event_model
from ground.models import StoredFile
from guidance.domain import briefings, registering
from guidance.models import Briefing, BriefingCountry, BriefingMaterial, BriefingSession, Registration
from programs.models import ProgramShare
from tests.conftest import moved_to
from tests.factories import briefings as made
from tests.factories import people, register

pytestmark = pytest.mark.django_db
ROOM = "https://room.example/secret"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def material(briefing: Briefing, *, is_public: bool, passes: bool = True) -> BriefingMaterial:
    file = files.keep(ContentFile(PDF, name="발표.pdf"), kind=StoredFile.Kind.PAPER)
    if passes:
        quarantine.settle(file, None)
    row = BriefingMaterial(briefing=briefing, title_ko="발표 자료", is_public=is_public, file=file)
    briefings.save_part(row, by=people.officer())
    return row


def prepare(folder: Path) -> dict[str, Any]:
    """A briefing of one seat, on site and online, with a company that has it and a guest who waits."""
    moved_to(made.BEFORE)
    briefing = made.published(capacity=1, online_url=ROOM, title_en="Briefing on Chile")
    briefings.save_part(BriefingCountry(briefing=briefing, country=people.country("CL")), by=people.officer())
    session = BriefingSession(
        briefing=briefing, starts_at=made.STARTS, ends_at=made.ENDS, title_ko="시장", speaker_ko="서연구"
    )
    briefings.save_part(session, by=people.officer())
    company = register.company()
    (seated,) = made.of_company(briefing, company)
    return {
        "briefing": briefing, "company": company, "seated": seated, "waiting": made.guest(briefing, 1),
        "member": people.session(register.member(company)), "officer": people.session(people.officer()),
        "stranger": people.session(register.member(register.company(2))),
        "public": material(briefing, is_public=True), "inner": material(briefing, is_public=False),
        "unchecked": material(briefing, is_public=True, passes=False),
    }  # fmt: skip


@pytest.fixture
def world(made_before) -> dict[str, Any]:
    return made_before


def page(client: Client, route: str, *arguments: Any) -> str:
    answer = client.get(reverse(route, args=arguments))
    assert answer.status_code == 200, (route, answer.status_code)
    return answer.content.decode()


def test_a_visitor_reads_everything_but_the_link_and_who_comes(world, client):
    briefing = world["briefing"]
    text = page(client, "briefing_show", briefing.pk)
    for shown in ("칠레 시장 설명회", "나루홀 1층", "서연구", "2025. 6. 10.(화) 14:00", "대기 신청하기"):
        assert shown in text
    for hidden in (ROOM, world["seated"].name, world["seated"].code, "손님1"):
        assert hidden not in text
    calendar = client.get(reverse("briefing_calendar", args=[briefing.pk])).content.decode()
    for line in ("DTSTART:20250610T050000Z", "DTEND:20250610T070000Z", "SEQUENCE:0", "LOCATION:나루홀 1층", "STATUS:CONFIRMED"):  # fmt: skip
        assert line in calendar
    assert ROOM not in calendar
    assert client.get(reverse("briefing_show", args=[made.draft().pk])).status_code == 404
    briefings.cancel(briefing, reason="눈이 많이 옵니다.", by=people.officer())
    text = page(client, "briefing_show", briefing.pk)
    assert "눈이 많이 옵니다." in text
    assert "SEQUENCE:1" in client.get(reverse("briefing_calendar", args=[briefing.pk])).content.decode()


def test_the_list_has_coming_and_past_ones_and_asks_the_same_for_three_as_for_one(
    world, client, move_clock, django_assert_num_queries
):
    with django_assert_num_queries(4):
        text = page(client, "briefing_list")
    assert "만석, 대기 가능" in text
    for _more in range(2):
        made.published()
    with django_assert_num_queries(4):
        assert page(client, "briefing_list").count("task-name") == 3
    assert "아직 열린 설명회가 없습니다" in client.get("/briefings/?when=past").content.decode()
    move_clock(made.ENDS)
    assert client.get("/briefings/?when=past").content.decode().count("task-name") == 3
    assert "예정된 설명회가 없습니다" in page(client, "briefing_list")


def test_materials_are_for_everybody_or_for_whoever_has_a_seat(world, client):
    briefing = world["briefing"]
    public, inner, unchecked = (
        reverse("briefing_material", args=[briefing.pk, world[name].pk])
        for name in ("public", "inner", "unchecked")
    )
    assert [client.get(each).status_code for each in (public, inner, unchecked)] == [200, 404, 404]
    own = reverse(
        "registration_material", args=[made.link(world["seated"]).split("/")[-2], world["inner"].pk]
    )
    names = ("briefing_show", "briefing_calendar", "briefing_register", "briefing_written")
    pages = [reverse("briefing_list"), *(reverse(name, args=[briefing.pk]) for name in names)]
    heads = {each: client.head(each).status_code for each in (*pages, public, own)}
    assert set(heads.values()) == {200}, heads
    people.resumed(client, world["stranger"])
    assert client.get(inner).status_code == 404
    people.resumed(client, world["member"])
    assert client.get(inner).status_code == 200
    assert client.get(reverse("file_download", args=[world["inner"].file_id])).status_code == 200
    mine = reverse(
        "registration_material",
        args=[made.link(world["waiting"]).split("/")[-2], world["inner"].pk],
    )
    assert Client().get(mine).status_code == 404
    registering.leave(world["seated"])
    assert Client().get(mine).status_code == 200
    assert client.get(inner).status_code == 404


def test_a_guest_registers_by_the_mail_s_link_and_cancels_there(world, client):
    briefing = world["briefing"]
    address = reverse("briefing_register", args=[briefing.pk])
    typed = {"name": "한가람", "email": "garam@guest.example", "company_name": "가람상사"}
    refused = client.post(address, typed)
    assert refused.status_code == 409
    assert "동의하지 않으면" in refused.content.decode()
    assert 'value="가람상사"' in refused.content.decode()
    assert "주소" in client.post(address, {**typed, "email": "garam"}).content.decode()
    answer = client.post(address, {**typed, "has_agreed": "on"})
    assert answer["Location"] == reverse("briefing_written", args=[briefing.pk])
    assert "메일을 확인하십시오" in page(client, "briefing_written", briefing.pk)
    row = Registration.objects.get(email="garam@guest.example")
    own = made.link(row)
    assert "참가 신청 확인" in client.get(own).content.decode()
    assert Registration.objects.get(pk=row.pk).state == "unconfirmed", "opening the link confirms nothing"
    for _double_click in range(2):
        assert client.post(own, {"do": "confirm"})["Location"] == own
    assert "대기자 명단 2번째입니다" in client.get(own).content.decode()
    events = event_model(Registration)
    assert events is not None
    kept = events.objects.filter(pgh_obj_id=row.pk).values_list("pgh_context__address", flat=True)
    assert list(kept) == [None, None], "no network address of a guest"
    registering.leave(world["waiting"])
    registering.leave(world["seated"])
    text = client.get(own).content.decode()
    assert Registration.objects.get(pk=row.pk).state == "registered"
    for shown in (row.code, "data:image/svg+xml;base64,", ROOM, "발표 자료"):
        assert shown in text
    client.post(own, {"do": "cancel"})
    assert "취소된 참가 신청입니다." in client.get(own).content.decode()
    assert client.post(own, {"do": "confirm"}).status_code == 409
    assert client.post(own, {"do": "other"}).status_code == 404
    expired = client.post(address, {"company": "1", "name_1": "한가람"})
    assert expired["Location"] == f"/account/login/?next={address}", "a member whose session ran out"
    for wrong in (own[:-2] + "x/", reverse("registration_show", args=[str(row.pk)])):
        assert client.get(wrong).status_code == 404


def test_what_a_member_typed_after_the_session_had_ended_is_offered_once_more(world):
    address = reverse("briefing_register", args=[world["briefing"].pk])
    browser = people.resumed(Client(enforce_csrf_checks=True), world["member"])
    token = re.search(
        r'name="csrfmiddlewaretoken" value="([^"]+)"', page_of(browser, address).split("<main")[1]
    )
    assert token
    del browser.cookies["sessionid"]
    sent = {"company": "1", "name_1": "한가람", "csrfmiddlewaretoken": token[1]}
    assert browser.post(address, sent)["Location"].startswith("/account/login/?next=/once-more/")


def page_of(browser: Client, address: str) -> str:
    return browser.get(address).content.decode()


def test_a_guest_is_written_to_in_the_language_of_the_page(world, english):
    address = reverse("briefing_register", args=[world["briefing"].pk])
    assert "collects your name" in english.get(address).content.decode()
    english.post(address, {"name": "Rio", "email": "rio@guest.example", "has_agreed": "on"})
    row = Registration.objects.get(email="rio@guest.example")
    assert row.consent_text.startswith("SBA Export Agency collects your name")
    registering.confirm(row)
    assert made.mails("rio@guest.example") == [
        "Confirm your registration: Briefing on Chile", "You are on the waiting list: Briefing on Chile"
    ]  # fmt: skip


def test_a_member_registers_people_sees_the_link_and_cancels_for_them(world, client):
    briefing = world["briefing"]
    people.resumed(client, world["member"])
    address = reverse("briefing_register", args=[briefing.pk])
    text = client.get(address).content.decode()
    assert text.count('type="email"') == 3
    typed = {
        "company": str(world["company"].pk),
        "name_1": "새사람",
        "email_1": "",
        "name_2": "",
        "email_2": "",
    }
    refused = client.post(address, typed)
    assert "이메일을 적으십시오" in refused.content.decode()
    assert 'value="새사람"' in refused.content.decode()
    answer = client.post(address, {**typed, "email_1": "new@firm.example"}, follow=True)
    text = answer.content.decode()
    for shown in ("1명이 대기자 명단에 올랐습니다.", "새사람", world["seated"].name, ROOM, "대기 중"):
        assert shown in text
    cancel = reverse("registration_cancel", args=[world["seated"].pk])
    stranger = people.resumed(Client(), world["stranger"])
    assert stranger.post(cancel).status_code == 404
    assert "새사람" not in page(stranger, "briefing_show", briefing.pk)
    client.post(cancel)
    assert Registration.objects.get(pk=world["waiting"].pk).state == "registered"
    assert "개인으로 참가 신청" in client.get(f"{address}?as=guest").content.decode()


def test_the_door_says_who_it_is_and_what_is_wrong(world, client, move_clock):
    briefing, seated = world["briefing"], world["seated"]
    people.resumed(client, world["officer"])
    move_clock(made.STARTS)
    door = reverse("briefing_door", args=[briefing.pk])
    shown = client.get(f"{door}?code={seated.code.lower()}").content.decode()
    assert seated.name in shown
    assert seated.company.name_ko in shown
    assert "체크인했습니다" not in shown
    first = client.post(door, {"code": seated.code}, follow=True).content.decode()
    assert "체크인했습니다. 2025. 6. 10.(화) 14:00" in first
    assert "1명 가운데 1명이 입장했습니다." in first
    move_clock(made.STARTS + dt.timedelta(minutes=5))
    again = client.post(door, {"code": seated.code}, follow=True).content.decode()
    assert "이미 체크인한 사람입니다. 2025. 6. 10.(화) 14:00" in again
    wrong = client.post(door, {"code": "ZZZZZZ"})
    assert wrong.status_code == 409
    assert "한 글자씩 맞춰 보십시오" in wrong.content.decode()
    assert 'value="ZZZZZZ"' in wrong.content.decode()
    assert client.get(f"{door}?code=ZZZZZZ").status_code == 404
    assert seated.name in client.get(f"{door}?code=%00{seated.code}%00").content.decode()
    assert client.get(f"{door}?code=%00").status_code == 200
    assert "자리가 없습니다. (대기 중)" in client.post(door, {"code": world["waiting"].code}).content.decode()
    other = people.resumed(Client(), people.session(people.officer("officer", "BNA")))
    assert [other.get(door).status_code, other.post(door, {"code": seated.code}).status_code] == [404, 404]


def test_the_survey_s_page(world, client, move_clock):
    briefing, seated = world["briefing"], world["seated"]
    scale = made.question(briefing)
    move_clock(made.STARTS)
    made.came(briefing, seated)
    survey = made.link(seated) + "survey/"
    assert "아직 설문이 없습니다." in client.get(survey).content.decode()
    move_clock(made.ENDS)
    assert "설문 답하기" in client.get(made.link(seated)).content.decode()
    assert client.post(survey, {}).status_code == 409
    assert client.post(survey, {f"q_{scale.pk.hex}": "9"}).status_code == 200
    for _twice in range(2):
        client.post(survey, {f"q_{scale.pk.hex}": "4"})
    assert "이미 답하셨습니다" in client.get(survey).content.decode()
    assert briefing.survey_replies.count() == 1
    assert Briefing.objects.get(pk=briefing.pk).survey_asked_at is not None, "the questions stay from now on"


def test_an_agency_with_a_part_sees_the_briefing_and_not_who_comes(world, client):
    briefing = world["briefing"]
    ProgramShare.objects.create(program=briefing.program, agency=people.agency("BNA"), part_ko="일부")
    sharer = people.resumed(Client(), people.session(people.officer("manager", "BNA")))
    row = reverse("admin:guidance_briefing_change", args=[briefing.pk])
    assert sharer.get(row).status_code == 200
    assert sharer.get(reverse("admin:guidance_briefing_results", args=[briefing.pk])).status_code == 200
    assert (
        sharer.get(reverse("admin:guidance_briefing_attendance_csv", args=[briefing.pk])).status_code == 404
    )
    door = reverse("briefing_door", args=[briefing.pk])
    assert sharer.get(f"{door}?code={world['seated'].code}").status_code == 404
    assert world["seated"].name not in sharer.get("/staff/guidance/registration/").content.decode()
    own = people.resumed(Client(), world["officer"])
    assert world["seated"].name in own.get("/staff/guidance/registration/").content.decode()
    foreign = people.resumed(Client(), people.session(people.officer("manager", "XNA")))
    assert foreign.get(row).status_code == 404
