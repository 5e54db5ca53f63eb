"""A mailing before it is sent: whom its rules find, who is reached, and who is left out for which reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from companies.domain import mailing as mails
from companies.models import Company, ConsentText
from ground import clock
from guidance.models import Mailing, MailingReceiver
from guidance.queries.reading import readers_of
from programs.queries.what_if import meeting


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


def preview(mailing: Mailing) -> Preview:
    """By the register, consents and earlier mailings as they stand now. Five queries at most. Reads `mailing.agency`."""
    rules = list(mailing.rules.values_list("kind", "values"))
    found, unknown = meeting(mailing.agency, rules, clock.today())
    readers = (
        found.intersection(readers_of(mailing.edition_id).iterator()) if mailing.is_unread_only else set()
    )
    found = found - readers
    agreed = {
        each.company.pk for each in mails.receivers(mailing.agency_id, found, ConsentText.Kind.GUIDE)
    } if found else set()  # fmt: skip
    again = agreed & had(mailing)
    return Preview(agreed - again, again, found - agreed, readers, unknown)


def had(mailing: Mailing) -> set[UUID]:
    """Companies that another mailing of the agency brought this edition."""
    rows = MailingReceiver.objects.filter(agency=mailing.agency_id, mailing__edition=mailing.edition_id)
    return set(rows.exclude(mailing=mailing).values_list("company", flat=True))


def names(companies: set[UUID], user: Any, *, most: int = 50) -> list[Company]:
    """The first of them by name that the user may see. One query."""
    seen = Company.objects.visible_to(user).filter(pk__in=companies)
    return list(seen.order_by("name_ko", "pk")[:most])
