"""Ways between processes that hold a megabyte: who fills one and who empties it wait for each other less."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket

WIDTH = 1024 * 1024


def widen(pipe: int) -> None:
    """Let a pipe hold a megabyte, where the system allows it."""
    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, WIDTH)


def widen_socket(descriptor: int) -> None:
    """Let a megabyte be on its way through a socket, where the system allows it."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as way:
        way.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, WIDTH)
