"""`script/bench dashboard [--json] [--rows N]`: the dashboard over a year of an alliance's lines, against what an analyst would pick.

One run, one database. The ledger holds a tenth of N lines first, then N (10,000,000): a year of two hundred companies in three
currencies, 3 % refunded, 1 % taken back and entered anew; twenty companies go over to a second program in the middle of July.

- `p95_ms`: the questions of the pages (a program's results by month, company, store and grade; its standing against the target;
  a company's own months), by the plain role, of N lines. `growth_10m_over_1m` is that over the same of a tenth.
- `redo_s`: one month's sums made anew, committed; `scan_s`: one sequential scan that adds one column of all
  lines. Both are one process.
- `direct_s`: the results read line by line. `difference_krw`: the won by which any month of any company differs between
  what is shown, what the lines come to, and SQL of its own (`reports.domain.verifying`), added without sign, both programs.
- `duckdb_s`: the same cells from Parquet (zstd) by DuckDB with two threads; `over_duckdb` is `p95_ms` of it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from bench.database import own_database

GOALS = {"growth_10m_over_1m": 1.5, "over_duckdb": 0.05, "redo_over_scan": 1.5, "difference_krw": 0}
TIMES = 20
JOINED_ON, MOVED = dt.date(2025, 7, 16), 20

LINES = """
INSERT INTO reports_sales_line (business_day, agency_id, batch_id, "row", store_id, program_id, company_id, participation_id,
    line_key, version, sign, order_reference, currency_id, ordered_at, units, gross_amount, discount_amount, fee_amount,
    shipping_in_amount, shipping_cost_amount, refund_amount, net_amount, status_text, status_class, kind)
SELECT x.day, %(agency)s, %(batch)s, x.n + 1, %(store)s, p.program_id, p.company_id, p.id, 'L' || x.n, v.version, v.sign,
       'O' || x.n / 2, x.currency, x.day + time '03:00', v.sign, v.sign * x.gross, v.sign * -x.off, 0, 0, 0,
       v.sign * x.refund, v.sign * (x.gross - x.off + x.refund), '', CASE WHEN x.refund = 0 THEN 'sold' ELSE 'refunded' END, 'sale'
FROM (
    SELECT n.*, round(n.gross * 0.05, n.decimals) AS off,
           CASE WHEN n.n %% 33 = 0 THEN round(n.gross * 0.05, n.decimals) - n.gross ELSE 0 END AS refund
    FROM (
        SELECT n, %(first)s::date + (n / 2 * 2 %% %(days)s)::integer AS day, (ARRAY['USD', 'MXN', 'CLP'])[1 + n / 2 %% 3] AS currency,
               CASE n / 2 %% 3 WHEN 2 THEN 1000 * (1 + n * 7919 %% 90) ELSE (100 + n * 7919 %% 9000) / 100.0 END AS gross,
               CASE n / 2 %% 3 WHEN 2 THEN 0 ELSE 2 END AS decimals, n * 31 %% %(companies)s AS company
        FROM generate_series(%(from)s::bigint, %(until)s::bigint - 1) AS n
    ) n
) x
JOIN unnest(%(parts)s::uuid[], %(later)s::uuid[]) WITH ORDINALITY AS c (part, later, place) ON c.place = x.company + 1
JOIN programs_participation p ON p.id = CASE WHEN x.day >= %(joined)s THEN c.later ELSE c.part END
JOIN (VALUES (1, 1), (1, -1), (2, 1)) AS v (version, sign) ON (v.version, v.sign) = (1, 1) OR x.n %% 100 = 0
"""
TOGETHER = 500_000

EXPORTED = """
COPY (SELECT l.program_id, l.company_id, l.store_id, b.grade, l.business_day, l.currency_id, l.gross_amount + l.discount_amount AS gross,
             l.refund_amount AS refund, l.sign, l.units, l.order_reference, l.status_class
      FROM reports_sales_line l JOIN reports_importbatch b ON b.id = l.batch_id) TO STDOUT (FORMAT csv, HEADER)
"""
ANALYST = """
SELECT program_id, date_trunc('month', l.business_day) AS month, company_id, store_id, grade, l.currency_id, sum(gross), sum(refund),
       sum(round(gross * r.won)), sum(round((gross + refund) * r.won)), sum(sign), sum(units)
FROM 'lines.parquet' l JOIN rates r ON r.currency_id = l.currency_id AND r.business_day = l.business_day
WHERE status_class IN ('sold', 'refunded') OR (status_class = 'cancelled' AND refund <> 0)
GROUP BY 1, 2, 3, 4, 5, 6
"""
ANALYSTS_ORDERS = """
SELECT program_id, month, currency_id, count(*) FROM (
    SELECT program_id, date_trunc('month', business_day) AS month, currency_id, store_id, order_reference FROM 'lines.parquet'
    WHERE status_class IN ('sold', 'refunded') OR (status_class = 'cancelled' AND refund <> 0)
    GROUP BY 1, 2, 3, 4, 5 HAVING sum(sign) > 0
) GROUP BY 1, 2, 3
"""


def fill(program: Any, following: Any, store: Any, from_: int, until: int) -> None:
    """Lines of these numbers, by the owner, in the order in which they were sold."""
    from bench import orders
    from reports.models import ImportBatch

    batch = ImportBatch.objects.get(store=store)
    parts = list(program.participations.order_by("company__business_number").values_list("pk", flat=True))
    later = list(following.participations.order_by("company__business_number").values_list("pk", flat=True))
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        for month in range(12):
            owner.execute("SELECT naru_ensure_month('reports_sales_line', %s)", [dt.date(2025, month + 1, 1)])
        for start in range(from_, until, TOGETHER):
            owner.execute(
                LINES,
                {
                    "agency": store.agency_id, "batch": batch.pk, "store": store.pk, "first": orders.FIRST,
                    "days": orders.DAYS, "companies": len(parts), "from": start, "until": min(start + TOGETHER, until),
                    "parts": parts, "later": later + parts[len(later) :], "joined": JOINED_ON,
                },
            )  # fmt: skip
        owner.execute("VACUUM ANALYZE reports_sales_line")


def world() -> tuple[Any, Any, Any]:
    """A program of two hundred companies, a second one that twenty of them go over to, and the store with one file."""
    from bench import ingest, orders
    from tests.factories import programs

    program, store = orders.world()
    following = programs.program("NEXT-2025", starts_on=orders.FIRST, ends_on=program.ends_on)
    for part in program.participations.order_by("company__business_number")[:MOVED]:
        programs.participation(part.company, following)
    for each in (program, following):
        programs.target(each, from_on=orders.FIRST, until_on=each.ends_on)
    with tempfile.TemporaryDirectory(prefix="naru-bench-") as folder:
        path = Path(folder) / "orders.csv"
        orders.write(path, 200)
        ingest.take_in(path, program, store)
    return program, following, store


def timed(work: Callable[[], Any], times: int = 1) -> list[float]:
    found = []
    for _each in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return found


def pages(program: Any) -> list[Callable[[], Any]]:
    """What the pages ask of the sales of a program and of one of its companies."""
    from reports.queries import home, order_sums, results, targets

    on = program.ends_on
    one = program.participations.select_related("program", "company").order_by("pk")[7]

    def results_page() -> None:
        found = order_sums.orders(results.scope_until(program, on))
        found.by_month(), found.by_company(), found.by_store(), found.by_grade()
        assert found.lines

    return [results_page, lambda: targets.standing(program, on), lambda: home.sold_in(one, on)]


def difference(program: Any) -> Decimal:
    """Won by which what is shown differs from the lines, and the lines from SQL of its own; added without sign."""
    from reports.domain.verifying import figures, shown
    from reports.queries import order_sums, results

    scope = results.scope_until(program, program.ends_on)
    sides: list[dict[Any, Decimal]] = []
    for cells in (order_sums.orders(scope).cells, order_sums.of_lines(scope).cells):
        sides.append({})
        for cell in cells:
            key = (cell.month, cell.company)
            sides[-1][key] = sides[-1].get(key, Decimal(0)) + cell.sum.krw_amount + cell.sum.net_krw_amount
    sides.append({})
    for each in figures.cells(shown.question_of(scope)):
        key = (each.month, each.company)
        sides[-1][key] = sides[-1].get(key, Decimal(0)) + each.krw + each.net_krw
    shown_, *others = sides
    return sum(
        (
            abs(shown_.get(key, Decimal(0)) - other.get(key, Decimal(0)))
            for other in others
            for key in {*shown_, *other}
        ),
        Decimal(0),
    )


def analyst(folder: Path, program: Any) -> dict[str, float]:
    """Seconds of DuckDB with two threads for the same cells and counts of orders, and the size of its file."""
    import duckdb

    from reports.queries import rates

    raw, parquet = folder / "lines.csv", folder / "lines.parquet"
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner, raw.open("wb") as out:
        with owner.cursor().copy(EXPORTED) as copy:
            for block in copy:
                out.write(block)
        days = owner.execute("SELECT DISTINCT currency_id, business_day FROM reports_sales_line").fetchall()
    found = rates.for_days(program, [(str(currency), day) for currency, day in days])
    with duckdb.connect(config={"threads": 2}) as duck:
        duck.execute("CREATE TABLE rates (currency_id varchar, business_day date, won decimal(18, 8))")
        duck.executemany(
            "INSERT INTO rates VALUES (?, ?, ?)",
            [(currency, day, each.krw_per_unit) for (currency, day), each in found.items()],
        )
        duck.execute(
            f"COPY (SELECT * FROM read_csv('{raw}', types = {{'gross': 'decimal(18, 4)', 'refund': 'decimal(18, 4)'}}))"
            f" TO '{parquet}' (FORMAT parquet, COMPRESSION zstd)"
        )
        raw.unlink()

        def ask() -> None:
            for sql in (ANALYST, ANALYSTS_ORDERS):
                assert duck.execute(sql.replace("lines.parquet", str(parquet))).fetchall()

        return {"duckdb_s": statistics.median(timed(ask, 3)), "parquet_mb": parquet.stat().st_size / 1e6}


def measure(rows: int, become_plain: Callable[[], None]) -> dict[str, Any]:
    from django.db import connection, transaction

    from reports.domain import rollups
    from reports.models import RollupCell

    program, following, store = world()
    become_plain()
    found: dict[str, Any] = {"rows": rows}
    p95: list[float] = []
    done = 0
    for size in (rows // 10, rows):
        fill(program, following, store, done, size)
        done = size
        built = timed(rollups.renew)[0]
        questions = pages(program)
        for question in questions:
            question()
        times = sorted(each for _time in range(TIMES) for question in questions for each in timed(question))
        p95.append(times[int(len(times) * 0.95)] * 1000)
    found["lines"] = sum(each.lines for each in RollupCell.objects.all())
    found["cells"], found["all_months_s"] = RollupCell.objects.count(), built
    found["p95_ms"], found["p95_tenth_ms"] = p95[1], p95[0]
    found["growth_10m_over_1m"] = p95[1] / p95[0]

    def redo() -> None:
        with transaction.atomic():
            rollups.make(rollups.Kept(program.pk, store.pk, dt.date(2025, 7, 1)))

    def scan() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
            cursor.execute("SELECT sum(net_amount) FROM reports_sales_line")

    scan()
    found["redo_s"], found["scan_s"] = (statistics.median(timed(work, 3)) for work in (redo, scan))
    found["redo_over_scan"] = found["redo_s"] / found["scan_s"]
    from reports.queries import order_sums, results

    scope = results.scope_until(program, program.ends_on)
    found["direct_s"] = timed(lambda: order_sums.of_lines(replace(scope)))[0]
    found["difference_krw"] = int(difference(program) + difference(following))
    with tempfile.TemporaryDirectory(prefix="naru-bench-") as folder:
        found |= analyst(Path(folder), program)
    found["over_duckdb"] = found["p95_ms"] / 1000 / found["duckdb_s"]
    found["over_direct"] = found["p95_ms"] / 1000 / found["direct_s"]
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench dashboard")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rows", type=int, default=10_000_000)
    options = parser.parse_args()
    with own_database("naru_bench_dashboard") as become_plain:
        found = measure(options.rows, become_plain)
    if options.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        text = f"   goal <= {GOALS[name]}" if name in GOALS else ""
        print(f"{name:<26} {value}{text}")


if __name__ == "__main__":
    main()
