"""No orphan and no lost row, whoever is killed, comes or goes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config import embedded
from config.embedded import processes
from config.embedded.place import Place
from config.embedded.postgres import NO_PROCESS, Postgres
from tests.config.embedded.asking import (
    IS_ROOT,
    ask,
    broker,
    patience,
    pid,
)
from tests.config.users import User, environment, nothing_runs, remove, until, using


def test_servers_stop_when_the_last_user_is_gone(data: Path) -> None:
    first, second = User(data), User(data)
    servers = {first.joined()["web"], second.joined()["web"]}
    assert len(servers) == 1
    first.leave()
    time.sleep(2.5)
    assert embedded.state(data)["in_use"] is True
    assert ask(servers.pop(), "SELECT 1") == 1
    second.kill()
    assert until(lambda: nothing_runs(data), 6)


def test_a_survivor_is_adopted(data: Path) -> None:
    first = User(data)
    first.joined()
    postgres, valkey = pid(data, "postgres"), pid(data, "valkey")
    os.kill(pid(data, "keeper"), signal.SIGKILL)
    first.kill()
    time.sleep(2.5)
    assert (pid(data, "postgres"), pid(data, "valkey")) == (postgres, valkey)
    second = User(data)
    assert second.joined()["seconds"] <= 1 * patience()
    assert (pid(data, "postgres"), pid(data, "valkey")) == (postgres, valkey)
    second.leave()
    assert until(lambda: nothing_runs(data), 6)


def test_a_survivor_is_known_without_its_pid_file(data: Path) -> None:
    first = User(data)
    url = first.joined()["broker"]
    broker(url, "SET", "key", "value")
    valkey = pid(data, "valkey")
    (data / "valkey" / "valkey.pid").unlink()
    second = User(data)
    second.joined()
    assert pid(data, "valkey") == valkey
    assert processes.find("valkey-server", "--dir", str(data / "valkey")) == [valkey]
    second.leave()
    first.leave()
    assert until(lambda: nothing_runs(data), 6)


def test_a_second_broker_on_the_same_files_is_impossible(data: Path) -> None:
    """Even when neither pid file nor command line tells of the first: it holds a lock as long as it lives."""
    first = User(data)
    first.joined()
    valkey = pid(data, "valkey")
    code = (
        "import sys; from pathlib import Path; from config.embedded import processes\n"
        "processes.command_line = lambda pid: []\n"
        "from config.embedded.place import Place; from config.embedded.valkey import Valkey\n"
        "Valkey(Place.prepared(Path(sys.argv[1]))).launch()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(data)], env=environment(), cwd="/", capture_output=True, text=True
    )
    assert "Another Valkey holds" in done.stderr
    assert processes.find("valkey-server", "--dir", str(data / "valkey")) == [valkey]
    first.leave()


def test_a_killed_postmaster_recovers_with_its_rows(data: Path) -> None:
    user = User(data)
    joined = user.joined()
    ask(joined["owner"], "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    first = pid(data, "postgres")
    os.kill(first, signal.SIGKILL)
    second = User(data)
    assert ask(second.joined()["owner"], "SELECT count(*) FROM kept") == 1000
    assert pid(data, "postgres") != first
    user.leave()
    second.leave()
    assert until(lambda: nothing_runs(data), 6)


def test_of_a_dead_server_nobody_reads_that_it_is_ready(data: Path) -> None:
    """Else the next one was taken for ready before it had looked at its files, and the first question refused."""
    user = User(data)
    user.joined()
    os.kill(pid(data, "postgres"), signal.SIGKILL)
    assert until(lambda: embedded.state(data)["postgres"] is None, 5)
    file = data / "pg" / "postmaster.pid"
    before = file.read_text().splitlines()
    assert before[7].strip() == "ready"
    Postgres(Place.of(data))._forget_the_dead()
    assert file.read_text().splitlines() == [str(NO_PROCESS), *before[1:7]]
    user.leave()


def test_one_who_joins_again_brings_back_what_died(data: Path) -> None:
    user = User(data, "for line in sys.stdin: embedded.join(Path(sys.argv[1])); print('{}', flush=True)")
    joined = user.joined()
    for name in ("postgres", "valkey"):
        os.kill(pid(data, name), signal.SIGKILL)
        assert until(lambda name=name: embedded.state(data)[name] is None, 5)  # type: ignore[misc]
        assert user.process.stdin
        user.process.stdin.write("again\n")
        user.process.stdin.flush()
        user.joined()
        assert ask(joined["web"], "SELECT 1") == 1
        assert broker(joined["broker"], "PING") == b"+PONG\r\n"
    user.leave()


def test_a_pid_file_that_names_somebody_else_stops_no_start(data: Path) -> None:
    """After the restart of a container the same numbers belong to other programs."""
    user = User(data)
    user.joined()
    old = (data / "pg" / "postmaster.pid").read_text()
    owner = (data / "pg").stat().st_uid
    user.leave()
    embedded.stop(data)
    account = processes.Account(owner, owner) if IS_ROOT else processes.Account()
    with (data / "sleep.log").open("wb") as log:
        other = account.start(["sleep", "60"], log.fileno())
    try:
        for path in (data / "pg" / "postmaster.pid", data / "valkey" / "valkey.pid"):
            path.write_text("\n".join([str(other.pid), *old.splitlines()[1:]]) + "\n")
            os.chown(path, owner, -1)
            path.chmod(0o600)
        again = User(data)
        assert ask(again.joined()["web"], "SELECT 1") == 1
        again.leave()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize(
    "after", [0.3, pytest.param(0.15, marks=pytest.mark.full), 0.7, pytest.param(1, marks=pytest.mark.full)]
)
def test_a_first_start_killed_at_any_moment_leaves_no_half(fresh: Path, after: float) -> None:
    user = User(fresh)
    time.sleep(after)
    user.process.kill()
    for each in using(fresh):
        os.kill(each, signal.SIGKILL)
    again = User(fresh)
    joined = again.joined()
    assert ask(joined["web"], "SELECT similarity('가나다', '가나')") > 0
    assert ask(joined["owner"], "SELECT has_schema_privilege('naru_owner', 'public', 'CREATE')") is True
    again.leave()
    assert until(lambda: nothing_runs(fresh), 8)
    assert not [path for path in fresh.glob("pg.new-*") if using(path)]


def test_removing_the_folder_leaves_no_server_behind(data: Path) -> None:
    user = User(data)
    user.joined()
    remove(data)
    user.kill()
    assert until(lambda: not using(data), 10)


def test_a_removed_folder_made_anew_has_new_servers(data: Path) -> None:
    first = User(data)
    ask(first.joined()["owner"], "CREATE TABLE old (n int)")
    remove(data)
    second = User(data)
    joined = second.joined()
    assert joined["seconds"] < 10
    assert ask(joined["owner"], "SELECT to_regclass('old')") is None
    first.kill()
    time.sleep(2.5)
    assert len(processes.find("postgres", "-D", str(data / "pg"))) == 1
    assert len(processes.find("valkey-server", "--dir", str(data / "valkey"))) == 1
    second.leave()
    assert until(lambda: nothing_runs(data), 8)


def arriving_while_stopping(data: Path, pauses: list[float]) -> None:
    """Users who come that long after the first of the two servers was stopped by the keeper."""
    user = User(data)
    url = user.joined()["web"]
    for pause in pauses:
        valkey = pid(data, "valkey")
        waiting = User(data, waits=True)
        assert waiting.joined() == {}
        user.kill()
        assert until(lambda valkey=valkey: processes.is_gone(valkey), 10, step=0.001)  # type: ignore[misc]
        time.sleep(pause)
        waiting.go()
        waiting.joined()
        assert ask(url, "SELECT 1") == 1
        time.sleep(0.2)
        assert ask(url, "SELECT 1") == 1
        assert embedded.state(data)["keeper"] is not None
        user = waiting
    user.leave()
    assert until(lambda: nothing_runs(data), 6)


def test_who_arrives_while_the_servers_are_being_stopped_has_running_ones(data: Path) -> None:
    arriving_while_stopping(data, [0, 0.02, 0.05])


@pytest.mark.full
def test_who_arrives_at_any_moment_has_running_ones(data: Path) -> None:
    chance = random.Random(1)
    arriving_while_stopping(data, [chance.uniform(0, 0.2) for _ in range(40)])


def coming_and_going(data: Path, users: int, seed: int) -> None:
    chance = random.Random(seed)
    code = f"""
import random, time
chance = random.Random({seed} + os.getpid())
time.sleep(chance.random() * 2)
psycopg.connect(servers.database_url).execute("SELECT 1")
if chance.random() < 0.4: os.kill(os.getpid(), 9)
if chance.random() < 0.3: embedded.leave(Path(sys.argv[1]))
os._exit(0)
"""
    started = []
    for _ in range(users):
        started.append(User(data, code))
        time.sleep(chance.random() * 0.4)
        if chance.random() < 0.2:
            time.sleep(chance.random() * 2)
    for user in started:
        _, errors = user.process.communicate(timeout=60)
        assert errors == ""
    assert until(lambda: nothing_runs(data), 15)


def test_many_come_and_go_and_nothing_is_left(fresh: Path) -> None:
    coming_and_going(fresh, 20, seed=1)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(2, 8))
def test_many_come_and_go_again_and_again(fresh: Path, seed: int) -> None:
    coming_and_going(fresh, 40, seed)
