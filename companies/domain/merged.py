"""Who reads the records that were merged into a company's: its members, as long as they are."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from companies.models import Company, Member, Merge
from ground import clock


@dataclass(frozen=True)
class Seat:
    """A member of one of two records: the role at the one that stays and at the one given up now (empty: none), and the role
    at both once they are one company's."""

    user: User
    now: str
    there: str
    after: str


def seats(kept: Company, given_up: Company) -> list[Seat]:
    """Who is a member once the two records are one company's. The record that stays keeps its roles; where it has an owner,
    who comes from the other one only reads until that owner gives them more. One query."""
    rows = Member.objects.filter(company__in=[kept, given_up], ended_at=None).select_related("user")
    found: dict[UUID, dict[UUID, Member]] = {}
    for row in rows.order_by("created_at", "id"):
        found.setdefault(row.user_id, {})[row.company_id] = row
    owned = any(
        kept.pk in at and at[kept.pk].role == Member.Role.OWNER and at[kept.pk].user.is_active
        for at in found.values()
    )
    made = []
    for at in found.values():
        now, there = (at[each.pk].role if each.pk in at else "" for each in (kept, given_up))
        after = now or (Member.Role.READER if owned else there)
        made.append(Seat(next(iter(at.values())).user, now, there, after))
    return made


def follow(company: Company, user: UUID) -> None:
    """Make the person at the records merged into the company's what they are at the company: a member in the same role, or
    none. Twice is once. The caller has locked the company. At most three queries a record, one for a company that has none."""
    standing = Member.objects.filter(user=user, ended_at=None)
    for key in sorted(Merge.objects.into(company.pk)):
        member, there = standing.filter(company=company).first(), standing.filter(company=key)
        if member is None:
            there.update(ended_at=clock.now())
        elif there.exists():
            there.exclude(role=member.role).update(role=member.role)
        else:
            Member.objects.create(company_id=key, user_id=user, role=member.role)
