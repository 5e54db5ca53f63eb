"""What pages say of a question to close a month or to open one again: who asked, what was answered, what came of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Approval
from ground.access import may
from ground.templatetags.naru import day, month
from reports.domain import closing as verbs
from reports.models import ClosedMonth

State = ClosedMonth.State


def asked_of(user: Any, record: ClosedMonth | None) -> dict[str, Any] | None:
    if record is None or record.state != State.ASKED:
        return None
    question = verbs.question_of(record)
    return question_words(user, record, question) if question else None


def opening_of(user: Any, records: dict[dt.date, ClosedMonth], following: dt.date) -> dict[str, Any] | None:
    """Of the last closed month: that it is to be opened again, while nobody has done it or it could not be done."""
    record = records.get((following - dt.timedelta(days=1)).replace(day=1))
    if record is None or record.state != State.CLOSED:
        return None
    question = verbs.question_of(record)
    if question is None or question.pk == record.approval_id:
        return None
    return question_words(user, record, question)


def question_words(user: Any, record: ClosedMonth, question: Approval) -> dict[str, Any]:
    """Who asked, what was answered and what came of it, and where."""
    route = "admin:accounts_approval_change"
    is_busy = verbs.is_under_way(record, question)
    if question.answered_at is None:
        text = _("%(who)s asked for a second person on %(day)s.") % {
            "who": question.asked_by, "day": day(question.created_at),
        }  # fmt: skip
        text = f"{text} {verbs.why_refused(record, question)}".strip()
    elif is_busy:
        words = (
            _("%(who)s agreed. %(month)s is being closed…")
            if record.state == State.ASKED
            else _("%(who)s agreed. %(month)s is being opened again…")
        )
        text = words % {"who": question.answered_by, "month": month(record.month)}
        if verbs.has_failed(question):
            text += " " + _("It failed for a technical reason and is tried again. The operator sees why.")
    elif question.is_granted:
        text = _("%(who)s agreed on %(day)s, but it was not carried out: %(why)s") % {
            "who": question.answered_by, "day": day(question.answered_at), "why": verbs.why_refused(record, question),
        }  # fmt: skip
    else:
        text = _("%(who)s refused on %(day)s: %(reason)s") % {
            "who": question.answered_by, "day": day(question.answered_at), "reason": question.answer_reason,
        }  # fmt: skip
    return {
        "text": text,
        "month": record.month,
        "is_open": question.answered_at is None,
        "is_busy": is_busy,
        "is_refused": bool(question.is_granted and not is_busy),
        "url": reverse(route, args=[question.pk]) if may(user, route) else "",
    }
