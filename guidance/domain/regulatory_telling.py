"""Letters about regulatory items: to those who raised one or said that it concerns them, and agreed to be told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import OrganizationMember, User
from companies.models import Member
from ground import clock, letters, outbox
from guidance.models import Concern, RegulatoryItem, RegulatoryStep, RegulatoryWording

MOVED = "guidance.regulatory_moved"
JOINED = "guidance.regulatory_joined"


def tell_moved(step: RegulatoryStep) -> None:
    """Write down that people are told of a step; in the transaction in which it is taken."""
    outbox.publish(MOVED, {"step": str(step.pk)})


def tell_joined(item: RegulatoryItem) -> None:
    """The same of an item that goes on as another one."""
    outbox.publish(JOINED, {"item": str(item.pk)})


def carry_moved(key: UUID) -> int:
    """One letter a person about a step, unless it was corrected meanwhile; how many that were. Who came later is not told of
    it. In the caller's transaction."""
    step = RegulatoryStep.objects.select_related("item__agency").get(pk=key)
    if step.corrected_at is not None:
        return 0
    then = Concern.objects.about(step.item_id).filter(said_at__lte=step.taken_at)
    return _tell(step.item, "regulatory_moved", {"step": step}, then)


def carry_joined(key: UUID) -> int:
    """One letter to each person of the item that goes on as another one, unless that was taken back; how many that were."""
    item = RegulatoryItem.objects.select_related("agency", "joined_into__agency").get(pk=key)
    if item.joined_into is None:
        return 0
    return _tell(item.joined_into, "regulatory_joined", {}, item.concerns.all())


def _tell(root: RegulatoryItem, letter: str, facts: dict[str, Any], concerns: QuerySet[Concern]) -> int:
    public = RegulatoryWording.objects.public().filter(item=root).first()
    rows = concerns.filter(is_told=True, withdrawn_at__isnull=True)
    told = readers(rows.select_related("item", "said_by", "company").order_by("said_at", "id"))
    for person, concern in told.values():
        letters.write(
            person,
            letter,
            {
                **facts,
                "agency": root.agency,
                "company": concern.company,
                "matter": public or concern,
                "page": root.pk if public else concern.item_id,
            },
        )
    return len(told)


def readers(concerns: Any) -> dict[UUID, tuple[User, Concern]]:
    """Who is written to, each person once: of a company who wrote it, while a member, else its owners; of an organization
    the people who sign in for it. Three queries."""
    rows = list(concerns)
    members: dict[UUID, list[Member]] = {}
    for member in Member.objects.filter(
        company__in={each.company_id for each in rows}, ended_at__isnull=True, user__is_active=True
    ).select_related("user"):
        members.setdefault(member.company_id, []).append(member)
    bodies: dict[UUID, list[User]] = {}
    for seat in (
        OrganizationMember.objects.serving_on(clock.today())
        .filter(organization__in={each.organization_id for each in rows}, user__is_active=True)
        .select_related("user")
    ):
        bodies.setdefault(seat.organization_id, []).append(seat.user)
    found: dict[UUID, tuple[User, Concern]] = {}
    for each in rows:
        here = members.get(each.company_id, [])
        people = [member.user for member in here if member.user_id == each.said_by_id]
        people = people or [member.user for member in here if member.role == Member.Role.OWNER]
        for person in people or bodies.get(each.organization_id, []):
            found.setdefault(person.pk, (person, each))
    return found
