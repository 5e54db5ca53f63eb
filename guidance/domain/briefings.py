"""Briefings (설명회): prepared, published, changed, cancelled; whoever registered is told of what concerns them.

The database's clock decides what has begun, and the lock on the briefing's row who takes a seat.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground import clock, outbox
from ground.audit import because
from ground.errors import RuleBroken, filled
from ground.models import OutboxEvent
from guidance.domain import briefing_letters
from guidance.domain.seats import locked, move_up, seats_taken
from guidance.models import (
    Briefing,
    BriefingCountry,
    BriefingMaterial,
    BriefingQuestion,
    BriefingSession,
    Registration,
)
from guidance.models.survey import MOST_QUESTIONS
from programs.models import Program
from programs.permissions import require_service

TELL = "guidance.briefing"
PLACE = ("place_ko", "place_en", "online_url")
WHEN_AND_WHERE = ("starts_at", "ends_at", *PLACE)
"""What everybody registered is told of when it changes."""
WRITTEN = tuple(
    field.attname
    for field in Briefing._meta.concrete_fields
    if field.editable and field.attname != "program_id"
)
"""What `save_briefing` writes of a known one; everything else is the other verbs'."""
REASON_LENGTH = 300

Part = BriefingCountry | BriefingSession | BriefingMaterial | BriefingQuestion


def save_briefing(briefing: Briefing, *, by: User) -> Briefing:
    """Write a briefing. A new one is a draft. Its sessions move along with its beginning. Of a published one a new time or
    place is told to everybody registered, and more seats let the waiting list move up, all in one transaction.

    Of a known one only what the form holds is written: what happened since it was read stays, and `briefing` says so
    afterwards. Locks the briefing. Refused: `not_your_agency`, and as `check` says.
    """
    with transaction.atomic():
        program = Program.objects.select_related("agency").get(pk=briefing.program_id)
        require_service(by, program.agency)
        if briefing._state.adding:
            briefing.agency = program.agency
            briefing.save()
            return briefing
        known = locked(briefing.pk)
        now = clock.now()
        check(briefing, known, now)
        is_public = known.state == Briefing.State.PUBLISHED
        was = {name: getattr(known, name) for name in WHEN_AND_WHERE}
        is_moved = any(value != getattr(briefing, name) for name, value in was.items())
        for field in Briefing._meta.concrete_fields:
            if field.attname not in WRITTEN:
                setattr(briefing, field.attname, getattr(known, field.attname))
        briefing.changes += is_public and is_moved
        briefing.save(update_fields=[*WRITTEN, "changes"])
        _move_sessions(briefing, briefing.starts_at - known.starts_at)
        if is_public and is_moved:
            _tell(briefing, "changed", was=was)
        move_up(briefing, now)
    return briefing


def check(briefing: Briefing, known: Briefing, now: dt.datetime) -> None:
    """Whether a briefing that stands as `known` may become as it is written now. Refused: `cancelled`, `over`,
    `other_program`; of a published one `nowhere` (no place and no link), `passed` (moved to a time that lies behind),
    `fewer_seats` (than are taken)."""
    _require_open(known, now)
    if known.program_id != briefing.program_id:
        raise RuleBroken("other_program", _("A briefing stays with its program."), ("program",))
    if known.state == Briefing.State.PUBLISHED:
        _check_published(briefing, now)
        if briefing.capacity < known.capacity:
            _check_seats(briefing)


def _move_sessions(briefing: Briefing, by: dt.timedelta) -> None:
    if by:
        for each in briefing.sessions.all():
            each.starts_at, each.ends_at = each.starts_at + by, each.ends_at + by
            each.save(update_fields=["starts_at", "ends_at"])


def save_part(part: Part, *, by: User) -> Part:
    """Write a country, a session, a material or a question of the survey. Locks the briefing.

    Refused: `not_your_agency`, and as `check_part` says.
    """
    with transaction.atomic():
        briefing = _of_agency(part.briefing_id, by)
        check_part(part, briefing, clock.now())
        part.agency_id = briefing.agency_id
        part.save()
    return part


def check_part(part: Part, briefing: Briefing, now: dt.datetime) -> None:
    """Refused: `cancelled`, `over` (materials and questions may still come then), `session_outside` the briefing's time,
    `survey_running` (somebody was asked already), `too_many` (questions)."""
    is_late = isinstance(part, BriefingMaterial | BriefingQuestion)
    _require_open(briefing, None if is_late else now)
    if isinstance(part, BriefingSession) and not (
        briefing.starts_at <= part.starts_at < part.ends_at <= briefing.ends_at
    ):
        raise RuleBroken(
            "session_outside",
            _("A session begins and ends within the time of the briefing."),
            ("starts_at",),
        )
    if isinstance(part, BriefingQuestion):
        _require_survey_open(briefing)
        if briefing.survey_questions.exclude(pk=part.pk).count() >= MOST_QUESTIONS:
            raise RuleBroken(
                "too_many",
                filled(_("A survey asks at most %(count)d questions."), count=MOST_QUESTIONS),
                ("label_ko",),
            )


def drop_part(part: Part, *, by: User) -> None:
    """Take a part away; its history keeps it. Locks the briefing. Refused as `save_part`."""
    with transaction.atomic():
        briefing = _of_agency(part.briefing_id, by)
        is_late = isinstance(part, BriefingMaterial | BriefingQuestion)
        _require_open(briefing, None if is_late else clock.now())
        if isinstance(part, BriefingQuestion):
            _require_survey_open(briefing)
        part.delete()


def publish(briefing: Briefing, *, by: User) -> Briefing:
    """Show a draft to everybody and take registrations until it closes.

    Locks the briefing. Refused: `not_your_agency`, `published`, `nowhere`, `passed` (it has begun or its registration is
    closed).
    """
    with transaction.atomic():
        row = _of_agency(briefing.pk, by)
        if row.state != Briefing.State.DRAFT:
            raise RuleBroken("published", _("This briefing is published already."))
        now = clock.now()
        _check_published(row, now)
        if now >= row.closes_at:
            raise RuleBroken("passed", _("Registration would be closed already. Choose a later time."))
        row.state, row.published_at = Briefing.State.PUBLISHED, now
        row.save(update_fields=["state", "published_at"])
    return row


def cancel(briefing: Briefing, *, reason: str, by: User) -> Briefing:
    """Cancel a published briefing before it has ended; everybody with a seat or waiting is told, with the reason.

    Locks the briefing. Refused: `not_your_agency`, `draft`, `cancelled`, `over`, `reason_missing`, `reason_long`.
    """
    with transaction.atomic(), because(reason.strip()):
        row = _of_agency(briefing.pk, by)
        now = clock.now()
        _require_open(row, now)
        if row.state == Briefing.State.DRAFT:
            raise RuleBroken("draft", _("Nobody knows of this briefing yet: there is nothing to cancel."))
        if not reason.strip():
            raise RuleBroken(
                "reason_missing", _("Say why it is cancelled: everybody registered reads it."), ("reason",)
            )
        if len(reason.strip()) > REASON_LENGTH:
            raise RuleBroken(
                "reason_long",
                filled(_("At most %(count)d characters. Shorten the text."), count=REASON_LENGTH),
                ("reason",),
            )
        row.state, row.cancelled_at = Briefing.State.CANCELLED, now
        row.cancellation_reason = reason.strip()
        row.save(update_fields=["state", "cancelled_at", "cancellation_reason"])
        _tell(row, "cancelled")
    return row


def show_recording(briefing: Briefing, url: str, *, by: User) -> Briefing:
    """Link the recording after the briefing, and tell everybody who had a seat. The same link again tells nobody.

    Locks the briefing. Refused: `not_your_agency`, `not_over`, `cancelled`.
    """
    with transaction.atomic():
        row = _of_agency(briefing.pk, by)
        _require_open(row, None)
        now = clock.now()
        if row.state == Briefing.State.DRAFT or not row.is_over(now):
            raise RuleBroken("not_over", _("A recording comes after the briefing."))
        if row.recording_url == url:
            return row
        row.recording_url, row.recording_at = url, now
        row.save(update_fields=["recording_url", "recording_at"])
        _tell(row, "recording")
    return row


@outbox.handler(TELL)
def tell(event: OutboxEvent) -> None:
    """Write to everybody whom a change, a cancellation or a recording concerns. Another link to the online room concerns
    only those with a seat: nobody else sees it. Who came without registering agreed to be asked how it was, and to no
    other letter."""
    briefing = Briefing.objects.select_related("agency").get(pk=event.payload["briefing"])
    people = Registration.objects.filter(briefing=briefing, is_walk_in=False).exclude(email="")
    states = [Registration.State.REGISTERED]
    if event.payload["what"] != "recording":
        states.append(Registration.State.WAITING)
    facts: dict[str, Any] = {"reason": briefing.cancellation_reason}
    if was := event.payload.get("was"):
        facts |= _differs(was, briefing)
        if facts["is_link_new"] and not facts["is_elsewhere"] and was["online_url"] and briefing.online_url:
            states.remove(Registration.State.WAITING)
    for each in people.filter(state__in=states).order_by("joined_at", "id"):
        briefing_letters.write(each, briefing, event.payload["what"], facts)


def _differs(was: dict[str, Any], briefing: Briefing) -> dict[str, Any]:
    """What of a briefing differs from what it was: a letter tells of nothing else."""
    before, until = (dt.datetime.fromisoformat(was[name]) for name in ("starts_at", "ends_at"))
    is_time_new = (before, until) != (briefing.starts_at, briefing.ends_at)
    is_place_new = (was["place_ko"], was["place_en"]) != (briefing.place_ko, briefing.place_en)
    return {
        "was": Briefing(starts_at=before, ends_at=until, **{name: was[name] for name in PLACE}),
        "is_time_new": is_time_new,
        "is_place_new": is_place_new,
        "is_elsewhere": is_time_new or is_place_new,
        "is_link_new": was["online_url"] != briefing.online_url,
    }


def _tell(briefing: Briefing, what: str, **facts: Any) -> None:
    outbox.publish(TELL, {"briefing": str(briefing.pk), "what": what, **facts})


def _of_agency(key: Any, by: User) -> Briefing:
    row = locked(key)
    require_service(by, row.agency)
    return row


def _require_open(briefing: Briefing, now: dt.datetime | None) -> None:
    """Not cancelled and, when an instant is given, not over."""
    if briefing.state == Briefing.State.CANCELLED:
        raise RuleBroken("cancelled", _("This briefing was cancelled: it stays as it was."))
    if now is not None and briefing.published_at is not None and briefing.is_over(now):
        raise RuleBroken("over", _("This briefing is over: it stays as it was."))


def _require_survey_open(briefing: Briefing) -> None:
    if briefing.survey_asked_at is not None:
        raise RuleBroken(
            "survey_running", _("People have been asked these questions: they stay as they are.")
        )


def _check_published(briefing: Briefing, now: dt.datetime) -> None:
    if not (briefing.place_ko.strip() or briefing.online_url.strip()):
        raise RuleBroken("nowhere", _("Name the place, the link of the online room, or both."), ("place_ko",))
    if now >= briefing.ends_at:
        raise RuleBroken("passed", _("This time has passed. Choose a later one."), ("starts_at",))


def _check_seats(briefing: Briefing) -> None:
    if (taken := seats_taken(briefing)) > briefing.capacity:
        raise RuleBroken(
            "fewer_seats",
            filled(
                _("%(count)d seats are taken. Fewer are possible when somebody cancels."),
                count=taken,
            ),
            ("capacity",),
        )
