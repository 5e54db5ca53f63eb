"""Documents and the check of files: what follows when a document of an application is refused by it.

The rule. A document counts as handed in from the instant it was handed in, also while its file is still being checked: an
application can be submitted with it, and the closing instant is kept. When the check refuses it afterwards, the document
counts as not accepted from then on:

- In a draft it has to be replaced before the application can be submitted, while the call is open.
- An application that was submitted goes back for correction of this document alone, for `CORRECTION_DAYS` days to the end
  of the last one (Seoul), whether the call has closed or not; the receipt and its instant stand. An open return gets the
  document added and lasts at least as long.
- A document asked from those selected becomes a task to hand it in again, with the same days.
- Once the selection is decided, or the application left screening, nothing goes back by itself: the agency is written to.

What was replaced meanwhile, a draft whose call has closed, an application that was withdrawn and a call that was cancelled
are only marked: nobody waits for the document any more.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F
from django.utils import translation

from companies.models import Certificate
from ground import clock, letters, quarantine
from ground.clock import SEOUL
from ground.models import StoredFile
from programs.domain import correction, tasks
from programs.models import Application, Call, Document, ReturnItem, ReturnRequest, Task
from programs.models.call import Stage
from programs.queries.readers import correspondents, officers_of

Status = Application.Status
CORRECTION_DAYS = 7


@quarantine.when_refused
def document_refused(file: StoredFile) -> bool:
    """Follow the rule above for a file that is a document; False for any other. Locks call and application."""
    document = Document.objects.filter(file=file).first()
    if document is None:
        return False
    call = (
        Call.objects.select_for_update(of=("self",), no_key=True)
        .select_related("agency")
        .get(pk=document.call_id)
    )
    row = (
        Application.objects.select_for_update(of=("self",))
        .select_related("company", "call__agency", "call__program", "on_behalf")
        .get(pk=document.application_id)
    )
    document = Document.objects.select_related("required__question").get(pk=document.pk)
    document.file, document.state = file, Certificate.State.REFUSED
    with translation.override("ko"):
        document.refused_because = str(file.why_refused)[:300]
    document.save(update_fields=["state", "refused_because"])
    if document.replaced_at is not None or not _is_awaited(row, call):
        return True
    Application.objects.filter(pk=row.pk).update(version=F("version") + 1)
    last_day = clock.today() + dt.timedelta(days=CORRECTION_DAYS)
    due_at = _end_of(last_day)
    can_be_mended = True
    if document.required.stage == Stage.SELECTED:
        _ask_again(row, document, last_day)
    elif row.status == Status.RETURNED and call.decided_at is None:
        due_at = _add_to_return(row, document, due_at)
    elif row.status == Status.SUBMITTED and call.decided_at is None:
        _send_back(row, document, due_at)
    elif row.status == Status.DRAFT:
        due_at = call.closes_at
    else:
        can_be_mended = False
    _write(row, document, due_at if can_be_mended else None)
    return True


def _is_awaited(row: Application, call: Call) -> bool:
    if call.cancelled_at is not None or row.status == Status.WITHDRAWN:
        return False
    return row.status != Status.DRAFT or clock.now() < call.closes_at


def _end_of(last_day: dt.date) -> dt.datetime:
    return dt.datetime.combine(last_day + dt.timedelta(days=1), dt.time(), SEOUL)


def _item(document: Document) -> ReturnItem:
    of_question = document.required.question
    return ReturnItem(
        part=ReturnItem.Part.DOCUMENT if of_question is None else ReturnItem.Part.QUESTION,
        document=document.required if of_question is None else None,
        question=of_question,
        note=document.file.finding,
    )


def _send_back(row: Application, document: Document, due_at: dt.datetime) -> None:
    correction.put_back(row, [_item(document)], due_at=due_at, by=None)


def _add_to_return(row: Application, document: Document, due_at: dt.datetime) -> dt.datetime:
    """The document among what the open return names; the later of both days counts."""
    request = ReturnRequest.objects.select_for_update(of=("self",)).get(
        application=row, answered_at__isnull=True
    )
    item = _item(document)
    named = request.items.filter(part=item.part, document=item.document, question=item.question)
    if not named.update(note=item.note):
        item.request = request
        item.save()
    if due_at > request.due_at:
        request.due_at, request.reminded_before = due_at, None
        request.save(update_fields=["due_at", "reminded_before"])
        correction.open_company_task(row, request)
    return request.due_at


def _ask_again(row: Application, document: Document, last_day: dt.date) -> None:
    tasks.open_task(
        agency=row.call.agency,
        company=row.company,
        side=Task.Side.COMPANY,
        kind=Task.Kind.HAND_IN,
        subject_id=row.pk,
        subject=document.required.name_ko,
        subject_en=document.required.name_en,
        due_on=last_day,
    )


def _write(row: Application, document: Document, due_at: dt.datetime | None) -> None:
    """To those who can hand in another file, where nobody signs in for the company to its person in charge; to the agency
    where nobody can, and where it entered the application itself."""
    facts = {
        "application": row, "call": row.call, "company": row.company, "document": document,
        "file": document.file, "due_at": due_at, "is_draft": row.status == Status.DRAFT,
    }  # fmt: skip
    people: list[Any] = [*correspondents([row.company_id])[row.company_id]]
    for reader in people or [address for address in [row.contact_email] if address]:
        letters.write(reader, "document_refused", facts)
    if due_at is None or hasattr(row, "on_behalf"):
        letter = "document_refused_late" if due_at is None else "document_refused"
        for officer in officers_of(row.agency_id):
            letters.write(officer, letter, facts)
