"""Children hold the folder; people see what runs and stop it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from config import embedded
from tests.config.embedded.asking import (
    ask,
    pid,
)
from tests.config.users import PROJECT, User, environment, nothing_runs, until

CHILD = """
import json, os, time
from config import embedded
embedded.join()
print(json.dumps({"owner": os.environ.get("DATABASE_OWNER_URL")}), flush=True)
time.sleep(3)
"""


def test_a_child_holds_the_folder_and_has_no_more_than_it_was_given(data: Path) -> None:
    then = f"""
import subprocess
plain = {{key: value for key, value in os.environ.items() if key != "DATABASE_OWNER_URL"}}
subprocess.Popen([sys.executable, "-c", {CHILD!r}], env=plain)
"""
    user = User(data, then)
    joined = user.joined()
    assert joined["environment"]["NARU_EMBEDDED"] == "1"
    assert joined["environment"]["DATABASE_OWNER_URL"] == joined["owner"]
    assert user.joined() == {"owner": None}
    user.process.kill()
    time.sleep(2)
    assert ask(joined["web"], "SELECT 1") == 1
    assert until(lambda: nothing_runs(data), 10)


def test_an_inherited_lock_holds_the_folder_too(data: Path) -> None:
    child = """
import subprocess
subprocess.Popen(["sleep", "3"], pass_fds=embedded.held(Path(sys.argv[1])))
print("{}", flush=True)
"""
    user = User(data, child)
    url = user.joined()["web"]
    user.joined()
    user.process.kill()
    time.sleep(2)
    assert ask(url, "SELECT 1") == 1
    assert until(lambda: nothing_runs(data), 10)


def test_servers_of_another_folder_are_not_taken_for_ours(folder: Path) -> None:
    first = User(folder / "one")
    inherited = first.joined()["environment"]
    second = User(folder / "two", **inherited)
    assert second.joined()["environment"]["DATABASE_URL"] != inherited["DATABASE_URL"]
    first.leave()
    second.leave()


def test_status_and_stop_for_people(data: Path) -> None:
    def tell(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "config.embedded", *words, "--data", str(data)]
        return subprocess.run(command, cwd=PROJECT, env=environment(), capture_output=True, text=True)

    assert tell("status").returncode == 3
    user = User(data)
    user.joined()
    found = tell("status")
    assert found.returncode == 0
    assert f"postgres  running, process {pid(data, 'postgres')}" in found.stdout
    refused = tell("stop")
    assert (refused.returncode, "in use" in refused.stderr) == (1, True)
    assert tell("stop", "--force").returncode == 0
    assert embedded.state(data)["postgres"] is None
    user.kill()
    assert nothing_runs(data)
