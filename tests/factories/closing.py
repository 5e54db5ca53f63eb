"""Months closed by two people, as users do it."""

from __future__ import annotations

import datetime as dt

from accounts.domain import approvals
from programs.models import Program
from reports.domain import closing
from reports.models import ClosedMonth
from tests.factories import people


def closed(of: Program, month: dt.date, reason: str = "월 마감") -> ClosedMonth:
    """Asked for by an officer, agreed to by a manager."""
    asked = closing.ask_to_close(of, month, reason=reason, by=people.officer())
    approvals.answer_any(asked, by=people.officer("manager"), grant=True)
    return ClosedMonth.objects.get(program=of, month=month, state="closed")


def reopened(row: ClosedMonth, reason: str = "늦게 온 파일") -> ClosedMonth:
    asked = closing.ask_to_reopen(row, reason=reason, by=people.officer())
    approvals.answer_any(asked, by=people.officer("manager"), grant=True)
    row.refresh_from_db()
    return row
