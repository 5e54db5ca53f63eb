"""Bodies around the agency, and who signs in for them: decided by the managers of the agency that keeps the body, or by
the operator where none does (a supervising body of several agencies)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain import records
from accounts.domain.people import person_with, require_operator
from accounts.domain.staffing import require_manager
from accounts.models import Agency, Organization, OrganizationMember, User
from ground import clock
from ground.errors import RuleBroken


def found(agency: Agency | None, *, facts: dict[str, Any], by: User) -> Organization:
    """Enter a body that the agency keeps; without an agency it is the operator's. Refused: `not_manager`, `not_operator`,
    `not_valid`."""
    with transaction.atomic():
        if agency is None:
            require_operator(by)
        else:
            require_manager(by, agency)
        organization = Organization(kept_by=agency, **facts)
        records.put(organization)
    return organization


def edit(organization: Organization, *, facts: dict[str, Any], by: User) -> Organization:
    """Change names or country, or take it out of use by a day. Refused: `not_keeper`, `not_manager`, `not_valid`.

    The kind stays: what its people see hangs on it. Locks the organization.
    """
    with transaction.atomic():
        organization = _kept(organization, by)
        records.put(organization, {name: value for name, value in facts.items() if name != "kind"})
    return organization


def let_in(organization: Organization, *, email: str, by: User) -> OrganizationMember:
    """Let a person who has signed up sign in for the organization.

    Refused: `not_keeper`, `not_manager`, `out_of_use`, `unknown_person`, `member_already`. Locks the organization.
    """
    with transaction.atomic():
        organization = _kept(organization, by)
        if organization.disabled_on and organization.disabled_on <= clock.today():
            raise RuleBroken(
                "out_of_use", _("This organization is out of use. Nobody signs in for it."), ("let_in",)
            )
        user = person_with(email)
        if OrganizationMember.objects.filter(
            organization=organization, user=user, ended_at__isnull=True
        ).exists():
            raise RuleBroken("member_already", _("This person signs in for it already."), ("email",))
        member = OrganizationMember(organization=organization, user=user)
        records.put(member)
    return member


def let_out(member: OrganizationMember, *, by: User) -> OrganizationMember:
    """End it from now on. Refused: `not_keeper`, `not_manager`, `ended`."""
    with transaction.atomic():
        _kept(member.organization, by)
        member = OrganizationMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
        if member.ended_at is not None:
            raise RuleBroken("ended", _("This membership has ended already."))
        member.ended_at = clock.now()
        member.save(update_fields=["ended_at"])
    return member


def _kept(organization: Organization, by: User) -> Organization:
    organization = Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
    if organization.kept_by is not None:
        require_manager(by, organization.kept_by)
    elif not by.is_operator:
        raise RuleBroken("not_keeper", _("No agency keeps this organization. Ask the operator."))
    return organization
