"""Return for correction (서류보완): named items only go back, by a day; the agency's clock stops until they return."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground import clock, letters
from ground.clock import SEOUL
from ground.errors import RuleBroken
from programs.domain import tasks
from programs.domain.evaluation import lock_undecided
from programs.models import (
    Application,
    Question,
    RequiredDocument,
    ReturnItem,
    ReturnRequest,
    Task,
)
from programs.permissions import require_service
from programs.queries.readers import correspondents


@dataclass(frozen=True)
class Correction:
    """One item that the company is to correct: an answer, a document, the baseline or the person in charge."""

    part: str
    note: str
    question_id: UUID | None = None
    document_id: UUID | None = None


def send_back(
    application: Application, *, items: Sequence[Correction], due_at: dt.datetime, by: User, note: str = ""
) -> ReturnRequest:
    """Send an application back for correction of the named items, until `due_at` (not included).

    Writes to the company and opens its task; the agency's own task is closed, its clock stands still until the
    company answers. Refused: `decided`, `not_your_agency`, `not_submitted`, `no_items`, `note_missing`, `other_call`
    (a question or document of another call), `due_passed`, `named_twice`. Locks call and application.
    """
    with transaction.atomic():
        call = lock_undecided(application.call_id)
        require_service(by, call.agency)
        row = (
            Application.objects.select_for_update(of=("self",))
            .select_related("company")
            .get(pk=application.pk)
        )
        if row.status != Application.Status.SUBMITTED:
            raise RuleBroken(
                "not_submitted", _("Only a submitted application in screening can be sent back.")
            )
        now = clock.now()
        if due_at <= now:
            raise RuleBroken("due_passed", _("Choose a later day: this one has passed."), ("due_on",))
        _check(row, items)
        request = ReturnRequest.objects.create(
            agency=call.agency, application=row, sent_at=now, sent_by=by, due_at=due_at, note=note.strip()
        )
        written = ReturnItem.objects.bulk_create(
            [
                ReturnItem(
                    request=request,
                    part=each.part,
                    question_id=each.question_id,
                    document_id=each.document_id,
                    note=each.note.strip(),
                )
                for each in items
            ]
        )
        row.status = Application.Status.RETURNED
        row.save(update_fields=["status"])
        last_day = (due_at - dt.timedelta(microseconds=1)).astimezone(SEOUL).date()
        tasks.open_task(
            agency=call.agency,
            company=row.company,
            side=Task.Side.COMPANY,
            kind=Task.Kind.CORRECT,
            subject_id=row.pk,
            subject=call.title_ko,
            subject_en=call.title_en,
            due_on=last_day,
        )
        tasks.close_task(kind=Task.Kind.SCREEN, subject_id=row.pk, side=Task.Side.AGENCY)
        _write(row, request, written, last_day)
    return request


def _check(row: Application, items: Sequence[Correction]) -> None:
    if not items:
        raise RuleBroken("no_items", _("Name at least one item to correct."), ("items",))
    if any(not each.note.strip() for each in items):
        raise RuleBroken("note_missing", _("Say for each item what is to be corrected."), ("items",))
    named = [(each.part, each.question_id, each.document_id) for each in items]
    if len(set(named)) != len(named):
        raise RuleBroken("named_twice", _("An item is named twice."), ("items",))
    questions = {each.question_id for each in items if each.question_id}
    documents = {each.document_id for each in items if each.document_id}
    if (
        Question.objects.filter(pk__in=questions, call=row.call_id).count() != len(questions)
        or RequiredDocument.objects.filter(pk__in=documents, call=row.call_id).count() != len(documents)
        or not all(_names_one(each) for each in items)
    ):
        raise RuleBroken("other_call", _("Choose questions and documents of this call."), ("items",))


def _names_one(each: Correction) -> bool:
    return {
        ReturnItem.Part.QUESTION.value: each.question_id is not None and each.document_id is None,
        ReturnItem.Part.DOCUMENT.value: each.document_id is not None and each.question_id is None,
        ReturnItem.Part.BASELINE.value: each.question_id is None and each.document_id is None,
        ReturnItem.Part.CONTACT.value: each.question_id is None and each.document_id is None,
    }.get(each.part, False)


def _write(row: Application, request: ReturnRequest, items: Sequence[ReturnItem], last_day: dt.date) -> None:
    found = ReturnItem.objects.select_related("question", "document").in_bulk([each.pk for each in items])
    named = [found[each.pk] for each in items]
    for reader in correspondents([row.company_id])[row.company_id]:
        letters.write(
            reader,
            "screening_returned",
            {
                "application": row,
                "company": row.company,
                "call": row.call,
                "request": request,
                "items": named,
                "last_day": last_day,
            },
        )
