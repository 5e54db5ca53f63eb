"""Return for correction (서류보완): named items only go back, by a day; the agency's clock stops until they return.

A company that has not answered is reminded some days before its last day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
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
    Call,
    Criterion,
    Question,
    RequiredDocument,
    ReturnItem,
    ReturnRequest,
    Task,
)
from programs.permissions import require_service
from programs.queries.mending import inside, reads
from programs.queries.readers import readers_of

log = structlog.get_logger()
REMINDED = (7, 3, 1)
"""Days before the last day on which a company is reminded."""


@dataclass(frozen=True)
class Correction:
    """One item that the company is to correct: an answer, a document, a criterion, the baseline or the person in charge."""

    part: str
    note: str
    question_id: UUID | None = None
    document_id: UUID | None = None
    criterion_id: UUID | None = None


def send_back(
    application: Application, *, items: Sequence[Correction], due_at: dt.datetime, by: User, note: str = ""
) -> ReturnRequest:
    """Send an application back for correction of the named items, until `due_at` (not included). With a criterion go the
    questions and documents of the application that it reads; what it reads of the company's record is open anyway.

    Writes to the company and opens its task; the agency's own task is closed, its clock stands still until the
    company answers. Refused: `decided`, `not_your_agency`, `not_submitted`, `no_items`, `note_missing`, `other_call`
    (a question, document or criterion of another call), `due_passed`, `named_twice`. Locks call and application.
    """
    with transaction.atomic():
        call = lock_undecided(application.call_id)
        require_service(by, call.agency)
        row = (
            Application.objects.select_for_update(of=("self",))
            .select_related("company", "call__agency")
            .get(pk=application.pk)
        )
        if row.status != Application.Status.SUBMITTED:
            raise RuleBroken(
                "not_submitted", _("Only a submitted application in screening can be sent back.")
            )
        if due_at <= clock.now():
            raise RuleBroken("due_passed", _("Choose a later day: this one has passed."), ("due_on",))
        _check(row, items)
        named = [
            ReturnItem(
                part=each.part,
                question_id=each.question_id,
                document_id=each.document_id,
                criterion_id=each.criterion_id,
                note=each.note.strip(),
                is_implied=is_implied,
            )
            for is_implied, each in [
                *((False, each) for each in items),
                *((True, each) for each in _read_by_criteria(call, items)),
            ]
        ]
        row.call = call
        request = put_back(row, named, due_at=due_at, by=by, note=note.strip())
        _write("screening_returned", row, request, list(request.items.all()))
    return request


def put_back(
    row: Application,
    items: Sequence[ReturnItem],
    *,
    due_at: dt.datetime,
    by: User | None,
    note: str = "",
) -> ReturnRequest:
    """The application waits for the company, with the named items open: the company's task instead of the agency's.

    Without `by` nobody sent it back but the check of a file. Writes no letter. In the caller's transaction, with the call
    (`row.call`, its agency) and the application locked; it is submitted.
    """
    request = ReturnRequest.objects.create(
        agency=row.call.agency, application=row, sent_at=clock.now(), sent_by=by, due_at=due_at, note=note
    )
    for each in items:
        each.request = request
    ReturnItem.objects.bulk_create(items)
    row.status = Application.Status.RETURNED
    row.save(update_fields=["status"])
    open_company_task(row, request)
    tasks.close_task(kind=Task.Kind.SCREEN, subject_id=row.pk, side=Task.Side.AGENCY)
    return request


def remind() -> int:
    """Remind the companies whose correction is awaited, `REMINDED` days before the last day (Seoul), by mail and by their
    task; returns how many were.

    Each day counts once, whatever fails or runs twice; of several that passed meanwhile only the nearest one is written. A
    day on which the request itself was sent is left out. Nobody is reminded who has answered, whose time is over or whose
    call was cancelled. Each company in a transaction of its own, so that one which fails leaves the others alone; locks the application.
    """
    now = clock.now()
    waiting = ReturnRequest.objects.filter(
        answered_at__isnull=True,
        due_at__gt=now,
        due_at__lte=now + dt.timedelta(days=max(REMINDED) + 1),
        application__status=Application.Status.RETURNED,
        application__call__cancelled_at__isnull=True,
    )
    return sum(
        _guarded(request.application_id, now)
        for request in waiting.order_by("due_at", "pk")
        if days_to_remind(request, now) is not None
    )


def days_to_remind(request: ReturnRequest, now: dt.datetime) -> int | None:
    """At which of `REMINDED` the company is to be reminded at this instant; None when it need not be."""
    today, sent_on = (each.astimezone(SEOUL).date() for each in (now, request.sent_at))
    days = min(
        (
            each
            for each in REMINDED
            if sent_on < request.last_day - dt.timedelta(days=each) <= today and now < request.due_at
        ),
        default=None,
    )
    if days is None or (request.reminded_before is not None and request.reminded_before <= days):
        return None
    return days


def _guarded(application: UUID, now: dt.datetime) -> bool:
    try:
        return _remind(application, now)
    except Exception as error:
        log.error("correction_reminder.failed", application=str(application), exc_info=error)
        return False


def _remind(application: UUID, now: dt.datetime) -> bool:
    with transaction.atomic():
        row = (
            Application.objects.select_for_update(of=("self",))
            .select_related("company", "call__agency")
            .get(pk=application)
        )
        request = ReturnRequest.objects.filter(application=row, answered_at__isnull=True).first()
        days = days_to_remind(request, now) if request is not None else None
        if request is None or days is None or row.status != Application.Status.RETURNED:
            return False
        row.call.refresh_from_db(fields=["cancelled_at"])
        if row.call.cancelled_at is not None:
            return False
        request.reminded_before = days
        request.save(update_fields=["reminded_before"])
        open_company_task(row, request)
        days_left = (request.last_day - now.astimezone(SEOUL).date()).days
        _write("correction_reminder", row, request, list(request.items.all()), days_left=days_left)
    return True


def open_company_task(row: Application, request: ReturnRequest) -> None:
    """The company's task to correct the application, due on the last day of the request. Reads `call.agency`."""
    tasks.open_task(
        agency=row.call.agency,
        company=row.company,
        side=Task.Side.COMPANY,
        kind=Task.Kind.CORRECT,
        subject_id=row.pk,
        subject=row.call.title_ko,
        subject_en=row.call.title_en,
        due_on=request.last_day,
    )


def _check(row: Application, items: Sequence[Correction]) -> None:
    if not items:
        raise RuleBroken("no_items", _("Name at least one item to correct."), ("items",))
    if any(not each.note.strip() for each in items):
        raise RuleBroken("note_missing", _("Say for each item what is to be corrected."), ("items",))
    named = [(each.part, each.question_id, each.document_id, each.criterion_id) for each in items]
    if len(set(named)) != len(named):
        raise RuleBroken("named_twice", _("An item is named twice."), ("items",))
    questions = {each.question_id for each in items if each.question_id}
    documents = {each.document_id for each in items if each.document_id}
    criteria = {each.criterion_id for each in items if each.criterion_id}
    if (
        Question.objects.filter(pk__in=questions, call=row.call_id).count() != len(questions)
        or RequiredDocument.objects.filter(pk__in=documents, call=row.call_id).count() != len(documents)
        or Criterion.objects.filter(pk__in=criteria, call=row.call_id).count() != len(criteria)
        or not all(_names_one(each) for each in items)
    ):
        raise RuleBroken(
            "other_call", _("Choose questions, documents and criteria of this call."), ("items",)
        )


def _names_one(each: Correction) -> bool:
    Part = ReturnItem.Part
    named = {
        Part.QUESTION: each.question_id,
        Part.DOCUMENT: each.document_id,
        Part.CRITERION: each.criterion_id,
    }
    wanted = {Part(each.part)} & {*named} if each.part in Part.values else {None}
    return {part for part, key in named.items() if key is not None} == wanted


def _read_by_criteria(call: Call, items: Sequence[Correction]) -> list[Correction]:
    """What the named criteria read of the application and nobody named, each once, with the note of its criterion."""
    notes = {each.criterion_id: each.note for each in items if each.criterion_id}
    if not notes:
        return []
    criteria = list(Criterion.objects.filter(call=call).order_by("position", "id"))
    asked = Question.objects.filter(call=call).exclude(kind=Question.Kind.FILE).in_order()
    required = list(
        RequiredDocument.objects.filter(call=call, question__isnull=True).order_by("position", "id")
    )
    found: dict[UUID, Correction] = {}
    for criterion in criteria:
        if criterion.pk not in notes:
            continue
        note = notes[criterion.pk]
        questions, documents = reads(call, inside(criterion, criteria), asked, required)
        for question in questions:
            found.setdefault(question.pk, Correction(ReturnItem.Part.QUESTION, note, question_id=question.pk))
        for document in documents:
            found.setdefault(document.pk, Correction(ReturnItem.Part.DOCUMENT, note, document_id=document.pk))
    named = {key for each in items for key in (each.question_id, each.document_id)}
    return [each for key, each in found.items() if key not in named]


def _write(
    letter: str, row: Application, request: ReturnRequest, items: Sequence[ReturnItem], **facts: Any
) -> None:
    found = ReturnItem.objects.select_related("question", "document", "criterion").in_bulk(
        [each.pk for each in items if not each.is_implied]
    )
    named = [found[each.pk] for each in items if each.pk in found]
    for reader in readers_of([row])[row.pk]:
        letters.write(
            reader,
            letter,
            {
                "application": row,
                "company": row.company,
                "call": row.call,
                "request": request,
                "items": named,
                "last_day": request.last_day,
                **facts,
            },
        )
