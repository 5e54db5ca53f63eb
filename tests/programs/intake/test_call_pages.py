"""Public pages of calls: states by the database's clock, the way in with its reason, text that stays text."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from programs.models import Call
from tests.factories import intake as made
from tests.factories import people, programs, register

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def during(move_clock: Any) -> Any:
    move_clock(made.DURING)


def show(client: Any, call: Any) -> Any:
    return client.get(f"/calls/{call.pk}/")


def states(client: Any, query: str = "") -> Any:
    page = client.get(f"/calls/{query}")
    assert page.status_code == 200
    return {
        code: [(row.call.code, row.days_left) for row in rows]
        for code, _title, rows in page.context["groups"]
    }


def test_open_coming_and_closed(client, move_clock):
    call = made.whole_call()
    programs.call(
        code="NEXT",
        opens_at=made.CLOSES,
        closes_at=made.CLOSES + dt.timedelta(days=9),
    )
    programs.call(code="HIDDEN", published_at=None)
    assert states(client) == {"open": [(call.code, 10)], "coming": [("NEXT", None)]}
    move_clock(made.CLOSES + dt.timedelta(seconds=1))
    assert states(client) == {"open": [("NEXT", 9)], "closed": [(call.code, None)]}


def test_what_belongs_to_a_group_stands_inside_it_on_the_notice(english):
    """“Not a trader” reads as what it is: the member alone would read as a requirement."""
    call = programs.call()
    made.criterion(call, "seoul", "province", position=1)
    maker = made.criterion(call, "maker", "not", position=2, name_en="Not only a trader")
    made.criterion(call, "trader", "look", position=3, group=maker, name_en="Only a trader")
    page = show(english, call)
    (place, group) = page.context["requirements"]
    (member,) = group.members
    closing = dt.date(2025, 5, 30)
    assert [(each.criterion.code, each.counts_on) for each in (place, group, member)] == [
        ("seoul", closing), ("maker", None), ("trader", closing),
    ]  # fmt: skip
    text = " ".join(page.content.decode().split())
    assert (
        '<li> Not only a trader <br><span class="subtle small">None of the following may apply</span> <ul> <li> Only a trader <br>'
        in text
    )


@pytest.mark.parametrize(
    ("days", "hours", "soon", "left", "said"),
    [
        (8, 0, False, 8, ""), (7, 0, True, 7, "closing soon: 7 days left"), (1, 0, True, 1, "closing soon: 1 day left"),
        (0, 9, True, 0, "closing soon: closes today"),
    ],
)  # fmt: skip
def test_closing_soon(english, move_clock, days, hours, soon, left, said):
    made.whole_call()
    move_clock(made.CLOSES - dt.timedelta(days=days, hours=hours))
    page = english.get("/calls/")
    (row,) = page.context["groups"][0][2]
    assert (row.is_closing_soon, row.days_left) == (soon, left)
    assert ("closing soon:" in page.content.decode()) is soon
    assert said in page.content.decode()
    assert list(states(english, "?state=soon")) == (["open"] if soon else [])


def shelf() -> None:
    """Two agencies: three calls of SBA in three states and one of BBA that closes in six days."""
    day = dt.timedelta(days=1)
    own = programs.program(name_ko="수출 지원", name_en="Export")
    other = programs.program("BBA-1", "BBA", name_ko="식품 판로개척", name_en="Food channels")
    notice = {"notice_ko": "알립니다.", "title_en": ""}
    programs.call(
        own, "OPEN", title_ko="칠레 모집", notice_ko="화장품 기업을 찾습니다.", title_en="Chile online"
    )
    programs.call(
        own,
        "COMING",
        title_ko="베트남 모집",
        opens_at=made.DURING + day,
        closes_at=made.CLOSES + day,
        **notice,
    )
    programs.call(
        own,
        "OVER",
        title_ko="지난 칠레 모집",
        opens_at=made.DURING - 9 * day,
        closes_at=made.DURING - day,
        **notice,
    )
    programs.call(
        other, "SOON", title_ko="식품", opens_at=made.DURING - day, closes_at=made.DURING + 6 * day, **notice
    )


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["SOON", "OPEN", "COMING", "OVER"]),
        ("?q=칠레+모집", ["OPEN", "OVER"]),
        ("?q=칠레+베트남", []),
        ("?q=화장품", ["OPEN"]),
        ("?q=chile+ONLINE", ["OPEN"]),
        ("?q=food", ["SOON"]),
        ("?q=bba", ["SOON"]),
        ("?q=공고+over", ["OVER"]),
        ("?q=%25", []),
        ("?state=open", ["SOON", "OPEN"]),
        ("?state=soon", ["SOON"]),
        ("?state=coming", ["COMING"]),
        ("?state=closed&q=칠레", ["OVER"]),
        ("?state=nonsense&agency=nonsense", ["SOON", "OPEN", "COMING", "OVER"]),
    ],
)
def test_the_search_and_its_filters(client, query, codes):
    shelf()
    found = states(client, query)
    assert [code for rows in found.values() for code, _left in rows] == codes


def test_each_filter_says_how_many_it_would_show_and_which_is_set(english):
    shelf()
    agency = people.agency("BBA")
    page = english.get("/calls/?q=모집")
    assert [(value, count) for value, _label, count in page.context["states"]] == [
        ("", 3), ("open", 1), ("soon", 0), ("coming", 1), ("closed", 1),
    ]  # fmt: skip
    assert "3 calls" in page.content.decode()
    page = english.get(f"/calls/?agency={agency.pk}&state=soon")
    text = page.content.decode()
    assert [(value, count) for value, _label, count in page.context["states"]] == [
        ("", 1), ("open", 1), ("soon", 1), ("coming", 0), ("closed", 0),
    ]  # fmt: skip
    assert f'<option value="{agency.pk}" selected>' in text
    assert f'href="?agency={agency.pk}&amp;state=soon" aria-current="true"' in text
    assert '<input type="hidden" name="state" value="soon">' in text


def test_a_search_takes_what_keyboards_and_strangers_send(client):
    shelf()
    parts = quote(unicodedata.normalize("NFD", "화장품"))
    assert [code for rows in states(client, f"?q={parts}").values() for code, _left in rows] == ["OPEN"]
    assert states(client, "?q=%00")["open"] == states(client)["open"]
    page = client.get("/calls/?q=" + "+".join("칠레모집을찾습니다"))
    assert page.context["words"] == "칠 레 모 집 을 찾 습 니"
    assert client.get("/calls/?q=" + "%EC%B9%A0" * 400).status_code == 200


def test_a_search_without_a_hit_says_what_to_do(english):
    shelf()
    text = english.get("/calls/?q=nowhere").content.decode()
    assert "No call fits" in text
    assert "Try fewer or shorter words" in text
    assert 'class="btn btn-primary" href="/calls/"' in text
    assert (
        "Choose another state"
        in english.get(f"/calls/?state=closed&agency={people.agency('BBA').pk}").content.decode()
    )


def test_pages_of_twenty_keep_what_is_set(client):
    for serial in range(21):
        programs.call(code=f"CALL-{serial:02d}")
    first, second = client.get("/calls/?q=CALL"), client.get("/calls/?q=CALL&page=2")
    assert (len(first.context["page_obj"]), len(second.context["page_obj"])) == (20, 1)
    assert 'href="?q=CALL&amp;page=2"' in first.content.decode()


def test_a_list_without_calls_says_so(client):
    assert client.get("/calls/").context["has_any"] is False


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(client, django_assert_num_queries, count):
    for serial in range(count):
        programs.call(
            programs.program(f"SBA-{serial}", name_en=""), code=f"CALL-{serial}", title_en=f"Call {serial}"
        )
    with django_assert_num_queries(4):
        page = client.get("/calls/?q=call")
    assert len(page.context["groups"][0][2]) == count


def test_the_notice_says_everything(client):
    call = made.whole_call()
    made.criterion(call, "sme", "certificate", source="중소기업기본법 제2조")
    made.document(call, "bank", stage="selected", is_required=False)
    text = show(client, call).content.decode()
    for part in (
        "모집합니다.", "요건 seoul", "중소기업기본법 제2조", "서류 biz-reg", "서류 bank", "2025. 5. 30.(금) 18:00",
        "수출팀 02-000-0000", "2025. 6. 25.(수)", call.notice_number,
    ):  # fmt: skip
        assert part in text


HOSTILE = """<script>alert(1)</script>
<img src=x onerror=alert(1)> javascript:alert(1)
보기 https://naru.example/a?b=1&c="><b>굵게</b>

둘째 단락"""


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_notice_is_text_and_never_markup(client, language):
    call = made.whole_call(
        notice_ko=HOSTILE,
        title_ko='<i title="x">제목</i>',
        contact_ko="<u>연락처</u>",
        title_en="",
        notice_en="",
    )
    type(call.criterions.get()).objects.update(name_ko="<em>요건</em>", name_en="", source="<em>출처</em>")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    main = show(client, call).content.decode().split("<main")[1]
    for tag in ("<script", "<img src=x", "<b>굵게", "<i title", "<u>연락처", "<em>"):
        assert tag not in main
    assert "&lt;script&gt;" in main
    assert 'href="javascript' not in main
    assert 'href="https://naru.example/a?b=1&amp;c=' in main
    assert main.count("<p>") >= 2
    assert ('lang="ko"' in main) is (language == "en")


def test_before_publication_only_people_of_the_agency_see_it(client):
    call = made.whole_call(published_at=None)
    assert show(client, call).status_code == 404
    for user, status in [
        (people.officer(), 200),
        (people.officer("auditor"), 200),
        (people.officer("manager", "BBA"), 404),
        (register.member(register.company()), 404),
    ]:
        client.force_login(user)
        assert show(client, call).status_code == status
        assert client.get(f"/calls/{call.pk}/calendar.ics").status_code == status


def way_in(client: Any, call: Any) -> Any:
    way = show(client, call).context["way_in"]
    return way.url, str(way.label), str(way.reason)


def test_the_way_in_or_the_reason_why_not(english, move_clock):
    call, company = made.whole_call(), register.company()
    start = f"/calls/{call.pk}/apply/"
    assert way_in(english, call) == (
        f"/account/login/?next=%2Fcalls%2F{call.pk}%2Fapply%2F",
        "Sign in to apply",
        "",
    )
    english.force_login(people.user("new@naru.example"))
    assert way_in(english, call)[2] == "To apply, register your company first."
    english.force_login(register.member(company, "reader"))
    assert way_in(english, call) == (
        "",
        "",
        "You can read only. An owner or editor of your company can apply.",
    )
    english.force_login(register.member(company, "editor"))
    assert way_in(english, call) == (start, "Apply", "")
    application = made.begun(call, company)
    assert way_in(english, call) == (f"/applications/{application.pk}/", "To your application", "")
    english.force_login(register.member(register.company(2)))
    move_clock(call.opens_at - dt.timedelta(minutes=1))
    assert way_in(english, call)[2] == "You can apply from 12 May 2025 09:00 KST."
    move_clock(call.closes_at)
    assert way_in(english, call)[2] == "The call closed on 30 May 2025 18:00 KST."


def test_the_calendar_entry(client):
    call = made.whole_call(title_ko="칠레, 온라인; 진출 " + "지원" * 40)
    answer = client.get(f"/calls/{call.pk}/calendar.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="SBA-MELI-CL-2025-1.ics"'
    lines = answer.content.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    text = answer.content.decode().replace("\r\n ", "")
    assert "DTSTART:20250530T090000Z\r\n" in text
    (summary,) = [line for line in text.split("\r\n") if line.startswith("SUMMARY:")]
    assert "칠레\\, 온라인\\; 진출" in summary
    assert answer.content == client.get(f"/calls/{call.pk}/calendar.ics").content


# Beginning --------------------------------------------------------------------------------------------------------


def test_whoever_writes_for_several_companies_chooses(client):
    call = made.whole_call()
    for serial, role in ((1, "owner"), (2, "editor"), (3, "reader")):
        register.member(register.company(serial), role, "many@firm.example")
    client.force_login(people.user("many@firm.example"))
    page = client.get(f"/calls/{call.pk}/apply/")
    offered = [key for key, _label in page.context["form"].fields["company"].choices]
    assert offered == [str(register.company(1).pk), str(register.company(2).pk)]
    key = str(page.context["form"].initial["form_key"])
    chosen = str(register.company(2).pk)
    answer = client.post(f"/calls/{call.pk}/apply/", {"company": chosen, "form_key": key})
    application = register.company(2).applications.get()
    assert answer["Location"] == f"/applications/{application.pk}/baseline/"
    again = client.post(f"/calls/{call.pk}/apply/", {"company": chosen, "form_key": key})
    assert again["Location"] == answer["Location"]
    assert register.company(2).applications.count() == 1


def test_nobody_begins_for_a_company_of_others(client):
    call = made.whole_call()
    other = register.company(2)
    register.member(other)
    client.force_login(register.member(register.company(1)))
    page = client.post(
        f"/calls/{call.pk}/apply/",
        {"company": str(other.pk), "form_key": "01900000-0000-7000-8000-000000000001"},
    )
    assert page.status_code == 200
    assert "company" in page.context["form"].errors
    assert not other.applications.exists()


def test_a_closed_call_is_refused_with_a_sentence(client, move_clock):
    call = made.whole_call()
    company = register.company()
    client.force_login(register.member(company))
    move_clock(made.CLOSES)
    page = client.post(
        f"/calls/{call.pk}/apply/",
        {"company": str(company.pk), "form_key": "01900000-0000-7000-8000-000000000001"},
    )
    assert page.status_code == 409
    assert page.context["form"].non_field_errors()
    assert not company.applications.exists()


def test_a_member_without_a_company_is_told_what_to_do(client):
    client.force_login(people.user("new@naru.example"))
    page = client.get(f"/calls/{made.whole_call().pk}/apply/")
    assert page.status_code == 200
    assert page.context["has_company"] is False


def test_a_call_cannot_be_reached_by_another_method():
    call = made.whole_call()
    assert Client().post(f"/calls/{call.pk}/").status_code == 302
    assert Call.objects.count() == 1
