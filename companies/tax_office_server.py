"""A tax office on this machine, for the demonstration and for tests: the same questions, the same JSON, made-up firms.

The file of firms: `{"1000000017": {"b_stt_cd": "01", "start_dt": "20150302", "p_nm": "김가상", "tax_type": "…",
"end_dt": ""}}`, read again when it changes. A number that is not in it is not registered. It takes any key but none.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

STATES = {"01": "계속사업자", "02": "휴업자", "03": "폐업자"}
GENERAL = "부가가치세 일반과세자"
UNREGISTERED = "국세청에 등록되지 않은 사업자등록번호입니다."
UNCONFIRMED = "확인할 수 없습니다."
LIMIT = 100


@dataclass
class Manner:
    """How the office behaves, so that its bad days can be had on purpose."""

    delay: float = 0.0
    http_status: int = 200
    raw: bytes | None = None
    drip: bool = False
    fails_first: int = 0
    calls: list[tuple[str, int]] = field(default_factory=list)


class LocalTaxOffice(ThreadingHTTPServer):
    """Listens on the loopback only."""

    daemon_threads = True

    def __init__(self, firms: Path | dict[str, dict[str, str]], port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Desk)
        self.manner = Manner()
        self._source = firms
        self._read_at = 0
        self._firms: dict[str, dict[str, str]] = firms if isinstance(firms, dict) else {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def firms(self) -> dict[str, dict[str, str]]:
        if isinstance(self._source, Path):
            with contextlib.suppress(OSError, ValueError):
                changed_at = self._source.stat().st_mtime_ns
                if changed_at != self._read_at:
                    self._firms = json.loads(self._source.read_text("utf-8"))
                    self._read_at = changed_at
        return self._firms

    def status_of(self, number: str) -> dict[str, str]:
        firm = self.firms.get(number)
        empty = dict.fromkeys(
            ("tax_type_cd", "end_dt", "utcc_yn", "tax_type_change_dt", "invoice_apply_dt", "rbf_tax_type",
             "rbf_tax_type_cd"), "",
        )  # fmt: skip
        if firm is None:
            return {"b_no": number, "b_stt": "", "b_stt_cd": "", "tax_type": UNREGISTERED, **empty}
        code = firm.get("b_stt_cd", "01")
        return {
            "b_no": number,
            "b_stt": STATES.get(code, ""),
            "b_stt_cd": code,
            "tax_type": firm.get("tax_type", GENERAL),
            **empty,
            "tax_type_cd": "01",
            "utcc_yn": "N",
            "end_dt": firm.get("end_dt", ""),
        }

    def validation_of(self, question: dict[str, str]) -> dict[str, Any]:
        firm = self.firms.get(question["b_no"])
        stated = (question["start_dt"], question["p_nm"])
        if firm is None or (firm.get("start_dt"), firm.get("p_nm")) != stated:
            return {
                "b_no": question["b_no"],
                "valid": "02",
                "valid_msg": UNCONFIRMED,
                "request_param": question,
            }
        return {
            "b_no": question["b_no"],
            "valid": "01",
            "request_param": question,
            "status": self.status_of(question["b_no"]),
        }

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is no news."""


class Desk(BaseHTTPRequestHandler):
    """One question."""

    server: LocalTaxOffice
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        manner = self.server.manner
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, answer = self._answer(
            parts.path.rsplit("/", 1)[-1], parse_qs(parts.query).get("serviceKey", [""])[0], body
        )
        if manner.delay:
            time.sleep(manner.delay)
        if manner.fails_first >= len(manner.calls) > 0:
            status, answer = 500, {"status_code": "INTERNAL_ERROR"}
        content = manner.raw if manner.raw is not None else json.dumps(answer, ensure_ascii=False).encode()
        self.send_response(manner.http_status if manner.http_status != 200 else status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if manner.drip:
            for byte in content:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(0.05)
        else:
            self.wfile.write(content)

    def _answer(self, question: str, key: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if not key:
            return 401, {"code": -401, "msg": "인증키는 필수 항목 입니다."}
        try:
            asked = json.loads(body)
        except ValueError:
            return 400, {"status_code": "BAD_JSON_REQUEST"}
        if question == "status":
            numbers = asked.get("b_no") if isinstance(asked, dict) else None
            return self._listed(question, numbers, str, self.server.status_of)
        if question == "validate":
            firms = asked.get("businesses") if isinstance(asked, dict) else None
            return self._listed(question, firms, dict, self.server.validation_of)
        return 404, {"code": -4, "msg": "등록되지 않은 서비스 입니다."}

    def _listed(self, question: str, things: Any, kind: type, answer: Any) -> tuple[int, dict[str, Any]]:
        if not isinstance(things, list) or not things or not all(isinstance(each, kind) for each in things):
            return 411, {"status_code": "REQUEST_DATA_MALFORMED"}
        if kind is dict and not all({"b_no", "start_dt", "p_nm"} <= set(each) for each in things):
            return 411, {"status_code": "REQUEST_DATA_MALFORMED"}
        self.server.manner.calls.append((question, len(things)))
        if len(things) > LIMIT:
            return 413, {"status_code": "TOO_LARGE_REQUEST"}
        data = [answer(each) for each in things]
        matched = sum(1 for row in data if row.get("b_stt_cd") or row.get("valid") == "01")
        counts = {"request_cnt": len(things), "match_cnt": matched, "valid_cnt": matched}
        return 200, {"status_code": "OK", **counts, "data": data}

    def log_message(self, format: str, *args: Any) -> None:
        """Questions name people; they are not written down."""


@contextlib.contextmanager
def running(firms: Path | dict[str, dict[str, str]], port: int = 0) -> Iterator[LocalTaxOffice]:
    """The office answers while the block runs."""
    with LocalTaxOffice(firms, port) as office:
        thread = threading.Thread(target=office.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield office
        finally:
            office.shutdown()
            thread.join()
