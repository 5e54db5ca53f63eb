"""Reading a file in a process of its own that can be lost: bounded memory, processor time, clock and output.

The bounds grow with the size of the file, so a small file can never ask for much: 6 s of processor time and
400 MB for a few kilobytes, 96 s and 1.7 GB for 30 MB (100,000 rows of the seller panel need about a third
of that). The child has no secrets in its environment, dies with its parent, and answers through a temporary
file that has no name.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import logging
import os
import resource
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from reports.files import wire
from reports.files.door import MEGABYTE, check_size
from reports.files.lines import FileRefused, ParsedFile

logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[2]
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a child may use: `memory` and `output` in bytes, `processor` and `clock` in seconds."""

    memory: int
    processor: int
    clock: float
    output: int


def bounds_for(size: int) -> Bounds:
    """The bounds for a file of `size` bytes."""
    megabytes = -(-size // MEGABYTE)
    processor = 6 + 3 * megabytes
    memory = min(400 + 42 * megabytes, 2600) * MEGABYTE
    return Bounds(memory, processor, 1.5 * processor + 3, (64 + 20 * megabytes) * MEGABYTE)


def confine(bounds: Bounds) -> None:
    """Bind the running process to `bounds` for the rest of its life, and to the life of its parent."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_FSIZE, (bounds.output, bounds.output))
    resource.setrlimit(resource.RLIMIT_CPU, (bounds.processor, bounds.processor + 1))
    resource.setrlimit(resource.RLIMIT_AS, (bounds.memory, bounds.memory))
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)


def run(arguments: list[str], bounds: Bounds, out: IO[bytes]) -> int | None:
    """Run Python with `arguments` until it ends or `bounds.clock` is over; its exit code, `None` when it
    was stopped.

    The child binds itself (`confine`) once its modules are loaded; the clock is kept here.
    """
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    child = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.DEVNULL,  # it would quote the file
        start_new_session=True,
    )
    try:
        return child.wait(timeout=bounds.clock)
    except BaseException as stopped:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        if isinstance(stopped, subprocess.TimeoutExpired):
            return None
        raise


def read(path: Path, profile: str | None, tz: str, currency: str) -> ParsedFile:
    """Read the file in a child; `FileRefused` with the child's reason, or `too_slow`, `too_hungry`,
    `unreadable`.
    """
    bounds = bounds_for(check_size(path))
    request = {"path": str(path.resolve()), "profile": profile, "tz": tz, "currency": currency}
    with tempfile.TemporaryFile() as out:
        ended = run(
            ["-m", "reports.files.child", json.dumps(request), json.dumps(asdict(bounds))], bounds, out
        )
        if ended is None or ended in {-signal.SIGXCPU, -signal.SIGKILL}:
            raise FileRefused("too_slow")
        if ended == -signal.SIGABRT:  # the workbook reader aborts when it is refused memory
            raise FileRefused("too_hungry")
        out.seek(0)
        try:
            return wire.read((row.decode() for row in out), tz)
        except wire.Garbled:
            logger.warning("the reader of an uploaded file ended with %s and no answer", ended)
            raise FileRefused("unreadable") from None
