"""A mailing before it is sent: whom its rules find, who is reached, and who is left out for which reason.

Anybody who writes a mailing may try rules as often as they like, so that a number would tell of a single company whether it
meets one: whether it read a guide, or, rule by rule, what it exports. Exact numbers are therefore told of companies that the
agency sees, whose figures it reads anyway. Of the others no group of one to four is told, and none at all is not told apart
from it, for the step from none to one says as much. From five on those to whom the agency may write, since they agreed to it,
are an exact number; those that did not agree, read it or are not known are told in steps of five, since to write to them is
nobody's business. That somebody is reached is seen at the latest when mails are written: each such trial is a mailing that
stays on record under a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from companies.domain import mailing as mails
from companies.models import Company, ConsentText, Merge, Sight
from ground import clock
from ground.models import OutboxEvent
from ground.small import LEAST
from guidance.models import Mailing, MailingReceiver
from guidance.queries.reading import readers_of
from programs.queries.what_if import meeting

CARRY = "guidance.mailing"
"""The work of writing the mails of a mailing that was sent."""


@dataclass(frozen=True, slots=True)
class Told:
    """A number of companies as it may be told: those that the agency sees, and the others, None where they are fewer than
    five; `is_least` where the others are told in steps of five."""

    seen: int
    others: int | None
    is_least: bool = False

    @property
    def least(self) -> int:
        return self.seen + (self.others or 0)


def told(count: int, seen: int, *, in_steps: bool = False) -> Told:
    """`count` companies, `seen` of them known to the agency."""
    others = count - seen
    if others < LEAST:
        return Told(seen, None)
    return Told(seen, others - others % LEAST, is_least=True) if in_steps else Told(seen, others)


@dataclass(frozen=True)
class Preview:
    """Companies by what becomes of them; each stands in one of the four sets."""

    reached: set[UUID]
    again: set[UUID]
    """Agreed, and got this edition before: written to only where that is confirmed."""
    without_consent: set[UUID]
    """Did not agree to mails with guides, withdrew, or has nobody left to write to."""
    readers: set[UUID]
    """Read this edition, where only others are meant."""
    unknown: int
    """Of so many more nobody knows whether they meet the rules."""
    seen: set[UUID]
    """Those in the four sets that the agency sees."""

    def told(self, companies: set[UUID], *, in_steps: bool = False) -> Told:
        """How many of them, as it may be told."""
        return told(len(companies), len(companies & self.seen), in_steps=in_steps)


def preview(mailing: Mailing) -> Preview:
    """By the register, consents and earlier mailings as they stand now. Nine queries at most. Reads `mailing.agency`."""
    rules = list(mailing.rules.values_list("kind", "values"))
    found, unknown = meeting(mailing.agency, rules, clock.today())
    sights = Sight.objects.filter(agency=mailing.agency_id).values_list("company", flat=True)
    seen = found.intersection(sights.iterator())
    readers = (
        found.intersection(readers_of(mailing.edition_id).iterator()) if mailing.is_unread_only else set()
    )
    found = found - readers
    agreed = {
        each.company.pk for each in mails.receivers(mailing.agency_id, found, ConsentText.Kind.GUIDE)
    } if found else set()  # fmt: skip
    again = agreed & had(mailing)
    return Preview(agreed - again, again, found - agreed, readers, unknown, seen)


def had(mailing: Mailing) -> set[UUID]:
    """Companies that another mailing of the agency brought this edition, or will once its mails are written; of a record
    that was merged the one that stays. To whom no mail was written (withdrawn meanwhile) did not get it. Three queries."""
    of_edition = MailingReceiver.objects.filter(
        agency=mailing.agency_id, mailing__edition=mailing.edition_id
    ).exclude(mailing=mailing)
    rows = list(of_edition.values_list("company", "mailing", "mailed_at"))
    silent = {of for _company, of, mailed_at in rows if mailed_at is None}
    work = OutboxEvent.objects.unfinished().filter(
        topic=CARRY, payload__mailing__in=[str(each) for each in silent]
    )
    pending = {UUID(each) for each in work.values_list("payload__mailing", flat=True)} if silent else set()
    onward = Merge.objects.onward() if rows else {}
    return {onward.get(company, company) for company, of, mailed_at in rows if mailed_at or of in pending}


def names(companies: set[UUID], user: Any, *, most: int = 50) -> list[Company]:
    """The first of them by name that the user may see. One query."""
    seen = Company.objects.visible_to(user).filter(pk__in=companies)
    return list(seen.order_by("name_ko", "pk")[:most])
