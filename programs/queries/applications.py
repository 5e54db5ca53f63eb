"""A company's applications and tasks in words a person would say: how it stands, what comes next and when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Value
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import User
from accounts.roles import may_serve
from companies.models import Company
from ground import clock
from ground.clock import SEOUL, ClockNow
from ground.templatetags.naru import seoul
from ground.worded import Asked, together, worded
from programs.domain.eligibility import closing_day
from programs.domain.intake import answer_due
from programs.models import Application, ReturnRequest, Submission, Task
from programs.models.application import ApplicationQuerySet
from programs.queries import ends

Status = Application.Status

BADGES: dict[str, tuple[StrOrPromise, str]] = {
    Status.DRAFT: (_("being filled in"), "wait"),
    Status.SUBMITTED: (_("submitted"), "ok"),
    Status.RETURNED: (_("to be corrected"), "warn"),
    Application.CALL_CANCELLED: (_("call cancelled"), "neutral"),
    Application.UNDER_EVALUATION: (_("under evaluation"), "info"),
    Status.INELIGIBLE: (_("requirement not met"), "neutral"),
    Status.ELIGIBLE: (_("requirements met"), "info"),
    Status.SELECTED: (_("selected"), "ok"),
    Status.RESERVE: (_("on the reserve list"), "wait"),
    Status.NOT_SELECTED: (_("not selected"), "neutral"),
    Status.AGREED: (_("taking part"), "ok"),
    Status.COMPLETED: (_("completed"), "ok"),
    Status.WITHDRAWN: (_("withdrawn"), "neutral"),
}
"""A word and a tone per public status."""


@dataclass(frozen=True)
class Standing:
    """How an application stands for its company. `due_on` is the day of what comes next, if there is one."""

    status: str
    badge: StrOrPromise
    tone: str
    sentence: str
    due_on: dt.date | None


@dataclass(frozen=True)
class ApplicationRow:
    application: Application
    standing: Standing


@dataclass(frozen=True)
class TaskRow:
    """A task with the page where it is done: route and id (empty when the page belongs to a floor above)."""

    task: Task
    label: StrOrPromise
    due_on: dt.date
    is_late: bool
    route: str
    pk: UUID | None
    company: Company | None


def near_day(value: dt.date, today: dt.date) -> str:
    """12월 3일 — or 3 December; with the year when it is another one."""
    if get_language() == "en":
        return f"{value.day} {value:%B}" + ("" if value.year == today.year else f" {value.year}")
    return ("" if value.year == today.year else f"{value.year}년 ") + f"{value.month}월 {value.day}일"


def standing_of(application: Application, now: dt.datetime) -> Standing:
    """The status in a sentence, with what comes next and when. Needs `call`; reads `returns`."""
    status = application.public_status
    badge, tone = ends.badge_of(application) or BADGES[status]
    sentence, due_on = _sentence(application, status, now)
    return Standing(status, badge, tone, sentence, due_on)


def _sentence(application: Application, status: str, now: dt.datetime) -> tuple[str, dt.date | None]:
    call = application.call
    today = now.astimezone(SEOUL).date()
    if (ended := ends.sentence_of(application)) is not None:
        return ended, None
    is_open = call.opens_at <= now < call.closes_at
    if status == Application.CALL_CANCELLED:
        return (
            gettext("The agency cancelled the call. You need not do anything. Reason: %(reason)s")
            % {"reason": call.cancellation_reason},
            None,
        )
    if status == Status.DRAFT:
        if not is_open:
            return gettext("The call has closed. This draft was not submitted."), None
        return (
            gettext("It has not been submitted yet. Submit it before %(when)s.")
            % {"when": seoul(call.closes_at)},
            closing_day(call),
        )
    if status == Status.RETURNED:
        return _returned(application, now)
    due = answer_due(application)
    facts = {"due": near_day(due, today), "when": seoul(call.closes_at)}
    if status == Status.SUBMITTED and is_open:
        return (
            gettext(
                "Submitted. We let you know the result of the review by %(due)s. Before %(when)s you can recall it."
            )
            % facts,
            due,
        )
    if status == Status.SUBMITTED:
        return gettext("Submitted. We let you know the result of the review by %(due)s.") % facts, due
    if status == Application.UNDER_EVALUATION:
        return gettext("Under evaluation. We let you know the result by %(due)s.") % facts, due
    return str(_LATER[status]), None


_LATER: dict[str, StrOrPromise] = {
    Status.ELIGIBLE: _("All requirements are met. The evaluation goes on."),
    Status.INELIGIBLE: _("Not selected: a requirement of the call was not met."),
    Status.SELECTED: _("Selected. Next comes the participation agreement; accept it to take part."),
    Status.RESERVE: _("On the reserve list. We write to you at once when a place becomes free."),
    Status.NOT_SELECTED: _("Not selected this time. The agency answers questions about it."),
    Status.AGREED: _("The agreement is made. You take part in the program."),
    Status.COMPLETED: _("The program is completed."),
    Status.WITHDRAWN: _("You withdrew this application."),
}


def _returned(application: Application, now: dt.datetime) -> tuple[str, dt.date | None]:
    waiting = [request for request in application.returns.all() if request.answered_at is None]
    if not waiting:
        return gettext("The agency asks for corrections."), None
    due_at, by_check = waiting[-1].due_at, waiting[-1].sent_by_id is None
    if now >= due_at:
        return gettext("The time for corrections is over. The agency decides by what it has."), None
    sentence = (
        gettext("The check refused a file. Hand in another one before %(when)s.")
        if by_check
        else gettext("The agency asks for corrections. Send them before %(when)s.")
    )
    return (
        sentence % {"when": seoul(due_at)},
        (due_at - dt.timedelta(microseconds=1)).astimezone(SEOUL).date(),
    )


def _with_standing(rows: QuerySet[Application]) -> QuerySet[Application]:
    return (
        ends.with_end(rows)
        .select_related("company", "call__agency", "call__program", "on_behalf")
        .prefetch_related("returns")
    )


def applications_of(user: Any) -> list[ApplicationRow]:
    """All applications of the user's companies, the newest first: two queries."""
    now = clock.now()
    rows = _with_standing(Application.objects.of_member(user)).order_by("-created_at", "id")
    return [ApplicationRow(row, standing_of(row, now)) for row in rows]


def own(user: Any) -> QuerySet[Application]:
    """The same rows as a queryset."""
    return _with_standing(Application.objects.of_member(user))


def one_of(user: User, key: UUID) -> Application | None:
    """One of the user's companies, or one that the user enters on a company's behalf, no other; it says which of the two
    it is (`is_of_reader`), whether the user may write it now (`may_be_written`), when it was read (`read_at`) and whether
    the company handed in another one (`has_earlier`). One query."""
    return one_of_asking(user, key)[0]


def one_of_asking(
    user: User, key: UUID, *asked: Asked, ahead: int = 0
) -> tuple[Application | None, list[list[Any]]]:
    """As `one_of`, with what else is asked about it, in the same errand; the first ones `ahead` of it."""
    one = _handled if may_serve(user) else _of_member
    found = together(*asked[:ahead], (one, (user.pk, key)), *asked[ahead:])
    return next(iter(found.pop(ahead)), None), found


@worded
def _handled(user: UUID, key: UUID) -> QuerySet[Application]:
    reader = User(pk=user)
    found = Application.objects.handled_by(reader).with_may_be_written(reader)
    return _as_read(found, key).annotate(is_of_reader=of_reader(reader, "company"))


@worded
def _of_member(user: UUID, key: UUID) -> QuerySet[Application]:
    """The same for who serves no agency, and so enters nothing for a company."""
    reader = User(pk=user)
    found = Application.objects.of_member(reader).with_may_be_written(reader, as_member=True)
    return _as_read(found, key).annotate(is_of_reader=Value(True))


def _as_read(rows: ApplicationQuerySet, key: UUID) -> QuerySet[Application]:
    found = rows.filter(pk=key).with_call()
    return found.annotate(read_at=ClockNow(), has_earlier=Exists(_handed_in_before())).order_by()


def _handed_in_before() -> QuerySet[Application]:
    """Another application of the company was handed in: there may be something to offer again."""
    others = Application.objects.filter(company=OuterRef("company"), submitted_at__isnull=False)
    return others.exclude(pk=OuterRef("pk"))


def of_reader(user: Any, company: str) -> Exists:
    """Whether the user is a member of the company that stands in this column."""
    return Exists(user.company_members.filter(company=OuterRef(company), ended_at__isnull=True))


def is_of_reader(found: Application | Submission) -> bool:
    """Whether it is of one of the reader's companies, as `one_of` or `receipts.submission_for` found it; else the reader
    enters it."""
    return bool(getattr(found, "is_of_reader", True))


LABELS: dict[str, StrOrPromise] = {
    Task.Kind.RENEW: _("Renew: %(subject)s"),
    Task.Kind.CORRECT: _("Correct the application: %(subject)s"),
    Task.Kind.ACCEPT: _("Accept the agreement: %(subject)s"),
    Task.Kind.HAND_IN: _("Hand in: %(subject)s"),
    Task.Kind.DECLARE: _("Declare the sales: %(subject)s"),
    Task.Kind.CONFIRM: _("Confirm the payout: %(subject)s"),
    Task.Kind.EXPLAIN: _("Answer a question about your sales: %(subject)s"),
}


def tasks_of(user: Any) -> list[TaskRow]:
    """What is due for the user's companies, the next first: two queries, the day's and the tasks."""
    today = clock.today()
    tasks = list(
        Task.objects.open()
        .for_company_members(user)
        .select_related("company", "agency")
        .order_by("due_on", "id")
    )
    return [
        TaskRow(
            task=task,
            label=str(LABELS.get(task.kind, "%(subject)s")) % {"subject": task.subject},
            due_on=task.due_on,
            is_late=task.due_on < today,
            route=_page(task)[0],
            pk=_page(task)[1],
            company=task.company,
        )
        for task in tasks
    ]


PAGES: dict[str, str] = {
    Task.Kind.CORRECT: "application_correct",
    Task.Kind.HAND_IN: "application_papers",
    Task.Kind.ACCEPT: "participation_show",
}
"""Where a task is done whose record is the page's own."""


def _page(task: Task) -> tuple[str, UUID | None]:
    if task.kind == Task.Kind.RENEW:
        return "certificate_add", task.company_id
    return PAGES.get(task.kind, ""), task.subject_id


def open_return_of(application: Application) -> ReturnRequest | None:
    """The return that waits for the company, with its items."""
    return (
        ReturnRequest.objects.filter(application=application, answered_at__isnull=True)
        .prefetch_related("items__question", "items__document", "items__criterion")
        .first()
    )
