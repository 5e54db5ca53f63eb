"""Waiting lines are solved many at once (미배정 내역 일괄 배정): groups of one store, SKU and listing go to a company from a day on, or are
put aside with a reason. What is assigned is looked at again in the background.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground import clock, outbox
from ground.audit import because
from ground.errors import RuleBroken, filled
from programs.domain import lasting, stores
from programs.domain.stores import REPLAY
from programs.models import Assignment, Participation, Store
from programs.permissions import require_service
from reports.models import BulkAssignment, SetAside
from reports.queries import unassigned

REASON_LENGTH = 300
MOST_GROUPS = 2_000


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """Waiting lines of a store with one SKU and one listing number."""

    store: UUID
    sku: str
    listing_reference: str

    def scope(self, by_listing: bool) -> tuple[str, str]:
        """What an assignment of the group names: the SKU, or the listing number; the other where it has only that."""
        listing = (Assignment.Scope.LISTING.value, self.listing_reference.strip())
        sku = (Assignment.Scope.SKU.value, self.sku.strip())
        first, second = (listing, sku) if by_listing else (sku, listing)
        return first if first[1] else second


def assign(
    groups: Collection[Group],
    participation: Participation,
    *,
    by: User,
    from_on: dt.date | None = None,
    until_on: dt.date | None = None,
    by_listing: bool = False,
) -> BulkAssignment:
    """Give all groups to the participation, all or none, from a day (without one: from each group's first waiting day) until
    a day. What is the company's already is left as it is; the same again is the assignment that is there.

    Refused, naming the SKU or listing: `nothing_chosen`, `too_many`, `no_reference` (neither SKU nor listing number),
    `nothing_waits` (solved meanwhile), `other_program` (a store of another agency), and as `stores.assign`. Locks the
    participation, then the stores by key.
    """
    chosen = sorted(set(groups))
    _check_count(chosen)
    with transaction.atomic():
        part = (
            Participation.objects.select_for_update(of=("self",), no_key=True)
            .select_related("program", "company", "agency")
            .get(pk=participation.pk)
        )
        require_service(by, part.agency)
        own = _locked_stores(chosen, part.agency_id)
        waiting = unassigned.facts(chosen)
        made: list[dict[str, Any]] = []
        for (store, scope, reference), parts in _by_reference(chosen, by_listing).items():
            days = [waiting[group] for group in parts if group in waiting]
            first = from_on or min((each.first_on for each in days), default=None)
            if _has(part, store, scope, reference, first, lasting.until(part, until_on)):
                continue
            if first is None:
                raise RuleBroken(
                    "nothing_waits",
                    filled(_("%(reference)s: these lines wait no more. Load the page again."), reference=reference),
                )  # fmt: skip
            try:
                stores.assign(
                    own[store], part, scope=scope, reference=reference, from_on=first, until_on=until_on,
                    by=by, is_looked_at=False,
                )  # fmt: skip
            except RuleBroken as error:
                raise RuleBroken(
                    error.code,
                    filled("%(reference)s: %(why)s", reference=reference, why=error.sentence),
                    error.fields,
                ) from None
            made.append(
                {
                    "store": str(store),
                    "scope": scope,
                    "reference": reference,
                    "lines": sum(each.lines for each in days),
                    "groups": [[group.sku, group.listing_reference] for group in parts],
                }
            )
        if not made:
            return _earlier(part, chosen, by_listing)
        return _record(part, made, from_on, until_on, by)


def assign_proposed(
    pairs: Iterable[tuple[Group, Participation]], *, by: User, by_listing: bool = False
) -> list[BulkAssignment]:
    """Give each group to the company that was proposed for it, all or none. Refused as `assign`."""
    of_part: dict[UUID, tuple[Participation, list[Group]]] = {}
    for group, part in pairs:
        of_part.setdefault(part.pk, (part, []))[1].append(group)
    if not of_part:
        raise _nothing_chosen()
    with transaction.atomic():
        return [
            assign(groups, part, by=by, by_listing=by_listing)
            for _key, (part, groups) in sorted(of_part.items())
        ]


def looked_at(bulk: str | None, store: Store) -> None:
    """The store of an assignment of many has been looked at again: after the last one it is known how many lines found
    their company. Twice is once. Locks the record."""
    if not bulk:
        return
    with transaction.atomic():
        row = BulkAssignment.objects.select_for_update(of=("self",)).get(pk=bulk)
        if str(store.pk) not in row.left:
            return
        row.left = [each for each in row.left if each != str(store.pk)]
        if not row.left:
            groups = [
                Group(UUID(each["store"]), sku, listing)
                for each in row.groups
                for sku, listing in each["groups"]
            ]
            still = sum(each.lines for each in unassigned.facts(groups).values())
            row.found, row.done_at = max(0, row.lines - still), clock.now()
        row.save(update_fields=["left", "found", "done_at"])


def set_aside(groups: Collection[Group], *, reason: str, by: User) -> int:
    """Lines of these groups belong to no company of the program: they wait no more, count nowhere and stay visible. Twice
    is once; returns how many groups were put aside. Refused: `nothing_chosen`, `too_many`, `reason_missing`,
    `reason_long`, `not_your_agency`. Locks the stores by key."""
    chosen = sorted(set(groups))
    _check_count(chosen)
    reason = _reason(reason)
    with transaction.atomic(), because(reason):
        own = _locked_stores(chosen)
        for store in own.values():
            require_service(by, store.agency)
        made = 0
        for group in chosen:
            _row, is_new = SetAside.objects.get_or_create(
                store=own[group.store],
                sku=group.sku,
                listing_reference=group.listing_reference,
                ended_at=None,
                defaults={
                    "agency_id": own[group.store].agency_id,
                    "reason": reason,
                    "set_by": by,
                    "set_at": clock.now(),
                },
            )
            made += is_new
    return made


def take_back(groups: Collection[Group], *, by: User) -> int:
    """Lines that were put aside wait again. Returns how many groups that were. Refused: `nothing_chosen`,
    `not_your_agency`. Locks the stores by key."""
    chosen = sorted(set(groups))
    _check_count(chosen)
    with transaction.atomic():
        own = _locked_stores(chosen)
        for store in own.values():
            require_service(by, store.agency)
        return sum(
            SetAside.objects.filter(
                store=group.store,
                sku=group.sku,
                listing_reference=group.listing_reference,
                ended_at__isnull=True,
            ).update(ended_at=clock.now(), ended_by=by)
            for group in chosen
        )


def _check_count(chosen: Sequence[Group]) -> None:
    if not chosen:
        raise _nothing_chosen()
    if len(chosen) > MOST_GROUPS:
        raise RuleBroken("too_many", filled(_("Choose at most %(count)d lines at once."), count=MOST_GROUPS))


def _nothing_chosen() -> RuleBroken:
    return RuleBroken("nothing_chosen", _("Choose at least one line."))


def _reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise RuleBroken("reason_missing", _("Say why these lines belong to no company."), ("reason",))
    if len(reason) > REASON_LENGTH:
        raise RuleBroken(
            "reason_long",
            filled(_("The reason has at most %(count)d characters."), count=REASON_LENGTH),
            ("reason",),
        )
    return reason


def _locked_stores(chosen: Sequence[Group], agency: UUID | None = None) -> dict[UUID, Store]:
    wanted = {group.store for group in chosen}
    rows = Store.objects.select_for_update(of=("self",)).select_related("agency").order_by("pk")
    own = {store.pk: store for store in rows.filter(pk__in=wanted)}
    if set(own) != wanted or (agency and any(store.agency_id != agency for store in own.values())):
        raise RuleBroken("other_program", _("Store and participation belong to different agencies."))
    return own


def _by_reference(chosen: Sequence[Group], by_listing: bool) -> dict[tuple[UUID, str, str], list[Group]]:
    found: dict[tuple[UUID, str, str], list[Group]] = {}
    for group in chosen:
        scope, reference = group.scope(by_listing)
        if not reference:
            raise RuleBroken(
                "no_reference",
                _("Lines with neither SKU nor listing number are assigned with their whole store, on the store’s page."),
            )  # fmt: skip
        found.setdefault((group.store, scope, reference), []).append(group)
    return found


def _has(
    part: Participation,
    store: UUID,
    scope: str,
    reference: str,
    first: dt.date | None,
    until_on: dt.date | None,
) -> bool:
    """Whether the company has it already for these days; without a first day: at all."""
    for each in Assignment.objects.filter(participation=part, store=store, scope=scope, reference=reference):
        if first is None:
            return True
        ends = each.until_on is None or (until_on is not None and each.until_on >= max(first, until_on))
        if each.from_on <= first and ends:
            return True
    return False


def _earlier(part: Participation, chosen: Sequence[Group], by_listing: bool) -> BulkAssignment:
    """A double click: the record of the first one."""
    wanted = {(str(store), scope, ref) for store, scope, ref in _by_reference(chosen, by_listing)}
    row: BulkAssignment
    for row in BulkAssignment.objects.filter(participation=part).order_by("-assigned_at")[:20]:
        if wanted <= {(each["store"], each["scope"], each["reference"]) for each in row.groups}:
            return row
    raise RuleBroken("nothing_waits", _("These lines are the company’s already. Load the page again."))


def _record(
    part: Participation,
    made: list[dict[str, Any]],
    from_on: dt.date | None,
    until_on: dt.date | None,
    by: User,
) -> BulkAssignment:
    touched = sorted({each["store"] for each in made})
    bulk = BulkAssignment.objects.create(
        agency_id=part.agency_id,
        participation=part,
        from_on=from_on,
        until_on=until_on,
        groups=made,
        lines=sum(each["lines"] for each in made),
        stores=len(touched),
        left=touched,
        assigned_by=by,
        assigned_at=clock.now(),
    )
    for store in touched:
        outbox.publish(REPLAY, {"store": store, "bulk": str(bulk.pk)})
    return bulk
