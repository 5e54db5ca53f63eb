"""SQL of criteria is kept by all that goes into it: a change is seen at once, and no call is answered with another's."""

from __future__ import annotations

import datetime as dt

import pytest

from programs.domain.criteria import one
from programs.domain.eligibility import assess, assess_many
from programs.models import Application, Call, Criterion
from tests.conftest import moved_to
from tests.factories import intake as made
from tests.factories import programs, register

pytestmark = pytest.mark.django_db


def begun(code: str, least: int) -> Application:
    call = programs.call(code=code)
    made.criterion(call, "age", "age", values={"min": least})
    return made.begun(call, register.company(1))


def outcome(application: Application) -> str:
    (found,) = assess(application)
    return f"{found.criterion.call.code} {found.outcome} {found.as_of}"


def test_a_change_from_elsewhere_counts_at_once_and_two_calls_never_mix() -> None:
    moved_to(made.DURING)
    low, high = begun("LOW-1", 1), begun("HIGH-1", 90)
    for _again in range(2):
        assert outcome(low).startswith("LOW-1 met")
        assert outcome(high).startswith("HIGH-1 not_met")
    kept = len(one._made)
    assert outcome(low).startswith("LOW-1 met")
    assert len(one._made) == kept
    Criterion.objects.filter(call=low.call).update(values={"min": 90})  # as another process writes it
    Criterion.objects.filter(call=high.call).update(values={"min": 1})
    assert outcome(low).startswith("LOW-1 not_met")
    assert outcome(high).startswith("HIGH-1 met")
    both = assess_many([low, high])
    assert [both[each.pk][0].outcome for each in (low, high)] == ["not_met", "met"]


def test_another_closing_or_another_day_that_counts_is_another_question() -> None:
    moved_to(made.DURING)
    application = begun("DAYS-1", 1)
    before = outcome(application)
    Call.objects.filter(pk=application.call_id).update(closes_at=made.CLOSES + dt.timedelta(days=3))
    later = outcome(application)
    assert later != before
    assert later > before
    Criterion.objects.filter(call=application.call_id).update(as_of="agreement")
    agreed = outcome(application)
    assert agreed.endswith(str(Call.objects.get(pk=application.call_id).agreement_on))
    assert agreed != later


def test_no_more_is_kept_than_was_agreed(monkeypatch) -> None:
    moved_to(made.DURING)
    monkeypatch.setattr(one, "MOST", 2)
    one._made.clear()
    application = begun("MANY-1", 1)
    for least in range(5):
        Criterion.objects.filter(call=application.call_id).update(values={"min": least})
        outcome(application)
        assert len(one._made) <= 2
