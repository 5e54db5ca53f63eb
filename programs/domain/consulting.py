"""Consultations (상담 이력): written down by whoever had them, followed up by a day, read in the own agency only."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from companies.models import Company, Sight
from ground import clock
from ground.errors import RuleBroken
from programs.domain import tasks
from programs.models import Consultation, Task
from programs.permissions import require_service

TEXT_LENGTH = 5000
FOLLOW_UP_LENGTH = 200


def note(
    company: Company,
    *,
    agency: Agency,
    held_on: dt.date,
    channel: str,
    topic: str,
    text: str,
    by: User,
    follow_up: str = "",
    due_on: dt.date | None = None,
) -> Consultation:
    """Write a consultation down; what is still to be done becomes a task of the agency, due on `due_on`. The task names
    the company and the topic only: the words stand in the consultation. The same again by the same person is the same consultation.

    Locks the agency's sight of the company. Refused: `not_your_agency`, `not_seen` (the agency has not come to see the
    company), `later` (a day to come), `blank`, `too_long`, `follow_up_half` (what without by when, or the other way),
    `due_passed`.
    """
    text, follow_up = text.strip(), follow_up.strip()
    with transaction.atomic():
        require_service(by, agency)
        if Sight.objects.select_for_update().filter(company=company, agency=agency).first() is None:
            raise RuleBroken("not_seen", _("Your agency does not see this company."), ("business_number",))
        today = clock.today()
        if held_on > today:
            raise RuleBroken("later", _("This day has not come yet."), ("held_on",))
        _check_text(text)
        if len(follow_up) > FOLLOW_UP_LENGTH:
            raise _too_long(FOLLOW_UP_LENGTH, "follow_up")
        if bool(follow_up) != (due_on is not None):
            field = "due_on" if follow_up else "follow_up"
            raise RuleBroken("follow_up_half", _("Say what is to be done and by when, or neither."), (field,))
        if due_on is not None and due_on < today:
            raise RuleBroken("due_passed", _("Choose a later day: this one has passed."), ("due_on",))
        facts: dict[str, Any] = {
            "agency": agency, "company": company, "held_on": held_on, "channel": channel, "topic": topic, "text": text,
            "follow_up": follow_up, "due_on": due_on, "by": by,
        }  # fmt: skip
        known = Consultation.objects.filter(**facts).first()
        if known is not None:
            return known
        made = Consultation.objects.create(**facts)
        if due_on is not None:
            tasks.open_task(
                agency=agency,
                company=company,
                side=Task.Side.AGENCY,
                kind=Task.Kind.FOLLOW_UP,
                subject_id=made.pk,
                subject=_named(made, "ko"),
                subject_en=_named(made, "en"),
                due_on=due_on,
            )
    return made


def _named(made: Consultation, language: str) -> str:
    with translation.override(language):
        return made.get_topic_display()


def correct(consultation: Consultation, *, text: str, by: User) -> Consultation:
    """Other words for a consultation; the former ones stay in its history. Only who wrote it does this. Locks it.

    Refused: `not_your_agency`, `not_yours`, `blank`, `too_long`.
    """
    with transaction.atomic():
        row = _locked(consultation, by)
        if row.by_id != by.pk:
            raise RuleBroken("not_yours", _("Only who wrote it down corrects it."))
        _check_text(text.strip())
        row.text = text.strip()
        row.save(update_fields=["text"])
    return row


def finish(consultation: Consultation, *, by: User) -> Consultation:
    """What was to be done is done: the task is closed. Twice is once. Locks it. Refused: `not_your_agency`, `nothing_to_do`."""
    with transaction.atomic():
        row = _locked(consultation, by)
        if row.due_on is None:
            raise RuleBroken("nothing_to_do", _("Nothing was to be done after this consultation."))
        if row.done_at is None:
            row.done_at = clock.now()
            row.save(update_fields=["done_at"])
            tasks.close_task(Task.Kind.FOLLOW_UP, row.pk)
    return row


def _locked(consultation: Consultation, by: User) -> Consultation:
    row = (
        Consultation.objects.select_for_update(of=("self",)).select_related("agency").get(pk=consultation.pk)
    )
    require_service(by, row.agency)
    return row


def _check_text(text: str) -> None:
    if not text:
        raise RuleBroken("blank", _("Write down what was said."), ("text",))
    if len(text) > TEXT_LENGTH:
        raise _too_long(TEXT_LENGTH, "text")


def _too_long(most: int, field: str) -> RuleBroken:
    return RuleBroken(
        "too_long", _("At most %(count)d characters. Shorten the text.") % {"count": most}, (field,)
    )
