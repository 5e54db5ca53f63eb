"""Writing the ledger of lines (판매·정산 원장): set-based, insert-only, every earlier value kept.

Of the incoming lines those whose values the ledger knows are left alone; a line with other values is taken back by rows
of sign -1 and enters with the next version. A reversal carries the batch and row of what it takes back, so that a plain sum over any column of the ledger is right; the next version names the batch that changed it.

What concerns a closed month of a line's program is booked on the first day of the first open one, with the day of the event
beside it (조정): a row that takes a line of it back, its next version, a line that comes late. The file says when the
event was, so that day is what incoming and known lines are compared by, and whose assignment, rate and tax hold.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reports.domain import carrying, rollups
from reports.domain.leaving_out import LATER
from reports.domain.ledger import (
    EVENT_DAY,
    HEAD,
    LAID_OUT,
    PAYOUTS,
    SALES,
    Ledger,
    Source,
    ask,
    clear,
    do,
    group_of,
    has_lines,
    make_incoming,
    prefixed,
    quoted,
    sent,
)
from reports.domain.sealing import Seal


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


_OPEN_FROM = """LEFT JOIN (
    SELECT program_id AS closed_for, (max(month) + interval '1 month')::date AS open_from FROM reports_closedmonth
    WHERE agency_id = %(agency)s AND state = 'closed' GROUP BY 1
) closed ON closed.closed_for = {0}.program_id"""
"""SQL: the first open day of the program of a row, or nothing where no month of it is closed."""


def compare(
    ledger: Ledger,
    store_id: UUID,
    exported_at: dt.datetime | None = None,
    *,
    source: Source = LAID_OUT,
    is_replay: bool = False,
    lines: int | None = None,
) -> Counts:
    """Compare the incoming lines with those that stand in the ledger; they are counted where nobody says how many they are. Nothing is
    written but temporary tables.

    A file exported before the last export in which a line stood changes nothing (`older`), whether that one brought
    the line's values or only showed them again. `is_replay`: all are changed.
    """
    if source is not LAID_OUT:
        clear()
    do("SET LOCAL work_mem = '256MB'")
    # Looking through a file for lines of a store that has none takes as long as for those that it has.
    is_first = source.table and not has_lines(ledger, store_id)
    among = "" if ledger is SALES else f" AND {group_of(ledger)} IN (SELECT group_key FROM naru_incoming)"  # noqa: S608
    rows = f"{ledger.table} l WHERE l.{ledger.scope} = %(store)s{' AND false' if is_first else ''}{among}"
    incoming = _groups(ledger, f"({source.values}) l", "l.group_key", "l.business_day")
    known = _groups(ledger, rows, group_of(ledger), EVENT_DAY.format("l"), "l.version", "l.sign")
    compared = ("day", *_compared(ledger))
    known_at = "GREATEST(b.exported_at, s.exported_at)" if exported_at else "NULL::timestamptz"
    do(
        "CREATE TEMPORARY TABLE naru_verdict ON COMMIT DROP AS"  # noqa: S608
        f" SELECT group_key, k.version + 1 AS version, {known_at} AS known_at, CASE"
        "   WHEN k.sign = -1 THEN 'new'"
        "   WHEN %(is_replay)s THEN 'changed'"
        f"   WHEN ({prefixed('i', compared)}) IS NOT DISTINCT FROM ({prefixed('k', compared)})"
        "     AND coalesce(i.told = k.told, true) THEN 'same'"
        f"   WHEN {known_at} > %(exported_at)s THEN 'older' ELSE 'changed' END AS verdict"
        f" FROM ({incoming}) i JOIN ({known}) k USING (group_key) {_LAST_SHOWN if exported_at else ''}",
        {**source.parameters, "exported_at": exported_at, "is_replay": is_replay, "store": store_id},
    )
    do("ANALYZE naru_verdict (group_key, version, verdict)")
    # Of a line only its newest row tells: whether its last version stands or was taken back.
    do(
        "SET LOCAL enable_nestloop = off; DELETE FROM naru_verdict v USING naru_verdict later"
        " WHERE later.group_key = v.group_key AND (later.version > 2 OR later.verdict = 'new')"
        " AND (later.version, later.verdict = 'new') > (v.version, v.verdict = 'new');"
        " SET LOCAL enable_nestloop TO DEFAULT"
    )
    found = dict(ask("SELECT verdict, count(*) FROM naru_verdict GROUP BY verdict"))
    if lines is None:
        lines = ask("SELECT count(DISTINCT group_key) FROM naru_incoming")[0][0]
    not_new = (found.get(name, 0) for name in ("same", "changed", "older"))
    return Counts(lines - sum(found.values()) + found.get("new", 0), *not_new)


_ENTERING = "(v.group_key IS NULL OR v.verdict IN ('new', 'changed'))"
_VERDICTS = {"naru_verdict": 'group_key text COLLATE "C", version integer, verdict text'}
_LAST_SHOWN = """LEFT JOIN reports_importbatch b ON b.id = k.batch_id
LEFT JOIN reports_seen_line s ON s.store_id = %(store)s AND s.line_key = group_key"""


def _compared(ledger: Ledger) -> list[str]:
    """The values by which an incoming line is the same as a known one."""
    # Of lines that entered before their offset was kept nobody knows it.
    return [
        name
        for name in ledger.values
        if name != "offset_minutes" and (ledger, name) != (PAYOUTS, "refund_amount")
    ]


def _groups(ledger: Ledger, rows: str, key: str, day: str, *by: str) -> str:
    """SQL for each group of the rows `l` with its `day` and values to compare. A sale is one line; of a payout amounts of its parts are added,
    and facts are alike in all of them. `told` is compared only where both tell it: of what a payout repaid older lines, and
    formats without the column, know nothing."""
    heads = ", ".join((f"{key} AS group_key", *by))
    if ledger is SALES:
        return f"SELECT {heads}, {day} AS day, NULL::numeric AS told, l.batch_id, {prefixed('l', _compared(ledger))} FROM {rows}"  # noqa: S608
    told = "nullif(sum(l.refund_amount), 0)" if ledger is PAYOUTS else "NULL::numeric"
    values = (
        f"{'sum' if name in ledger.amounts else 'min'}(l.{name}) AS {name}" for name in _compared(ledger)
    )
    return (
        f"SELECT {heads}, min({day}) AS day, {told} AS told, min(l.batch_id::text)::uuid AS batch_id, {', '.join(values)}"  # noqa: S608
        f" FROM {rows} GROUP BY {', '.join((key, *by))}"
    )


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
    sealed = None
    if counts is None or counts.entering:
        _take_back(ledger, parameters)
        sealed = _enter(ledger, parameters, source, counts)
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


_TAKEN_ALONG = ("batch_id", "row", "program_id", "company_id", "participation_id")


def _take_back(ledger: Ledger, parameters: dict[str, Any]) -> None:
    negated = ", ".join(f'-l."{name}"' for name in ledger.amounts)
    do(
        f"INSERT INTO {ledger.table} ({quoted(sent(ledger))})"  # noqa: S608
        f" SELECT %(agency)s, %(store)s, %(entered_at)s, -1, l.version, GREATEST(l.business_day, closed.open_from), l.line_key,"
        f" CASE WHEN l.business_day < closed.open_from THEN {EVENT_DAY.format('l')} ELSE l.event_on END,"
        f" {prefixed('l', _TAKEN_ALONG + ledger.facts)}, {negated}"
        f" FROM naru_verdict v JOIN {ledger.table} l ON l.{ledger.scope} = %(store)s AND {group_of(ledger)} = v.group_key"
        f"   AND l.version = v.version - 1 AND l.sign = 1 {_OPEN_FROM.format('l')}"
        " WHERE v.verdict = 'changed'",
        parameters,
    )


def _enter(ledger: Ledger, parameters: dict[str, Any], source: Source, counts: Counts | None) -> str | None:
    """The rows into the ledger; many that stand in a table of their own by two connections, which comes to the same."""
    # Where nothing is known of the lines there is nothing to join: the rows come as they are staged, and none of them is held.
    is_known = ask("SELECT EXISTS (SELECT 1 FROM naru_verdict)")[0][0]
    columns = quoted(sent(ledger))
    select = (
        f"SELECT %(agency)s::uuid, %(store)s::uuid, %(entered_at)s::timestamptz, 1::smallint, {'coalesce(v.version, 1)' if is_known else '1'}::smallint,"  # noqa: S608
        " GREATEST(i.business_day, closed.open_from), i.line_key,"
        " CASE WHEN i.business_day < closed.open_from THEN i.business_day END,"
        f" {prefixed('i', _TAKEN_ALONG + ledger.values)}"
        f" FROM ({source.rows}) i {'LEFT JOIN naru_verdict v USING (group_key)' if is_known else ''} {_OPEN_FROM.format('i')}"
        f" WHERE {_ENTERING if is_known else 'true'}"
    )
    parameters = {**source.parameters, **parameters}
    seal = Seal()
    if (
        counts is not None
        and counts.entering >= max(carrying.MANY, counts.lines // 2)
        and source.table
        and carrying.carry(
            ledger.table,
            columns,
            select,
            parameters,
            staged=source.table,
            order="i.line_key",
            beside=_VERDICTS if is_known else {},
            seal=seal,
        )
    ):
        return seal.hexdigest() if seal.is_in_order else None
    # Of assignments that were made a moment ago the server knows nothing yet, and would search them once for each line.
    do("SET LOCAL enable_nestloop = off")
    do(f"INSERT INTO {ledger.table} ({columns}) {select} ORDER BY i.business_day, i.line_key", parameters)
    do("SET LOCAL enable_nestloop TO DEFAULT")
    return None


_NOT_LEFT_OUT = f"""NOT EXISTS (SELECT 1 FROM reports_rejection r
    WHERE r.batch_id = k.batch_id AND r."row" = k."row" AND r.code = '{LATER}')"""  # noqa: S608


def find_earlier(ledger: Ledger, batch_id: UUID, store_id: UUID) -> None:
    """Lay out what stood before a file, so that `write` takes the file's standing lines back: of each line that stands by
    it the newest version that another file brought, or nothing, also where that one was left out."""
    make_incoming(ledger)
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
    do("ANALYZE naru_verdict (group_key, version, verdict)")
    taken = ("group_key", *(name for name in HEAD[1:] if name != "business_day"), *ledger.values)
    do(
        f"INSERT INTO naru_incoming (business_day, {quoted(taken)})"  # noqa: S608
        f" SELECT {EVENT_DAY.format('k')}, {prefixed('k', taken)} FROM naru_known k JOIN"
        " (SELECT group_key, max(version) AS version FROM naru_known WHERE batch_id <> %(batch)s AND sign = 1 AND"
        f"  NOT EXISTS (SELECT 1 FROM {ledger.files} b WHERE b.id = batch_id AND b.state = 'undone') GROUP BY 1)"
        " earlier USING (group_key, version) WHERE k.sign = 1"
        f" AND {'true' if ledger is not SALES else _NOT_LEFT_OUT}",
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
            f"SELECT count(*) FROM (SELECT 1 FROM ({source.values}) i LEFT JOIN naru_verdict v USING (group_key)"  # noqa: S608
            " WHERE i.pack_reference <> '' GROUP BY i.pack_reference"
            " HAVING bool_and(coalesce(v.verdict IN ('same', 'older'), false))) pack",
            source.parameters,
        )[0][0]
    )
