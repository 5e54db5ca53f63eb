"""At the door of a briefing (체크인): who came is let in by the code, and who had not registered is entered by staff.

Who registered and has a seat is let in whenever they come. For the others: before the beginning a seat that nobody has and
nobody waits for; from the beginning on also those of people who have not come, first come first seated, as long as fewer are
in than there are seats; after the end attendance is written down as it was, and nobody is turned away any more.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.models import Company
from ground import clock
from ground.errors import RuleBroken, filled
from ground.templatetags.naru import seoul
from guidance.domain.registering import ALPHABET, Person, checked, new_code, plain
from guidance.domain.seats import locked, move_up, seats_taken
from guidance.models import Briefing, Registration
from guidance.models.registration import KEPT_MONTHS
from programs.permissions import require_service

State = Registration.State
DOOR_OPENS = dt.timedelta(hours=3)
"""Before the beginning; afterwards attendance can be entered for `ENTERED_FOR`."""
ENTERED_FOR = dt.timedelta(days=7)
SAME_CLICK = dt.timedelta(seconds=20)
"""A second press by the same officer."""


@dataclass(frozen=True)
class WalkIn:
    """Who came without having registered: of a company of the register, or a guest with the company as they say it. Of a
    company the name may be left out; a name or an address is kept only with the person's agreement."""

    company: Company | None = None
    name: str = ""
    email: str = ""
    company_name: str = ""
    has_agreed: bool = False


def room(briefing: Briefing, now: dt.datetime) -> int | None:
    """How many more may be let in who have no seat; None after the end, when attendance is only written down. At most two
    queries."""
    if now >= briefing.ends_at:
        return None
    if now >= briefing.starts_at:
        return max(briefing.capacity - Registration.objects.came().filter(briefing=briefing).count(), 0)
    if Registration.objects.waiting().filter(briefing=briefing).exists():
        return 0
    return max(briefing.capacity - seats_taken(briefing), 0)


def consent_text(briefing: Briefing) -> str:
    """What somebody agrees to who gives a name at the door, in the reader's language; it is kept as it was read."""
    return gettext(
        "%(agency)s keeps your name and, if you give them, your e-mail address and company, to know who came and to ask how it was. They are destroyed %(months)d months after the briefing; records of the mails sent to you 12 months after sending. You may refuse: you may come in all the same."
    ) % {"agency": briefing.agency, "months": KEPT_MONTHS}


def enter(briefing: Briefing, who: WalkIn, *, key: UUID, by: User) -> tuple[Registration, bool]:
    """Let somebody in who had not registered, and count them as having come. The same `key` (of the form) is the same
    person. An address that is registered already is let in with that registration, be it waiting or unconfirmed. True when
    they came in just now (also by the second of two clicks), False when somebody with this address was in already: then
    nobody is counted.

    Locks the briefing. Refused: `not_your_agency`, `cancelled`, `too_early`, `too_late` (as `check_in`), `full` (see
    `room`), `nobody` (neither a company nor a name), `two_companies`, `consent_missing`, `advertising`, `form_key` (of
    another briefing, or of somebody who was taken out again).
    """
    with transaction.atomic():
        row = locked(briefing.pk)
        require_service(by, row.agency)
        now = clock.now()
        _require_door(row, now)
        made = Registration.objects.select_related("company").filter(pk=key).first()
        if made is not None:
            if made.briefing_id != row.pk or made.checked_in_at is None:
                raise RuleBroken("form_key", _("This form was used already. Open the page and enter again."))
            return made, _is_same_click(made, by, now)
        name, email, company_name = _said(who)
        here = Registration.objects.active().filter(briefing=row)
        known = here.filter(email=email).first() if email else None
        if known is not None and known.checked_in_at is not None:
            return known, False
        if (known is None or known.state != State.REGISTERED) and not _gives_seat(row, now):
            raise RuleBroken(
                "full",
                _("Nobody can be let in any more: all seats are taken or kept for those who registered."),
            )
        found = known or Registration(
            pk=key, briefing=row, agency_id=row.agency_id, company=who.company, registered_by=by, is_walk_in=True,
            name=name, email=email, company_name=company_name, language=get_language() or "ko", code=new_code(row),
            consent_text=consent_text(row) if who.has_agreed else "", consented_at=now if who.has_agreed else None,
        )  # fmt: skip
        if found.state == State.WAITING:
            found.moved_up_at = now
        found.state, found.joined_at = State.REGISTERED, found.joined_at or now
        found.checked_in_at, found.checked_in_by = now, by
        found.save()
    return found, True


def check_in(briefing: Briefing, code: str, *, by: User) -> tuple[Registration, bool]:
    """Let somebody in by the code; True when it was just now (also by the second of two clicks), False when they are in
    already. However often it is pressed they came once. Who waits gets a seat of those who have not come, see `room`.

    Locks the briefing. Refused: `not_your_agency`, `cancelled`, `too_early` (three hours before the beginning), `too_late`
    (a week after the end), `unknown_code`, `no_seat` (waiting and none is free, not confirmed or cancelled).
    """
    with transaction.atomic():
        row = locked(briefing.pk)
        require_service(by, row.agency)
        found = (
            Registration.objects.select_related("company").filter(briefing=row, code=clean_code(code)).first()
        )
        if found is None:
            raise RuleBroken(
                "unknown_code",
                _("No registration for this briefing has this code. Compare it letter by letter."),
                ("code",),
            )
        now = clock.now()
        if found.checked_in_at is not None:
            return found, _is_same_click(found, by, now)
        _require_door(row, now)
        if found.state == State.WAITING and _gives_seat(row, now):
            found.state, found.moved_up_at = State.REGISTERED, now
        if found.state != State.REGISTERED:
            raise RuleBroken(
                "no_seat",
                filled(_("%(name)s has no seat: %(state)s."), name=found.name, state=found.get_state_display()),
                ("code",),
            )  # fmt: skip
        found.checked_in_at, found.checked_in_by = now, by
        found.save(update_fields=["state", "moved_up_at", "checked_in_at", "checked_in_by"])
    return found, True


def undo_check_in(registration: Registration, *, by: User) -> Registration:
    """Somebody was checked in by mistake; who had not registered is taken out again, and before the beginning the seat goes to
    whoever waits longest. Locks the briefing. Refused: `not_your_agency`, `answered` (the survey)."""
    with transaction.atomic():
        briefing = locked(registration.briefing_id)
        require_service(by, briefing.agency)
        row = Registration.objects.get(pk=registration.pk)
        if row.has_answered:
            raise RuleBroken("answered", _("This person has answered the survey: they came."))
        row.checked_in_at = row.checked_in_by = None
        now = clock.now()
        if row.is_walk_in:
            row.state, row.cancelled_at = State.CANCELLED, now
        row.save(update_fields=["checked_in_at", "checked_in_by", "state", "cancelled_at"])
        move_up(briefing, now)
    return row


def clean_code(code: str) -> str:
    """However it is typed: small letters, and between them blanks, hyphens or whatever is in no code."""
    return "".join(each for each in code.upper() if each in ALPHABET)


def _said(who: WalkIn) -> tuple[str, str, str]:
    """Name, address and company as they are kept."""
    if who.company is None and not who.name.strip():
        raise RuleBroken(
            "nobody",
            _(
                "Write the number of the company, or the name of the guest. A guest who gives no name comes in uncounted."
            ),
            ("business_number",),
        )
    if who.company is not None and who.company_name.strip():
        raise RuleBroken(
            "two_companies",
            _("The company stands there by its number. Leave its name out."),
            ("company_name",),
        )
    if not who.name.strip() and who.email.strip():
        raise RuleBroken("name_missing", _("Write the name of who comes."), ("name",))
    if who.name.strip() and not who.has_agreed:
        raise RuleBroken(
            "consent_missing",
            _("A name is kept only if the person agrees. Without it, enter the company alone."),
            ("has_agreed",),
        )
    name, email = checked(Person(who.name, who.email)) if who.name.strip() else ("", "")
    return name, email, plain(who.company_name, "company_name")


def _is_same_click(found: Registration, by: User, now: dt.datetime) -> bool:
    return (
        found.checked_in_at is not None
        and found.checked_in_by_id == by.pk
        and now - found.checked_in_at < SAME_CLICK
    )


def _gives_seat(briefing: Briefing, now: dt.datetime) -> bool:
    left = room(briefing, now)
    return left is None or left > 0


def _require_door(briefing: Briefing, now: dt.datetime) -> None:
    if briefing.state != Briefing.State.PUBLISHED:
        raise RuleBroken("cancelled", _("This briefing is not held."))
    if now < briefing.starts_at - DOOR_OPENS:
        raise RuleBroken(
            "too_early",
            filled(_("Check-in begins on %(when)s."), when=seoul(briefing.starts_at - DOOR_OPENS)),
        )
    if now >= briefing.ends_at + ENTERED_FOR:
        raise RuleBroken(
            "too_late",
            filled(_("Attendance could be entered until %(when)s."), when=seoul(briefing.ends_at + ENTERED_FOR)),
        )  # fmt: skip
