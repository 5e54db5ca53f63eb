"""Who may change an application, when, and which parts of it: asked by every verb of the intake before it writes."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import may_serve
from companies.models import Company, Member
from ground.clock import ClockNow
from ground.errors import RuleBroken
from ground.templatetags.naru import seoul
from ground.worded import Asked, together, worded
from ground.words import plain
from programs.domain import asking
from programs.models import Application, Call, Question, RequiredDocument, ReturnItem, ReturnRequest
from programs.models.call import Stage

WRITERS = (Member.Role.OWNER, Member.Role.EDITOR)
OPENNESS = ("published_at", "opens_at", "closes_at", "cancelled_at")
"""The call's instants that say whether it is open."""


def lock(application: Application) -> Application:
    """The application's row, locked, with its call, agency and company. One that went over to another company while this
    waited for the lock (its record was merged) no longer fits what was joined to it, and is read once more."""
    row = _locked.first(application.pk) or _locked.first(application.pk)
    if row is None:
        raise Application.DoesNotExist
    return row


@worded
def _locked(application: UUID) -> QuerySet[Application]:
    return Application.objects.select_for_update(of=("self",)).with_call().filter(pk=application)


def enter(application: Application, by: User) -> tuple[Application, dt.datetime]:
    """The application's row, locked, and the instant once it is: `RuleBroken('reader_only')` unless `by` may write it
    today. What its call says of publication, opening, closing and cancellation is that of the instant, too: who waited has
    read the call as it stood before. Two queries."""
    row, now, _nothing = enter_asking(application, by)
    return row, now


def enter_asking(
    application: Application, by: User, *asked: Asked
) -> tuple[Application, dt.datetime, list[list[Any]]]:
    """As `enter`, with what else is asked about the application once it is locked, in the same errand."""
    key, at_the_door = application.pk, _at_the_door if may_serve(by) else _at_the_members_door
    for _each in range(2):  # as `lock`
        rows, door, *found = together((_locked, (key,)), (at_the_door, (key, by.pk)), *asked)
        if rows:
            break
    else:
        raise Application.DoesNotExist
    (row,), ((is_writer, now, *stands),) = rows, door
    for name, instant in zip(OPENNESS, stands, strict=True):
        setattr(row.call, name, instant)
    if not is_writer:
        raise reader_only()
    return row, now.astimezone(dt.UTC), found


@worded
def _at_the_door(application: UUID, user: UUID) -> QuerySet[Any, tuple[Any, ...]]:
    return _as_it_stands(Application.objects.with_may_be_written(User(pk=user)), application)


@worded
def _at_the_members_door(application: UUID, user: UUID) -> QuerySet[Any, tuple[Any, ...]]:
    return _as_it_stands(Application.objects.with_may_be_written(User(pk=user), as_member=True), application)


def _as_it_stands(rows: QuerySet[Application], application: UUID) -> QuerySet[Any, tuple[Any, ...]]:
    found = rows.filter(pk=application)
    stands = (f"call__{name}" for name in OPENNESS)
    return found.annotate(now=ClockNow()).order_by().values_list("may_be_written", "now", *stands)


def may_write(application: Application, user: User) -> bool:
    """Owners and editors of the company may, and staff who enter it on the company's behalf; nobody else. One query."""
    return bool(_written(user.pk, application.pk))


@worded
def _written(user: UUID, application: UUID) -> QuerySet[Any, UUID]:
    found = Application.objects.written_by(User(pk=user)).filter(pk=application)
    return found.order_by().values_list("pk", flat=True)


def require_writer(application: Application, by: User) -> None:
    """`RuleBroken('reader_only')` unless `by` may write the application today."""
    if not may_write(application, by):
        raise reader_only()


def is_writer_of(company_id: UUID, user: User) -> bool:
    """Owners and editors of the company are; readers and strangers are not."""
    return bool(writing(company_id, user.pk))


@worded
def writing(company: UUID, user: UUID) -> QuerySet[Any, UUID]:
    """A row where the user is owner or editor of the company."""
    found = Member.objects.filter(company=company, user=user, ended_at__isnull=True, role__in=WRITERS)
    return found.order_by().values_list("pk", flat=True)


@worded
def companies_written_by(user: UUID) -> QuerySet[Company]:
    """Those of which the user is owner or editor, by their name."""
    return Company.objects.of_member(User(pk=user), *WRITERS).order_by("name_ko", "id")


def require_company_writer(company_id: UUID, by: User) -> None:
    """`RuleBroken('reader_only')` unless `by` is owner or editor of the company today."""
    if not is_writer_of(company_id, by):
        raise reader_only()


def reader_only() -> RuleBroken:
    """What a member who only reads is told."""
    return RuleBroken(
        "reader_only", _("Only owners and editors of the company can do this. Ask one of them.")
    )


def require_not_cancelled(call: Call) -> None:
    """`RuleBroken('cancelled')` when the agency cancelled the call."""
    if call.cancelled_at is not None:
        raise RuleBroken(
            "cancelled",
            _("The agency cancelled this call on %(when)s. Nothing can be handed in or changed any more.")
            % {"when": seoul(call.cancelled_at)},
        )


def require_open(call: Call, now: dt.datetime) -> None:
    """From the opening instant (included) to the closing instant (not included), by the database's clock.

    `RuleBroken`: `not_published`, `cancelled`, `not_open_yet`, `closed`.
    """
    if call.published_at is None:
        raise RuleBroken("not_published", _("This call is not published."))
    require_not_cancelled(call)
    if now < call.opens_at:
        raise RuleBroken(
            "not_open_yet", _("The call opens on %(when)s. Come back then.") % {"when": seoul(call.opens_at)}
        )
    if now >= call.closes_at:
        raise RuleBroken(
            "closed",
            _("The call closed on %(when)s. Nothing can be handed in any more; ask the agency: %(contact)s.")
            % {"when": seoul(call.closes_at), "contact": plain(call, "contact")},
        )


def open_return(application: Application) -> ReturnRequest | None:
    """The return for correction that waits for the company."""
    return ReturnRequest.objects.filter(application=application, answered_at__isnull=True).first()


def require_open_return(application: Application, now: dt.datetime) -> ReturnRequest:
    """The open return, while its day lasts (the due instant is not included): `cancelled`, `not_returned`,
    `correction_over`."""
    require_not_cancelled(application.call)
    request = open_return(application) if application.status == Application.Status.RETURNED else None
    if request is None:
        raise RuleBroken("not_returned", _("The agency has not asked for corrections."))
    if now >= request.due_at:
        raise RuleBroken(
            "correction_over",
            _("Corrections were possible until %(when)s. Ask the agency: %(contact)s.")
            % {"when": seoul(request.due_at), "contact": plain(application.call, "contact")},
        )
    return request


def require_draft(application: Application, now: dt.datetime) -> None:
    """Parts of a draft can be changed while the call is open: `not_draft`, `closed`."""
    if application.status != Application.Status.DRAFT:
        raise RuleBroken(
            "not_draft",
            _(
                "The application has been submitted and cannot be changed. Recall it first, while the call is open."
            ),
        )
    require_open(application.call, now)


def require_named(items: list[ReturnItem], part: str, key: UUID | None = None) -> None:
    """Only the items that the agency named are open: `RuleBroken('not_named')` for all others."""
    for item in items:
        if item.part == part and key in {None, item.question_id, item.document_id}:
            return
    raise RuleBroken(
        "not_named", _("The agency did not ask to correct this part. It stays as it was handed in.")
    )


def require_selected(application: Application) -> None:
    """What is asked only from those selected: `RuleBroken('not_asked_yet')` before the results are out."""
    if application.public_status not in {Application.Status.SELECTED, Application.Status.AGREED}:
        raise RuleBroken("not_asked_yet", _("This is asked only from those selected."))


def require_document_open(application: Application, required: RequiredDocument, now: dt.datetime) -> None:
    """Whether this document can be handed in now: with the draft, as a named correction or as the file of a question
    that a correction opens, or after the selection.

    `RuleBroken`: `not_draft`, `closed`, `not_named`, `correction_over`, `not_asked_yet`.
    """
    status = application.public_status
    if status == Application.Status.RETURNED:
        request = require_open_return(application, now)
        items = list(request.items.all())
        questions = Question.objects.filter(call=required.call_id) if required.question_id else ()
        if required.question_id not in asking.opened_by(items, questions):
            require_named(items, ReturnItem.Part.DOCUMENT, required.pk)
    elif required.stage == Stage.SELECTED:
        require_selected(application)
    else:
        require_draft(application, now)
