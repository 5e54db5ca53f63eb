"""Publishing a call: whole, by people of the agency, with a second person where the agency's table wants one."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.domain import approvals
from accounts.models import SecondPersonRule
from programs.domain import publishing
from tests.factories import intake as made
from tests.factories import people
from tests.factories.intake import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(move_clock: Any) -> Any:
    move_clock(made.DURING)
    return made.whole_call(published_at=None)


def test_publishing_makes_it_public_once(call, client):
    officer = people.officer()
    assert client.get(f"/calls/{call.pk}/").status_code == 404
    published = publishing.publish(call, by=officer)
    assert (published.published_by, str(published.published_at)[:10]) == (officer, "2025-05-20")
    assert client.get(f"/calls/{call.pk}/").status_code == 200
    with refused("already_published"):
        publishing.publish(call, by=officer)


@pytest.mark.parametrize(("role", "agency"), [("auditor", "SBA"), ("finance", "SBA"), ("manager", "BBA")])
def test_only_officers_and_managers_of_the_agency_publish(call, role, agency):
    with refused("not_your_agency"):
        publishing.publish(call, by=people.officer(role, agency))


def test_a_call_that_is_not_whole_is_refused_with_all_reasons(call, move_clock):
    made.question(call, "one", "one")
    made.question(call, "money", "money", currency="XXX")
    made.criterion(call, "empty", "province", values={"provinces": []})
    made.criterion(call, "unknown", "province", values={"provinces": ["99"]})
    made.criterion(call, "cert", "certificate", values={})
    move_clock(made.CLOSES)
    assert len(publishing.faults(call)) == 6
    with refused("not_ready"):
        publishing.publish(call, by=people.officer())
    call.criterions.all().delete()
    assert len(publishing.faults(call)) == 4


def test_a_second_person_agrees_to_exactly_this_notice(call):
    officer, manager = people.officer(), people.officer("manager")
    SecondPersonRule.objects.create(agency=call.agency, decision="publishing", is_needed=True)
    with refused("second_person"):
        publishing.publish(call, by=officer)
    question = publishing.ask_to_publish(call, by=officer, reason="공고합니다.")
    with refused("second_person"):
        publishing.publish(call, by=officer)
    with refused("same_person"):
        approvals.answer(question, by=officer, grant=True)
    approvals.answer(question, by=manager, grant=True)
    call.notice_ko = "다른 공고"
    call.save()
    with refused("second_person"):
        publishing.publish(call, by=officer)
    made.question(call, "more")
    call.notice_ko = "모집합니다."
    call.save()
    with refused("second_person"):
        publishing.publish(call, by=officer)
    call.questions.filter(code="more").delete()
    publishing.publish(call, by=officer)


def test_another_agency_cannot_ask(call):
    with refused("not_your_agency"):
        publishing.ask_to_publish(call, by=people.officer("manager", "BBA"), reason="x")
