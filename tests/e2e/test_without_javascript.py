"""Reading, applying and submitting with JavaScript switched off."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Watch
from tests.e2e.handling import fill_application, letters, press
from tests.e2e.words import ko

MAIL = "firm33@firm.example"


def test_reading(visitor: Callable[..., Page]) -> None:
    page = visitor(size=PHONE, script=False)
    page.goto("/calls/")
    page.get_by_role("link", name=re.compile("추가 모집")).first.click()
    expect(page.locator("main")).to_contain_text("추가로 10개사를 선정합니다.")
    # The menu of a phone is folded by JavaScript only; without it the links stand there.
    expect(page.locator("nav.site-nav a").first).to_be_visible()
    assert page.locator(".js-only:visible").count() == 0


def test_applying(sign_in: Callable[..., Page], watch: Watch, tmp_path: Path) -> None:
    page = sign_in(MAIL, size=PHONE, script=False)
    address = fill_application(page, "추가 모집", tmp_path, MAIL)
    expect(page).to_have_url(re.compile("/check/$"))
    expect(page.locator("main")).to_contain_text(ko("Nothing is missing"))
    page.locator("form[action$='/submit/'] button[type=submit]").click()
    page.wait_for_url(re.compile("/receipts/"))
    receipt = re.search(r"SBA-MELI-CL-2025-2-\d+", page.locator("main").inner_text())
    assert receipt
    page.goto(address)
    expect(page.locator("main")).to_contain_text(receipt[0])
    assert letters(page, MAIL, receipt[0]) <= 1
    assert watch.messages == []
    page.goto(f"{address}recall/")
    press(page, "Recall")
    expect(page.locator("main")).not_to_contain_text(ko("Nothing is missing"))
