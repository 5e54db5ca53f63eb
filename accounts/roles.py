"""Which roles a person has by the rows of this floor: officer (also as a deputy), member of an organization, operator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Value

from accounts.models import Agency, Deputy, Officer, OrganizationMember, User
from ground.access import STAFF, Role, remembered, role_source
from ground.clock import ClockToday


def officer_roles(user: User) -> list[tuple[Agency, Role]]:
    """(agency, role) of today, own ones first, then those the person stands in for."""
    return remembered(user, "officer_roles", lambda: _ask_officer_roles(user))


def _ask_officer_roles(user: User) -> list[tuple[Agency, Role]]:
    if not may_serve(user):
        return []
    posts = sorted(
        _posts(user.pk).select_related("agency"), key=lambda each: (each.user_id != user.pk, each.created_at)
    )
    return [(each.agency, Role(each.role)) for each in posts]


def may_serve(user: User) -> bool:
    """False where this request has found that the person serves no agency today."""
    known: frozenset[Role] | None = getattr(user, "naru_memory", {}).get("roles")
    return known is None or not known.isdisjoint(STAFF)


def _posts(user: UUID) -> QuerySet[Officer]:
    """The person's own posts of today and those in which the person stands in for somebody."""
    deputyships = Deputy.objects.filter(user=user, from_on__lte=ClockToday(), until_on__gte=ClockToday())
    return Officer.objects.serving_on(ClockToday()).filter(
        Q(user=user) | Q(pk__in=deputyships.values("officer"))
    )


def served_agencies(user: UUID, *roles: Role) -> QuerySet[Officer, Any]:
    """Keys of the agencies in which the person serves today in one of `roles`, as a question within another."""
    return _posts(user).filter(role__in=roles).order_by().values("agency")


@role_source
def account_roles(user: UUID) -> Iterator[QuerySet[Any, str]]:
    yield _posts(user).values_list("role", flat=True)
    yield _members(user).values_list("organization__kind", flat=True)
    operators = User.objects.filter(pk=user, is_operator=True)
    yield operators.values_list(Value(Role.OPERATOR.value), flat=True)


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


def _members(user: UUID) -> QuerySet[OrganizationMember]:
    """One out of use gives nobody a role any more."""
    return OrganizationMember.objects.serving_on(ClockToday()).filter(user=user)


def _memberships(user: User) -> list[tuple[str, UUID]]:
    """(kind, key) of the organizations in use that the person signs in for."""
    return remembered(
        user,
        "organizations",
        lambda: list(_members(user.pk).values_list("organization__kind", "organization")),
    )
