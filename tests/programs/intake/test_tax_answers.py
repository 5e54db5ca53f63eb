"""What pages say of the tax office's answer is what criteria take: silence takes no answer back, and an answer has an age."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from companies import queries
from companies.models import Company, StatusCheck
from programs.domain import eligibility
from tests.factories import intake as made
from tests.factories import people, programs, register

pytestmark = pytest.mark.django_db
TODAY = dt.datetime(2025, 5, 20, 10, 0, tzinfo=made.SEOUL)
STATES = ["active", "active", "suspended", "closed", "unregistered", "not_checked", "not_checked"]


@pytest.fixture(autouse=True)
def _now(move_clock) -> None:
    move_clock(TODAY)


def said(company: Company, status: str, days: int, hour: int = 9, why: str = "") -> StatusCheck:
    """What was written down so many days ago."""
    at = TODAY.replace(hour=hour) - dt.timedelta(days)
    return StatusCheck.objects.create(company=company, status=status, checked_at=at, why_not=why)


def test_pages_and_criteria_say_the_same_of_any_history():
    draw = random.Random(20250520)
    call = programs.call()
    made.criterion(call, "open", "status")
    seen = set()
    for serial in range(1, 41):
        company = register.company(serial)
        row = programs.application(call, company)
        for _each in range(draw.randrange(5)):
            said(company, draw.choice(STATES), draw.choice([1, 2, 29, 30, 31, 90]), draw.randrange(0, 10))
        (found,) = eligibility.assess(row)
        answer = queries.tax_answers([company.pk]).get(company.pk)
        if answer is None or answer.until_on is None:
            assert (found.outcome, found.reason_code) == ("look", "status_not_checked")
            expected = "none"
        else:
            day = answer.check.checked_at.astimezone(made.SEOUL).date()
            assert found.value.split()[0] == answer.check.status
            assert found.evidence == day.isoformat()
            assert answer.until_on == day + dt.timedelta(30)
            expected = {"met": "ok", "not_met": "danger", "look": "warn"}[found.outcome]
            assert answer.tone == expected
            expected += " silent" if answer.silent_at else ""
        seen.add(expected)
    assert seen == {"none", "ok", "danger", "warn", "ok silent", "danger silent", "warn silent"}


def pages(company: Company, language: str) -> tuple[str, str, str]:
    """The company's own page, the staff's list, and the staff's page of the company."""
    addresses = [
        (register.member(company), reverse("company_show")),
        (people.officer(), reverse("admin:companies_company_changelist")),
        (people.officer(), reverse("admin:companies_company_change", args=[company.pk])),
    ]
    found = []
    for who, address in addresses:
        browser = Client(headers={"accept-language": language})
        browser.force_login(who)
        content = browser.get(address).content.decode()
        found.append(" ".join(content.split("<main")[1].split()))
    return found[0], found[1], found[2]


@pytest.fixture
def company() -> Any:
    made_up = register.company()
    register.seen_by(made_up)
    return made_up


def test_an_answer_that_counts_is_shown_beside_later_silence(company):
    said(company, "active", 10)
    said(company, "not_checked", 1, why="timeout")
    own, listed, page = pages(company, "en")
    assert "In business" in own or "in business" in own
    assert "counts until 9 June 2025, unless a call names another number of days" in own
    assert (
        "The tax office was asked again on 19 May 2025 09:00 KST and did not answer. The answer above still counts."
        in own
    )
    assert "tone-ok" in listed
    assert "counts until 9 June 2025</span>" in listed
    assert "asked again on 19 May 2025, no answer</span>" in listed
    assert "Counts until 9 June 2025, unless a call names another number of days." in page
    assert "The tax office did not answer in time. The answer above still counts." in page
    for each in (
        own,
        listed,
        page.split("answers of the tax office", 1)[0].split("Answers of the tax office", 1)[0],
    ):
        assert "not checked" not in each
    own, listed, page = pages(company, "ko")
    assert "공고에 다른 일수가 없으면 2025. 6. 9.(월)까지 유효" in own
    assert (
        "2025. 5. 19.(월) 09:00 국세청에 다시 조회하였으나 답이 없었습니다. 위의 답은 그대로 유효합니다."
        in own
    )
    assert "2025. 6. 9.(월)까지 유효</span>" in listed
    assert "2025. 5. 19.(월) 다시 조회, 답 없음</span>" in listed
    assert "공고에 다른 일수가 없으면 2025. 6. 9.(월)까지 유효합니다." in page


def test_on_its_last_day_it_counts_and_on_the_next_it_is_told_as_old(company, move_clock):
    said(company, "active", 30, hour=0)
    own, listed, page = pages(company, "en")
    assert "counts until 20 May 2025" in own
    assert "tone-ok" in listed
    move_clock(TODAY + dt.timedelta(1))
    said(company, "not_checked", -1)
    own, listed, page = pages(company, "en")
    assert "counted until 20 May 2025; it is asked for again when a call needs it" in own
    assert "did not answer" in own
    assert "tone-warn" in listed
    assert "counted until 20 May 2025</span>" in listed
    assert "Counted until 20 May 2025. Now a person must look." in page
    assert not any("still counts" in each for each in (own, listed, page))


def test_where_nothing_was_ever_answered_that_is_said(company):
    own, listed, page = pages(company, "en")
    assert "tax office: not checked" in own
    assert "never asked" in page
    said(company, "not_checked", 1, why="unreachable")
    own, listed, page = pages(company, "en")
    assert "tax office asked on 19 May 2025 09:00 KST, no answer" in own
    assert "The tax office could not be reached." in page
    assert not any("until" in each.split("tax office")[1][:40] for each in (own, listed))


def test_the_answer_stands_in_the_table_though_many_silent_days_follow(company):
    said(company, "closed", 25)
    for day in range(24):
        said(company, "not_checked", day)
    _own, _listed, page = pages(company, "en")
    table = page.partition("nswers of the tax office")[2].partition("</table>")[0]
    assert table.count("no answer</td>") == 20
    assert table.count("closed</td>") == 1


@pytest.mark.parametrize(
    ("closed_on", "days", "outcome"),
    [(30, None, "look"), (10, None, "met"), (30, 60, "met"), (30, 14, "look")],
)
def test_what_is_over_today_may_count_for_a_call_that_has_closed_or_names_its_days(
    company, closed_on, days, outcome
):
    said(company, "active", 31)
    call = programs.call(opens_at=TODAY.replace(day=1), closes_at=TODAY.replace(day=closed_on))
    made.criterion(call, "open", "status", values={} if days is None else {"days": days})
    (found,) = eligibility.assess(programs.application(call, company))
    assert found.outcome == outcome
    assert (
        "Counted until 19 May 2025. Now a person must look. Of a call that has closed, or that names another number of days, its"
        " own page says."
    ) in pages(company, "en")[2]
    assert "다른 일수를 정한 공고는 그 공고의 심사 화면을 확인해 주십시오." in pages(company, "ko")[2]
