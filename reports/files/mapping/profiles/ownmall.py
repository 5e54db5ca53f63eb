"""A company's own mall: orders as a Cafe24-like mall exports them, and the post office's list of parcels sent abroad.

The mall lets its owner choose and rename columns, so the headings are a template to ask for, not a verified export [U]. The
amount of a row's products is taken where it stands, else the price times the units.
The post's list [U] tells parcels, not sales: its declared value is the price of the goods, each parcel is one line, and
its orders are known by the number that the seller gave the parcel.
"""

from __future__ import annotations

from reports.files.lines import CANCELLED, PENDING, REFUNDED, SOLD
from reports.files.mapping.model import COLUMN, ORDERS, Column, Mapping

STATUSES = {
    "입금전": PENDING, "결제대기": PENDING, "상품준비중": SOLD, "배송준비중": SOLD, "배송대기": SOLD, "배송중": SOLD,
    "배송완료": SOLD, "구매확정": SOLD, "취소완료": CANCELLED, "취소": CANCELLED, "반품완료": REFUNDED,
    "환불완료": REFUNDED, "교환완료": SOLD,
}  # fmt: skip
BUYERS = (
    "주문자명", "주문자 이메일", "주문자 전화번호", "주문자 휴대전화", "수령인", "수령인 전화번호", "수령인 휴대전화",
    "수령인 주소", "수령인 우편번호", "배송메시지", "운송장번호", "수취인명", "수취인 주소", "수취인 전화번호",
    "수취인 우편번호", "수취인 이메일", "등기번호",
)  # fmt: skip

MALL_ORDERS = Mapping(
    code="own-mall-orders",
    label="Own mall (orders)",
    measure=ORDERS,
    signature=("주문번호|order number", "품목별 주문번호|order item number", "결제통화|payment currency"),
    columns=(
        Column("order_reference", ("주문번호", "Order number")),
        Column("x_item", ("품목별 주문번호", "Order item number")),
        Column("ordered_at", ("주문일시", "주문일", "Ordered at")),
        Column("status", ("주문상태", "주문 상태", "Order status")),
        Column("sku", ("자체 상품코드", "상품코드", "Product code"), optional=True),
        Column("listing_reference", ("상품번호", "Product number"), optional=True),
        Column("title", ("상품명", "주문상품명", "Product name"), optional=True),
        Column("units", ("수량", "Quantity")),
        Column("currency", ("결제통화", "Payment currency")),
        Column("gross_amount", ("상품구매금액", "Product amount"), optional=True),
        Column("unit_amount", ("판매가", "Sale price")),
        Column("discount_amount", ("상품별 할인금액", "할인금액", "Discount"), optional=True, is_cost=True),
        Column("shipping_in_amount", ("총 배송비", "배송비", "Shipping"), optional=True, once=True),
        Column("refund_amount", ("환불금액", "Refund"), optional=True, is_cost=True),
    ),
    key=("order_reference", "x_item"),
    numbers="point-grouped",
    dates=("ymd-time", "ymd", "korean"),
    zone="Asia/Seoul",
    currency=COLUMN,
    is_priced=True,
    statuses=STATUSES,
    personal=BUYERS,
)

POST_PARCELS = Mapping(
    code="korea-post-parcels",
    label="Korea Post (e-shipping list)",
    measure=ORDERS,
    signature=("고객주문번호", "접수일자", "도착국가|도착국가코드", "물품가액|내용품 가격"),
    columns=(
        Column("order_reference", ("고객주문번호",)),
        Column("ordered_at", ("접수일자", "접수일시")),
        Column("title", ("내용품명", "내용품"), optional=True),
        Column("units", ("내용품 수량", "수량"), optional=True),
        Column("currency", ("통화", "통화코드")),
        Column("gross_amount", ("물품가액", "내용품 가격")),
        Column("shipping_cost_amount", ("우편요금", "요금"), optional=True, is_cost=True),
        Column("x_country", ("도착국가", "도착국가코드")),
    ),
    key=("order_reference", "title"),
    numbers="point-grouped",
    dates=("ymd", "compact", "ymd-time"),
    zone="Asia/Seoul",
    currency=COLUMN,
    personal=BUYERS,
)

PROFILES = (MALL_ORDERS, POST_PARCELS)
