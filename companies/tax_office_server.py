"""A tax office on this machine, for the demonstration and for tests: the same questions, the same JSON, made-up firms.

The file of firms: `{"1000000017": {"b_stt_cd": "01", "start_dt": "20150302", "p_nm": "김가상", "tax_type": "…",
"end_dt": ""}}`, read again when it changes. A number that is not in it is not registered. It takes any key but none.
"""

from __future__ import annotations

import contextlib
import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ground import offices

STATES = {"01": "계속사업자", "02": "휴업자", "03": "폐업자"}
GENERAL = "부가가치세 일반과세자"
UNREGISTERED = "국세청에 등록되지 않은 사업자등록번호입니다."
UNCONFIRMED = "확인할 수 없습니다."
LIMIT = 100


class LocalTaxOffice(offices.LocalOffice):
    def __init__(self, firms: Path | dict[str, dict[str, str]], port: int = 0) -> None:
        super().__init__(Desk, port)
        self._source = firms
        self._read_at = 0
        self._firms: dict[str, dict[str, str]] = firms if isinstance(firms, dict) else {}

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


class Desk(offices.Desk):
    server: LocalTaxOffice

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, answer = self._answer(
            parts.path.rsplit("/", 1)[-1], parse_qs(parts.query).get("serviceKey", [""])[0], body
        )
        if self.is_failing:
            status, answer = 500, {"status_code": "INTERNAL_ERROR"}
        self.reply(status, json.dumps(answer, ensure_ascii=False).encode(), "application/json")

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


def running(firms: Path | dict[str, dict[str, str]], port: int = 0) -> AbstractContextManager[LocalTaxOffice]:
    """The office answers while the block runs."""
    return offices.open_for(LocalTaxOffice(firms, port))
