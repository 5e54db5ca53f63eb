"""Processes as the kernel shows them: who runs, how one is ended, and as whom a server is started."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DAC_READ_SEARCH, SETPCAP = 1 << 2, 1 << 8

children: list[subprocess.Popen[bytes]] = []
"""What we started and do not wait for; kept so that nothing warns when we end before it does."""


def command_line(pid: int) -> list[str]:
    """The arguments of a living process; empty when it is gone or only waits to be reaped."""
    if _status(pid) is None:
        return []
    try:
        return [os.fsdecode(part) for part in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]]
    except OSError:
        return []


def is_running(pid: int, program: str, *marks: str) -> bool:
    """Whether `pid` lives and is `program` with each of `marks` among its arguments: a number alone proves
    nothing."""
    status = _status(pid)
    if status is None or status[0] != program:
        return False
    line = command_line(pid)
    return all(mark in line for mark in marks)


def find(program: str, *marks: str) -> list[int]:
    """All processes that are `program` with `marks`, without the children they forked."""
    pids = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]  # noqa: PTH208
    found = {pid: _status(pid) for pid in pids if is_running(pid, program, *marks)}
    return sorted(pid for pid, status in found.items() if status is None or status[1] not in found)


def _status(pid: int) -> tuple[str, int] | None:
    """Name and parent of a living process. (Its arguments are read only when the name is right: that can wait
    for whoever is changing the process's memory.)"""
    try:
        name, _, rest = (
            Path(f"/proc/{pid}/stat").read_text(errors="replace").partition("(")[2].rpartition(")")
        )
    except OSError:
        return None
    state, parent = rest.split()[:2]
    return None if state in "ZX" else (name, int(parent))


def is_gone(pid: int) -> bool:
    return _status(pid) is None


def end(pid: int, *steps: tuple[signal.Signals, float]) -> bool:
    """Sends each signal in turn and waits its seconds; True as soon as the process is gone."""
    for signum, seconds in steps:
        try:
            os.kill(pid, signum)
        except ProcessLookupError:
            return True
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if is_gone(pid):
                return True
            time.sleep(0.01)
    return is_gone(pid)


@dataclass(frozen=True)
class Account:
    """Whom a server runs as. `uid` is None when we are not root and it simply runs as we do.

    `keeps_search` lets it pass folders that only root may enter (CAP_DAC_READ_SEARCH, no more)."""

    uid: int | None = None
    gid: int | None = None
    keeps_search: bool = False

    def start(self, command: Sequence[str], log: int, keep: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
        """Starts what does not end with us: own session, own environment, of our open files only `keep`."""
        user = None if self.keeps_search else self.uid
        return subprocess.Popen(
            [*(self._wrapping() if self.keeps_search else ()), *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=_plain_environment(),
            umask=0o077,
            start_new_session=True,
            pass_fds=keep,
            user=user,
            group=None if user is None else self.gid,
            extra_groups=None if user is None else (),
        )

    def _wrapping(self) -> list[str]:
        caps = "-all,+dac_read_search"
        who = [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups", "--no-new-privs"]
        # Without this bit access(2), by which PostgreSQL finds its own programs, takes no notice of the right.
        keeping = ["--securebits=+no_setuid_fixup", f"--inh-caps={caps}", f"--ambient-caps={caps}"]
        return ["setpriv", *who, *keeping, "--"]

    def give(self, path: Path) -> None:
        """Makes the server's user the owner of a folder of ours."""
        if self.uid is not None and path.stat().st_uid != self.uid:
            os.chown(path, self.uid, self.gid if self.gid is not None else -1)

    def may_pass(self, path: Path) -> bool:
        """Whether the permission bits of `path` itself let this user enter the folder or run the program."""
        if self.uid is None:
            return True
        status = path.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & 0o100)
        return bool(status.st_mode & (0o010 if status.st_gid == self.gid else 0o001))

    def reaches(self, path: Path) -> bool:
        """Whether it gets to `path` and may pass it, by the bits of all folders above or by the right to
        search them."""
        return self.may_pass(path) and (self.keeps_search or all(self.may_pass(up) for up in path.parents))


def _plain_environment() -> dict[str, str]:
    kept = {
        key: value for key, value in os.environ.items() if key == "LD_PRELOAD" or key.startswith("FAKETIME")
    }
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "HOME": "/", **kept}


def can_keep_search() -> bool:
    """Whether a process of another user can be given the right to pass closed folders."""
    if shutil.which("setpriv") is None:
        return False
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in ("CapEff", "CapBnd") and ~int(value, 16) & (DAC_READ_SEARCH | SETPCAP):
            return False
    return True


def unprivileged(owners: Sequence[int]) -> Account:
    """An existing user for servers that root starts: the first of `owners` who is not root, else `nobody`,
    else any."""
    for uid in owners:
        if uid != 0:
            try:
                return Account(uid, pwd.getpwuid(uid).pw_gid)
            except KeyError:
                return Account(uid, uid)
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in ("nobody", "daemon", *known):
        entry = known.get(name)
        if entry is not None and entry.pw_uid != 0 and _is_mapped(entry.pw_uid):
            return Account(entry.pw_uid, entry.pw_gid)
    raise LookupError("There is no user besides root here, and PostgreSQL refuses to run as root.")


def _is_mapped(uid: int) -> bool:
    try:
        rows = [line.split() for line in Path("/proc/self/uid_map").read_text().splitlines()]
    except OSError:
        return True
    return any(int(first) <= uid < int(first) + int(length) for first, _, length in rows)
