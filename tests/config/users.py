"""Processes that use a data folder, for the tests of the embedded servers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from config import embedded

PROJECT = Path(__file__).resolve().parents[2]

USER = """
import json, os, sys, time
began = time.monotonic()
from pathlib import Path
from config import embedded
if "waits" in sys.argv[3:]:
    print("{}", flush=True)
    sys.stdin.readline()
servers = embedded.join(Path(sys.argv[1]))
import psycopg
psycopg.connect(servers.database_url).execute("SELECT 1")
print(json.dumps({
    "seconds": time.monotonic() - began,
    "web": servers.database_url, "owner": servers.owner_url, "broker": servers.broker_url,
    "environment": {k: v for k, v in os.environ.items() if k.startswith(("NARU_", "DATABASE_", "BROKER_"))},
}), flush=True)
exec(sys.argv[2])
sys.stdin.read()
"""


def environment(**more: str) -> dict[str, str]:
    """What a person's shell has: nothing of the servers that these tests themselves run on."""
    ours = ("NARU_", "DATABASE_", "BROKER_", "DJANGO_", "PG")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return {**kept, "PYTHONPATH": str(PROJECT), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", **more}


class User:
    """A process that has joined and holds the folder until `leave()` or `kill()`."""

    def __init__(
        self,
        data: Path,
        then: str = "",
        prefix: tuple[str, ...] = (),
        python: str = sys.executable,
        waits: bool = False,
        **more: str,
    ) -> None:
        self.process = subprocess.Popen(
            [*prefix, python, "-c", USER, str(data), then, *(["waits"] if waits else [])],
            env=environment(**more),
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def joined(self) -> dict[str, Any]:
        assert self.process.stdout
        assert self.process.stderr
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.stderr.read())
        answer: dict[str, Any] = json.loads(line)
        return answer

    def go(self) -> None:
        """One who waits with joining does so now."""
        assert self.process.stdin
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def leave(self) -> None:
        self.process.communicate(timeout=30)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


def using(data: Path) -> list[int]:
    """Every living process with the folder in its command line, whoever it belongs to."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if os.fsencode(data) in entry.read_bytes() and int(entry.parts[2]) != os.getpid():
                found.append(int(entry.parts[2]))
        except OSError:
            continue
    return found


def nothing_runs(data: Path) -> bool:
    return not using(data) and embedded.state(data) == {
        "postgres": None,
        "valkey": None,
        "keeper": None,
        "in_use": False,
    }


def remove(folder: Path) -> None:
    """Takes the folder away under its servers; what one of them writes while this goes on is removed as well."""

    def gone() -> bool:
        shutil.rmtree(folder, ignore_errors=True)
        return not folder.exists()

    assert until(gone, 10)


def until(happens: Callable[[], bool], seconds: float, step: float = 0.05) -> bool:
    """Whether it happens within so many seconds."""
    limit = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > limit:
            return False
        time.sleep(step)
    return True
