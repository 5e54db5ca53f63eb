"""Support received: what the company declares, and lists of other bodies that an agency takes in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain import records
from accounts.models import Agency, User
from companies import permissions
from companies.domain.facts import writable
from companies.models import Company, Support, SupportDeclaration, SupportList
from ground import clock
from ground.errors import RuleBroken


def add(company: Company, *, facts: dict[str, Any], by: User) -> Support:
    """The company declares support that it received from a body; amounts in KRW. Locks the company.

    Refused: `read_only`, `not_yet` (a day to come), `not_valid` (declared already).
    """
    with transaction.atomic():
        company = writable(company, by)
        if facts["granted_on"] > clock.today():
            raise RuleBroken("not_yet", _("This day has not come yet."), ("granted_on",))
        row = Support(business_number=company.business_number)
        records.put(row, facts)
    return row


def remove(row: Support, company: Company, *, by: User) -> None:
    """Take back what the company declared by mistake; the history keeps it. What it declared alike for the number of a
    record merged into its own goes with it. Refused: `read_only`, `not_declared`."""
    with transaction.atomic():
        company = writable(company, by)
        own = Support.objects.declared_by(company)
        declared = own.select_for_update(of=("self",)).filter(pk=row.pk).first()
        if declared is None:
            raise RuleBroken("not_declared", _("The company did not declare this."))
        same = ("body", "program", "item", "granted_on", "amount")
        own.filter(**{name: getattr(declared, name) for name in same}).delete()


def declare_complete(company: Company, *, from_on: dt.date, by: User) -> SupportDeclaration:
    """The company declares that its list is complete from a day on; that holds until the end of this year.

    Locks the company. Refused: `read_only`, `not_yet` (a day to come).
    """
    with transaction.atomic():
        company = writable(company, by)
        today = clock.today()
        if from_on > today:
            raise RuleBroken("not_yet", _("This day has not come yet."), ("from_on",))
        row = SupportDeclaration(company=company, from_on=from_on, until_on=dt.date(today.year, 12, 31))
        records.put(row)
    return row


def take_in(row: Support, *, agency: Agency, body: str, by: User) -> Support:
    """Save a row of another body's list for the agency; the company need not be in the register, and the row tells nobody
    whether it is. Amounts in KRW. Refused: `not_staff`, `not_valid`."""
    permissions.require_staff(by, agency)
    records.put(row, {"agency": agency, "body": body.strip()})
    return row


def note_list(*, agency: Agency, body: str, from_on: dt.date, until_on: dt.date, by: User) -> SupportList:
    """The agency holds the whole list of that body for these days, both included. Said again, nothing changes.

    Refused: `not_staff`, `not_valid`.
    """
    permissions.require_staff(by, agency)
    facts = {"agency": agency, "body": body.strip(), "from_on": from_on, "until_on": until_on}
    with transaction.atomic():
        known = SupportList.objects.filter(**facts).first()
        if known is None:
            known = SupportList()
            records.put(known, facts)
    return known
