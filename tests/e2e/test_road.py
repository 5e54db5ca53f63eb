"""The road once, walked by the people in it, in Korean: a new company on a phone, staff at a desk."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from companies.numbers import pretty
from reports.demo.firms import SPARE
from tests.e2e.conftest import DESKTOP, PHONE, Installation, Watch
from tests.e2e.handling import button, letter, letters, pdf, png, press, unfold
from tests.e2e.words import ko

FIRM = SPARE[0]
MAIL = "saegil@firm.example"
PASSWORD = "갈대밭 사이로 배가 지나갑니다"
NEXT_CALL = "칠레 온라인 진출 지원 추가 모집"


def test_the_road(
    installation: Installation,
    visitor: Callable[..., Page],
    sign_in: Callable[..., Page],
    watch: Watch,
    tmp_path: Path,
) -> None:
    phone = visitor(size=PHONE)
    become_a_member(phone, watch)
    register_the_company(phone, watch)
    application = apply(phone, watch, tmp_path)
    submit(phone, watch, application)
    a_stranger_finds_nothing(sign_in, watch, application)


def become_a_member(page: Page, watch: Watch) -> None:
    page.goto("/calls/")
    watch.check(page)
    page.get_by_role("link", name=re.compile(NEXT_CALL)).first.click()
    watch.check(page)
    page.goto("/account/signup/")
    watch.check(page)
    page.fill("input[name=name]", "구나루")
    page.fill("input[name=email]", MAIL)
    page.fill("input[name=password1]", PASSWORD)
    if page.locator("input[name=password2]").count():
        page.fill("input[name=password2]", PASSWORD)
    press(page, "Sign up")
    watch.check(page)
    mail = letter(page, MAIL, "/account/confirm-email/")
    watch.check(page)
    link = re.search(r"https?://\S+(/account/confirm-email/\S+)", mail)
    assert link
    page.goto(link[1])
    watch.check(page)
    press(page, "Yes, confirm it")
    watch.check(page)
    if "/account/login/" in page.url:
        page.fill("input[name=login]", MAIL)
        page.fill("input[name=password]", PASSWORD)
        press(page, "Sign in")
    watch.check(page)


def register_the_company(page: Page, watch: Watch) -> None:
    page.goto("/company/")
    watch.check(page)
    page.fill("input[name=business_number]", pretty(FIRM.business_number))
    page.fill("input[name=representative]", "다른 사람")
    page.fill("input[name=opened_on]", f"{FIRM.opened_on}")
    page.fill("input[name=name_ko]", FIRM.name_ko)
    press(page, "Ask the tax office")
    expect(page.locator("main")).to_contain_text(
        ko("The tax office does not confirm that these entries belong together.")
    )
    watch.check(page)
    page.fill("input[name=representative]", FIRM.representative)
    press(page, "Send")
    expect(page.locator("main")).to_contain_text(FIRM.name_ko)
    watch.check(page)
    company = page.url.split("?")[0]
    add_head_office(page, watch)
    page.goto(company)


def add_head_office(page: Page, watch: Watch) -> None:
    page.locator("a[href*='/places/add/']").first.click()
    watch.check(page)
    page.check("input[name=kind][value=head_office]")
    page.select_option("select[name=province]", value="11")
    page.fill("input[name=address]", "가상로 61")
    page.fill("input[name=from_on]", "2015-01-02")
    press(page, "Save")
    expect(page.locator("main")).to_contain_text("가상로 61")
    watch.check(page)


def apply(page: Page, watch: Watch, folder: Path) -> str:
    """All steps, with two things left out that the check then names; the application's address."""
    page.goto("/calls/")
    page.get_by_role("link", name=re.compile(NEXT_CALL)).first.click()
    page.locator("a[href$='/apply/']").first.click()
    watch.check(page)
    press(page, "Begin")
    address = re.sub(r"baseline/$", "", page.url)
    assert address != page.url, page.url
    watch.check(page)
    for name in ("export", "country", "online", "platform"):
        page.fill(f"input[name={name}_last_amount]", "12,000" if name == "export" else "0")
        page.fill(f"input[name={name}_before_amount]", "0")
    page.get_by_label(ko("Yes"), exact=True).nth(1).check()
    press(page, "Save and go on")
    # The first question of the page was left open: the page says so and keeps what was typed.
    expect(page.locator(".error-summary")).to_be_visible()
    watch.expect_refusal()
    watch.check(page)
    assert page.input_value("input[name=export_last_amount]") in {"12,000", "12000"}
    page.check("input[name=is_first_export][value=no]")
    press(page, "Save and go on")
    expect(page).to_have_url(re.compile("/questions/$"))
    watch.check(page)
    page.fill("[name=q_plan]", "칠레 소비자에게 수분 크림을 소개합니다. <b>현지</b> 후기를 모읍니다.")
    page.fill("[name=q_brand]", "새길")
    page.fill("[name=q_staff]", "3")
    page.fill("[name=q_budget]", "12,000,000")
    page.fill("[name=q_start]", "2025-12-08")
    page.check("input[name=q_trademark][value=no]")
    page.check("input[name=q_channels][value=shopee]")
    # Typing is kept by itself.
    expect(page.locator("#kept")).to_contain_text("2025", timeout=8000)
    press(page, "Save and go on")
    expect(page).to_have_url(re.compile("/documents/$"))
    watch.check(page)
    page.set_input_files("input[name=file_biz-reg]", pdf(folder, "사업자등록증명"))
    page.set_input_files("input[name=file_sme-cert]", png(folder, "중소기업확인서"))
    page.fill("input[name=from_sme-cert]", "2025-04-01")
    page.fill("input[name=until_sme-cert]", "2025-11-30")
    page.set_input_files("input[name=file_tax-national]", pdf(folder, "국세 납세증명서"))
    page.fill("input[name=until_tax-national]", "2025-11-20")
    press(page, "Hand in and go on")
    expect(page).to_have_url(re.compile("/contact/$"))
    watch.check(page)
    page.fill("input[name=contact_name]", "구나루")
    page.fill("input[name=contact_email]", MAIL)
    page.fill("input[name=contact_phone]", "02-000-6100")
    page.locator("input[type=checkbox][name^=consent_]").first.check()
    press(page, "Save and go on")
    expect(page).to_have_url(re.compile("/check/$"))
    watch.check(page)
    # What is missing is named, and there is no way to submit.
    missing = page.locator("main a[href*='/documents/#']")
    expect(missing.filter(has_text="지방세 납세증명서")).to_have_count(1)
    assert page.locator("form[action$='/submit/']").count() == 0
    missing.filter(has_text="지방세 납세증명서").click()
    watch.check(page)
    page.set_input_files("input[name=file_tax-local]", pdf(folder, "지방세 납세증명서"))
    page.fill("input[name=until_tax-local]", "2025-11-20")
    press(page, "Hand in and go on")
    page.goto(f"{address}check/")
    watch.check(page)
    return address


def submit(page: Page, watch: Watch, application: str) -> None:
    """Pressed twice, sent again with the back button: one receipt, one mail."""
    page.locator("form[action$='/submit/'] button[type=submit]").dblclick()
    page.wait_for_url(re.compile("/receipts/"))
    watch.check(page)
    receipt = page.url
    number = re.search(r"SBA-MELI-CL-2025-2-\d+", page.locator("main").inner_text())
    assert number, page.locator("main").inner_text()
    page.go_back()
    page.wait_for_load_state("load")
    again = page.locator("form[action$='/submit/'] button[type=submit]")
    if again.count():
        again.click()
        page.wait_for_load_state("load")
    watch.expect_refusal()
    page.goto(application)
    watch.check(page)
    expect(page.locator("main a[href*='/receipts/']")).to_have_count(1)
    assert page.locator("main a[href*='/receipts/']").get_attribute("href") in receipt
    letter(page, MAIL, number[0])
    watch.check(page)
    assert letters(page, MAIL, number[0]) == 1


def a_stranger_finds_nothing(sign_in: Callable[..., Page], watch: Watch, application: str) -> None:
    stranger = sign_in("firm01@firm.example", size=PHONE)
    watch.check(stranger)
    for address in (application, f"{application}check/", f"{application}documents/"):
        answer = stranger.goto(address)
        assert answer
        assert answer.status == 404, address
        watch.expect_refusal()
        watch.check(stranger)
        assert FIRM.name_ko not in stranger.content()
