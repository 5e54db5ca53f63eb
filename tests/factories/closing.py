"""Months closed by two people, as users do it."""

from __future__ import annotations

import datetime as dt

from accounts.domain import approvals
from accounts.models import Approval, User
from ground import outbox
from ground.models import OutboxEvent
from programs.models import Program
from reports.domain import closing
from reports.models import ClosedMonth
from tests.factories import people


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
    asked = closing.ask_to_close(of, month, reason=reason, by=people.officer())
    row = agreed(asked)
    assert (row.program, row.month, row.state) == (of, month, "closed")
    return row


def reopened(row: ClosedMonth, reason: str = "늦게 온 파일") -> ClosedMonth:
    asked = closing.ask_to_reopen(row, reason=reason, by=people.officer())
    agreed(asked)
    row.refresh_from_db()
    return row
