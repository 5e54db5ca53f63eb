"""Waiting lines that find their company or their state afterwards (대기 내역 재처리) enter anew with it.

The earlier row is taken back and the next version carries what was found; batch, row and grade of the evidence stay
those of the file. A sale that has a company keeps it; a payout follows its order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from ground import clock
from ground.models import Currency
from programs.domain.stores import assignments_for
from programs.models import Store
from reports.domain import cut, ledger, owners, states
from reports.domain.importing import incoming_row
from reports.domain.ledger import PAYOUTS, SALES
from reports.domain.owners import Incoming
from reports.files.lines import LOOK, PayoutLine
from reports.models import PayoutLine as PayoutRow


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many lines were entered anew."""

    sales: int
    payouts: int


def replay(store: Store) -> Replayed:
    """Look again at the store's sales lines without a company or with an unknown state, then at its payouts without a
    company and at those that came before their order's file and were given to another than the order's. Locks the
    store. Doing it twice changes nothing.
    """
    with transaction.atomic():
        store = (
            Store.objects.select_for_update(of=("self",), no_key=True)
            .select_related("agency")
            .get(pk=store.pk)
        )
        cut.join()
        entered_at = clock.now()
        sales = _replay_sales(store)
        if sales:
            ledger.write(SALES, agency_id=store.agency_id, store_id=store.pk, entered_at=entered_at)
        payouts = _replay_payouts(store)
        if payouts:
            ledger.write(PAYOUTS, agency_id=store.agency_id, store_id=store.pk, entered_at=entered_at)
        ledger.clear()
    return Replayed(sales, payouts)


_STANDING = """l.store_id = %(store)s AND l.sign = 1 AND NOT EXISTS (SELECT 1 FROM {table} back
    WHERE back.store_id = l.store_id AND back.line_key = l.line_key AND back.version = l.version AND back.sign = -1)"""
_WAITING = "(l.participation_id IS NULL OR l.status_class = 'look')"


def _replay_sales(store: Store) -> int:
    """Lay out the lines for which something was found, each with it; returns how many."""
    book, readings = assignments_for(store), states.readings_of(store.agency)
    standing = _STANDING.format(table=SALES.table)
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT l.business_day, l.listing_reference, l.sku, l.status_text, l.status_class,"  # noqa: S608
            " l.participation_id, l.company_id, l.program_id"
            f" FROM {SALES.table} l WHERE {standing} AND {_WAITING}",
            {"store": store.pk},
        )
        for day, listing, sku, text, state, *owner in cursor.fetchall():
            kept = owners.Owner(*owner) if owner[0] else owners.holder(book, day, listing, sku)
            meaning = states.read(text, readings) if state == LOOK else state
            if (kept and not owner[0]) or meaning != state:
                found.append((day, listing, sku, text, state, bool(owner[0]), meaning, kept))
    if not found:
        return 0
    _lay_out_found(store, standing, found)
    return ledger.compare(SALES, store.pk, is_replay=True).changed


def _lay_out_found(store: Store, standing: str, found: list[tuple[Any, ...]]) -> None:
    ledger.lay_out(SALES, [])
    values = [name for name in SALES.values if name != "status_class"]
    head = ", ".join(f'l."{name}"' for name in ("line_key", "line_key", "batch_id", "row", "business_day"))
    columns = ", ".join(f'"{name}"' for name in (*ledger.HEAD, "status_class", *values))
    taken = ", ".join(f'l."{name}"' for name in values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO naru_incoming ({columns})"  # noqa: S608
            f" SELECT {head}, f.program, f.company, f.participation, f.meaning, {taken}"
            f" FROM {SALES.table} l JOIN unnest(%(days)s::date[], %(listings)s::text[], %(skus)s::text[],"
            " %(texts)s::text[], %(states)s::text[], %(owned)s::boolean[], %(meanings)s::text[], %(programs)s::uuid[],"
            " %(companies)s::uuid[], %(participations)s::uuid[])"
            " AS f (day, listing, sku, state_text, state, owned, meaning, program, company, participation)"
            " ON f.day = l.business_day AND f.listing = l.listing_reference AND f.sku = l.sku"
            " AND f.state_text = l.status_text AND f.state = l.status_class"
            " AND f.owned = (l.participation_id IS NOT NULL)"
            " AND (l.participation_id IS NULL OR f.participation = l.participation_id)"
            f" WHERE {standing} AND {_WAITING}",
            {
                "store": store.pk,
                **{
                    name: [row[place] for row in found]
                    for place, name in enumerate(
                        ("days", "listings", "skus", "texts", "states", "owned", "meanings")
                    )
                },
                "programs": [row[7] and row[7].program_id for row in found],
                "companies": [row[7] and row[7].company_id for row in found],
                "participations": [row[7] and row[7].participation_id for row in found],
            },
        )


def _replay_payouts(store: Store) -> int:
    """Lay out the payouts whose owner is found now, or is another now; returns how many."""
    strayed = owners.strayed(store)
    held = dict(PayoutRow.objects.filter(pk__in=strayed).values_list("line_key", "participation_id"))
    rows = [*_waiting_payouts(store), *_payouts(strayed)]
    if not rows:
        return 0
    decimals = dict(Currency.objects.values_list("code", "decimals"))
    batches: dict[str, UUID] = {key: batch for key, batch, _day, _line in rows}
    days = {key: day for key, _batch, day, _line in rows}
    lines = [line for _key, _batch, _day, line in rows]
    found = [
        each
        for each in owners.payouts(store, days, lines, decimals)
        if each.owner is not None
        and (each.line_key != each.group_key or each.owner.participation_id != held.get(each.group_key))
    ]
    if not found:
        return 0
    ledger.lay_out(PAYOUTS, _rows(found, batches))
    return ledger.compare(PAYOUTS, store.pk, is_replay=True).changed


def _rows(found: list[Incoming], batches: dict[str, UUID]) -> Iterator[tuple[Any, ...]]:
    return (incoming_row(batches[each.group_key], each) for each in found)


def _waiting_payouts(store: Store) -> list[tuple[str, UUID, Any, PayoutLine]]:
    """Standing payouts without a company: key, batch, business day and the movement as it was read."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT l.id FROM {PAYOUTS.table} l WHERE {_STANDING.format(table=PAYOUTS.table)}"  # noqa: S608
            " AND l.participation_id IS NULL",
            {"store": store.pk},
        )
        return _payouts([key for (key,) in cursor.fetchall()])


def _payouts(ids: list[int]) -> list[tuple[str, UUID, Any, PayoutLine]]:
    return [
        (row.line_key, row.batch_id, row.business_day, _as_read(row))
        for row in PayoutRow.objects.filter(pk__in=ids)
    ]


def _as_read(row: Any) -> PayoutLine:
    zero = row.gross_amount * 0
    return PayoutLine(
        row=row.row, line_key=row.line_key, source_reference=row.source_reference, external_reference="",
        order_reference=row.order_reference, record_type="", description=row.description,
        description_class=row.description_class, released_at=row.released_at, approved_at=None,
        gross_amount=row.gross_amount, fee_amount=row.fee_amount, financing_fee_amount=row.financing_fee_amount,
        shipping_fee_amount=row.shipping_fee_amount, tax_amount=row.tax_amount, coupon_amount=zero,
        net_credit_amount=zero, net_debit_amount=zero, net_amount=row.net_amount, currency=row.currency_id,
        balance_amount=None,
    )  # fmt: skip
