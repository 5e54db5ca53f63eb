"""Running Python in a process of its own that can be lost: bounded memory, processor time, clock and output.

For files that nobody vouches for. The child has no secrets in its environment, dies with its parent, and answers
through a temporary file that has no name.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from ground.pipes import widen
from ground.priority import tell_session, waited

MEGABYTE = 1024 * 1024
ROOT = Path(__file__).resolve().parents[1]
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
OUT_OF_TIME = frozenset({None, -signal.SIGXCPU, -signal.SIGKILL})
OUT_OF_MEMORY = frozenset({-signal.SIGABRT})  # the workbook reader aborts when it is refused memory
CHILDS_ENVIRONMENT = {
    "PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1",
    # What a piece of a file took goes back when the piece is done, whatever its size was.
    "MALLOC_MMAP_THRESHOLD_": "524288", "MALLOC_TRIM_THRESHOLD_": "1048576",
}  # fmt: skip
HOST_FAULTS = frozenset({errno.ENOENT, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ENFILE})


PATIENCE = 300.0
"""Seconds that a child may wait for a processor in all; then its work is left for later."""


class HostFailed(OSError):
    """The machine failed the child (no room, a file gone, no processor free), not the file it read: the work is to be tried again."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a child may use: `memory` and `output` in bytes, `processor` and `clock` in seconds."""

    memory: int
    processor: int
    clock: float
    output: int


class Clock:
    """A child's clock, which stands while others have the processors."""

    def __init__(self, pid: int, seconds: float) -> None:
        self.pid, self.seconds = pid, seconds
        self.began, self.waited = time.monotonic(), 0.0

    def left(self) -> float:
        """Seconds; none once it is over, or the child's `PATIENCE` is."""
        self.waited = max(self.waited, waited(self.pid))
        return self.seconds + min(self.waited, PATIENCE) - (time.monotonic() - self.began)

    @property
    def was_starved(self) -> bool:
        return self.waited >= PATIENCE


def confine(bounds: Bounds) -> None:
    """Bind the running process to `bounds` for the rest of its life, and to the life of its parent."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_FSIZE, (bounds.output, bounds.output))
    resource.setrlimit(resource.RLIMIT_CPU, (bounds.processor, bounds.processor + 1))
    resource.setrlimit(resource.RLIMIT_AS, (bounds.memory, bounds.memory))
    end_with_parent()
    tell_session()


def end_with_parent() -> None:
    """The running process is killed when the one that started it ends."""
    with contextlib.suppress(OSError, AttributeError):
        system().prctl(DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)


@cache
def system() -> ctypes.CDLL:
    """The C library; whoever forks children loads it before."""
    return ctypes.CDLL(None)


def child(work: Callable[[], None]) -> int:
    """Do a child's `work`; its exit code, which tells `run` when the machine failed."""
    try:
        work()
    except OSError as fault:
        if fault.errno not in HOST_FAULTS:
            raise
        return os.EX_TEMPFAIL
    return 0


def run(
    arguments: list[str], bounds: Bounds, out: IO[bytes], pour: Callable[[IO[bytes]], None] | None = None
) -> int | None:
    """Run Python with `arguments` until it ends or `bounds.clock` is over; its exit code, `None` when it
    was stopped. `HostFailed` when the child said so (`child`), or others had the processors for too long.

    The child binds itself (`confine`) once its modules are loaded; the clock is kept here. Its answer goes to `out`.
    With `pour` that is its descriptor of the number in `out`'s place, and what it prints meanwhile is given to `pour` as
    it comes: a stream to be read to its end.
    """
    started = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=CHILDS_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=out if pour is None else subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # it would quote the file
        start_new_session=True,
        pass_fds=() if pour is None else (out.fileno(),),
    )
    clock = Clock(started.pid, bounds.clock)
    is_late, is_over = threading.Event(), threading.Event()

    def stop_when_late() -> None:
        while (left := clock.left()) > 0:
            if is_over.wait(left):
                return
        is_late.set()
        os.killpg(started.pid, signal.SIGKILL)

    watch = threading.Thread(target=stop_when_late, daemon=True)
    watch.start()
    try:
        if pour is not None:
            assert started.stdout is not None
            with started.stdout as stream:
                widen(stream.fileno())
                pour(stream)
        ended = started.wait()
    except BaseException:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()
        raise
    finally:
        is_over.set()
    if is_late.is_set():
        if clock.was_starved:
            raise HostFailed(arguments[1])
        return None
    if ended == os.EX_TEMPFAIL:
        raise HostFailed(arguments[1])
    return ended
