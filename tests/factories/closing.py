"""Months closed by two people, as users do it, and what they come to."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction

from accounts.domain import approvals
from accounts.models import Approval, User
from ground import outbox
from ground.errors import RuleBroken
from ground.models import OutboxEvent
from programs.models import Program
from reports.domain import closing
from reports.domain.verifying import verify
from reports.models import ClosedMonth
from reports.queries import closing as questions
from reports.queries import order_sums
from tests.factories import people


def asked_for(of: Program, month: dt.date, *, reason: str, by: User) -> Approval:
    """The month is asked for, the worker looks at it, and a second person is asked."""
    question = closing.question_of(looked_at(closing.ask_to_close(of, month, reason=reason, by=by)))
    assert question is not None
    return question


def looked_at(row: ClosedMonth) -> ClosedMonth:
    """The worker comes to what was asked for."""
    assert outbox.handle(OutboxEvent.objects.get(topic=closing.LOOK, key=row.look).pk)
    row.refresh_from_db()
    assert row.look is None
    return row


def agreed(asked: Approval, by: User | None = None) -> ClosedMonth:
    """A second person agrees, and the worker does what was agreed to."""
    approvals.answer_any(asked, by=by or people.officer("manager"), grant=True)
    return worked(asked)


def worked(asked: Approval) -> ClosedMonth:
    """The worker comes to the decision."""
    event = OutboxEvent.objects.get(topic=closing.CARRY_OUT, payload={"approval": str(asked.pk)})
    assert outbox.handle(event.pk)
    return ClosedMonth.objects.get(pk=asked.subject_id)


def closed(of: Program, month: dt.date, reason: str = "월 마감") -> ClosedMonth:
    """Asked for by an officer, agreed to by a manager."""
    asked = asked_for(of, month, reason=reason, by=people.officer())
    row = agreed(asked)
    assert (row.program, row.month, row.state) == (of, month, "closed")
    return row


def reopened(row: ClosedMonth, reason: str = "늦게 온 파일") -> ClosedMonth:
    asked = closing.ask_to_reopen(row, reason=reason, by=people.officer())
    agreed(asked)
    row.refresh_from_db()
    return row


def krw(program, month):
    return order_sums.orders(questions.scope_of(program, month)).krw_amount


def net(program, month):
    return order_sums.orders(questions.scope_of(program, month)).net_krw_amount


def refused(code, verb, *args, **kwargs):
    with pytest.raises(RuleBroken) as caught, transaction.atomic():
        verb(*args, **kwargs)
    assert caught.value.code == code
    assert "%(" not in str(caught.value.sentence)
    return str(caught.value.sentence)


def nothing_differs():
    return [each for each in verify().differences if each.check != "run_record"] == []
