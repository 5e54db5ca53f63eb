"""Platforms and markets (플랫폼·마켓): master data that all agencies share, and who may change what others count with."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import agency_ids
from ground.access import Role
from ground.errors import RuleBroken
from programs.domain.stores import check_zone
from programs.models import Listing, Market, Platform, ProgramMarket, Store


def save(record: Market | Platform, *, by: User) -> Market | Platform:
    """Write a platform or market. A manager adds one, and changes one or takes it out of use while no other agency uses
    it; the operator always.

    Refused: `not_staff`, `used_by_others`, `unknown_zone`. Locks the record
    (of a platform its markets, too), so that nobody begins to use it meanwhile.
    """
    with transaction.atomic():
        type(record)._default_manager.select_for_update(of=("self",)).filter(pk=record.pk).first()
        if isinstance(record, Platform):
            list(Market.objects.select_for_update(of=("self",)).filter(platform=record.pk).order_by("pk"))
        check(record, by=by)
        record.save()
    return record


def check(record: Market | Platform, *, by: User) -> None:
    """`RuleBroken` as `save` refuses."""
    if isinstance(record, Market):
        check_zone(record.zone)
    if by.is_operator:
        return
    mine = agency_ids(by, Role.MANAGER)
    if not mine:
        raise RuleBroken("not_staff", _("Your role in the agency does not include this. Ask a manager."))
    if not record._state.adding and _users(record) - set(mine):
        raise RuleBroken(
            "used_by_others",
            _("Other agencies use this, too. Ask the operator to change it or to take it out of use."),
        )


def _users(record: Market | Platform) -> set[UUID]:
    """Keys of the agencies that use a market, or any market of a platform, in a program, a store or a listing."""
    name = "market" if isinstance(record, Market) else "market__platform"
    return {
        *ProgramMarket.objects.filter(**{name: record}).values_list("program__agency", flat=True),
        *Store.objects.filter(**{name: record}).values_list("agency", flat=True),
        *Listing.objects.filter(**{name: record}).values_list("agency", flat=True),
    }
