"""Delivery (지원 항목 수행): components are assigned to companies with planned cost and day, and ticked off with proof."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import organization_ids
from ground import clock, files, letters, quarantine
from ground.audit import because
from ground.errors import RuleBroken, filled
from ground.models import StoredFile
from programs.domain import lasting
from programs.models import Component, Delivery, Participation, ProviderContract
from programs.permissions import require_service
from programs.queries.readers import officers_of


def assign(
    component: Component,
    participations: Iterable[Participation],
    *,
    planned_on: dt.date,
    planned_amount: Decimal,
    by: User,
    contract: ProviderContract | None = None,
    note: str = "",
) -> int:
    """Plan the component for companies that accepted the agreement, at `planned_amount` KRW each; returns how many.

    A company that has the component already is left as it is.
    Refused, all or none: `not_your_agency`, `other_program`, `not_taking_part`, `amount_negative`, `outside_period`,
    `after_last_day` (an agreement ends before).
    Locks the participations by key, so that none ends meanwhile, then the component.
    """
    with transaction.atomic():
        rows = list(
            Participation.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk__in=[each.pk for each in participations])
            .select_related("company")
            .order_by("pk")
        )
        rows.sort(key=lambda each: each.number)
        component = (
            Component.objects.select_for_update(of=("self",))
            .select_related("agency", "program")
            .get(pk=component.pk)
        )
        require_service(by, component.agency)
        if contract is not None and contract.program_id != component.program_id:
            raise RuleBroken("other_program", _("This contract belongs to another program."), ("contract",))
        if planned_amount < 0:
            raise RuleBroken("amount_negative", _("A cost cannot be negative."), ("planned_amount",))
        _check_period(component, contract, planned_on, "planned_on")
        if any(each.program_id != component.program_id for each in rows):
            raise RuleBroken("other_program", _("Choose companies of this program."))
        if any(each.state != Participation.State.AGREED for each in rows):
            raise RuleBroken(
                "not_taking_part", _("Choose companies that accepted the agreement and still take part.")
            )
        for each in rows:
            lasting.check_day(each, planned_on, "planned_on")
        known = set(
            Delivery.objects.filter(component=component, participation__in=rows).values_list(
                "participation_id", flat=True
            )
        )
        made = Delivery.objects.bulk_create(
            [
                Delivery(
                    agency=component.agency,
                    program=component.program,
                    participation=each,
                    component=component,
                    contract=contract,
                    planned_on=planned_on,
                    planned_amount=planned_amount,
                    note=note.strip(),
                )
                for each in rows
                if each.pk not in known
            ]
        )
    return len(made)


def _check_period(component: Component, contract: ProviderContract | None, day: dt.date, field: str) -> None:
    """Costs of a day outside the contract (or the program, without one) are not eligible."""
    first, last = (
        (contract.from_on, contract.until_on)
        if contract is not None
        else (component.program.starts_on, component.program.ends_on)
    )
    if not first <= day <= last:
        raise RuleBroken(
            "outside_period",
            filled(
                _("The day must lie between %(first)s and %(last)s, the period of the contract or program."),
                first=first,
                last=last,
            ),
            (field,),
        )


def may_tick_off(user: User, delivery: Delivery) -> bool:
    """The provider of its contract may, besides manager and officer of the agency (for these see `require_service`)."""
    return delivery.contract is not None and delivery.contract.organization_id in organization_ids(user)


def tick_off(
    delivery: Delivery,
    *,
    done_on: dt.date,
    actual_amount: Decimal,
    evidence: File[bytes] | StoredFile,
    by: User,
) -> Delivery:
    """Done on that day, at that cost (KRW), proven by that file.

    Refused: `not_your_agency` (neither staff of the agency nor the contract's provider), `not_planned`, `done_later`
    (a day to come), `outside_period`, `after_last_day`, `amount_negative`, and what `ground.files.keep` refuses. Locks the delivery.
    """
    with transaction.atomic():
        delivery = _locked(delivery)
        if not may_tick_off(by, delivery):
            require_service(by, delivery.agency)
        if delivery.state != Delivery.State.PLANNED:
            raise RuleBroken("not_planned", _("This delivery is done or cancelled already."))
        if done_on > clock.today():
            raise RuleBroken("done_later", _("This day has not come yet."), ("done_on",))
        _check_period(delivery.component, delivery.contract, done_on, "done_on")
        lasting.check_day(delivery.participation, done_on, "done_on")
        if actual_amount < 0:
            raise RuleBroken("amount_negative", _("A cost cannot be negative."), ("actual_amount",))
        kept = (
            evidence
            if isinstance(evidence, StoredFile)
            else files.keep(evidence, kind=StoredFile.Kind.EVIDENCE)
        )
        delivery.state = Delivery.State.DONE
        delivery.done_on = done_on
        delivery.actual_amount = actual_amount
        delivery.evidence = kept
        delivery.save(update_fields=["state", "done_on", "actual_amount", "evidence"])
    return delivery


def replan(
    delivery: Delivery, *, planned_on: dt.date, planned_amount: Decimal, reason: str, by: User
) -> Delivery:
    """Another day or planned cost (KRW), with the reason; a cancelled delivery is planned anew. After an agreed last day that is for what
    was delivered up to it.

    Refused: `not_your_agency`, `done_already`, `not_taking_part` (the agency has ended the agreement), `reason_missing`, `outside_period`, `after_last_day`, `amount_negative`. Locks the delivery.
    """
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why the plan changes."), ("reason",))
    with transaction.atomic(), because(reason.strip()):
        delivery = _locked(delivery)
        require_service(by, delivery.agency)
        if delivery.state == Delivery.State.DONE:
            raise RuleBroken("done_already", _("This delivery is done. Take that back first."))
        _refuse_ended(delivery.participation)
        _check_period(delivery.component, delivery.contract, planned_on, "planned_on")
        lasting.check_day(delivery.participation, planned_on, "planned_on")
        if planned_amount < 0:
            raise RuleBroken("amount_negative", _("A cost cannot be negative."), ("planned_amount",))
        delivery.state = Delivery.State.PLANNED
        delivery.planned_on = planned_on
        delivery.planned_amount = planned_amount
        delivery.save(update_fields=["state", "planned_on", "planned_amount"])
    return delivery


def _refuse_ended(row: Participation) -> None:
    if row.state == Participation.State.ENDED and not (
        row.last_on and lasting.is_end_agreed(row, row.last_on)
    ):
        raise RuleBroken(
            "not_taking_part",
            _("The agreement has ended: nothing is planned, done or paid under it any more."),
        )


@quarantine.when_refused
def proof_refused(file: StoredFile) -> bool:
    """The check refused the proof of what is ticked off: managers and officers of the agency get a letter and decide
    whether it is taken back. False: whoever handed it in gets a letter, too."""
    done = (
        Delivery.objects.filter(evidence=file).select_related("component", "participation__company").first()
    )
    if done is not None:
        facts = {"delivery": done, "company": done.participation.company, "file": file}
        for officer in officers_of(done.agency_id):
            letters.write(officer, "proof_refused", facts)
    return False


def take_back(delivery: Delivery, *, reason: str, by: User) -> Delivery:
    """It was ticked off by mistake: planned again, without day, cost and proof (these stay in the history).

    Refused: `not_your_agency`, `not_done`, `paid_for` (money is asked for or paid out for it), `reason_missing`. Locks the
    delivery.
    """
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why it is taken back."), ("reason",))
    with transaction.atomic(), because(reason.strip()):
        delivery = _locked(delivery)
        require_service(by, delivery.agency)
        if delivery.state != Delivery.State.DONE:
            raise RuleBroken("not_done", _("This delivery is not done."))
        if delivery.payments.standing().exists():
            raise RuleBroken(
                "paid_for", _("Money is asked for or paid out for this delivery: it cannot be taken back.")
            )
        delivery.state = Delivery.State.PLANNED
        delivery.done_on = delivery.actual_amount = delivery.evidence = None
        delivery.save(update_fields=["state", "done_on", "actual_amount", "evidence"])
    return delivery


def cancel(delivery: Delivery, *, reason: str, by: User) -> Delivery:
    """Not delivered after all; it leaves the totals and stays in the record. A done one is not cancelled.

    Refused: `not_your_agency`, `not_planned`, `reason_missing`. Locks the delivery.
    """
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why it is cancelled."), ("reason",))
    with transaction.atomic(), because(reason.strip()):
        delivery = _locked(delivery)
        require_service(by, delivery.agency)
        if delivery.state != Delivery.State.PLANNED:
            raise RuleBroken("not_planned", _("This delivery is done or cancelled already."))
        delivery.state = Delivery.State.CANCELLED
        delivery.note = reason.strip()[:300]
        delivery.save(update_fields=["state", "note"])
    return delivery


def _locked(delivery: Delivery) -> Delivery:
    return (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("agency", "component__program", "contract", "participation__company")
        .get(pk=delivery.pk)
    )
