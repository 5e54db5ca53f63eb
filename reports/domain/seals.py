"""The seals of files (봉인): over the rows of the ledger that each brought in itself, by the rules of now and of before."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from reports.domain.ledger import (
    CUSTOMS,
    PAYOUTS,
    SALES,
    Ledger,
    ask,
    group_of,
    prefixed,
    sent,
)
from reports.domain.sealing import EVERY_ROW, Seal, bare
from reports.domain.sealing import TOGETHER as SEALED_TOGETHER

SEALED = {
    SALES.table: (
        "order_reference", "currency_id", "pack_reference", "ordered_at", "sku", "listing_reference", "title", "unit_amount",
        "status_text", "status_class", "is_advertised", "units", "gross_amount", "fee_amount", "shipping_in_amount",
        "shipping_cost_amount", "refund_amount", "net_amount",
    ),
    PAYOUTS.table: (
        "order_reference", "currency_id", "source_reference", "released_at", "description", "description_class", "gross_amount",
        "fee_amount", "financing_fee_amount", "shipping_fee_amount", "tax_amount", "net_amount",
    ),
    CUSTOMS.table: CUSTOMS.values,
}  # fmt: skip
SEALED_SINCE = {
    SALES.table: (
        "kind", "discount_amount", "tax_amount", "platform_discount_amount", "program_discount_amount",
    ),
    PAYOUTS.table: ("refund_amount",),
    CUSTOMS.table: (),
}  # fmt: skip


def seal(ledger: Ledger, batch_id: UUID, since: tuple[str, ...] | None = None) -> str:
    """SHA-256 over the rows that a file brought in itself: of each key the first version under this batch, with all
    values, as PostgreSQL sends them. What was entered anew later (replayed) is not in it, so the seal never
    changes. Of more than `SEALED_TOGETHER` rows the seals of as many each, in the order of their keys, are sealed. `since`: the columns
    of `SEALED_SINCE` that there were when it was made (None: all); of sales, see `seal_as_records`."""
    if ledger is SALES and since is None:
        digest = Seal()
        with _sent(ledger, batch_id, prefixed("l", sent(ledger))) as copy:
            for _row in digest.passing(bare(copy)):
                pass
        return digest.hexdigest()
    return seal_as_records(ledger, batch_id, since)


def seal_as_records(ledger: Ledger, batch_id: UUID, since: tuple[str, ...] | None = None) -> str:
    """The seal of payouts, of exports, and of sales that were imported before theirs was over rows as COPY sends them: over the
    values as one record."""
    since = SEALED_SINCE[ledger.table] if since is None else since
    names = ("line_key", "version", "row", "business_day", ledger.scope, "participation_id")
    columns = prefixed("l", (*names, *SEALED[ledger.table], *since))
    return _sealed(ledger, batch_id, f"record_send(ROW({columns}))", Seal())


def seal_as_text(ledger: Ledger, batch_id: UUID) -> str:
    """The seal of files that were imported before the seal was over what PostgreSQL sends: over the values as texts."""
    parts = ["l.line_key", "l.version", 'l."row"', "l.business_day", "l.store_id", "l.participation_id"]
    parts += [
        f"extract(epoch FROM l.{name})" if name.endswith("_at") else f"l.{name}"
        for name in SEALED[ledger.table]
    ]
    text = ", ".join(f"coalesce(({part})::text, '-')" for part in parts)
    return _sealed(
        ledger, batch_id, f"convert_to(concat_ws('|', {text}), 'UTF8')", Seal(b"\n", together=EVERY_ROW)
    )


def is_sealed_without_refunds(batch_id: UUID, sealed: str) -> bool:
    """Whether a payout file was sealed (`sealed`) before its lines told what was repaid: then they say nothing of it, and it stands among
    their fees."""
    told = " OR ".join(f"{name} <> 0" for name in SEALED_SINCE[PAYOUTS.table])
    sql = (
        f"SELECT EXISTS (SELECT 1 FROM {PAYOUTS.table} WHERE batch_id = %(batch)s AND sign = 1 AND ({told}))"  # noqa: S608
    )
    if ask(sql, {"batch": batch_id})[0][0]:
        return False
    return sealed in (seal(PAYOUTS, batch_id, ()), seal_as_text(PAYOUTS, batch_id))


def _sealed(ledger: Ledger, batch_id: UUID, row: str, digest: Seal) -> str:
    with _sent(ledger, batch_id, row) as copy:
        copy.set_types(["bytea"])
        for (line,) in copy.rows():
            digest.add([line])
    return digest.hexdigest()


@contextlib.contextmanager
def _sent(ledger: Ledger, batch_id: UUID, row: str) -> Iterator[Any]:
    """The rows come one by one in the order of their keys, so nobody holds them all; of many the index of keys has the order."""
    of_store = "l.store_id = (SELECT b.store_id FROM reports_importbatch b WHERE b.id = %(batch)s)"
    rows = (
        f"SELECT DISTINCT ON (l.line_key) {row} FROM {ledger.table} l"  # noqa: S608
        f" WHERE {of_store} AND l.batch_id = %(batch)s AND l.sign = 1 ORDER BY l.line_key, l.version"
        if ledger is SALES
        else f"SELECT {row} FROM ({first_rows(ledger)}) l ORDER BY l.line_key"  # noqa: S608
    )
    with transaction.atomic(), connection.cursor() as cursor:
        if ledger is SALES and _is_long(batch_id):
            cursor.execute("SET LOCAL enable_sort = off")
        with cursor.copy(f"COPY ({rows}) TO STDOUT WITH (FORMAT binary)", {"batch": batch_id}) as copy:
            yield copy
        cursor.execute("SET LOCAL enable_sort TO DEFAULT")


def _is_long(batch_id: UUID) -> bool:
    return bool(
        ask("SELECT lines > %s FROM reports_importbatch WHERE id = %s", [SEALED_TOGETHER, batch_id])[0][0]
    )


def first_rows(ledger: Ledger) -> str:
    """SQL for the rows that a file (`%(batch)s`) brought in first: of each key the first version under it."""
    return (
        "SELECT l.* FROM (SELECT l.*, min(l.version) OVER (PARTITION BY"  # noqa: S608
        f" {group_of(ledger)}) AS first_version FROM {ledger.table} l WHERE l.batch_id = %(batch)s AND l.sign = 1) l"
        " WHERE l.version = l.first_version"
    )
