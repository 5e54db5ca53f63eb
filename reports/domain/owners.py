"""Whose line is it: a sale's by the assignment on its business day, a payout's by the orders it pays.

A payout names no product. It belongs to whoever the order's lines belong to; of an order of several companies (a pack
in a provider's store) it is shared out by the products' amounts, like the pack's own money. A payout whose order is
not known belongs to whom the whole store is assigned; where single products are assigned too it waits until the
order's file comes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from programs.domain.stores import AssignmentBook, assignments_for
from programs.models import Assignment, Store
from reports.domain.ledger import KEY_LIMIT, PART
from reports.files.lines import PayoutLine
from reports.files.sharing import share


@dataclass(frozen=True, slots=True)
class Owner:
    participation_id: UUID
    company_id: UUID
    program_id: UUID


@dataclass(frozen=True, slots=True)
class Incoming:
    """A payout on its way into the ledger, with its key, business day and owner (None: it waits)."""

    line: PayoutLine
    group_key: str
    line_key: str
    business_day: dt.date
    owner: Owner | None


def fitting(key: str) -> str:
    """The key itself, or for a very long one its beginning and a fingerprint."""
    if len(key) <= KEY_LIMIT:
        return key
    return f"{key[:120]}~{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def holder(book: AssignmentBook, day: dt.date, listing_reference: str = "", sku: str = "") -> Owner | None:
    found = book.find(day, listing_reference, sku)
    if found is None:
        return None
    return Owner(found.participation_id, found.participation.company_id, found.program_id)


def payouts(
    store: Store, days: ZoneInfo | dict[str, dt.date], lines: Iterable[PayoutLine], decimals: dict[str, int]
) -> Iterator[Incoming]:
    """Each line with its owner, or its parts with theirs. `days`: the zone of business days, or the day of each key.
    `decimals` of the currencies that occur."""
    lines = list(lines)
    book = assignments_for(store)
    orders = order_shares(store, {order_of(line) for line in lines} - {""})
    is_shared = Assignment.objects.filter(store=store).exclude(scope=Assignment.Scope.STORE).exists()
    for line in lines:
        key = fitting(line.line_key)
        day = days[key] if isinstance(days, dict) else line.released_at.astimezone(days).date()
        shares = orders.get(order_of(line))
        if shares is None:
            waits = is_shared and order_of(line)
            yield Incoming(line, key, key, day, None if waits else holder(book, day))
            continue
        positive = {owner: weight for owner, weight in shares.items() if weight > 0}
        if len(shares) == 1:
            yield Incoming(line, key, key, day, next(iter(shares)))
        elif None in shares or not positive:
            yield Incoming(line, key, key, day, None)
        elif len(positive) == 1:
            yield Incoming(line, key, key, day, next(iter(positive)))
        else:
            yield from _parts(line, key, day, positive, decimals[line.currency])


def order_of(line: PayoutLine) -> str:
    """The order that a movement names: in its own column, or in the older form as the reference."""
    return line.order_reference or line.external_reference


def _parts(
    line: PayoutLine, key: str, day: dt.date, shares: dict[Owner | None, Decimal], decimals: int
) -> Iterator[Incoming]:
    owners = sorted((each for each in shares if each is not None), key=lambda each: each.participation_id)
    weights = [shares[owner] for owner in owners]
    quantum = Decimal(1).scaleb(-decimals)
    amounts = {name: share(amount, weights, quantum) for name, amount in payout_amounts(line).items()}
    for place, owner in enumerate(owners):
        own: dict[str, Any] = {
            name: shared[place] for name, shared in amounts.items() if name != "net_amount"
        }
        net = sum((amount for name, amount in own.items() if name != "refund_amount"), Decimal(0))
        part = replace(line, **own, coupon_amount=Decimal(0), net_amount=net)
        yield Incoming(part, key, f"{key}{PART}{place + 1}", day, owner)


def payout_amounts(line: PayoutLine) -> dict[str, Decimal]:
    """The amounts of a movement as the ledger holds them: they add up to net, but for the refund, which is told of what
    stands among the fees; a coupon that the seller gave is a fee."""
    others = line.gross_amount + line.financing_fee_amount + line.shipping_fee_amount + line.tax_amount
    return {
        "gross_amount": line.gross_amount,
        "fee_amount": line.net_amount - others,
        "financing_fee_amount": line.financing_fee_amount,
        "shipping_fee_amount": line.shipping_fee_amount,
        "tax_amount": line.tax_amount,
        "refund_amount": line.refund_amount,
        "net_amount": line.net_amount,
    }


def order_shares(store: Store, references: set[str]) -> dict[str, dict[Owner | None, Decimal]]:
    """For each order or pack number that the store's sales lines know: owners with the products' amounts.

    None stands for lines that wait for an owner themselves. Unknown numbers are absent.
    """
    shares: dict[str, dict[Owner | None, Decimal]] = {}
    if not references:
        return shares
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS, {"store": store.pk, "references": sorted(references)})
        for reference, participation, company, program, amount in cursor.fetchall():
            owner = Owner(participation, company, program) if participation else None
            shares.setdefault(reference, {})[owner] = amount
    return shares


def unsettled(store: Store) -> list[int]:
    """Keys of the store's standing payouts to be looked at again: without a company, of an order that is, also, somebody
    else's or nobody's, or of an unknown order on a day on which the store is not the company's any more. A payout in
    parts is looked at whenever one of them is."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSETTLED, {"store": store.pk, "part": PART})
        return [key for (key,) in cursor.fetchall()]


IS_ASSIGNED = """EXISTS (SELECT 1 FROM programs_assignment a
    WHERE a.store_id = l.store_id AND a.participation_id = l.participation_id
      AND COALESCE(l.event_on, l.business_day) BETWEEN a.from_on AND COALESCE(a.until_on, 'infinity')
      AND (a.scope = 'store' OR (a.scope = 'sku' AND a.reference = l.sku)
           OR (a.scope = 'listing' AND a.reference = l.listing_reference)))"""
"""SQL: an assignment of the company that the sales line `l` has holds on its day."""

# Sales are looked for by the numbers that payouts name, and not at all where none names any.
_UNSETTLED = """
WITH standing AS MATERIALIZED (
    SELECT p.line_key, min(p.id) FILTER (WHERE p.sign = 1) AS id, split_part(p.line_key, %(part)s, 1) AS base,
           p.participation_id, p.order_reference,
           COALESCE(p.event_on, p.business_day) AS day
    FROM reports_payout_line p WHERE p.store_id = %(store)s
    GROUP BY p.line_key, p.version, p.participation_id, p.order_reference, day HAVING sum(p.sign) > 0
), named AS MATERIALIZED (
    SELECT DISTINCT order_reference AS reference FROM standing WHERE order_reference <> ''
), lines AS (
    SELECT reference, participation_id FROM (
        SELECT l.order_reference AS reference, l.participation_id, l.sign FROM reports_sales_line l
        WHERE l.store_id = %(store)s AND EXISTS (SELECT 1 FROM named)
        UNION ALL
        SELECT l.pack_reference, l.participation_id, l.sign FROM reports_sales_line l
        WHERE l.store_id = %(store)s AND EXISTS (SELECT 1 FROM named) AND l.pack_reference NOT IN ('', l.order_reference)
    ) l JOIN named USING (reference) GROUP BY 1, 2 HAVING sum(sign) > 0
), orders AS (
    SELECT reference, min(participation_id::text)::uuid AS whose, count(*) > 1 OR bool_or(participation_id IS NULL) AS is_shared
    FROM lines GROUP BY 1
), seen AS (
    SELECT s.id, s.base, CASE
        WHEN s.participation_id IS NULL THEN true
        WHEN o.reference IS NOT NULL THEN o.is_shared OR o.whose <> s.participation_id
        ELSE NOT EXISTS (SELECT 1 FROM programs_assignment a
                         WHERE a.store_id = %(store)s AND a.participation_id = s.participation_id AND a.scope = 'store'
                           AND s.day BETWEEN a.from_on AND COALESCE(a.until_on, 'infinity'))
    END AS is_open
    FROM standing s LEFT JOIN orders o ON o.reference = s.order_reference
)
SELECT id FROM seen WHERE base IN (SELECT base FROM seen WHERE is_open)
"""

# Rows taken back cancel out in the sum; an owner without any standing line is dropped by `HAVING`.
_OWNED = """
    SELECT l.{number} AS reference, l.participation_id, l.company_id, l.program_id, l.gross_amount + l.discount_amount AS amount, l.sign
    FROM reports_sales_line l WHERE l.store_id = %(store)s AND l.{number} = ANY(%(references)s::text[])
"""
_ORDERS = f"""
SELECT reference, participation_id, company_id, program_id, sum(amount) FROM (
    {_OWNED.format(number="order_reference")} UNION ALL {_OWNED.format(number="pack_reference")} AND l.pack_reference <> l.order_reference
) l GROUP BY 1, 2, 3, 4 HAVING sum(sign) > 0
"""  # noqa: S608
