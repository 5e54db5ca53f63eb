"""Both publishers on this machine, for the demonstration and for tests: the same questions, the same JSON and XML.

The bank knows the days that it is given and answers an empty list for all others, as on holidays and in the morning;
customs the weeks. Each takes the one key that it was given; a limit of calls can be set.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from urllib.parse import parse_qs, urlsplit

from ground import offices

BANK, CUSTOMS = "/exchangeJSON", "/getRetrieveTrifFxrtInfo"
Days = Mapping[dt.date, Mapping[str, str]]
"""Day → currency as it is printed there → rate as text: "JPY(100)": "940.12"; of customs "JPY": "9.4012"."""

_GATEWAY = """<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg>
<returnAuthMsg>{text}</returnAuthMsg><returnReasonCode>{code}</returnReasonCode></cmmMsgHeader></OpenAPI_ServiceResponse>"""
_ANSWER = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<response><header><resultCode>{code}</resultCode><resultMsg>{text}</resultMsg></header><body><items>{items}</items>\
</body></response>"""
_ITEM = """<item><aplyBgnDt>{sunday}</aplyBgnDt><cntySgn>{country}</cntySgn><currSgn>{currency}</currSgn>\
<fxrt>{rate}</fxrt><imexTp>{kind}</imexTp><mtryUtNm>{currency}</mtryUtNm></item>"""


class LocalPublishers(offices.LocalOffice):
    """`limit` is the number of questions that are answered."""

    def __init__(self, bank: Days, customs: Days, *, key: str = "made-up-key", port: int = 0) -> None:
        super().__init__(Desk, port)
        self.bank = dict(bank)
        self.customs = dict(customs)
        self.key = key
        self.limit = 1000

    def settings(self) -> dict[str, str]:
        """What an installation has to be told to ask here."""
        return {
            "NARU_EXIM_BANK_URL": self.address + BANK,
            "NARU_EXIM_BANK_KEY": self.key,
            "NARU_CUSTOMS_RATES_URL": self.address + CUSTOMS,
            "NARU_CUSTOMS_RATES_KEY": self.key,
        }

    def bank_rows(self, asked: Mapping[str, str]) -> list[dict[str, object]]:
        result = 1
        if asked.get("authkey") != self.key:
            result = 3
        elif asked.get("data") != "AP01":
            result = 2
        elif len(self.manner.calls) > self.limit:
            result = 4
        if result != 1:
            return [_row(result, None, None)]
        rates = self.bank.get(_day(asked.get("searchdate", "")), {})
        return (
            [_row(1, unit, value) for unit, value in sorted({**rates, "KRW": "1"}.items())] if rates else []
        )

    def customs_answer(self, asked: Mapping[str, str]) -> str:
        if asked.get("serviceKey") != self.key:
            return _GATEWAY.format(text="SERVICE_KEY_IS_NOT_REGISTERED_ERROR", code="30")
        if len(self.manner.calls) > self.limit:
            return _GATEWAY.format(text="LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR", code="22")
        kind, day = asked.get("weekFxrtTpcd", ""), _day(asked.get("aplyBgnDt", ""))
        if kind not in {"1", "2"}:
            return _ANSWER.format(code="10", text="잘못된 요청 파라미터", items="")
        sunday = day - dt.timedelta(days=day.isoweekday() % 7)
        rates = self.customs.get(sunday, {})
        if not rates:
            return _ANSWER.format(code="03", text="데이터 없음", items="")
        items = [
            _ITEM.format(sunday=f"{sunday:%Y%m%d}", country=country, currency=currency, rate=value, kind=kind)
            for currency, value in sorted(rates.items())
            for country in (("DE", "FR") if currency == "EUR" else (currency[:2],))
        ]
        return _ANSWER.format(code="00", text="정상서비스", items="".join(items))


class Desk(offices.Desk):
    server: LocalPublishers

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        office = self.server
        day = asked.get("searchdate") or asked.get("aplyBgnDt") or ""
        office.manner.calls.append((f"{parts.path} {day}", 1))
        if self.is_failing:
            self.reply(500, b"<html>error</html>", "text/html")
        elif parts.path == BANK:
            rows = json.dumps(office.bank_rows(asked), ensure_ascii=False)
            self.reply(200, rows.encode(), "application/json;charset=UTF-8")
        elif parts.path == CUSTOMS:
            self.reply(200, office.customs_answer(asked).encode(), "application/xml;charset=UTF-8")
        else:
            self.reply(404, b"", "text/html")


def _day(text: str) -> dt.date:
    try:
        return dt.datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 — a day has no zone
    except ValueError:
        return dt.date(2000, 1, 1)


def _row(result: int, unit: str | None, value: str | None) -> dict[str, object]:
    names = ("ttb", "tts", "bkpr", "yy_efee_r", "ten_dd_efee_r", "kftc_bkpr")
    texts = dict.fromkeys(names, None if value is None else "0")
    return {
        "result": result, "cur_unit": unit, "cur_nm": unit, "deal_bas_r": value, "kftc_deal_bas_r": value, **texts,
    }  # fmt: skip


def running(bank: Days, customs: Days) -> AbstractContextManager[LocalPublishers]:
    """Both answer while the block runs."""
    return offices.open_for(LocalPublishers(bank, customs))
