"""Asking services of other offices over HTTP: one host (https, or http on this machine), no redirection, within a time
and a size. Who gets no answer gets `Silence` with the code of the reason; each client has the sentence for it."""

from __future__ import annotations

import logging
import ssl
import time
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx

# httpx writes the whole address of each call to its log, and the key stands in the address.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)

LARGEST_ANSWER = 1024 * 1024
LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}
GATEWAY_CODES = {
    "01": "internal", "02": "internal", "04": "internal", "05": "timeout", "10": "request", "11": "request",
    "12": "address", "20": "key", "21": "key", "22": "quota", "30": "key", "31": "key", "32": "key", "33": "key",
}  # fmt: skip
"""What the gateway of data.go.kr says (03, no data, is an answer)."""


@cache
def _authorities(is_local: bool) -> ssl.SSLContext:
    """Whom to believe, read once by each process: it takes longer than the question."""
    return httpx.create_ssl_context(trust_env=not is_local)


class Silence(Exception):
    """No answer; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def allowed_host(address: str) -> str:
    """The host of an address that may be asked; `Silence("address")` for any other."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        raise Silence("address") from None
    if not host or (parts.scheme != "https" and (parts.scheme != "http" or host not in LOCAL_HOSTS)):
        raise Silence("address")
    return host


def asker(address: str) -> httpx.Client:
    """A client for the host of the address; to be used with `with`. `Silence("address")`."""
    is_local = allowed_host(address) in LOCAL_HOSTS
    return httpx.Client(trust_env=not is_local, verify=_authorities(is_local), follow_redirects=False)


def ask(
    client: httpx.Client, method: str, url: str, *, until: float, patience: float, **question: Any
) -> tuple[int, bytes]:
    """The state and the bytes of one answer. `until` (of the monotonic clock) ends the whole call, `patience` each wait
    within it. `Silence`: `timeout`, `unreachable`, `malformed` (more than a megabyte)."""
    timeout = httpx.Timeout(max(patience, 0.05), connect=max(min(3.0, patience), 0.05))
    try:
        with client.stream(method, url, timeout=timeout, **question) as response:
            content = b""
            for chunk in response.iter_bytes():
                content += chunk
                if time.monotonic() > until:
                    raise Silence("timeout")
                if len(content) > LARGEST_ANSWER:
                    raise Silence("malformed")
    except httpx.TimeoutException:
        raise Silence("timeout") from None
    except (httpx.HTTPError, httpx.InvalidURL):
        raise Silence("unreachable") from None
    return response.status_code, content
