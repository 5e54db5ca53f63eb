"""Leaving a program (참여 종료): what ends with a participation that is ended early."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain import approvals
from accounts.models.agency import DecisionKind
from ground import clock, outbox
from ground.audit import because
from ground.errors import RuleBroken
from ground.history import event_model
from programs.domain import lasting, tasks
from programs.domain.stores import REPLAY
from programs.models import Assignment, Delivery, EndRequest, Participation, Payment
from programs.models.participation import Task

PARTS = "program.parts"
"""Topic: who takes part in a program, on which days or in which markets, is another now. Payload: {"program": id}."""


def leave(participation: Participation, *, last_on: dt.date | None, reason: str) -> None:
    """End a locked participation: its assignments end on `last_on` (today when none is given; an agreed day that is over, if it was
    earlier), planned deliveries are
    cancelled with the reason, payments that were asked for and not paid dropped with the questions about them, its tasks closed. What was delivered, paid
    and sold until then stays; sales after that day are not the company's any more, counted already or not. The history of the
    participation keeps the last day.

    Refused: `not_in_force`, `end_asked` (the company waits for an answer: `ending`, `going_on`), `last_day_later` (a day to come).
    """
    today = clock.today()
    is_agreed = participation.state == Participation.State.AGREED
    if participation.state not in {Participation.State.OFFERED, Participation.State.AGREED}:
        raise RuleBroken("not_in_force", _("This participation has ended already."))
    lasting.refuse_while_asked(participation)
    if last_on is not None and last_on > today:
        raise RuleBroken("last_day_later", _("This day has not come yet."), ("last_on",))
    until_on = min(last_on or today, participation.last_on or today)
    participation.state = Participation.State.ENDED
    participation.last_on = until_on if is_agreed else None
    with because(reason.strip(), last_on=until_on.isoformat()):
        participation.save(update_fields=["state", "last_on"])
    outbox.publish(PARTS, {"program": str(participation.program_id)})
    end_assignments(participation, until_on)
    Delivery.objects.filter(participation=participation, state=Delivery.State.PLANNED).update(
        state=Delivery.State.CANCELLED, note=reason.strip()[:300]
    )
    with because(reason.strip()):
        waiting = Payment.objects.filter(participation=participation, state=Payment.State.ASKED)
        approvals.end(DecisionKind.PAYMENT, waiting.values_list("pk", flat=True))
        waiting.update(state=Payment.State.DROPPED)
    tasks.close_task(kind=Task.Kind.ACCEPT, subject_id=participation.pk, side=Task.Side.COMPANY)
    tasks.close_declarations(participation, today)
    tasks.close_task(kind=Task.Kind.ASSIGN, subject_id=participation.pk, side=Task.Side.AGENCY)


def agree_on_last_day(participation: Participation, last_on: dt.date) -> None:
    """Note the last day, which is to come, of a locked participation in force. Its assignments end with that day already, so
    that sales after it are nobody's from the first one on, and another company can be given the store for the days after it;
    everything else ends by `leave`, once the day is over."""
    participation.last_on = last_on
    participation.save(update_fields=["last_on"])
    outbox.publish(PARTS, {"program": str(participation.program_id)})
    end_assignments(participation, last_on)


def end_assignments(participation: Participation, until_on: dt.date) -> None:
    """No store, SKU or listing is the company's after the day; what the stores sold is looked at again."""
    holding = Assignment.objects.filter(participation=participation)
    stores = list(holding.order_by("store").values_list("store", flat=True).distinct())
    holding.filter(from_on__gt=until_on).delete()
    holding.filter(until_on__isnull=True).update(until_on=until_on)
    holding.filter(until_on__gt=until_on).update(until_on=until_on)
    for store in stores:
        outbox.publish(REPLAY, {"store": str(store)})


def go_on(participation: Participation) -> int:
    """The end that was agreed for a locked participation is dropped; what `agree_on_last_day` took from its assignments is given back
    from their history. Returns how many could not be, since the days are another company's: then the agency is asked to assign anew."""
    agreed = participation.end_requests.filter(
        state=EndRequest.State.ACCEPTED, ended_on=participation.last_on
    ).first()
    assert agreed is not None
    participation.last_on = None
    participation.save(update_fields=["last_on"])
    outbox.publish(PARTS, {"program": str(participation.program_id)})
    history: Any = event_model(Assignment)
    past = history.objects.filter(participation=participation)
    taken = list(past.filter(pgh_context__end_request=str(agreed.pk)).order_by("pgh_id"))
    lost = sum(not _given_back(past, each, agreed.ended_on) for each in taken)
    for store in sorted({each.store_id for each in taken}):
        outbox.publish(REPLAY, {"store": str(store)})
    if lost:
        tasks.await_assignment(participation)
    return lost


def _given_back(past: Any, taken: Any, last_on: dt.date | None) -> bool:
    """One assignment is as it was before; one that somebody ended otherwise since is left alone."""
    try:
        with transaction.atomic():
            if taken.pgh_label == "delete":
                kept = ("id", "agency_id", "store_id", "scope", "reference", "participation_id", "program_id")
                days = ("from_on", "until_on")
                Assignment.objects.create(**{name: getattr(taken, name) for name in kept + days})
                return True
            before = past.filter(pgh_obj_id=taken.pgh_obj_id, pgh_id__lt=taken.pgh_id).latest("pgh_id")
            standing = Assignment.objects.filter(pk=taken.pgh_obj_id, until_on=last_on)
            standing.update(until_on=before.until_on)
            return True
    except IntegrityError as error:
        if "assignment_one_at_a_time" not in str(error):
            raise
        return False
