"""The public results: after the release, by two persons where the table says so, names only, whole or masked."""

from __future__ import annotations

import re

import pytest

from accounts.domain import approvals
from accounts.models import SecondPersonRule
from programs.domain import result_notice, selection
from programs.queries.result_notice import masked
from tests.factories import people, staff
from tests.factories.intake import refused

pytestmark = pytest.mark.django_db
WORDS = "아래와 같이 공고합니다."


@pytest.fixture(autouse=True)
def _after_closing(move_clock):
    move_clock(staff.AFTER_CLOSING)


def test_staff_publish_the_results_and_everybody_reads_names_and_no_more(english, client):
    """90 and 80 points are selected, 70 is the reserve, 60 is not selected; the reserve comes in for one that steps back."""
    call, applications = staff.released(code="SBA-MELI-CL-2025-1")
    names = [each.company.name_en for each in applications]
    public = f"/calls/{call.pk}/results/"
    assert client.get(public).status_code == 404
    assert "Results" not in client.get("/calls/").content.decode()
    client.force_login(people.officer())
    ranking = f"/staff/programs/call/{call.pk}/"
    assert "The companies selected in “Call for companies” are announced as follows." in (
        client.get(f"{ranking}ranking/").content.decode()
    )
    answer = client.post(f"{ranking}publish_results/", {"text_ko": WORDS, "text_en": "As follows."})
    assert (answer.status_code, answer.url) == (302, f"{ranking}ranking/")
    client.logout()
    page = client.get(public)
    assert (page.context["results"].selected, page.context["results"].later) == (sorted(names[:2]), [])
    content = page.content.decode()
    assert "As follows." in content
    shown = re.sub(r"<[^>]*>", " ", content.partition("<main")[2])
    for secret in ("90", "80", "70", names[2], names[3]):
        assert secret not in shown
    assert public in client.get("/calls/").content.decode()
    assert public in client.get(f"/calls/{call.pk}/").content.decode()
    selection.withdraw(applications[0], reason="사정", by=people.officer())
    selection.promote_next(call, by=staff.manager())
    results = client.get(public).context["results"]
    assert (results.selected, results.later) == ([names[1]], [names[2]])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ko"
    assert WORDS in client.get(public).content.decode()
    with refused("already_published"):
        result_notice.publish(call, text_ko=WORDS, by=people.officer())


def test_a_second_person_agrees_to_exactly_these_words_and_companies(client):
    call, applications = staff.released(code="SBA-MELI-CL-2025-1", has_masked_names=True)
    SecondPersonRule.objects.create(agency=call.agency, decision="results", is_needed=True)
    officer = people.officer()
    with refused("second_person"):
        result_notice.publish(call, text_ko=WORDS, by=officer)
    question = result_notice.ask(call, text_ko=WORDS, reason="결과", by=officer)
    approvals.answer(question, by=staff.manager(), grant=True)
    assert client.get(f"/calls/{call.pk}/results/").status_code == 404
    with refused("second_person"):
        result_notice.publish(call, text_ko="다른 말", by=officer)
    selection.withdraw(applications[1], reason="사정", by=officer)
    with refused("second_person"):
        result_notice.publish(call, text_ko=WORDS, by=officer)
    again = result_notice.ask(call, text_ko=WORDS, reason="결과", by=officer)
    approvals.answer(again, by=staff.manager(), grant=True)
    result_notice.publish(call, text_ko=WORDS, by=officer)
    name = applications[0].company.name_ko
    page = client.get(f"/calls/{call.pk}/results/", HTTP_ACCEPT_LANGUAGE="ko")
    assert page.context["results"].selected == [masked(name)]
    assert name not in page.content.decode()


def test_only_released_results_of_the_own_agency_in_korean_at_least():
    call, _applications = staff.sealed()
    with refused("not_released"):
        result_notice.publish(call, text_ko=WORDS, by=people.officer())
    selection.put_paper(call, paper=staff.paper(call.program), by=staff.manager())
    selection.release(call, by=staff.manager())
    with refused("not_your_agency"):
        result_notice.publish(call, text_ko=WORDS, by=people.officer("officer", "BBA"))
    with refused("blank"):
        result_notice.publish(call, text_ko=" ", by=people.officer())
    with refused("too_long"):
        result_notice.publish(call, text_ko="가" * 3001, by=people.officer())


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("주식회사 한빛무역", "주식회사 한○○○"),
        ("(주)한빛", "(주)한○"),
        ("한빛무역㈜", "한○○○㈜"),
        ("Hanbit Trading Co., Ltd.", "H○○○○○ T○○○○○○ Co., Ltd."),
        ("빛", "빛○"),
    ],
)
def test_a_masked_name_keeps_first_letters_and_the_legal_form(name, shown):
    assert masked(name) == shown
