"""How far a process makes way for others on the same machine."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

LAST = 19


def give_way() -> None:
    """From now on this process and its children take what processor time others leave."""
    os.nice(LAST)
    tell_session()


def tell_session() -> None:
    """A session may have a share of the processors of its own, whatever its processes would leave to others: give it the
    place of the process that leads it."""
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(os.nice(0)))
