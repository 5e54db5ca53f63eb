"""Writing the ledger of lines (판매·정산 원장): set-based, insert-only, every earlier value kept.

Incoming lines stand in a temporary table. Those whose values the ledger knows are left alone; a line with other values
is taken back by rows of sign -1 and enters with the next version. A reversal carries the batch and row of what it takes
back, so that a plain sum over any column of the ledger is right; the next version names the batch that changed it.

A payout that belongs to several companies stands as several parts; group key `K`, line keys `K§1`, `K§2` …; the parts
are taken back and entered together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

PART = "§"


@dataclass(frozen=True, slots=True)
class Ledger:
    """One of the two tables: `amounts` are negated in a reversal, `facts` are copied."""

    table: str
    amounts: tuple[str, ...]
    facts: tuple[str, ...]

    @property
    def values(self) -> tuple[str, ...]:
        return self.facts + self.amounts


SALES = Ledger(
    "reports_sales_line",
    (
        "units", "gross_amount", "fee_amount", "shipping_in_amount", "shipping_cost_amount", "refund_amount",
        "net_amount",
    ),
    (
        "order_reference", "currency_id", "pack_reference", "ordered_at", "sku", "listing_reference", "title",
        "unit_amount", "status_text", "status_class", "is_advertised",
    ),
)  # fmt: skip
PAYOUTS = Ledger(
    "reports_payout_line",
    (
        "gross_amount", "fee_amount", "financing_fee_amount", "shipping_fee_amount", "tax_amount", "net_amount",
    ),
    ("order_reference", "currency_id", "source_reference", "released_at", "description", "description_class"),
)  # fmt: skip

HEAD = (
    "group_key", "line_key", "batch_id", "row", "business_day", "program_id", "company_id", "participation_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counts:
    """What comes of the incoming lines: each is new, the same as known, changed, or older than what is known."""

    new: int
    same: int
    changed: int
    older: int


def columns(ledger: Ledger) -> tuple[str, ...]:
    """The columns of an incoming row, in the order of `lay_out`."""
    return HEAD + ledger.values


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def clear() -> None:
    """Forget incoming lines of an earlier work in this transaction."""
    _do("DROP TABLE IF EXISTS naru_incoming, naru_known, naru_verdict")


def lay_out(ledger: Ledger, rows: Iterable[Sequence[Any]]) -> None:
    """COPY incoming rows (values of `columns`) into the temporary table of this transaction."""
    clear()
    _do(
        f"CREATE TEMPORARY TABLE naru_incoming ON COMMIT DROP AS SELECT line_key AS group_key, l.*"  # noqa: S608
        f" FROM {ledger.table} l WITH NO DATA"
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY naru_incoming ({_quoted(columns(ledger))}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
    _do("ANALYZE naru_incoming")


def group_of(ledger: Ledger) -> str:
    """SQL for the group key of a line `l`."""
    return "l.line_key" if ledger is SALES else f"split_part(l.line_key, '{PART}', 1)"


def compare(
    ledger: Ledger, store_id: UUID, exported_at: dt.datetime | None = None, *, is_replay: bool = False
) -> Counts:
    """Compare the incoming lines with those that stand in the ledger. Nothing is written but temporary tables.

    A file exported before the last export in which a line stood changes nothing (`older`), whether that one brought
    the line's values or only showed them again. `is_replay`: all are changed.
    """
    known_at = (
        "SELECT GREATEST(b.exported_at, (SELECT s.exported_at FROM reports_seen_line s"
        " WHERE s.store_id = %(store)s AND s.line_key = k.group_key))"
        " FROM reports_importbatch b WHERE b.id = min(k.batch_id::text)::uuid"
    )
    _do(
        f"CREATE TEMPORARY TABLE naru_known ON COMMIT DROP AS SELECT {group_of(ledger)} AS group_key, l.*"  # noqa: S608
        f" FROM {ledger.table} l WHERE l.store_id = %(store)s AND {_mentioned(ledger)}",
        {"store": store_id},
    )
    _do("ANALYZE naru_known")
    _do(
        "CREATE TEMPORARY TABLE naru_verdict ON COMMIT DROP AS"  # noqa: S608
        " SELECT i.group_key, COALESCE(v.version, 0) + 1 AS version, k.exported_at AS known_at, CASE"
        "   WHEN k.group_key IS NULL THEN 'new'"
        "   WHEN %(is_replay)s THEN 'changed'"
        "   WHEN i.content IS NOT DISTINCT FROM k.content THEN 'same'"
        "   WHEN k.exported_at > %(exported_at)s THEN 'older' ELSE 'changed' END AS verdict"
        f" FROM (SELECT group_key, {_content(ledger, 'i')} AS content FROM naru_incoming i GROUP BY 1) i"
        f" LEFT JOIN (SELECT group_key, {_content(ledger, 'k')} AS content, ({known_at}) AS exported_at"
        "   FROM naru_known k WHERE k.sign = 1 AND NOT EXISTS (SELECT 1 FROM naru_known back"
        "     WHERE back.line_key = k.line_key AND back.version = k.version AND back.sign = -1) GROUP BY 1) k"
        "   USING (group_key)"
        " LEFT JOIN (SELECT group_key, max(version) AS version FROM naru_known GROUP BY 1) v USING (group_key)",
        {"exported_at": exported_at, "is_replay": is_replay, "store": store_id},
    )
    _do("ANALYZE naru_verdict")
    found = dict(_ask("SELECT verdict, count(*) FROM naru_verdict GROUP BY verdict"))
    return Counts(*(found.get(name, 0) for name in ("new", "same", "changed", "older")))


def _mentioned(ledger: Ledger) -> str:
    return f"{group_of(ledger)} IN (SELECT group_key FROM naru_incoming)"  # noqa: S608


def _content(ledger: Ledger, alias: str) -> str:
    """The values of a group as one row to compare: amounts of its parts added, facts alike in all of them."""
    parts = [f"min({alias}.business_day)"]
    parts += [f"sum({alias}.{name})" for name in ledger.amounts]
    parts += [
        f"bool_and({alias}.{name})" if name == "is_advertised" else f"min({alias}.{name})"
        for name in ledger.facts
    ]
    return f"ROW({', '.join(parts)})"


def verdicts() -> dict[str, str]:
    """group key → new, same, changed or older; for the rows of the file."""
    return dict(_ask("SELECT group_key, verdict FROM naru_verdict"))


def write(
    ledger: Ledger,
    *,
    agency_id: UUID,
    store_id: UUID,
    entered_at: dt.datetime,
    exported_at: dt.datetime | None = None,
) -> None:
    """Take back the changed lines and enter new and changed ones. The caller holds the store's lock.

    All rows of one call have the same `entered_at`. Lines that an export of `exported_at` only showed again are noted
    as seen then.
    """
    parameters = {
        "agency": agency_id, "store": store_id, "entered_at": entered_at, "exported_at": exported_at,
    }  # fmt: skip
    negated = ", ".join(f'-k."{name}"' for name in ledger.amounts)
    head = ("line_key", "batch_id", "row", "business_day", "program_id", "company_id", "participation_id")
    common = (
        f"agency_id, store_id, entered_at, sign, version, {_quoted(head + ledger.facts + ledger.amounts)}"
    )
    _do(
        f"INSERT INTO {ledger.table} ({common})"  # noqa: S608
        f" SELECT %(agency)s, %(store)s, %(entered_at)s, -1, k.version, {_prefixed('k', head + ledger.facts)}, {negated}"
        " FROM naru_known k JOIN naru_verdict v USING (group_key)"
        " WHERE v.verdict = 'changed' AND k.sign = 1 AND NOT EXISTS (SELECT 1 FROM naru_known back"
        "   WHERE back.line_key = k.line_key AND back.version = k.version AND back.sign = -1)",
        parameters,
    )
    _do(
        f"INSERT INTO {ledger.table} ({common})"  # noqa: S608
        f" SELECT %(agency)s, %(store)s, %(entered_at)s, 1, v.version, {_prefixed('i', head + ledger.values)}"
        " FROM naru_incoming i JOIN naru_verdict v USING (group_key) WHERE v.verdict IN ('new', 'changed')",
        parameters,
    )
    if exported_at is not None:
        _do(
            "INSERT INTO reports_seen_line (store_id, line_key, exported_at)"
            " SELECT %(store)s, v.group_key, %(exported_at)s FROM naru_verdict v"
            " WHERE v.verdict = 'same' AND (v.known_at IS NULL OR v.known_at < %(exported_at)s)"
            " ON CONFLICT (store_id, line_key) DO UPDATE SET exported_at = EXCLUDED.exported_at",
            parameters,
        )


def seal(ledger: Ledger, batch_id: UUID) -> str:
    """SHA-256 over the rows that a file brought in itself: of each key the first version under this batch, with owner,
    day and all values. What was entered anew later (replayed) is not in it, so the seal never changes."""
    parts = ["l.line_key", "l.version", 'l."row"', "l.business_day", "l.store_id", "l.participation_id"]
    parts += [
        f"extract(epoch FROM l.{name})" if name.endswith("_at") else f"l.{name}" for name in ledger.values
    ]
    text = ", ".join(f"coalesce(({part})::text, '-')" for part in parts)
    rows = _ask(
        f"SELECT encode(sha256(convert_to(coalesce(string_agg(concat_ws('|', {text}), chr(10)"  # noqa: S608
        f" ORDER BY l.line_key), ''), 'UTF8')), 'hex') FROM ({first_rows(ledger)}) l",
        {"batch": batch_id},
    )
    return str(rows[0][0])


def first_rows(ledger: Ledger) -> str:
    """SQL for the rows that a file (`%(batch)s`) brought in first: of each key the first version under it."""
    return (
        "SELECT l.* FROM (SELECT l.*, min(l.version) OVER (PARTITION BY"  # noqa: S608
        f" {group_of(ledger)}) AS first_version FROM {ledger.table} l WHERE l.batch_id = %(batch)s AND l.sign = 1) l"
        " WHERE l.version = l.first_version"
    )


def _prefixed(alias: str, names: Iterable[str]) -> str:
    return ", ".join(f'{alias}."{name}"' for name in names)


def ensure_months(ledger: Ledger, days: Iterable[dt.date]) -> None:
    """Make the partitions of these days. Do it before anything else of the transaction touches the ledger: a new
    partition needs the whole table for a moment, and two imports that each hold it would wait for each other."""
    for month in sorted({day.replace(day=1) for day in days}):
        _do("SELECT naru_ensure_month(%s, %s)", [ledger.table, month])


def _do(sql: str, parameters: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def _ask(sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
