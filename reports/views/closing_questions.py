"""What pages say of a question to close a month or to open one again: who asked, what was answered, what came of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Approval
from ground.access import may
from ground.templatetags.naru import day, month, seoul
from reports.domain import closing as verbs
from reports.domain.closing_words import FAILED
from reports.models import ClosedMonth
from reports.queries.closing import InTheWay

State = ClosedMonth.State


def asked_of(user: Any, record: ClosedMonth | None) -> dict[str, Any] | None:
    """Of a month that is asked for: that it is being looked at, what stood in the way, or what came of the question."""
    if record is None or record.state != State.ASKED:
        return None
    question = verbs.question_of(record)
    words = question_words(user, record, question) if question else None
    if words and words["is_busy"]:
        return words
    is_open = bool(words and words["is_open"])
    url = words["url"] if words and is_open else ""
    text = ""
    if is_looked_at := verbs.is_being_looked_at(record):
        text = _(
            "%(who)s asked to close %(month)s. It is being looked at whether something stands in the way…"
        )
        if verbs.has_failed(verbs.look_of(record)):
            text += " " + _("It failed for a technical reason and is tried again. The operator sees why.")
    elif record.look is not None:
        text = _("%(who)s asked to close %(month)s.") + f" {FAILED}"
    elif record.found:
        text = _("%(who)s asked to close %(month)s. At %(time)s something stood in the way.")
    if not text:
        return words
    text %= {
        "who": record.asked_by, "month": month(record.month), "time": seoul(record.looked_at),
    }  # fmt: skip
    return {
        "text": text,
        "month": record.month,
        "is_open": is_open,
        "is_busy": is_looked_at,
        "can_ask": not is_looked_at,
        "is_refused": not is_looked_at,
        "found": [] if record.look else [InTheWay.read(each) for each in record.found],
        "label": _("being looked at…") if is_looked_at else "",
        "url": url,
    }


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
        if verbs.has_failed(verbs.works_of(question)):
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
        "can_ask": question.answered_at is not None and not is_busy,
        "is_refused": bool(question.is_granted and not is_busy),
        "found": [],
        "label": _("being worked on…") if is_busy else "",
        "url": reverse(route, args=[question.pk]) if may(user, route) else "",
    }
