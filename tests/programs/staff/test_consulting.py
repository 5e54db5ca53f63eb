"""Consultations: the own agency's log of a company, with a dated task for what is still to be done."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from companies.domain.destruction import personal_records
from companies.models import Company
from programs.domain import consulting
from programs.models import Consultation, Task
from tests.factories import people, register, staff
from tests.factories.intake import refused

pytestmark = pytest.mark.django_db
SAID = "김 과장이 칠레 인증을 물었습니다."


@pytest.fixture(autouse=True)
def _on_the_second_of_june(move_clock):
    move_clock(staff.AFTER_CLOSING)


def note(**given: Any) -> Consultation:
    company = register.company()
    register.seen_by(company)
    values: dict[str, Any] = {
        "agency": people.agency("SBA"), "held_on": dt.date(2025, 6, 2), "channel": "phone", "topic": "certificate",
        "text": SAID, "by": people.officer(), **given,
    }  # fmt: skip
    return consulting.note(values.pop("company", company), **values)


def signed_in(user: Any) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


def test_an_officer_writes_it_down_on_the_company_s_page_and_follows_it_up(django_assert_num_queries):
    company = register.company()
    Company.objects.update(name_en="<b>Hanbit</b>")
    register.seen_by(company)
    register.seen_by(company, "BBA")
    client = signed_in(people.officer())
    page = f"/staff/companies/company/{company.pk}/change/"
    add = f"/staff/programs/consultation/add/?company={company.pk}"
    assert add in client.get(page).content.decode()
    form = client.get(add)
    assert (company.pretty_number in form.content.decode(), "&lt;b&gt;Hanbit" in form.content.decode()) == (
        True,
        True,
    )
    assert "<b>Hanbit" not in form.content.decode()
    typed = {
        "agency": people.agency("SBA").pk, "business_number": company.pretty_number, "held_on": "2025-06-02",
        "channel": "phone", "topic": "certificate", "text": SAID, "follow_up": "인증 안내 보내기", "due_on": "2025-06-05",
    }  # fmt: skip
    answer = client.post(add, typed)
    client.post(add, typed)  # pressed twice
    made = Consultation.objects.get()
    change = f"/staff/programs/consultation/{made.pk}/change/"
    assert (answer.status_code, answer.url) == (302, change)
    assert SAID in client.get(page).content.decode()
    assert SAID in client.get("/staff/programs/consultation/").content.decode()
    assert list(
        Task.objects.open().values_list("side", "kind", "due_on", "subject_ko", "subject_en", "company")
    ) == [
        ("agency", "follow_up", dt.date(2025, 6, 5), "인증·규제", "certificates and regulation", company.pk)
    ]
    assert change in client.get("/staff/").content.decode()
    client.post(f"/staff/programs/consultation/{made.pk}/correct/", {"text": "다르게"})
    assert Consultation.objects.get().text == "다르게"
    assert SAID in client.get(f"/staff/programs/consultation/{made.pk}/history/").content.decode()
    client.post(f"/staff/programs/consultation/{made.pk}/finish/")
    made.refresh_from_db()
    assert (made.done_at is not None, Task.objects.open().count()) == (True, 0)
    assert change not in client.get("/staff/").content.decode()

    other = signed_in(people.officer("officer", "BBA"))
    assert other.get(change).status_code == 404
    for shown in (page, "/staff/programs/consultation/", f"/staff/companies/company/{company.pk}/history/"):
        content = other.get(shown).content.decode()
        assert ("다르게" in content, SAID in content) == (False, False)
    owner = register.member(company)
    assert signed_in(owner).get(change).status_code == 404
    assert "다르게" not in signed_in(owner).get(f"/companies/{company.pk}/").content.decode()
    assert signed_in(people.officer("auditor")).post(add, typed).status_code == 404

    for serial in (2, 3):
        more = register.company(serial)
        register.seen_by(more)
        note(company=more)
    client.get("/staff/programs/consultation/")
    with django_assert_num_queries(LIST_QUERIES):
        client.get("/staff/programs/consultation/")


LIST_QUERIES = 4


def test_what_is_refused(django_user_model):
    day = dt.date(2025, 6, 3)
    unseen = register.company(2)
    cases: list[tuple[str, dict[str, Any]]] = [
        ("not_your_agency", {"by": people.officer("officer", "BBA")}),
        ("not_your_agency", {"by": people.officer("auditor")}),
        ("not_seen", {"company": unseen}),
        ("later", {"held_on": day}),
        ("blank", {"text": "  "}),
        ("too_long", {"text": "가" * 5001}),
        ("too_long", {"follow_up": "가" * 201, "due_on": day}),
        ("follow_up_half", {"follow_up": "전화"}),
        ("follow_up_half", {"due_on": day}),
        ("due_passed", {"follow_up": "전화", "due_on": dt.date(2025, 6, 1)}),
    ]
    for code, given in cases:
        with refused(code):
            note(**given)
    assert Consultation.objects.count() == 0
    made = note()
    with refused("not_yours"):
        consulting.correct(made, text="다르게", by=staff.manager())
    with refused("nothing_to_do"):
        consulting.finish(made, by=people.officer())
    with refused("not_your_agency"):
        consulting.finish(made, by=people.officer("officer", "BBA"))


def test_what_was_said_is_destroyed_with_the_company_s_personal_data_by_its_own_agency():
    made = note(follow_up="김 과장에게 전화", due_on=dt.date(2025, 6, 5))
    found = {
        agencies: [
            (batch.columns, batch.ids)
            for batch in personal_records(made.company, [people.agency(agencies).pk])
            if batch.model is Consultation
        ]
        for agencies in ("SBA", "BBA")
    }
    assert found == {"SBA": [(("text", "follow_up"), (made.pk,))], "BBA": []}
