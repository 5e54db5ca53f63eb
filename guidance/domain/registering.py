"""Registering for a briefing (참가 신청): companies for their people, guests by a link in a mail, cancelling.

Limits hold by mail address and by what is written, never by network address: an office behind one address registers all
its people. What a guest does leaves no network address in the history.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import get_language, gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from companies import permissions
from companies.models import Company
from ground import clock
from ground.audit import because
from ground.errors import RuleBroken, filled
from ground.reasons import own
from ground.templatetags.naru import seoul
from guidance.domain import briefing_letters
from guidance.domain.seats import locked, move_up, state_for_next
from guidance.models import Briefing, Registration
from guidance.models.registration import KEPT_MONTHS
from programs.domain.inquiries import is_member, require_member
from programs.permissions import require_service

GUEST = own(gettext_noop("registered without an account"), "guest")
CANCELLED = own(gettext_noop("registration cancelled"), "cancelled")

State = Registration.State
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Of codes: no letter that looks like a digit."""
CODE_LENGTH = 6
MOST_MAILS = 3
"""To one address about one briefing, as long as nobody has confirmed it."""
MOST_UNCONFIRMED = 5
"""Briefings at once for which an address waits to be confirmed."""
UNCONFIRMED_FOR = dt.timedelta(hours=24)
ADVERTISING = re.compile(
    r"https?:|www\.|://|[@<>\[\]{}\r\n\t]|\.(com|net|org|kr|io|ru|cn|info|xyz|top)\b", re.I
)
CAME = _("This person is checked in: the registration cannot be cancelled any more.")


@dataclass(frozen=True)
class Person:
    """Who comes."""

    name: str
    email: str


def consent_text(briefing: Briefing) -> str:
    """What a guest agrees to, in the reader's language; it is kept with the registration as it was read."""
    return gettext(
        "%(agency)s collects your name, e-mail address and, if you give it, your company to hold the briefing: to write to you about it, to let you in and to ask how it was. They are destroyed %(months)d months after the briefing; records of the mails sent to you 12 months after sending. You may refuse; then you cannot register, but read the public page."
    ) % {"agency": briefing.agency, "months": KEPT_MONTHS}


def register_guest(
    briefing: Briefing, person: Person, *, company_name: str = "", has_agreed: bool
) -> Registration | None:
    """Write to the address with the link that confirms; nothing counts before. The answer never tells whether the address
    is registered already (then the mail says so), nor that it has been written to often enough: then nothing is written,
    and None returned.

    Locks the briefing. Refused: `not_open`, `late` (from the closing instant on), `consent_missing`, `name_missing`,
    `advertising` (a name that carries an address of the web).
    """
    with transaction.atomic(), because(GUEST, address=None):
        row = locked(briefing.pk)
        _require_taking(row)
        if not has_agreed:
            raise RuleBroken(
                "consent_missing", _("Without your agreement we cannot register you."), ("has_agreed",)
            )
        name, email = checked(person)
        company_name = plain(company_name, "company_name")
        known = Registration.objects.active().filter(briefing=row, email=email).first()
        if (known is not None and known.mails >= MOST_MAILS) or (known is None and _waits_too_often(email)):
            return None
        if known is None:
            known = Registration(
                briefing=row,
                agency_id=row.agency_id,
                email=email,
                code=new_code(row),
                state=State.UNCONFIRMED,
            )
        if known.state == State.UNCONFIRMED:
            known.name, known.company_name, known.language = name, company_name, get_language() or "ko"
            known.consent_text, known.consented_at = consent_text(row), clock.now()
        known.mails += 1
        known.save()
        briefing_letters.write(known, row, "confirm" if known.state == State.UNCONFIRMED else "registered")
    return known


def confirm(registration: Registration) -> Registration:
    """Whoever got the mail confirms: a seat, or a place on the waiting list when there is none. Twice is once.

    Locks the briefing. Refused: `gone` (cancelled), `not_open`, `late`.
    """
    with transaction.atomic(), because(GUEST, address=None):
        briefing = locked(registration.briefing_id)
        row = Registration.objects.get(pk=registration.pk)
        if row.state in {State.REGISTERED, State.WAITING}:
            return row
        if row.state == State.CANCELLED:
            raise RuleBroken("gone", _("This registration was cancelled. Register again on the page."))
        _require_taking(briefing)
        _take(row, briefing)
    return row


def register_company(
    briefing: Briefing, company: Company, people: Sequence[Person], *, by: User
) -> list[Registration]:
    """Register people for a company, each with a seat or, when there is none, on the waiting list; each is written to.

    Who is registered by this company already stays as they are, so that a second click changes nothing. Locks the
    briefing. Refused: `not_member`, `succeeded`, `not_open`, `late`, `nobody`, `name_missing`, `advertising`,
    `twice` (one address for two people), `too_many` (of one company), and only for those who still fit `taken` (the
    address is registered otherwise).
    """
    with transaction.atomic():
        row = locked(briefing.pk)
        require_member(company.pk, by)
        permissions.require_not_succeeded(company.pk)
        _require_taking(row)
        wanted = [Person(*checked(each)) for each in people]
        if not wanted:
            raise RuleBroken("nobody", _("Name at least one person."))
        if len({each.email for each in wanted}) < len(wanted):
            raise RuleBroken("twice", _("Give each person an address of their own: each gets a code."))
        here = Registration.objects.active().filter(briefing=row)
        known = {each.email: each for each in here.filter(email__in=[each.email for each in wanted])}
        others = [
            each for each in wanted if each.email not in known or known[each.email].company_id != company.pk
        ]
        if here.filter(company=company).count() + len(others) > row.most_per_company:
            raise RuleBroken(
                "too_many",
                filled(_("At most %(count)d people of one company."), count=row.most_per_company),
            )
        found, new = [], []
        for person in wanted:
            there = known.get(person.email)
            if there is not None and there.company_id == company.pk:
                found.append(there)
                continue
            if there is not None and there.state != State.UNCONFIRMED:
                raise RuleBroken(
                    "taken",
                    filled(_("%(email)s is registered already, as a guest or by another company."), email=person.email),
                )  # fmt: skip
            new.append((person, there))
        for person, unconfirmed in new:
            if unconfirmed is not None:
                unconfirmed.delete()
            made = Registration(
                briefing=row, agency_id=row.agency_id, company=company, registered_by=by, name=person.name,
                email=person.email, language=get_language() or "ko", code=new_code(row),
            )  # fmt: skip
            found.append(_take(made, row))
    return found


def leave(registration: Registration, *, by: User | None = None) -> Registration:
    """Cancel: by the link of a mail (`by` is None), by a member of the company, or by staff of the agency. A seat that
    becomes free goes to whoever waits longest. Twice is once.

    Locks the briefing. Refused: `not_yours`, `begun` (possible up to the beginning), `came` (checked in already).
    """
    facts: dict[str, Any] = {"address": None} if by is None else {}
    with transaction.atomic(), because(CANCELLED, **facts):
        briefing = locked(registration.briefing_id)
        row = Registration.objects.get(pk=registration.pk)
        if by is not None and not _may_cancel(by, row, briefing.agency):
            raise RuleBroken("not_yours", _("Only the company, the person or the agency can cancel this."))
        if row.state == State.CANCELLED:
            return row
        now = clock.now()
        if now >= briefing.starts_at:
            raise RuleBroken("begun", _("The briefing has begun: nothing can be cancelled any more."))
        if row.checked_in_at is not None:
            raise RuleBroken("came", CAME)
        was_unconfirmed = row.state == State.UNCONFIRMED
        row.state, row.cancelled_at = State.CANCELLED, now
        row.save(update_fields=["state", "cancelled_at"])
        if not was_unconfirmed and briefing.state == Briefing.State.PUBLISHED:
            briefing_letters.write(row, briefing, "left")
        move_up(briefing, now)
    return row


def drop_unconfirmed() -> int:
    """Remove registrations that nobody confirmed within a day, with the address; returns how many."""
    old = Registration.objects.filter(state=State.UNCONFIRMED, consented_at__lt=clock.now() - UNCONFIRMED_FOR)
    return old.delete()[0]


def _take(row: Registration, briefing: Briefing) -> Registration:
    row.state, row.joined_at = state_for_next(briefing), clock.now()
    row.save()
    briefing_letters.write(row, briefing, "registered")
    return row


def _require_taking(briefing: Briefing) -> None:
    if briefing.state != Briefing.State.PUBLISHED:
        raise RuleBroken("not_open", _("This briefing takes no registrations."))
    if not briefing.takes_registrations(clock.now()):
        raise RuleBroken(
            "late", filled(_("Registration closed on %(when)s."), when=seoul(briefing.closes_at))
        )


def checked(person: Person) -> tuple[str, str]:
    """Name and address as they are kept. Refused: `name_missing`, `advertising`."""
    name = plain(person.name, "name")
    if not name:
        raise RuleBroken("name_missing", _("Write the name of who comes."), ("name",))
    return name, person.email.strip().lower()


def plain(text: str, field: str) -> str:
    """A name; one that carries an address of the web is somebody's advertising."""
    if ADVERTISING.search(text):
        raise RuleBroken(
            "advertising",
            _("A name holds no address, bracket or line break. Write it plainly."),
            (field,),
        )
    return " ".join(text.split())


def _waits_too_often(email: str) -> bool:
    return Registration.objects.filter(email=email, state=State.UNCONFIRMED).count() >= MOST_UNCONFIRMED


def new_code(briefing: Briefing) -> str:
    """Free within the briefing; the caller holds its lock."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))
        if not Registration.objects.filter(briefing=briefing, code=code).exists():
            return code


def _may_cancel(by: User, row: Registration, agency: Agency) -> bool:
    if row.company_id and is_member(row.company_id, by):
        return True
    try:
        require_service(by, agency)
    except RuleBroken:
        return False
    return True
