"""A scanner on this machine that speaks clamd's protocol and knows one signature, EICAR's."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ground.uploads.hostile import EICAR

COMMAND = b"zINSTREAM\x00"


class Conversation(socketserver.StreamRequestHandler):
    server: Clamd

    def handle(self) -> None:
        self.server.asked += 1
        if self.server.says is not None:
            self.wfile.write(self.server.says)
            return
        if self.rfile.read(len(COMMAND)) != COMMAND:
            self.wfile.write(b"UNKNOWN COMMAND\x00")
            return
        heard = b""
        while size := struct.unpack(">I", self.rfile.read(4))[0]:
            heard += self.rfile.read(size)
        self.wfile.write(b"stream: Eicar-Test-Signature FOUND\x00" if EICAR in heard else b"stream: OK\x00")


class Clamd(socketserver.ThreadingMixIn, socketserver.BaseServer):
    """`address` as NARU_CLAMD names it; `says` is an answer of bad days, whatever is sent."""

    daemon_threads = True
    address: str
    says: bytes | None = None
    asked = 0


class OverTcp(Clamd, socketserver.TCPServer):
    def __init__(self) -> None:
        socketserver.TCPServer.__init__(self, ("127.0.0.1", 0), Conversation)
        self.address = f"tcp://127.0.0.1:{self.server_address[1]}"


class OverSocketFile(Clamd, socketserver.UnixStreamServer):
    def __init__(self, path: Path) -> None:
        socketserver.UnixStreamServer.__init__(self, str(path), Conversation)
        self.address = f"unix:{path}"


@contextmanager
def running(path: Path | None = None) -> Iterator[Clamd]:
    """The scanner, answering over TCP or, with a path, over a socket file."""
    server = OverTcp() if path is None else OverSocketFile(path)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
