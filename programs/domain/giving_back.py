"""What an agreed end took from a company's assignments is given back where the agreement goes on after all (배정 되살리기).

An assignment that was cut to the agreed day has its days of before in its history; one that was made while the end was agreed has
there until when it was asked for (`ASKED_UNTIL`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from ground.audit import noting
from ground.history import event_model
from programs.models import Assignment, EndRequest, Participation, Store

ASKED_UNTIL = "asked_until"
OPEN = "open"
DAY = dt.timedelta(days=1)
_FACTS = ("agency_id", "store_id", "scope", "reference", "participation_id", "program_id")


def asked_until(participation: Participation, until_on: dt.date | None) -> AbstractContextManager[Any]:
    """What is assigned inside carries in its history until when it was asked for, where an agreed last day may have cut it."""
    asked = until_on.isoformat() if until_on is not None else OPEN
    return noting(**{ASKED_UNTIL: asked if participation.last_on is not None else None})


def give_back(participation: Participation, agreed: EndRequest) -> tuple[set[UUID], int]:
    """The assignments of a locked participation last as long as they were meant to, but for days that another company was given since;
    what somebody ended or withdrew otherwise is left alone. Returns the stores, and how many assignments lack days: those, and
    those of which nobody knows whether they were to end with the day. Locks the stores by key."""
    last_on = agreed.ended_on
    assert last_on is not None
    history: Any = event_model(Assignment)
    past = history.objects.filter(participation=participation)
    taken = list(past.filter(pgh_context__end_request=str(agreed.pk)).order_by("pgh_id"))
    stay = Assignment.objects.filter(participation=participation, until_on=last_on)
    since = list(stay.exclude(pk__in=[each.pgh_obj_id for each in taken]))
    stores = {each.store_id for each in (*taken, *since)}
    list(Store.objects.select_for_update(of=("self",)).filter(pk__in=stores).order_by("pk"))
    lacking = 0
    for each in taken:
        if each.pgh_label == "delete":
            lacking += not _lasts(each, each.from_on, each.until_on)
            continue
        standing = stay.filter(pk=each.pgh_obj_id).first()
        if standing is not None:
            before = past.filter(pgh_obj_id=each.pgh_obj_id, pgh_id__lt=each.pgh_id).latest("pgh_id")
            lacking += not _lasts(standing, last_on + DAY, before.until_on)
    for row in since:
        made = past.filter(pgh_obj_id=row.pk, pgh_label="insert").latest("pgh_id")
        asked = (made.pgh_context or {}).get(ASKED_UNTIL)
        if asked == OPEN:
            lacking += not _lasts(row, last_on + DAY, None)
        elif asked is not None and (until_on := dt.date.fromisoformat(asked)) > last_on:
            lacking += not _lasts(row, last_on + DAY, until_on)
        elif asked is not None or made.pgh_created_at > agreed.answered_at:
            lacking += 1
    return stores, lacking


def _lasts(row: Any, from_on: dt.date, until_on: dt.date | None) -> bool:
    """The assignment, or the event of one that is gone, holds from the day until the other one, wherever nobody else has it; whether that
    is all of it."""
    others = Assignment.objects.filter(store=row.store_id, scope=row.scope, reference=row.reference)
    others = others.filter(Q(until_on__isnull=True) | Q(until_on__gte=from_on))
    if until_on is not None:
        others = others.filter(from_on__lte=until_on)
    days = list(others.order_by("from_on").values_list("from_on", "until_on"))
    try:
        with transaction.atomic():
            for first, last in _free(from_on, until_on, days):
                if isinstance(row, Assignment) and first == from_on:
                    row.until_on = last
                    row.save(update_fields=["until_on"])
                    continue
                key = {"id": row.pgh_obj_id} if not isinstance(row, Assignment) and first == from_on else {}
                facts = {name: getattr(row, name) for name in _FACTS}
                Assignment.objects.create(**key, **facts, from_on=first, until_on=last)
    except IntegrityError as error:
        if "assignment_one_at_a_time" not in str(error):
            raise
        return False
    return not days


def _free(
    first: dt.date, last: dt.date | None, taken: list[tuple[dt.date, dt.date | None]]
) -> Iterator[tuple[dt.date, dt.date | None]]:
    """The days from the first to the last (none: without end) that nobody has; `taken` in order and apart."""
    for from_on, until_on in taken:
        if first < from_on:
            yield first, from_on - DAY
        if until_on is None:
            return
        first = until_on + DAY
    if last is None or first <= last:
        yield first, last
