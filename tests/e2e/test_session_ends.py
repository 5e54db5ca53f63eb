"""A session ends while a company fills in a form on a phone: what was typed stays, and it goes on after signing in elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Installation, Watch
from tests.e2e.handling import button, follow, pdf, press
from tests.e2e.words import ko

MAIL = "firm35@firm.example"
SIGNED_OUT = "You are not signed in any more. What you typed last is not kept yet: sign in in another window, then go on here."


def begin(page: Page) -> str:
    """A draft; its address."""
    page.goto("/calls/")
    follow(page, page.get_by_role("link", name=re.compile("추가 모집")).first)
    follow(page, page.locator("a[href$='/apply/']").first)
    press(page, "Begin")
    return re.sub(r"baseline/$", "", page.url)


def sign_in_beside(page: Page, installation: Installation) -> None:
    """In another window of the same browser."""
    other = page.context.new_page()
    other.goto("/account/login/")
    other.fill("input[name=login]", MAIL)
    other.fill("input[name=password]", installation.password)
    other.click("main button[type=submit]")
    other.wait_for_url(lambda address: "/account/login/" not in address)
    other.close()


def test_what_was_typed_and_chosen_stays_when_the_session_ends(
    sign_in: Callable[..., Page], installation: Installation, watch: Watch, tmp_path: Path
) -> None:
    page = sign_in(MAIL, size=PHONE)
    address = begin(page)
    page.goto(f"{address}questions/")
    plan, note = page.locator("textarea[name=q_plan]"), page.locator("form[data-autosave] [role=status]")
    with page.expect_request(lambda request: "/keep/" in request.url) as kept:
        plan.fill("끝나기 전에 쓴 글")
    assert kept.value.headers["x-naru-script"] == "1", "else it would be taken for a press"
    expect(note).to_contain_text("저장해 둠")

    page.context.clear_cookies(name="sessionid")
    plan.fill("끝난 뒤에 쓴 글")
    button(page.locator("main").first, "Save and go on").click()
    expect(note).to_have_text(ko(SIGNED_OUT))
    assert page.url == f"{address}questions/"
    expect(plan).to_have_value("끝난 뒤에 쓴 글")

    sign_in_beside(page, installation)
    watch.expect_refusal()
    plan.press_sequentially(", 이어 씀")
    expect(note).to_contain_text("저장해 둠")
    follow(page, button(page.locator("main").first, "Save for later"))
    page.goto(f"{address}questions/")
    expect(page.locator("textarea[name=q_plan]")).to_have_value("끝난 뒤에 쓴 글, 이어 씀")

    # somebody else signed in meanwhile: what this one types is not sent as theirs
    page.locator("form[data-autosave]").evaluate("form => { form.dataset.person = 'another'; }")
    page.context.clear_cookies(name="sessionid")
    sign_in_beside(page, installation)
    watch.expect_refusal()
    page.fill("textarea[name=q_plan]", "다른 사람의 글")
    expect(page.locator("form[data-autosave] [role=status]")).to_have_text(ko(SIGNED_OUT))
    watch.expect_refusal()
    page.goto(f"{address}questions/")
    expect(page.locator("textarea[name=q_plan]")).to_have_value("끝난 뒤에 쓴 글, 이어 씀")

    page.goto(f"{address}documents/")
    chosen = page.locator("input[name=file_biz-reg]")
    chosen.set_input_files(pdf(tmp_path, "사업자등록증"))
    page.context.clear_cookies(name="sessionid")
    button(page.locator("main").first, "Hand in and go on").click()
    expect(page.locator("form[data-autosave] [role=status]")).to_have_text(ko(SIGNED_OUT))
    assert chosen.evaluate("node => node.files.length") == 1
    sign_in_beside(page, installation)
    watch.expect_refusal()
    with page.expect_navigation():
        button(page.locator("main").first, "Hand in and go on").click()
    page.goto(f"{address}documents/")
    expect(page.locator("main")).to_contain_text("사업자등록증.pdf")
    watch.expect_refusal()

    # two windows: the one that is older shows both and overwrites nothing
    page.goto(f"{address}questions/")
    beside = page.context.new_page()
    beside.goto(f"{address}questions/")
    page.fill("textarea[name=q_plan]", "첫째 창")
    follow(page, button(page.locator("main").first, "Save for later"))
    beside.fill("textarea[name=q_plan]", "둘째 창")
    follow(beside, button(beside.locator("main").first, "Save for later"))
    expect(beside.locator("textarea[name=q_plan]")).to_have_value("둘째 창")
    expect(beside.locator("main")).to_contain_text("첫째 창")
    page.goto(f"{address}questions/")
    expect(page.locator("textarea[name=q_plan]")).to_have_value("첫째 창")


def sign_in_again(page: Page, mail: str, installation: Installation) -> None:
    """On the page that the form led to."""
    page.fill("input[name=login]", mail)
    page.fill("input[name=password]", installation.password)
    follow(page, page.locator("main button[type=submit]"))
    assert "/once-more/" in page.url


def test_without_javascript_it_is_offered_once_more(
    sign_in: Callable[..., Page], installation: Installation
) -> None:
    page = sign_in("firm37@firm.example", size=PHONE, script=False)
    address = begin(page)
    page.goto(f"{address}questions/")
    page.fill("textarea[name=q_plan]", "로그인이 끝난 뒤에\n보낸 글")
    page.context.clear_cookies(name="sessionid")
    press(page, "Save for later")
    assert "/account/login/" in page.url
    expect(page.locator("main")).to_contain_text("두 시간 동안 보관")
    sign_in_again(page, "firm37@firm.example", installation)
    page.goto("/")
    press(page, "Send it or throw it away")
    press(page, "Send it once more")
    expect(page.locator("main")).not_to_contain_text(ko("Send it or throw it away"))
    page.goto(f"{address}questions/")
    expect(page.locator("textarea[name=q_plan]")).to_have_value("로그인이 끝난 뒤에\n보낸 글")


def test_a_form_that_keeps_nothing_by_itself_is_offered_once_more(
    sign_in: Callable[..., Page], installation: Installation, watch: Watch, tmp_path: Path
) -> None:
    page = sign_in("firm36@firm.example", size=PHONE)
    page.goto("/company/")
    follow(page, page.locator("a[href$='/certificates/add/']").first)
    page.fill("input[name=number]", "제2025 1호")
    page.locator("input[name=upload]").set_input_files(pdf(tmp_path, "중소기업확인서"))
    page.context.clear_cookies(name="sessionid")
    follow(page, page.locator("main form button[type=submit]").last)
    watch.check(page, colors=True)
    sign_in_again(page, "firm36@firm.example", installation)
    expect(page.locator("main")).to_contain_text("중소기업확인서.pdf")
    watch.check(page, colors=True)
    press(page, "Send it without the files")
    expect(page.locator("input[name=number]")).to_have_value("제2025 1호")
    watch.check(page, colors=True)
