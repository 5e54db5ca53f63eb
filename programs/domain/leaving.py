"""Leaving a program (참여 종료): what ends with a participation that is ended early."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.domain import approvals
from accounts.models import Approval
from accounts.models.agency import DecisionKind
from ground import clock, outbox
from ground.audit import because
from ground.errors import RuleBroken
from ground.history import event_model
from ground.reasons import own
from programs.domain import giving_back, lasting, tasks
from programs.domain.stores import REPLAY
from programs.models import Assignment, Delivery, Participation, Payment
from programs.models.participation import Task

LAPSED = "lapsed_with"
"""Fact in the history of a payment that lapsed with an agreed end: the last day."""
CALLED_LAPSED = own(gettext_noop("lapsed with its agreement, and was called dropped until then"))
CALLED_DROPPED = own(gettext_noop("called dropped, as the version before does"))
"""Reasons of migration 0035, there and back."""
PARTS = "program.parts"
"""Topic: who takes part in a program, on which days or in which markets, is another now. Payload: {"program": id}."""


def leave(participation: Participation, *, last_on: dt.date | None, reason: str) -> None:
    """End a locked participation: its assignments end on `last_on` (today when none is given; an agreed day that is over, if it was
    earlier), planned deliveries are cancelled with the reason, payments that were asked for and not paid lapse with the questions
    about them, its tasks closed. Where the day was agreed with the company, what belongs to the days up to it is kept: deliveries
    planned until then stay to be ticked off, payments for what was delivered to be paid, months that are over to be answered.
    What was delivered, paid
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
        raise later()
    until_on = min(last_on or today, participation.last_on or today)
    participation.state = Participation.State.ENDED
    participation.last_on = until_on if is_agreed else None
    with because(reason.strip(), last_on=until_on.isoformat()):
        participation.save(update_fields=["state", "last_on"])
    outbox.publish(PARTS, {"program": str(participation.program_id)})
    end_assignments(participation, until_on)
    planned, unpaid = _open(participation), _unpaid(participation)
    is_end_agreed = lasting.is_end_agreed(participation, until_on)
    if is_end_agreed:
        planned, unpaid = planned.filter(planned_on__gt=until_on), unpaid.filter(delivery__isnull=True)
    planned.update(state=Delivery.State.CANCELLED, note=reason.strip()[:300])
    with because(reason.strip(), **({LAPSED: until_on.isoformat()} if is_end_agreed else {})):
        keys = list(unpaid.values_list("pk", flat=True))
        approvals.end(DecisionKind.PAYMENT, keys)
        Payment.objects.filter(pk__in=keys).update(state=Payment.State.LAPSED)
    tasks.close_task(kind=Task.Kind.ACCEPT, subject_id=participation.pk, side=Task.Side.COMPANY)
    if not is_end_agreed:
        tasks.close_declarations(participation, today)
    tasks.close_task(kind=Task.Kind.ASSIGN, subject_id=participation.pk, side=Task.Side.AGENCY)


def later() -> RuleBroken:
    return RuleBroken("last_day_later", _("This day has not come yet."), ("last_on",))


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is open of a participation whose last day is agreed, by what comes of it: deliveries planned for later are cancelled, payments
    that are not for a delivery lapse with the end; the others may still be ticked off and paid after it."""

    cancelled: list[Delivery]
    lapsing: list[Payment]
    to_tick_off: list[Delivery]
    to_pay: list[Payment]

    @property
    def granted_lapsing(self) -> list[Any]:
        """What lapses though a second person agreed to it: the company is told of it, too, and of nothing else that is only asked for."""
        return [each for each in self.lapsing if each.is_granted]  # type: ignore[attr-defined]

    @property
    def still_paid(self) -> list[Any]:
        """What a second person agreed to and is paid after the end, too."""
        return [each for each in self.to_pay if each.is_granted]  # type: ignore[attr-defined]


def outlook(participation: Participation, last_on: dt.date) -> Outlook:
    """As it stands before `leave`. Two queries."""
    planned = list(_open(participation).select_related("component").order_by("planned_on", "pk"))
    unpaid = _with_grant(_unpaid(participation))
    return Outlook(
        cancelled=[each for each in planned if each.planned_on > last_on],
        lapsing=[each for each in unpaid if each.delivery is None],
        to_tick_off=[each for each in planned if each.planned_on <= last_on],
        to_pay=[each for each in unpaid if each.delivery is not None],
    )


def granted(participation: Participation) -> tuple[list[Payment], list[Payment]]:
    """What is granted and not paid yet: what lapses with an end, for it is not for a delivery, and what is paid after it, too. One query."""
    found = [each for each in _with_grant(_unpaid(participation)) if each.is_granted]
    return [each for each in found if each.delivery is None], [
        each for each in found if each.delivery is not None
    ]


def lapsed(participation: Participation) -> list[Payment]:
    """Granted payments that have lapsed with the end, an agreed one or the agency's own. One query."""
    gone = Payment.objects.filter(state=Payment.State.LAPSED, participation=participation)
    return [each for each in _with_grant(gone) if each.is_granted]


def lapsed_on(payment: Payment) -> dt.date | None:
    """With which agreed last day the payment has lapsed, as its history says; None where the end was not agreed. One query."""
    found = _lapsings(payment).filter(pgh_context__has_key=LAPSED).order_by("-pgh_id").first()
    return found and dt.date.fromisoformat(found.pgh_context[LAPSED])


def reason_of_lapsing(payment: Payment) -> str:
    """The words with which the agreement was ended, as the history of the payment that lapsed with it has them. One query."""
    found = _lapsings(payment).filter(pgh_context__has_key="reason").order_by("pgh_id").first()
    return str(found.pgh_context["reason"]) if found else ""


def _lapsings(payment: Payment) -> Any:
    history: Any = event_model(Payment)
    states = [Payment.State.DROPPED, Payment.State.LAPSED]
    return history.objects.filter(pgh_obj_id=payment.pk, state__in=states)


def _with_grant(payments: QuerySet[Payment]) -> list[Any]:
    """With `is_granted`: a second person agreed to it."""
    granted = Approval.objects.filter(
        decision=DecisionKind.PAYMENT, subject_id=OuterRef("pk"), is_granted=True
    )
    rows = payments.select_related("currency", "delivery__component").order_by("pk")
    return list(rows.annotate(is_granted=Exists(granted)))


def _open(participation: Participation) -> QuerySet[Delivery]:
    return Delivery.objects.filter(participation=participation, state=Delivery.State.PLANNED)


def _unpaid(participation: Participation) -> QuerySet[Payment]:
    return Payment.objects.filter(participation=participation, state=Payment.State.ASKED)


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
    holding.filter(Q(until_on__isnull=True) | Q(until_on__gt=until_on)).update(until_on=until_on)
    for store in stores:
        outbox.publish(REPLAY, {"store": str(store)})


def go_on(participation: Participation) -> int:
    """The end that was agreed for a locked participation is dropped; its assignments last again as long as they were meant to
    (`giving_back`). Returns how many lack days, which another company has or which nobody knows: then the agency is asked to assign anew."""
    agreed = participation.end_requests.standing().filter(ended_on=participation.last_on).first()
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
