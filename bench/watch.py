"""`python -m bench.watch PID`: prints, once its input ends, how many MiB the sandboxed readers below the process held at the most.
What readers that live together share is counted once."""

from __future__ import annotations

import contextlib
import select
import sys
from collections.abc import Iterator
from pathlib import Path

EVERY = 0.05


def held_mib(pid: int | str) -> float:
    """The most that a process has held since it began its program."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def below(pid: str) -> Iterator[str]:
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield child
            yield from below(child)


def share_mib(pid: str) -> float:
    """What a process holds now, of what it shares with others its part."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def readers(pid: str) -> float:
    """What the readers that live now hold."""
    return sum(
        share_mib(child)
        for child in below(pid)
        if "reports.files.child" in Path(f"/proc/{child}/cmdline").read_text()
    )


def main(pid: str) -> None:
    largest = 0.0
    while not select.select([sys.stdin], [], [], EVERY)[0]:
        with contextlib.suppress(OSError, ValueError):
            largest = max(largest, readers(pid))
    print(largest)


if __name__ == "__main__":
    main(sys.argv[1])
