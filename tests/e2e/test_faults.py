"""Nothing is lost and no page waits when worker, relay or broker are killed or frozen while work is due."""

from __future__ import annotations

import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import DESKTOP, Installation
from tests.e2e.handling import fill_application, letter, letters

SECONDS_TO_ANSWER = 2.0
LEFT = """
from ground.models import OutboxEvent
print("left", OutboxEvent.objects.filter(done_at__isnull=True).count(), OutboxEvent.objects.exclude(failed_at=None).count())
"""
# What was handed out and not reported is handed out again after a minute; here that minute passes at once.
A_MINUTE_LATER = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("UPDATE ground_outbox_event SET handed_at = handed_at - interval '1 minute' WHERE done_at IS NULL")
"""


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
        if is_ours and all(word in command for word in words) and "pytest" not in command:
            found.append(int(folder.name))
    return found


KINDS = {"worker": ("celery", " worker "), "relay": ("manage.py relay",), "valkey": ("valkey-server",)}


def kill(installation: Installation, kind: str) -> None:
    victims = processes(installation, *KINDS[kind])
    assert victims, f"no {kind} runs"
    for pid in victims:
        os.kill(pid, signal.SIGKILL)


@contextmanager
def frozen(installation: Installation, kind: str) -> Iterator[None]:
    stopped = processes(installation, *KINDS[kind])
    assert stopped, f"no {kind} runs"
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


def until_all_is_done(installation: Installation, seconds: float) -> None:
    until = time.monotonic() + seconds
    while True:
        installation.command("shell", "-c", A_MINUTE_LATER)
        found = re.search(r"left (\d+) (\d+)", installation.command("shell", "-c", LEFT).stdout)
        assert found
        assert found[2] == "0", "an event was given up"
        if found[1] == "0":
            return
        assert time.monotonic() < until, f"{found[1]} events are still waiting"
        time.sleep(1)


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
    fill_application(page, "추가 모집", tmp_path, mail)
    with frozen(installation, "valkey"):
        began = time.monotonic()
        page.locator("form[action$='/submit/'] button[type=submit]").click()
        page.wait_for_url(re.compile("/receipts/"))
        took = time.monotonic() - began
        receipt = re.search(r"SBA-MELI-CL-2025-2-\d+", page.locator("main").inner_text())
        assert receipt
        assert letters(page, mail, receipt[0]) == 0
    assert took < SECONDS_TO_ANSWER
    letter(page, mail, receipt[0])
    assert letters(page, mail, receipt[0]) == 1
