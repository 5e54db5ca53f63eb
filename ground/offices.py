"""Offices on this machine that stand for those outside, for the demonstration and for tests: on the loopback only, with bad
days to be had on purpose."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError


@dataclass
class Manner:
    """How the office behaves. `calls` are the questions that came: what was asked, and for how many things."""

    delay: float = 0.0
    http_status: int = 200
    raw: bytes | None = None
    drip: bool = False
    fails_first: int = 0
    calls: list[tuple[str, int]] = field(default_factory=list)


class LocalOffice(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, desk: type[Desk], port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), desk)
        self.manner = Manner()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is no news."""


class Desk(BaseHTTPRequestHandler):
    """One question."""

    server: LocalOffice
    protocol_version = "HTTP/1.1"

    def reply(self, status: int, content: bytes, kind: str) -> None:
        """Send the answer in the manner of the day."""
        manner = self.server.manner
        if manner.delay:
            time.sleep(manner.delay)
        content = manner.raw if manner.raw is not None else content
        self.send_response(manner.http_status if manner.http_status != 200 else status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if manner.drip:
            for byte in content:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(0.05)
        else:
            self.wfile.write(content)

    @property
    def is_failing(self) -> bool:
        """Whether this is one of the first questions of a day that begins badly."""
        return self.server.manner.fails_first >= len(self.server.manner.calls) > 0

    def log_message(self, format: str, *args: Any) -> None:
        """Questions name people and keys; they are not written down."""


Local = TypeVar("Local", bound=LocalOffice)


@contextlib.contextmanager
def open_for(office: Local) -> Iterator[Local]:
    """The office answers while the block runs."""
    with office:
        thread = threading.Thread(target=office.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield office
        finally:
            office.shutdown()
            thread.join()


class OfficeCommand(BaseCommand):
    """A command that is such an office until it is told to end."""

    requires_system_checks = ()
    port = 8180

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=self.port)

    def office(self, options: dict[str, Any]) -> LocalOffice:
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            office = self.office(options)
        except (OSError, OverflowError) as error:
            raise CommandError(f"Port {options['port']} cannot be used: {error}") from error
        signal.signal(signal.SIGTERM, _end)
        signal.signal(signal.SIGINT, _end)
        self.stdout.write(f"ready {office.address}/")
        self.stdout.flush()
        with office:
            office.serve_forever()


def _end(number: int, frame: Any) -> None:
    raise SystemExit(0)
