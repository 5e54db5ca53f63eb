"""Every kind of person follows the links that the pages offer: each page works, reads well and is theirs to see."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from functools import cache
from urllib.parse import urldefrag, urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from tests.e2e.conftest import DESKTOP, PHONE, Watch
from tests.e2e.handling import follow

# Who, and at how many pages the walk ends; the first of them sees most of the staff site.
PEOPLE = {
    "manager@sba.example": 52,
    "officer@sba.example": 6,
    "finance@sba.example": 4,
    "auditor@sba.example": 4,
    "firm01@firm.example": 20,
    "firm03@firm.example": 4,
    "provider@mulgil.example": 12,
    "evaluator1@naru.example": 5,
    "partner@platform.example": 5,
    "city@supervising.example": 5,
    "manager@bna.example": 4,
    "officer@strategy.example": 7,
    "researcher@market.example": 5,
    "operator@naru.example": 12,
}
# Addresses that answer with something else than a page, and those that end the visit.
NO_PAGES = re.compile(
    r"file_download|call_calendar|rejects|logout|jsi18n|download|set_language|autocomplete|healthz|mailbox"
    r"|receipt_pdf|support_export|call_attachments|call_applicants|programs_program_agreements|call_open_criteria|application_book"
    r"|briefing_calendar|briefing_material|briefing_attendance"
    r"|guide_booklet|guide_captions|guide_video|reports_assignments|sales_template|customs_template|payout_list_template|_mend|_workbook"
)
seen_by_anybody: set[str] = set()


@cache
def route_of(address: str) -> str:
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""


def links(page: Page) -> list[str]:
    """Addresses of the page's links within the installation, without fragments and queries."""
    found: list[str] = page.evaluate("[...document.querySelectorAll('a[href]')].map((each) => each.href)")
    here = urlsplit(page.url).netloc
    return [
        urldefrag(each).url.partition("?")[0]
        for each in dict.fromkeys(found)
        if urlsplit(each).scheme.startswith("http") and urlsplit(each).netloc == here
    ]


def walk(page: Page, watch: Watch, limit: int, *, language: str = "ko", beginnings: tuple[str, ...]) -> int:
    """Breadth first, each route once; routes that nobody has seen yet before the others."""
    waiting = deque((each, "") for each in beginnings)
    seen: set[str] = set()
    while waiting and len(seen) < limit:
        waiting = deque(sorted(waiting, key=lambda each: route_of(each[0]) in seen_by_anybody))
        address, origin = waiting.popleft()
        route = route_of(address)
        if not route or NO_PAGES.search(route) or route in seen:
            if not route:
                watch.found.append(f"{origin} leads to {address}, which is no address of ours")
            continue
        seen.add(route)
        seen_by_anybody.add(route)
        answer = page.goto(address)
        if answer is None or answer.status != 200:
            watch.found.append(f"{origin} leads to {address}: {answer.status if answer else 'no answer'}")
            watch.expect_refusal()
            continue
        watch.check(page, language=language, colors=True)
        if limit > 10:
            page.set_viewport_size(PHONE)  # type: ignore[arg-type]
            watch.sideways(page)
            if not route.startswith("admin:"):
                watch.check(page, language=language)
            page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
        waiting += [(each, address) for each in links(page) if route_of(each) not in seen]
    return len(seen)


@pytest.mark.parametrize("mail", PEOPLE)
def test_every_page(mail: str, sign_in: Callable[..., Page], watch: Watch) -> None:
    page = sign_in(mail, size=DESKTOP, language="ko-KR")
    language = page.evaluate("document.documentElement.lang")
    beginnings = ("/staff/", "/") if "/staff/" in page.content() else ("/",)
    assert walk(page, watch, PEOPLE[mail], language=language, beginnings=beginnings) > 1


@pytest.mark.full
@pytest.mark.parametrize("mail", ["manager@sba.example", "auditor@sba.example", "firm01@firm.example"])
def test_every_page_to_the_end(mail: str, sign_in: Callable[..., Page], watch: Watch) -> None:
    page = sign_in(mail, size=DESKTOP)
    beginnings = ("/staff/", "/") if "/staff/" in page.content() else ("/",)
    assert walk(page, watch, 1000, beginnings=beginnings) > PEOPLE[mail]


def test_pages_for_everybody(visitor: Callable[..., Page], watch: Watch) -> None:
    page = visitor(size=DESKTOP)
    assert walk(page, watch, 12, beginnings=("/", "/calls/")) > 4


@pytest.mark.parametrize(
    ("mail", "limit"),
    [("manager@sba.example", 12), ("firm01@firm.example", 9), ("provider@mulgil.example", 4)],
)
def test_in_english(mail: str, limit: int, sign_in: Callable[..., Page], watch: Watch) -> None:
    seen_by_anybody.clear()
    page = sign_in(mail, size=DESKTOP, language="en-US")
    switch = page.locator(
        "form[action='/language/'] [name=language][value=en], form[action='/language/'] button[value=en]"
    )
    if page.evaluate("document.documentElement.lang") != "en" and switch.count():
        follow(page, switch.first)
    beginnings = ("/staff/", "/") if "/staff/" in page.content() else ("/",)
    assert walk(page, watch, limit, language="en", beginnings=beginnings) > 1
