"""The agency's own list of companies comes into the register."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain import records
from accounts.models import Agency, User
from companies import permissions
from companies.domain import standing
from companies.models import Company, Member, Sight
from ground.access import Role
from ground.errors import RuleBroken

CAUSE = "register import"


def take_in(company: Company, *, agency: Agency, by: User) -> Company:
    """Save a company of the agency's list; from here on the agency sees it.

    A company that is in the register already is changed only when the agency sees it (or nobody has a part in it yet) and
    no member keeps its facts. Refused: `not_staff`, `not_seen`, `succeeded` (the record was merged into another),
    `kept_by_members`, `not_valid`.
    """
    permissions.require_staff(by, agency, Role.MANAGER, Role.OFFICER)
    with transaction.atomic():
        known = (
            Company.objects.select_for_update(of=("self",))
            .filter(business_number=company.business_number)
            .first()
        )
        if known is not None:
            require_open(known, agency)
            permissions.require_not_merged(known.pk)
            if Member.objects.filter(company=known, ended_at__isnull=True).exists():
                raise RuleBroken(
                    "kept_by_members",
                    _("The members of this company keep these facts themselves. Leave the row out."),
                )
            company.pk = known.pk
            company._state.adding = False
        records.put(company)
        standing.see(company, agency=agency, cause=CAUSE)
    return company


def require_open(known: Company, agency: Agency) -> None:
    """`RuleBroken('not_seen')` for a company that others have a part in and the agency does not see: a list of numbers
    must not open other agencies' companies."""
    if Sight.objects.filter(company=known, agency=agency).exists():
        return
    if Sight.objects.filter(company=known).exists() or Member.objects.filter(company=known).exists():
        raise RuleBroken(
            "not_seen",
            _(
                "This number cannot be taken in: your agency sees the company once it applies to you. Leave the row out."
            ),
        )
