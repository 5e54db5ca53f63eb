"""The whole installation for the browser tests: `script/server` with its demonstration, real worker, broker and relay."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parent.parent.parent
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 780}
HANGUL = re.compile(r"[가-힣]")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            if os.environ.get("NARU_NO_BROWSER"):
                item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {
        "executable_path": "/usr/bin/chromium",
        "args": [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
        ],
    }  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Installation:
    """A running `script/server`."""

    address: str
    data: Path
    output: str

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`manage.py …` on the installation's data folder."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("NARU_", "DATABASE", "BROKER"))}
        environment |= {"NARU_DATA": str(self.data), "NARU_DEMO": "1"}
        python = ROOT / ".venv" / "bin" / "python"
        return subprocess.run(
            [str(python), "manage.py", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
        )


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    data = tmp_path_factory.mktemp("installation")
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("NARU_", "DATABASE", "BROKER"))}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    log = data / "output.txt"
    with log.open("w") as output:
        server = subprocess.Popen(
            ["bash", "script/server", "--port", str(port), "--data", str(data / "naru")],
            cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 240
        while f"ready http://127.0.0.1:{port}/" not in log.read_text():
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"script/server did not come up:\n{log.read_text()}")
            time.sleep(0.3)
        time.sleep(1)
        yield Installation(f"http://127.0.0.1:{port}", data / "naru", log.read_text())
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


@dataclass
class Watch:
    """What a visit collects: console messages about the policy, page errors, failed answers."""

    messages: list[str] = field(default_factory=list)
    axe: Axe = field(default_factory=Axe)

    def attach(self, page: Page) -> None:
        page.on("console", lambda message: self.messages.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.messages.append(str(error)))

    def check(self, page: Page, *, language: str = "ko") -> None:
        """0 axe violations, 0 messages, no sideways scrolling, no sentence of the other language."""
        seen, self.messages = self.messages, []
        assert seen == [], f"{page.url}: {seen}"
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{page.url} scrolls sideways by {wide} px"
        found = self.axe.run(page, options={"preload": False, "runOnly": {"type": "tag", "values": AXE_TAGS}})
        violations = [
            f"{each['id']}: {node['html'][:200]}" for each in found.response["violations"] for node in each["nodes"]
        ]
        assert violations == [], f"{page.url}: {violations}"
        assert page.evaluate("document.documentElement.lang") == language
        self.messages = []


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def visitor(browser: Browser, installation: Installation, watch: Watch) -> Iterator[Callable[..., Page]]:
    """`visitor(width=…, language=…)`: a fresh browser window on the installation."""
    contexts: list[BrowserContext] = []

    def open_window(size: dict[str, int] = DESKTOP, language: str = "ko-KR", script: bool = True) -> Page:
        context = browser.new_context(
            base_url=installation.address,
            viewport=size,
            locale=language,
            java_script_enabled=script,
            accept_downloads=True,
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
    """`sign_in("mail", …)`: a window in which that person has signed in (all made-up people share one password)."""
    password = re.search(r"password[^:]*: (.+)", installation.output)
    assert password, installation.output

    def sign(mail: str, **window: Any) -> Page:
        page = visitor(**window)
        page.goto("/account/login/")
        page.fill("input[name=login]", mail)
        page.fill("input[name=password]", password[1].strip())
        page.click("main button[type=submit]")
        page.wait_for_url(lambda address: "/account/login/" not in address)
        return page

    return sign
