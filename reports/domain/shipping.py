"""Shipments to warehouses (창고 선적): entered one by one or as a list, their price corrected, taken back with a reason.

Goods that go to a warehouse are declared to customs once, before anybody buys them. So orders and exports of such stores never agree
by month; they are compared through shipments, cumulatively (`reports.queries.shipments`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

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
        for part in Participation.objects.select_for_update(of=("self",), no_key=True).select_related("agency").filter(pk__in=ids):  # fmt: skip
            require_writer(by, part)
        made = [_record(each, by) for each in sent]
    return made


def _record(sent: Sent, by: User) -> Shipment:
    if not Assignment.objects.filter(store=sent.store, participation=sent.participation).exists():
        raise RuleBroken("not_its_store", _("Nothing of this company is sold in this store."), ("place",))
    if sent.sent_on > clock.today():
        raise RuleBroken("in_future", _("The day lies in the future."), ("sent_on",))
    if sent.fob_amount < 0:
        raise RuleBroken("amount_negative", _("Exports cannot be negative."), ("fob_amount",))
    if sent.units is not None and sent.units < 1:
        raise RuleBroken("units_wrong", _("Units are a whole number above 0, or empty."), ("units",))
    facts = {
        "participation": sent.participation, "store": sent.store, "sent_on": sent.sent_on, "sku": sent.sku.strip(),
        "declaration_number": sent.declaration_number.strip(),
    }  # fmt: skip
    if Shipment.objects.in_force().filter(**facts).exists():
        raise RuleBroken(
            "shipment_known",
            filled(
                _("A shipment of %(day)s with this SKU and declaration is there already."),
                day=sent.sent_on.isoformat(),
            ),
            ("sent_on",),
        )
    return Shipment.objects.create(
        **facts, agency_id=sent.participation.agency_id, units=sent.units, fob_amount=sent.fob_amount, recorded_by=by,
        recorded_at=clock.now(),
    )  # fmt: skip


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
