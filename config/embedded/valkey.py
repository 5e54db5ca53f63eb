"""Valkey below a data folder. Whoever calls this holds the folder's `start.lock`."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import time
from signal import SIGKILL, SIGTERM
from subprocess import Popen

from config.embedded import processes
from config.embedded.place import EmbeddedError, Place, open_log

READY_SECONDS = 60.0


class Valkey:
    """One server on a socket; every write is on disk before it answers. As long as it lives it keeps
    `valkey.lock` open and locked, so that two can never write the same files."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.folder = place.files / "valkey"
        self.socket = place.sockets / "valkey.sock"
        self.log = place.data / "logs" / "valkey.log"
        self.process: Popen[bytes] | None = None

    def pid(self) -> int | None:
        """The living server of this folder, by its pid file or else by its command line."""
        marks = ("--dir", str(self.folder))
        with contextlib.suppress(OSError, ValueError):
            pid = int((self.folder / "valkey.pid").read_text())
            if processes.is_running(pid, "valkey-server", *marks):
                return pid
        return next(iter(processes.find("valkey-server", *marks)), None)

    def launch(self) -> None:
        """Adopts a running server or starts one, without waiting for it."""
        if self.pid() is not None:
            if self.socket.exists():
                return
            self.stop()
        lock = os.open(self.place.files / "valkey.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            until = time.monotonic() + 5
            while not _took(lock):
                if self.pid() is not None and self.socket.exists():
                    return
                if time.monotonic() > until:
                    raise EmbeddedError(f"Another Valkey holds {self.folder} and cannot be reached.")
                time.sleep(0.01)
            with open_log(self.place.data, "valkey") as log:
                self.process = self.place.account.start(self._command(), log.fileno(), keep=(lock,))
                processes.children.append(self.process)
        finally:
            os.close(lock)

    def wait(self) -> None:
        """Returns when it answers. A survivor that is silent is left to those who can wait for it."""
        until = time.monotonic() + (READY_SECONDS if self.process else 2)
        while not self._answers():
            if self.process and self.process.poll() is not None:
                raise EmbeddedError(f"Valkey did not start; see {self.log}.")
            if time.monotonic() > until:
                if self.process is None:
                    return
                raise EmbeddedError(f"Valkey was not ready after a minute; see {self.log}.")
            time.sleep(0.01)

    def stop(self) -> None:
        """Ends it; what it acknowledged is on disk."""
        for pid in processes.find("valkey-server", "--dir", str(self.folder)):
            if not processes.end(pid, (SIGTERM, 10), (SIGKILL, 5)):
                raise EmbeddedError(f"Valkey (process {pid}) did not stop.")

    def _command(self) -> list[str]:
        options = {
            "dir": str(self.folder),
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "pidfile": str(self.folder / "valkey.pid"),
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
            "maxmemory-policy": "noeviction",
            # `pid` knows it by its command line.
            "set-proc-title": "no",
            "daemonize": "no",
        }
        return [
            str(self.place.valkey),
            *(part for name, value in options.items() for part in (f"--{name}", value)),
        ]

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(self.socket))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        return False


def _took(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
