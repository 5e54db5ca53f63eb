"""Building the criteria of a call: what each asks, where it stands among the others, and the groups it counts through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground.errors import RuleBroken, filled
from programs.domain import form_building, planning
from programs.domain.criteria.faults import days_faults, unknown
from programs.domain.criteria.values import declared_faults
from programs.models import Criterion

Tree = dict[UUID | None, list[Criterion]]
"""Members of each group, in their order; under None those that count by themselves."""


def tree_of(criteria: Iterable[Criterion]) -> Tree:
    """One whose group is not among them counts by itself."""
    rows = list(criteria)
    known = {each.pk for each in rows}
    found: Tree = defaultdict(list)
    for each in rows:
        found[each.group_id if each.group_id in known else None].append(each)
    return found


def in_order(tree: Tree, group: UUID | None = None) -> Iterable[Criterion]:
    """Each group before its members. Groups that lie in each other stand nowhere."""
    for each in tree.get(group, []):
        yield each
        yield from in_order(tree, each.pk)


def inside(criterion: Criterion, criteria: Sequence[Criterion]) -> set[UUID]:
    """The criterion and everything that lies in it, however deep."""
    found = {criterion.pk}
    while more := {each.pk for each in criteria if each.group_id in found} - found:
        found |= more
    return found


def save(criterion: Criterion, *, by: User, members: Collection[UUID] | None = None) -> Criterion:
    """Write a criterion of a call that is not published. A new one stands last among those it stands with.

    `members` are what a group holds from now on; one that is left out goes to where the group itself stands. A criterion
    without a code gets one. Refused as `planning.save_call_part`, and: `values_not_sound` (with the parameter as its
    field), `code_unknown` (a province, an industry or a question that is not there), `code_taken`, `group_not_sound`,
    `group_cycle` (it would lie in itself), `not_one` (a “not” holds one criterion), `no_day` (a day that the call does
    not name). Locks the call.
    """
    with transaction.atomic():
        planning.require_open(criterion, by)
        rows = _of(criterion.call_id)
        _require_known(criterion)
        _require_place(criterion, rows)
        _require_days(criterion)
        if criterion._state.adding:
            criterion.position = len(rows) + 1
        form_building.give_code(criterion, "c")
        if any(each.code == criterion.code and each.pk != criterion.pk for each in rows):
            raise RuleBroken(
                "code_taken", _("A criterion of this call has this code. Choose another one."), ("code",)
            )
        planning.save_call_part(criterion, by=by)
        if members is not None:
            _set_members(criterion, rows, members)
        _renumber(criterion.call_id)
    return criterion


def move(criterion: Criterion, *, is_up: bool, by: User) -> None:
    """One place up or down among those it stands with; at the end nothing happens. Refused as `save`."""
    with transaction.atomic():
        planning.require_open(criterion, by)
        tree = tree_of(_of(criterion.call_id))
        beside = next(each for each in tree.values() if criterion in each)
        at = beside.index(criterion)
        to = at + (-1 if is_up else 1)
        if 0 <= to < len(beside):
            beside[at], beside[to] = beside[to], beside[at]
        _renumber(criterion.call_id, tree)


def drop(criterion: Criterion, *, by: User) -> None:
    """Take a criterion out of the call; what a group held stays and goes to where the group stood.

    Refused as `save`. Locks the call.
    """
    with transaction.atomic():
        planning.require_open(criterion, by)
        rows = _of(criterion.call_id)
        _require_room_above(criterion, rows)
        _set_members(criterion, rows, ())
        planning.drop_call_part(criterion, by=by)
        _renumber(criterion.call_id)


def _of(call_id: UUID) -> list[Criterion]:
    return list(Criterion.objects.filter(call=call_id).order_by("position", "id"))


def _require_known(criterion: Criterion) -> None:
    for code, found in (
        ("values_not_sound", declared_faults(criterion.kind, criterion.values)),
        ("code_unknown", unknown(criterion)),
    ):
        for fault in found:
            raise RuleBroken(code, fault.sentence, (fault.parameter,))


def _require_place(criterion: Criterion, rows: Sequence[Criterion]) -> None:
    if criterion.group_id is None:
        return
    group = next((each for each in rows if each.pk == criterion.group_id), None)
    if group is None or group.kind not in Criterion.GROUPS:
        raise RuleBroken("group_not_sound", _("Choose a group of this call."), ("group",))
    if group.pk in inside(criterion, rows):
        raise RuleBroken("group_cycle", _in_itself(criterion), ("group",))
    others = [each for each in rows if each.group_id == group.pk and each.pk != criterion.pk]
    if group.kind == Criterion.Kind.NOT and others:
        raise RuleBroken("not_one", _ONE, ("group",))


_ONE = _("“Not” holds one criterion. Put several into a group first, and that group here.")


def _in_itself(criterion: Criterion) -> Promise:
    return filled(_("“%(criterion)s” would be part of itself."), criterion=str(criterion))


def _require_days(criterion: Criterion) -> None:
    for fault in days_faults(criterion):
        raise RuleBroken("no_day", fault.sentence, (fault.parameter,))


def _set_members(group: Criterion, rows: Sequence[Criterion], members: Collection[UUID]) -> None:
    if group.kind == Criterion.Kind.NOT and len(members) > 1:
        raise RuleBroken("not_one", _ONE, ("members",))
    for each in rows:
        if each.pk in members and each.group_id != group.pk:
            if group.pk in inside(each, rows):
                raise RuleBroken("group_cycle", _in_itself(each), ("members",))
            each.group_id = group.pk
        elif each.pk not in members and each.group_id == group.pk:
            each.group_id = group.group_id
        else:
            continue
        each.save(update_fields=["group"])


def _require_room_above(group: Criterion, rows: Sequence[Criterion]) -> None:
    """What a group held goes to where the group stood: one criterion at most where that is a “not”."""
    held = [each for each in rows if each.group_id == group.pk]
    above = next((each for each in rows if each.pk == group.group_id), None)
    if above is not None and above.kind == Criterion.Kind.NOT and len(held) > 1:
        raise RuleBroken("not_one", _ONE, ())


def _renumber(call_id: UUID, tree: Tree | None = None) -> None:
    """Positions follow the tree; only what stands elsewhere than before is written."""
    for position, each in enumerate(in_order(tree or tree_of(_of(call_id))), start=1):
        if each.position != position:
            each.position = position
            each.save(update_fields=["position"])
