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
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ground.priority import tell_session

MEGABYTE = 1024 * 1024
ROOT = Path(__file__).resolve().parents[1]
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
OUT_OF_TIME = frozenset({None, -signal.SIGXCPU, -signal.SIGKILL})
OUT_OF_MEMORY = frozenset({-signal.SIGABRT})  # the workbook reader aborts when it is refused memory
CHILDS_ENVIRONMENT = {
    "PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1",
}  # fmt: skip
HOST_FAULTS = frozenset({errno.ENOENT, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ENFILE})


class HostFailed(OSError):
    """The machine failed the child (no room, a file gone), not the file it read: the work is to be tried again."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a child may use: `memory` and `output` in bytes, `processor` and `clock` in seconds."""

    memory: int
    processor: int
    clock: float
    output: int


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
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)


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
    was stopped. `HostFailed` when the child said so (`child`).

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
    is_late = threading.Event()

    def stop() -> None:
        is_late.set()
        os.killpg(started.pid, signal.SIGKILL)

    watch = threading.Timer(bounds.clock, stop)
    watch.start()
    try:
        if pour is not None:
            assert started.stdout is not None
            with started.stdout as stream:
                pour(stream)
        ended = started.wait()
    except BaseException:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()
        raise
    finally:
        watch.cancel()
    if is_late.is_set():
        return None
    if ended == os.EX_TEMPFAIL:
        raise HostFailed(arguments[1])
    return ended
