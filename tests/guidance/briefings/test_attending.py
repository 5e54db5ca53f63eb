"""At the door: who had not registered comes in when there is room, is counted, and leaves no name without agreeing."""

from __future__ import annotations

import datetime as dt
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations import AddConstraint
from django.urls import reverse

from ground.errors import RuleBroken
from guidance.domain import attending, briefing_rounds
from guidance.domain.attending import WalkIn
from guidance.models import Registration
from guidance.queries import briefings as asked
from guidance.queries.attendance import rows_of
from tests.conftest import moved_to
from tests.factories import briefings as made
from tests.factories import people, register

pytestmark = pytest.mark.django_db
MIGRATION = "0005_corrected_answers_walk_ins_and_lists_of_codes"


@pytest.fixture(autouse=True)
def _before() -> None:
    moved_to(made.BEFORE)


def enter(briefing: Any, **who: Any) -> Registration:
    return attending.enter(briefing, WalkIn(**who), key=uuid4(), by=people.officer())[0]


def refusal(briefing: Any, **who: Any) -> str:
    with pytest.raises(RuleBroken) as refused:
        enter(briefing, **who)
    return refused.value.code


def test_seats_at_the_door_before_it_begins_while_it_runs_and_afterwards():
    """Three seats, two of them taken by people who register; then one who waits."""
    briefing, company = made.published(capacity=3), register.company(3)
    one, two = made.guest(briefing, 1), made.guest(briefing, 2)
    assert refusal(briefing, company=company) == "too_early"
    moved_to(made.STARTS - dt.timedelta(hours=1))
    assert attending.room(briefing, made.STARTS - dt.timedelta(hours=1)) == 1
    walked = enter(briefing, company=company)
    assert (walked.state, walked.name, walked.consent_text, walked.is_walk_in) == ("registered", "", "", True)
    assert refusal(briefing, company=company) == "full", "the other two seats are of those who registered"
    moved_to(made.STARTS)
    made.came(briefing, one)
    guest = enter(briefing, name="박걸음", email="Walk@in.example", company_name="걸음상사", has_agreed=True)
    assert (guest.email, guest.consent_text[:8]) == ("walk@in.example", attending.consent_text(briefing)[:8])
    other = WalkIn(name="이웃", email="walk@in.example", has_agreed=True)
    assert attending.enter(briefing, other, key=uuid4(), by=people.officer()) == (guest, False), "one address"
    assert refusal(briefing, company=register.company(4)) == "full", "three are in"
    made.came(briefing, two)
    assert Registration.objects.came().count() == 4, "who registered is never turned away"
    moved_to(made.ENDS)
    enter(briefing, company=register.company(4))
    assert [(each.company, each.people) for each in asked.came()] == sorted(
        [(company.pk, 1), (register.company(4).pk, 1)]
    )
    assert asked.of_companies_of(register.member(company), briefing) == [], "the company registered nobody"
    assert [row[5] for row in rows_of(briefing)].count("신청 없이 참석") == 3
    moved_to(made.ENDS + dt.timedelta(days=7))
    assert refusal(briefing, company=company) == "too_late"


def test_who_waits_gets_the_seat_of_somebody_who_has_not_come():
    briefing = made.published(capacity=1)
    seated, waiting, other = (made.guest(briefing, number) for number in (1, 2, 3))
    moved_to(made.STARTS - dt.timedelta(minutes=1))
    with pytest.raises(RuleBroken, match="대기"):
        made.came(briefing, waiting)
    assert refusal(briefing, name="박걸음", has_agreed=True) == "full"
    moved_to(made.STARTS)
    found = enter(briefing, name="다른 이름", email=waiting.email, has_agreed=True)
    assert (found.pk, found.name, found.state, found.is_walk_in) == (waiting.pk, "손님2", "registered", False)
    with pytest.raises(RuleBroken, match="대기"):
        made.came(briefing, other)
    made.came(briefing, seated)
    attending.undo_check_in(found, by=people.officer())
    attending.undo_check_in(seated, by=people.officer())
    made.came(briefing, other)
    assert Registration.objects.came().get().pk == other.pk


def test_what_is_typed_is_whole_and_a_name_is_kept_only_with_agreement():
    briefing, company = made.published(capacity=5), register.company(3)
    other = made.published()
    moved_to(made.STARTS)
    assert refusal(briefing) == "nobody"
    assert refusal(briefing, name="박걸음") == "consent_missing"
    assert refusal(briefing, company=company, company_name="걸음상사") == "two_companies"
    assert refusal(briefing, company=company, email="a@in.example", has_agreed=True) == "name_missing"
    assert refusal(briefing, name="www.걸음.kr", has_agreed=True) == "advertising"
    key = uuid4()
    once = []
    for seconds in (0, 1, 60):
        moved_to(made.STARTS + dt.timedelta(seconds=seconds))
        found, is_new = attending.enter(briefing, WalkIn(company), key=key, by=people.officer())
        once.append((found.pk, is_new))
    assert once == [(key, True), (key, True), (key, False)]
    with pytest.raises(RuleBroken) as refused:
        attending.enter(other, WalkIn(company), key=key, by=people.officer())
    assert refused.value.code == "form_key"
    with pytest.raises(RuleBroken) as refused:
        attending.enter(briefing, WalkIn(company), key=uuid4(), by=people.officer("officer", "BNA"))
    assert refused.value.code == "not_your_agency"
    row = attending.undo_check_in(Registration.objects.get(), by=people.officer())
    with pytest.raises(RuleBroken) as refused:
        attending.enter(briefing, WalkIn(company), key=key, by=people.officer())
    assert refused.value.code == "form_key", "who was taken out again is not in by the form of before"
    assert (row.state, Registration.objects.active().count()) == ("cancelled", 0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.update(registered_by=None)


def test_who_is_taken_out_again_before_the_beginning_leaves_the_seat_to_who_waits():
    briefing = made.published(capacity=1, closes_at=made.STARTS)
    moved_to(made.STARTS - dt.timedelta(minutes=50))
    walked = enter(briefing, name="박걸음", email="walk@in.example", has_agreed=True)
    assert briefing_rounds.remind() == 0, "agreed to no reminder"
    made.guest(briefing, 1)
    assert made.states(briefing) == {"walk": "registered", "guest1": "waiting"}
    attending.undo_check_in(walked, by=people.officer())
    assert made.states(briefing) == {"walk": "cancelled", "guest1": "registered"}
    assert made.mails("walk@in.example") == []


def test_the_migration_is_taken_back_also_after_people_walked_in(owner_role):
    briefing, name = made.published(capacity=5), "registration_by_company_or_guest"
    seated = made.guest(briefing)
    moved_to(made.STARTS)
    enter(briefing, company=register.company(3))
    enter(briefing, name="박걸음", has_agreed=True)
    *_before, last = import_module(f"guidance.migrations.{MIGRATION}").Migration.operations
    begun = import_module("guidance.migrations.0003_briefings").Migration.operations
    steps = [step for each in begun for step in getattr(each, "operations", [each])]
    was = next(
        each.constraint for each in steps if isinstance(each, AddConstraint) and each.constraint.name == name
    )
    now = next(each for each in Registration._meta.constraints if each.name == name)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    with owner_role(), connection.schema_editor() as editor:
        last.database_backwards("guidance", editor, None, None)
        editor.remove_constraint(Registration, now)
        editor.add_constraint(Registration, was)
    assert list(Registration.objects.all()) == [seated]


def test_the_page_at_the_door_says_how_much_room_there_is_and_keeps_what_was_typed(client):
    briefing, company = made.published(capacity=2), register.company(3)
    moved_to(made.STARTS)
    page = reverse("briefing_walk_in", args=[briefing.pk])
    client.force_login(people.officer())
    people.resumed(client, people.session(people.officer()))
    assert page in client.get(reverse("briefing_door", args=[briefing.pk])).text
    assert "자리가 2석 남았습니다" in client.get(page).text
    typed = {"key": uuid4(), "name": "박걸음", "email": "", "company_name": "걸음상사"}
    refused = client.post(page, typed)
    assert (refused.status_code, 'value="걸음상사"' in refused.text) == (409, True)
    assert client.post(page, {"key": uuid4(), "business_number": "124-81-00990"}).status_code == 400
    told = client.post(page, {"key": uuid4(), "business_number": company.pretty_number}, follow=True).text
    assert (company.name_ko in told, "신청 없이 참석" in told) == (True, True)
    told = []
    for name in ("박걸음", "이웃"):
        given = {**typed, "key": uuid4(), "name": name, "email": "walk@in.example", "has_agreed": "on"}
        shown = client.post(page, given, follow=True).text
        told.append(
            ("이미 체크인한 사람입니다" in shown, "박걸음" in shown, "2명 가운데 2명이 입장했습니다" in shown)
        )
    assert told == [(False, True, True), (True, True, True)]
    full = client.post(page, {**typed, "has_agreed": "on"})
    assert (full.status_code, "더 들어올 수 없습니다" in full.text) == (409, True)
    shown = reverse("admin:guidance_registration_change", args=[Registration.objects.get(company=company).pk])
    assert "신청 없이 참석" in client.get(shown).text
    people.resumed(client, people.session(people.officer("officer", "BNA")))
    assert [client.get(page).status_code, client.post(page, typed).status_code] == [404, 404]
