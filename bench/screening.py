"""`script/bench screening [--json] [--companies N]`: the criteria of a call over a register, against floor and peer.

One run, one database; seconds, medians of five where it is cheap, on one connection of the plain role.

- `kept_ahead_s`: the worker's job after the criteria of a call in preparation were saved, with nothing kept: every criterion is read
  over every company, and what was read is kept. Nobody waits for it.
- `whatif_s`: what another limit of exports, which was never asked, would do, asked after that job; so staff meet it. The moved
  criterion is read over every company, the rest is kept. All figures before and after, and the names.
- `whatif_cold_s`: the same question with nothing kept, as who asks in the seconds before the job is done: it reads all and keeps it.
- `whatif_again_s`: asked again with another number, which was never asked, after a further `changed_between`
  companies of the register were changed, each in a transaction of its own. Five times: by the last, five times as many have
  changed since the register was kept. The moved criterion is read over every company, of those that changed every criterion;
  the rest is kept. Each answer is asserted to be the one of the rows, read whole.
- `stored_cold_s`: each of as many applications is taken and stored with reasons, in one go, where nothing was before: what their
  submissions do one by one.
- `held_ahead_s`: the worker's job after the call has closed: it reads all again and keeps of which applications the last taking
  holds. Nobody waits for it.
- `stored_s`: screening of all of them after that job, each time after `changed_between` further companies were changed, each in
  a transaction of its own. Who changed is judged and stored anew; of the rest one row says that their answers hold. Five times. At
  the end all are read again, and for each application what is stored is asserted to be the same.
- `takings`, `judged_rows`: what these screenings say, an application each, and those that were judged; `stored_mb` are all tables of
  both with indexes.
- `floor_s`: id and twelve booleans of every row into Python, once after each question; `…_over_floor` are multiples of it.
- `loop_s`: the peer, Python over prefetched objects, on a sample, scaled; `speedup_over_loop` is over `whatif_cold_s`, for the loop
  keeps nothing either.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.database import own_database

MOST = 4_000_000
"""USD of exports, of the question that is asked first; the call asks for another number."""
CHANGED = 100
GOALS = {
    "whatif_over_floor": (2, False),
    "whatif_again_over_floor": (2, False),
    "stored_over_floor": (8, False),
    "speedup_over_loop": (50, True),
}


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
    from django.db import connection, transaction

    from bench import loop, register
    from ground import clock
    from programs.domain import holding, keeping_ahead, screening, taking
    from programs.domain.eligibility import criteria_of
    from programs.models import (
        Application,
        KeptOutcomes,
        KeptRegister,
        KeptTaking,
        Screened,
        Screening,
        Taken,
    )
    from programs.queries.what_if import Change, what_if
    from tests.factories import people

    call = register.a_call()
    register.fill(call, count)
    officer = people.officer()
    clock.move_to(call.opens_at - dt.timedelta(days=1))  # it is in preparation
    with connection.cursor() as cursor:
        booleans = ", ".join(f"random() < 0.5 AS b{serial}" for serial in range(12))
        cursor.execute(f"CREATE TABLE bench_floor AS SELECT id, {booleans} FROM companies_company")
        cursor.execute("VACUUM ANALYZE bench_floor")
        cursor.execute(f'GRANT SELECT ON bench_floor TO "{settings.NARU_WEB_ROLE}"')
    become_plain()
    found: dict[str, Any] = {"companies": count, "criteria": call.criterions.filter(group=None).count()}
    exports = call.criterions.get(code="exports")

    def ask(most: int) -> Change:
        return what_if(call, exports, {"max": most}, officer)

    def timed(most: int) -> tuple[float, Change]:
        began = time.perf_counter()
        answer = ask(most)
        return time.perf_counter() - began, answer

    def floor() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM bench_floor")
            cursor.fetchall()

    def forget() -> None:
        KeptOutcomes.objects.all().delete()
        KeptRegister.objects.all().delete()

    def take_all() -> None:
        with transaction.atomic():
            rows, which = Application.objects.filter(call=call).in_screening(), holding.in_screening(call)
            taking.take(call, rows, which, occasion=Screening.Occasion.SUBMISSION, by=None)

    def hold() -> None:
        holding.hold(call, list(criteria_of(call.pk)))

    def size_mb() -> float:
        with connection.cursor() as cursor:
            tables = (
                "VALUES ('programs_screened'), ('programs_held'), ('programs_holding'), ('programs_upheld')"
            )
            cursor.execute(f"SELECT sum(pg_total_relation_size(name)) FROM ({tables}) t (name)")
            return float(cursor.fetchone()[0]) / 1024**2

    stand = ask(MOST).before
    found["register"] = {"met": stand.met, "look": stand.look, "not_met": stand.not_met}
    before = peak_mb()
    found["changed_between"] = CHANGED
    cold, ahead, first, again, floors = [], [], [], [], []
    for _each in range(5):
        forget()
        cold.append(timed(MOST)[0])
        forget()
        ahead.append(seconds(keeping_ahead.keep_ahead))
        assert KeptRegister.objects.count() == 1, "nothing was kept ahead"
        first.append(timed(MOST)[0])
        floors.append(seconds(floor))
    for serial in range(1, 6):
        register.change(call, CHANGED, seed=serial)
        took, answer = timed(MOST + serial * 100_000)
        again.append(took)
        floors.append(seconds(floor))
        with transaction.atomic():
            assert answer == ask(MOST + serial * 100_000), "what is kept says something else than the rows"
    assert KeptRegister.objects.count() == 1
    found["whatif_s"], found["whatif_again_s"] = statistics.median(first), statistics.median(again)
    found["whatif_cold_s"], found["kept_ahead_s"] = statistics.median(cold), statistics.median(ahead)
    found["stored_cold_s"] = seconds(take_all)
    found["stored_cold_mb"] = size_mb()
    found["held_ahead_s"] = seconds(hold)
    stored = []
    for serial in range(6, 11):
        register.change(call, CHANGED, seed=serial)
        stored.append(seconds(lambda: screening.screen_call(call, by=None)))
        floors.append(seconds(floor))
    found["stored_s"], found["floor_s"] = statistics.median(stored), statistics.median(floors)
    found["memory_growth_mb"] = peak_mb() - before
    found["takings"], found["judged_rows"] = (
        Taken.objects.count(),
        Screened.objects.count(),
    )
    found["stored_mb"] = size_mb()
    KeptTaking.objects.all().delete()
    hold()
    assert KeptTaking.objects.get().count == count, "what is stored says something else than the rows"
    found["loop_s"] = loop.seconds_for(call, sample) * count / sample
    found["whatif_over_floor"] = found["whatif_s"] / found["floor_s"]
    found["whatif_cold_over_floor"] = found["whatif_cold_s"] / found["floor_s"]
    found["whatif_again_over_floor"] = found["whatif_again_s"] / found["floor_s"]
    found["stored_over_floor"] = found["stored_s"] / found["floor_s"]
    found["stored_cold_over_floor"] = found["stored_cold_s"] / found["floor_s"]
    found["speedup_over_loop"] = found["loop_s"] / found["whatif_cold_s"]
    found["stored_speedup_over_loop"] = found["loop_s"] / found["stored_cold_s"]
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
