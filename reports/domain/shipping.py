"""Shipments to warehouses (창고 선적): entered one by one or as a list, their price corrected, taken back with a reason.

Goods that go to a warehouse are declared to customs once, before anybody buys them. So orders and exports of such stores never agree
by month; they are compared through shipments, cumulatively (`reports.queries.shipments`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground import clock
from ground.audit import because
from ground.errors import RuleBroken, filled
from programs.models import Assignment, Participation, Store
from programs.permissions import require_service
from reports import permissions
from reports.domain import cut
from reports.models import Shipment

DAYS_TO_CORRECT = 60
"""Within which customs correct the price of goods that were sold from a warehouse."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One shipment as it is stated; FOB in USD."""

    participation: Participation
    store: Store
    sent_on: dt.date
    fob_amount: Decimal
    sku: str = ""
    units: int | None = None
    declaration_number: str = ""


def record(sent: Sequence[Sent], *, by: User) -> list[Shipment]:
    """Enter shipments, all or none.

    Refused: `not_your_agency` (neither the agency's writer nor the company's), `not_its_store` (nothing of the company is sold there),
    `in_future`, `amount_negative`, `units_wrong`, `shipment_known` (same store, day, SKU and declaration). Locks the participations.
    """
    with transaction.atomic():
        cut.join()
        ids = sorted({each.participation.pk for each in sent})
        list(
            Participation.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk__in=ids)
            .order_by("pk")
        )
        refused = next((each for each in faults_of(sent, by=by) if each is not None), None)
        if refused is not None:
            raise refused
        now = clock.now()
        return Shipment.objects.bulk_create(
            Shipment(
                **_facts(each), agency_id=each.participation.agency_id, units=each.units, fob_amount=each.fob_amount,
                recorded_by=by, recorded_at=now,
            )
            for each in sent
        )  # fmt: skip


def faults_of(sent: Sequence[Sent], *, by: User) -> list[RuleBroken | None]:
    """Of each shipment why it cannot be entered, beside those before it; None where it can. A few queries for any number."""
    parts = {each.participation.pk for each in sent}
    stores = {each.store.pk for each in sent}
    assigned = Assignment.objects.filter(participation__in=parts, store__in=stores)
    pairs = set(assigned.order_by().values_list("participation", "store").distinct())
    days = {each.sent_on for each in sent}
    known = set(
        Shipment.objects.in_force()
        .filter(participation__in=parts, store__in=stores, sent_on__in=days)
        .order_by()
        .values_list("participation", "store", "sent_on", "sku", "declaration_number")
    )
    foreign = _not_written_by(by, {each.participation.pk: each.participation for each in sent}.values())
    today = clock.today()
    found: list[RuleBroken | None] = []
    for each in sent:
        key = (each.participation.pk, each.store.pk, each.sent_on, each.sku.strip(), each.declaration_number.strip())  # fmt: skip
        fault = foreign.get(each.participation.pk) or _fault(each, pairs, known, key, today)
        found.append(fault)
        if fault is None:
            known.add(key)
    return found


def _not_written_by(by: User, parts: Iterable[Participation]) -> dict[UUID, RuleBroken]:
    """Participations for which the person may not enter; each agency is asked for once."""
    agencies: dict[UUID, RuleBroken | None] = {}
    found = {}
    for part in parts:
        if part.agency_id not in agencies:
            try:
                require_service(by, part.agency)
            except RuleBroken as refused:
                agencies[part.agency_id] = refused
            else:
                agencies[part.agency_id] = None
        refusal = agencies[part.agency_id]
        if refusal is not None and not permissions.writes_for_company(by, part.company_id):
            found[part.pk] = refusal
    return found


def _facts(sent: Sent) -> dict[str, Any]:
    return {
        "participation": sent.participation, "store": sent.store, "sent_on": sent.sent_on, "sku": sent.sku.strip(),
        "declaration_number": sent.declaration_number.strip(),
    }  # fmt: skip


def _fault(
    sent: Sent, pairs: set[Any], known: set[Any], key: tuple[Any, ...], today: dt.date
) -> RuleBroken | None:
    if key[:2] not in pairs:
        return RuleBroken("not_its_store", _("Nothing of this company is sold in this store."), ("place",))
    if sent.sent_on > today:
        return RuleBroken("in_future", _("The day lies in the future."), ("sent_on",))
    if sent.fob_amount < 0:
        return RuleBroken("amount_negative", _("Exports cannot be negative."), ("fob_amount",))
    if sent.units is not None and sent.units < 1:
        return RuleBroken("units_wrong", _("Units are a whole number above 0, or empty."), ("units",))
    if key in known:
        return RuleBroken(
            "shipment_known",
            filled(
                _("A shipment of %(day)s with this SKU and declaration is there already."),
                day=sent.sent_on,
            ),
            ("sent_on",),
        )
    return None


def correct(shipment: Shipment, *, amount: Decimal, on: dt.date, number: str, by: User) -> Shipment:
    """The price that customs corrected (FOB, USD), with the declaration of the correction. Refused: `not_your_agency`, `taken_back`,
    `too_late` (more than 60 days after it was sent), `in_future`, `amount_negative`, `no_number`. Locks the shipment."""
    with transaction.atomic():
        row = _locked(shipment, by)
        if row.ended_at is not None:
            raise RuleBroken("taken_back", _("This shipment was taken back."))
        if on < row.sent_on or on > row.sent_on + dt.timedelta(days=DAYS_TO_CORRECT):
            raise RuleBroken(
                "too_late",
                filled(
                    _("Customs correct the price within %(days)d days after the goods were sent."),
                    days=DAYS_TO_CORRECT,
                ),
                ("corrected_on",),
            )
        if on > clock.today():
            raise RuleBroken("in_future", _("The day lies in the future."), ("corrected_on",))
        if amount < 0:
            raise RuleBroken("amount_negative", _("Exports cannot be negative."), ("corrected_amount",))
        if not number.strip():
            raise RuleBroken("no_number", _("Give the number of the correction."), ("correction_number",))
        row.corrected_amount, row.corrected_on, row.correction_number = amount, on, number.strip()
        row.save(update_fields=["corrected_amount", "corrected_on", "correction_number"])
    return row


def take_back(shipment: Shipment, *, reason: str, by: User) -> Shipment:
    """The shipment counts no more, with a reason; it stays on record. Twice is once. Refused: `not_your_agency`, `reason_missing`."""
    reason = reason.strip()
    with transaction.atomic(), because(reason):
        cut.join()
        row = _locked(shipment, by)
        if row.ended_at is not None:
            return row
        if not reason:
            raise RuleBroken("reason_missing", _("Say why the shipment is taken back."), ("reason",))
        row.ended_at, row.ended_by, row.end_reason = clock.now(), by, reason[:300]
        row.save(update_fields=["ended_at", "ended_by", "end_reason"])
    return row


def require_writer(by: User, participation: Participation) -> None:
    """`RuleBroken('not_your_agency')` unless the person writes for the company or for its agency."""
    if not permissions.writes_for_company(by, participation.company_id):
        require_service(by, participation.agency)


def _locked(shipment: Shipment, by: User) -> Shipment:
    row = (
        Shipment.objects.select_for_update(of=("self",))
        .select_related("participation__agency")
        .get(pk=shipment.pk)
    )
    require_writer(by, row.participation)
    return row
