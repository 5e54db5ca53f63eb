"""Made-up contents of editions, as they are kept: for what needs no database."""

from __future__ import annotations

from typing import Any


def figure(label_ko: str, label_en: str, value: str, year: int, **fields: Any) -> dict[str, Any]:
    return {
        "label_ko": label_ko, "label_en": label_en, "value": value, "unit_ko": "십억 달러", "unit_en": "USD billion",
        "year": year, "is_illustrative": False, **fields,
    }  # fmt: skip


def statement(key: str, pillar: str, **fields: Any) -> dict[str, Any]:
    return {
        "statement": key, "version": f"{key}-1", "number": 1, "pillar": pillar,
        "text_ko": f"지어낸 항목 {key}입니다.", "text_en": f"Made-up statement {key}.",
        "evidence_ko": f"{key}의 근거입니다.", "evidence_en": f"Evidence of {key}.", "product_codes": [],
        "source": "지어낸 조사 보고서", "source_address": "", "as_of_on": "2015-04-01", "review_on": "2016-04-01",
        "confidence": {"code": "high", "name_ko": "높음", "name_en": "high"},
        "body": {"name_ko": "지어낸 조사기관", "name_en": "Made-up research body"},
        "changed_ko": "", "changed_en": "", "is_made_up": False, "figures": [], **fields,
    }  # fmt: skip


def content(*statements: dict[str, Any], code: str = "VN", number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "program": {"code": "STRATEGY-5C-2015", "name_ko": "다섯 나라 전략", "name_en": "Five countries"},
        "agency": {"name_ko": "지어낸 부처", "name_en": "Made-up ministry"},
        "country": {"code": code, "name_ko": f"나라 {code}", "name_en": f"Country {code}"},
        "is_made_up": False, "number": number, "published_at": "2015-06-14T15:30:00+00:00",
        "statements": list(statements), "changes": [], **fields,
    }  # fmt: skip
