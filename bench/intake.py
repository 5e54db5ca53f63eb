"""`script/bench intake [--json] [--submissions N]`: the last minute of a call, against the floor, on a server of its own.

Signed-in companies begin an application, save a draft, upload a PDF of 1 MB, submit and see the receipt, at 8, 32 and
128 clients, each once. The floor, in the same run: as many bare requests to the same server, each of which writes one row
and one of them the file. Worker and relay go on checking files and sending mails meanwhile. Afterwards the database and the
file store are asked whether every receipt that was shown is there, once, with the file that was sent.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from config import embedded, server

STAGES = (8, 32, 128)
TURNS = 4
PATIENCE = 2.0
"""Seconds."""
WARMING = 8
"""Ways through for each of the first clients: connections plan a statement anew until it has come ten times."""
GOALS = {
    "rate_over_floor": (0.25, True), "p95_over_floor": (6, False), "rate_32_over_8": (0.9, True),
    "rate_128_over_8": (0.9, True), "lost": (0, False), "duplicated": (0, False), "errors": (0, False),
}  # fmt: skip


@contextmanager
def installation(data: Path) -> Iterator[int]:
    """Naru as `script/server` runs it, on a folder that is removed afterwards; the port where it answers."""
    from bench import bare

    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "BROKER_URL", "NARU_EMBEDDED", "NARU_EMBEDDED_BROKER"):
        os.environ.pop(name, None)
    port = server.free_port()
    os.environ |= {"NARU_DATA": str(data), "NARU_PORT": str(port), "NARU_DEMO": "0", "NARU_STAFF_MFA": "1"}
    children: list[server.Child] = []
    server.listen_to_signals()
    try:
        embedded.join(data)
        server.preparation.compile_catalogs()
        server.prepare(data, demo=False)
        with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
            owner.execute(bare.TABLE)
        os.environ |= {"NARU_DB_ROLE": "web", "DJANGO_SETTINGS_MODULE": "bench.settings"}
        plain = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
        children += server.staff(data, port)
        children[0].start(data, plain)
        if not server.is_answering(data, port, children[0], plain):
            raise SystemExit(1)
        for child in children[1:]:
            child.start(data, plain)
        yield port
    finally:
        server.end(children)
        embedded.leave(data)
        shutil.rmtree(data, ignore_errors=True)


def measure(port: int, stages: Sequence[int], submissions: int) -> dict[str, Any]:
    """Floor and flow over the server at `port`, which works on this process's database."""
    from django.db import connection

    from bench import applicants, browsers

    call = applicants.a_call()
    warm, *others = (
        applicants.applicants(1 + place * submissions, submissions) for place in range(len(stages) + 1)
    )
    connection.close()
    applicants.a_pdf()
    apply = partial(browsers.apply, port, str(call.pk), call.code)
    bare = partial(browsers.write_bare, port)
    driven = [browsers.drive(apply, warm[: WARMING * stages[0]], stages[0])]
    browsers.drive(bare, warm[: WARMING * stages[0]], stages[0])
    floors, flows = [], []
    for turn in range(TURNS):
        settle()
        floors.append(browsers.drive(bare, warm[turn::TURNS], stages[0]))
        flows.append(browsers.drive(apply, others[0][turn::TURNS], stages[0]))
    floor = browsers.Drive.of(floors)
    driven.append(browsers.Drive.of(flows))
    for clients, people in zip(stages[1:], others[1:], strict=True):
        settle()
        driven.append(browsers.drive(apply, people, clients))
    _warmed, first, *more = driven
    lost, duplicated = proven(call, [each for drive in driven for each in drive.done])
    failed = [each.error for drive in [*driven, floor] for each in drive.walked if each.error]
    found: dict[str, Any] = {
        "submissions_per_s": first.per_second,
        "rate_over_floor": first.per_second / floor.per_second if floor.per_second else 0.0,
        "flow_p95_ms": first.percentile_ms(0.95),
        "p95_over_floor": first.percentile_ms(0.95) / floor.percentile_ms(0.95),
    }
    for clients, drive in zip(stages[1:], more, strict=True):
        found[f"rate_{clients}_over_{stages[0]}"] = (
            drive.per_second / first.per_second if first.per_second else 0.0
        )
    found |= {"lost": lost, "duplicated": duplicated, "errors": len(failed)}
    for error, count in Counter(failed).most_common(5):
        sys.stderr.write(f"{count} times {error}\n")
    for clients, drive in [(f"{stages[0]} floor", floor), *zip(stages, driven[1:], strict=True)]:
        p50, p95, p99 = (f"{drive.percentile_ms(share):.0f}" for share in (0.5, 0.95, 0.99))
        sys.stderr.write(
            f"{clients} clients: {drive.per_second:.2f}/s of {len(drive.walked)}, p50 {p50} p95 {p95} p99 {p99} ms\n"
        )
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in found.items()}


def settle() -> None:
    """Waits until the worker has done what it was handed, or does nothing: what one measurement left to be done is no part of
    the next one."""
    from django.db import connection
    from django.db.models.functions import Now

    from ground.models import OutboxEvent

    left, since = -1, time.monotonic()
    while left and time.monotonic() - since < PATIENCE:
        waiting = OutboxEvent.objects.filter(done_at=None, failed_at=None, available_at__lte=Now()).count()
        if waiting != left:
            left, since = waiting, time.monotonic()
        time.sleep(0.1)
    if left:
        sys.stderr.write(f"{left} events were left to the worker when the next measurement began\n")
    connection.close()


def proven(call: Any, walked: Sequence[Any]) -> tuple[int, int]:
    """Of the receipts shown, how many are lost (no such submission of that company, its application not submitted, or
    record or bytes not those of the file that was sent), and how many applications, submissions and receipts stand twice."""
    from django.core.files.storage import storages

    from bench.applicants import sha256_of
    from programs.models import Application, Document, Submission

    submissions = list(
        Submission.objects.filter(application__call=call, recalled_at__isnull=True).values_list(
            "receipt", "application__company_id", "application__status"
        )
    )
    known = {(receipt, str(company), status) for receipt, company, status in submissions}
    papers = {
        str(company): (sha256, path)
        for company, sha256, path in Document.objects.filter(
            application__call=call, replaced_at__isnull=True
        ).values_list("application__company_id", "file__sha256", "file__path")
    }

    def is_there(each: Any) -> bool:
        sha256, path = papers.get(each.company, ("", ""))
        if (each.receipt, each.company, "submitted") not in known or sha256 != sha256_of(each.serial):
            return False
        if not storages["private"].exists(path):
            return False
        with storages["private"].open(path, "rb") as stored:
            return hashlib.file_digest(stored, "sha256").hexdigest() == sha256

    lost = sum(not is_there(each) for each in walked)
    companies = Application.objects.filter(call=call).values_list("company_id", flat=True)
    counted = (
        Counter(companies),
        Counter(company for _receipt, company, _status in submissions),
        Counter(receipt for receipt, _company, _status in submissions),
        Counter(each.receipt for each in walked),
    )
    return lost, sum(count - 1 for each in counted for count in each.values())


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench intake")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--submissions", type=int, default=256, help="at each number of clients")
    options = parser.parse_args()
    data = embedded.folder() / f"intake-{os.getpid()}"
    with installation(data) as port:
        import django

        django.setup()
        found = measure(port, STAGES, options.submissions)
    if options.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        goal, is_least = GOALS.get(name, (None, False))
        text = "" if goal is None else f"   goal {'>=' if is_least else '<='} {goal}"
        print(f"{name:<26} {value}{text}")


if __name__ == "__main__":
    main()
