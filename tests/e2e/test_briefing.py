"""A full briefing, in Korean: published by staff, registered for by the mail's link, full, waiting, moved up, let in at the
door on a phone, asked how it was, with results once the survey is closed."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Installation, Watch
from tests.e2e.handling import follow, letter, press
from tests.e2e.words import ko

TITLE = "갈대밭 설명회"
FIRST, SECOND = "first@briefing.example", "second@briefing.example"


def test_a_full_briefing(
    installation: Installation, visitor: Callable[..., Page], sign_in: Callable[..., Page], watch: Watch
) -> None:
    officer = sign_in("officer@sba.example", size=DESKTOP)
    record = publish(officer, watch)
    phone = visitor(size=PHONE)
    public = find(phone, watch)
    first = register(
        phone, watch, public, "첫손님", FIRST, ko("You have a seat. Show this code when you come in.")
    )
    second = register(phone, watch, public, "둘째손님", SECOND, ko("You are on the waiting list, at place %(place)s") % {"place": 1})  # fmt: skip
    phone.goto(first)
    press(phone, "Cancel the registration")
    expect(phone.locator("main")).to_contain_text(ko("This registration was cancelled."))
    watch.check(phone)
    letter(phone, SECOND, ko("You have a seat now: %(title)s") % {"title": TITLE})
    phone.goto(second)
    code = phone.locator("dd strong").inner_text()
    expect(phone.locator(".qr img")).to_be_visible()
    watch.check(phone)
    installation.move_clock(
        "2025-12-08T15:10"
    )  # whoever stood in the queue is still let in; one move, not two
    door(sign_in("officer@sba.example", size=PHONE), watch, public, code)
    answer(phone, watch, installation)
    results(officer, watch, record)


def publish(page: Page, watch: Watch) -> str:
    page.goto("/staff/guidance/briefing/add/")
    page.select_option("select[name=program]", index=1)
    page.fill("[name=title_ko]", TITLE)
    page.fill("[name=text_ko]", "갈대밭에서 파는 방법을 이야기합니다.")
    for name, day, hour in (
        ("starts_at", "2025-12-08", "14:00"),
        ("ends_at", "2025-12-08", "15:00"),
        ("closes_at", "2025-12-08", "12:00"),
    ):
        page.fill(f"[name={name}_0]", day)
        page.fill(f"[name={name}_1]", hour)
    page.fill("[name=place_ko]", "나루홀")
    page.fill("[name=capacity]", "1")
    page.fill("[name=contact_ko]", "수출팀")
    watch.check(page)
    follow(page, page.locator("[name=_continue]"))
    record = page.url
    row = "[name=survey_questions-0-{}]"
    if not page.locator(row.format("label_ko")).count():
        page.locator("#survey_questions-group .add-row a").click()
    page.fill(row.format("label_ko"), "도움이 되었습니까?")
    page.select_option(row.format("kind"), "scale")
    follow(page, page.locator("[name=_continue]"))
    press(page, "Publish the briefing")
    expect(page.locator(".messages")).to_contain_text(
        ko("Published. Everybody can read it and register now.")
    )
    watch.check(page)
    return record


def find(page: Page, watch: Watch) -> str:
    page.goto("/briefings/")
    watch.check(page)
    follow(page, page.get_by_role("link", name=TITLE))
    watch.check(page)
    return page.url


def register(page: Page, watch: Watch, public: str, name: str, mail: str, outcome: str) -> str:
    """By the form and the mail's link; the address of the person's own page."""
    page.goto(f"{public}register/")
    page.fill("[name=name]", name)
    page.fill("[name=email]", mail)
    press(page, "Send me the link")
    expect(page.locator("main")).to_contain_text(ko("Without your agreement we cannot register you."))
    watch.expect_refusal()
    watch.check(page)
    page.check("[name=has_agreed]")
    press(page, "Send me the link")
    watch.check(page)
    found = re.search(r"/registrations/mine/\S+", letter(page, mail, "/registrations/mine/"))
    assert found
    page.goto(found[0])
    watch.check(page)
    press(page, "Confirm the registration")
    expect(page.locator("main")).to_contain_text(outcome)
    watch.check(page)
    return page.url


def door(page: Page, watch: Watch, public: str, code: str) -> None:
    page.goto(f"{public}door/")
    page.fill("[name=code]", "ZZZZZZ")
    press(page, "Check this code in")
    expect(page.locator("main")).to_contain_text(ko("No registration for this briefing has this code. Compare it letter by letter."))  # fmt: skip
    watch.expect_refusal()
    watch.check(page)
    page.fill("[name=code]", code.lower())
    page.get_by_role("button", name=ko("Check this code in")).dblclick()
    page.wait_for_url(re.compile("done="))
    expect(page.locator("main")).to_contain_text("둘째손님")
    expect(page.locator("main")).to_contain_text(ko("Checked in on %(when)s").partition("%")[0].strip())
    watch.check(page)


def answer(page: Page, watch: Watch, installation: Installation) -> None:
    installation.command("shell", "-v", "0", "-c", "from guidance.tasks import briefings; briefings()")
    found = re.search(r"/registrations/mine/\S+/survey/", letter(page, SECOND, "/survey/"))
    assert found
    page.goto(found[0])
    watch.check(page)
    page.get_by_role("radio").nth(4).check()
    press(page, "Send the answers")
    expect(page.locator("main")).to_contain_text(ko("You have answered already. Thank you."))
    watch.check(page)


def results(page: Page, watch: Watch, record: str) -> None:
    page.goto(record)
    watch.check(page)
    press(page, "Survey results")
    expect(page.locator("main")).to_contain_text(
        "2026. 1. 7.(수) 15:00부터 결과를 볼 수 있습니다"
    )  # 30 days after the end
    watch.check(page)
