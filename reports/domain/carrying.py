"""Many rows into the ledger (대량 적재): one process of the database reads them, another writes them, in the transaction that asks.

COPY enters rows in packs, which INSERT … SELECT does not, and reading beside it costs no time of its own. This process only
hands on what passes, so its memory does not grow with the file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Any

import structlog
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections

from ground.pipes import widen_socket
from reports.domain.sealing import BEGIN, END, KEY_AT, Seal, bare

log = structlog.get_logger(__name__)

MANY = 20_000
"""Fewer rows are entered sooner by the one connection that is there."""
PIECE = 64 * 1024
AT_ONCE = 200_000
HELD = 1024 * 1024
"""Bytes of rows of other months that wait for their turn."""
TURNS = 24
"""So often months may take turns, and once more for each `MANY` rows."""
DAY = slice(KEY_AT - 4, KEY_AT)
"""Where the day stands on which a row of a ledger is booked, counted from the first day that the database knows."""
FIRST_DAY = dt.date(2000, 1, 1)
IN_ORDER = 0.99
PATIENCE = "30s"
"""So long the second connection waits for a lock: the first one may hold it, and the database cannot see that it waits in turn."""


def carry(
    into: str,
    columns: str,
    select: str,
    parameters: dict[str, Any],
    *,
    staged: str,
    order: str,
    beside: dict[str, str],
    seal: Seal,
) -> bool:
    """Enter what `select` gives into the `columns` of the ledger `into`: values of exactly their types. `False`, and nothing is
    done, when the table `staged` is not to be seen from outside of this transaction, or another one of its name is, and when
    the database has no second connection to give.

    The other connection sees what is committed at this moment: the caller holds the locks of what the rows follow from.
    Temporary tables of the caller that `select` names go along: `beside` has the columns of each. Rows that are not
    `staged` in the `order` of their keys are sorted on their way. What passes is sealed.
    """
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        reads = _begun(other)
        if reads is None:
            return False
        with reads, connection.cursor() as writes:
            widen_socket(writes.connection.pgconn.socket)
            if _which(reads, staged) != _which(writes, staged):
                return False
            reads.execute(
                f"SET LOCAL lock_timeout = '{PATIENCE}'; SET LOCAL work_mem = '64MB'; SET LOCAL jit = off; SET LOCAL enable_nestloop = off;"
                " SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL synchronize_seqscans = off"
            )
            for table, described in beside.items():
                reads.execute(f"CREATE TEMPORARY TABLE {table} ({described}) ON COMMIT DROP")
                names = ", ".join(column.split()[0] for column in described.split(", "))
                _pour(writes, f"SELECT {names} FROM {table}", {}, reads, table, names)  # noqa: S608
                reads.execute(f"ANALYZE {table}")
            if not is_in_order(reads, staged):
                select = f"{select} ORDER BY {order}"
            _pour(reads, select, parameters, writes, into, columns, seal)
            return True
    finally:
        other.close()


def _begun(other: Any) -> Any:
    """A cursor of the second connection, in a transaction; None where the database has none to give. Nothing is written yet."""
    try:
        reads = other.cursor()
        reads.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    except OperationalError as refused:
        log.warning("carrying.no_second_connection", reason=str(refused))
        return None
    return reads


def _which(cursor: Any, table: str) -> Any:
    """The table of that name as this connection sees it: one that was dropped and made anew since is another one."""
    cursor.execute("SELECT to_regclass(%s)::oid", [table])
    return cursor.fetchone()[0]


def _pour(
    source: Any,
    select: str,
    parameters: dict[str, Any],
    target: Any,
    into: str,
    columns: str,
    seal: Seal | None = None,
) -> None:
    """By statements of so many rows that triggers which look at all rows of one hold them in memory. Rows with a `seal` are those of a
    ledger, which go into its tables of the months."""
    with source.copy(f"COPY ({select}) TO STDOUT WITH (FORMAT binary)", parameters) as found:
        rows = bare(found)
        pieces = _pieces(seal.passing(rows), into, _month_of(into)) if seal else _pieces(rows, into, None)
        piece = next(pieces, None)
        while piece is not None:
            table, count = piece[0], 0
            with target.copy(f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT binary)") as copy:
                copy.write(BEGIN)
                while piece is not None and piece[0] == table and count < AT_ONCE:
                    copy.write(b"".join(piece[1]))
                    count += len(piece[1])
                    piece = next(pieces, None)
                copy.write(END)


def _month_of(ledger: str) -> Callable[[Any], str]:
    """The table of the month in which a line of the ledger is booked."""

    @cache
    def table(day: bytes) -> str:
        return f"{ledger}_p{FIRST_DAY + dt.timedelta(days=int.from_bytes(day, signed=True)):%Y%m}"

    return lambda row: table(row[DAY])


def _pieces(
    rows: Iterable[Any], ledger: str, month_of: Callable[[Any], str] | None
) -> Iterator[tuple[str, list[Any]]]:
    """Rows with the table that they go into. Into a month's own table they are written in packs, which the database does not
    do where it has to find the month of each: those of another month wait until they are many. Where months alternate so often
    that packs are small, the rest goes into the ledger."""
    into, size = "", 0
    piece: list[Any] = []
    waiting: dict[str, list[Any]] = {}
    held = passed = turns = 0
    for row in rows:
        passed += 1
        table = month_of(row) if month_of else ledger
        into = into or table
        if table != into:
            waiting.setdefault(table, []).append(row)
            held += len(row)
            if held <= HELD:
                continue
            if piece:
                yield into, piece
            turns += 1
            into = max(waiting, key=lambda each: len(waiting[each]))
            piece = waiting.pop(into)
            held -= sum(map(len, piece))
            if month_of and turns > TURNS + passed // MANY:
                into, month_of = ledger, None
                piece += chain.from_iterable(waiting.values())
                waiting.clear()
            size = PIECE
        else:
            piece.append(row)
            size += len(row)
        if size >= PIECE or len(piece) >= AT_ONCE:
            yield into, piece
            piece, size = [], 0
    yield from ((table, several) for table, several in ((into, piece), *waiting.items()) if several)


def is_in_order(cursor: Any, staged: str) -> bool:
    """Whether the staged lines stand in the order of their keys, as far as a sample tells: it is only about time."""
    cursor.execute(
        "SELECT correlation FROM pg_stats WHERE (schemaname || '.' || tablename, attname) = (%s, 'line_key')",
        [staged],
    )
    found = cursor.fetchone()
    return found is not None and (found[0] or 0) > IN_ORDER
