"""Laying a file's lines out beside the ledger (반입 준비): whose each is, and what of it is new."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from ground.models import Currency
from ground.months import months_of
from reports.domain import entering, ledger, owners, staging, states, summing
from reports.domain.entering import Counts
from reports.domain.ledger import LAID_OUT, SALES, Ledger, Source
from reports.domain.owners import Incoming
from reports.domain.reading import ledger_of
from reports.files.lines import PayoutLine
from reports.models import ImportBatch

SPAN = dt.timedelta(days=366)
"""Between sales farther apart than a year, as by a mistyped one, no months are made."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file laid out beside the ledger; `unmatched`: its lines that have no company yet."""

    source: Source
    counts: Counts
    duplicate: int
    unmatched: int
    by_company: list[dict[str, Any]]


def days(batch: ImportBatch, payouts: list[PayoutLine]) -> set[dt.date]:
    """Days in all months in which lines of the file may stand."""
    zone = ZoneInfo(batch.program.zone)
    if ledger_of(batch.profile) is SALES:
        first, last = (at and at.astimezone(zone).date() for at in (batch.first_at, batch.last_at))
        if first and last and last - first <= SPAN:
            return set(months_of(first, last))
        return staging.days(batch.pk, batch.program.zone)
    return {line.released_at.astimezone(zone).date() for line in payouts}


def prepare(batch: ImportBatch, payouts: list[PayoutLine], states_there: list[str]) -> Prepared:
    """Find each line's owner and compare the lines with the ledger."""
    kind, source = ledger_of(batch.profile), LAID_OUT
    if kind is SALES:
        readings = states.readings_of(batch.agency)
        source = ledger.staged(
            staging.table_of(batch.pk),
            batch_id=batch.pk,
            store_id=batch.store_id,
            zone=batch.program.zone,
            meanings={text: states.read(text, readings) for text in states_there},
        )
    else:
        decimals = dict(Currency.objects.values_list("code", "decimals"))
        incoming = tuple(owners.payouts(batch.store, ZoneInfo(batch.program.zone), payouts, decimals))
        ledger.lay_out(kind, (incoming_row(batch.pk, each) for each in incoming))
    lines = batch.lines if kind is SALES else None
    counts = entering.compare(kind, batch.store_id, batch.exported_at, source=source, lines=lines)
    if kind is SALES:
        by_company = summing.sales_by_company(batch, batch.first_at, batch.last_at)
        unmatched = sum(row["lines"] for row in by_company if not row["business_number"])
    else:
        by_company, unmatched = summing.payouts_by_company(incoming), entering.ownerless()
    return Prepared(source, counts, _duplicate_rows(batch, kind, source, counts), unmatched, by_company)


def incoming_row(batch_id: Any, each: Incoming) -> tuple[Any, ...]:
    """The values of `ledger.columns` of a payout, in their order."""
    owner = each.owner
    line = each.line
    return (
        each.group_key, each.line_key, batch_id, line.row, each.business_day,
        owner and owner.program_id, owner and owner.company_id, owner and owner.participation_id,
        owners.order_of(line), line.currency, line.source_reference, line.released_at, line.description[:80],
        line.description_class, *owners.payout_amounts(line).values(),
    )  # fmt: skip


def _duplicate_rows(batch: ImportBatch, kind: Ledger, source: Source, counts: Counts) -> int:
    """Rows of the file that say nothing new: lines whose values are known, first rows of packs all of whose products
    are known, rows that repeat an earlier row of the same file."""
    is_asked = kind is SALES and counts.same + counts.older
    packs = entering.packs_known(source) if is_asked else 0
    first_rows = batch.rows - batch.rejected - batch.repeated - counts.lines
    return counts.same + counts.older + min(packs, max(first_rows, 0)) + batch.repeated
