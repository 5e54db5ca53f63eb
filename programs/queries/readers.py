"""Who is written to: about a company's matters, by an agency's verbs, at an organization."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Officer, OrganizationMember, User
from companies.models import Member
from ground import clock
from programs.models import Application


@dataclass(frozen=True)
class Address:
    """An address that is written to though nobody signs in with it."""

    email: str
    language: str = "ko"


def at_contact(application: Application) -> list[Address]:
    """The address of the person in charge, where there is one."""
    return [Address(application.contact_email)] if application.contact_email else []


def readers_of(applications: Iterable[Application]) -> dict[UUID, list[User | Address]]:
    """Who reads letters about each application: the company's correspondents, or the address of the person in charge where
    it has none (staff may enter applications of companies that nobody signs in for). One query."""
    rows = list(applications)
    found = correspondents(each.company_id for each in rows)
    return {each.pk: [*found[each.company_id]] or [*at_contact(each)] for each in rows}


def correspondents(company_ids: Iterable[UUID], *roles: str) -> dict[UUID, list[User]]:
    """Owners and editors (or members in `roles`) of each company today, each person once; one query."""
    found: dict[UUID, list[User]] = defaultdict(list)
    for member in (
        Member.objects.filter(
            company__in=list(company_ids),
            role__in=roles or (Member.Role.OWNER, Member.Role.EDITOR),
            ended_at__isnull=True,
            user__is_active=True,
        )
        .select_related("user")
        .order_by("created_at", "pk")
    ):
        found[member.company_id].append(member.user)
    return found


def officers_of(agency_id: UUID) -> list[User]:
    """Managers and officers who serve the agency today, each person once; one query beside the day's."""
    serving = Officer.objects.serving_on(clock.today()).filter(
        agency=agency_id, role__in=[Officer.Role.MANAGER, Officer.Role.OFFICER], user__is_active=True
    )
    readers = {officer.user for officer in serving.select_related("user")}
    return sorted(readers, key=lambda user: user.email)


def people_of(organization_id: UUID) -> list[User]:
    """Who signs in for the organization today; one query beside the day's."""
    members = OrganizationMember.objects.serving_on(clock.today()).filter(
        organization=organization_id, user__is_active=True
    )
    return [member.user for member in members.select_related("user").order_by("user__email")]
