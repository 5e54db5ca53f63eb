"""Mercado Libre orders as its API answers them, and Mercado Pago's settlement report.

Orders: names, positive signs and instants with an offset [H]; whether `sale_fee` is per unit or per line is [U], so the
fee is not read from there: it comes with the money. A cancelled sale that was repaid into account money stays paid, with
the tag unfulfilled [H for MX, AR, BR]: its state stays sold, and what was repaid is the refund of its payment. A refund is
an event of its own, on the day on which its payment was last changed [M]. Who pays for the coupon of a payment is not said anywhere
[U]: it is left out, and its count and sum are named.

Settlement report: names [H], order of the columns [M, chosen by the user], signs [M]. Its identity: transaction + fee =
net, and a coupon counts in some rows [M].
"""

from __future__ import annotations

from reports.files.lines import CANCELLED, PENDING, SOLD
from reports.files.mapping.model import COLUMN, EACH, FILE, ORDERS, PAYOUTS, Check, Column, Json, Mapping

ORDERS_JSON = Mapping(
    code="mercadolibre-orders-json",
    label="Mercado Libre (orders)",
    measure=ORDERS,
    signature=("id", "date_created", "order_items.item.id", "order_items.unit_price"),
    json=Json((("results",), ("orders",), ()), ("order_items", "payments")),
    columns=(
        Column("x_each", (EACH,)),
        Column("order_reference", ("id",)),
        Column("pack_reference", ("pack_id",), optional=True),
        Column("ordered_at", ("payments.date_last_modified",), instead=("date_created",), optional=False),
        Column("currency", ("currency_id",)),
        Column("sku", ("order_items.item.seller_sku",), optional=True, instead=("order_items.item.seller_custom_field",)),
        Column("listing_reference", ("order_items.item.id",)),
        Column("x_variation", ("order_items.item.variation_id",), optional=True),
        Column("title", ("order_items.item.title",), optional=True),
        Column("units", ("order_items.quantity",)),
        Column("unit_amount", ("order_items.unit_price",)),
        Column("refund_amount", ("payments.transaction_amount_refunded",), optional=True, is_cost=True),
        Column("x_payment", ("payments.id",), optional=True),
        Column("x_refunded", ("payments.transaction_amount_refunded",), optional=True),
        Column("x_coupon_amount", ("payments.coupon_amount",), optional=True),
        Column("status", ("status",)),
    ),
    key=("order_reference", "listing_reference", "x_variation", "x_payment"),
    zone=FILE,
    currency=COLUMN,
    is_priced=True,
    left_out=("x_coupon_amount",),
    kinds={"order_items": "sale", "payments": "refund", "payments|": "", "payments|0": "", "payments|0.0": "",
           "payments|0.00": ""},
    kind_by=("x_each", "x_refunded"),
    statuses={
        "payment_required": PENDING, "payment_in_process": PENDING, "partially_paid": PENDING, "paid": SOLD,
        "confirmed": PENDING, "cancelled": CANCELLED, "invalid": CANCELLED,
    },
)  # fmt: skip

SETTLEMENT = Mapping(
    code="mercadopago-settlement",
    label="Mercado Pago (settlement report)",
    measure=PAYOUTS,
    signature=("transaction type", "settlement net amount", "transaction amount"),
    columns=(
        Column("source_reference", ("SOURCE_ID",)),
        Column("external_reference", ("EXTERNAL_REFERENCE",), optional=True),
        Column("order_reference", ("ORDER_ID",), optional=True),
        Column("record_type", ("TRANSACTION_TYPE",)),
        Column("gross_amount", ("TRANSACTION_AMOUNT",)),
        Column("fee_amount", ("FEE_AMOUNT",)),
        Column("coupon_amount", ("COUPON_AMOUNT",), optional=True),
        Column("net_amount", ("SETTLEMENT_NET_AMOUNT",)),
        Column("currency", ("SETTLEMENT_CURRENCY", "TRANSACTION_CURRENCY")),
        Column("released_at", ("SETTLEMENT_DATE",), instead=("TRANSACTION_DATE",)),
        Column("approved_at", ("TRANSACTION_DATE",), optional=True),
    ),
    key=("source_reference", "record_type", "released_at"),
    zone=FILE,
    currency=COLUMN,
    kinds={
        "SETTLEMENT": "payment", "SETTLEMENT_SHIPPING": "shipping", "REFUND": "refund", "REFUND_SHIPPING": "refund",
        "CHARGEBACK": "chargeback", "CHARGEBACK_SHIPPING": "chargeback", "DISPUTE": "dispute",
        "DISPUTE_SHIPPING": "dispute", "WITHDRAWAL": "payout", "WITHDRAWAL_CANCEL": "payout", "PAYOUT": "payout",
        "PAYOUTS": "payout", "CASHBACK": "other",
    },
    kind_by=("record_type",),
    unknown_kind="other",
    checks=(Check("net_amount", ("gross_amount", "fee_amount"), may_add=("coupon_amount",)),),
)  # fmt: skip

PROFILES = (ORDERS_JSON, SETTLEMENT)
