"""Leaving a program (참여 종료): what ends with a participation that is ended early."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from accounts.domain import approvals
from accounts.models.agency import DecisionKind
from ground import clock, outbox
from ground.audit import because
from ground.errors import RuleBroken
from programs.domain import giving_back, lasting, tasks
from programs.domain.stores import REPLAY
from programs.models import Assignment, Delivery, EndRequest, Participation, Payment
from programs.models.participation import Task

PARTS = "program.parts"
"""Topic: who takes part in a program, on which days or in which markets, is another now. Payload: {"program": id}."""


def leave(participation: Participation, *, last_on: dt.date | None, reason: str) -> None:
    """End a locked participation: its assignments end on `last_on` (today when none is given; an agreed day that is over, if it was
    earlier), planned deliveries are
    cancelled with the reason, payments that were asked for and not paid dropped with the questions about them, its tasks closed
    (those for months that are over stay where the day was agreed: the company answers for them). What was delivered, paid
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
    if not lasting.is_end_agreed(participation, until_on):
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
    """The end that was agreed for a locked participation is dropped; its assignments last again as long as they were meant to
    (`giving_back`). Returns how many lack days, which another company has or which nobody knows: then the agency is asked to assign anew."""
    agreed = participation.end_requests.filter(
        state=EndRequest.State.ACCEPTED, ended_on=participation.last_on
    ).first()
    assert agreed is not None
    participation.last_on = None
    participation.save(update_fields=["last_on"])
    outbox.publish(PARTS, {"program": str(participation.program_id)})
    stores, lacking = giving_back.give_back(participation, agreed)
    for store in sorted(stores):
        outbox.publish(REPLAY, {"store": str(store)})
    if lacking:
        tasks.await_assignment(participation)
    return lacking
