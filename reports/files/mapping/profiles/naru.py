"""Naru's own template, for every sale that no marketplace's file tells: own malls, offline sales, marketplaces unknown.

Costs are written as positive amounts. Without a row's own net nothing is checked; with one the parts must add up to it.
"""

from __future__ import annotations

from reports.files.lines import CANCELLED, PENDING, REFUNDED, SOLD
from reports.files.mapping.model import COLUMN, ORDERS, Column, Mapping

FORM: tuple[tuple[str, str, str], ...] = (
    ("order_reference", "주문번호", "Order number"),
    ("ordered_at", "주문일시", "Ordered at"),
    ("kind", "거래구분", "Kind of row"),
    ("status", "주문상태", "Status"),
    ("sku", "판매자 상품코드", "SKU"),
    ("listing_reference", "마켓 상품번호", "Listing"),
    ("title", "상품명", "Title"),
    ("units", "수량", "Units"),
    ("unit_amount", "단가", "Unit price"),
    ("currency", "통화", "Currency"),
    ("gross_amount", "상품금액", "Products"),
    ("discount_amount", "판매자 할인", "Discount by seller"),
    ("tax_amount", "세금", "Tax"),
    ("fee_amount", "판매수수료", "Fee"),
    ("shipping_in_amount", "배송비 수입", "Shipping income"),
    ("shipping_cost_amount", "배송비 지출", "Shipping cost"),
    ("refund_amount", "환불금액", "Refund"),
    ("net_amount", "순액", "Net"),
    ("platform_discount_amount", "플랫폼 할인", "Discount by marketplace"),
    ("program_discount_amount", "사업 할인", "Discount by program"),
)
"""Each value with its Korean and its English heading, in the template's order."""

NEEDED = frozenset({"order_reference", "ordered_at", "currency"})
COSTS = frozenset({"discount_amount", "tax_amount", "fee_amount", "shipping_cost_amount", "refund_amount"})
KINDS = {
    "": "sale",
    "sale": "sale", "판매": "sale",
    "refund": "refund", "환불": "refund",
    "fee": "fee", "수수료": "fee",
    "shipping": "shipping", "배송비": "shipping",
    "tax": "tax", "세금": "tax",
    "discount": "discount", "할인": "discount",
    "adjustment": "adjustment", "조정": "adjustment",
}  # fmt: skip
STATUSES = {
    "sold": SOLD, "판매": SOLD, "판매완료": SOLD, "배송완료": SOLD, "배송중": SOLD,
    "pending": PENDING, "입금대기": PENDING, "대기": PENDING,
    "cancelled": CANCELLED, "canceled": CANCELLED, "취소": CANCELLED,
    "refunded": REFUNDED, "환불": REFUNDED, "반품": REFUNDED,
}  # fmt: skip

TEMPLATE = Mapping(
    code="naru-sales",
    label="Naru (template)",
    measure=ORDERS,
    signature=(
        "주문번호|order number",
        "주문일시|ordered at",
        "거래구분|kind of row",
        "판매자 할인|discount by seller",
    ),
    columns=tuple(
        Column(
            into,
            (korean, english),
            optional=into not in NEEDED,
            is_cost=into in COSTS,
        )
        for into, korean, english in FORM
    ),
    key=("order_reference", "listing_reference", "sku"),
    numbers="point-grouped",
    dates=("ymd-time", "ymd", "iso", "korean"),
    currency=COLUMN,
    kinds=KINDS,
    statuses=STATUSES,
    is_priced=True,
)

PROFILES = (TEMPLATE,)
