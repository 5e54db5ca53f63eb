"""The closing instant, by the documented rule: a request counts by the instant at which its verb, holding the application's
lock, asks the database's clock. Neither when it arrived nor when it commits matters, nor any other clock or time zone; the
instant itself is too late. What changed the call before the verb read it counts."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from ground.errors import RuleBroken
from programs.domain import intake, intake_correction, intake_documents, intake_drafts, intake_rules
from programs.models import Application, Call, ReturnRequest, Submission
from tests.conftest import OwnerRole, moved_to
from tests.factories import intake as made
from tests.factories import people, register

pytestmark = pytest.mark.django_db
SECOND, TICK, NOTHING = dt.timedelta(seconds=1), dt.timedelta(microseconds=1), dt.timedelta()
CLOSES, LATER = made.CLOSES, made.CLOSES + dt.timedelta(hours=1)
OPENS = dt.datetime(2025, 5, 12, 9, tzinfo=made.SEOUL)
DUE = dt.datetime(2025, 6, 10, tzinfo=made.SEOUL)


@dataclass(frozen=True)
class Case:
    """What is tried when the clock stands at an instant, and what comes of it: "" or the code of the refusal."""

    name: str
    at: dt.datetime
    does: Callable[[Any], Any]
    expected: str = ""


def stop_clock_at(instant: dt.datetime) -> None:
    """The clock stands still at the instant: microseconds can be told apart."""
    with OwnerRole(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION naru_now() RETURNS timestamptz LANGUAGE sql STABLE AS"
            f" $$ SELECT timestamptz '{instant.isoformat()}' $$"
        )


def prepare(folder: Any) -> SimpleNamespace:
    """A call with a draft, a submitted and a returned application, each whole, and a company that has not begun."""
    moved_to(made.DURING)
    call = made.whole_call()
    made.document(call, "extra", is_required=False, position=2)
    draft = made.filled(call, register.company(1))
    first = made.submitted(call, register.company(2))
    returned = made.submitted(call, register.company(3)).application
    request = ReturnRequest.objects.create(
        agency=call.agency, application=returned, sent_at=made.DURING, sent_by=people.officer(), due_at=DUE
    )
    request.items.create(part="question", question=made.question_of(call, "plan"), note="더 자세히")
    Application.objects.filter(pk=returned.pk).update(status="returned")
    return SimpleNamespace(
        call=call, draft=draft, first=first, submitted=first.application,
        returned=Application.objects.get(pk=returned.pk), owner=register.member(draft.company),
        owner_2=register.member(first.application.company), owner_3=register.member(returned.company),
        newcomer=register.company(4), owner_4=register.member(register.company(4)),
    )  # fmt: skip


# What is tried ----------------------------------------------------------------------------------------------------


def submit(world: Any) -> Submission:
    return intake.submit(world.draft, by=world.owner, form_key=uuid4())


def begin(world: Any) -> Any:
    return intake.start(world.call, world.newcomer, by=world.owner_4, form_key=uuid4())


def save(world: Any) -> Any:
    return intake_drafts.save_baseline(world.draft, made.BASELINE, by=world.owner)


def type_on(world: Any) -> Any:
    version = world.draft.drafts.get(step="baseline").version
    return intake_drafts.keep_typing(world.draft, "baseline", {"x": "1"}, version=version, by=world.owner)


def upload(world: Any) -> Any:
    return intake_documents.hand_in(
        world.draft, world.call.requireddocuments.get(code="extra"), made.pdf(), by=world.owner
    )


def take_away(world: Any) -> Any:
    return intake_documents.take_away(
        world.draft, world.call.requireddocuments.get(code="extra"), by=world.owner
    )


def recall(world: Any) -> Any:
    return intake.recall(world.submitted, by=world.owner_2)


def recall_and_submit(world: Any) -> Submission:
    recall(world)
    return intake.submit(world.submitted, by=world.owner_2, form_key=uuid4())


def withdraw(world: Any) -> Any:
    return intake.withdraw(world.submitted, by=world.owner_2)


def correct(world: Any) -> Submission:
    answer = intake_drafts.AnswerValue(text="칠레와 페루에서 팝니다.")
    intake_drafts.save_correction(
        world.returned,
        intake_drafts.Correction({made.question_of(world.call, "plan").pk: answer}),
        by=world.owner_3,
    )
    return intake_correction.resubmit(world.returned, by=world.owner_3, form_key=uuid4())


def submit_twice(world: Any) -> None:
    """The second click comes after the closing, with the key of the first: the same receipt."""
    key = uuid4()
    one = intake.submit(world.draft, by=world.owner, form_key=key)
    stop_clock_at(CLOSES + SECOND)
    assert intake.submit(world.draft, by=world.owner, form_key=key) == one
    assert world.draft.submissions.count() == 1


def submit_with_another_key(world: Any) -> Submission:
    return intake.submit(world.submitted, by=world.owner_2, form_key=uuid4())


def replay_first(world: Any) -> None:
    again = intake.submit(world.submitted, by=world.owner_2, form_key=world.first.form_key)
    assert again == world.first


def recall_then_replay(world: Any) -> Submission:
    recall(world)
    return intake.submit(world.submitted, by=world.owner_2, form_key=world.first.form_key)


def upload_before_submit_after(world: Any) -> Submission:
    upload(world)
    stop_clock_at(CLOSES)
    return submit(world)


def waits_for_the_lock(world: Any) -> Submission:
    """It arrived in time; somebody held the application until after the closing."""
    return _jumping(world, "lock", CLOSES)


def commits_late(world: Any) -> None:
    """It asked in time; everything after that, and the commit, comes later."""
    submission = _jumping(world, "clock", LATER)
    assert submission.submitted_at == CLOSES - TICK


def _jumping(world: Any, behind: str, to: dt.datetime) -> Submission:
    with pytest.MonkeyPatch.context() as patch:
        if behind == "lock":
            true_together = intake_rules.together

            def together(lock: Any, *others: Any) -> list[list[Any]]:
                """One errand, in which the lock is waited for first: what follows it is answered later."""
                assert lock[0] is intake_rules._locked
                (rows,) = true_together(lock)
                stop_clock_at(to)
                return [rows, *true_together(*others)]

            patch.setattr(intake_rules, "together", together)
        else:
            true_open = intake_rules.require_open

            def require_open(call: Call, now: dt.datetime) -> None:
                stop_clock_at(to)
                true_open(call, now)

            patch.setattr(intake_rules, "require_open", require_open)
        return submit(world)


def extended(does: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The closing has been moved an hour before it was reached."""

    def run(world: Any) -> Any:
        Call.objects.filter(pk=world.call.pk).update(closes_at=LATER)
        world.call.refresh_from_db()
        return does(world)

    return run


def extended_while_waiting(world: Any) -> Submission:
    """The page was made, and the application read, before the closing was moved."""
    assert world.draft.call.closes_at == CLOSES
    Call.objects.filter(pk=world.call.pk).update(closes_at=LATER)
    return submit(world)


def closing_at(instant: dt.datetime, does: Callable[[Any], Any] = submit) -> Callable[[Any], Any]:
    def run(world: Any) -> Any:
        Call.objects.filter(pk=world.call.pk).update(closes_at=instant)
        return does(world)

    return run


def in_zone(zone: str) -> Callable[[Any], Any]:
    """The database's session counts its hours elsewhere."""

    def run(world: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])
        return submit(world)

    return run


def by_a_web_clock(hours: int) -> Callable[[Any], Any]:
    """The web process believes in another time."""

    def run(world: Any) -> Any:
        there = CLOSES + dt.timedelta(hours=hours)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(time, "time", there.timestamp)
            patch.setattr(timezone, "now", lambda: there)
            return submit(world)

    return run


def after_the_clock_was_moved_back(world: Any) -> Submission:
    with made.refused("closed"):
        submit(world)
    stop_clock_at(CLOSES - SECOND)
    return submit(world)


# The table --------------------------------------------------------------------------------------------------------


def around(instant: dt.datetime, does: Callable[[Any], Any], code: str) -> Iterator[Case]:
    """In time until a microsecond before; at the instant and from then on refused."""
    for offset in (-SECOND, -TICK, NOTHING, TICK, SECOND) if does is submit else (-TICK, NOTHING, TICK):
        expected = "" if offset < NOTHING else code
        yield Case(f"{does.__name__} {offset.total_seconds():+f}", instant + offset, does, expected)


NEW_YEAR = dt.datetime(2026, 1, 1, tzinfo=made.SEOUL)
LEAP = dt.datetime(2028, 3, 1, tzinfo=made.SEOUL)

CASES = [
    *around(CLOSES, submit, "closed"),
    *around(CLOSES, begin, "closed"),
    *around(CLOSES, save, "closed"),
    *around(CLOSES, type_on, "closed"),
    *around(CLOSES, upload, "closed"),
    *around(CLOSES, take_away, "closed"),
    *around(CLOSES, recall, "closed"),
    *around(DUE, correct, "correction_over"),
    Case("opens -1 µs", OPENS - TICK, begin, "not_open_yet"),
    Case("opens", OPENS, begin),
    Case("opens +1 µs", OPENS + TICK, begin),
    Case("recalled and submitted in time", CLOSES - TICK, recall_and_submit),
    Case("withdrawn after the closing", CLOSES + SECOND, withdraw),
    Case("a correction after the closing", CLOSES + SECOND, correct),
    Case("a second click after the closing", CLOSES - TICK, submit_twice),
    Case("the same form long after", CLOSES + SECOND, replay_first),
    Case("another form after the closing", CLOSES + SECOND, submit_with_another_key, "already_submitted"),
    Case("the form of a recalled receipt", CLOSES - TICK, recall_then_replay, "recalled"),
    Case("uploaded before, submitted at", CLOSES - TICK, upload_before_submit_after, "closed"),
    Case("arrived before, waited beyond", CLOSES - TICK, waits_for_the_lock, "closed"),
    Case("asked before, commits after", CLOSES - TICK, commits_late),
    Case("extended: at the old closing", CLOSES, extended(submit)),
    Case("extended: recall after the old closing", CLOSES + SECOND, extended(recall)),
    Case("extended: a microsecond before the new one", LATER - TICK, extended(submit)),
    Case("extended: at the new one", LATER, extended(submit), "closed"),
    Case("extended while the page was open", CLOSES + SECOND, extended_while_waiting),
    Case("web clock a day ahead", CLOSES - TICK, by_a_web_clock(24)),
    Case("web clock a day behind", CLOSES, by_a_web_clock(-24), "closed"),
    Case("UTC, in time", CLOSES - TICK, in_zone("UTC")),
    Case("UTC, at the instant", CLOSES, in_zone("UTC"), "closed"),
    Case("Santiago, in time", CLOSES - TICK, in_zone("America/Santiago")),
    Case("Santiago, at the instant", CLOSES, in_zone("America/Santiago"), "closed"),
    Case("Kiritimati, at the instant", CLOSES, in_zone("Pacific/Kiritimati"), "closed"),
    Case("clock moved back", CLOSES + SECOND, after_the_clock_was_moved_back),
    Case("until 24:00 of a year, 23:59:59.999999", NEW_YEAR - TICK, closing_at(NEW_YEAR)),
    Case("until 24:00 of a year, 00:00", NEW_YEAR, closing_at(NEW_YEAR), "closed"),
    Case("until 24:00 of 29 February", LEAP - TICK, closing_at(LEAP)),
    Case("after 29 February", LEAP, closing_at(LEAP), "closed"),
]


def test_cases_around_the_closing_instant(prepared):
    """Each on the same rows, taken back afterwards; every one that is not as expected is named."""
    wrong = []
    for case in CASES:
        with transaction.atomic():
            stop_clock_at(case.at)
            try:
                with transaction.atomic():
                    made_of_it = case.does(prepared.made)
                    code = ""
            except RuleBroken as refusal:
                made_of_it, code = None, refusal.code
            if code != case.expected:
                wrong.append((case.name, case.expected, code))
            if case.does is submit and made_of_it and made_of_it.submitted_at != case.at:
                wrong.append((case.name, case.at, made_of_it.submitted_at))
            if code and case.does is submit and prepared.made.draft.submissions.exists():
                wrong.append((case.name, "nothing", "a submission"))
            transaction.set_rollback(True)
        prepared.made.draft.refresh_from_db()
        prepared.made.call.refresh_from_db()
    assert len(CASES) == 56
    assert wrong == []
