"""Children of the sandbox for files that were handed in, each forked from a process that has loaded what they need: starting
Python anew for each takes ten times as long as looking into the file.

The nursery is a process without secrets that never opens a file; the child it forks binds itself, looks, answers into the
file that it was given, and ends. The nursery dies with whoever started it, a child with the nursery.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import IO

from ground.sandbox import CHILDS_ENVIRONMENT, PATIENCE, ROOT, Bounds, Clock, confine, end_with_parent

LONGEST_REQUEST = 65_536
STARTING_SECONDS = 20.0


class _Nursery:
    """One per process that asks, started when it first asks."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ground.inspection.nursery", str(theirs.fileno())],
                cwd=ROOT,
                env=CHILDS_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # it would quote the file
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self.channel, self.owner = ours, os.getpid()

    def look(self, path: Path, kind: str, bounds: Bounds, out: IO[bytes]) -> int | None:
        request = json.dumps([str(path), kind, asdict(bounds)]).encode()
        self.channel.settimeout(bounds.clock + PATIENCE + STARTING_SECONDS)
        socket.send_fds(self.channel, [request], [out.fileno()])
        answer = self.channel.recv(100)
        if not answer:
            raise ConnectionResetError
        ended: int | None = json.loads(answer)
        return ended

    def end(self) -> None:
        """With the child that it may have."""
        self.channel.close()
        if self.owner == os.getpid():
            self.process.kill()
            self.process.wait()


_guard = threading.Lock()
_mine: list[_Nursery] = []


def look_in_child(path: Path, kind: str, bounds: Bounds, out: IO[bytes]) -> int | None:
    """Have a child look into the file and write what it found to `out`; its exit code, `None` when it was stopped, `EX_TEMPFAIL` when
    the machine left it no processor.

    A nursery that was lost meanwhile is started once more.
    """
    with _guard:
        if _mine and _mine[0].owner != os.getpid():
            _mine.pop().end()
        for is_last in (False, True):
            if not _mine:
                _mine.append(_Nursery())
            try:
                return _mine[0].look(path, kind, bounds, out)
            except BaseException as error:
                _mine.pop().end()
                if is_last or not isinstance(error, OSError) or isinstance(error, TimeoutError):
                    raise
    raise AssertionError


def _serve(channel: socket.socket) -> None:
    while True:
        request, given, _flags, _address = socket.recv_fds(channel, LONGEST_REQUEST, 1)
        if not request:
            return
        where, kind, bounds = json.loads(request)
        child = os.fork()
        if child == 0:
            _be_a_child(channel, given[0], Path(where), kind, Bounds(**bounds))
        os.close(given[0])
        channel.send(json.dumps(_ended(child, bounds["clock"])).encode())


def _be_a_child(channel: socket.socket, out: int, path: Path, kind: str, bounds: Bounds) -> None:
    ended = 1
    try:
        channel.close()
        os.setsid()
        confine(bounds)
        answer = json.dumps(child.look(path, kind)).encode()
        ended = 0 if os.write(out, answer) == len(answer) else 1
    finally:
        os._exit(ended)


def _ended(child: int, clock: float) -> int | None:
    """The exit code, or None once the clock is over and the child with all its children was killed; `EX_TEMPFAIL` when others
    had the processors for too long."""
    watched, measured = os.pidfd_open(child), Clock(child, clock)
    try:
        has_ended = False
        while not has_ended and (left := measured.left()) > 0:
            has_ended = bool(select.select([watched], [], [], left)[0])
        is_over = not has_ended
        if is_over:
            os.kill(child, signal.SIGKILL)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
        _child, status = os.waitpid(child, 0)
    finally:
        os.close(watched)
    if is_over:
        return os.EX_TEMPFAIL if measured.was_starved else None
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    end_with_parent()
    from ground.inspection import child, hwp, office, pdf, picture, video  # noqa: F401

    gc.freeze()
    _serve(socket.socket(fileno=int(sys.argv[1])))
