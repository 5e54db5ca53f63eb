"""Staff describe a payout report that nobody knows, in the browser: from the sample to the money on the file's page."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Watch
from tests.e2e.handling import follow, press, unfold
from tests.e2e.words import ko
from tests.reports.test_payout_profiles import OPEN, content

NAME = "브라우저에서 만든 국경 간 판매자의 정산 보고서 양식, 이름이 아주 길어도 화면이 옆으로 밀리지 않습니다"


def test_a_payout_report_is_described_and_read(
    tmp_path: Path, sign_in: Callable[..., Page], watch: Watch
) -> None:
    """1,200 + 2,500 - 1,000 dollars less 407 of commission are 2,293."""
    path = tmp_path / "Reporte de pagos.csv"
    path.write_bytes(content(*OPEN))
    page = sign_in("manager@sba.example", size=DESKTOP, language="ko-KR")
    page.goto("/staff/reports/fileprofile/add/")
    watch.check(page, colors=True)
    program = page.locator("select[name=program] option", has_text="칠레").first
    page.select_option("select[name=program]", value=str(program.get_attribute("value")))
    page.check("input[name=measure][value=payouts]")
    page.set_input_files("input[name=upload]", str(path))
    press(page, "Look at the file")
    watch.check(page, colors=True)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    watch.check(page)
    press(page, "Save the profile")  # what is open has no answer
    watch.expect_refusal()
    watch.check(page)
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.fill("input[name=name]", f"{NAME} {time.time_ns()}")
    page.check("input[name=numbers][value=comma-grouped]")
    page.check("input[name=dates][value=dmy]")
    page.select_option("select[name=zone]", "Asia/Seoul")
    page.select_option("select[name=currency_of]", "USD")
    page.select_option("select[name=source_reference]", label="Numero")
    for key in ("source_reference", "order_reference", "description"):
        page.check(f"input[name=key][value={key}]")
    for text, meaning in (("cobro", "payment"), ("devuelto", "refund")):
        page.get_by_label(text, exact=True).select_option(meaning)
    press(page, "Show the rows so")
    watch.check(page, colors=True)
    expect(page.locator("#preview")).to_contain_text(ko("money of an order"))
    expect(page.locator("#preview")).to_contain_text("2,293")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    watch.check(page)
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    press(page, "Save the profile")
    watch.check(page)
    made_at = page.url
    assert "/samples/" not in made_at
    expect(page.locator("main")).to_contain_text(ko("Payouts: what the marketplace or provider paid"))
    page.goto("/staff/reports/importbatch/add/")
    watch.check(page)
    place = page.locator("select[name=place] option", has_text="SBA-MELI-CL-2025").first
    page.select_option("select[name=place]", value=str(place.get_attribute("value")))
    page.set_input_files("input[name=upload]", str(path))
    press(page, "Upload and read")
    expect(page.locator("main")).to_contain_text("2,293", timeout=60_000)
    watch.check(page)
    press(page, "Do not import")
    watch.check(page)
    page.goto(made_at)
    form = unfold(page, "Withdraw")
    form.locator("[name=reason]").fill("시험이 끝났습니다.")
    follow(page, form.locator("button[type=submit]"))
    watch.check(page)
