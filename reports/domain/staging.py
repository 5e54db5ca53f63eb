"""Sales of a file on their way into the ledger (반입 대기 내역): as they were read, in a table of the file's own that stands
until they are entered or given up, and beside it their sums. Whoever locks both locks the sums first.

So a file is read once, and what is entered is what was previewed; and its lines are added up once, for all that is asked of them as
a whole. The tables are not kept through a crash of the database; the file is then read anew. Within a file a line stands once: a row that repeats an earlier one in all its values is left out, one
that has other values is rejected, since nobody can say which of the two holds.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from django.db import connection

from ground.pipes import widen_socket
from reports.domain.ledger import ask, do
from reports.files.facts import SaleFact
from reports.files.lines import FileRefused

FIELDS = SaleFact._fields
COMPARED = ", ".join(f"s.{name}" for name in FIELDS if name not in {"row", "line_key"})


KEPT = dt.timedelta(days=7)
_INTO = "COPY {} FROM STDIN WITH (NULL E'\\x01')"


def table_of(batch: UUID) -> str:
    return f"naru_staging.sales_{batch.hex}"


def sums_of(batch: UUID) -> str:
    """The table of the file's sums, beside that of its lines."""
    return f"naru_staging.sums_{batch.hex}"


@contextlib.contextmanager
def filling(batch: UUID) -> Iterator[Callable[[bytes], None]]:
    """Takes rows of COPY in the order of `SaleFact` into the file's table, which is made anew. `FileRefused('unreadable')`
    when they are not what the table can hold."""
    do("SELECT naru_stage(%s)", [batch])
    try:
        with connection.cursor() as cursor:
            widen_socket(cursor.connection.pgconn.socket)
            with cursor.copy(_INTO.format(table_of(batch))) as copy:
                yield copy.write
        do("SELECT naru_staged(%s)", [batch])
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise FileRefused("unreadable") from error


def standing(batch: UUID) -> tuple[int, list[str]] | None:
    """How many lines stand in the file's table, and the texts of states that nobody knows; None where there is no table. Their sums tell it,
    once there are any."""
    table = table_of(batch)
    if ask("SELECT to_regclass(%s) IS NULL", [table])[0][0]:
        return None
    ((lines, states),) = ask(
        "SELECT sum(lines)::bigint, array_agg(DISTINCT state) FILTER (WHERE state IS NOT NULL)"  # noqa: S608
        f" FROM {sums_of(batch)} WHERE EXISTS (SELECT 1 FROM {table})"
    )
    if lines is None:
        ((lines, states),) = ask(
            f"SELECT count(*), array_agg(DISTINCT status_text) FILTER (WHERE status_class = 'look') FROM {table}"  # noqa: S608
        )
    return lines, sorted(states or ())


def drop(batch: UUID) -> None:
    """The lines are entered, or will not be."""
    do("SELECT naru_unstage(%s)", [batch])


@dataclass(frozen=True, slots=True)
class Sifted:
    """How many rows repeat an earlier one, how many of the same key say something else (`twins`), and the first of these, each
    with the earlier row."""

    repeated: int
    twins: int
    told: list[tuple[int, int]]


def sift(batch: UUID, told: int) -> Sifted:
    """Leaves each line once in the table: the first row of each key. At most `told` twins are told."""
    table = table_of(batch)
    do("SET LOCAL work_mem = '128MB'")
    do("DROP TABLE IF EXISTS naru_twice")
    do(
        f"""
        CREATE TEMPORARY TABLE naru_twice ON COMMIT DROP AS SELECT place, first FROM (
            SELECT ctid AS place, first_value(ctid) OVER alike AS first, row_number() OVER alike AS number FROM {table}
            WINDOW alike AS (PARTITION BY line_key ORDER BY "row")
        ) s WHERE number > 1
        """  # noqa: S608
    )
    # Each row is found by its place, however many there are.
    do("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
    ((repeated, twins, pairs),) = ask(
        f"""
        WITH gone AS (
            DELETE FROM {table} s USING naru_twice t JOIN {table} f ON f.ctid = t.first WHERE s.ctid = t.place
            RETURNING s."row", f."row" AS first, ({COMPARED}) IS NOT DISTINCT FROM ({COMPARED.replace("s.", "f.")}) AS is_same
        )
        SELECT count(*) FILTER (WHERE is_same), count(*) FILTER (WHERE NOT is_same), ARRAY(
            SELECT ARRAY["row", first] FROM gone WHERE NOT is_same ORDER BY 1 LIMIT %s
        ) FROM gone
        """,  # noqa: S608
        [told],
    )
    do("SET LOCAL enable_hashjoin TO DEFAULT; SET LOCAL enable_mergejoin TO DEFAULT")
    return Sifted(repeated, twins, [(row, first) for row, first in pairs])


@dataclass(frozen=True, slots=True)
class Alike:
    """What lines share that are added up together, so that all of them have one owner: the listing and the SKU where assignments
    of the store name any, and the `days` between two on which one begins or has ended, in the `zone`."""

    by_listing: bool
    by_sku: bool
    zone: str
    days: tuple[dt.date, ...]
    is_split: bool
    """Whether the file's own days lie on both sides of one of these."""

    def __str__(self) -> str:
        return (
            f"{self.by_listing:d}{self.by_sku:d}{self.is_split:d} {self.zone} {' '.join(map(str, self.days))}"
        )


_CHANGES = """
SELECT array_agg(DISTINCT a.scope), array_agg(DISTINCT d.day ORDER BY d.day) FILTER (WHERE d.day IS NOT NULL)
FROM programs_assignment a, LATERAL (VALUES (a.from_on), (a.until_on + 1)) d (day) WHERE a.store_id = %s
"""


def alike(store: UUID, zone: str, first_at: dt.datetime | None, last_at: dt.datetime | None) -> Alike:
    """Of sales that lie between these two moments, by the store's assignments as they are now."""
    scopes, days = ask(_CHANGES, [store])[0]
    days = days or []
    is_split = bool(days)
    if first_at is not None and last_at is not None:
        first, last = (at.astimezone(ZoneInfo(zone)).date() for at in (first_at, last_at))
        begun = [day for day in days if day <= first][-1:]
        within = [day for day in days if first < day <= last]
        days, is_split = begun + within, bool(within)
    return Alike("listing" in (scopes or ()), "sku" in (scopes or ()), zone, tuple(days), is_split)


def add_up(batch: UUID, by: Alike, parts: Mapping[str, str]) -> None:
    """Sums of lines that are alike, with the `parts` (name to SQL) of their amounts; they stand as `sums_of`. Nothing is done where they do."""
    table, sums = table_of(batch), sums_of(batch)
    if ask(f"SELECT alike = %s FROM {sums} LIMIT 1", [str(by)]) == [(True,)]:  # noqa: S608
        return
    days = list(by.days)
    since = (
        "width_bucket((ordered_at::timestamptz AT TIME ZONE %(zone)s)::date, %(days)s::date[])"
        if by.is_split
        else str(len(days))
    )
    # A statement that writes is carried out by one process of the database; one that makes a table by several, of which the one that
    # asks only gathers what the others found.
    do("DROP TABLE IF EXISTS naru_alike; SET LOCAL parallel_leader_participation = off")
    do(
        f"""
        CREATE TEMPORARY TABLE naru_alike ON COMMIT DROP AS SELECT %(alike)s AS alike,
            {"listing_reference" if by.by_listing else "''"}::text AS listing_reference, {"sku" if by.by_sku else "''"}::text AS sku,
            {since} AS since, currency_id, CASE WHEN bool_or(status_class = 'look') THEN status_text END AS state, count(*) AS lines,
            {", ".join(f"{sql} AS {name}" for name, sql in parts.items())}
        FROM {table} GROUP BY 2, 3, 4, 5, status_text
        """,  # noqa: S608
        {"alike": str(by), "zone": by.zone, "days": days},
    )
    do("SET LOCAL parallel_leader_participation TO DEFAULT")
    do(f"DELETE FROM {sums}; INSERT INTO {sums} SELECT * FROM naru_alike")  # noqa: S608


def forget_sums(batch: UUID) -> None:
    """Lines were taken out of the table."""
    do(f"DELETE FROM {sums_of(batch)}")  # noqa: S608


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in the table: how many lines, their sums by currency (in the currency's units), and the texts of
    states that no table knows."""

    lines: int
    sums: dict[str, tuple[Decimal, ...]]
    states: list[str]


def content(batch: UUID, parts: Sequence[str]) -> Content:
    """All that is asked of the lines as a whole, of their sums."""
    rows = ask(
        f"""
        SELECT currency_id, sum(lines)::bigint, array_agg(DISTINCT state) FILTER (WHERE state IS NOT NULL),
               {", ".join(f"sum({name})" for name in parts)}
        FROM {sums_of(batch)} GROUP BY 1 ORDER BY 1
        """  # noqa: S608
    )
    states = {state for _currency, _lines, found, *_sums in rows for state in found or ()}
    return Content(sum(row[1] for row in rows), {row[0]: tuple(row[3:]) for row in rows}, sorted(states))


def days(batch: UUID, zone: str) -> set[dt.date]:
    """The business days in the zone."""
    day = "(ordered_at::timestamptz AT TIME ZONE %s)::date"
    return {found for (found,) in ask(f"SELECT DISTINCT {day} FROM {table_of(batch)}", [zone])}  # noqa: S608


_LEFT_BEHIND = """
SELECT b.id FROM reports_importbatch b
WHERE to_regclass('naru_staging.sales_' || replace(b.id::text, '-', '')) IS NOT NULL
  AND (b.state NOT IN ('waiting', 'reading', 'preview', 'importing') OR b.created_at < naru_now() - %s)
"""


def sweep() -> int:
    """Drop the tables of files that wait for nobody any more: decided on, or taken in more than `KEPT` ago. Who confirms
    such a file later has it read anew. Returns how many."""
    left = [batch for (batch,) in ask(_LEFT_BEHIND, [KEPT])]
    for batch in left:
        drop(batch)
    return len(left)
