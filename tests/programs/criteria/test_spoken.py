"""What screening saw and what shows it stands on pages in words: no codes, no days as a machine writes them."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from programs.domain.eligibility_reasons import evidence_text, place_name, value_text

VALUES = [
    ("province_met", "서울특별시 Seoul (11)", "서울특별시 (11)", "Seoul (11)"),
    ("province_unknown", "", "", ""),
    ("certificate_met", "2025-04-01 – 2026-03-31", "2025. 4. 1.(화) – 2026. 3. 31.(화)", "1 April 2025 – 31 March 2026"),
    ("tax_missing", "TAX_NAT 2025-10-13 –", "국세 납세증명서 2025. 10. 13.(월) –", "national tax clearance 13 October 2025 –"),
    ("banned", "2025-01-02 – 2025-12-31", "2025. 1. 2.(목) – 2025. 12. 31.(수)", "2 January 2025 – 31 December 2025"),
    ("group_met", "ready-age, ready-exports", "", ""),
]  # fmt: skip
EVIDENCE = [
    ("exports_met", "company", "기업 자체 신고", "company's own statement"),
    ("certificate_met", "SME_CERT 중소기업확인서.pdf", "중소기업확인서.pdf", "SME confirmation 중소기업확인서.pdf"),
    ("tax_met", "TAX_NAT 2025-10-13.pdf, TAX_LOC a.pdf", "국세 납세증명서 2025-10-13.pdf, 지방세 납세증명서 a.pdf", "national tax clearance 2025-10-13.pdf, local tax clearance a.pdf"),
    ("status_met", "2025-06-02", "2025. 6. 2.(월)", "2 June 2025"),
    ("province_met", "가상로 2 (2012-01-02 –)", "가상로 2 (2012. 1. 2.(월) –)", "가상로 2 (2 January 2012 –)"),
    ("not_banned", "SBA", "SBA", "SBA"),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "kept", "korean", "english"), VALUES)
def test_values(reason: str, kept: str, korean: str, english: str) -> None:
    for language, said in (("ko", korean), ("en", english)):
        with override(language):
            assert str(value_text(reason, kept)) == said


@pytest.mark.parametrize(("reason", "kept", "korean", "english"), EVIDENCE)
def test_evidence(reason: str, kept: str, korean: str, english: str) -> None:
    for language, said in (("ko", korean), ("en", english)):
        with override(language):
            assert evidence_text(reason, kept) == said


def test_a_province_whose_name_is_known_in_one_language() -> None:
    with override("ko"):
        assert [place_name(each) for each in ("세종특별자치시", "경기도 Gyeonggi-do")] == [
            "세종특별자치시",
            "경기도",
        ]
