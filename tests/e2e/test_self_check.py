"""A visitor without JavaScript learns where a company stands; a member finds the record filled in; nothing is sent on."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Watch
from tests.e2e.handling import follow, press
from tests.e2e.words import ko


def to_the_check(page: Page) -> None:
    page.goto("/calls/")
    follow(page, page.get_by_role("link", name=re.compile("추가 모집")).first)
    follow(page, page.locator("a[href$='/check/']").first)


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_a_visitor_checks_without_javascript(
    visitor: Callable[..., Page], watch: Watch, size: dict[str, int]
) -> None:
    page = visitor(size=size, script=False)
    to_the_check(page)
    page.fill("input[name=paper_SME_CERT_until]", "2024-01-31")
    press(page, "See where the company stands")
    expect(page.locator("#result")).to_contain_text(re.compile("충족하지 못합니다"))
    expect(page.locator("input[name=paper_SME_CERT_until]")).to_have_value("2024-01-31")
    page.fill("input[name=paper_SME_CERT_until]", "")
    page.select_option("select[name=place_head_office]", "11")
    press(page, "See where the company stands")
    expect(page.locator("#result")).to_contain_text(ko("A person must look"))
    expect(page.locator("main")).to_contain_text("서류: 중소기업확인서")


@pytest.mark.parametrize(("language", "shown"), [("ko-KR", "ko"), ("en-US", "en")])
def test_the_pages_read_well_in_both_languages(
    visitor: Callable[..., Page], watch: Watch, language: str, shown: str
) -> None:
    page = visitor(size=PHONE, language=language)
    page.goto("/calls/")
    follow(page, page.locator("a[href$='/check/']").first)
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        watch.check(page, language=shown)
    page.select_option("select[name=place_head_office]", "11")
    page.fill("input[name=paper_SME_CERT_until]", "2035-01-31")
    follow(page, page.locator("main form[method=post] button[type=submit]").first)
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        watch.check(page, language=shown)


def test_a_member_finds_the_record_filled_in(sign_in: Callable[..., Page], watch: Watch) -> None:
    page = sign_in("firm33@firm.example", size=PHONE)
    to_the_check(page)
    expect(page.locator("select[name=place_head_office]")).to_have_value("11")
    watch.check(page)
    press(page, "See where the company stands")
    watch.check(page)
    expect(page.locator("#result")).to_be_visible()
