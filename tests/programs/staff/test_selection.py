"""Selection: sealed by two persons, silent until the release, told to all at once, filled up from the reserve."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.domain import approvals
from ground import mailbox, outbox
from ground.errors import RuleBroken
from ground.models import Message
from programs.domain import selection
from programs.models import (
    Application,
    Call,
    Participation,
    RequiredDocument,
    Selection,
    SelectionRow,
    Task,
)
from programs.queries.selection import ranking
from tests.conftest import moved_to, standing_on
from tests.factories import people, programs, register, staff

pytestmark = pytest.mark.django_db


Made = tuple[Call, list[Application]]


def prepare(folder: Path) -> Made:
    moved_to(staff.AFTER_CLOSING)
    return staff.ready()


def sealed(folder: Path) -> Made:
    moved_to(staff.AFTER_CLOSING)
    return staff.sealed()


def released(folder: Path) -> Made:
    moved_to(staff.AFTER_CLOSING)
    return staff.released()


def nothing(folder: Path) -> None:
    moved_to(staff.AFTER_CLOSING)


@pytest.fixture(autouse=True)
def world(made_before) -> Made | None:
    return made_before


def statuses(call: Call) -> list[str]:
    return list(Application.objects.filter(call=call).order_by("receipt").values_list("status", flat=True))


@standing_on(nothing)
def test_the_ranking_is_the_mean_of_the_evaluators_totals():
    call, applications = staff.ready(count=3)
    staff.scored(staff.evaluator(call, "a"), applications[2], "60", "40")
    found = ranking(call)
    assert [
        (
            line.place.rank,
            line.place.receipt[-4:],
            line.place.points,
            line.place.tie_points,
            line.place.result,
        )
        for line in found.lines
    ] == [
        (1, "0001", Decimal("90.0000"), Decimal("54.0000"), "selected"),
        (2, "0003", Decimal("85.0000"), Decimal("51.0000"), "selected"),
        (3, "0002", Decimal("80.0000"), Decimal("48.0000"), "reserve"),
    ]
    assert found.open_points == ()


@standing_on(nothing)
def test_a_tie_at_the_cut_line_is_decided_by_the_tie_breaking_item():
    call, applications = staff.ready(quota=1, reserve_count=1, count=2)
    for name in ("a", "b"):
        staff.scored(staff.evaluator(call, name), applications[0], "40", "40")
        staff.scored(staff.evaluator(call, name), applications[1], "45", "35")
    found = ranking(call)
    assert [(line.place.receipt[-4:], line.place.points, line.place.result) for line in found.lines] == [
        ("0002", Decimal("80.0000"), "selected"),
        ("0001", Decimal("80.0000"), "reserve"),
    ]
    assert found.lines[1].place.apart_by == "tie_breaker"


@pytest.mark.parametrize(
    "hole", ["undeclared", "unscored", "screening", "open", "items", "recused", "nobody"]
)
def test_it_says_what_keeps_the_ranking_from_being_sealed(hole, move_clock, world):
    call, applications = world
    post = staff.evaluator(call, "a")
    if hole == "undeclared":
        staff.evaluator(call, "c")
    if hole == "unscored":
        post.scores.filter(application=applications[0]).first().delete()
    if hole == "screening":
        staff.applicant(call, 9)
    if hole == "open":
        move_clock(call.closes_at - dt.timedelta(hours=1))
    if hole == "items":
        staff.items(call)[0].__class__.objects.filter(call=call, code="plan").update(maximum_points=30)
    if hole == "recused":
        for name in ("a", "b"):
            staff.declared(staff.evaluator(call, name), applications[0], has_conflict=True)
    if hole == "nobody":
        call.evaluators.update(ended_at=staff.AFTER_CLOSING)
    assert ranking(call).open_points != ()
    for verb in (
        lambda: selection.ask_sealing(call, reason="x", by=staff.manager()),
        lambda: selection.decide(call, by=staff.manager()),
    ):
        with pytest.raises(RuleBroken, match="not_ready"):
            verb()
    assert not Selection.objects.exists()


def test_sealing_always_needs_a_second_person_who_agreed_to_exactly_this_ranking(world):
    call, applications = world
    with pytest.raises(RuleBroken, match="second_person"):
        selection.decide(call, by=staff.manager())
    question = selection.ask_sealing(call, reason="평가위원회 결과", by=staff.manager())
    with pytest.raises(RuleBroken, match="second_person"):
        selection.decide(call, by=staff.manager())
    with pytest.raises(RuleBroken, match="same_person"):
        approvals.answer(question, by=staff.manager(), grant=True)
    approvals.answer(question, by=staff.manager(name="2"), grant=True)
    staff.scored(staff.evaluator(call, "a"), applications[3], "60", "40")
    with pytest.raises(RuleBroken, match="second_person"):
        selection.decide(call, by=staff.manager())
    staff.agreed(call)
    assert selection.decide(call, by=staff.manager()).approval.is_granted


@standing_on(sealed)
def test_the_decision_keeps_the_ranking_as_it_stood(world):
    call, _applications = world
    stored = Selection.objects.get(call=call)
    rows = SelectionRow.objects.filter(selection=stored).order_by("rank")
    assert list(rows.values_list("rank", "points", "result")) == [
        (1, Decimal("90.0000"), "selected"),
        (2, Decimal("80.0000"), "selected"),
        (3, Decimal("70.0000"), "reserve"),
        (4, Decimal("60.0000"), "not_selected"),
    ]
    assert (stored.digest, stored.approval.digest) == (ranking(call).digest, stored.digest)
    assert call.decided_at == stored.decided_at
    assert [line.place.rank for line in ranking(call).lines] == [1, 2, 3, 4]


@standing_on(sealed)
def test_between_decision_and_release_nothing_leaves(client, world):
    call, (first, *_rest) = world
    assert statuses(call) == ["eligible"] * 4
    assert (Message.objects.count(), Task.objects.count()) == (0, 0)
    first.refresh_from_db()
    assert first.public_status == Application.UNDER_EVALUATION
    client.force_login(register.member(first.company))
    page = client.get(f"/applications/{first.pk}/")
    assert page.status_code == 200
    for word in ("선정되었습니다", "selected", "90.0000"):
        assert word not in page.content.decode().replace("aria-selected", "")


@standing_on(sealed)
def test_a_decided_call_is_not_decided_again(world):
    call, _applications = world
    for verb in (
        lambda: selection.decide(call, by=staff.manager(name="2")),
        lambda: selection.ask_sealing(call, reason="x", by=staff.manager()),
    ):
        with pytest.raises(RuleBroken, match="decided"):
            verb()
    assert Selection.objects.count() == 1


def test_only_managers_of_the_agency_decide_and_release(world):
    call, _applications = world
    staff.agreed(call)
    for by in (people.officer(), people.officer("manager", "OTHER")):
        for verb in (
            lambda by=by: selection.ask_sealing(call, reason="x", by=by),
            lambda by=by: selection.decide(call, by=by),
            lambda by=by: selection.release(call, by=by),
            lambda by=by: selection.promote_next(call, by=by),
        ):
            with pytest.raises(RuleBroken, match="not_your_agency"):
                verb()


def test_the_paper_of_the_decision_belongs_to_the_program(world):
    call, _applications = world
    staff.agreed(call)
    other = programs.program("OTHER-1", "OTHER")
    foreign, own = staff.paper(other), staff.paper(call.program)
    with pytest.raises(RuleBroken, match="other_program"):
        selection.decide(call, by=staff.manager(), paper=foreign)
    assert selection.decide(call, by=staff.manager(), paper=own).paper == own


def test_the_results_are_released_with_the_decision_on_paper_and_its_file(world):
    call, _applications = world
    staff.agreed(call)
    selection.decide(call, by=staff.manager())
    foreign = staff.paper(programs.program("OTHER-1", "OTHER"))
    without_file = staff.paper(call.program, "결재-2", file=None)
    with pytest.raises(RuleBroken, match="other_program"):
        selection.put_paper(call, paper=foreign, by=staff.manager())
    selection.put_paper(call, paper=without_file, by=staff.manager())
    with pytest.raises(RuleBroken, match="no_paper"):
        selection.release(call, by=staff.manager())
    right = staff.paper(call.program)
    assert selection.put_paper(call, paper=right, by=staff.manager()).paper == right
    selection.release(call, by=staff.manager())
    with pytest.raises(RuleBroken, match="released"):
        selection.put_paper(call, paper=without_file, by=staff.manager())


def test_the_release_tells_everybody_at_once_and_once(world):
    call, applications = world
    ineligible = staff.applicant(call, 8, is_fine=False, status="ineligible")
    RequiredDocument.objects.create(call=call, code="bank", name_ko="통장 사본", stage="selected")
    staff.agreed(call)
    selection.decide(call, by=staff.manager(), paper=staff.paper(call.program))
    assert selection.release(call, by=staff.manager()) == 5
    assert statuses(call) == ["selected", "selected", "reserve", "not_selected", "ineligible"]
    outbox.drain()
    mails = Counter(mail.recipient for mail in mailbox.read_all())
    assert mails == Counter(register.member(each.company).email for each in [*applications, ineligible])
    assert [mail.subject.partition(":")[0] for mail in mailbox.read_all() if "ceo" in mail.recipient] == []
    handed_in = Task.objects.open().filter(kind=Task.Kind.HAND_IN)
    assert set(handed_in.values_list("company", "subject_ko", "due_on")) == {
        (each.company_id, "통장 사본", call.agreement_on) for each in applications[:2]
    }
    with pytest.raises(RuleBroken, match="released"):
        selection.release(call, by=staff.manager())
    outbox.drain()
    assert len(mailbox.read_all()) == 5
    call.refresh_from_db()
    assert call.released_at == Selection.objects.get(call=call).released_at


def test_each_letter_says_the_company_s_own_result(world):
    call, applications = world
    staff.agreed(call)
    for each in applications:
        owner = register.member(each.company)
        owner.language = "en"
        owner.save()
    selection.decide(call, by=staff.manager(), paper=staff.paper(call.program))
    selection.release(call, by=staff.manager())
    outbox.drain()
    subjects = {mail.recipient: mail.subject for mail in mailbox.read_all()}
    assert [subjects[register.member(each.company).email].partition(":")[0] for each in applications] == [
        "Selected",
        "Selected",
        "On the reserve list",
        "Not selected",
    ]
    reserve = next(mail for mail in mailbox.read_all() if mail.subject.startswith("On the reserve"))
    assert "number 1 on the reserve list" in reserve.body


def test_before_the_decision_nothing_is_released(world):
    call, _applications = world
    with pytest.raises(RuleBroken, match="not_decided"):
        selection.release(call, by=staff.manager())


@standing_on(sealed)
def test_who_withdrew_after_the_decision_stays_withdrawn_and_is_not_written_to(world):
    call, (first, *_rest) = world
    Application.objects.filter(pk=first.pk).update(status="withdrawn")
    assert selection.release(call, by=staff.manager()) == 3
    assert statuses(call) == ["withdrawn", "selected", "reserve", "not_selected"]
    outbox.drain()
    assert register.member(first.company).email not in {mail.recipient for mail in mailbox.read_all()}


@standing_on(released)
def test_a_free_place_goes_to_the_first_of_the_reserve_list(world):
    call, (first, _second, third, _fourth) = world
    with pytest.raises(RuleBroken, match="no_free_place"):
        selection.promote_next(call, by=staff.manager())
    with pytest.raises(RuleBroken, match="reason_missing"):
        selection.withdraw(first, reason=" ", by=people.officer())
    selection.withdraw(first, reason="사정으로 포기", by=people.officer())
    assert selection.places_free(call) == 1
    assert selection.promote_next(call, by=staff.manager()) == third
    assert statuses(call) == ["withdrawn", "selected", "selected", "not_selected"]
    outbox.drain()
    mails = [mail for mail in mailbox.read_all() if mail.recipient == register.member(third.company).email]
    assert len(mails) == 2
    with pytest.raises(RuleBroken, match="no_free_place"):
        selection.promote_next(call, by=staff.manager())
    selection.withdraw(Application.objects.get(pk=third.pk), reason="포기", by=people.officer())
    with pytest.raises(RuleBroken, match="reserve_empty"):
        selection.promote_next(call, by=staff.manager())


@standing_on(released)
def test_stepping_back_ends_the_agreement_and_its_tasks(world):
    _call, (first, *_rest) = world
    from programs.domain import agreement

    made = agreement.offer(first, accept_by=dt.date(2025, 6, 25), by=people.officer())
    assert Task.objects.open().filter(kind=Task.Kind.ACCEPT).count() == 1
    selection.withdraw(first, reason="포기", by=people.officer())
    made.refresh_from_db()
    assert made.state == Participation.State.ENDED
    assert not Task.objects.open().filter(kind=Task.Kind.ACCEPT).exists()


@standing_on(sealed)
def test_who_withdraws_before_the_agreement_owes_no_document_any_more(world):
    from programs.domain import intake

    call, _applications = world
    staff.form(call)
    call.requireddocuments.update(stage="selected")
    selection.release(call, by=staff.manager())
    (first, second) = Task.objects.open().filter(kind=Task.Kind.HAND_IN).order_by("id")
    assert (first.subject_ko, first.subject_en) == ("상품 소개서", "Catalog")
    assert first.company is not None
    application = Application.objects.get(pk=first.subject_id)
    intake.withdraw(application, by=register.member(first.company))
    assert list(Task.objects.open().filter(kind=Task.Kind.HAND_IN)) == [second]


@standing_on(released)
def test_only_selected_and_reserve_companies_step_back_here(world):
    call, (_first, _second, _third, fourth) = world
    with pytest.raises(RuleBroken, match="not_selected"):
        selection.withdraw(fourth, reason="x", by=people.officer())
    assert call.released_at is not None


@standing_on(sealed)
def test_raw_sql_cannot_put_another_call_s_application_into_a_ranking(world):
    call, (first, *_rest) = world
    other = programs.call(programs.program("OTHER-1", "OTHER"), "OTHER-1-1")
    stranger = staff.applicant(other, 7, status="eligible")
    stored = Selection.objects.get(call=call)
    for of in (call, other):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO programs_selectionrow (id, selection_id, application_id, call_id, rank, points, tie_points,"
                " result) VALUES (gen_random_uuid(), %s, %s, %s, 99, 1, 1, 'selected')",
                [stored.pk, stranger.pk, of.pk],
            )
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert first.call_id == call.pk
