"""The ledger of lines (판매·정산 원장): its tables, their months, and the lines that come in, laid out beside them.

Incoming lines stand in a temporary table, or in the one in which they are staged; `entering` compares and writes them, `seals`
seals what a file brought.

A payout that belongs to several companies stands as several parts; group key `K`, line keys `K§1`, `K§2` …; the parts
are taken back and entered together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from reports.domain.sealing import BEFORE_KEY

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


def columns(ledger: Ledger) -> tuple[str, ...]:
    """The columns of an incoming row, in the order of `lay_out`."""
    return HEAD + ledger.values


def quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def prefixed(alias: str, names: Iterable[str]) -> str:
    return ", ".join(f'{alias}."{name}"' for name in names)


def clear() -> None:
    """Forget incoming lines of an earlier work in this transaction."""
    do("DROP TABLE IF EXISTS naru_incoming, naru_known, naru_verdict")


STAGED_KEY = f"""CASE WHEN length(s.line_key) <= {KEY_LIMIT} THEN s.line_key ELSE left(s.line_key, 120) || '~'
    || left(encode(sha256(convert_to(s.line_key, 'UTF8')), 'hex'), 40) END"""
"""The key itself, or for a very long one its beginning and a fingerprint."""

EVENT_DAY = "COALESCE({0}.event_on, {0}.business_day)"
"""SQL: the day on which it happened what a row says, whatever month it is booked in."""


def owned(day: str) -> str:
    """SQL that joins a participation `p` to sales `s` of the store: by the narrowest assignment that holds on the `day`."""
    return f"""LEFT JOIN programs_assignment l ON l.store_id = %(store)s AND l.scope = 'listing' AND l.reference = s.listing_reference
    AND {day} BETWEEN l.from_on AND coalesce(l.until_on, 'infinity')
LEFT JOIN programs_assignment k ON k.store_id = %(store)s AND k.scope = 'sku' AND k.reference = s.sku
    AND {day} BETWEEN k.from_on AND coalesce(k.until_on, 'infinity')
LEFT JOIN programs_assignment w ON w.store_id = %(store)s AND w.scope = 'store'
    AND {day} BETWEEN w.from_on AND coalesce(w.until_on, 'infinity')
LEFT JOIN programs_participation p ON p.id = coalesce(l.participation_id, k.participation_id, w.participation_id)"""


_STAGED = """
SELECT {key} AS group_key, {key} AS line_key, %(batch)s::uuid AS batch_id, s."row", s.day AS business_day,
    {owner} s.order_reference, s.currency_id, s.pack_reference,
    s.instant AS ordered_at, (date_part('epoch', s.local - s.instant AT TIME ZONE 'UTC') / 60)::smallint AS offset_minutes, s.kind, s.sku,
    s.listing_reference, left(s.title, 300) AS title, s.unit_amount, left(s.status_text, 160) AS status_text,
    coalesce(r.meaning, s.status_class) AS status_class, s.is_advertised, {amounts}
FROM (
    SELECT s.*, s.ordered_at::timestamptz AS instant, s.ordered_at::timestamp AS local,
           (s.ordered_at::timestamptz AT TIME ZONE %(zone)s)::date AS day
    FROM {table} s OFFSET 0
) s
LEFT JOIN unnest(%(texts)s::text[], %(meanings)s::text[]) AS r (status_text, meaning)
    ON s.status_class = 'look' AND r.status_text = s.status_text
{owned}
"""


@dataclass(frozen=True, slots=True)
class Source:
    """Where incoming lines come from: `rows` is SQL for them with the columns of the ledger and their `group_key`, `values` for them without
    their owners, whom nobody looks for then; both with the `parameters`. `table`: the one in which they stand, if it is no temporary one."""

    rows: str
    values: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    table: str = ""


LAID_OUT = Source("SELECT * FROM naru_incoming", "SELECT * FROM naru_incoming")
"""What `lay_out` has laid out."""


def has_lines(ledger: Ledger, scope: UUID) -> bool:
    """Whether the ledger has any line of that store or agency."""
    return bool(
        ask(f"SELECT EXISTS (SELECT 1 FROM {ledger.table} WHERE {ledger.scope} = %s)", [scope])[0][0]  # noqa: S608
    )


def staged(table: str, *, batch_id: UUID, store_id: UUID, zone: str, meanings: Mapping[str, str]) -> Source:
    """The sales that stand in the table: with the business day in `zone`, with the owner by the narrowest assignment that
    holds on that day (listing, SKU, the whole store), with the `meanings` of states that nobody knew."""
    # Where lines are compared: of a column the database knows how many values it has, of an expression it does not, and would
    # look each line up by itself.
    is_short = (
        has_lines(SALES, store_id)
        and not ask(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE octet_length(line_key) > {KEY_LIMIT})")[0][0]  # noqa: S608
    )
    told = {
        "table": table, "key": "s.line_key" if is_short else STAGED_KEY, "amounts": prefixed("s", SALES.amounts),
    }  # fmt: skip
    owner = "p.program_id, p.company_id, p.id AS participation_id,"
    return Source(
        _STAGED.format(**told, owner=owner, owned=owned("s.day")),
        _STAGED.format(**told, owner="", owned=""),
        {
            "batch": batch_id, "store": store_id, "zone": zone, "texts": list(meanings),
            "meanings": list(meanings.values()),
        },
        table,
    )  # fmt: skip


def lay_out(ledger: Ledger, rows: Iterable[Sequence[Any]]) -> None:
    """COPY incoming rows (values of `columns`) into the temporary table of this transaction."""
    make_incoming(ledger)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY naru_incoming ({quoted(columns(ledger))}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
    do("ANALYZE naru_incoming (group_key)")


def make_incoming(ledger: Ledger) -> None:
    clear()
    do("SET LOCAL work_mem = '256MB'")
    do(
        f"CREATE TEMPORARY TABLE naru_incoming ON COMMIT DROP AS SELECT line_key AS group_key, l.*"  # noqa: S608
        f" FROM {ledger.table} l WITH NO DATA"
    )


def group_of(ledger: Ledger) -> str:
    """SQL for the group key of a line `l`."""
    return "l.line_key" if ledger is SALES else f"split_part(l.line_key, '{PART}', 1)"


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
