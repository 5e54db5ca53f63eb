"""Clients over HTTP, in a few processes so that they are not what is measured: a browser's requests, without its pictures."""

from __future__ import annotations

import http.client
import math
import multiprocessing
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from bench.applicants import Applicant, pdf_of
from programs.domain.intake_drafts import AMOUNTS

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
CONSENT = re.compile(r'name="(consent_[0-9a-f]+)"')
COOKIE = re.compile(r"^(\w+)=([^;]*)")
BOUNDARY = "----naru-bench-8f14e45fceea167a"
PROCESSES = 2
REQUESTS = 13
"""Of one application, from the page where it is begun to its receipt; the floor sends as many."""


class Unexpected(Exception):
    """The server answered otherwise than it should."""


@dataclass(frozen=True)
class Walked:
    """One way through: how long it took, the receipt that was shown, or what went wrong."""

    serial: int
    company: str
    seconds: float
    receipt: str = ""
    error: str = ""


class Browser:
    """One connection, kept open, with its cookies and the token of the last form."""

    def __init__(self, port: int, session: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookies = {"sessionid": session} if session else {}
        self.hidden: dict[str, str] = {}

    def get(self, path: str) -> str:
        """The page; what its form hides goes along with the next `post`."""
        status, text, _location = self._ask("GET", path)
        if status != 200:
            raise Unexpected(f"GET {_shape(path)}: {status}")
        self.hidden = {"csrfmiddlewaretoken": found[1]} if (found := TOKEN.search(text)) else {}
        self.hidden |= dict(HIDDEN.findall(text.partition("<main")[2]))
        return text

    def post(self, path: str, fields: dict[str, str], files: dict[str, bytes] | None = None) -> str:
        """Where the server leads to afterwards."""
        status, _text, location = self._ask("POST", path, {**self.hidden, **fields}, files or {})
        if status != 302 or not location:
            raise Unexpected(f"POST {_shape(path)}: {status}")
        return location

    def write(self, path: str, fields: dict[str, str], files: dict[str, bytes] | None = None) -> None:
        """As the floor does it: the answer is only that it was written."""
        status, _text, _location = self._ask("POST", path, fields, files or {})
        if status != 200:
            raise Unexpected(f"POST {path}: {status}")

    def _ask(
        self,
        method: str,
        path: str,
        fields: dict[str, str] | None = None,
        files: dict[str, bytes] | None = None,
    ) -> tuple[int, str, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers |= {"User-Agent": "naru-bench", "Accept-Language": "ko"}
        body = None
        if fields is not None:
            body = _multipart(fields, files or {})
            headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            if found := COOKIE.match(line):
                self.cookies[found[1]] = found[2]
        return answer.status, text, answer.headers.get("Location", "")

    def close(self) -> None:
        self.connection.close()


def _multipart(fields: dict[str, str], files: dict[str, bytes]) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for name, content in files.items():
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}.pdf"\r\n'
        parts += [head.encode(), b"Content-Type: application/pdf\r\n\r\n", content, b"\r\n"]
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


def _shape(path: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", path)


def apply(port: int, call: str, code: str, who: Applicant) -> str:
    """Begin, state exports, answer the questions, upload the PDF, name a person, check, submit; the receipt shown."""
    browser = Browser(port, who.session)
    try:
        browser.get(f"/calls/{call}/apply/")
        place = browser.post(f"/calls/{call}/apply/", {"company": who.company})
        browser.get(place)
        exports = dict.fromkeys(AMOUNTS, "1000")
        place = browser.post(place, exports | {"is_first_export": "no", "may_ask_again": "yes"})
        browser.get(place)
        answers = {"q_plan": "칠레에서 팝니다. " * 20, "q_brand": "나루", "q_staff": "12", "q_sells": "yes"}
        place = browser.post(place, answers)
        browser.get(place)
        place = browser.post(place, {}, {"file_biz-reg": pdf_of(who.serial)})
        page = browser.get(place)
        person = {"contact_name": "나들목", "contact_email": f"person{who.serial}@firm.example"}
        consents = dict.fromkeys(CONSENT.findall(page), "on")
        place = browser.post(place, person | {"contact_phone": "02-123-4567"} | consents)
        browser.get(place)
        place = browser.post(place.replace("/check/", "/submit/"), {})
        page = browser.get(place)
    finally:
        browser.close()
    found = re.search(rf"{re.escape(code)}-\d+", page)
    if found is None:
        raise Unexpected("the receipt's page shows no receipt")
    return found[0]


def write_bare(port: int, who: Applicant) -> str:
    """As many requests, each of which writes a row, and one of them the file."""
    browser = Browser(port)
    try:
        for _each in range(REQUESTS - 1):
            browser.write("/bench/row/", {"words": str(uuid4())})
        browser.write("/bench/file/", {}, {"file": pdf_of(who.serial)})
    finally:
        browser.close()
    return ""


@dataclass(frozen=True)
class Drive:
    """All ways of a number of clients, and how long they took together."""

    walked: tuple[Walked, ...]
    seconds: float

    @classmethod
    def of(cls, several: Sequence[Drive]) -> Drive:
        """One after another, as one."""
        walked = tuple(each for drive in several for each in drive.walked)
        return cls(walked, sum(drive.seconds for drive in several))

    @property
    def done(self) -> list[Walked]:
        return [each for each in self.walked if not each.error]

    @property
    def per_second(self) -> float:
        return len(self.done) / self.seconds

    def percentile_ms(self, share: float) -> float:
        took = sorted(each.seconds for each in self.done)
        return took[math.ceil(share * len(took)) - 1] * 1000 if took else math.inf


def drive(walk: Callable[[Applicant], str], people: Sequence[Applicant], clients: int) -> Drive:
    """Each of the people once, by so many clients at a time."""
    context = multiprocessing.get_context("fork")
    answers: Any = context.SimpleQueue()
    processes = [
        context.Process(target=_clients, args=(walk, people[place::PROCESSES], clients // PROCESSES, answers))
        for place in range(PROCESSES)
    ]
    began = time.perf_counter()
    for process in processes:
        process.start()
    walked = [each for _process in processes for each in answers.get()]
    took = time.perf_counter() - began
    for process in processes:
        process.join()
    return Drive(tuple(walked), took)


def _clients(walk: Callable[[Applicant], str], people: Sequence[Applicant], count: int, answers: Any) -> None:
    waiting, walked, guard = iter(people), [], threading.Lock()

    def client() -> None:
        while True:
            with guard:
                who = next(waiting, None)
            if who is None:
                return
            began, receipt, error = time.perf_counter(), "", ""
            try:
                receipt = walk(who)
            except (Unexpected, OSError, http.client.HTTPException) as failure:
                error = repr(failure)
            walked.append(Walked(who.serial, who.company, time.perf_counter() - began, receipt, error))

    threads = [threading.Thread(target=client) for _each in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put(walked)
