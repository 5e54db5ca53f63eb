"""Two people at once: one decides, one release tells each applicant once, one place is given once."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction

from accounts.domain import approvals
from accounts.models import User
from ground import clock
from ground.errors import RuleBroken
from ground.models import Message
from programs.domain import (
    agreement,
    cancelling,
    delivery,
    ending,
    intake,
    intake_rules,
    screening,
    selection,
    stores,
    taking,
)
from programs.models import Application, Assignment, Call, Delivery, EndRequest, Participation, Selection
from programs.queries import takings
from tests.conftest import OwnerRole
from tests.factories import intake as made
from tests.factories import people, programs, register, staff

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _after_closing(move_clock):
    move_clock(staff.AFTER_CLOSING)
    yield
    with OwnerRole(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ground_clock_shift")


def at_once(verbs: list[Callable[[], Any]]) -> list[str]:
    """Run all at the same moment, each on a connection of its own; "done" or the code of the refusal."""
    start, answers = Barrier(len(verbs)), ["" for _verb in verbs]

    def run(number: int, verb: Callable[[], Any]) -> None:
        start.wait()
        try:
            verb()
            answers[number] = "done"
        except RuleBroken as error:
            answers[number] = error.code
        finally:
            connection.close()

    threads = [Thread(target=run, args=each) for each in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(answers)


def managers() -> list[User]:
    return [staff.manager(), staff.manager(name="2")]


def test_two_managers_deciding_at_once_decide_once():
    call, _applications = staff.ready()
    staff.agreed(call)
    answers = at_once([lambda by=by: selection.decide(call, by=by) for by in managers()])
    assert answers == ["decided", "done"]
    assert Selection.objects.count() == 1


def test_two_managers_releasing_at_once_tell_everybody_once():
    call, applications = staff.sealed()
    answers = at_once([lambda by=by: selection.release(call, by=by) for by in managers()])
    assert answers == ["done", "released"]
    assert Message.objects.count() == len(applications)


def test_two_managers_promoting_at_once_give_one_place_once():
    call, (first, *_rest) = staff.released(quota=1, reserve_count=2)
    selection.withdraw(first, reason="포기", by=staff.manager())
    answers = at_once([lambda by=by: selection.promote_next(call, by=by) for by in managers()])
    assert answers == ["done", "no_free_place"]
    assert Application.objects.filter(call=call, status="selected").count() == 1


def test_without_the_lock_a_place_would_be_given_twice(monkeypatch):
    """The negative control: with an unlocked call both see the free place."""
    call, (first, *_rest) = staff.released(quota=1, reserve_count=2)
    selection.withdraw(first, reason="포기", by=staff.manager())
    free, meet = selection.places_free, Barrier(2)

    def slowly(of: Call) -> int:
        found = free(of)
        meet.wait(20)
        return found

    monkeypatch.setattr(
        selection, "_locked", lambda of: Call.objects.select_related("agency", "program").get(pk=of.pk)
    )
    monkeypatch.setattr(selection, "places_free", slowly)
    at_once([lambda by=by: selection.promote_next(call, by=by) for by in managers()])
    assert Application.objects.filter(call=call, status="selected").count() == 2


def test_accepting_and_stepping_back_at_once_leave_one_truth():
    call, (first, *_rest) = staff.released()
    made = agreement.offer(first, accept_by=call.agreement_on, by=staff.manager())
    owner = register.member(first.company)
    at_once(
        [
            lambda: agreement.accept(made, text_sha256=made.text_sha256, by=owner),
            lambda: selection.withdraw(first, reason="포기", by=staff.manager()),
        ]
    )
    made.refresh_from_db()
    first.refresh_from_db()
    assert (first.status, made.state) == ("withdrawn", "ended")


def offered_while_the_company_withdraws(monkeypatch) -> tuple[str, int, list[str]]:
    """The company withdraws while agreements are being written; status, agreements, and the withdrawal's answer."""
    call, (first, *_rest) = staff.released(quota=1)
    owner, write_text, answers = register.member(first.company), agreement.write_text, []

    def withdraw() -> None:
        try:
            intake.withdraw(first, by=owner)
            answers.append("done")
        except RuleBroken as error:
            answers.append(error.code)
        finally:
            connection.close()

    thread = Thread(target=withdraw)

    def slowly(*facts: Any) -> tuple[str, str]:
        thread.start()
        thread.join(2)
        return write_text(*facts)

    monkeypatch.setattr(agreement, "write_text", slowly)
    agreement.offer_all(call, accept_by=call.agreement_on, by=staff.manager())
    thread.join(30)
    first.refresh_from_db()
    return first.status, Participation.objects.count(), answers


def test_who_withdraws_while_agreements_are_offered_comes_too_late(monkeypatch):
    assert offered_while_the_company_withdraws(monkeypatch) == ("selected", 1, ["too_late_to_withdraw"])


def test_without_the_lock_a_withdrawn_company_would_be_offered_the_agreement(monkeypatch):
    """The negative control: with unlocked applications the withdrawal goes in between."""
    monkeypatch.setattr(
        agreement,
        "_all_selected",
        lambda of: list(Application.objects.filter(call=of, status="selected").select_related("company")),
    )
    assert offered_while_the_company_withdraws(monkeypatch) == ("withdrawn", 1, ["done"])


def submitted_while_the_call_is_cancelled(monkeypatch, move_clock) -> tuple[str, int, list[str]]:
    """The company submits while the cancellation goes through; status, receipts, and the submission's answer."""
    move_clock(made.DURING)
    draft, by, answers = made.filled(), people.officer(), []
    approvals.answer(cancelling.ask(draft.call, reason="예산", by=by), by=staff.manager(), grant=True)
    owner, tell = register.member(draft.company), intake.tell_members

    def submit() -> None:
        try:
            intake.submit(draft, by=owner, form_key=uuid4())
            answers.append("done")
        except RuleBroken as error:
            answers.append(error.code)
        finally:
            connection.close()

    thread = Thread(target=submit)

    def slowly(row: Application, letter: str, **facts: Any) -> None:
        if letter == "call_cancelled":
            thread.start()
            thread.join(1)
        tell(row, letter, **facts)

    monkeypatch.setattr(intake, "tell_members", slowly)
    cancelling.cancel(draft.call, by=by)
    thread.join(30)
    draft.refresh_from_db()
    return draft.status, draft.submissions.count(), answers


def test_who_submits_while_the_call_is_cancelled_comes_too_late(monkeypatch, move_clock):
    assert submitted_while_the_call_is_cancelled(monkeypatch, move_clock) == ("draft", 0, ["cancelled"])


def test_without_the_second_look_it_would_be_submitted_to_a_cancelled_call(monkeypatch, move_clock):
    """The negative control: the call as it was read while the lock was waited for."""
    together = intake_rules.together
    monkeypatch.setattr(
        intake_rules,
        "enter_asking",
        lambda row, by, *asked: (intake_rules.lock(row), clock.now(), together(*asked) if asked else []),
    )
    assert submitted_while_the_call_is_cancelled(monkeypatch, move_clock) == ("submitted", 1, ["done"])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {"closes_at": made.CLOSES + HOUR}, ("submitted", 1, "done")),
        ({"closes_at": made.CLOSES + HOUR}, {"closes_at": made.CLOSES}, ("draft", 0, "closed")),
        (
            {"closes_at": made.CLOSES + 2 * HOUR},
            {"opens_at": made.CLOSES + HOUR, "closes_at": made.CLOSES + 2 * HOUR},
            ("draft", 0, "not_open_yet"),
        ),
        ({"closes_at": made.CLOSES + HOUR}, {"published_at": None}, ("draft", 0, "not_published")),
    ],
)
def test_who_waited_is_judged_by_the_call_as_it_stands_then(move_clock, before, after, expected):
    """The application is held while the closing is moved, to later and to earlier; the submission waits for it."""
    move_clock(made.DURING)
    draft = made.filled()
    owner, answers = register.member(draft.company), []
    of_draft = Call.objects.filter(pk=draft.call_id)
    of_draft.update(**before)
    move_clock(made.CLOSES + dt.timedelta(minutes=1))

    def submit() -> None:
        try:
            intake.submit(draft, by=owner, form_key=uuid4())
            answers.append("done")
        except RuleBroken as error:
            answers.append(error.code)
        finally:
            connection.close()

    other = Thread(target=submit)
    with transaction.atomic():
        intake_rules.lock(draft)
        other.start()
        wait_for_a_lock()
        of_draft.update(**after)
    other.join(30)
    draft.refresh_from_db()
    assert (draft.status, draft.submissions.count(), *answers) == expected


def wait_for_a_lock() -> None:
    """Until another connection waits for a lock."""
    until = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")


def test_one_sku_assigned_twice_at_once_is_assigned_once(replay_topic):
    store = programs.store()
    takers = [staff.taking_part(serial) for serial in (1, 2)]
    by = staff.manager()
    answers = at_once(
        [
            lambda to=to: stores.assign(
                store, to, scope="sku", reference="SKU-1", from_on=staff.AFTER_CLOSING.date(), by=by
            )
            for to in takers
        ]
    )
    assert answers == ["assignment_overlap", "done"]
    assert Assignment.objects.count() == 1


def test_screening_waits_for_a_correction_that_is_being_sent():
    """What was taken last is what holds: a screening that began before the correction came must not end after it."""
    call = staff.call()
    application = staff.applicant(call, 1)
    officer = people.officer()
    screening.screen_call(call, by=officer)

    def screen() -> None:
        try:
            screening.screen_call(call, by=officer)
        finally:
            connection.close()

    other = Thread(target=screen)
    with transaction.atomic():
        row = intake_rules.lock(application)
        other.start()
        other.join(0.5)
        assert other.is_alive()
        register.status(row.company, "closed")
        taking.take_some(row.call, [row], occasion="submission", by=officer)
    other.join(30)
    assert [each.screening.occasion for each in takings.history(application, [])] == [
        "screening", "submission", "screening",
    ]  # fmt: skip
    assert staff.result(application, "status").outcome == "not_met"


def test_two_clicks_ask_once_and_of_taking_back_and_agreeing_at_once_one_holds():
    call, (first, *_rest) = staff.released()
    made_one = agreement.offer(first, accept_by=call.agreement_on, by=staff.manager())
    owner = register.member(first.company)
    row = agreement.accept(made_one, text_sha256=made_one.text_sha256, by=owner)
    today = clock.today()
    answers = at_once(2 * [lambda: ending.ask(row, last_on=today, reason="중단", by=owner)])
    assert (answers, EndRequest.objects.count()) == (["done", "done"], 1)
    answers = at_once(
        [lambda: ending.take_back(row, by=owner), lambda: ending.accept(row, by=staff.manager())]
    )
    asked = EndRequest.objects.get()
    row.refresh_from_db()
    assert (answers, asked.state, row.state) in [
        (["done", "nothing_asked"], "taken_back", "agreed"), (["answered_already", "done"], "accepted", "ended"),
    ]  # fmt: skip


def test_nothing_is_planned_for_an_agreement_that_ends_meanwhile():
    row, answers = staff.taking_part(), []
    manager, what = staff.manager(), row.program.components.get(kind="marketing")

    def plan() -> None:
        try:
            delivery.assign(
                what, [row], planned_on=row.program.ends_on, planned_amount=Decimal(1), by=manager
            )
        except RuleBroken as error:
            answers.append(error.code)
        finally:
            connection.close()

    other = Thread(target=plan)
    with transaction.atomic():
        agreement.end(row, reason="폐업", by=manager)
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join(30)
    assert (answers, Delivery.objects.count()) == (["not_taking_part"], 0)
