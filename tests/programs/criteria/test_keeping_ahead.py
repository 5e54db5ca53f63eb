"""Whoever prepares a call finds kept what its criteria say of the register, and no call that is open or over starts that."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from structlog.testing import capture_logs

from config.celery import app
from ground import outbox
from ground.models import OutboxEvent
from programs import tasks
from programs.domain import keeping, keeping_ahead, planning
from programs.models import Call, KeptOutcomes, KeptRegister
from programs.queries.what_if import what_if
from tests.factories import intake as made
from tests.factories import people, programs, register
from tests.programs.criteria.changing import another
from tests.programs.criteria.test_keeping import RULES, kept_count, of_ten
from tests.programs.staff.test_criteria_building import add

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def call(move_clock: Any) -> Call:
    return of_ten(move_clock)


def asked() -> list[Any]:
    return list(OutboxEvent.objects.filter(topic=keeping_ahead.SAVED).values_list("payload__call", flat=True))


def test_the_question_after_a_criterion_was_saved_reads_only_the_number_that_is_moved(call: Call) -> None:
    """Saved in the browser, kept by the worker; what is kept already is not read again, and what is asked then says what the
    whole register says."""
    browser = Client()
    browser.force_login(people.officer())
    saved = add(browser, call, "employees", "직원 수", value_max="50")
    assert (asked(), kept_count()) == ([str(call.pk)], (0, 0))
    outbox.drain()
    leaves = len(RULES) + 1
    assert kept_count() == (1, leaves)
    before = set(KeptOutcomes.objects.values_list("pk", flat=True))
    outbox.drain()
    tasks.keep_ahead()
    assert set(KeptOutcomes.objects.values_list("pk", flat=True)) == before

    found = what_if(call, saved, {"max": 7}, people.officer())
    assert kept_count() == (1, leaves + 1)
    with transaction.atomic():
        assert found == what_if(call, saved, {"max": 7}, people.officer())
    saved.values = {"max": 7}
    planning.save_call_part(saved, by=people.officer())
    outbox.drain()
    assert kept_count() == (1, leaves + 1)


def test_what_is_kept_ahead_is_read_anew_before_it_is_too_old_to_be_used(
    call: Call, monkeypatch: Any
) -> None:
    """At half of the changes that void it. Every few minutes the worker looks; a reader is not held up by it."""
    monkeypatch.setattr(keeping, "FEW", 6)
    (entry,) = (each for each in app.conf.beat_schedule.values() if each["task"] == tasks.keep_ahead.name)
    assert (len(entry["schedule"].minute), entry["options"]) == (12, {"expires": 240})
    tasks.keep_ahead()
    first = KeptRegister.objects.get()
    for serial in (1, 2, 3):
        register.status(register.company(serial))
    tasks.keep_ahead()
    assert KeptRegister.objects.get() == first
    register.status(register.company(4))
    keeping.ask(call, list(call.criterions.all()))
    assert KeptRegister.objects.get() == first
    tasks.keep_ahead()
    assert [each.outcomes.count() for each in KeptRegister.objects.order_by("id")] == [len(RULES)] * 2
    with another() as keeper:
        keeper.execute(f"LOCK TABLE {keeping.KEPT} IN SHARE UPDATE EXCLUSIVE MODE")
        keeping.ask(call, list(call.criterions.exclude(kind="look")))
        for serial in (5, 6, 7, 8):
            register.status(register.company(serial))
        monkeypatch.setattr(keeping, "PATIENCE", 20)
        began = time.monotonic()
        tasks.keep_ahead()
        assert time.monotonic() - began < 1, "nor does the worker wait until another has kept it"
    assert KeptRegister.objects.count() == 2
    tasks.keep_ahead()
    assert KeptRegister.objects.count() == 3


def test_a_call_that_fails_leaves_the_others_to_be_kept(call: Call) -> None:
    """The first to open has a criterion of a kind that nobody knows, as an older version does after an update."""
    failing = programs.call(
        code="SBA-2025-EARLY", published_at=None, opens_at=call.opens_at - dt.timedelta(minutes=1)
    )
    unknown = made.criterion(failing, "unknown", "employees", values={"max": 5})
    type(unknown).objects.filter(pk=unknown.pk).update(kind="moon")
    with capture_logs() as said:
        assert keeping_ahead.keep_ahead() == 1
    assert [(each["event"], each["call"]) for each in said if each["log_level"] == "error"] == [
        ("kept.failed", str(failing.pk))
    ]
    assert kept_count() == (1, len(RULES))


def test_only_a_call_in_preparation_is_kept_ahead(call: Call) -> None:
    """And one whose days were moved, or that was taken over, asks for it; other words of its notice do not."""
    published, by = call.opens_at, people.officer()
    over: tuple[dict[str, Any], ...] = (
        {"published_at": published},
        {"closes_at": made.DURING},
        {"published_at": published, "opens_at": made.DURING + dt.timedelta(hours=1),
         "cancelled_at": published, "cancellation_reason": "예산"},
    )  # fmt: skip
    for fields in over:
        Call.objects.filter(pk=call.pk).update(**fields)
        assert keeping_ahead.keep_ahead() == keeping_ahead.keep_ahead(call.pk) == 0
        call.save()
    assert kept_count() == (0, 0)
    Call.objects.filter(pk=call.pk).update(**over[2] | {"cancelled_at": None, "cancellation_reason": ""})
    assert keeping_ahead.keep_ahead(call.pk) == 1
    assert kept_count() == (1, len(RULES))
    call.save()

    call.title_ko = "새 이름"
    planning.save_call(call, by=by)
    assert asked() == []
    call.evaluation_on = dt.date(2025, 6, 10)
    planning.save_call(call, by=by)
    taken = planning.take_over(
        call, program=call.program, code=f"{call.program.code}-2", opens_at=call.opens_at,
        closes_at=call.closes_at, agreement_on=call.agreement_on, by=by,
    )  # fmt: skip
    assert asked() == [str(call.pk), str(taken.pk)]
    outbox.drain()
    assert keeping_ahead.keep_ahead() == 2
    assert KeptRegister.objects.count() == 1
