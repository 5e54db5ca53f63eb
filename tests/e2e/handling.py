"""What people do on a page, said in the source's words: pressing, filling in, choosing a file, reading a mail."""

from __future__ import annotations

import re
import time
from pathlib import Path

from playwright.sync_api import Locator, Page

from reports.demo import papers
from tests.e2e.words import ko

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6390cfdffa1f00043702433a203d44"
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
    follow(page, button(page.locator(inside).first, source))


def follow(page: Page, target: Locator) -> None:
    """Press it, and wait for the page that it leads to."""
    with page.expect_navigation(wait_until="load", timeout=30_000):
        target.click()


def unfold(page: Page | Locator, source: str) -> Locator:
    """Open the fold of that name; what is inside."""
    root = page if isinstance(page, Page) else page.page
    named = re.compile(rf"^\s*{re.escape(ko(source))}\s*$")
    fold = page.locator("details").filter(has=root.locator("summary", has_text=named)).first
    fold.evaluate("node => { node.open = true; }")
    return fold


def banner_text(page: Page) -> str:
    return page.locator("main").inner_text()


def letter(page: Page, recipient: str, word: str, *, seconds: float = 60) -> str:
    """The body of the newest mail to `recipient` with `word` in its subject or body, read on the mailbox page."""
    until = time.monotonic() + seconds
    while True:
        page.goto(f"/mailbox/?to={recipient}")
        found = page.locator("article").filter(has_text=word)
        if found.count():
            return found.first.inner_text()
        assert time.monotonic() < until, (
            f"no mail to {recipient} with “{word}”:\n{page.locator('main').inner_text()}"
        )
        time.sleep(0.4)


def letters(page: Page, recipient: str, word: str) -> int:
    page.goto(f"/mailbox/?to={recipient}")
    return page.locator("article").filter(has_text=word).count()


def fill_baseline(page: Page, *, last: str = "12,000") -> None:
    for name in ("export", "country", "online", "platform"):
        page.fill(f"input[name={name}_last_amount]", last if name == "export" else "0")
        page.fill(f"input[name={name}_before_amount]", "0")
    page.check("input[name=may_ask_again][value=yes]")


def fill_questions(page: Page) -> None:
    page.fill("[name=q_plan]", "칠레 소비자에게 수분 크림을 소개합니다. <b>현지</b> 후기를 모읍니다.")
    page.fill("[name=q_brand]", "새길")
    page.fill("[name=q_staff]", "3")
    page.fill("[name=q_budget]", "12,000,000")
    page.fill("[name=q_start]", "2025-12-08")
    page.check("input[name=q_trademark][value=no]")
    page.check("input[name=q_channels][value=shopee]")


def choose_document(page: Page, code: str, file: Path, until: str = "") -> None:
    page.set_input_files(f"input[name=file_{code}]", file)
    if until:
        page.fill(f"input[name=until_{code}]", until)


def fill_contact(page: Page, mail: str) -> None:
    page.fill("input[name=contact_name]", "구나루")
    page.fill("input[name=contact_email]", mail)
    page.fill("input[name=contact_phone]", "02-000-6100")
    page.locator("input[type=checkbox][name^=consent_]").first.check()


def fill_application(page: Page, call: str, folder: Path, mail: str) -> str:
    """From the notice to the check, nothing left out; the application's address."""
    page.goto("/calls/")
    follow(page, page.get_by_role("link", name=re.compile(call)).first)
    follow(page, page.locator("a[href$='/apply/']").first)
    press(page, "Begin")
    address = re.sub(r"baseline/$", "", page.url)
    fill_baseline(page)
    page.check("input[name=is_first_export][value=no]")
    press(page, "Save and go on")
    fill_questions(page)
    press(page, "Save and go on")
    choose_document(page, "biz-reg", pdf(folder, "사업자등록증명"))
    choose_document(page, "sme-cert", png(folder, "중소기업확인서"), "2026-03-31")
    choose_document(page, "tax-national", pdf(folder, "국세 납세증명서"), "2025-11-20")
    choose_document(page, "tax-local", pdf(folder, "지방세 납세증명서"), "2025-11-20")
    press(page, "Hand in and go on")
    fill_contact(page, mail)
    press(page, "Save and go on")
    return address
