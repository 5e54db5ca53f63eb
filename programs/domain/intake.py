"""Intake (접수): applications are begun, submitted, recalled and withdrawn. What is handed in again after a correction: `intake_correction`.

All periods are half open: the opening instant counts, the closing instant does not. The database's clock decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.domain import standing
from companies.models import Company, Consent, ConsentText, Member
from companies.models.merge import given_up_to
from companies.permissions import closing_of, succeeded
from ground import clock, letters
from ground.audit import because
from ground.clock import SEOUL, ClockNow
from ground.errors import RuleBroken
from ground.postgres.base import planned_once
from ground.worded import together, worded
from ground.words import plain
from programs.domain import asking, intake_check, intake_content, intake_rules, receipts, taking, tasks
from programs.domain.eligibility import closing_day
from programs.models import (
    Application,
    Call,
    Draft,
    ReturnRequest,
    Screening,
    Submission,
    Task,
)
from programs.queries.readers import at_contact
from programs.queries.reading import Reading

Status = Application.Status


def start(call: Call, company: Company, *, by: User, form_key: UUID) -> Application:
    """Begin an application; a second click (the same `form_key`) and a second try find the one that is there, also where
    it stands at a record that was merged into the company's.

    Locks the company, so that it is not closed meanwhile. Refused with `reader_only`, `succeeded` (another company took
    its place), `not_published`, `cancelled`, `not_open_yet`, `closed`, `form_key` (of another call or company).
    """
    try:
        with transaction.atomic():
            return _start(call, company, by=by, form_key=form_key)
    except IntegrityError:
        begun = _of_these(_begun_before(call.pk, company.pk, form_key), form_key)
        if begun is None:
            raise
        return _fitting(begun, call, company)


def _fitting(found: Application, call: Call, company: Company) -> Application:
    if (found.call_id, found.company_id) != (call.pk, company.pk):
        raise RuleBroken("form_key", _("This form was used already. Open the call and begin again."))
    return found


def _start(call: Call, company: Company, *, by: User, form_key: UUID) -> Application:
    key = company.pk
    writing, begun = together((intake_rules.writing, (key, by.pk)), (_begun_before, (call.pk, key, form_key)))
    if not writing:
        raise intake_rules.reader_only()
    if (found := _of_these(begun, form_key)) is not None:
        return _fitting(found, call, company)
    _locked, closing, given_up, ((now,),) = together(
        (_locked_company, (key,)), (closing_of, (key,)), (given_up_to, (key,)), (_now_at, (key,))
    )
    if closing:
        raise succeeded()
    if given_up and (merged := Application.objects.merged_into(key).filter(call=call).first()) is not None:
        return merged
    intake_rules.require_open(call, now)
    return Application.objects.create(
        agency=call.agency,
        call=call,
        company=company,
        form_key=form_key,
        contact_name=by.name,
        contact_email=by.email,
    )


@worded
def _locked_company(key: UUID) -> QuerySet[Any, UUID]:
    found = Company.objects.select_for_update(of=("self",), no_key=True).filter(pk=key)
    return found.values_list("pk", flat=True)


@worded
def _now_at(company: UUID) -> QuerySet[Any, tuple[dt.datetime]]:
    """The instant once it is locked."""
    return Company.objects.filter(pk=company).order_by().annotate(now=ClockNow()).values_list("now")


def _of_these(found: Sequence[Application], form_key: UUID) -> Application | None:
    """What this very form began, else what stands of the company for the call."""
    return next((each for each in found if each.form_key == form_key), next(iter(found), None))


@worded
def _begun_before(call: UUID, company: UUID, form_key: UUID) -> QuerySet[Application]:
    standing_ones = Application.objects.filter(call=call, company=company).standing()
    return Application.objects.filter(Q(form_key=form_key) | Q(pk__in=standing_ones.order_by().values("pk")))


def submit(application: Application, *, by: User, form_key: UUID, version: int | None = None) -> Submission:
    """Hand the application in: freeze its content, give a receipt number, take the criteria, tell the members, show it to
    the agency.

    The same `form_key` again answers with the same receipt. Locks the application. Refused with `reader_only`,
    `succeeded`, `cancelled`, `not_open_yet`, `closed`, `already_submitted`, `recalled` (this form's receipt was), `changed` (since
    `version` was checked), `not_ready` (the check says what is missing), `form_key`.
    """
    try:
        return _tried(application, by=by, form_key=form_key, version=version)
    except IntegrityError:
        submission = replayed(application, form_key)
        if submission is not None:
            return submission
        receipts.recount(application.call_id)  # a number was given beside the counter
        return _tried(application, by=by, form_key=form_key, version=version)


def _tried(application: Application, *, by: User, form_key: UUID, version: int | None) -> Submission:
    with transaction.atomic():
        parts = Reading.asked(application.pk)
        first = (_of_form, (form_key,)), (closing_of, (application.company_id,))
        row, now, (done, closing, *found) = intake_rules.enter_asking(application, by, *first, *parts)
        if (submission := _fitting_form(row, done)) is not None:
            return submission
        reading = Reading(row).with_found(parts, found)
        if row.company_id != application.company_id:  # its record was merged since the application was read
            closing = closing_of(row.company_id)
        return _submit(reading, by=by, form_key=form_key, version=version, now=now, is_closed=bool(closing))


def _submit(
    reading: Reading, *, by: User, form_key: UUID, version: int | None, now: dt.datetime, is_closed: bool
) -> Submission:
    row = reading.application
    if row.status != Status.DRAFT:
        raise RuleBroken(
            "already_submitted", _("This application was submitted already. Its receipt is on its page.")
        )
    intake_rules.require_not_cancelled(row.call)
    if is_closed:
        raise succeeded()
    intake_rules.require_open(row.call, now)
    if version is not None and version != row.version:
        raise RuleBroken(
            "changed", _("The application was changed after you checked it. Check it once more, then submit.")
        )
    if any(remark.level == intake_check.Level.MEND for remark in intake_check.remarks_of(reading)):
        raise RuleBroken("not_ready", _not_ready(intake_check.examined(reading)))
    if reading.unasked:
        asking.drop_unasked(row, now)
        reading = Reading(row)
    consents = _record_consents(reading, by=by, now=now)
    content = intake_content.content_of(reading, consents)
    with connection.cursor() as cursor:
        cursor.execute(FORGETTING_WHAT_IS_TYPED, [row.pk])
    standing.ask_for_check([row.company_id])
    occasion = Screening.Occasion.SUBMISSION
    taken = taking.take_some(row.call, [row], occasion=occasion, by=by, at=now, criteria=reading.criteria)
    if taken is not None and taking.has_unmet(taken, row):
        check = intake_check.examined(reading)
        if not check.can_submit:
            raise RuleBroken("not_ready", _not_ready(check))
    submission = Submission.objects.create(
        application=row,
        form_key=form_key,
        receipt=receipts.next_of(row.call),  # everyone else who submits to the call waits from here on
        submitted_at=now,
        submitted_by=by,
        content=content,
        content_sha256=intake_content.digest_of(content),
    )
    row.status, row.receipt, row.submitted_at = Status.SUBMITTED, submission.receipt, now
    row.save(update_fields=["status", "receipt", "submitted_at"])
    standing.see(row.company, agency=row.call.agency, cause=f"application {submission.receipt}")
    open_screening(row)
    tell_members(row, "application_submitted", submission=submission)
    return submission


def _not_ready(check: intake_check.Check) -> Any:
    reasons = [f"{finding.criterion}: {finding.reason}" for finding in check.barred]
    reasons += [f"{remark.label}: {remark.sentence}" for remark in check.mends]
    return _("It cannot be submitted yet. %(reasons)s") % {"reasons": " ".join(reasons[:5])}


def replayed(application: Application, form_key: UUID) -> Submission | None:
    """What this very form led to before; `RuleBroken` when it belongs elsewhere or was recalled since."""
    return _fitting_form(application, _of_form(form_key))


def _fitting_form(application: Application, found: Sequence[Submission]) -> Submission | None:
    done = next(iter(found), None)
    if done is None:
        return None
    if done.application_id != application.pk:
        raise RuleBroken(
            "form_key", _("This form was used already. Open the application and check it again.")
        )
    if done.recalled_at is not None:
        raise RuleBroken(
            "recalled", _("The receipt of this form was recalled. Open the application and check it again.")
        )
    return done


@worded
def _of_form(form_key: UUID) -> QuerySet[Submission]:
    return Submission.objects.filter(form_key=form_key)


FORGETTING_WHAT_IS_TYPED = planned_once(
    """UPDATE programs_draft SET typed = '{}', aside = '{}'
    WHERE application_id = %s AND NOT (typed = '{}' AND aside = '{}')"""
)


def _record_consents(reading: Reading, *, by: User, now: dt.datetime) -> list[ConsentText]:
    """What is ticked becomes a record; what the company gave before stands."""
    company = reading.application.company
    given = [text for text in reading.consent_texts if text.pk in reading.ticked]
    Consent.objects.bulk_create(
        [Consent(text=text, company=company, given_by=by, given_at=now) for text in given],
        ignore_conflicts=True,
    )
    return given


def answer_due(application: Application) -> dt.date:
    """The day by which the applicant hears: days after closing, stopped while the company held the application."""
    stopped = dt.timedelta()
    for request in _returns(application):
        if request.answered_at is not None:
            stopped += request.answered_at.astimezone(SEOUL).date() - request.sent_at.astimezone(SEOUL).date()
    return closing_day(application.call) + dt.timedelta(days=application.call.answer_days) + stopped


def _returns(application: Application) -> Sequence[ReturnRequest]:
    """As they were read with the application, or in one query."""
    known: Mapping[str, Any] = getattr(application, "_prefetched_objects_cache", {})
    return list(application.returns.all()) if "returns" in known else _returns_of(application.pk)


@worded
def _returns_of(application: UUID) -> QuerySet[ReturnRequest]:
    return ReturnRequest.objects.filter(application=application)


def open_screening(row: Application) -> None:
    """The agency's task to screen what was handed in, due on the day by which the applicant hears."""
    tasks.open_task(
        agency=row.call.agency,
        side=Task.Side.AGENCY,
        kind=Task.Kind.SCREEN,
        subject_id=row.pk,
        subject=f"{row.receipt} {row.company.name_ko}",
        subject_en=row.company.name_en and f"{row.receipt} {row.company.name_en}",
        due_on=answer_due(row),
    )


def recall(application: Application, *, by: User) -> Application:
    """Take a submission back while the call is open: a draft again, the receipt is kept as recalled. Twice is once.

    Locks the application. Refused with `reader_only`, `closed`, `not_submitted`.
    """
    with transaction.atomic():
        row, now = intake_rules.enter(application, by)
        if row.status == Status.DRAFT and row.submissions.exists():
            return row
        if row.status != Status.SUBMITTED:
            raise RuleBroken("not_submitted", _("Only a submitted application can be recalled."))
        intake_rules.require_open(row.call, now)
        submission = row.submissions.get(recalled_at__isnull=True)
        submission.recalled_at = now
        submission.save(update_fields=["recalled_at"])
        row.status, row.receipt, row.submitted_at = Status.DRAFT, "", None
        row.save(update_fields=["status", "receipt", "submitted_at"])
        close_tasks(row)
        tell_members(row, "application_recalled", submission=submission)
    return row


def close_tasks(row: Application) -> None:
    """Nothing is due any more about the application, on either side."""
    tasks.close_task(Task.Kind.SCREEN, row.pk)
    tasks.close_task(Task.Kind.CORRECT, row.pk)
    tasks.close_task(Task.Kind.HAND_IN, row.pk)
    for criterion in row.call.criterions.all():
        tasks.close_task(Task.Kind.RENEW, criterion.pk, company=row.company)


def why_not_withdraw(application: Application) -> RuleBroken | None:
    """Why it cannot be withdrawn now; None: it can. Between decision and release the answer is the same for everybody."""
    status = application.public_status
    if status == Application.CALL_CANCELLED:
        return RuleBroken("cancelled", _("The call was cancelled: there is nothing to withdraw from."))
    if status == Application.UNDER_EVALUATION:
        if application.call.decided_at is None:
            return None
        return RuleBroken(
            "being_decided", _("The results are being decided. Withdraw after they have been announced.")
        )
    if status in {Status.DRAFT, Status.SUBMITTED, Status.RETURNED, Status.RESERVE}:
        return None
    if status == Status.SELECTED and not hasattr(application, "participation"):
        return None
    if status == Status.WITHDRAWN:
        return RuleBroken("withdrawn", _("This application was withdrawn already."))
    return RuleBroken(
        "too_late_to_withdraw",
        _("This application cannot be withdrawn any more. Ask the agency: %(contact)s.")
        % {"contact": plain(application.call, "contact")},
    )


def withdraw(application: Application, *, by: User, reason: str = "") -> Application:
    """The company gives up the application; another one to the same call can be begun while it is open.

    Locks the application. Refused with `reader_only` (staff who entered it, too), `withdrawn`, `being_decided`,
    `cancelled` (the call was), `too_late_to_withdraw`.
    """
    with because(reason.strip()) if reason.strip() else nullcontext(), transaction.atomic():
        row = intake_rules.lock(application)
        intake_rules.require_company_writer(row.company_id, by)
        refusal = why_not_withdraw(row)
        if refusal is not None:
            raise refusal
        now = clock.now()
        was_draft = row.status == Status.DRAFT
        row.status = Status.WITHDRAWN
        row.save(update_fields=["status"])
        ReturnRequest.objects.filter(application=row, answered_at__isnull=True).update(answered_at=now)
        Draft.objects.filter(application=row).update(typed={}, aside={})
        close_tasks(row)
        if not was_draft:
            tell_members(row, "application_withdrawn")
    return row


def tell_members(row: Application, letter: str, **facts: Any) -> None:
    """One letter to each member of the company, in that person's language; where nobody signs in for it, one to the
    address of the person in charge, in Korean."""
    told = [member.user for member in _members(row.company_id)]
    for reader in told or at_contact(row):
        letters.write(reader, letter, {"application": row, "call": row.call, **facts})


@worded
def _members(company: UUID) -> QuerySet[Member]:
    found = Member.objects.filter(company=company, ended_at__isnull=True, user__is_active=True)
    return found.select_related("user").order_by("created_at", "id")
