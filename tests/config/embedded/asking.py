"""Questions to the servers of a data folder, and who asks them."""

from __future__ import annotations

import os
import pwd
import socket
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config import embedded
from config.embedded import processes
from tests.config.users import PROJECT

NOBODY = pwd.getpwnam("nobody").pw_uid
IS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not IS_ROOT, reason="needs root")


def ask(url: str, question: str) -> Any:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(question.encode())
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def broker(url: str, *words: str) -> bytes:
    path = url.removeprefix("redis+socket://").partition("?")[0]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        connection.sendall(" ".join(words).encode() + b"\r\n")
        return connection.recv(200)


def pid(data: Path, name: str) -> int:
    found = embedded.state(data)[name]
    assert found
    return int(found)


def as_nobody() -> tuple[tuple[str, ...], str, str]:
    """The command that turns root into an ordinary user, a Python that this user can run, and its module path."""
    packages = str(Path(psycopg.__file__).parents[1])
    same = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    account = processes.Account(NOBODY, NOBODY)
    for python in (sys.executable, same):
        program = Path(python).resolve()
        if program.exists() and all(account.reaches(path) for path in (program, Path(packages), PROJECT)):
            who = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
            return who, python, f"{PROJECT}:{packages}"
    pytest.skip("an ordinary user reaches neither the environment nor another Python of its version")


def modes(path: Path) -> dict[Path, int]:
    return {each: each.stat().st_mode for each in path.parents}


def patience() -> float:
    """How much longer than on a quiet machine things may take: by what else wants its processors."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
