"""Marking orders as own purchases or tests (자체구매 표시): by the agency, or by a company of its own orders, each with a reason.

Marking changes no line and no gross figure: the sum of marked orders is named beside gross. So a closed month can be marked, too: its
figures stay, and what was marked after it was closed is told apart. A mark is taken back with a reason; it stays on record.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.models import Company
from ground import clock
from ground.audit import because
from ground.errors import RuleBroken, filled
from programs.models import Store
from programs.permissions import require_service
from reports import permissions
from reports.domain import cut, ledger
from reports.models import OrderMark
from reports.queries.counted import ORDER_KEY

MOST = 2_000
REASON_LENGTH = 300
NAMED = 5


@dataclass(frozen=True, slots=True)
class Marked:
    """How many marks were made, and how many orders had one already."""

    new: int
    known: int


def mark(
    store: Store,
    references: Collection[str],
    *,
    kind: str,
    reason: str,
    by: User,
    company: Company | None = None,
) -> Marked:
    """Mark orders of a store by their numbers (of a pack or of an order in it): all or none. With a company its own part alone.

    Refused: `not_your_agency`, `not_your_company`, `reason_missing`, `nothing_chosen`, `too_many`, `order_unknown` (no line that has
    a company is there, naming the first). An order that is marked already keeps its mark. Locks the store, once its orders are found: all
    its lines are read for that, while files may enter; what they change then stands as if it had come a moment later.
    """
    reason = reason.strip()[:REASON_LENGTH]
    wanted = list(dict.fromkeys(each.strip() for each in references if each.strip()))
    with transaction.atomic():
        _require(by, store, company)
        if not reason:
            raise RuleBroken("reason_missing", _("Say why these orders are marked."), ("reason",))
        if not wanted:
            raise RuleBroken("nothing_chosen", _("Give the numbers of the orders."), ("references",))
        if len(wanted) > MOST:
            raise RuleBroken(
                "too_many", filled(_("Mark at most %(count)d orders at once."), count=MOST), ("references",)
            )
        found = _orders(store, wanted, company)
        unknown = [each for each in wanted if each not in {row[0] for row in found}]
        if unknown:
            raise RuleBroken(
                "order_unknown",
                filled(
                    _("No sale of this store with a company has the number %(numbers)s. Nothing was marked."),
                    numbers=", ".join(unknown[:NAMED]),
                ),
                ("references",),
            )
        Store.objects.select_for_update(of=("self",), no_key=True).get(pk=store.pk)
        cut.join()
        pairs = sorted({(order, whose) for _given, order, whose in found})
        standing = set(
            OrderMark.objects.in_force()
            .filter(store=store, order_reference__in=[order for order, _whose in pairs])
            .values_list("order_reference", "company")
        )
        now = clock.now()
        made = [
            OrderMark.objects.create(
                agency_id=store.agency_id, store=store, company_id=whose, order_reference=order, kind=kind, reason=reason,
                marked_by=by, is_by_company=company is not None, marked_at=now,
            )
            for order, whose in pairs
            if (order, whose) not in standing
        ]  # fmt: skip
    return Marked(len(made), len(pairs) - len(made))


def take_back(row: OrderMark, *, reason: str, by: User, company: Company | None = None) -> OrderMark:
    """The order is marked no more, with a reason. Twice is once. A company takes back its own marks only.

    Refused: `not_your_agency`, `not_your_company`, `not_your_mark`, `reason_missing`. Locks the mark.
    """
    reason = reason.strip()
    with transaction.atomic(), because(reason):
        row = OrderMark.objects.select_for_update(of=("self",)).select_related("store__agency").get(pk=row.pk)
        _require(by, row.store, company)
        if company is not None and not (row.is_by_company and row.company_id == company.pk):
            raise RuleBroken(
                "not_your_mark", _("The agency marked this order. Write to the agency if that is wrong.")
            )
        if row.ended_at is not None:
            return row
        if not reason:
            raise RuleBroken("reason_missing", _("Say why the mark is taken back."), ("reason",))
        cut.join()
        row.ended_at, row.ended_by, row.end_reason = clock.now(), by, reason[:REASON_LENGTH]
        row.save(update_fields=["ended_at", "ended_by", "end_reason"])
    return row


def _require(by: User, store: Store, company: Company | None) -> None:
    if company is None:
        require_service(by, store.agency)
    elif not permissions.writes_for_company(by, company.pk):
        raise RuleBroken("not_your_company", _("Only owners and editors of the company can mark its orders."))


def _orders(store: Store, references: Sequence[str], company: Company | None) -> list[tuple[str, str, UUID]]:
    """(given number, order, company) of the store's standing lines, by either of their numbers: two joins by equality, each of one reading."""
    lines = f"""
        SELECT g.given, {ORDER_KEY} AS order_key, l.company_id, l.sign FROM reports_sales_line l JOIN given g ON g.given = {{number}}
        WHERE l.store_id = %(store)s AND l.company_id IS NOT NULL AND (%(company)s::uuid IS NULL OR l.company_id = %(company)s)
    """  # noqa: S608
    rows: list[tuple[Any, ...]] = ledger.ask(
        f"""
        WITH given AS (SELECT unnest(%(references)s::text[]) AS given)
        SELECT given, order_key, company_id FROM (
            {lines.format(number="l.order_reference")}
            UNION ALL {lines.format(number="l.pack_reference")} AND l.pack_reference <> l.order_reference
        ) l GROUP BY 1, 2, 3 HAVING sum(sign) > 0
        """,  # noqa: S608
        {"store": store.pk, "references": list(references), "company": company and company.pk},
    )
    return rows
