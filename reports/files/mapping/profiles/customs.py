"""The customs' list of accepted export declarations, as an exporter downloads it from the customs portal.

Headings as in common exports of the portal [U: none was verified]; CP949 or UTF-8. FOB is in USD by law, the currency
amount is what was invoiced. Days are days in Seoul. Direct and indirect export are told by a column, or all are direct.
"""

from __future__ import annotations

from reports.files.mapping.model import COLUMN, CUSTOMS, Column, Mapping

FORM: tuple[tuple[str, str, str], ...] = (
    ("proof", "증빙 종류", "Proof"),
    ("declaration_number", "증빙 번호", "Proof number"),
    ("line_number", "란번호", "Line"),
    ("issuer", "발급기관", "Issuer"),
    ("accepted_on", "수리일(발급일)", "Accepted or issued on"),
    ("business_number", "사업자등록번호", "Business number"),
    ("hs_code", "HS부호", "HS code"),
    ("destination", "목적국", "Destination"),
    ("transaction_type", "거래구분", "Transaction type"),
    ("fob_usd_amount", "금액(USD)", "Amount (USD)"),
    ("terms", "인도조건", "Terms"),
    ("freight_usd_amount", "운임(USD)", "Freight (USD)"),
    ("insurance_usd_amount", "보험료(USD)", "Insurance (USD)"),
)
"""Naru's own template of exports: each value with its Korean and its English heading, in the template's order."""
NEEDED = frozenset({"declaration_number", "accepted_on", "business_number", "destination", "fob_usd_amount"})

EXPORTS = Mapping(
    code="customs-exports",
    label="Customs (export declarations)",
    measure=CUSTOMS,
    signature=("수출신고번호|신고번호", "수리일자|신고수리일자", "hs부호|hs코드|세번부호", "신고금액|fob금액|신고금액 미화"),
    columns=(
        Column("declaration_number", ("수출신고번호", "신고번호")),
        Column("line_number", ("란번호", "란", "란 번호"), optional=True),
        Column("accepted_on", ("수리일자", "신고수리일자")),
        Column("business_number", ("사업자등록번호", "수출자 사업자번호", "수출화주 사업자등록번호"), optional=True),
        Column("hs_code", ("HS부호", "HS코드", "세번부호")),
        Column("fob_usd_amount", ("신고금액(USD)", "FOB금액(USD)", "신고금액 미화")),
        Column("currency", ("결제통화", "통화단위", "통화"), optional=True),
        Column("currency_amount", ("결제금액", "송품장금액"), optional=True),
        Column("export_kind", ("수출구분", "직접간접구분"), optional=True),
        Column("destination", ("목적국", "목적국코드", "도착국"), optional=True),
        Column("transaction_type", ("거래구분", "거래구분코드"), optional=True),
    ),
    key=("declaration_number", "line_number"),
    numbers="point-grouped",
    dates=("ymd", "compact"),
    zone="Asia/Seoul",
    currency=COLUMN,
    kinds={"": "direct", "직접": "direct", "직접수출": "direct", "간접": "indirect", "간접수출": "indirect",
           "direct": "direct", "indirect": "indirect"},
    kind_by=("export_kind",),
    personal=("수출자 대표자", "대표자명", "수출자 주소", "구매자", "해외거래처", "신고인"),
)  # fmt: skip

TEMPLATE = Mapping(
    code="naru-exports",
    label="Naru (template of exports)",
    measure=CUSTOMS,
    signature=(
        "증빙 종류|proof",
        "증빙 번호|proof number",
        "수리일(발급일)|accepted or issued on",
        "금액|amount",
    ),
    columns=tuple(
        Column(into, (korean, english), optional=into not in NEEDED) for into, korean, english in FORM
    ),
    key=("declaration_number", "line_number"),
    numbers="point-grouped",
    dates=("ymd", "compact", "korean"),
    zone="Asia/Seoul",
    currency="USD",
    kinds={
        "": "direct",
        "수출신고": "direct",
        "수출신고필증": "direct",
        "declaration": "direct",
        "export declaration": "direct",
        "목록통관": "direct",
        "manifest": "direct",
        "manifest clearance": "direct",
        "구매확인서": "indirect",
        "confirmation": "indirect",
        "purchase confirmation": "indirect",
        "내국신용장": "indirect",
        "local l/c": "indirect",
        "local lc": "indirect",
    },
    kind_by=("proof",),
)
"""For what customs' own list does not tell: manifest clearances of mail, and indirect exports by a purchase confirmation or a
local letter of credit. Amounts are in USD; under terms other than FOB the stated freight and insurance are taken off."""

PROFILES = (EXPORTS, TEMPLATE)
