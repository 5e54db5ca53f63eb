"""Many rows into the ledger (대량 적재): one process of the database reads them, another writes them, in the transaction that asks.

COPY enters rows in packs, which INSERT … SELECT does not, and reading beside it costs no time of its own. This process only
hands on what passes, so its memory does not grow with the file.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import structlog
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections

from reports.domain.sealing import BEGIN, END, Seal

log = structlog.get_logger(__name__)

MANY = 20_000
"""Fewer rows are entered sooner by the one connection that is there."""
PIECE = 64 * 1024
AT_ONCE = 200_000
IN_ORDER = 0.99
PATIENCE = "30s"
"""So long the second connection waits for a lock: the first one may hold it, and the database cannot see that it waits in turn."""


def carry(
    into: str,
    select: str,
    parameters: dict[str, Any],
    *,
    staged: str,
    order: str,
    beside: dict[str, str],
    seal: Seal,
) -> bool:
    """Enter what `select` gives into the table and columns `into`: values of exactly their types. `False`, and nothing is
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
            if _which(reads, staged) != _which(writes, staged):
                return False
            reads.execute(
                f"SET LOCAL lock_timeout = '{PATIENCE}'; SET LOCAL work_mem = '64MB'; SET LOCAL jit = off; SET LOCAL enable_nestloop = off;"
                " SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL synchronize_seqscans = off"
            )
            for table, columns in beside.items():
                reads.execute(f"CREATE TEMPORARY TABLE {table} ({columns}) ON COMMIT DROP")
                names = ", ".join(column.split()[0] for column in columns.split(", "))
                _pour(writes, f"SELECT {names} FROM {table}", {}, reads, f"{table} ({names})")  # noqa: S608
                reads.execute(f"ANALYZE {table}")
            if not is_in_order(reads, staged):
                select = f"{select} ORDER BY {order}"
            _pour(_Sealed(reads, seal), select, parameters, writes, into)
            return True
    finally:
        other.close()


class _Sealed:
    """A cursor whose rows are sealed while they are read."""

    def __init__(self, cursor: Any, seal: Seal) -> None:
        self._cursor, self._seal = cursor, seal

    @contextlib.contextmanager
    def copy(self, statement: str, parameters: dict[str, Any]) -> Iterator[Iterator[Any]]:
        with self._cursor.copy(statement, parameters) as rows:
            yield self._seal.passing(rows)


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


def _pour(source: Any, select: str, parameters: dict[str, Any], target: Any, into: str) -> None:
    """By statements of so many rows that triggers which look at all rows of one hold them in memory."""
    with source.copy(f"COPY ({select}) TO STDOUT WITH (FORMAT binary)", parameters) as rows:
        rest = iter(rows)
        is_over, begin = False, b""
        while not is_over:
            with target.copy(f"COPY {into} FROM STDIN WITH (FORMAT binary)") as copy:
                piece, size, is_over = [begin], 0, True
                for count, row in enumerate(rest, start=1):
                    piece.append(row)
                    size += len(row)
                    if size > PIECE:
                        copy.write(b"".join(piece))
                        piece, size = [], 0
                    if count >= AT_ONCE and row[-2:] != END:
                        piece.append(END)
                        is_over = False
                        break
                copy.write(b"".join(piece))
            begin = BEGIN


def is_in_order(cursor: Any, staged: str) -> bool:
    """Whether the staged lines stand in the order of their keys, as far as a sample tells: it is only about time."""
    cursor.execute(
        "SELECT correlation FROM pg_stats WHERE (schemaname || '.' || tablename, attname) = (%s, 'line_key')",
        [staged],
    )
    found = cursor.fetchone()
    return found is not None and (found[0] or 0) > IN_ORDER
