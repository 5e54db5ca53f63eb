"""`script/bench ingest [--json] [--rows N]`: a year of orders from one file into the ledger, against the limit and a peer.

One run, one database. The file has N rows (1,000,000) over twelve months and three currencies, 1 % of them bad, 2 % repeated,
3 % refunded, of two hundred companies in one store.

- `import_s`: the product's own import by the plain role: the file is taken in, read in the sandbox, previewed, confirmed and
  entered, with rejected rows, owners, sums and seal. `read_s` and `enter_s` are its two halves.
- `copy_s`: COPY of the finished rows, sorted by day and key, into a table like the ledger (same columns, months, keys,
  indexes, checks and triggers). `ratio_to_copy` compares rows per second.
- `peer_s`: django-import-export's normal path (a resource of the model, row by row) on a sample, scaled; `ratio_to_import_export`.
- `again_s`: the same file once more; `changes_second_time` counts the rows it added to the ledger.
- `peak_mib`: the most that this process and its sandboxed readers held, added.
- above 1,000,000 rows a file of 1,000,000 goes first, into another store; `cost_over_one_million` compares the cost of a row.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from bench.database import own_database
from bench.watch import held_mib

GOALS = {
    "ratio_to_copy": (0.6, True),
    "ratio_to_import_export": (100, True),
    "peak_mib": (300, False),
    "changes_second_time": (0, False),
    "cost_over_one_million": (1.3, False),
}
MILLION = 1_000_000
TABLE = "reports_sales_line"
BLOCK = 1 << 20


class Watch:
    """A process that looks at the sandboxed readers of this one while they live, from outside, so that it takes nothing from what it
    looks at; what an ended child held nobody tells rightly, since its count begins with the size of the process that started it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.watch", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def peak_mib(self) -> float:
        """The most that this process and its readers held, added."""
        told, _nothing = self.process.communicate("")
        largest = float(told)
        assert largest, "no reader was seen"
        return held_mib("self") + largest


def take_in(path: Path, program: Any, store: Any) -> dict[str, Any]:
    """The product's own import: seconds of its halves, and what it says of the file."""
    from django.core.files.base import File

    from reports.domain import importing

    began = time.perf_counter()
    with path.open("rb") as stream:
        kept = importing.keep(File(stream, name=path.name))
    batch = importing.read(importing.stage(kept, program, store, None, "agency"))
    assert batch.state == "preview", batch.refusal_en
    half = time.perf_counter()
    batch = importing.enter(importing.confirm(batch, by=None))
    assert batch.state == "done", batch.refusal_en
    ended = time.perf_counter()
    return {
        "rows": batch.rows, "lines": batch.lines, "rejected": batch.rejected, "duplicate": batch.duplicate,
        "read_s": half - began, "enter_s": ended - half, "import_s": ended - began,
    }  # fmt: skip


def limit(store: Any) -> tuple[int, float]:
    """Rows and seconds of COPY of the finished rows into a table like the ledger."""
    with (
        psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner,
        tempfile.TemporaryFile() as rows,
    ):
        found = owner.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " ORDER BY attnum", [TABLE],
        )  # fmt: skip
        columns = ", ".join(f'"{name}"' for (name,) in found)
        owner.execute(
            f"CREATE TABLE bench_line (LIKE {TABLE} INCLUDING ALL) PARTITION BY RANGE (business_day)"
        )
        months = owner.execute(
            f"SELECT DISTINCT date_trunc('month', business_day)::date FROM {TABLE} WHERE store_id = %s ORDER BY 1",
            [store.pk],
        ).fetchall()
        for (month,) in months:
            owner.execute(
                f"CREATE TABLE bench_line_{month:%Y%m} PARTITION OF bench_line FOR VALUES FROM ('{month}')"
                f" TO ('{month}'::date + interval '1 month')"
            )
        owner.execute(
            "CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON bench_line FOR EACH ROW EXECUTE FUNCTION naru_insert_only()"
        )
        owner.execute(
            "CREATE TRIGGER sum_lines AFTER INSERT ON bench_line REFERENCING NEW TABLE AS entered"
            " FOR EACH STATEMENT EXECUTE FUNCTION naru_sum_lines('sales')"
        )
        with owner.cursor().copy(
            f"COPY (SELECT {columns} FROM {TABLE} WHERE store_id = '{store.pk}' ORDER BY business_day, line_key) TO STDOUT"
        ) as out:
            for block in out:
                rows.write(block)
        rows.seek(0)
        began = time.perf_counter()
        with owner.cursor() as cursor, cursor.copy(f"COPY bench_line ({columns}) FROM STDIN") as into:
            while block := rows.read(BLOCK):
                into.write(block)
        took = time.perf_counter() - began
        count = owner.execute("SELECT count(*) FROM bench_line").fetchone()
        owner.execute("DROP TABLE bench_line")
        assert count is not None
        return int(count[0]), took


def peer(store: Any, sample: int) -> float:
    """Seconds of django-import-export's normal path for `sample` lines of the ledger, under other keys."""
    import tablib
    from django.db import transaction
    from import_export import resources

    from reports.models import SalesLine

    class LineResource(resources.ModelResource):  # type: ignore[type-arg]
        class Meta:
            model = SalesLine
            import_id_fields = ("store", "line_key", "version", "sign")

    lines = SalesLine.objects.filter(store=store, sign=1).order_by("business_day", "line_key")[:sample]
    exported = LineResource().export(lines)
    place = exported.headers.index("line_key"), exported.headers.index("id")
    fresh = tablib.Dataset(headers=exported.headers)
    for number, row in enumerate(exported):
        cells = list(row)
        cells[place[0]], cells[place[1]] = f"peer-{number}", str(-1 - number)
        fresh.append(cells)
    began = time.perf_counter()
    with transaction.atomic():
        result = LineResource().import_data(fresh, dry_run=False, raise_errors=True)
        took = time.perf_counter() - began
        assert result.totals["new"] == len(fresh), result.totals
        transaction.set_rollback(True)
    return took


def measure(rows: int, sample: int, become_plain: Callable[[], None]) -> dict[str, Any]:
    from bench import orders
    from reports.models import SalesLine

    program, store = orders.world()
    other = orders.world("FIRST")[1] if rows > MILLION else None
    become_plain()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="naru-bench-") as folder:
        path = Path(folder) / "orders.csv"
        if other is not None:
            orders.write(path, MILLION, seed=2)
            first = take_in(path, program, other)
            found["first_million_s"] = first["import_s"]
        orders.write(path, rows)
        found["file_mb"] = path.stat().st_size / 1e6
        watch = Watch()
        found |= take_in(path, program, store)
        found["peak_mib"] = watch.peak_mib()
        if other is not None:
            found["cost_over_one_million"] = (
                found["import_s"] / found["rows"] / (first["import_s"] / first["rows"])
            )
        before = SalesLine.objects.filter(store=store).count()
        again = take_in(path, program, store)
        found["again_s"] = again["import_s"]
        found["changes_second_time"] = SalesLine.objects.filter(store=store).count() - before
    count, took = limit(store)
    found["copy_s"] = took
    found["rows_per_s"] = found["lines"] / found["import_s"]
    found["ratio_to_copy"] = found["rows_per_s"] / (count / took)
    found["peer_s"] = peer(store, sample) / sample * found["lines"]
    found["ratio_to_import_export"] = found["peer_s"] / found["import_s"]
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench ingest")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rows", type=int, default=MILLION)
    parser.add_argument("--sample", type=int, default=1_000)
    options = parser.parse_args()
    with own_database("naru_bench_ingest") as become_plain:
        found = measure(options.rows, min(options.sample, options.rows // 2), become_plain)
    if options.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        goal, is_least = GOALS.get(name, (None, False))
        text = "" if goal is None else f"   goal {'>=' if is_least else '<='} {goal}"
        print(f"{name:<26} {value}{text}")


if __name__ == "__main__":
    main()
