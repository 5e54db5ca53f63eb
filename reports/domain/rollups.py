"""Keeping the sums of the ledger's sales (집계): with the lines, in their transaction.

`keep` is called where lines enter. A rate, a tax treatment or a rule of the program that changes makes months out of date, as does what
tells the product group of their lines for the sums by group; they are read from the lines until `renew` has made them anew (the worker does, every minute).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction


@dataclass(frozen=True, slots=True, order=True)
class Kept:
    """A store's month in a program."""

    program: UUID
    store: UUID
    month: dt.date


def keep(store_id: UUID) -> None:
    """Make the sums of the store's months anew that got lines in this transaction. A month is made by reading its lines
    once more, so it is right whatever the lines were; two imports of two stores do not wait for each other here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT naru_roll_up(program_id, store_id, months) FROM (SELECT program_id, store_id,"
            " array_agg(DISTINCT first_on) AS months FROM reports_rollup_change"
            " WHERE \"transaction\" = pg_current_xact_id()::text::bigint AND what = 'lines' AND store_id = %s"
            " GROUP BY program_id, store_id ORDER BY program_id) touched",
            [store_id],
        )


def make(kept: Kept) -> None:
    """Make one month's sums anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT naru_roll_up(%s, %s, ARRAY[%s]::date[])", [kept.program, kept.store, kept.month]
        )


def out_of_date() -> list[Kept]:
    """The months that do not see a change that was written down, of all programs; and those that lack a basis on which a target
    counts now. The newest first: they are looked at most."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id, o.store_id, o.month FROM programs_program p
            CROSS JOIN LATERAL naru_rollups_out_of_date(p.id, '-infinity', 'infinity', true) o
            UNION
            SELECT s.program_id, s.store_id, s.month FROM reports_rollup_month s JOIN programs_target t USING (program_id)
            WHERE t.measure = 'orders' AND t.moment IN ('ordered', 'paid') AND t.moment
                || CASE WHEN t.has_tax THEN ',tax' ELSE '' END || CASE WHEN t.has_shipping THEN ',shipping' ELSE '' END
                <> ALL (s.bases)
            ORDER BY 3 DESC, 1, 2
            """
        )
        return [Kept(*row) for row in cursor.fetchall()]


def everything() -> list[Kept]:
    """All months of which there are lines, by the sums that files have of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT program_id, store_id, month FROM reports_batch_sum"
            " WHERE ledger = 'sales' AND program_id IS NOT NULL ORDER BY 1, 2, 3"
        )
        return [Kept(*row) for row in cursor.fetchall()]


def renew(*, all_of_them: bool = False) -> int:
    """Make every month anew that is out of date, or all, each in a transaction of its own; returns how many."""
    found = everything() if all_of_them else out_of_date()
    for each in found:
        with transaction.atomic():
            make(each)
    return len(found)


def tidy() -> None:
    """Let go of the changes that every month has seen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT naru_tidy_rollups()")
