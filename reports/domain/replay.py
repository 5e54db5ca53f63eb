"""Waiting lines that find their company or their state afterwards (대기 내역 재처리) enter anew with it, and so do lines whose
state a person reads otherwise now.

The earlier row is taken back and the next version carries what was found; batch, row and grade of the evidence stay
those of the file. Where a state is read as sold of an order that counts by another kind of file, the line is left out
instead (`leaving_out`). A sale keeps its company as long as an assignment of it holds on the sale's day; where that was ended
by an earlier day the sale goes to whom its day belongs now, or waits. A payout follows its order.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from ground import clock
from ground.models import Currency
from programs.domain.stores import assignments_for
from programs.models import Store
from reports.domain import cut, entering, keeping, leaving_out, ledger, owners, states
from reports.domain.ledger import PART, PAYOUTS, SALES
from reports.domain.owners import Incoming
from reports.domain.preparing import incoming_row
from reports.files.lines import LOOK, PayoutLine
from reports.models import PayoutLine as PayoutRow


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many lines were entered anew, or left out."""

    sales: int
    payouts: int


def replay(store: Store) -> Replayed:
    """Look again at the store's sales lines without a company, with an unknown state, with one that is read otherwise now
    or of a company that their day is not assigned to any more, then at its payouts without a company and at those that
    are another's than their order. Locks the store. Doing it twice changes nothing.
    """
    with transaction.atomic():
        store = (
            Store.objects.select_for_update(of=("self",), no_key=True)
            .select_related("agency")
            .get(pk=store.pk)
        )
        cut.join()
        for kind in (SALES, PAYOUTS):
            ledger.ensure_open_months(kind, store.agency_id)
        entered_at = clock.now()
        sales = _replay_sales(store)
        if sales:
            entering.write(SALES, agency_id=store.agency_id, store_id=store.pk, entered_at=entered_at)
        payouts = _replay_payouts(store)
        if payouts:
            entering.write(PAYOUTS, agency_id=store.agency_id, store_id=store.pk, entered_at=entered_at)
        ledger.clear()
    return Replayed(sales, payouts)


DAY = ledger.EVENT_DAY.format("l")
_STANDING = """l.store_id = %(store)s AND l.sign = 1 AND NOT EXISTS (SELECT 1 FROM {table} back
    WHERE back.store_id = l.store_id AND back.line_key = l.line_key AND back.version = l.version AND back.sign = -1)"""
_WAITING = f"""(l.participation_id IS NULL OR l.status_class = 'look' OR NOT {owners.IS_ASSIGNED}
    OR l.status_text = ANY(%(otherwise)s::text[]))"""


def _replay_sales(store: Store) -> int:
    """Lay out the lines for which something was found, each with it; returns how many."""
    book, readings = assignments_for(store), states.readings_of(store.agency)
    otherwise = states.otherwise(store)
    standing = _STANDING.format(table=SALES.table)
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT {DAY}, l.listing_reference, l.sku, l.status_text, l.status_class,"  # noqa: S608
            f" l.participation_id, l.company_id, l.program_id, {owners.IS_ASSIGNED}"
            f" FROM {SALES.table} l WHERE {standing} AND {_WAITING}",
            {"store": store.pk, "otherwise": list(otherwise)},
        )
        for day, listing, sku, text, state, *owner, is_assigned in cursor.fetchall():
            had = owners.Owner(*owner) if owner[0] else None
            has = had if is_assigned else owners.holder(book, day, listing, sku)
            meaning = states.read(text, readings) if state == LOOK else otherwise.get(text, state)
            if has != had or meaning != state:
                found.append((day, listing, sku, text, state, owner[0], meaning, has))
    if not found:
        return 0
    _lay_out_found(store, standing, list(otherwise), found)
    changed = entering.compare(SALES, store.pk, is_replay=True).changed
    leaving_out.leave_out_later(store.pk)
    keeping.forget(store.pk)
    return changed


def _lay_out_found(store: Store, standing: str, otherwise: list[str], found: list[tuple[Any, ...]]) -> None:
    ledger.lay_out(SALES, [])
    values = [name for name in SALES.values if name != "status_class"]
    head = ", ".join(f'l."{name}"' for name in ("line_key", "line_key", "batch_id", "row"))
    columns = ", ".join(f'"{name}"' for name in (*ledger.HEAD, "status_class", *values))
    taken = ", ".join(f'l."{name}"' for name in values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO naru_incoming ({columns})"  # noqa: S608
            f" SELECT {head}, {DAY}, f.program, f.company, f.participation, f.meaning, {taken}"
            f" FROM {SALES.table} l JOIN unnest(%(days)s::date[], %(listings)s::text[], %(skus)s::text[],"
            " %(texts)s::text[], %(states)s::text[], %(had)s::uuid[], %(meanings)s::text[], %(programs)s::uuid[],"
            " %(companies)s::uuid[], %(participations)s::uuid[])"
            " AS f (day, listing, sku, state_text, state, had, meaning, program, company, participation)"
            f" ON f.day = {DAY} AND f.listing = l.listing_reference AND f.sku = l.sku"
            " AND f.state_text = l.status_text AND f.state = l.status_class"
            " AND f.had IS NOT DISTINCT FROM l.participation_id"
            f" WHERE {standing} AND {_WAITING}",
            {
                "store": store.pk,
                "otherwise": otherwise,
                **{
                    name: [row[place] for row in found]
                    for place, name in enumerate(
                        ("days", "listings", "skus", "texts", "states", "had", "meanings")
                    )
                },
                "programs": [row[7] and row[7].program_id for row in found],
                "companies": [row[7] and row[7].company_id for row in found],
                "participations": [row[7] and row[7].participation_id for row in found],
            },
        )


def _replay_payouts(store: Store) -> int:
    """Lay out the payouts whose owner, or whose owners with their parts, are others now; returns how many."""
    rows = _payouts(owners.unsettled(store))
    if not rows:
        return 0
    decimals = dict(Currency.objects.values_list("code", "decimals"))
    days = {row.key: row.day for row in rows}
    now: dict[str, list[Incoming]] = defaultdict(list)
    for each in owners.payouts(store, days, [row.line for row in rows], decimals):
        now[each.group_key].append(each)
    found = [
        incoming_row(row.batch, each)
        for row in rows
        if row.held != {each.line_key: _holding(each) for each in now[row.key]}
        for each in now[row.key]
    ]
    if not found:
        return 0
    ledger.lay_out(PAYOUTS, found)
    return entering.compare(PAYOUTS, store.pk, is_replay=True).changed


@dataclass(frozen=True, slots=True)
class _Payout:
    """A movement as it was read, and whose it is in the ledger: participation (or None) and net by line key."""

    key: str
    batch: UUID
    day: dt.date
    line: PayoutLine
    held: dict[str, tuple[UUID | None, Decimal]]


def _holding(each: Incoming) -> tuple[UUID | None, Decimal]:
    return each.owner.participation_id if each.owner else None, each.line.net_amount


def _payouts(ids: list[int]) -> list[_Payout]:
    """The movements of these rows of the ledger; parts of one are put together again."""
    parts: dict[str, list[PayoutRow]] = defaultdict(list)
    standing: Any = PayoutRow.objects.filter(pk__in=ids).order_by("pk")
    for row in standing:
        parts[row.line_key.partition(PART)[0]].append(row)
    return [
        _Payout(
            key=key,
            batch=rows[0].batch_id,
            day=rows[0].event_on or rows[0].business_day,
            line=as_read(
                rows[0], {name: sum(getattr(row, name) for row in rows) for name in PAYOUTS.amounts}
            ),
            held={row.line_key: (row.participation_id, row.net_amount) for row in rows},
        )
        for key, rows in parts.items()
    ]


def as_read(row: PayoutRow, amounts: dict[str, Any]) -> PayoutLine:
    """A movement of the ledger with these amounts as a file tells it."""
    zero = row.gross_amount * 0
    return PayoutLine(
        row=row.row, line_key=row.line_key.partition(PART)[0], source_reference=row.source_reference,
        external_reference="", order_reference=row.order_reference, record_type="", description=row.description,
        description_class=row.description_class, released_at=row.released_at, approved_at=None, **amounts,
        coupon_amount=zero, net_credit_amount=zero, net_debit_amount=zero, currency=row.currency_id,
        balance_amount=None,
    )  # fmt: skip
