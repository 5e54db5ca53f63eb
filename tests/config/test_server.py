"""`script/server` as a person starts it: ready, answering, ending whole, keeping its data."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
import pytest

from config import embedded
from config.embedded import processes
from ground.priority import NICENESS
from tests.config.users import PROJECT, environment, nothing_runs, until, using

READY_SECONDS = 240
"""What a first start may take when other tests or people keep the machine busy."""


class Server:
    """A running `script/server`, with what it printed."""

    def __init__(self, data: Path, *options: str, port: int | None = None, ignored: bool = False) -> None:
        self.data = data
        self.port = port or free_port()
        command = ["bash", "script/server", "--data", str(data), "--port", str(self.port), *options]
        if ignored:
            command = [sys.executable, "-c", IGNORING, *command]
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=environment(NARU_VENV=str(Path(sys.prefix))),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout
        self.lines: list[str] = []
        self.is_ready = threading.Event()
        self.reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self.reader.start()

    def _read(self, stdout: IO[str]) -> None:
        for line in stdout:
            self.lines.append(line.rstrip())
            if line.startswith("ready "):
                self.is_ready.set()
        self.is_ready.set()

    def ready(self) -> float:
        """Waits for the line; the seconds it took."""
        assert self.is_ready.wait(READY_SECONDS), self.lines
        assert f"ready http://127.0.0.1:{self.port}/" in self.lines, self.lines
        return time.monotonic() - self.began

    def get(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return int(answer.status)

    def end(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Sends the signal; the seconds until it has ended, which it must with exit code 0."""
        began = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(20) == 0, self.lines
        return time.monotonic() - began

    def processes(self) -> dict[str, int]:
        """Its children by what they are."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(entry.read_text().rpartition(")")[2].split()[1])
                line = entry.with_name("cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if parent == self.process.pid:
                for name, word in {
                    "web": "granian",
                    "worker": "worker",
                    "beat": "beat",
                    "relay": "relay",
                }.items():
                    if word in line:
                        found[name] = int(entry.parts[2])
        return found


IGNORING = """
import os, signal, sys
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
    signal.signal(number, signal.SIG_IGN)
os.execvp(sys.argv[1], sys.argv[1:])
"""


@dataclass(frozen=True)
class Fresh:
    """A folder of a folder that others may enter, made by a command that was called by itself."""

    data: Path
    done: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def fresh() -> Iterator[Fresh]:
    path = Path(tempfile.mkdtemp(prefix="naru-test-"))
    path.chmod(0o755)
    data = path / "data"
    command = [sys.executable, "manage.py", "relay", "--once"]
    try:
        yield Fresh(
            data,
            subprocess.run(
                command, cwd=PROJECT, env=environment(NARU_DATA=str(data)), capture_output=True, text=True
            ),
        )
    finally:
        for pid in using(data):
            os.kill(pid, signal.SIGKILL)
        embedded.stop(data)
        shutil.rmtree(path)


@pytest.fixture(scope="module")
def first(fresh: Fresh) -> Server:
    """A server on that folder; a note is left in its database. (The browser tests' server makes its folder itself.)"""
    server = Server(fresh.data, "--empty")
    server.ready()
    with psycopg.connect(owner_url(server.data), autocommit=True) as connection:
        connection.execute("CREATE TABLE note AS SELECT 'kept' AS text")
    return server


@pytest.fixture
def data(first: Server) -> Iterator[Path]:
    """The data folder after that first start has ended; what a test leaves running in it is killed."""
    if first.process.poll() is None:
        first.end()
    yield first.data
    for pid in using(first.data):
        os.kill(pid, signal.SIGKILL)
    assert until(lambda: not using(first.data), 5)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def owner_url(data: Path) -> str:
    return f"host={data / 'run'} user=naru_owner dbname=naru"


def test_a_command_by_itself_prepares_a_fresh_folder_and_prints_only_its_own(fresh: Fresh) -> None:
    assert (fresh.done.returncode, fresh.done.stdout) == (0, ""), fresh.done.stderr
    assert "Applying ground.0001_clock" in fresh.done.stderr
    with psycopg.connect(owner_url(fresh.data)) as connection:
        row = connection.execute("SELECT count(*) FROM django_migrations WHERE app = 'reports'").fetchone()
    assert row
    assert row[0] > 0
    assert until(lambda: nothing_runs(fresh.data), 6)


def test_it_answers_and_has_four_processes(first: Server) -> None:
    assert first.get("/healthz") == 200
    assert sorted(first.processes()) == ["beat", "relay", "web", "worker"]


def test_the_worker_takes_what_the_pages_leave(first: Server) -> None:
    pids = first.processes()
    assert until(lambda: os.getpriority(os.PRIO_PROCESS, pids["worker"]) == NICENESS, 20)
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert {name: os.getpriority(os.PRIO_PROCESS, pid) for name, pid in pids.items() if name != "worker"} == {
        "web": ours, "beat": ours, "relay": ours,
    }  # fmt: skip


def test_its_processes_have_nothing_of_the_owner(first: Server) -> None:
    for name, pid in first.processes().items():
        parts = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
        variables = dict(part.split("=", 1) for part in parts if "=" in part)
        assert "DATABASE_OWNER_URL" not in variables, name
        assert variables["NARU_DB_ROLE"] == "web", name
        assert variables["DATABASE_URL"].startswith("postgresql://naru_web@"), name
        assert variables["NARU_DEMO"] == "0", name


def test_one_folder_has_one_server_and_a_taken_port_is_said(first: Server) -> None:
    second = Server(first.data, "--empty")
    assert second.process.wait(READY_SECONDS) == 1
    second.reader.join()
    address = f"http://127.0.0.1:{first.port}/"
    assert second.lines == [f"script/server already runs on the data folder {first.data}: {address}"]
    other = first.data.with_name("other")
    third = Server(other, "--empty", port=first.port)
    assert third.process.wait(READY_SECONDS) == 1
    third.reader.join()
    better = first.port % 65535 + 1
    assert third.lines == [f"Port {first.port} is taken. Choose another: script/server --port {better}"]
    assert not (other / "pg").exists()
    assert first.get("/healthz") == 200


def is_whole(server: Server) -> bool:
    try:
        return (
            sorted(server.processes()) == ["beat", "relay", "web", "worker"] and server.get("/healthz") == 200
        )
    except OSError:
        return False


def test_what_dies_is_started_again(first: Server) -> None:
    # A child that is still starting would join, and so bring the servers back itself.
    log = first.data / "logs" / "worker.log"
    assert until(lambda: log.exists() and b"ready." in log.read_bytes(), 30)
    time.sleep(1)
    for name in ("postgres", "valkey"):
        pid = embedded.state(first.data)[name]
        assert pid
        os.kill(pid, signal.SIGKILL)
    assert until(lambda: None not in embedded.state(first.data).values() and is_whole(first), 30)
    alive = first.processes()
    for pid in alive.values():
        os.kill(pid, signal.SIGKILL)
    # One that was killed is there for a moment still.
    assert until(lambda: not set(first.processes().values()) & set(alive.values()) and is_whole(first), 60)
    assert sum("ended unexpectedly (SIGKILL)" in line for line in first.lines) == 4


def test_it_ends_within_ten_seconds_and_leaves_no_process(first: Server) -> None:
    assert first.end() <= 10
    assert nothing_runs(first.data)


def test_a_second_start_is_quick_and_keeps_the_data_and_ctrl_c_leaves_the_servers_to_a_command(
    data: Path,
) -> None:
    """Whoever started it had the signals ignored, as a shell does with what it sends to the background. A command that
    works meanwhile still has its database when the server has ended."""
    server = Server(data, "--empty", ignored=True)
    assert server.ready() <= 30
    assert not [line for line in server.lines if "Applying" in line]
    code = (
        "import sys; from config import embedded; embedded.join(); print('in', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env=environment(NARU_DATA=str(data)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout
    assert other.stdout.readline() == "in\n"
    assert server.end(signal.SIGINT) <= 10
    with psycopg.connect(owner_url(data)) as connection:
        assert connection.execute("SELECT text FROM note").fetchone() == ("kept",)
    other.communicate()
    assert until(lambda: nothing_runs(data), 6)


def test_a_signal_while_it_starts_ends_it(data: Path) -> None:
    server = Server(data, "--empty")
    assert until(lambda: any("bringing the tables" in line for line in server.lines), READY_SECONDS)
    assert server.end() <= 10
    assert not [line for line in server.lines if line.startswith("ready")]
    assert until(lambda: nothing_runs(data), 2)


def test_killed_it_takes_everything_along(data: Path) -> None:
    server = Server(data, "--empty")
    server.ready()
    children = server.processes()
    server.process.kill()
    server.process.wait()
    assert until(lambda: nothing_runs(data), 15)
    assert until(lambda: all(processes.is_gone(pid) for pid in children.values()), 5)
    with pytest.raises(OSError):
        server.get("/healthz")
