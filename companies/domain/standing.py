"""How companies stand: asking the tax office, bans of an agency, and who comes to see a company."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain import records
from accounts.models import Agency, User
from companies import permissions
from companies.models import Ban, Company, Sight, StatusCheck
from companies.tax_office import Standing, TaxOffice, in_hundreds
from ground import clock, outbox
from ground.access import Role
from ground.audit import because
from ground.errors import RuleBroken

CHECK = "company.check_status"


def check_status(companies: Iterable[Company], *, office: TaxOffice | None = None) -> list[StatusCheck]:
    """Ask the tax office about each company, 100 a call, and write one answer each, in the companies' order.

    Where no answer comes (no key, no connection, not understood) the answer is `not_checked` with the reason. The office
    is asked before the transaction begins.
    """
    wanted = {company.business_number: company for company in companies}
    standings = (office or TaxOffice()).status(list(wanted))
    with transaction.atomic(savepoint=False):
        at = clock.now()
        return StatusCheck.objects.bulk_create(
            [note(company, standings[number], at) for number, company in wanted.items()]
        )


def note(company: Company, standing: Standing, at: dt.datetime) -> StatusCheck:
    """An answer as a row, not yet saved."""
    return StatusCheck(
        company=company,
        status=standing.status,
        tax_type=standing.tax_type,
        closed_on=standing.closed_on,
        checked_at=at,
        why_not=standing.why_not,
    )


def ask_for_check(company_ids: Iterable[UUID]) -> int:
    """Have the worker ask the tax office, a hundred companies at a time; returns how many were asked for."""
    ids = [str(pk) for pk in company_ids]
    with transaction.atomic(savepoint=False):
        for part in in_hundreds(ids):
            outbox.publish(CHECK, {"companies": part})
    return len(ids)


def see(company: Company, *, agency: Agency, cause: str) -> None:
    """From here on the agency sees the company. A second cause changes nothing."""
    Sight.objects.bulk_create(
        [Sight(company=company, agency=agency, cause=cause[:60])], ignore_conflicts=True
    )


def ban(
    company: Company, *, agency: Agency, from_on: dt.date, until_on: dt.date, reason: str, by: User
) -> Ban:
    """Bar the company from the agency's programs, both days included.

    Refused: `not_staff` (managers of that agency only), `not_seen`, `reason_missing`, `not_valid` (days in wrong order),
    `ban_overlaps`. Locks the company.
    """
    permissions.require_staff(by, agency, Role.MANAGER)
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why: the company may ask for the reason."), ("reason",))
    with transaction.atomic():
        company = Company.objects.select_for_update(of=("self",)).get(pk=company.pk)
        if not Sight.objects.filter(company=company, agency=agency).exists():
            raise RuleBroken("not_seen", _("Your agency does not see this company."))
        others = Ban.objects.filter(company=company, agency=agency, lifted_at__isnull=True)
        if others.filter(from_on__lte=until_on, until_on__gte=from_on).exists():
            raise RuleBroken(
                "ban_overlaps", _("The agency bans this company already in that period. Lift that ban first.")
            )
        made = Ban(
            agency=agency,
            company=company,
            from_on=from_on,
            until_on=until_on,
            reason=reason.strip(),
            decided_by=by,
        )
        records.put(made)
    return made


def lift(ban: Ban, *, reason: str, by: User) -> Ban:
    """End a ban now; it stays in the records, the reason in its history.

    Refused: `reason_missing`, `not_staff` (managers of that agency only), `already_lifted`. Locks the ban.
    """
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why the ban is lifted."), ("reason",))
    with because(reason.strip()), transaction.atomic():
        ban = Ban.objects.select_for_update(of=("self",)).get(pk=ban.pk)
        permissions.require_staff(by, ban.agency, Role.MANAGER)
        if ban.lifted_at is not None:
            raise RuleBroken("already_lifted", _("This ban has been lifted already."))
        ban.lifted_at = clock.now()
        ban.save(update_fields=["lifted_at"])
    return ban
