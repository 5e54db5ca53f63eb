"""Calls as the public sees them: which are open, coming or closed at this instant of the database's clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from difflib import ndiff
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, Q, QuerySet, When
from django.utils.translation import gettext
from django_stubs_ext import StrOrPromise

from accounts.models import Agency
from accounts.roles import agency_ids
from companies.models import Company
from ground import clock
from ground.clock import SEOUL
from ground.history import label_of
from ground.templatetags.naru import seoul
from ground.worded import Asked, together, worded
from programs.domain.criteria_building import tree_of
from programs.domain.eligibility import closing_day, day_that_counts
from programs.domain.publishing import TEXTS, plain_text
from programs.models import Application, Call, Criterion, Inquiry, NoticeVersion

SOON = dt.timedelta(days=7)
SEARCHED = (
    "title_ko", "title_en", "notice_ko", "notice_en", "code", "notice_number", "program__name_ko", "program__name_en",
    "agency__name_ko", "agency__name_en",
)  # fmt: skip
"""Where the words of a search may stand."""


@dataclass(frozen=True)
class CallRow:
    """A call with its state: `open`, `coming` or `closed` (also when it was cancelled); `days_left` counts Seoul days until
    the closing day (0: today)."""

    call: Call
    state: str
    is_closing_soon: bool
    days_left: int | None

    @property
    def is_open(self) -> bool:
        return self.state == "open"


def readable_by(user: Any) -> QuerySet[Call]:
    """Published calls for everybody; staff see those of their agencies before that."""
    own = Call.objects.visible_to(user).values("pk") if getattr(user, "is_authenticated", False) else []
    return Call.objects.filter(Q(published_at__isnull=False) | Q(pk__in=own)).select_related(
        "agency", "program", "result_notice"
    )


def readable_one(user: Any, key: UUID, *asked: Asked) -> tuple[Call | None, list[list[Any]]]:
    """One of those, and what else is asked: planned questions in one errand for whoever serves in no agency."""
    if agency_ids(user):
        return readable_by(user).filter(pk=key).first(), together(*asked)
    found, *beside = together((_published, (key,)), *asked)
    return next(iter(found), None), beside


@worded
def _published(key: UUID) -> QuerySet[Call]:
    return Call.objects.filter(pk=key, published_at__isnull=False).select_related(
        "agency", "program", "result_notice"
    )


def row_of(call: Call, now: dt.datetime) -> CallRow:
    """How the call stands at `now`."""
    if call.cancelled_at is not None:
        return CallRow(call, "closed", False, None)
    if now < call.opens_at:
        return CallRow(call, "coming", False, None)
    if now >= call.closes_at:
        return CallRow(call, "closed", False, None)
    days = (closing_day(call) - now.astimezone(SEOUL).date()).days
    return CallRow(call, "open", call.closes_at - now <= SOON, days)


def moved_closing(call: Call) -> str:
    """What the notice says of a closing that was moved: the first one, and why. Empty when it was not."""
    if call.first_closes_at is None:
        return ""
    return gettext("The closing was moved from %(first)s. Reason: %(reason)s") % {
        "first": seoul(call.first_closes_at),
        "reason": call.closing_reason,
    }


def published_calls() -> dict[str, list[CallRow]]:
    """Open calls (the next to close first) and coming ones (the next to open first)."""
    now = clock.now()
    calls = Call.objects.published().select_related("agency", "program")
    return {
        "open": [row_of(call, now) for call in calls.open_at(now).order_by("closes_at", "code")],
        "coming": [
            row_of(call, now)
            for call in calls.filter(opens_at__gt=now, cancelled_at__isnull=True).order_by("opens_at", "code")
        ],
    }


@dataclass(frozen=True)
class Found:
    """Calls that fit a search: how many stand where (`soon` are some of the open ones), and those of the state asked
    for, open ones first (the next to close), then coming (the next to open), then closed (the last to close)."""

    counts: dict[str, int]
    calls: QuerySet[Call]
    now: dt.datetime

    @property
    def total(self) -> int:
        return self.counts["open"] + self.counts["coming"] + self.counts["closed"]


def find(words: str = "", state: str = "", agency: UUID | None = None) -> Found:
    """Published calls in which every one of the words stands (title, notice, numbers, program, agency, in both
    languages), of one agency when it is named; `state` is `open`, `soon`, `coming`, `closed` or empty for all of them.
    Two questions: the clock and the counts; the rows are asked for by who reads them."""
    now = clock.now()
    fitting = Call.objects.published()
    for word in words.split():
        fitting = fitting.filter(Q(*((f"{column}__icontains", word) for column in SEARCHED), _connector=Q.OR))
    if agency is not None:
        fitting = fitting.filter(agency=agency)
    stands = Q(cancelled_at__isnull=True)
    states = {
        "open": stands & Q(opens_at__lte=now, closes_at__gt=now),
        "soon": stands & Q(opens_at__lte=now, closes_at__gt=now, closes_at__lte=now + SOON),
        "coming": stands & Q(opens_at__gt=now),
        "closed": ~stands | Q(closes_at__lte=now),
    }
    counts = fitting.aggregate(**{name: Count("pk", filter=wanted) for name, wanted in states.items()})
    place = Case(When(states["open"], then=0), When(states["coming"], then=1), default=2)
    return Found(
        counts,
        fitting.filter(states.get(state, Q()))
        .select_related("agency", "program", "result_notice")
        .order_by(
            place,
            Case(When(states["open"], then=F("closes_at")), When(states["coming"], then=F("opens_at"))),
            F("closes_at").desc(),
            "code",
        ),
        now,
    )


def agencies_that_called() -> QuerySet[Agency]:
    """Agencies with a published call, by their name."""
    return Agency.objects.filter(pk__in=Call.objects.published().values("agency")).order_by("name_ko", "pk")


def standing_applications(user: Any, call: Call) -> QuerySet[Application]:
    """The applications to this call of the companies that the user is a member of, without withdrawn ones."""
    return Application.objects.of_member(user).filter(call=call).standing().select_related("company")


def standing_application(call: Call, company: Company) -> Application | None:
    """The one of this company, unless it was withdrawn. One query."""
    return _standing.first(call.pk, company.pk)


@worded
def _standing(call: UUID, company: UUID) -> QuerySet[Application]:
    return Application.objects.filter(call=call, company=company).standing()


def entries_on_behalf(call: Call) -> QuerySet[Application]:
    """Drafts of the call that staff enter on companies' behalf, the newest first; one query."""
    return (
        Application.objects.filter(call=call, status=Application.Status.DRAFT, on_behalf__isnull=False)
        .select_related("company", "on_behalf__begun_by")
        .order_by("-created_at")
    )


@dataclass(frozen=True)
class Change:
    """What a version of a notice says otherwise than the one before: the text's name, and its lines that went and came."""

    name: StrOrPromise
    lang: str
    gone: list[str]
    come: list[str]


@dataclass(frozen=True)
class Version:
    """A published version of a notice, with what it changed; `is_present` is the one that counts."""

    version: NoticeVersion
    changes: list[Change]
    is_present: bool


def versions_of(call: Call) -> list[Version]:
    """The published versions of the notice, the newest first; none while it stands as first published. One query."""
    found = list(call.notice_versions.filter(published_at__isnull=False).order_by("number"))
    before = [None, *found]
    return [
        Version(each, changes_of(former, each), each is found[-1])
        for former, each in zip(before, found, strict=False)
    ][::-1]


def changes_of(former: Call | NoticeVersion | None, version: NoticeVersion) -> list[Change]:
    """Text by text: the lines that are not there any more, and the new ones."""
    if former is None:
        return []
    found = []
    for name in TEXTS:
        before, after = (plain_text(getattr(each, name)) for each in (former, version))
        if before != after:
            lines = list(ndiff(before.splitlines(), after.splitlines()))
            found.append(
                Change(
                    label_of(NoticeVersion, name),
                    name[-2:],
                    [line[2:] for line in lines if line.startswith("- ") and line[2:].strip()],
                    [line[2:] for line in lines if line.startswith("+ ") and line[2:].strip()],
                )
            )
    return found


def proposed_version(call: Call) -> Version | None:
    """The version that a second person is asked about or has agreed to, not published yet."""
    found = call.notice_versions.filter(published_at__isnull=True).first()
    return Version(found, changes_of(call, found), False) if found else None


def answers_of(call: Call) -> QuerySet[Inquiry]:
    """Questions about the call with their answers, as all read them: the newest answer first, nothing of who asked."""
    texts = (
        "id",
        "question_ko",
        "question_en",
        "answer_ko",
        "answer_en",
        "answered_at",
        "corrected_at",
        "correction",
    )
    return Inquiry.objects.answered().filter(call=call).only(*texts).order_by("-answered_at", "pk")


def own_waiting(user: Any, call: Call) -> QuerySet[Inquiry]:
    """What the reader's companies asked about the call and nobody answered yet."""
    return Inquiry.objects.of_member(user).waiting().filter(call=call).select_related("company")


@dataclass(frozen=True)
class Requirement:
    """A requirement on a notice, with the day that counts; what belongs to a group stands inside it."""

    criterion: Criterion
    counts_on: dt.date | None
    members: tuple[Requirement, ...]


def requirements_of(call: Call) -> list[Requirement]:
    """Those that decide, in their order. One query."""
    tree = tree_of(call.criterions.all())

    def inside(group: UUID | None) -> list[Requirement]:
        return [
            Requirement(
                each,
                None if each.kind in Criterion.GROUPS else day_that_counts(call, each.as_of),
                tuple(inside(each.pk)),
            )
            for each in tree.get(group, [])
        ]

    return inside(None)
