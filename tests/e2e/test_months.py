"""A small firm's evening, on a phone: the month typed and sent, "no sales" with one click; and what the agency sees of it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Installation, Watch
from tests.e2e.handling import follow, press


def month_page(page: Page, installation: Installation, watch: Watch) -> None:
    """From the sales to the month, the last one that the list shows."""
    page.goto(f"{installation.address}/sales/")
    watch.check(page)
    follow(page, page.locator("a[href*='/2025-10/']").first)
    watch.check(page)


def test_a_month_from_a_phone(sign_in: Callable[..., Page], watch: Watch, installation: Installation) -> None:
    installation.move_clock("2025-11-05T19:00")
    page = sign_in("firm05@firm.example", size=PHONE)
    month_page(page, installation, watch)
    form = page.locator("form").filter(has=page.locator("button[value=review]"))
    form.locator("input[name=part-0-orders]").fill("12")
    form.locator("input[name=part-0-amount]").fill("120만 5천")
    form.locator("input[name=part-0-refund_amount]").fill("1.5")
    follow(page, form.locator("button[value=review]"))
    watch.expect_refusal()
    watch.check(page)
    expect(page.locator("input[name=part-0-amount]")).to_have_value("120만 5천")
    page.locator("input[name=part-0-refund_amount]").fill("10,000")
    follow(page, page.locator("button[value=review]"))
    watch.check(page)
    expect(page.locator("main")).to_contain_text("1,205,000")
    press(page, "Change it")
    watch.check(page)
    expect(page.locator("input[name=part-0-orders]")).to_have_value("12")
    follow(page, page.locator("button[value=review]"))
    press(page, "Send")
    watch.check(page)
    expect(page.locator("main")).to_contain_text("1,205,000")
    page.go_back()
    page.goto(f"{installation.address}/sales/")
    expect(page.locator("main")).to_contain_text("1,205,000")

    other = sign_in("firm06@firm.example", size=PHONE)
    month_page(other, installation, watch)
    follow(other, other.locator("form[action$='/none/'] button"))
    watch.check(other)
    press(other, "Take “no sales” back")
    watch.check(other)
    follow(other, other.locator("form[action$='/none/'] button"))

    officer = sign_in("officer@sba.example", size=DESKTOP)
    officer.goto(f"{installation.address}/staff/reports/declaration/answers/?month=2025-10")
    watch.check(officer, colors=True)
    for answer in ("typed", "no_sales"):
        follow(officer, officer.locator(f"nav a[href*='answer={answer}']"))
        expect(officer.locator("tbody tr")).to_have_count(1)
    follow(officer, officer.locator("tbody th a").first)
    watch.check(officer, colors=True)
    for address in (
        "bulkassignment/unassigned/",
        "bulkassignment/",
        "assignmentlist/",
        "assignmentlist/add/",
    ):
        officer.goto(f"{installation.address}/staff/reports/{address}")
        watch.check(officer, colors=True)
    assert re.search(r"XLSX", officer.locator("main").inner_text())
