"""How far a process makes way for others on the same machine, and how long it has waited for them."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from pathlib import Path

NICENESS = 15
"""Beside a process at a page about a thirtieth of a processor."""


def give_way() -> None:
    """From now on this process and its children take what processor time others leave."""
    os.nice(max(NICENESS - os.nice(0), 0))
    tell_session()


def tell_session() -> None:
    """A session may have a share of the processors of its own, whatever its processes would leave to others: give it the
    place of the process that leads it. Of several that ask at once the system hears one, the next a moment later."""
    if os.getsid(0) != os.getpid():
        return
    for _try in range(5):
        try:
            Path("/proc/self/autogroup").write_text(str(os.nice(0)))
        except OSError as refused:
            if refused.errno != errno.EAGAIN:
                return
            time.sleep(0.11)
        else:
            return


def waited(pid: int) -> float:
    """Seconds that the process and its children, who live, were ready and no processor was free for them; 0 where the system does not
    say it."""
    seconds = 0.0
    with contextlib.suppress(OSError, ValueError, IndexError):
        seconds = int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            seconds += waited(int(child))
    return seconds
