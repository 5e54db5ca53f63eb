"""The whole installation for the browser tests: `script/server` with its demonstration, real worker, broker and relay."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.words import foreign_sentences

ROOT = Path(__file__).resolve().parent.parent.parent
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = {"preload": False, "resultTypes": ["violations"], "runOnly": {"type": "tag", "values": AXE_TAGS}}
NO_COLORS = {**AXE, "rules": {"color-contrast": {"enabled": False}}}
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 780}
CHROMIUM = Path("/usr/bin/chromium")
HEADLESS = Path("/usr/bin/chromium-headless-shell")  # the same, without windows that nobody sees
# Rows of a table are alike: axe looks at the first of them.
MORE_ROWS = "tbody > tr:nth-child(n + 5)"
EXCEPT_MORE_ROWS = {"exclude": [[MORE_ROWS]]}
VIOLATIONS = """async ([context, options]) => (await axe.run(context, options)).violations.flatMap(
  (each) => each.nodes.slice(0, 3).map((node) => `${each.id}: ${node.html.slice(0, 200)}`)
)"""
# Contrast takes axe longer than all else together: what looks the same in the same surroundings is judged once.
LOOKS = """([judged, apart]) => {
  const known = new Set(JSON.parse(judged)), fresh = [], surroundings = new Map();
  for (const each of document.querySelectorAll('body, body *')) {
    const style = getComputedStyle(each), kind = each === document.body ? '' : each.getAttribute('class') || '';
    const above = surroundings.get(each.parentElement) || '';
    const around = `${above}>${each.tagName}.${kind}${style.backgroundColor}${style.opacity}`;
    surroundings.set(each, around);
    const look = `${around}|${style.color}${style.fontSize}${style.fontWeight}`;
    if (!each.checkVisibility() || each.closest(apart)) continue;
    if (known.has(look)) each.setAttribute('data-judged', '');
    else { known.add(look); fresh.push(look); }
  }
  axe.configure({rules: [{id: 'color-contrast', selector: ':not([data-judged])'}]});
  return JSON.stringify(fresh);
}"""
SIDEWAYS = """() => [document.documentElement, ...document.querySelectorAll('.results, .table-scroll')].filter(
  (each) => each.scrollWidth > each.clientWidth + 1
).map((each) => each.getAttribute('aria-label') || each.textContent.trim().slice(0, 40))"""
KINDS_OF_ELEMENTS = """() => [...new Set([...document.querySelectorAll('*')].map(
  (each) => [each.tagName, each.getAttribute('type'), each.getAttribute('role'), each.getAttribute('class')].join()
))].sort().join('\\n')"""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest way first. Pages are looked at before anybody changes them; the road and the briefing move the clock, so they are last.
    The tests of servers that come and go wait a lot and look at the clock: in the middle, beside quiet ones."""
    order = (
        "test_pages",
        "test_strangers",
        "test_self_check",
        "test_without_javascript",
        "test_session_ends",
        "test_faults",
        "test_guide_offline",
        "test_months",
        "test_road",
        "test_briefing",
    )
    items.sort(key=lambda item: order.index(item.path.stem) if item.path.stem in order else len(order))
    waiting = [
        item
        for item in items
        if item.path.stem in {"test_starting", "test_living", "test_children", "test_server"}
    ]
    others = [item for item in items if item not in waiting]
    middle = next((place for place, item in enumerate(others) if "programs" in item.path.parts), len(others))
    items[:] = [*others[:middle], *waiting, *others[middle:]]
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            if os.environ.get("NARU_NO_BROWSER"):
                item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {
        "executable_path": str(HEADLESS if HEADLESS.exists() else CHROMIUM),
        "args": [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
        ],
    }  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def plain_environment() -> dict[str, str]:
    """The environment without what the tests' own database and servers have put there."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NARU_", "DATABASE", "BROKER"))
    }
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return kept


@dataclass
class Installation:
    """A running `script/server`."""

    address: str
    data: Path
    output: str

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`manage.py …` on the installation's data folder; it must succeed."""
        environment = plain_environment() | {"NARU_DATA": str(self.data), "NARU_DEMO": "1"}
        python = ROOT / ".venv" / "bin" / "python"
        done = subprocess.run(
            [str(python), "manage.py", *arguments],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"{arguments}: {done.stderr}{done.stdout}"
        return done

    def move_clock(self, instant: str) -> None:
        """The demonstration's clock shows that instant (Seoul time) and runs on."""
        self.command("demo_clock", instant)

    @property
    def password(self) -> str:
        """All made-up people share one; it is printed at every start."""
        found = re.search(r"(?:password|비밀번호)[^:\n]*: (.+)", self.output)
        assert found, self.output
        return found[1].strip()


def start(data: Path, *arguments: str, seconds: float = 900) -> tuple[subprocess.Popen[bytes], Installation]:
    """`script/server` on a free port, once it says that it is ready: 45 s, several times that beside other work."""
    port = free_port()
    log = data.parent / f"{data.name}.output.txt"
    with log.open("w") as output:
        server = subprocess.Popen(
            ["bash", "script/server", "--port", str(port), "--data", str(data), *arguments],
            cwd=ROOT, env=plain_environment(), stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    until = time.monotonic() + seconds
    last = "mailbox http" if "--empty" not in arguments else "ready http"
    while last not in log.read_text():
        if server.poll() is not None or time.monotonic() > until:
            stop(server)
            raise RuntimeError(f"script/server did not come up:\n{log.read_text()}")
        time.sleep(0.2)
    return server, Installation(f"http://127.0.0.1:{port}", data, log.read_text())


def stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One for all browser tests. NARU_TEST_SERVER="http://127.0.0.1:8000 .naru" takes one that runs already."""
    given = os.environ.get("NARU_TEST_SERVER", "").split()
    if given:
        output = subprocess.run(
            [str(ROOT / ".venv" / "bin" / "python"), "manage.py", "demo_people"],
            cwd=ROOT, env=plain_environment() | {"NARU_DATA": given[1], "NARU_DEMO": "1"},
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        yield Installation(given[0], Path(given[1]), output.stdout)
        return
    server, running = start(tmp_path_factory.mktemp("installation") / "naru")
    yield running
    stop(server)


@dataclass
class Watch:
    """What a visit collects (console errors with the policy's, page errors), and what must hold on every page."""

    messages: list[str] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    axe: Axe = field(default_factory=Axe)
    looks: ClassVar[set[str]] = set()
    judged: ClassVar[set[tuple[object, ...]]] = set()
    """Where which kinds of elements were judged already: the same once more says nothing new."""

    def attach(self, page: Page) -> None:
        page.on(
            "console", lambda message: self.messages.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: self.messages.append(str(error)))

    def faults(self, page: Page, *, language: str = "ko", colors: bool = False) -> list[str]:
        """Messages, sideways scrolling, axe violations and sentences of the other language, each with the page.

        `colors`: contrast, too. It takes longer than all else together, and the walk judges it on every page.
        """
        seen, self.messages = self.messages, []
        where = page.url.partition("//")[2].partition("/")[2]
        found = [f"console: {each}" for each in seen]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found.append(f"scrolls sideways by {wide} px")
        if (shown := page.evaluate("document.documentElement.lang")) != language:
            found.append(f"lang is {shown}, not {language}")
        found += self.violations(page, colors=colors)
        found += [f"not translated: {each}" for each in foreign_sentences(page, language)]
        self.checked.append(where)
        self.messages = []
        return [f"/{where}: {each}" for each in found]

    def sideways(self, page: Page) -> None:
        """Note the tables that have to be pushed sideways to be read, at the width that the page has."""
        where = urlsplit(page.url).path
        self.found += [f"{where}: scrolls sideways: {each}" for each in page.evaluate(SIDEWAYS)]

    def violations(self, page: Page, *, colors: bool) -> list[str]:
        """What axe says of the page, unless it judged the same kinds of elements at that address and width before."""
        place = (re.sub(r"[0-9a-f-]{36}|\d+", "", urlsplit(page.url).path), page.viewport_size["width"])  # type: ignore[index]
        seen = (*place, page.evaluate(KINDS_OF_ELEMENTS))
        if (seen, True) in self.judged or (seen, colors) in self.judged:
            return []
        self.judged.add((seen, colors))
        if not page.evaluate("'axe' in window"):
            page.evaluate(self.axe.axe_script)
        if colors:
            judged = json.dumps(sorted(self.looks))
            self.looks.update(json.loads(page.evaluate(LOOKS, [judged, MORE_ROWS])))
        asked = [EXCEPT_MORE_ROWS, AXE if colors else NO_COLORS]
        return [str(each) for each in page.evaluate(VIOLATIONS, asked)]

    def check(self, page: Page, *, language: str = "ko", colors: bool = False) -> None:
        """Note what is wrong with the page; the test fails with all of it when it ends, also when the road went on."""
        self.found += self.faults(page, language=language, colors=colors)

    def hope(self, what: str, expectation: Callable[..., None], *arguments: Any) -> None:
        """An expectation that the road can go on without: noted like the faults of a page."""
        try:
            expectation(*arguments)
        except AssertionError as error:
            self.found.append(f"{what}: {error}")

    def expect_refusal(self) -> None:
        """The browser tells the console of every answer of 400 and above; the last one was meant."""
        self.messages = [each for each in self.messages if "Failed to load resource" not in each]


@pytest.fixture
def watch() -> Iterator[Watch]:
    """0 axe violations, 0 messages, no sideways scrolling and no sentence of the other language on every page checked."""
    seen = Watch()
    yield seen
    assert seen.found == [], "\n".join(dict.fromkeys(seen.found))


@pytest.fixture
def visitor(browser: Browser, installation: Installation, watch: Watch) -> Iterator[Callable[..., Page]]:
    """`visitor(size=…, language=…, script=…)`: a fresh browser window on the installation."""
    contexts: list[BrowserContext] = []

    def open_window(size: dict[str, int] = DESKTOP, language: str = "ko-KR", script: bool = True) -> Page:
        context = browser.new_context(
            base_url=installation.address,
            viewport=size,
            locale=language,
            java_script_enabled=script,
            accept_downloads=True,
            has_touch=size == PHONE,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        watch.attach(page)
        return page

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture
def sign_in(visitor: Callable[..., Page], installation: Installation) -> Callable[..., Page]:
    """`sign_in("mail", …)`: a window in which that person has signed in."""

    def sign(mail: str, **window: Any) -> Page:
        page = visitor(**window)
        page.goto("/account/login/")
        page.fill("input[name=login]", mail)
        page.fill("input[name=password]", installation.password)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda address: "/account/login/" not in address)
        return page

    return sign
