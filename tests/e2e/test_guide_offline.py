"""A guide is kept on a phone and read with the network switched off; a newer version comes with the network, and nothing
but the guides is ever kept."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Page, expect

from tests.e2e.conftest import PHONE, Installation, Watch
from tests.e2e.handling import follow
from tests.e2e.words import ko

GUIDE = "/guides/STRATEGY-5C-2015/VN/"
KEPT = f"{GUIDE}kept/ko/"
ON_THE_DEVICE = """async () => {
  const found = [];
  for (const name of await caches.keys())
    for (const each of await (await caches.open(name)).keys()) found.push(new URL(each.url).pathname);
  return found.filter((each) => !each.startsWith('/static/')).sort();
}"""
UNTIL_KEPT = """async ([path, words]) => {
  for (let waited = 0; waited < 15000; waited += 100) {
    const kept = await caches.match(path, {ignoreVary: true});
    if (kept && (await kept.text()).includes(words)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('nothing newer was fetched');
}"""
NEWER = f"새로 고친 문장 {time.time():.0f}"
NEXT = f"""
from accounts.domain import approvals
from accounts.models import User
from ground.models import Country
from guidance.domain import editions, reviewing, stating
from guidance.queries import statements
from programs.models import Program
program = Program.objects.get(code="STRATEGY-5C-2015")
by = User.objects.get(email="officer@strategy.example")
version = statements.published(program, "VN")[0]
draft = stating.revise(version.statement, changed_ko="시험", by=by)
draft.text_ko = "{NEWER}"
stating.save_draft(draft, by=by)
review = reviewing.hand_in([draft], reason="시험", by=by)
approvals.answer_any(review.approval, by=User.objects.get(email="manager@strategy.example"), grant=True)
reviewing.publish(review, by=by)
editions.publish(program, Country.objects.get(pk="VN"), by=by)
"""


def test_a_guide_is_read_without_a_network(
    sign_in: Callable[..., Page], watch: Watch, installation: Installation
) -> None:
    page = sign_in("firm01@firm.example", size=PHONE)
    network = page.context
    page.goto("/guides/")
    follow(page, page.locator(f"main a[href='{GUIDE}']").first)
    said = page.locator("main .statement").first.inner_text()
    version = re.search(r"VN-\d+", page.locator("main").inner_text())
    assert version
    page.get_by_role("button", name=ko("Keep for reading offline")).click()
    expect(page.get_by_role("status")).to_have_text(
        ko("Kept on this device: it can be read without a network.")
    )
    ours = sorted(each + f"{lang}/" for each in ("/guides/app/", f"{GUIDE}kept/") for lang in ("ko", "en"))
    assert page.evaluate(ON_THE_DEVICE) == ours

    network.set_offline(True)
    page.goto(GUIDE)
    assert page.url.endswith(KEPT)
    expect(page.locator("main .statement").first).to_have_text(said)
    offline = page.locator("[data-when=offline]")
    expect(offline).to_be_visible()
    expect(offline).to_contain_text(version[0])
    assert page.evaluate("document.styleSheets.length") == 1
    assert "@firm.example" not in page.content()
    watch.expect_refusal()
    watch.check(page, colors=True)
    page.goto("/guides/STRATEGY-5C-2015/JP/")
    assert page.url.endswith("/guides/app/ko/")
    watch.expect_refusal()
    watch.check(page, colors=True)
    for address in ("/calls/", "/company/"):
        with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
            page.goto(address)

    installation.command("shell", "-v", "0", "-c", NEXT)
    network.set_offline(False)
    page.goto("/guides/app/ko/")
    page.evaluate(UNTIL_KEPT, [KEPT, NEWER])
    assert page.evaluate(ON_THE_DEVICE) == ours
    network.set_offline(True)
    page.goto(KEPT)
    expect(page.locator("main")).to_contain_text(NEWER)
    network.set_offline(False)
    page.reload()
    expect(page.locator("[data-when=offline]")).to_be_hidden()
    page.get_by_role("button", name=ko("Remove from this device")).click()
    expect(page.get_by_role("button", name=ko("Keep for reading offline"))).to_be_visible()
    assert page.evaluate(ON_THE_DEVICE) == [each for each in ours if each.startswith("/guides/app/")]
    watch.expect_refusal()
