"""What an agreed end took from a company's assignments is given back where the agreement goes on after all (배정 되살리기).

An assignment that was cut to the agreed day has its days of before in its history; one that was made while the end was agreed has
there until when it was asked for (`ASKED_UNTIL`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import Q

from ground.audit import noting
from ground.history import event_model
from programs.models import Assignment, EndRequest, Participation, Store

ASKED_UNTIL = "asked_until"
OPEN = "open"
DAY = dt.timedelta(days=1)
AT_ONCE = 500
"""Assignments that are made longer by one statement."""
Days = tuple[dt.date, dt.date | None]
_FACTS = ("agency_id", "store_id", "scope", "reference", "participation_id", "program_id")


def asked_until(participation: Participation, until_on: dt.date | None) -> AbstractContextManager[Any]:
    """What is assigned inside carries in its history until when it was asked for, where an agreed last day may have cut it."""
    asked = until_on.isoformat() if until_on is not None else OPEN
    return noting(**{ASKED_UNTIL: asked if participation.last_on is not None else None})


def give_back(participation: Participation, agreed: EndRequest) -> tuple[set[UUID], int]:
    """The assignments of a locked participation last as long as they were meant to, but for days that another company was given since;
    what somebody ended or withdrew otherwise is left alone. Returns the stores, and how many assignments lack days: those, and
    those of which nobody knows whether they were to end with the day. Locks the stores by key, then the assignments that end with the day.
    Asks the same few questions of one assignment as of many."""
    last_on = agreed.ended_on
    assert last_on is not None
    history: Any = event_model(Assignment)
    past: dict[UUID, list[Any]] = {}
    for event in history.objects.filter(participation=participation).order_by("pgh_id"):
        past.setdefault(event.pgh_obj_id, []).append(event)
    taken = [
        event for events in past.values() for event in events if _of(event, "end_request") == str(agreed.pk)
    ]
    cut = Assignment.objects.filter(participation=participation, until_on=last_on)
    stores = {event.store_id for event in taken} | set(cut.order_by().values_list("store", flat=True))
    list(Store.objects.select_for_update(of=("self",)).filter(pk__in=stores).order_by("pk"))
    standing = {row.pk: row for row in cut.select_for_update(of=("self",)).order_by("pk")}
    wanted: list[_Wanted] = []
    for event in sorted(taken, key=lambda event: event.pgh_id):
        if event.pgh_label == "delete":
            wanted.append(_Wanted(event, event.from_on, event.until_on))
        elif (row := standing.pop(event.pgh_obj_id, None)) is not None:
            before = [each for each in past[row.pk] if each.pgh_id < event.pgh_id][-1]
            wanted.append(_Wanted(row, last_on + DAY, before.until_on))
    unknown = 0
    for row in standing.values():
        made = [each for each in past[row.pk] if each.pgh_label == "insert"][-1]
        asked = _of(made, ASKED_UNTIL)
        if asked == OPEN:
            wanted.append(_Wanted(row, last_on + DAY, None))
        elif asked is not None and (until_on := dt.date.fromisoformat(asked)) > last_on:
            wanted.append(_Wanted(row, last_on + DAY, until_on))
        elif asked is not None or made.pgh_created_at > agreed.answered_at:
            unknown += 1
    return stores, unknown + _give(wanted)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The assignment, or the event of one that is gone, is to hold from the day until the other one (none: without end)."""

    row: Any
    from_on: dt.date
    until_on: dt.date | None

    @property
    def what(self) -> tuple[UUID, str, str]:
        return self.row.store_id, self.row.scope, self.row.reference


def _of(event: Any, fact: str) -> Any:
    return (event.pgh_context or {}).get(fact)


def _give(wanted: list[_Wanted]) -> int:
    """Each holds wherever nobody else has it, the earlier ones of the list included; returns of how many that is not all of it. Their stores
    are locked, so nobody else is given these days meanwhile."""
    longer, new, lacking = [], [], 0
    held = _held(wanted)
    for each in wanted:
        days = held[each.what]
        others = [
            (first, last) for first, last in days
            if (last is None or last >= each.from_on) and (each.until_on is None or first <= each.until_on)
        ]  # fmt: skip
        lacking += bool(others)
        free = list(_free(each.from_on, each.until_on, others))
        for first, last in free:
            is_its_first = first == each.from_on
            if is_its_first and isinstance(each.row, Assignment):
                each.row.until_on = last
                longer.append(each.row)
                continue
            key = {"id": each.row.pgh_obj_id} if is_its_first else {}
            facts = {name: getattr(each.row, name) for name in _FACTS}
            new.append(Assignment(**key, **facts, from_on=first, until_on=last))
        days.extend(free)
        days.sort(key=itemgetter(0))
    Assignment.objects.bulk_update(longer, ["until_on"], batch_size=AT_ONCE)
    Assignment.objects.bulk_create(new)
    return lacking


def _held(wanted: list[_Wanted]) -> dict[tuple[UUID, str, str], list[Days]]:
    """The days, in order, on which somebody has what is wanted, from the first wanted one on."""
    found: dict[tuple[UUID, str, str], list[Days]] = {each.what: [] for each in wanted}
    if not wanted:
        return found
    rows = Assignment.objects.filter(
        Q(until_on__isnull=True) | Q(until_on__gte=min(each.from_on for each in wanted)),
        store__in={each.row.store_id for each in wanted},
        reference__in={each.row.reference for each in wanted},
    )
    for store, scope, reference, first, last in rows.order_by("from_on").values_list(
        "store_id", "scope", "reference", "from_on", "until_on"
    ):
        if (days := found.get((store, scope, reference))) is not None:
            days.append((first, last))
    return found


def _free(first: dt.date, last: dt.date | None, taken: list[Days]) -> Iterator[Days]:
    """The days from the first to the last (none: without end) that nobody has; `taken` in order and apart."""
    for from_on, until_on in taken:
        if first < from_on:
            yield first, from_on - DAY
        if until_on is None:
            return
        first = until_on + DAY
    if last is None or first <= last:
        yield first, last
