"""Writing the ledger of lines (판매·정산 원장): set-based, insert-only, every earlier value kept.

Incoming lines stand in a temporary table. Those whose values the ledger knows are left alone; a line with other values
is taken back by rows of sign -1 and enters with the next version. A reversal carries the batch and row of what it takes
back, so that a plain sum over any column of the ledger is right; the next version names the batch that changed it.

What concerns a closed month of a line's program is booked on the first day of the first open one, with the day of the event
beside it (조정): a row that takes a line of it back, its next version, a line that comes late. The file says when the
event was, so that day is what incoming and known lines are compared by, and whose assignment, rate and tax hold.

A payout that belongs to several companies stands as several parts; group key `K`, line keys `K§1`, `K§2` …; the parts
are taken back and entered together.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from reports.domain import carrying, rollups
from reports.domain.sealing import BEFORE_KEY, EVERY_ROW, Seal
from reports.domain.sealing import TOGETHER as SEALED_TOGETHER

PART = "§"
KEY_LIMIT = 190


@dataclass(frozen=True, slots=True)
class Ledger:
    """One of the tables: `amounts` are negated in a reversal, `facts` are copied. A line's key is one within its `scope`;
    its batch is a row of `files`."""

    table: str
    amounts: tuple[str, ...]
    facts: tuple[str, ...]
    scope: str = "store_id"
    files: str = "reports_importbatch"

    @property
    def values(self) -> tuple[str, ...]:
        return self.facts + self.amounts


SALES = Ledger(
    "reports_sales_line",
    (
        "units", "gross_amount", "discount_amount", "tax_amount", "fee_amount", "shipping_in_amount",
        "shipping_cost_amount", "refund_amount", "net_amount", "platform_discount_amount", "program_discount_amount",
    ),
    (
        "order_reference", "currency_id", "pack_reference", "ordered_at", "offset_minutes", "kind", "sku",
        "listing_reference", "title", "unit_amount", "status_text", "status_class", "is_advertised",
    ),
)  # fmt: skip
PAYOUTS = Ledger(
    "reports_payout_line",
    (
        "gross_amount", "fee_amount", "financing_fee_amount", "shipping_fee_amount", "tax_amount", "refund_amount",
        "net_amount",
    ),
    ("order_reference", "currency_id", "source_reference", "released_at", "description", "description_class"),
)  # fmt: skip
CUSTOMS = Ledger(
    "reports_customs_line",
    ("fob_amount", "currency_amount"),
    (
        "outcome", "proof", "declaration_number", "line_number", "issuer", "business_number", "hs_code", "export_kind",
        "destination", "country", "transaction_type", "currency",
    ),
    scope="list_program_id",
    files="reports_customslist",
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

    @property
    def lines(self) -> int:
        return self.new + self.same + self.changed + self.older

    @property
    def entering(self) -> int:
        return self.new + self.changed


def columns(ledger: Ledger) -> tuple[str, ...]:
    """The columns of an incoming row, in the order of `lay_out`."""
    return HEAD + ledger.values


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def clear() -> None:
    """Forget incoming lines of an earlier work in this transaction."""
    do("DROP TABLE IF EXISTS naru_incoming, naru_known, naru_verdict")


STAGED_KEY = f"""CASE WHEN length(s.line_key) <= {KEY_LIMIT} THEN s.line_key ELSE left(s.line_key, 120) || '~'
    || left(encode(sha256(convert_to(s.line_key, 'UTF8')), 'hex'), 40) END"""
"""The key itself, or for a very long one its beginning and a fingerprint."""

EVENT_DAY = "COALESCE({0}.event_on, {0}.business_day)"
"""SQL: the day on which it happened what a row says, whatever month it is booked in."""

_OPEN_FROM = """LEFT JOIN (
    SELECT program_id AS closed_for, (max(month) + interval '1 month')::date AS open_from FROM reports_closedmonth
    WHERE agency_id = %(agency)s AND state = 'closed' GROUP BY 1
) closed ON closed.closed_for = {0}.program_id"""
"""SQL: the first open day of the program of a row, or nothing where no month of it is closed."""

_STAGED = f"""
SELECT {STAGED_KEY} AS group_key, {STAGED_KEY} AS line_key, %(batch)s::uuid AS batch_id, s."row", s.day AS business_day,
    p.program_id, p.company_id, p.id AS participation_id, s.order_reference, s.currency_id, s.pack_reference,
    s.instant AS ordered_at, (date_part('epoch', s.local - s.instant AT TIME ZONE 'UTC') / 60)::smallint AS offset_minutes, s.kind, s.sku,
    s.listing_reference, left(s.title, 300) AS title, s.unit_amount, left(s.status_text, 160) AS status_text,
    coalesce(r.meaning, s.status_class) AS status_class, s.is_advertised, {{amounts}}
FROM (
    SELECT s.*, s.ordered_at::timestamptz AS instant, s.ordered_at::timestamp AS local,
           (s.ordered_at::timestamptz AT TIME ZONE %(zone)s)::date AS day
    FROM {{table}} s OFFSET 0
) s
LEFT JOIN unnest(%(texts)s::text[], %(meanings)s::text[]) AS r (status_text, meaning)
    ON s.status_class = 'look' AND r.status_text = s.status_text
LEFT JOIN programs_assignment l ON l.store_id = %(store)s AND l.scope = 'listing' AND l.reference = s.listing_reference
    AND s.day BETWEEN l.from_on AND coalesce(l.until_on, 'infinity')
LEFT JOIN programs_assignment k ON k.store_id = %(store)s AND k.scope = 'sku' AND k.reference = s.sku
    AND s.day BETWEEN k.from_on AND coalesce(k.until_on, 'infinity')
LEFT JOIN programs_assignment w ON w.store_id = %(store)s AND w.scope = 'store'
    AND s.day BETWEEN w.from_on AND coalesce(w.until_on, 'infinity')
LEFT JOIN programs_participation p
    ON p.id = coalesce(l.participation_id, k.participation_id, w.participation_id)
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Source:
    """Where incoming lines come from: `rows` is SQL for them with the columns of the ledger and their `group_key`, `keys`
    for their keys alone; both with the `parameters`. `table`: the one in which they stand, if it is no temporary one."""

    rows: str
    keys: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    table: str = ""


LAID_OUT = Source("SELECT * FROM naru_incoming", "SELECT group_key FROM naru_incoming")
"""What `lay_out` has laid out."""


def staged(table: str, *, batch_id: UUID, store_id: UUID, zone: str, meanings: Mapping[str, str]) -> Source:
    """The sales that stand in the table: with the business day in `zone`, with the owner by the narrowest assignment that
    holds on that day (listing, SKU, the whole store), with the `meanings` of states that nobody knew."""
    return Source(
        _STAGED.format(table=table, amounts=_prefixed("s", SALES.amounts)),
        f"SELECT {STAGED_KEY} FROM {table} s",  # noqa: S608
        {
            "batch": batch_id, "store": store_id, "zone": zone, "texts": list(meanings),
            "meanings": list(meanings.values()),
        },
        table,
    )  # fmt: skip


def lay_out(ledger: Ledger, rows: Iterable[Sequence[Any]]) -> None:
    """COPY incoming rows (values of `columns`) into the temporary table of this transaction."""
    _make_incoming(ledger)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY naru_incoming ({_quoted(columns(ledger))}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
    do("ANALYZE naru_incoming (group_key)")


def _make_incoming(ledger: Ledger) -> None:
    clear()
    do("SET LOCAL work_mem = '256MB'")
    do(
        f"CREATE TEMPORARY TABLE naru_incoming ON COMMIT DROP AS SELECT line_key AS group_key, l.*"  # noqa: S608
        f" FROM {ledger.table} l WITH NO DATA"
    )


def group_of(ledger: Ledger) -> str:
    """SQL for the group key of a line `l`."""
    return "l.line_key" if ledger is SALES else f"split_part(l.line_key, '{PART}', 1)"


def compare(
    ledger: Ledger,
    store_id: UUID,
    exported_at: dt.datetime | None = None,
    *,
    source: Source = LAID_OUT,
    is_replay: bool = False,
) -> Counts:
    """Compare the incoming lines with those that stand in the ledger. Nothing is written but temporary tables.

    A file exported before the last export in which a line stood changes nothing (`older`), whether that one brought
    the line's values or only showed them again. `is_replay`: all are changed.
    """
    if source is not LAID_OUT:
        clear()
    do("SET LOCAL work_mem = '256MB'")
    do(
        f"CREATE TEMPORARY TABLE naru_known ON COMMIT DROP AS SELECT {group_of(ledger)} AS group_key, l.*"  # noqa: S608
        f" FROM {ledger.table} l WHERE l.{ledger.scope} = %(store)s AND {group_of(ledger)} IN ({source.keys})",
        {**source.parameters, "store": store_id},
    )
    do("ANALYZE naru_known (group_key, line_key, version)")
    do(
        "CREATE TEMPORARY TABLE naru_verdict ON COMMIT DROP AS"  # noqa: S608
        " SELECT i.group_key, COALESCE(v.version, 0) + 1 AS version, k.exported_at AS known_at, CASE"
        "   WHEN k.group_key IS NULL THEN 'new'"
        "   WHEN %(is_replay)s THEN 'changed'"
        "   WHEN i.content IS NOT DISTINCT FROM k.content AND coalesce(i.told = k.told, true) THEN 'same'"
        "   WHEN k.exported_at > %(exported_at)s THEN 'older' ELSE 'changed' END AS verdict"
        f" FROM ({_contents(ledger, f'({source.rows})', 'i.business_day', 'NULL::timestamptz', 'i.group_key IN (SELECT group_key FROM naru_known)')}) i"
        f" LEFT JOIN ({_contents(ledger, 'naru_known', EVENT_DAY.format('i'), _KNOWN_AT if exported_at else 'NULL::timestamptz', _STANDING)}) k"
        "   USING (group_key)"
        " LEFT JOIN (SELECT group_key, max(version) AS version FROM naru_known GROUP BY 1) v USING (group_key)",
        {**source.parameters, "exported_at": exported_at, "is_replay": is_replay, "store": store_id},
    )
    do("ANALYZE naru_verdict (group_key)")
    found = dict(ask("SELECT verdict, count(*) FROM naru_verdict GROUP BY verdict"))
    lines = ask(
        f"SELECT count({'*' if ledger is SALES else 'DISTINCT group_key'}) FROM ({source.keys}) i (group_key)",  # noqa: S608
        source.parameters,
    )[0][0]
    known = (found.get(name, 0) for name in ("same", "changed", "older"))
    return Counts(lines - sum(found.values()) + found.get("new", 0), *known)


_ENTERING = "(v.group_key IS NULL OR v.verdict IN ('new', 'changed'))"
_VERDICTS = {"naru_verdict": 'group_key text COLLATE "C", version integer, verdict text'}
_STANDING = """i.sign = 1 AND NOT EXISTS (SELECT 1 FROM naru_known back
    WHERE back.line_key = i.line_key AND back.version = i.version AND back.sign = -1)"""
_KNOWN_AT = """(SELECT GREATEST(b.exported_at, (SELECT s.exported_at FROM reports_seen_line s
    WHERE s.store_id = %(store)s AND s.line_key = i.group_key))
    FROM reports_importbatch b WHERE b.id = {batch})"""
"""The last export in which a line stood."""


def _contents(ledger: Ledger, rows: str, day: str, exported_at: str, where: str) -> str:
    """SQL for each group of the rows `i` with its `day` and values as one row to compare. A sale is one line; of a payout amounts of
    its parts are added, and facts are alike in all of them. `told` is compared only where both tell it: of what a payout repaid
    older lines, and formats without the column, know nothing."""
    if ledger is SALES:
        typed = {"ordered_at", "unit_amount", "is_advertised", *ledger.amounts}
        values = ", ".join(
            f"i.{name}" if name in typed else f"i.{name}::text"
            for name in ledger.values
            if name != "offset_minutes"  # of lines that entered before it was kept nobody knows it
        )
        at = exported_at.format(batch="i.batch_id")
        return f"SELECT i.group_key, ROW({day}, {values}) AS content, NULL::numeric AS told, {at} AS exported_at FROM {rows} i WHERE {where}"  # noqa: S608
    added = [name for name in ledger.amounts if (ledger, name) != (PAYOUTS, "refund_amount")]
    values = ", ".join(
        [f"min({day})", *(f"sum(i.{name})" for name in added), *(f"min(i.{name})" for name in ledger.facts)]
    )  # fmt: skip
    told = "nullif(sum(i.refund_amount), 0)" if ledger is PAYOUTS else "NULL::numeric"
    at = exported_at.format(batch="min(i.batch_id::text)::uuid")
    return f"SELECT i.group_key, ROW({values}) AS content, {told} AS told, {at} AS exported_at FROM {rows} i WHERE {where} GROUP BY 1"  # noqa: S608


def write(
    ledger: Ledger,
    *,
    agency_id: UUID,
    store_id: UUID,
    entered_at: dt.datetime,
    exported_at: dt.datetime | None = None,
    source: Source = LAID_OUT,
    counts: Counts | None = None,
) -> str | None:
    """Take back the changed lines and enter new and changed ones. The caller holds the store's lock and has joined the cut.

    The incoming rows say when the event was; what concerns a closed month is booked in the first open one. All rows of one call
    have the same `entered_at`. The sums of the months that got rows are kept with them. Lines that an export of `exported_at`
    only showed again are noted
    as seen then. Returns the seal of what entered, where it came by in the order of keys.
    """
    parameters = {
        "agency": agency_id, "store": store_id, "entered_at": entered_at, "exported_at": exported_at,
    }  # fmt: skip
    negated = ", ".join(f'-k."{name}"' for name in ledger.amounts)
    head = ("batch_id", "row", "program_id", "company_id", "participation_id")
    common = _quoted(sent(ledger))
    do(
        f"INSERT INTO {ledger.table} ({common})"  # noqa: S608
        f" SELECT %(agency)s, %(store)s, %(entered_at)s, -1, k.version, GREATEST(k.business_day, closed.open_from), k.line_key,"
        f" CASE WHEN k.business_day < closed.open_from THEN {EVENT_DAY.format('k')} ELSE k.event_on END,"
        f" {_prefixed('k', head + ledger.facts)}, {negated}"
        f" FROM naru_known k JOIN naru_verdict v USING (group_key) {_OPEN_FROM.format('k')}"
        " WHERE v.verdict = 'changed' AND k.sign = 1 AND NOT EXISTS (SELECT 1 FROM naru_known back"
        "   WHERE back.line_key = k.line_key AND back.version = k.version AND back.sign = -1)",
        parameters,
    )
    # Where nothing is known of the lines there is nothing to join: the rows come as they are staged, and none of them is held.
    is_known = ask("SELECT EXISTS (SELECT 1 FROM naru_verdict)")[0][0]
    entering = (
        f"SELECT %(agency)s::uuid, %(store)s::uuid, %(entered_at)s::timestamptz, 1::smallint, {'coalesce(v.version, 1)' if is_known else '1'}::smallint,"  # noqa: S608
        " GREATEST(i.business_day, closed.open_from), i.line_key,"
        " CASE WHEN i.business_day < closed.open_from THEN i.business_day END,"
        f" {_prefixed('i', head + ledger.values)}"
        f" FROM ({source.rows}) i {'LEFT JOIN naru_verdict v USING (group_key)' if is_known else ''} {_OPEN_FROM.format('i')}"
        f" WHERE {_ENTERING if is_known else 'true'}"
    )
    values = {**source.parameters, **parameters}
    sealed = _enter(
        f"{ledger.table} ({common})", entering, values, source, counts, _VERDICTS if is_known else {}
    )
    if ledger is SALES:
        rollups.keep(store_id)
    if exported_at is not None:
        do(
            "INSERT INTO reports_seen_line (store_id, line_key, exported_at)"
            " SELECT %(store)s, v.group_key, %(exported_at)s FROM naru_verdict v"
            " WHERE v.verdict = 'same' AND (v.known_at IS NULL OR v.known_at < %(exported_at)s)"
            " ON CONFLICT (store_id, line_key) DO UPDATE SET exported_at = EXCLUDED.exported_at",
            parameters,
        )
    return sealed


def _enter(
    into: str,
    select: str,
    parameters: dict[str, Any],
    source: Source,
    counts: Counts | None,
    beside: dict[str, str],
) -> str | None:
    """The rows into the ledger; many that stand in a table of their own by two connections, which comes to the same."""
    seal = Seal()
    if (
        counts is not None
        and counts.entering >= max(carrying.MANY, counts.lines // 2)
        and source.table
        and carrying.carry(
            into, select, parameters, staged=source.table, order="i.line_key", beside=beside, seal=seal
        )
    ):
        return seal.hexdigest() if seal.is_in_order else None
    # Of assignments that were made a moment ago the server knows nothing yet, and would search them once for each line.
    do("SET LOCAL enable_nestloop = off")
    do(f"INSERT INTO {into} {select} ORDER BY i.business_day, i.line_key", parameters)
    do("SET LOCAL enable_nestloop TO DEFAULT")
    return None


def find_earlier(ledger: Ledger, batch_id: UUID, store_id: UUID) -> None:
    """Lay out what stood before a file, so that `write` takes the file's standing lines back: of each line that stands by
    it the newest version that another file brought, or nothing."""
    _make_incoming(ledger)
    parameters = {"batch": batch_id, "store": store_id}
    standing = (
        f"SELECT {group_of(ledger)} FROM {ledger.table} l WHERE l.batch_id = %(batch)s AND l.sign = 1 AND NOT EXISTS"  # noqa: S608
        f" (SELECT 1 FROM {ledger.table} back WHERE back.{ledger.scope} = l.{ledger.scope} AND back.line_key = l.line_key"
        " AND back.version = l.version AND back.sign = -1)"
    )
    do(
        f"CREATE TEMPORARY TABLE naru_known ON COMMIT DROP AS SELECT {group_of(ledger)} AS group_key, l.*"  # noqa: S608
        f" FROM {ledger.table} l WHERE l.{ledger.scope} = %(store)s AND {group_of(ledger)} IN ({standing})",
        parameters,
    )
    do("ANALYZE naru_known (group_key, line_key, version)")
    do(
        "CREATE TEMPORARY TABLE naru_verdict ON COMMIT DROP AS SELECT group_key, max(version) + 1 AS version,"
        " 'changed' AS verdict, NULL::timestamptz AS known_at FROM naru_known GROUP BY 1"
    )
    taken = ("group_key", *(name for name in HEAD[1:] if name != "business_day"), *ledger.values)
    do(
        f"INSERT INTO naru_incoming (business_day, {_quoted(taken)})"  # noqa: S608
        f" SELECT {EVENT_DAY.format('k')}, {_prefixed('k', taken)} FROM naru_known k JOIN"
        " (SELECT group_key, max(version) AS version FROM naru_known WHERE batch_id <> %(batch)s AND sign = 1 AND"
        f"  NOT EXISTS (SELECT 1 FROM {ledger.files} b WHERE b.id = batch_id AND b.state = 'undone') GROUP BY 1)"
        " earlier USING (group_key, version) WHERE k.sign = 1",
        parameters,
    )


def ownerless() -> int:
    """How many of the lines that are laid out have no company yet."""
    return int(
        ask("SELECT count(DISTINCT group_key) FROM naru_incoming WHERE participation_id IS NULL")[0][0]
    )


def packs_known(source: Source) -> int:
    """How many packs of the incoming sales are known with all of their lines."""
    return int(
        ask(
            f"SELECT count(*) FROM (SELECT 1 FROM ({source.rows}) i LEFT JOIN naru_verdict v USING (group_key)"  # noqa: S608
            " WHERE i.pack_reference <> '' GROUP BY i.pack_reference"
            " HAVING bool_and(coalesce(v.verdict IN ('same', 'older'), false))) pack",
            source.parameters,
        )[0][0]
    )


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


def sent(ledger: Ledger) -> tuple[str, ...]:
    """The columns of a row that enters, in the order in which a sale's are sent and sealed. A column that is added later is in no
    seal that there is already."""
    before = (
        BEFORE_KEY
        if ledger.scope == "store_id"
        else tuple(ledger.scope if name == "store_id" else name for name in BEFORE_KEY)
    )
    rest = ("line_key", "event_on", "batch_id", "row", "program_id", "company_id", "participation_id")
    return (*before, *rest, *ledger.values)


def seal(ledger: Ledger, batch_id: UUID, since: tuple[str, ...] | None = None) -> str:
    """SHA-256 over the rows that a file brought in itself: of each key the first version under this batch, with all
    values, as PostgreSQL sends them. What was entered anew later (replayed) is not in it, so the seal never
    changes. Of more than `SEALED_TOGETHER` rows the seals of as many each, in the order of their keys, are sealed. `since`: the columns
    of `SEALED_SINCE` that there were when it was made (None: all); of sales, see `seal_as_records`."""
    if ledger is SALES and since is None:
        digest = Seal()
        with _sent(ledger, batch_id, _prefixed("l", sent(ledger))) as copy:
            for _row in digest.passing(copy):
                pass
        return digest.hexdigest()
    return seal_as_records(ledger, batch_id, since)


def seal_as_records(ledger: Ledger, batch_id: UUID, since: tuple[str, ...] | None = None) -> str:
    """The seal of payouts, of exports, and of sales that were imported before theirs was over rows as COPY sends them: over the
    values as one record."""
    since = SEALED_SINCE[ledger.table] if since is None else since
    names = ("line_key", "version", "row", "business_day", ledger.scope, "participation_id")
    columns = _prefixed("l", (*names, *SEALED[ledger.table], *since))
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


def _sealed(ledger: Ledger, batch_id: UUID, row: str, digest: Seal) -> str:
    with _sent(ledger, batch_id, row) as copy:
        copy.set_types(["bytea"])
        for (line,) in copy.rows():
            digest.add(line)
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


def _prefixed(alias: str, names: Iterable[str]) -> str:
    return ", ".join(f'{alias}."{name}"' for name in names)


def ensure_months(ledger: Ledger, days: Iterable[dt.date]) -> None:
    """Make the partitions of these days. Do it before anything else of the transaction touches the ledger: a new
    partition needs the whole table for a moment, and two imports that each hold it would wait for each other."""
    for month in sorted({day.replace(day=1) for day in days}):
        do("SELECT naru_ensure_month(%s, %s)", [ledger.table, month])


def ensure_open_months(ledger: Ledger, agency_id: UUID) -> None:
    """The same of the months in which what concerns closed ones is booked. After joining the cut: so none is closed meanwhile."""
    days = ask(
        "SELECT DISTINCT (max(month) + interval '1 month')::date FROM reports_closedmonth"
        " WHERE agency_id = %s AND state = 'closed' GROUP BY program_id",
        [agency_id],
    )
    ensure_months(ledger, (day for (day,) in days))


def do(sql: str, parameters: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def ask(sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
