"""The criteria are taken again on each occasion that counts; what turned stops the verb, and every taking is kept."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import Error, IntegrityError, connection, transaction

from accounts.domain import approvals
from companies.models import StatusCheck
from ground.errors import RuleBroken
from programs.domain import agreement, intake, screening, selection
from programs.models import Application, Override, Participation, Screened, Task
from programs.queries import takings
from tests.factories import intake as made
from tests.factories import people, register, staff

pytestmark = pytest.mark.django_db
ACCEPT_BY = dt.date(2025, 6, 20)


def course(application: Application) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Each occasion with the criteria that changed: code, from, to."""
    return [
        (
            taken.screening.occasion,
            [
                (each.criterion.code, each.before.outcome if each.before else "", each.after.outcome)
                for each in taken.changes
            ],
        )
        for taken in takings.history(application, list(application.call.criterions.all()))
    ]


def tasks(kind: str) -> list[tuple[str, object]]:
    return sorted(Task.objects.open().filter(kind=kind).values_list("side", "subject_id"))


def test_what_turned_stops_selection_promotion_offer_and_acceptance(move_clock):
    """Met, then closed, reopened for an exception: nothing goes on before a second person agreed."""
    move_clock(staff.AFTER_CLOSING)
    call, (first, second, third) = staff.ready(quota=1, reserve_count=2, count=3)
    officer, manager = people.officer(), staff.manager()
    staff.agreed(call)

    register.status(second.company, "closed")
    with pytest.raises(RuleBroken, match="not_met_any_more") as stopped:
        selection.decide(call, by=manager)
    assert str(second.company) in str(stopped.value.sentence)
    call.refresh_from_db()
    assert (call.decided_at, tasks("screen")) == (None, [("agency", second.pk)])
    assert [course(each) for each in (first, second)] == [[("selection", [])]] * 2
    assert staff.result(second, "status").outcome == "not_met"

    register.status(second.company, "active")
    selection.decide(call, by=manager, paper=staff.paper(call.program))
    assert tasks("screen") == []
    assert course(second) == [("selection", []), ("selection", [("status", "not_met", "met")])]
    selection.release(call, by=manager)
    first.refresh_from_db()

    StatusCheck.objects.filter(company=first.company).delete()
    with pytest.raises(RuleBroken, match="look_again"):
        agreement.offer(first, accept_by=ACCEPT_BY, by=officer)
    offers = agreement.offer_all(call, accept_by=ACCEPT_BY, by=officer)
    assert (offers.made, [(each, why.code) for each, why in offers.left_out]) == (
        (),
        [(first.company, "look_again")],
    )
    assert (Participation.objects.count(), tasks("screen")) == (0, [("agency", first.pk)])
    screening.override(staff.result(first, "status"), to="met", reason="홈택스에서 확인", by=officer)
    (made_one,) = agreement.offer_all(call, accept_by=ACCEPT_BY, by=officer).made
    assert tasks("screen") == []

    register.status(first.company, "closed")
    owner = register.member(first.company)
    with pytest.raises(RuleBroken, match="not_met_any_more"):
        agreement.accept(made_one, text_sha256=made_one.text_sha256, by=owner)
    made_one.refresh_from_db()
    assert (made_one.state, tasks("screen")) == ("offered", [("agency", first.pk)])
    assert not Override.objects.exists()
    exception = screening.override(staff.result(first, "status"), to="met", reason="폐업 오류", by=officer)
    with pytest.raises(RuleBroken, match="not_met_any_more"):
        agreement.accept(made_one, text_sha256=made_one.text_sha256, by=owner)
    assert exception.approval is not None
    approvals.answer(exception.approval, by=staff.manager(name="2"), grant=True)
    assert agreement.accept(made_one, text_sha256=made_one.text_sha256, by=owner).state == "agreed"
    assert tasks("screen") == []
    assert course(first) == [
        ("selection", []),
        ("selection", []),
        ("agreement", [("status", "met", "look")]),
        ("agreement", []),
        ("agreement", []),
        ("agreement", [("status", "look", "not_met")]),
        ("agreement", []),
        ("agreement", []),
    ]

    selection.withdraw(first, reason="포기", by=officer)
    register.status(second.company, "suspended")
    with pytest.raises(RuleBroken, match="not_met_any_more"):
        selection.promote_next(call, by=manager)
    second.refresh_from_db()
    assert (second.status, tasks("screen")) == ("reserve", [("agency", second.pk)])
    register.status(second.company, "active")
    assert selection.promote_next(call, by=manager) == second
    third.refresh_from_db()
    assert third.status == "reserve"


def test_what_ends_before_a_later_day_is_a_task_and_stops_nothing(move_clock):
    move_clock(staff.AFTER_CLOSING)
    call, (first, *_rest) = staff.ready(count=2)
    first.company.certificates.update(valid_until=dt.date(2025, 6, 10))
    staff.agreed(call)
    selection.decide(call, by=staff.manager())
    assert list(Task.objects.open().filter(kind="renew").values_list("company", "due_on")) == [
        (first.company_id, dt.date(2025, 6, 25))
    ]


def test_the_criteria_are_taken_at_submission_and_the_page_says_what_changed(move_clock, client):
    move_clock(made.DURING)
    application = made.submitted().application
    assert course(application) == [("submission", [])]
    (taken,) = takings.history(application, list(application.call.criterions.all()))
    assert taken.screening.taken_by == register.member(application.company)
    place = application.company.places.get()
    register.province("26")
    type(place).objects.update(province_id="26")
    move_clock(made.AFTER)
    screening.screen_call(application.call, by=people.officer())
    assert course(application) == [("submission", []), ("screening", [("seoul", "met", "not_met")])]
    client.force_login(people.officer())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    text = " ".join(
        client.get(f"/staff/programs/application/{application.pk}/change/").content.decode().split()
    )
    assert "What changed between occasions" in text
    assert "(11); " in text.split("Criterion seoul</strong>: met (")[1].split("→")[0]
    assert "not met (" in text.split("Criterion seoul</strong>: met (")[1].split("→")[1][:14]
    assert intake.why_not_withdraw(application) is None


def test_what_was_taken_is_never_changed_and_hangs_on_nothing_foreign(owner_role, move_clock):
    move_clock(staff.AFTER_CLOSING)
    call, other = staff.call(), staff.call(code="SBA-2")
    _own, foreign = staff.applicant(call, 1), staff.applicant(other, 2)
    screening.screen_call(call, by=None)
    row = Screened.objects.get()
    again = {
        each.attname: getattr(row, each.attname)
        for each in Screened._meta.concrete_fields
        if each.name != "id"
    }
    for wrong in (
        {"application_id": foreign.pk}, {"application_id": call.pk}, {"screening_id": call.pk}, {"outcomes": [2]},
        {"files": [None]},
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match="screened_belongs"), transaction.atomic():
            Screened.objects.create(**{**again, **wrong})
    statements = (
        "UPDATE programs_screened SET outcomes = '{2}'", "DELETE FROM programs_screened",
        "UPDATE programs_screening SET occasion = 'selection'", "DELETE FROM programs_screening",
    )  # fmt: skip
    for statement in statements:
        with (
            pytest.raises(Error, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    for statement in (
        "DELETE FROM programs_application", "DELETE FROM programs_criterion",
        "UPDATE programs_application SET id = gen_random_uuid()",
    ):  # fmt: skip
        with (
            pytest.raises(Error, match="screened_stays"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    with owner_role():
        for statement in statements:
            with pytest.raises(Error, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
    assert Screened.objects.values().get() == {"id": row.pk, **again}
