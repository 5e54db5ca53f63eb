"""Who reads guides: companies that agreed are known to distribution, everybody else is a number, and no small group shows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from companies.domain import consents
from companies.models import CompanyIndustry, CompanySize
from ground.errors import RuleBroken
from ground.models import Industry, Message
from guidance.domain import guide_questions, reading
from guidance.models import Favorite, GuideQuestion, Rating, Reading, ReadingCount, ReadingKind
from guidance.queries import reading as readings
from tests.conftest import moved_to
from tests.factories import guidance, people, register
from tests.factories.consents import given
from tests.guidance import test_editions
from tests.guidance.test_editions import AT, CODE

pytestmark = pytest.mark.django_db
SHOW = reverse("guide_show", kwargs={"program": CODE, "country": "VN"})
ASK = reverse("guide_ask", kwargs={"program": CODE, "country": "VN"})
WORDING = {
    "kind": "reading", "title_ko": "안내서 열람 집계", "title_en": "Counting of readings", "body_ko": "셉니다.", "body_en": "We count.",
    "items_ko": "열람", "months": 24, "from_on": dt.date(2025, 1, 1),
}  # fmt: skip


def prepare(folder: Path) -> dict[str, Any]:
    made = test_editions.prepare(folder)
    text = consents.publish_text(people.agency(), code="reading", wording=WORDING, by=people.officer())
    named = {"code": "C10", "revision": 11, "name_ko": "식료품", "name_en": "Food"}
    food = Industry.objects.get_or_create(pk="11:C10", defaults=named)[0]
    company = register.company(1)
    owner = register.member(company)
    CompanySize.objects.create(company=company, size="small", on=dt.date(2025, 1, 1))
    CompanyIndustry.objects.create(company=company, industry=food, is_main=True)
    return {**made, "text": text, "food": food, "company": company, "owner": owner}


@pytest.fixture
def made(prepared) -> dict[str, Any]:
    moved_to(AT + dt.timedelta(days=1))
    return prepared.made


def counts() -> dict[tuple[str, str], int]:
    return {(row.kind, f"{row.on}"): row.times for row in ReadingCount.objects.all()}


def booklet_of(lang: str = "ko") -> str:
    return reverse("guide_booklet", kwargs={"program": CODE, "version": "VN-1", "lang": lang})


def test_visitors_leave_a_number_and_companies_that_agreed_their_size_and_industry(made, client):
    assert client.get(SHOW).status_code == 200
    client.get(SHOW)
    client.get(booklet_of())
    assert counts() == {("read", "2025-06-16"): 2, ("download", "2025-06-16"): 1}
    assert settings.SESSION_COOKIE_NAME not in client.cookies
    client.force_login(made["owner"])
    page = client.get(SHOW)
    assert "안내서 열람 집계" in page.text
    assert counts()["read", "2025-06-16"] == 3
    consent = reverse(
        "guide_consent", kwargs={"program": CODE, "country": "VN", "company": made["company"].pk}
    )
    assert client.post(consent, {"text": uuid4()}).status_code == 404
    assert client.post(consent, {"text": made["text"].pk}).status_code == 302
    for _again in range(2):
        page = client.get(SHOW)
        client.get(booklet_of("en"))
    assert 'name="text"' not in page.text
    assert counts() == {("read", "2025-06-16"): 3, ("download", "2025-06-16"): 1}
    rows = Reading.objects.order_by("kind").values_list(
        "company", "kind", "size", "industry", "edition__number"
    )
    key, food = made["company"].pk, made["food"].pk
    assert list(rows) == [(key, "download", "small", food, 1), (key, "read", "small", food, 1)]
    moved_to(AT + dt.timedelta(days=2))
    client.get(SHOW)
    assert Reading.objects.count() == 3
    assert list(readings.readers_of(made["first"].pk)) == [key]
    other = guidance.edition(made["program"], "JP")
    assert list(readings.readers_of(other.pk)) == []
    reading.count([made["first"]], ReadingKind.PLAY, user=made["owner"], at=AT + dt.timedelta(days=2))
    assert readings.readers(made["first"]).sizes == [readings.Group(CompanySize.Size.SMALL.label, None)]
    consents.withdraw(made["company"].consents.get(), by=made["owner"])
    client.get(SHOW)
    assert (Reading.objects.count(), counts()["read", "2025-06-17"]) == (4, 1)
    assert list(readings.readers_of(made["first"].pk)) == []
    found = readings.readers(made["first"])
    assert (found.companies, found.sizes, found.industries) == (0, [], [])
    client.force_login(people.officer())
    client.get(SHOW)
    client.get(booklet_of())
    assert counts()["read", "2025-06-17"] == 1, "staff are no readers"
    assert ("download", "2025-06-17") not in counts()


def test_who_plays_a_video_has_not_read_and_a_consent_that_is_over_names_nobody(made):
    consents.give(made["text"], made["company"], by=made["owner"])
    reading.count([made["first"]], ReadingKind.PLAY, user=made["owner"], at=AT + dt.timedelta(days=1))
    assert list(readings.readers_of(made["first"].pk)) == []
    reading.count([made["first"]], ReadingKind.DOWNLOAD, user=made["owner"], at=AT + dt.timedelta(days=1))
    assert list(readings.readers_of(made["first"].pk)) == [made["company"].pk]
    moved_to(AT + dt.timedelta(days=740))
    assert list(readings.readers_of(made["first"].pk)) == [], "24 months are over"


def test_a_kept_guide_that_is_opened_counts_as_nobodys_reading(made, client):
    """What the worker fetches by itself is no reading; who opens it is never known."""
    kept = reverse("guide_kept", kwargs={"program": CODE, "country": "VN", "lang": "ko"})
    consents.give(made["text"], made["company"], by=made["owner"])
    client.force_login(made["owner"])
    client.get(kept, headers={"sec-fetch-mode": "cors"})
    assert counts() == {}
    client.get(kept, headers={"sec-fetch-mode": "navigate"})
    client.get(kept, headers={"naru-opened": "1"})
    assert (counts(), Reading.objects.count()) == ({("read", "2025-06-16"): 2}, 0)


def test_a_company_keeps_rates_and_takes_back(made, client):
    def post(name: str, company: Any, **values: str) -> int:
        address = reverse(name, kwargs={"program": CODE, "country": "VN", "company": company.pk})
        return client.post(address, values).status_code

    client.force_login(made["owner"])
    company = made["company"]
    assert [post("guide_favorite", company, keep="yes") for _again in range(2)] == [302, 302]
    assert Favorite.objects.get().company == company
    assert "우리 기업의 보관함" in client.get(reverse("guide_list")).text
    assert [post("guide_rate", company, useful=useful) for useful in ("2", "5", "9", "")] == [
        302,
        302,
        409,
        409,
    ]
    assert Rating.objects.get().useful == 5
    assert post("guide_favorite", company, keep="no") == 302
    assert Favorite.objects.count() == 0
    other = register.company(2)
    for name in ("guide_favorite", "guide_rate", "guide_consent"):
        assert post(name, other, keep="yes", useful="1") == 404
    with pytest.raises(RuleBroken, match="not_member"):
        reading.rate(made["first"], other, 3, by=made["owner"])
    assert (Rating.objects.count(), Favorite.objects.count()) == (1, 0)


def test_a_question_is_answered_and_published_only_if_the_company_agrees(made, client):
    client.force_login(made["owner"])
    key = uuid4()
    values = {"company": made["company"].pk, "text": "착불 수수료는 얼마입니까?", "form_key": key}
    blank = client.post(ASK, {**values, "text": " "})
    assert blank.status_code == 409
    assert blank.context["form"].errors["text"]
    for _twice in range(2):
        assert client.post(ASK, values).status_code == 302
    silent = GuideQuestion.objects.get()
    assert silent.may_be_published is False
    client.post(
        ASK, {**values, "text": "반품은 어떻게 합니까?", "form_key": uuid4(), "may_be_published": "on"}
    )
    open_one = GuideQuestion.objects.get(may_be_published=True)
    assert "착불 수수료는" in client.get(SHOW).text
    staff = people.officer()
    client.force_login(staff)
    for row in (silent, open_one):
        answer = reverse("admin:guidance_guidequestion_answer", args=[row.pk])
        assert (
            client.post(answer, {"question_ko": row.text, "answer_ko": f"답: {row.text}"}).status_code == 302
        )
        assert client.post(answer, {"question_ko": "x", "answer_ko": "x"}).status_code == 409
    assert Message.objects.filter(recipients__contains=[made["owner"].email]).count() == 2
    client.logout()
    page = client.get(SHOW).text
    assert ["답: 반품은" in page, "답: 착불" in page, str(made["company"]) in page] == [True, False, False]
    client.force_login(made["owner"])
    assert "답: 착불" in client.get(SHOW).text
    withdraw = reverse("guidequestion_withdraw", kwargs={"pk": silent.pk})
    assert client.post(withdraw).status_code == 409
    waiting = guide_questions.ask(
        made["program"], made["country"], made["company"], "또 묻습니다.", may_be_published=False, form_key=uuid4(), by=made["owner"]
    )  # fmt: skip
    client.force_login(register.member(register.company(2)))
    assert client.post(reverse("guidequestion_withdraw", kwargs={"pk": waiting.pk})).status_code == 404
    assert "또 묻습니다." not in client.get(SHOW).text
    client.force_login(made["owner"])
    assert client.post(reverse("guidequestion_withdraw", kwargs={"pk": waiting.pk})).status_code == 302
    with pytest.raises(RuleBroken, match="withdrawn"):
        guide_questions.answer(waiting, question_ko="x", answer_ko="x", by=staff)
    client.force_login(people.officer(agency_code="BNA"))
    assert client.get(reverse("admin:guidance_guidequestion_change", args=[silent.pk])).status_code == 404


def test_a_published_answer_is_taken_down_by_staff_or_by_the_company(made, client):
    def published(text: str) -> GuideQuestion:
        row = guide_questions.ask(
            made["program"], made["country"], made["company"], text, may_be_published=True, form_key=uuid4(), by=made["owner"]
        )  # fmt: skip
        return guide_questions.answer(row, question_ko=text, answer_ko=f"답: {text}", by=people.officer())

    one, two = published("하나?"), published("둘?")
    down = reverse("admin:guidance_guidequestion_take_down", args=[one.pk])
    off = reverse("guidequestion_unpublish", kwargs={"pk": two.pk})

    def public() -> list[bool]:
        client.logout()
        page = client.get(SHOW).text
        return [f"답: {text}" in page for text in ("하나?", "둘?")]

    assert public() == [True, True]
    client.force_login(people.officer())
    assert client.post(down, {"reason": ""}).status_code == 400
    assert client.post(down, {"reason": "틀린 답입니다."}).status_code == 302
    assert client.post(down, {"reason": "다시"}).status_code == 409
    page = client.get(reverse("admin:guidance_guidequestion_history", args=[one.pk])).text
    assert "틀린 답입니다." in page, "the history says why"
    assert public() == [False, True]
    client.force_login(register.member(register.company(2)))
    assert client.post(off).status_code == 404
    assert off not in client.get(SHOW).text
    client.force_login(made["owner"])
    page = client.get(SHOW).text
    assert (off in page, "답: 하나?" in page) == (True, True)
    assert [client.post(off).status_code for _twice in range(2)] == [302, 409]
    assert public() == [False, False]
    client.force_login(people.officer(agency_code="BNA"))
    assert client.post(down, {"reason": "남의 것"}).status_code == 404


def test_a_published_answer_is_corrected_where_it_stands_and_says_when_and_what(made, client):
    row = guide_questions.ask(
        made["program"], made["country"], made["company"], "몇 도?", may_be_published=True, form_key=uuid4(), by=made["owner"]
    )  # fmt: skip
    address = reverse("admin:guidance_guidequestion_correct", args=[row.pk])
    client.force_login(people.officer())
    typed = {"question_ko": "몇 도?", "answer_ko": "50 도입니다.", "reason": "온도가 틀렸습니다."}
    assert client.post(address, typed).status_code == 409, "nothing is answered yet"
    guide_questions.answer(row, question_ko="몇 도?", answer_ko="40 도입니다.", by=people.officer())
    shown = reverse("admin:guidance_guidequestion_change", args=[row.pk])
    assert address in client.get(shown).text
    refused = {"": 400, "x" * 301: 400}
    assert {
        reason: client.post(address, {**typed, "reason": reason}).status_code for reason in refused
    } == refused
    assert client.post(address, {**typed, "answer_ko": "40 도입니다."}).status_code == 409, "nothing differs"
    moved_to(AT + dt.timedelta(days=3))
    assert client.post(address, typed).status_code == 302
    assert "온도가 틀렸습니다." in client.get(shown).text
    history = client.get(reverse("admin:guidance_guidequestion_history", args=[row.pk])).text
    assert ("40 도입니다." in history, "온도가 틀렸습니다." in history) == (True, True)
    mail = Message.objects.filter(recipients__contains=[made["owner"].email]).latest("created_at")
    assert (
        "정정했습니다" in mail.subject,
        "온도가 틀렸습니다." in mail.body,
        "50 도입니다." in mail.body,
    ) == (
        True,
        True,
        True,
    )
    client.force_login(people.officer(agency_code="BNA"))
    assert client.post(address, typed).status_code == 404
    client.logout()
    page = client.get(SHOW).text
    assert ("50 도입니다." in page, "40 도입니다." in page) == (True, False)
    assert "2025. 6. 18.(수) 10:00 정정</strong>: 온도가 틀렸습니다." in page, page[page.index("50 도") :][
        :500
    ]


def test_small_groups_are_hidden_and_no_sum_gives_one_away():
    def numbers(**groups: int) -> list[tuple[str, int | None]]:
        return [(each.label, each.companies) for each in readings.groups(groups)]

    assert numbers(a=9, b=5, c=7) == [("a", 9), ("c", 7), ("b", 5)]
    assert numbers(a=9, b=3, c=2) == [("a", 9), ("b", None), ("c", None)]
    assert numbers(a=9, b=6, c=4) == [("a", 9), ("b", None), ("c", None)]
    assert numbers(a=9, b=6, c=2, d=1) == [("a", 9), ("b", None), ("c", None), ("d", None)]
    assert numbers(a=4) == [("a", None)]
    assert numbers() == []


def test_many_readings_cost_staff_no_further_query(made, client, owner_role, django_assert_num_queries):
    address = reverse("admin:guidance_edition_readers", args=[made["first"].pk])
    changelist = reverse("admin:guidance_edition_changelist")
    client.force_login(people.officer())
    client.get(address)
    with django_assert_num_queries(7):
        client.get(address)
    with django_assert_num_queries(6):
        client.get(changelist)
    companies = [register.company(serial) for serial in range(10, 20)]
    kinds = {"edition": made["first"].pk, "program": made["program"].pk, "agency": made["program"].agency_id}
    for each in companies:
        given(each, made["text"])
    with owner_role(), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO guidance_reading (id, agency_id, program_id, edition_id, company_id, kind, "on", size)
            SELECT gen_random_uuid(), %(agency)s, %(program)s, %(edition)s, c.id, k.kind, d.day::date,
                CASE WHEN c.n <= 6 THEN 'small' ELSE 'micro' END
            FROM unnest(%(companies)s::uuid[]) WITH ORDINALITY AS c (id, n),
                (VALUES ('read'), ('download')) AS k (kind),
                generate_series('2010-01-01'::date, '2010-01-01'::date + %(days)s, '1 day') AS d (day)""",
            {**kinds, "companies": [each.pk for each in companies], "days": 49},
        )
    with django_assert_num_queries(7):
        page = client.get(address)
    found = page.context["readers"]
    assert found.readings == {"read": 500, "download": 500, "play": 0}
    assert [(str(each.label), each.companies) for each in found.sizes] == [
        ("소기업", None),
        ("소상공인", None),
    ]
    assert found.companies == 10
    with django_assert_num_queries(6):
        client.get(changelist)
