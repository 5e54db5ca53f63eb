"""Which roles a person has by the rows of this floor: officer (also as a deputy), member of an organization, operator."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db.models import Q

from accounts.models import Agency, Officer, OrganizationMember, User
from ground import clock
from ground.access import Role, remembered, role_source


def officer_roles(user: User) -> list[tuple[Agency, Role]]:
    """(agency, role) of today, own ones first, then those the person stands in for."""
    return remembered(user, "officer_roles", lambda: _ask_officer_roles(user))


def _ask_officer_roles(user: User) -> list[tuple[Agency, Role]]:
    today = _today(user)
    serving = Officer.objects.serving_on(today).select_related("agency")
    own = list(serving.filter(user=user).order_by("created_at"))
    stood_in_for = list(
        serving.filter(
            Q(deputies__user=user, deputies__from_on__lte=today, deputies__until_on__gte=today)
        ).order_by("created_at")
    )
    return [(each.agency, Role(each.role)) for each in [*own, *stood_in_for]]


@role_source
def account_roles(user: User) -> set[Role]:
    roles = {role for _agency, role in officer_roles(user)}
    roles |= {Role(kind) for kind, _organization in _memberships(user)}
    if user.is_operator:
        roles.add(Role.OPERATOR)
    return roles


def agencies_of(user: User, *roles: Role) -> set[Agency]:
    """Agencies in which the person serves today (in one of `roles`, if given)."""
    return {agency for agency, role in officer_roles(user) if not roles or role in roles}


def agency_ids(user: User, *roles: Role) -> list[UUID]:
    """Keys of those agencies, for `visible_to`."""
    if not getattr(user, "is_authenticated", False):
        return []
    return [agency.pk for agency in agencies_of(user, *roles)]


def organization_ids(user: User) -> list[UUID]:
    """Keys of the organizations in use today that the person signs in for."""
    if not getattr(user, "is_authenticated", False):
        return []
    return [organization for _kind, organization in _memberships(user)]


def _today(user: User) -> dt.date:
    return remembered(user, "today", clock.today)


def _memberships(user: User) -> list[tuple[str, UUID]]:
    """(kind, key) of the organizations that the person signs in for: one out of use gives nobody a role any more."""
    return remembered(
        user,
        "organizations",
        lambda: list(
            OrganizationMember.objects.serving_on(_today(user))
            .filter(user=user)
            .values_list("organization__kind", "organization")
        ),
    )
