"""Who is written to about a company's matters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from accounts.models import User
from companies.models import Member


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
