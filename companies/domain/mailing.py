"""Mails about calls and with guides (안내 메일): only to companies that agreed to that kind, each with a link that ends them.

The mail goes to the person who agreed for the company, in that person's language; when that person has left the company,
to its owner of the longest standing, for it is the company that agreed. A company without either gets none.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import Agency, User
from companies import permissions
from companies.domain import consents
from companies.models import Company, Consent, ConsentText, Letter, Member, Merge, Succession
from ground import clock, letters, outbox
from ground.access import Role
from ground.audit import because
from ground.errors import RuleBroken
from ground.reasons import own

CARRY = "companies.letter"
SALT = "companies.mails"
Kind = ConsentText.Kind


def agreed(agency: UUID, kind: str = Kind.MAIL) -> QuerySet[Consent]:
    """Consents to the agency's mails of this kind that stand now, of companies whose record is not closed; the newest of a company
    first."""
    standing = Consent.objects.standing_at(clock.now()).to_mails_of(agency, kind)
    closed = Succession.objects.closing().filter(former=OuterRef("company"))
    return standing.filter(~Exists(closed)).order_by("company", "-given_at", "-id")


def companies_that_agreed(agency: UUID) -> set[UUID]:
    """Those that a mail of the agency would reach today."""
    return {each.company.pk for each in receivers(agency)}


@dataclass(frozen=True)
class Receiver:
    """A company that agreed, the one person written to, and the address that ends the mails."""

    company: Company
    person: User
    stop: str

    @property
    def headers(self) -> dict[str, str]:
        """So that the mailbox itself offers to end the mails with one click (RFC 8058)."""
        return {"List-Unsubscribe": f"<{self.stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def receivers(
    agency: UUID, companies: Collection[UUID] | None = None, kind: str = Kind.MAIL
) -> list[Receiver]:
    """One for each company that agreed (of `companies`, when they are given). Two queries."""
    standing = agreed(agency, kind).select_related("company", "given_by")
    if companies is not None:
        standing = standing.filter(company__in=companies)
    newest = {each.company_id: each for each in reversed(standing)}
    people: dict[UUID, list[Member]] = {}
    for member in (
        Member.objects.filter(company__in=newest, ended_at__isnull=True, user__is_active=True)
        .select_related("user")
        .order_by("created_at", "id")
    ):
        people.setdefault(member.company_id, []).append(member)
    found = []
    for key, consent in sorted(newest.items()):
        here = people.get(key, [])
        persons = [each.user for each in here if each.user_id == consent.given_by_id]
        persons += [each.user for each in here if each.role == Member.Role.OWNER]
        if persons:
            found.append(Receiver(consent.company, persons[0], stop_address(key, agency, kind)))
    return found


def stop_address(company: UUID, agency: UUID, kind: str = Kind.MAIL) -> str:
    """Where whoever holds a mail ends the mails of that agency and kind to that company; it holds nothing but signed ids."""
    of_kind = [] if kind == Kind.MAIL else [str(kind)]
    token = signing.dumps([str(company), str(agency), *of_kind], salt=SALT)
    return f"{settings.NARU_ADDRESS}{reverse('mails_end', kwargs={'token': token})}"


def read_token(token: str) -> tuple[Company, Agency, str] | None:
    """Whose mails a link ends, and of which kind; None when nobody signed it. Of a company whose record was merged into
    another since then it is the one that stays."""
    try:
        key, agency, *kind = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    company = Merge.objects.onward().get(UUID(key), key)
    found = Company.objects.filter(pk=company).first(), Agency.objects.filter(pk=agency).first()
    if found[0] is None or found[1] is None:
        return None
    return found[0], found[1], kind[0] if kind else Kind.MAIL


def end_by_link(company: Company, agency: Agency, kind: str = Kind.MAIL) -> int:
    """What the link of a mail does without a sign-in: the consents to that kind of mails are withdrawn; the records stay.

    Returns how many stood; twice is once. A mail that was sent before the company's record was merged into another ends
    them at that one. The caller has read the signed token. Locks the company.
    """
    with transaction.atomic(), because(_REASON):
        locked = Company.objects.select_for_update(of=("self",))
        company = locked.get(pk=company.pk)
        if (onward := Merge.objects.onward().get(company.pk)) is not None:
            company = locked.get(pk=onward)
        return consents.end_mails(company, agency.pk, kind)


_REASON = own(gettext_noop("by the link of a mail"), "link of a mail")


def write(
    agency: Agency, companies: Collection[UUID], *, subject: str, body: str, cause: str, about: UUID | None,
    key: UUID, by: User,
) -> Letter:  # fmt: skip
    """Write one letter to those of the companies that agreed to mails, once for each `key`. The worker carries it.

    Refused: `not_staff` (managers and officers of the agency), `blank`, `too_long`, `nobody`. Locks the agency.
    """
    permissions.require_staff(by, agency, Role.MANAGER, Role.OFFICER)
    with transaction.atomic():
        Agency.objects.select_for_update(of=("self",), no_key=True).get(pk=agency.pk)
        if known := Letter.objects.filter(form_key=key, agency=agency).first():
            return known
        subject, body = " ".join(subject.split()), body.strip()
        for name, text in (("subject", subject), ("body", body)):
            if not text:
                raise RuleBroken("blank", _("Write a subject and a text."), (name,))
        for name, text, most in (("subject", subject, SUBJECT_LENGTH), ("body", body, BODY_LENGTH)):
            if len(text) > most:
                raise RuleBroken(
                    "too_long",
                    _("At most %(count)d characters. Shorten the text.") % {"count": most},
                    (name,),
                )
        reached = [each.company.pk for each in receivers(agency.pk, companies)]
        if not reached:
            raise RuleBroken("nobody", _("None of these companies agreed to be written to."))
        letter = Letter.objects.create(
            agency=agency, about=about, cause=cause, subject=subject, body=body, companies=reached,
            form_key=key, written_by=by, written_at=clock.now(),
        )  # fmt: skip
        outbox.publish(CARRY, {"letter": str(letter.pk)})
    return letter


SUBJECT_LENGTH, BODY_LENGTH = 160, 5000


def carry(key: UUID) -> int:
    """Write the mails of a letter, in the caller's transaction; who has withdrawn since gets none. Returns how many."""
    letter = Letter.objects.select_related("agency").get(pk=key)
    reached = receivers(letter.agency_id, letter.companies)
    for each in reached:
        letters.write(
            each.person,
            "company_letter",
            {"letter": letter, "agency": letter.agency, "company": each.company, "stop": each.stop},
            headers=each.headers,
        )
    return len(reached)
