"""The Export-Import Bank's rates of the day (한국수출입은행 현재환율, data.go.kr 3068846): won for 23 currencies.

`GET {address}?authkey&searchdate=YYYYMMDD&data=AP01` answers a JSON list of rows of text: `cur_unit` is a currency or, as
`JPY(100)`, so many of it, `deal_bas_r` the base rate with commas. The yuan stands there as CNH, the won as itself. On
holidays, and in the morning before about eleven, the list is empty. `result` is 1, or 2 (kind of data), 3 (key) or 4
(daily limit).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

from ground.outside import Silence
from reports.models import ExchangeRate, RateAttempt
from reports.published.asking import Publisher, Quote, read_currency, read_number, require_answer

BASE_RATES = "AP01"
RESULTS = {"2": "data_code", "3": "key", "4": "quota"}
NAMED_OTHERWISE = {"CNH": "CNY"}


class EximBank(Publisher):
    code = RateAttempt.Publisher.EXIM_BANK
    series = ExchangeRate.Series.DAY
    source = "한국수출입은행"
    source_en = "Export-Import Bank of Korea"
    days = 1
    from_hour = 11
    setting = "NARU_EXIM_BANK"

    def question(self, day: dt.date) -> dict[str, str]:
        return {"authkey": self.key, "searchdate": f"{day:%Y%m%d}", "data": BASE_RATES}

    def read(self, day: dt.date, status: int, content: bytes) -> list[Quote]:
        require_answer(status)
        try:
            rows = json.loads(content.decode(), parse_float=str, parse_int=str)
        except (ValueError, RecursionError):
            raise Silence("malformed") from None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Silence("malformed")
        for row in rows:
            result = str(row.get("result"))
            if result != "1":
                raise Silence(RESULTS.get(result, "malformed"))
        quotes = [quote for row in rows if (quote := _quote(row)).currency != "KRW"]
        if rows and not quotes:
            raise Silence("malformed")
        return quotes


def _quote(row: dict[str, Any]) -> Quote:
    unit = re.fullmatch(r"([A-Z]{3})(?:\((\d{1,6})\))?", str(row.get("cur_unit") or "").strip())
    if not unit or (unit[2] and not int(unit[2])):
        raise Silence("malformed")
    code = read_currency(unit[1])
    return Quote(NAMED_OTHERWISE.get(code, code), int(unit[2] or 1), read_number(row.get("deal_bas_r")))
