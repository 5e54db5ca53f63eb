"""The tax office's look-up of business numbers (국세청 사업자등록정보, data.go.kr 15081808).

`POST {address}/status` tells whether firms are in business, `POST {address}/validate` whether number, representative and
opening day belong together: 100 firms a call, the key in the query. Its data are refreshed every 30 minutes; a new firm
appears after a day or two. Who gets no answer gets `Silence` with the reason: silence is never an answer.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote

import httpx
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from companies.models import StatusCheck
from ground.outside import GATEWAY_CODES, Silence, ask, asker

FIRMS_A_CALL = 100
STATES = {
    "01": StatusCheck.Status.ACTIVE,
    "02": StatusCheck.Status.SUSPENDED,
    "03": StatusCheck.Status.CLOSED,
}
NOT_REGISTERED = "등록되지 않은"

REASONS: dict[str, Promise] = {
    "no_key": _("No key for the tax office's service is set up."),
    "address": _("The address of the tax office's service is not one that may be used."),
    "timeout": _("The tax office did not answer in time."),
    "unreachable": _("The tax office could not be reached."),
    "malformed": _("The tax office's answer could not be read."),
    "missing": _("The tax office's answer left this number out."),
    "request": _("The tax office refused the question as malformed."),
    "too_many": _("The tax office refused the question as too large."),
    "internal": _("The tax office's service had an error of its own."),
    "key": _("The tax office refused the key. The operator has to look at it."),
    "quota": _("The tax office's daily quota is used up."),
}
ERROR_CODES = {
    "BAD_JSON_REQUEST": "request",
    "REQUEST_DATA_MALFORMED": "request",
    "TOO_LARGE_REQUEST": "too_many",
    "INTERNAL_ERROR": "internal",
    "HTTP_ERROR": "internal",
}
HTTP_STATES = {
    400: "request",
    401: "key",
    403: "key",
    404: "address",
    411: "request",
    413: "too_many",
    429: "quota",
}
TRIED_AGAIN = {"timeout", "unreachable", "internal"}
T = TypeVar("T")


def reason(code: str) -> str:
    """Why there is no answer, in the reader's language."""
    return str(REASONS.get(code, code))


@dataclass(frozen=True)
class Firm:
    """What a person states about a firm."""

    business_number: str
    representative: str
    opened_on: dt.date


@dataclass(frozen=True)
class Standing:
    """How a firm stands. `why_not` (a key of `REASONS`) is there when `status` is `not_checked`."""

    status: str
    tax_type: str = ""
    closed_on: dt.date | None = None
    why_not: str = ""


def unknown(code: str) -> Standing:
    return Standing(status=StatusCheck.Status.NOT_CHECKED, why_not=code)


@dataclass(frozen=True)
class Confirmation:
    """Whether the tax office confirms what was stated, and how the firm stands if it does."""

    is_confirmed: bool
    standing: Standing | None = None


class TaxOffice:
    """The client. It speaks to the one host it is given (https, or http on this machine), follows no redirection and
    spends at most `patience` seconds on a call, one repetition included."""

    def __init__(self, address: str = "", key: str | None = None, *, patience: float = 8.0) -> None:
        self.address = (address or settings.NARU_TAX_OFFICE_URL).rstrip("/")
        self.key = unquote(settings.NARU_TAX_OFFICE_KEY if key is None else key)
        self.patience = patience

    def status(self, numbers: Sequence[str]) -> dict[str, Standing]:
        """How each firm stands; a call that stays without an answer leaves its hundred `not_checked`, with the reason."""
        standings: dict[str, Standing] = {}
        for part in in_hundreds(list(dict.fromkeys(numbers))):
            try:
                data = self._ask("status", {"b_no": part})
            except Silence as silence:
                standings |= dict.fromkeys(part, unknown(silence.code))
                continue
            found = {str(row.get("b_no", "")): read_standing(row) for row in data}
            standings |= {number: found.get(number, unknown("missing")) for number in part}
        return standings

    def validate(self, firms: Sequence[Firm]) -> dict[str, Confirmation | Silence]:
        """Whether number, representative and opening day belong together, by number."""
        answers: dict[str, Confirmation | Silence] = {}
        for part in in_hundreds(list(firms)):
            question = [
                {
                    "b_no": firm.business_number,
                    "start_dt": f"{firm.opened_on:%Y%m%d}",
                    "p_nm": firm.representative,
                }
                for firm in part
            ]
            try:
                data = self._ask("validate", {"businesses": question})
            except Silence as silence:
                answers |= dict.fromkeys((firm.business_number for firm in part), silence)
                continue
            found = {str(row.get("b_no", "")): read_confirmation(row) for row in data}
            for firm in part:
                answers[firm.business_number] = found.get(firm.business_number, Silence("missing"))
        return answers

    def _ask(self, question: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        if not self.key:
            raise Silence("no_key")
        until = time.monotonic() + self.patience
        with asker(self.address) as client:
            try:
                return self._ask_once(client, question, body, until)
            except Silence as silence:
                if silence.code not in TRIED_AGAIN or time.monotonic() >= until:
                    raise
            return self._ask_once(client, question, body, until)

    def _ask_once(
        self, client: httpx.Client, question: str, body: dict[str, Any], until: float
    ) -> list[dict[str, Any]]:
        # The first try leaves time for a second one.
        rest = max(until - time.monotonic(), 0.05) / 2
        url = f"{self.address}/{question}"
        asked: dict[str, Any] = {"params": {"serviceKey": self.key}, "json": body}
        return read_answer(*ask(client, "POST", url, until=until, patience=rest, **asked))


def read_answer(status: int, content: bytes) -> list[dict[str, Any]]:
    """The rows of an answer; `Silence` when it is an error or cannot be read."""
    text = content.decode("utf-8", "replace")
    if refusal := re.search(r"<returnReasonCode>\s*(\d+)\s*<", text):
        raise Silence(GATEWAY_CODES.get(refusal[1].zfill(2), "internal"))
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    code = str(answer.get("status_code", "")) if isinstance(answer, dict) else ""
    if code in ERROR_CODES:
        raise Silence(ERROR_CODES[code])
    if status != 200:
        raise Silence(HTTP_STATES.get(status, "internal" if status >= 500 else "malformed"))
    if not isinstance(answer, dict) or code != "OK":
        raise Silence("malformed")
    data = answer.get("data")
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise Silence("malformed")
    return data


def read_standing(row: dict[str, Any]) -> Standing:
    """One row of `status`; what is not understood is `not_checked`, never `active`."""
    tax_type = str(row.get("tax_type") or "")
    code = str(row.get("b_stt_cd") or "")
    if code in STATES:
        status = STATES[code]
        closed_on = read_day(row.get("end_dt")) if status == StatusCheck.Status.CLOSED else None
        return Standing(status=status, tax_type=tax_type[:60], closed_on=closed_on)
    if not code and NOT_REGISTERED in tax_type:
        return Standing(status=StatusCheck.Status.UNREGISTERED)
    return unknown("malformed")


def read_confirmation(row: dict[str, Any]) -> Confirmation | Silence:
    """One row of `validate`."""
    valid = str(row.get("valid") or "")
    if valid == "01":
        status = row.get("status")
        return Confirmation(True, read_standing(status) if isinstance(status, dict) and status else None)
    return Confirmation(False) if valid == "02" else Silence("malformed")


def read_day(text: object) -> dt.date | None:
    """YYYYMMDD."""
    match = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", str(text or ""))
    if not match:
        return None
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def in_hundreds(things: list[T]) -> list[list[T]]:
    return [things[start : start + FIRMS_A_CALL] for start in range(0, len(things), FIRMS_A_CALL)]
