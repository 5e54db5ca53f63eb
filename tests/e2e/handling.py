"""What people do on a page, said in the source's words: pressing, filling in, choosing a file, reading a mail."""

from __future__ import annotations

import re
import time
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from reports.demo import papers
from tests.e2e.words import ko

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8ffffff7f0009fb03fd05432a11"
    "0000000049454e44ae426082"
)
"""One pixel: the smallest photograph."""


def pdf(folder: Path, name: str) -> Path:
    """A small real PDF with that title."""
    path = folder / f"{name}.pdf"
    path.write_bytes(papers.pdf(name).read())
    return path


def png(folder: Path, name: str) -> Path:
    path = folder / f"{name}.png"
    path.write_bytes(PNG)
    return path


def button(page: Page | Locator, source: str) -> Locator:
    """The button or link with the Korean of a source string; in a page of the first one."""
    named = re.compile(rf"^\s*{re.escape(ko(source))}\s*$")
    return page.get_by_role("button", name=named).or_(page.get_by_role("link", name=named)).first


def press(page: Page, source: str, *, inside: str = "main") -> None:
    """Press the button or link of that name, and wait for the page that it leads to."""
    target = button(page.locator(inside).first, source)
    target.click()
    page.wait_for_load_state("load")


def unfold(page: Page | Locator, source: str) -> Locator:
    """Open the fold of that name; what is inside."""
    fold = page.locator("details").filter(has=page.locator("summary", has_text=ko(source))).first
    fold.evaluate("node => { node.open = true; }")
    return fold


def banner_text(page: Page) -> str:
    return page.locator("main").inner_text()


def letter(page: Page, recipient: str, word: str, *, seconds: float = 20) -> str:
    """The body of the newest mail to `recipient` with `word` in its subject or body, read on the mailbox page."""
    until = time.monotonic() + seconds
    while True:
        page.goto(f"/mailbox/?to={recipient}")
        found = page.locator("article").filter(has_text=word)
        if found.count():
            return found.first.inner_text()
        assert time.monotonic() < until, f"no mail to {recipient} with “{word}”:\n{page.locator('main').inner_text()}"
        time.sleep(0.4)


def letters(page: Page, recipient: str, word: str) -> int:
    page.goto(f"/mailbox/?to={recipient}")
    return page.locator("article").filter(has_text=word).count()


__all__ = ["banner_text", "button", "expect", "letter", "letters", "pdf", "png", "press", "unfold"]
