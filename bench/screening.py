"""`script/bench screening [--json] [--companies N]`: the criteria of a call over a register, against floor and peer.

One run, one database: what-if over the register; screening of as many applications stored with reasons; the
floor (id and twelve booleans of every row into Python); the peer (Python over prefetched objects, on a sample, scaled).
Seconds; medians of five where it is cheap.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.database import own_database

GOALS = {"whatif_over_floor": (2, False), "stored_over_floor": (8, False), "speedup_over_loop": (50, True)}


def seconds(work: Callable[[], Any], times: int = 1) -> float:
    found = []
    for _each in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(count: int, sample: int, become_plain: Callable[[], None]) -> dict[str, Any]:
    from django.conf import settings
    from django.db import connection

    from bench import loop, register
    from programs.domain import screening
    from programs.models import Screened
    from programs.queries.what_if import stand_of_register

    call = register.a_call()
    register.fill(call, count)
    with connection.cursor() as cursor:
        booleans = ", ".join(f"random() < 0.5 AS b{serial}" for serial in range(12))
        cursor.execute(f"CREATE TABLE bench_floor AS SELECT id, {booleans} FROM companies_company")
        cursor.execute("VACUUM ANALYZE bench_floor")
        cursor.execute(f'GRANT SELECT ON bench_floor TO "{settings.NARU_WEB_ROLE}"')
    become_plain()
    found: dict[str, Any] = {"companies": count, "criteria": call.criterions.filter(group=None).count()}
    stand = stand_of_register(call)
    found["register"] = {"met": stand.met, "look": stand.look, "not_met": stand.not_met}
    before = peak_mb()
    found["whatif_s"] = seconds(lambda: stand_of_register(call), 5)
    found["stored_s"] = seconds(lambda: screening.screen_call(call, by=None))
    found["stored_rows"] = Screened.objects.count()
    found["memory_growth_mb"] = peak_mb() - before
    with connection.cursor() as cursor:

        def floor() -> None:
            cursor.execute("SELECT * FROM bench_floor")
            cursor.fetchall()

        found["floor_s"] = seconds(floor, 5)
    found["loop_s"] = loop.seconds_for(call, sample) * count / sample
    found["whatif_over_floor"] = found["whatif_s"] / found["floor_s"]
    found["stored_over_floor"] = found["stored_s"] / found["floor_s"]
    found["speedup_over_loop"] = found["loop_s"] / found["whatif_s"]
    found["stored_speedup_over_loop"] = found["loop_s"] / found["stored_s"]
    found["peak_mb"] = peak_mb()
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench screening")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--companies", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=2_000)
    options = parser.parse_args()
    with own_database("naru_bench_screening") as become_plain:
        found = measure(options.companies, min(options.sample, options.companies), become_plain)
    if options.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        goal, is_least = GOALS.get(name, (None, False))
        text = "" if goal is None else f"   goal {'>=' if is_least else '<='} {goal}"
        print(f"{name:<26} {value}{text}")


if __name__ == "__main__":
    main()
