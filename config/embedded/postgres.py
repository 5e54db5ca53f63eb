"""PostgreSQL below a data folder. Whoever calls this holds the folder's `start.lock`."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
import tempfile
import time
from pathlib import Path
from signal import SIGINT, SIGQUIT
from subprocess import TimeoutExpired

from config.embedded import processes
from config.embedded.place import SOCKET_NAME, EmbeddedError, Place, open_log, tail, write

READY_SECONDS = 120.0
NO_PROCESS = 2147483646
"""A number that no process can have."""
READY_LINE = 7
"""Where the pid file says whether connections are taken, counted from 0; the line before it is the shared memory's."""

EQUIPMENT = """
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['naru_owner', 'naru_web', 'naru_destroyer'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      EXECUTE format('CREATE ROLE %I LOGIN', wanted);
    END IF;
  END LOOP;
END $$;
ALTER ROLE naru_owner CREATEDB;
GRANT naru_web, naru_destroyer TO naru_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO naru_owner;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
"""
"""What every database has; `template1` too, so that a database made for tests is like the real one."""


class Postgres:
    """One cluster in `pg`, on a socket only. Roles: naru_root (for setting up, nobody else's), naru_owner
    (owns the database `naru` and may make others), naru_web and naru_destroyer (plain)."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.folder = place.files / "pg"
        self.socket = place.sockets / SOCKET_NAME

    def pid(self) -> int | None:
        """The living postmaster of this folder, by its pid file or else by its command line."""
        marks = ("-D", str(self.folder))
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(self._pid_file()[0])
            if processes.is_running(pid, "postgres", *marks):
                return pid
        return next(iter(processes.find("postgres", *marks)), None)

    def start(self) -> None:
        """Adopts a running server or starts one; returns when it takes connections and has roles and
        extensions."""
        until = time.monotonic() + READY_SECONDS
        if self.pid() is not None and not self._can_be_adopted():
            self.stop()
        if not (self.folder / "PG_VERSION").exists():
            self._create()
        while not self._is_ready():
            if self.pid() is None:
                self._launch(until)
            if time.monotonic() > until:
                log = self.place.data / "logs" / "postgres.log"
                raise EmbeddedError(f"PostgreSQL was not ready after two minutes; see {log}.")
            time.sleep(0.01)
        self._equip()

    def stop(self) -> None:
        """A fast shutdown: open transactions are rolled back, what was committed is on disk."""
        for pid in processes.find("postgres", "-D", str(self.folder)):
            if not processes.end(pid, (SIGINT, 20), (SIGQUIT, 10)):
                raise EmbeddedError(f"PostgreSQL (process {pid}) did not stop.")

    def _pid_file(self) -> list[str]:
        return (self.folder / "postmaster.pid").read_text().splitlines()

    def _is_ready(self) -> bool:
        with contextlib.suppress(OSError, IndexError):
            return self._pid_file()[READY_LINE].strip() == "ready" and self.pid() is not None
        return False

    def _can_be_adopted(self) -> bool:
        """False for a survivor that nobody reaches: its files or its sockets were removed, or are elsewhere now."""
        until = time.monotonic() + 2
        while (self.folder / "PG_VERSION").exists() and time.monotonic() < until:
            with contextlib.suppress(OSError, ValueError, IndexError):
                lines = self._pid_file()
                if processes.is_running(int(lines[0]), "postgres", "-D", str(self.folder)) and len(lines) > 7:
                    return lines[4] == str(self.place.sockets) and self.socket.exists()
            time.sleep(0.01)
        return False

    def _create(self) -> None:
        """`initdb` in a folder of its own name, renamed when whole: a killed start leaves no half of a
        cluster."""
        for old in self.place.files.glob("pg.new-*"):
            if not processes.find("initdb", str(old)):
                shutil.rmtree(old, ignore_errors=True)
        (self.place.files / "equipped").unlink(missing_ok=True)
        new = Path(tempfile.mkdtemp(prefix="pg.new-", dir=self.place.files))
        self.place.account.give(new)
        # With any other ctype than C.UTF-8 trigram search in Korean finds nothing, and says nothing.
        command = [self._program("initdb"), "-D", str(new), "--locale=C.UTF-8", "-E", "UTF8", "-k"]
        command += ["-U", "naru_root", "--auth=peer", "--no-instructions"]
        with open_log(self.place.data, "postgres") as log:
            begin = log.tell()
            process = self.place.account.start(command, log.fileno())
            try:
                code = process.wait(READY_SECONDS)
            except TimeoutExpired:
                process.kill()
                code = process.wait()
            if code != 0:
                raise EmbeddedError(f"PostgreSQL could not make its files: {tail(log, begin)}")
        new.rename(self.folder)

    def _launch(self, until: float) -> None:
        """Starts it and waits. Returns without one when the remains of the last are still there; the caller
        tries again."""
        self._forget_the_dead()
        with open_log(self.place.data, "postgres") as log:
            begin = log.tell()
            process = self.place.account.start(self._command(), log.fileno())
            processes.children.append(process)
            while process.poll() is None and time.monotonic() < until:
                if self._is_ready():
                    return
                time.sleep(0.01)
            said = tail(log, begin)
        if time.monotonic() > until or not ("lock file" in said or "shared memory block" in said):
            raise EmbeddedError(f"PostgreSQL did not start: {said}")
        time.sleep(0.1)

    def _command(self) -> list[str]:
        hba, ident = self._doors()
        settings = {
            "unix_socket_directories": '"' + str(self.place.sockets).replace('"', '""') + '"',
            "listen_addresses": "",
            "hba_file": str(hba),
            "ident_file": str(ident),
            "max_connections": "200",
            "synchronous_commit": "on",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
            "shared_preload_libraries": "pg_stat_statements",
            # A failed statement carries what people typed; that has no place in a log.
            "log_min_error_statement": "panic",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [self._program("postgres"), "-D", str(self.folder), *options]

    def _doors(self) -> tuple[Path, Path]:
        """Only root and the folder's own user get in, whoever else may run programs as the servers' user."""
        names = {"root"}
        for uid in (os.geteuid(), self.place.data.stat().st_uid):
            with contextlib.suppress(KeyError):
                names.add(pwd.getpwuid(uid).pw_name)
        hba, ident = self.place.files / "hba.conf", self.place.files / "ident.conf"
        write(hba, "local all all peer map=naru\n")
        write(ident, "".join(f'naru "{name}" all\n' for name in sorted(names)))
        return hba, ident

    def _forget_the_dead(self) -> None:
        """A dead server's pid file may name a number that now is another program's (in a container they begin
        at 1 again), which PostgreSQL would take for itself. The shared memory's line stays: it guards against
        a second server. That the dead one was ready, in the line below, goes: it would be taken for said of the next one.
        """
        for lock in self.place.sockets.glob(f"{SOCKET_NAME}*"):
            lock.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            old = os.open(self.folder / "postmaster.pid", os.O_RDWR | os.O_NOFOLLOW)
            with os.fdopen(old, "r+") as file:
                lines = file.read().splitlines()
                file.seek(0)
                file.write("\n".join([str(NO_PROCESS), *lines[1:READY_LINE]]) + "\n")
                file.truncate()

    def _equip(self) -> None:
        mark = self.place.files / "equipped"
        wanted = hashlib.sha256(EQUIPMENT.encode()).hexdigest()
        with contextlib.suppress(OSError):
            if mark.read_text() == wanted:
                return
        import psycopg

        def connect(database: str) -> psycopg.Connection:
            host = str(self.place.sockets)
            return psycopg.connect(host=host, port=5432, user="naru_root", dbname=database, autocommit=True)

        with connect("template1") as template:
            template.execute(EQUIPMENT)
            if template.execute("SELECT 1 FROM pg_database WHERE datname = 'naru'").fetchone() is None:
                template.execute("CREATE DATABASE naru OWNER naru_owner")
        with connect("naru") as database:
            database.execute(EQUIPMENT)
        write(mark, wanted)

    def _program(self, name: str) -> str:
        return str(self.place.postgres / "bin" / name)
