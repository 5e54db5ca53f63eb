"""Qoo10 Japan: the delivery management's order CSV.

44 Japanese headings, a 45th in newer exports [M-H, two independent programs]; CP932 or UTF-8 [U]; Japanese time without a
zone [H]; one order number is one item, the cart number joins orders [M]. What the seller is paid is the supply cost total,
the price less the platform's fee [M]: the difference to the order's total is the fee. Who bears 割引額 is [U]; it is taken
as the seller's because the order's total is less of it. A row whose price, units and discount do not make its total is rejected.
"""

from __future__ import annotations

from reports.files.lines import CANCELLED, PENDING, SOLD
from reports.files.mapping.model import COLUMN, ORDERS, Column, Mapping

ORDERS_CSV = Mapping(
    code="qoo10-orders",
    label="Qoo10",
    measure=ORDERS,
    signature=("注文番号", "カート番号", "販売価格", "供給原価の合計"),
    columns=(
        Column("order_reference", ("注文番号",)),
        Column("pack_reference", ("カート番号",)),
        Column("ordered_at", ("注文日",)),
        Column("status", ("配送状態",)),
        Column("listing_reference", ("商品番号",)),
        Column("sku", ("販売者商品コード",), optional=True),
        Column("title", ("商品名",), optional=True),
        Column("units", ("数量",)),
        Column("currency", ("通貨",)),
        Column("unit_amount", ("販売価格",)),
        Column("discount_amount", ("割引額",), is_cost=True),
        Column("net_amount", ("注文金額の合計",), optional=True),
    ),
    key=("order_reference",),
    numbers="whole",
    dates=("ymd-time", "ymd", "japanese"),
    zone="Asia/Tokyo",
    currency=COLUMN,
    is_priced=True,
    statuses={
        "配送待ち": PENDING, "入金待ち": PENDING, "配送要請": SOLD, "配送準備": SOLD, "配送中": SOLD,
        "配送完了": SOLD, "キャンセル": CANCELLED, "1": PENDING, "2": SOLD, "3": SOLD, "4": SOLD, "5": SOLD,
    },
    personal=(
        "受取人名", "受取人名(フリガナ)", "受取人電話番号", "受取人携帯電話番号", "住所", "郵便番号", "購入者名",
        "購入者名(フリガナ)", "配送要請事項", "購入者電話番号", "購入者携帯電話番号", "プレゼント贈り主", "送り状番号",
    ),
)  # fmt: skip

PROFILES = (ORDERS_CSV,)
