"""The antivirus scanner (ClamAV's clamd) is asked about a stream of bytes.

Its protocol: `zINSTREAM` and a zero byte; then pieces, each behind its length as four bytes; a length of zero ends it.
The answer is `stream: OK` or `stream: NAME FOUND`. Anything else, or none, is `Silence`: silence is never an answer.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlsplit

PIECE = 64 * 1024
TIMEOUT = 60.0
ANSWER_LIMIT = 4096
COMMAND = b"zINSTREAM\x00"


class Silence(Exception):
    """The scanner did not answer, or with something that is no verdict."""


class BadAddress(ValueError):
    """Neither `tcp://host:port` nor `unix:/path`."""


@dataclass(frozen=True)
class Verdict:
    """What the scanner said; `signature` names the malware, empty for a clean file."""

    signature: str = ""

    @property
    def is_clean(self) -> bool:
        return not self.signature


def require_address(address: str) -> str:
    """The address itself. `BadAddress` unless it names a TCP port or a socket file."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise BadAddress(address) from None
    if (parts.scheme == "tcp" and parts.hostname and port) or (
        parts.scheme == "unix" and parts.path.startswith("/")
    ):
        return address
    raise BadAddress(address)


def scan(stream: IO[bytes], address: str, *, timeout: float = TIMEOUT) -> Verdict:
    """The scanner's verdict on the stream, from its first byte. `Silence` when there is none."""
    stream.seek(0)
    try:
        with _connected(address, timeout) as line:
            line.sendall(COMMAND)
            _send(line, stream)
            answer = _answer(line)
    except OSError as error:
        raise Silence(f"{type(error).__name__}: {error}") from error
    _name, _colon, verdict = answer.partition(": ")
    if verdict == "OK":
        return Verdict()
    if verdict.endswith(" FOUND"):
        return Verdict(verdict.removesuffix(" FOUND")[:120])
    raise Silence(answer or "no answer")


def _connected(address: str, timeout: float) -> socket.socket:
    parts = urlsplit(require_address(address))
    if parts.scheme == "tcp":
        return socket.create_connection((parts.hostname or "", parts.port or 0), timeout)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(timeout)
    try:
        line.connect(parts.path)
    except OSError:
        line.close()
        raise
    return line


def _send(line: socket.socket, stream: IO[bytes]) -> None:
    """A scanner that has heard enough (too large) closes its ear before the end: its answer is read all the same."""
    try:
        while piece := stream.read(PIECE):
            line.sendall(struct.pack(">I", len(piece)) + piece)
        line.sendall(struct.pack(">I", 0))
    except (BrokenPipeError, ConnectionResetError):
        return


def _answer(line: socket.socket) -> str:
    heard = b""
    while b"\x00" not in heard and len(heard) < ANSWER_LIMIT:
        piece = line.recv(1024)
        if not piece:
            break
        heard += piece
    if b"\x00" not in heard:
        return ""
    return heard.partition(b"\x00")[0].decode(errors="replace").strip()
