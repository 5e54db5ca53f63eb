"""A second person answers."""

from __future__ import annotations

import ast
import time
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.urls import reverse

from accounts.domain import approvals
from accounts.models import Approval, SecondPersonRule
from ground.access import TABLE
from ground.errors import RuleBroken
from tests.companies.test_company_admin import staff
from tests.companies.test_pages import browser
from tests.factories import people

pytestmark = pytest.mark.django_db
PASSWORD = "a long password of the second person"
LIST = reverse("admin:accounts_approval_changelist")


def question(by=None, agency: str = "SBA") -> Approval:
    return approvals.ask(
        agency=people.agency(agency), decision="payment", subject="3차 지급", subject_id=uuid4(),
        digest=approvals.fingerprint({"amount": 1}), reason="검수를 마쳤습니다.",
        by=by or people.officer("officer", agency),
    )  # fmt: skip


def change(record: Approval) -> str:
    return reverse("admin:accounts_approval_change", args=[record.pk])


def answer(record: Approval) -> str:
    return reverse("admin:accounts_approval_answer", args=[record.pk])


def test_an_earlier_yes_does_not_outlast_a_later_no():
    def ask_and_answer(grant: bool) -> None:
        asked = approvals.ask(**matter, agency=agency, subject="3차 지급", reason="검수", by=people.officer())
        approvals.answer(asked, by=people.officer("manager"), grant=grant, reason="다시 봤습니다.")

    agency = people.agency("SBA")
    matter = {"decision": "payment", "subject_id": uuid4(), "digest": approvals.fingerprint({"amount": 1})}
    ask_and_answer(grant=True)
    assert approvals.require(agency=agency, **matter) == Approval.objects.get()
    ask_and_answer(grant=False)
    with pytest.raises(RuleBroken, match="second_person"):
        approvals.require(agency=agency, **matter)
    ask_and_answer(grant=True)
    assert approvals.require(agency=agency, **matter) == approvals.latest(agency_id=agency.pk, **matter)


@pytest.mark.parametrize("role", ["manager", "finance"])
def test_a_second_person_agrees_or_refuses(role):
    asked = question()
    client = staff(role)
    content = client.get(change(asked)).content.decode()
    assert "검수를 마쳤습니다." in content
    assert "3차 지급" in content
    assert client.post(answer(asked), {"grant": "0", "reason": ""}, follow=True).status_code == 200
    asked.refresh_from_db()
    assert asked.answered_at is None
    assert client.post(answer(asked), {"grant": "1"})["Location"] == change(asked)
    asked.refresh_from_db()
    assert (asked.is_granted, asked.answered_by) == (True, people.officer(role))
    assert answer(asked) not in client.get(change(asked)).content.decode()


def test_a_refusal_needs_its_reason():
    asked = question()
    client = staff("manager")
    assert "Say why you refuse" in client.post(answer(asked), {"grant": "0"}, follow=True).content.decode()
    client.post(answer(asked), {"grant": "0", "reason": "금액이 다릅니다."})
    asked.refresh_from_db()
    assert (asked.is_granted, asked.answer_reason) == (False, "금액이 다릅니다.")


def test_whoever_asked_is_told_why_they_cannot_answer():
    asked = question(by=people.officer("manager"))
    client = staff("manager")
    content = client.get(change(asked)).content.decode()
    assert "you asked this question yourself" in content
    assert "disabled" in content
    client.post(answer(asked), {"grant": "1"})
    asked.refresh_from_db()
    assert asked.answered_at is None


@pytest.mark.parametrize("role", ["officer", "auditor"])
def test_others_read_the_question_only(role):
    asked = question(by=people.officer("manager"))
    client = staff(role)
    assert client.get(change(asked)).status_code == 200
    assert client.post(answer(asked), {"grant": "1"}).status_code == 404


def test_another_agency_s_question_does_not_exist():
    asked = question(agency="BPA")
    client = staff("manager")
    assert client.get(change(asked)).status_code == 404
    assert client.post(answer(asked), {"grant": "1"}).status_code == 404
    assert "3차 지급" not in client.get(LIST).content.decode()
    operator = browser(people.user("op@naru.example", is_operator=True))
    assert operator.get(change(asked)).status_code == 404


def test_questions_are_not_made_or_edited_here():
    asked = question()
    client = staff("manager")
    assert client.get(reverse("admin:accounts_approval_add")).status_code == 404
    assert client.post(change(asked), {"is_granted": "on"}).status_code == 404


def long_ago(client) -> None:
    """The password of this session was given a second too long ago."""
    session = client.session
    for each in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        each["at"] = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT - 1
    session.save()


def just_now(client) -> None:
    session = client.session
    for each in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        each["at"] = time.time()
    session.save()


def test_who_answers_gives_the_password_once_more():
    asked = question()
    manager = people.officer("manager")
    manager.set_password(PASSWORD)
    manager.save()
    client = browser(manager)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert "Give your password first" not in client.get(change(asked)).content.decode()
    long_ago(client)
    door = f"{reverse('account_reauthenticate')}?{urlencode({'next': change(asked)})}"
    assert f'href="{door}"' in client.get(change(asked)).content.decode()
    came = {"referer": f"http://testserver{change(asked)}"}
    sent = client.post(answer(asked), {"grant": "1"}, headers=came)
    assert (sent.status_code, sent["Location"]) == (302, door)
    asked.refresh_from_db()
    assert asked.answered_at is None
    shown = client.get(door).content.decode()
    assert "This decision asks for your password" in shown
    wrong = client.post(door, {"password": "not the password of mine"})
    assert wrong.status_code == 200
    client.post(answer(asked), {"grant": "1"})
    asked.refresh_from_db()
    assert asked.answered_at is None
    given = client.post(door, {"password": PASSWORD})
    assert (given.status_code, given["Location"]) == (302, change(asked))
    asked.refresh_from_db()
    assert asked.answered_at is None  # nothing is decided by the door
    client.post(answer(asked), {"grant": "1"})
    asked.refresh_from_db()
    assert asked.is_granted


def test_a_reason_to_refuse_that_took_too_long_is_kept_until_it_is_sent():
    asked = question()
    client = staff("manager")
    long_ago(client)
    sent = client.post(answer(asked), {"grant": "0", "reason": "금액 <다릅니다>"})
    assert urlencode({"next": change(asked)}) in sent["Location"]  # without a Referer: the record's page
    just_now(client)
    assert 'value="금액 &lt;다릅니다&gt;"' in client.get(change(asked)).content.decode()
    client.post(answer(asked), {"grant": "0", "reason": "금액 <다릅니다>"})
    asked.refresh_from_db()
    assert asked.answer_reason == "금액 <다릅니다>"
    assert "naru_typed" not in client.session


def test_the_need_for_a_second_person_is_read_by_all_and_changed_with_the_password():
    rule = SecondPersonRule.objects.create(
        agency=people.agency("SBA"), decision="shared_support", is_needed=True
    )
    page = reverse("admin:accounts_secondpersonrule_change", args=[rule.pk])
    add = reverse("admin:accounts_secondpersonrule_add")
    auditor, manager = staff("auditor"), staff("manager")
    long_ago(auditor)
    assert auditor.get(page).status_code == 200
    long_ago(manager)
    assert manager.get(page).status_code == 200
    for address in (page, add):
        assert urlencode({"next": address}) in manager.post(address, {})["Location"]
    rule.refresh_from_db()
    assert rule.is_needed


def test_nobody_is_led_away_by_where_they_came_from():
    asked = question()
    client = staff("manager")
    long_ago(client)
    sent = client.post(answer(asked), {"grant": "1"}, headers={"referer": "https://elsewhere.example/"})
    assert sent["Location"] == f"{reverse('account_reauthenticate')}?{urlencode({'next': change(asked)})}"


def calls(path: Path) -> set[str]:
    """`module.function` of every call in the file."""
    tree = ast.parse(path.read_text())
    return {ast.unparse(each.func) for each in ast.walk(tree) if isinstance(each, ast.Call)}


def answering() -> set[str]:
    """Every verb by which a second person answers, as pages call it: those that reach `approvals.answer`."""
    found = {"approvals.answer", "approvals.answer_any"}
    for path in Path().glob("*/domain/**/*.py"):
        for each in ast.walk(ast.parse(path.read_text())):
            if isinstance(each, ast.FunctionDef) and "approvals.answer(" in ast.unparse(each):
                found.add(f"{path.stem}.{each.name}")
    return found


def test_every_page_that_takes_an_answer_asks_for_the_password():
    pages = [*Path().glob("*/admin/**/*.py"), *Path().glob("*/views/**/*.py")]
    verbs = answering()
    assert {"closing.answer", "merging.answer", "sharing.answer"} <= verbs
    doors = {str(each) for each in pages if calls(each) & verbs}
    assert doors == {"accounts/admin/second_person.py", "companies/admin/merge.py"}
    answers = {route for route in TABLE.entries if route.endswith("_answer") and route.startswith("admin:")}
    assert {"admin:accounts_approval_answer", "admin:companies_merge_answer"} <= answers
    assert all(
        TABLE.entries[f"admin:{each}_answer"].asks_password
        for each in ("accounts_approval", "companies_merge")
    )


def test_the_same_addresses_ask_for_the_password_for_every_decision_of_two():
    """One address takes the answers to all of them, another those about a merge; closing a month and opening it again ask who asks,
    too, and so does what needs a second person at all."""
    assert {route for route, entry in TABLE.entries.items() if entry.asks_password} == {
        "admin:accounts_approval_answer", "admin:companies_merge_answer",
        "admin:accounts_secondpersonrule_add", "admin:accounts_secondpersonrule_change",
        "admin:reports_closedmonth_add", "admin:reports_closedmonth_reopen",
    }  # fmt: skip
