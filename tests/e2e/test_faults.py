"""Nothing is lost and no page waits when worker, relay or broker are killed or frozen while work is due."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from playwright.sync_api import Page

from reports.files.writing import SANTIAGO, PanelItem, PanelOrder, write_ventas
from tests.e2e.conftest import DESKTOP, Installation
from tests.e2e.handling import fill_application, letter, letters, press

SECONDS_TO_ANSWER = 2.0
LEFT = """SELECT count(*) FILTER (WHERE failed_at IS NULL), count(*) FILTER (WHERE failed_at IS NOT NULL)
FROM ground_outbox_event WHERE done_at IS NULL AND NOT (attempts = 0 AND available_at > now())"""
# What is put off on purpose, such as the mails of a call that opens later, is not due.
# What was handed out and not reported is handed out again after a minute; here that minute passes at once.
A_MINUTE_LATER = (
    """UPDATE ground_outbox_event SET handed_at = handed_at - interval '1 minute' WHERE done_at IS NULL"""
)


def processes(installation: Installation, *words: str) -> list[int]:
    """Processes of this installation with all the words in their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            environment = (folder / "environ").read_bytes().decode(errors="replace")
        except OSError:
            continue
        is_ours = (
            f"NARU_DATA={installation.data}\0" in f"{environment}\0" or str(installation.data) in command
        )
        if is_ours and all(word in command for word in words) and "-m pytest" not in command:
            found.append(int(folder.name))
    return found


KINDS = {"worker": ("celery", " worker "), "relay": ("manage.py relay",), "valkey": ("valkey-server",)}


def running(installation: Installation, kind: str) -> list[int]:
    """Its processes; one that was killed a moment ago is waited for."""
    until = time.monotonic() + 30
    while not (found := processes(installation, *KINDS[kind])):
        assert time.monotonic() < until, f"no {kind} runs"
        time.sleep(0.1)
    return found


def kill(installation: Installation, kind: str) -> None:
    for pid in running(installation, kind):
        os.kill(pid, signal.SIGKILL)


@contextmanager
def frozen(installation: Installation, kind: str) -> Iterator[None]:
    stopped = running(installation, kind)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)


def ask_for_a_password(installation: Installation, mail: str) -> float:
    """The form of the page, sent; how long the answer took."""
    with httpx.Client(base_url=installation.address, timeout=20, follow_redirects=False) as client:
        page = client.get("/account/password/reset/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token, page.text
        for _minute in range(2):
            began = time.monotonic()
            answer = client.post(
                "/account/password/reset/", data={"csrfmiddlewaretoken": token[1], "email": mail}
            )
            if answer.status_code != 429:
                break
            time.sleep(61)  # twenty a minute from one address
        assert answer.status_code == 302, answer.text
        return time.monotonic() - began


def asked(installation: Installation, code: str, word: str = "made", **names: str) -> str:
    """What the code prints after the word."""
    shown = installation.command("shell", "-c", code.format(**names)).stdout
    found = re.search(rf"^{word} (.+)$", shown, re.MULTILINE)
    assert found, shown
    return found[1]


@cache
def database_address(data: Path) -> str:
    return asked(Installation("", data, ""), "import os; print('made', os.environ['DATABASE_URL'])")


@contextmanager
def database(installation: Installation) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_address(installation.data), autocommit=True) as connection:
        yield connection


def until_all_is_done(installation: Installation, seconds: float) -> None:
    until = time.monotonic() + seconds
    with database(installation) as rows:
        while True:
            rows.execute(A_MINUTE_LATER)
            for _look in range(12):
                left, given_up = rows.execute(LEFT).fetchone() or (0, 0)
                assert given_up == 0, "an event was given up"
                if left == 0:
                    return
                time.sleep(0.25)
            assert time.monotonic() < until, f"{left} events are still waiting"


def mails(installation: Installation) -> Counter[str]:
    """Recipient → how many mails of the mailbox page are theirs."""
    page = httpx.get(f"{installation.address}/mailbox/", timeout=20).text
    return Counter(re.findall(r"· ([\w.]+@[\w.]+)</p>", page))


def kill_while_mails_are_due(installation: Installation, rounds: list[str], first: int) -> None:
    until_all_is_done(installation, 60)
    before = mails(installation)
    asked = []
    for place, kind in enumerate(rounds):
        for each in range(2):
            mail = f"firm{first + place * 2 + each:02d}@firm.example"
            assert ask_for_a_password(installation, mail) < SECONDS_TO_ANSWER
            asked.append(mail)
        kill(installation, kind)
        mail = f"evaluator{1 + place % 3}@naru.example"
        if place < 3:
            assert ask_for_a_password(installation, mail) < SECONDS_TO_ANSWER
            asked.append(mail)
    until_all_is_done(installation, 45)
    assert mails(installation) - before == Counter(asked)


def test_killed_while_mails_are_due(installation: Installation) -> None:
    kill_while_mails_are_due(installation, ["worker", "relay", "valkey"], first=10)


@pytest.mark.full
def test_killed_again_and_again(installation: Installation) -> None:
    for first in (16, 22):
        kill_while_mails_are_due(installation, ["valkey", "worker", "relay"], first=first)


def test_a_frozen_broker_delays_nobody(
    installation: Installation, sign_in: Callable[..., Page], tmp_path: Path
) -> None:
    mail = "firm34@firm.example"
    page = sign_in(mail, size=DESKTOP)
    application = fill_application(page, "추가 모집", tmp_path, mail)
    until_all_is_done(installation, 60)
    with frozen(installation, "valkey"):
        began = time.monotonic()
        page.locator("form[action$='/submit/'] button[type=submit]").click()
        page.wait_for_url(re.compile("/receipts/"))
        took = time.monotonic() - began
        receipt = re.search(r"SBA-MELI-CL-2025-2-\d+", page.locator("main").inner_text())
        assert receipt
        assert letters(page, mail, receipt[0]) == 0
    assert took < SECONDS_TO_ANSWER
    until_all_is_done(installation, 60)
    letter(page, mail, receipt[0])
    assert letters(page, mail, receipt[0]) == 1
    page.goto(f"{application}recall/")
    press(page, "Recall")


# Imports and reports. The lines are sold in October, after the quarter that the demonstration's target counts.
ROWS = 15_000  # enough that the worker is still at it when it is killed
PRICE, FEE = Decimal(9_990), Decimal(-1_000)
STORE, PROGRAM, MONTH = "MLC-F01", "SBA-MELI-CL-2025", "2025-10-01"
READ, IMPORT, WRITE = "sales.read", "sales.import", "report.write"
STAGE = """
from django.core.files.base import File
from programs.models import Program, Store
from reports.domain import importing
with open({path!r}, "rb") as stream:
    kept = importing.keep(File(stream, name="ventas.xlsx"))
batch = importing.stage(kept, Program.objects.get(code={program!r}), Store.objects.get(code={store!r}), None, "agency")
print("made", batch.pk)
"""
CONFIRM = """
from reports.domain import importing
from reports.models import ImportBatch
print("made", importing.confirm(ImportBatch.objects.get(pk={batch!r}), by=None).state)
"""
ASK = """
import datetime as dt
from accounts.models import Officer
from programs.models import Program
from reports.domain import reporting
program = Program.objects.get(code={program!r})
by = Officer.objects.filter(agency=program.agency, role="manager").first().user
reporting.ask_for(program, dt.date.fromisoformat({month!r}), by=by)
print("made", program.pk)
"""
CAME_OF_IT = """
import hashlib, json
from django.db.models import Count, Sum
from django.utils import timezone
from ground.files import open_bytes
from ground.models import HandledEvent, OutboxEvent
from reports.models import ImportBatch, ReportRun, SalesLine
batch = ImportBatch.objects.get(pk={batch!r})
lines = SalesLine.objects.filter(batch=batch)
runs = list(ReportRun.objects.filter(program__code={program!r}, period={month!r}).order_by("pk"))
stored = [each.file for run in runs[-1:] for each in run.files.select_related("file")]
print("found", json.dumps({{
    "state": batch.state,
    "accepted": batch.accepted,
    "lines": lines.count(),
    "keys": lines.values("line_key").distinct().count(),
    "orders": lines.values("order_reference").distinct().count(),
    "companies": lines.values("company").distinct().count(),
    "sums": [str(each) for each in lines.aggregate(g=Sum("gross_amount"), f=Sum("fee_amount"), n=Sum("net_amount")).values()],
    "entered": lines.values("entered_at").distinct().count(),
    "runs": len(runs),
    "files": sorted(each.name.rpartition(".")[2] for each in stored),
    "whole": all(hashlib.sha256(open_bytes(each).read()).hexdigest() == each.sha256 for each in stored),
    "twice": HandledEvent.objects.values("event", "handler").annotate(n=Count("pk")).filter(n__gt=1).count(),
    "undone": OutboxEvent.objects.unfinished().exclude(attempts=0, available_at__gt=timezone.now()).count(),
}}))
"""


def sales_file(folder: Path) -> Path:
    """Orders that no earlier file had, also of an earlier run against the same installation."""
    path, first = folder / "ventas.xlsx", int(time.time() * 100) % 10**11
    item = PanelItem(sku="F01-A", units=1, unit_price=PRICE, listing_reference="MLC-F01-A", title="상품")
    noon = dt.datetime(2025, 10, 6, 12, tzinfo=SANTIAGO)
    write_ventas(
        path,
        (
            PanelOrder(
                f"2000{first + number:011}", noon + dt.timedelta(seconds=number), (item,), fee_amount=FEE
            )
            for number in range(ROWS)
        ),
        exported_at=dt.datetime(2025, 10, 8, tzinfo=SANTIAGO),
    )
    return path


def killed_at_work(
    installation: Installation, rows: psycopg.Connection[Any], topic: str, kind: str, pause: float
) -> None:
    """Wait until a worker is busy with the newest event of that topic, and for a pause; then kill."""
    newest = rows.execute("SELECT max(id) FROM ground_outbox_event WHERE topic = %s", [topic]).fetchone()
    assert newest
    free = "SELECT done_at FROM ground_outbox_event WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED"

    def is_at_work() -> bool:
        seen = rows.execute(free, newest).fetchone()
        assert seen is None or seen[0] is None, f"{topic} was done before anything could be killed"
        return seen is None

    until = time.monotonic() + 45
    while True:  # the relay locks the event, too, but for a moment only
        if is_at_work():
            time.sleep(pause)
            if is_at_work():
                break
        assert time.monotonic() < until, f"nobody works on {topic}"
        time.sleep(0.01)
    kill(installation, kind)


def runs_of_the_month(rows: psycopg.Connection[Any]) -> int:
    found = rows.execute(
        "SELECT count(*) FROM reports_reportrun r JOIN programs_program p ON p.id = r.program_id"
        " WHERE p.code = %s AND r.period = %s",
        [PROGRAM, MONTH],
    ).fetchone()
    assert found
    return int(found[0])


def import_and_report(
    installation: Installation, folder: Path, kinds: dict[str, str], pause: float = 0.2
) -> None:
    """A file read, entered and reported on, something killed in the middle of each step: all of it is there once."""
    path = sales_file(folder)
    until_all_is_done(installation, 60)
    with database(installation) as rows:
        runs = runs_of_the_month(rows)
        names = {"path": str(path), "program": PROGRAM, "store": STORE, "month": MONTH, "batch": ""}
        for topic, code in ((READ, STAGE), (IMPORT, CONFIRM), (WRITE, ASK)):
            with frozen(installation, "relay"):  # so that nobody begins before we look
                made = asked(installation, code, **names)
            names["batch"] = names["batch"] or made
            killed_at_work(installation, rows, topic, kinds[topic], pause)
            until_all_is_done(installation, 90)
    found = json.loads(asked(installation, CAME_OF_IT, "found", **names))
    found["sums"] = [Decimal(each) for each in found["sums"]]
    assert found == {
        "state": "done",
        "accepted": ROWS,
        "lines": ROWS,
        "keys": ROWS,
        "orders": ROWS,
        "companies": 1,
        "sums": [PRICE * ROWS, FEE * ROWS, (PRICE + FEE) * ROWS],
        "entered": 1,
        "runs": runs + 1,
        "files": ["pdf", "pdf", "xlsx", "xlsx"],
        "whole": True,
        "twice": 0,
        "undone": 0,
    }
    verified = json.loads(installation.command("verify", "--json").stdout)
    assert verified["differences"] == []


@pytest.mark.full
def test_a_worker_killed_in_the_middle_of_an_import_and_a_report(
    installation: Installation, tmp_path: Path
) -> None:
    import_and_report(installation, tmp_path, dict.fromkeys((READ, IMPORT, WRITE), "worker"))


@pytest.mark.full
def test_relay_and_broker_killed_while_a_worker_imports_and_reports(
    installation: Installation, tmp_path: Path
) -> None:
    kinds = {READ: "relay", IMPORT: "valkey", WRITE: "valkey"}
    import_and_report(installation, tmp_path, kinds)


@pytest.mark.full
@pytest.mark.parametrize("place", range(6))
def test_imports_and_reports_killed_again_and_again(
    installation: Installation, tmp_path: Path, place: int
) -> None:
    kinds = dict.fromkeys((READ, IMPORT, WRITE), ("worker", "relay", "valkey")[place % 3])
    import_and_report(installation, tmp_path, kinds, pause=0.05 + 0.1 * place)
