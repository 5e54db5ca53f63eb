"""The servers that come with pip: PostgreSQL and Valkey below one data folder, for trials and tests.

Whoever calls `join()` holds a shared lock on the folder until it ends, however it ends. A small keeper waits
for the last one and stops both servers. Three files in the folder are locks (`flock`): `start.lock` is held
by whoever starts servers, `users.lock` is shared by the users and taken whole to stop them, `keeper.lock`
belongs to the keeper.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from signal import SIGKILL, SIGTERM
from subprocess import DEVNULL, Popen
from urllib.parse import quote

from config.embedded import processes
from config.embedded.place import EmbeddedError, Place, open_log
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey

PROJECT = Path(__file__).resolve().parents[2]
KEEPER = "config.embedded.keeper"
START_SECONDS = 240.0

__all__ = ["EmbeddedError", "Servers", "folder", "held", "join", "leave", "make_folder", "state", "stop"]


@dataclass(frozen=True)
class Servers:
    """Where the servers of a data folder answer; None for one that is not ours but given from outside."""

    data: Path
    database_url: str | None = None
    owner_url: str | None = None
    destroyer_url: str | None = None
    broker_url: str | None = None


_joined: dict[Path, tuple[Servers, int]] = {}
_guard = threading.RLock()


def folder(data: Path | None = None) -> Path:
    """The data folder: the one given, else NARU_DATA, else `.naru` in the project."""
    return Path(data or os.environ.get("NARU_DATA") or PROJECT / ".naru").expanduser().resolve()


def make_folder(at: Path) -> None:
    """Makes the data folder unless it is there. Nobody else may look into it; the servers' user may pass."""
    if not at.exists():
        at.mkdir(parents=True, exist_ok=True)
        at.chmod(0o711 if os.geteuid() == 0 else 0o700)


def join(data: Path | None = None) -> Servers:
    """Starts the servers of the data folder or joins running ones, and holds them until this process ends.

    Sets DATABASE_URL, DATABASE_OWNER_URL and BROKER_URL where they are not set; NARU_EMBEDDED=1 says that the
    database is ours. With both URLs given from outside it starts nothing. A child of a process that joined
    gets no owner's URL by this: it has what its parent gave it. Called again it brings back a server that
    died. Raises `EmbeddedError`.
    """
    at = folder(data)
    with _guard:
        wants_database, wants_broker, is_child = _wanted(at)
        if not wants_database and not wants_broker:
            return Servers(at)
        if os.environ.get("NARU_ENV") == "production":
            raise EmbeddedError(
                "Production needs DATABASE_URL and BROKER_URL of real servers, not the embedded ones."
            )
        known = _joined.get(at)
        if known is None or not _are_alive(at, wants_database, wants_broker):
            try:
                known = _start(at, wants_database, wants_broker, known[1] if known else None)
            except (OSError, LookupError) as error:
                raise EmbeddedError(f"The data folder {at} cannot be used by this user: {error}") from error
            _joined[at] = known
    _export(known[0], is_child=is_child)
    return known[0]


def held(data: Path | None = None) -> tuple[int, ...]:
    """The open lock of this process, for `pass_fds`: a child that has it is a user of the folder, too."""
    known = _joined.get(folder(data))
    return (known[1],) if known else ()


def leave(data: Path | None = None) -> bool:
    """Gives up this process's hold; the last to leave stops the servers and only then gets True."""
    at = folder(data)
    with _guard:
        known = _joined.pop(at, None)
    if known:
        os.close(known[1])
    if not at.is_dir():
        return True
    with _lock(at, "start"):
        for _ in range(10):
            with _try_lock(at, "users") as is_last:
                if is_last:
                    _stop_all(at)
                    return True
            time.sleep(0.02)  # the keeper, awake at the same moment, has it for an instant
        return False


def stop(data: Path | None = None) -> None:
    """Stops the servers of the folder and their keeper, whoever uses them. What was committed stays."""
    at = folder(data)
    if at.is_dir():
        with _lock(at, "start"):
            _stop_all(at)


def state(data: Path | None = None) -> dict[str, int | bool | None]:
    """Servers and keeper by process number (None: not running), and whether anybody uses them."""
    at = folder(data)
    if not at.is_dir():
        return {"postgres": None, "valkey": None, "keeper": None, "in_use": False}
    place = Place.of(at)
    with _try_lock(at, "users") as is_free:
        return {
            "postgres": Postgres(place).pid(),
            "valkey": Valkey(place).pid(),
            "keeper": _keeper(at),
            "in_use": not is_free,
        }


def stop_unless_used(at: Path, keeper: int) -> bool:
    """Stops the servers when nobody holds the folder; False, without waiting, when somebody does.

    Who joins meanwhile waits for `users.lock`. `keeper`, the keeper's own lock, is given up before that: the
    one who comes next must start a keeper, too."""
    with _try_lock(at, "users") as is_free:
        if is_free:
            _stop_servers(at)
            os.close(keeper)
        return is_free


def stop_removed(at: Path) -> None:
    """Ends what still runs for a data folder that was removed under it."""
    if not at.exists():
        _stop_servers(at)


def wait_for_last_user(at: Path) -> None:
    """Returns when no process held the folder for a moment."""
    users = _open(at, "users")
    fcntl.flock(users, fcntl.LOCK_EX)
    os.close(users)


def _wanted(at: Path) -> tuple[bool, bool, bool]:
    """Which servers are ours to bring: those without a URL, and those that an ancestor brought for the same
    folder. And whether there is such an ancestor. What one set for another folder is forgotten."""
    ours = os.environ.get("NARU_EMBEDDED") == "1"
    our_broker = os.environ.get("NARU_EMBEDDED_BROKER") == "1"
    is_child = (ours or our_broker) and folder() == at
    if (ours or our_broker) and not is_child:
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL") if ours else ():
            os.environ.pop(name, None)
        if our_broker:
            os.environ.pop("BROKER_URL", None)
    return (
        ours or not os.environ.get("DATABASE_URL"),
        our_broker or not os.environ.get("BROKER_URL"),
        is_child,
    )


def _export(servers: Servers, *, is_child: bool) -> None:
    os.environ["NARU_DATA"] = str(servers.data)
    if servers.database_url and servers.owner_url:
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = servers.database_url
        if not is_child and not os.environ.get("DATABASE_OWNER_URL"):
            os.environ["DATABASE_OWNER_URL"] = servers.owner_url
        os.environ["NARU_EMBEDDED"] = "1"
    if servers.broker_url:
        if not os.environ.get("BROKER_URL"):
            os.environ["BROKER_URL"] = servers.broker_url
        os.environ["NARU_EMBEDDED_BROKER"] = "1"


def _are_alive(at: Path, wants_database: bool, wants_broker: bool) -> bool:
    place = Place.of(at)
    if wants_database and Postgres(place).pid() is None:
        return False
    return not wants_broker or Valkey(place).pid() is not None


def _start(at: Path, wants_database: bool, wants_broker: bool, users: int | None) -> tuple[Servers, int]:
    make_folder(at)
    with _lock(at, "start"), contextlib.ExitStack() as on_failure:
        if users is None or not _is_named(users, at / "users.lock"):
            users = _open(at, "users")
            on_failure.callback(os.close, users)
            fcntl.flock(users, fcntl.LOCK_SH)
        place = Place.prepared(at)
        postgres, valkey = Postgres(place), Valkey(place)
        if wants_broker:
            valkey.launch()
        if wants_database:
            postgres.start()
        if wants_broker:
            valkey.wait()
        _start_keeper(at)
        on_failure.pop_all()
    servers = Servers(at, broker_url=f"redis+socket://{quote(str(valkey.socket))}?virtual_host=0")
    if wants_database:
        host = quote(str(place.sockets), safe="")
        web, owner, destroyer = (
            f"postgresql://naru_{role}@/naru?host={host}&port=5432" for role in ("web", "owner", "destroyer")
        )
        servers = replace(servers, database_url=web, owner_url=owner, destroyer_url=destroyer)
    return (servers if wants_broker else replace(servers, broker_url=None)), users


def _start_keeper(at: Path) -> None:
    """Hands the keeper its lock as an open file, so that the lock says at any moment whether there is one."""
    lock = _open(at, "keeper")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return
    with open_log(at, "keeper") as log:
        process = Popen(
            [sys.executable, "-m", KEEPER, str(at), str(lock)],
            cwd=PROJECT,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
            stdin=DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=(lock,),
        )
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(process.pid).encode(), 0)
    os.close(lock)
    processes.children.append(process)


def _keeper(at: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        pid = int((at / "keeper.lock").read_text())
        return pid if not processes.is_gone(pid) and KEEPER in processes.command_line(pid) else None
    return None


def _stop_all(at: Path) -> None:
    """Ends the keeper, then the servers. The caller holds `start.lock`."""
    keeper = _keeper(at)
    if keeper is not None and keeper != os.getpid():
        processes.end(keeper, (SIGTERM, 2), (SIGKILL, 2))
    _stop_servers(at)


def _stop_servers(at: Path) -> None:
    place = Place.of(at)
    Valkey(place).stop()
    Postgres(place).stop()
    place.clear_sockets()


def _open(at: Path, name: str) -> int:
    return os.open(at / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextlib.contextmanager
def _lock(at: Path, name: str) -> Iterator[None]:
    until = time.monotonic() + START_SECONDS
    while True:
        with _try_lock(at, name) as is_ours:
            if is_ours:
                yield
                return
        if time.monotonic() > until:
            raise EmbeddedError(
                f"Another process has been starting or stopping the servers of {at} for four minutes."
            )
        time.sleep(0.01)


@contextlib.contextmanager
def _try_lock(at: Path, name: str) -> Iterator[bool]:
    descriptor = _open(at, name)
    try:
        yield _took(descriptor, at / f"{name}.lock")
    finally:
        os.close(descriptor)


def _took(descriptor: int, path: Path) -> bool:
    """Whether the exclusive lock is ours now, and on the file of this name."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return _is_named(descriptor, path)


def _is_named(descriptor: int, path: Path) -> bool:
    """Whether the open file still has this name: somebody may have removed the folder and made another."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
