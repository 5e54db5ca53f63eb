"""The rates that customs notify for a week (관세청 관세환율정보, data.go.kr 15101230): Sunday to Saturday, won for one unit.

`GET {address}?serviceKey&aplyBgnDt=YYYYMMDD&weekFxrtTpcd=1` (1 export, 2 import; here always export: what is sold abroad)
answers XML: `resultCode` 00, and an `item` for each country with `currSgn`, `fxrt`, `aplyBgnDt` (the week's Sunday) and
`imexTp`. Countries with one currency name it more than once. The portal's gateway refuses with `returnReasonCode`; 03 says
that there are no data.
"""

from __future__ import annotations

import datetime as dt
import re
from xml.etree import ElementTree

from ground.outside import GATEWAY_CODES, Silence
from reports.models import ExchangeRate, RateAttempt
from reports.published.asking import Publisher, Quote, read_currency, read_number, require_answer

EXPORT = "1"
ROWS = 500
DONE, NO_DATA = "00", "03"


class Customs(Publisher):
    code = RateAttempt.Publisher.CUSTOMS
    series = ExchangeRate.Series.CUSTOMS_WEEK
    source = "관세청"
    source_en = "Korea Customs Service"
    days = 7
    from_hour = 0
    setting = "NARU_CUSTOMS_RATES"

    def question(self, day: dt.date) -> dict[str, str]:
        return {
            "serviceKey": self.key, "aplyBgnDt": f"{day:%Y%m%d}", "weekFxrtTpcd": EXPORT,
            "pageNo": "1", "numOfRows": str(ROWS),
        }  # fmt: skip

    def read(self, day: dt.date, status: int, content: bytes) -> list[Quote]:
        if refusal := re.search(rb"<returnReasonCode>\s*(\d+)\s*<", content):
            return _nothing_or(refusal[1].decode())
        require_answer(status)
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise Silence("malformed")
        try:
            answer = ElementTree.fromstring(content)  # noqa: S314 — without a DOCTYPE nothing is expanded
        except (ElementTree.ParseError, ValueError, LookupError):
            raise Silence("malformed") from None
        result = (answer.findtext(".//resultCode") or "").strip()
        if result != DONE:
            return _nothing_or(result)
        items = list(answer.iter("item"))
        total = (answer.findtext(".//totalCount") or str(len(items))).strip()
        if total != str(len(items)):
            raise Silence("malformed")
        found: dict[str, Quote] = {}
        for item in items:
            quote = _quote(item, day)
            if found.setdefault(quote.currency, quote) != quote:
                raise Silence("malformed")
        found.pop("KRW", None)
        return list(found.values())


def _nothing_or(code: str) -> list[Quote]:
    if code.zfill(2) == NO_DATA:
        return []
    raise Silence(GATEWAY_CODES.get(code.zfill(2), "internal") if code.isdigit() else "malformed")


def _quote(item: ElementTree.Element, sunday: dt.date) -> Quote:
    if (item.findtext("imexTp") or "").strip() != EXPORT:
        raise Silence("malformed")
    if (item.findtext("aplyBgnDt") or "").strip() != f"{sunday:%Y%m%d}":
        raise Silence("other_week")
    return Quote(read_currency(item.findtext("currSgn")), 1, read_number(item.findtext("fxrt")))
