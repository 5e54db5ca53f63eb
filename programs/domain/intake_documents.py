"""Documents (제출서류) of an application: handed in, replaced (the older stays in the record), looked at by the agency."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import agency_ids
from companies.models import Certificate, Company
from ground import files
from ground.errors import RuleBroken
from ground.models import StoredFile
from programs.domain import asking, intake_check, intake_drafts, intake_rules
from programs.domain.eligibility import closing_day
from programs.models import Application, Document, Draft, RequiredDocument
from programs.models.call import Stage
from programs.permissions import require_service
from programs.queries.earlier import certificates, earlier_documents
from programs.queries.reading import Reading


@dataclass(frozen=True)
class Days:
    """The days printed on a document."""

    issued_on: dt.date | None = None
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None


@dataclass(frozen=True)
class Change:
    """One document's change: a new file (or None: only its days), or to be taken away."""

    required: RequiredDocument
    upload: File[bytes] | None = None
    days: Days = Days()
    is_taken_away: bool = False


def hand_in(
    application: Application,
    required: RequiredDocument,
    upload: File[bytes] | None,
    *,
    days: Days | None = None,
    by: User,
    version: int | None = None,
) -> Document:
    """Store a file as the current document; the one before is kept, with its days and the instant it was replaced. Without
    a file only the days are changed. A file whose days are still missing is taken: the check asks for them. Locks the
    application.

    Refused with `file_empty`, `file_size`, `file_type`, `no_file`, `days`, `unknown_document`, `reader_only`, without a
    file as `_require_newest`, and as `intake_rules.require_document_open`.
    """
    with transaction.atomic():
        entered = intake_drafts.enter(application, by, *NEEDED)
        made = _hand_in(entered, Change(required, upload, days or Days()), version)
        _raise_version(entered.row)
    return made


NEEDED = ("documents", "drafts")
"""Parts of an application that a change of its documents reads."""


def _hand_in(entered: intake_drafts.Entered, change: Change, version: int | None) -> Document:
    """What refuses does so before anything is written: a refused change leaves the others of its transaction as they are."""
    row, required, upload, days = entered.row, change.required, change.upload, change.days
    if required.call_id != row.call_id:
        raise RuleBroken("unknown_document", _("This document does not belong to the call."))
    intake_rules.require_document_open(row, required, entered.now)
    if upload is None:
        _require_newest(entered.reading, required, version)
    if upload is None and required.has_validity and days.valid_until is None:
        raise RuleBroken(
            "days", _("Type the last day on which “%(name)s” is valid.") % {"name": required}, ("until",)
        )
    if days.valid_from and days.valid_until and days.valid_until < days.valid_from:
        raise RuleBroken("days", _("The last day lies before the first."), ("until",))
    current = entered.reading.documents.get(required.pk)
    if upload is None:
        made = _change_days(current, required, days)
    else:
        file = files.keep(upload, kind=StoredFile.Kind.DOCUMENT)
        if current is not None:
            current.replaced_at = entered.now
            current.save(update_fields=["replaced_at"])
        made = _lay_down(row, required, file, days)
        if required.stage == Stage.SELECTED:
            asking.close_if_whole(row)
    entered.is_changed = True
    return made


def _require_newest(reading: Reading, required: RequiredDocument, version: int | None) -> None:
    """`Stale` when a newer `version` of the step is kept than that of the page on which nobody chose a file."""
    row, step = reading.application, Draft.Step.QUESTIONS if required.question_id else Draft.Step.DOCUMENTS
    if row.status == Application.Status.RETURNED:
        step = Draft.Step.CORRECTION
    draft = reading.drafts.get(step) or Draft(application=row, step=step)
    if version is not None and draft.version != version:
        raise intake_drafts.Stale(draft)


def _raise_version(row: Application) -> None:
    """The locked application is another one than was checked."""
    Application.objects.filter(pk=row.pk).update(version=F("version") + 1)


def _lay_down(row: Application, required: RequiredDocument, file: StoredFile, days: Days) -> Document:
    return Document.objects.create(
        application=row,
        required=required,
        call=row.call,
        file=file,
        issued_on=days.issued_on,
        valid_from=days.valid_from,
        valid_until=days.valid_until,
    )


def take_over(
    application: Application, required: RequiredDocument, earlier: Document | Certificate, *, by: User
) -> Document:
    """Hand in an earlier document of the company once more, or a certificate that its record holds: a copy of its file,
    with its days, not looked at yet. Nothing that is there is replaced. Locks the application and the earlier file.

    Refused with `unknown_document`, `reader_only`, `already_there`, `not_offered` (another company's, not seen by `by`,
    not what is asked for, not valid on the closing day, its bytes gone; a certificate to who is no member), and as
    `intake_rules.require_document_open`.
    """
    with transaction.atomic():
        row, now = intake_rules.enter(application, by)
        if required.call_id != row.call_id:
            raise RuleBroken("unknown_document", _("This document does not belong to the call."))
        intake_rules.require_document_open(row, required, now)
        if Document.objects.filter(application=row, required=required, replaced_at__isnull=True).exists():
            raise RuleBroken(
                "already_there", _("A file of “%(name)s” is there already.") % {"name": required}, ("file",)
            )
        day = closing_day(row.call)
        offered: list[Document | Certificate] = [*earlier_documents(row, by, [required]).get(required.pk, [])]
        if Company.objects.of_member(by).filter(pk=row.company_id).exists():
            offered += certificates(row, [required], day).get(required.pk, [])
        found = next((each for each in offered if each == earlier), None)
        if found is None or found.file is None or intake_check.why_not_valid(found, day):
            raise not_offered()
        file = files.copy_of(found.file)
        _raise_version(row)
        return _lay_down(row, required, file, Days(found.issued_on, found.valid_from, found.valid_until))


def not_offered() -> RuleBroken:
    """What was pressed does not stand on the page any more."""
    return RuleBroken("not_offered", _("This can no longer be taken over. Look at the page again."))


def _change_days(current: Document | None, required: RequiredDocument, days: Days) -> Document:
    """Other days are another statement: what staff decided about the earlier one does not hold any more."""
    if current is None:
        raise RuleBroken("no_file", _("Choose the file of “%(name)s”.") % {"name": required}, ("file",))
    if Days(current.issued_on, current.valid_from, current.valid_until) != days:
        current.issued_on, current.valid_from, current.valid_until = (
            days.issued_on,
            days.valid_from,
            days.valid_until,
        )
        current.state, current.refused_because = Certificate.State.UNCHECKED, ""
        current.save()
    return current


def take_away(
    application: Application, required: RequiredDocument, *, by: User, version: int | None = None
) -> None:
    """The document is not handed in any more; it stays in the record as replaced. Refused as `hand_in` without a file."""
    with transaction.atomic():
        entered = intake_drafts.enter(application, by, *NEEDED)
        _take_away(entered, required, version)
        _raise_version(entered.row)


def _take_away(entered: intake_drafts.Entered, required: RequiredDocument, version: int | None) -> None:
    intake_rules.require_document_open(entered.row, required, entered.now)
    _require_newest(entered.reading, required, version)
    Document.objects.filter(application=entered.row, required=required, replaced_at__isnull=True).update(
        replaced_at=entered.now
    )
    entered.is_changed = True


def hand_in_all(
    application: Application, changes: Sequence[Change], *, by: User, version: int | None = None
) -> dict[UUID, RuleBroken]:
    """As `hand_in_each`, by itself. Locks the application; nothing is refused of a page that changes nothing."""
    if not changes:
        return {}
    with transaction.atomic():
        try:
            entered = intake_drafts.enter(application, by, *NEEDED)
        except RuleBroken as error:
            return {change.required.pk: error for change in changes}
        refused = hand_in_each(entered, changes, version=version)
        if entered.is_changed:
            _raise_version(entered.row)
    return refused


def hand_in_each(
    entered: intake_drafts.Entered, changes: Sequence[Change], *, version: int | None = None
) -> dict[UUID, RuleBroken]:
    """Make each change by itself: what is refused (by the required document's id) leaves the others untouched. Of a page
    that is older than what is kept (its `version`) only files are taken; who saves the step then says so, in the same
    transaction, and raises the application's version where it is changed: until then, nobody else gets in between."""
    refused: dict[UUID, RuleBroken] = {}
    for change in changes:
        try:
            if change.is_taken_away:
                _take_away(entered, change.required, version)
            else:
                _hand_in(entered, change, version)
        except intake_drafts.Stale:
            continue
        except RuleBroken as error:
            refused[change.required.pk] = error
    return refused


def look_at(document: Document, *, is_accepted: bool, because: str = "", by: User) -> Document:
    """Staff looked at a document and accept it or not; criteria answer accordingly from now on. Locks the document.

    Refused with `not_your_agency`, `replaced` (a newer one is there), `in_quarantine` (nobody has seen it),
    `reason_missing`.
    """
    with transaction.atomic():
        row = (
            Document.objects.select_for_update(of=("self",))
            .select_related("application__agency", "file")
            .get(pk=document.pk)
        )
        require_service(by, row.application.agency)
        if row.application.status == Application.Status.DRAFT:
            raise RuleBroken("not_submitted", _("The company has not submitted the application."))
        if row.replaced_at is not None:
            raise RuleBroken("replaced", _("A newer document is there. Look at that one."))
        files.require_passed(row.file)
        if not is_accepted and not because.strip():
            raise RuleBroken("reason_missing", _("Say why the document is not accepted."), ("because",))
        row.state = Certificate.State.ACCEPTED if is_accepted else Certificate.State.REFUSED
        row.refused_because = "" if is_accepted else because.strip()[:300]
        row.save(update_fields=["state", "refused_because"])
    return row


@files.gate
def may_read_document(user: Any, file: StoredFile) -> bool:
    """Members of the company; staff of the agency once the application was submitted, or who enter it for the company.
    Nobody else."""
    if file.kind != StoredFile.Kind.DOCUMENT or not getattr(user, "is_authenticated", False):
        return False
    document = Document.objects.filter(file=file).select_related("application").first()
    if document is None:
        return False
    application = document.application
    if user.company_members.filter(company=application.company_id, ended_at__isnull=True).exists():
        return True
    has_submitted = application.submissions.exists() and application.status != Application.Status.DRAFT
    if has_submitted and application.agency_id in agency_ids(user):
        return True
    return Application.objects.handled_by(user).filter(pk=application.pk).exists()
