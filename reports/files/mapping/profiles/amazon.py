"""Amazon: the flat file settlement (V2) and All Orders.

Settlement: 23 names [H], promotion-id [M]; one row per component of an amount, in the number format of the market [H],
which the file's own amounts must prove; the sum of all amounts is the total-amount that stands on the first row [H]. There
is no number of a row, and equal rows are legal: the key is the settlement and the row [H]. Tax that Amazon withholds is no
money of the seller [M].

All Orders: names [H]; item-price is of the whole line [M]; amounts and currency are blank while an order is pending [M];
discounts are positive [H]. The statuses are [M].
"""

from __future__ import annotations

from reports.files.lines import CANCELLED, PENDING, SOLD
from reports.files.mapping.model import COLUMN, ORDERS, PAYOUTS, ROW, Check, Column, Mapping

SETTLEMENT = Mapping(
    code="amazon-settlement",
    label="Amazon (settlement report)",
    measure=PAYOUTS,
    signature=("settlement-id", "total-amount", "amount-type", "amount-description"),
    columns=(
        Column("x_settlement", ("settlement-id",)),
        Column("x_total_amount", ("total-amount",)),
        Column("currency", ("currency",)),
        Column("record_type", ("transaction-type",)),
        Column("order_reference", ("order-id",)),
        Column("external_reference", ("merchant-order-id",), optional=True),
        Column("source_reference", ("shipment-id",), optional=True, instead=("adjustment-id",)),
        Column("x_amount_type", ("amount-type",)),
        Column("description", ("amount-description",)),
        Column("net_amount", ("amount",)),
        Column(
            "released_at",
            ("posted-date-time", "posted-date"),
            instead=("deposit-date",),
        ),
        Column("item_reference", ("order-item-code",), optional=True),
        Column("sku", ("sku",), optional=True),
    ),
    key=("x_settlement", ROW),
    numbers="told",
    dates=("iso", "ymd-time", "ymd"),
    zone="UTC",
    currency=COLUMN,
    kinds={
        "||": "",  # the row of the total: no transaction, no amount
        "order|itemprice": "payment", "order|itemprice|shipping": "shipping", "order|promotion": "payment",
        "order|itemfees": "fee", "order|itemwithheldtax": "tax", "order|itemprice|tax": "tax",
        "order|itemprice|shippingtax": "tax",
        "refund|itemprice": "refund", "refund|promotion": "refund", "refund|itemfees": "fee",
        "refund|itemwithheldtax": "tax", "refund": "refund",
        "chargeback refund": "chargeback", "a-to-z guarantee refund": "refund",
        "service fee": "fee", "servicefee": "fee", "transfer": "payout", "adjustment": "other",
        "other-transaction": "other",
    },
    kind_by=("record_type", "x_amount_type", "description"),
    unknown_kind="other",
    checks=(Check("x_total_amount", ("net_amount",), scope="file", group="x_settlement"),),
)  # fmt: skip

ALL_ORDERS = Mapping(
    code="amazon-orders",
    label="Amazon (all orders)",
    measure=ORDERS,
    signature=("amazon-order-id", "purchase-date", "order-status"),
    columns=(
        Column("order_reference", ("amazon-order-id",)),
        Column("ordered_at", ("purchase-date",)),
        Column("status", ("order-status",)),
        Column("sku", ("sku",)),
        Column("listing_reference", ("asin",), optional=True),
        Column("title", ("product-name",), optional=True),
        Column("units", ("quantity",)),
        Column("currency", ("currency",)),
        Column("gross_amount", ("item-price",)),
        Column("tax_amount", ("item-tax",), optional=True),
        Column("shipping_in_amount", ("shipping-price",), optional=True),
        Column("x_ship_promotion_amount", ("ship-promotion-discount",), True, is_cost=True, adds_to="shipping_in_amount"),
        Column("discount_amount", ("item-promotion-discount",), optional=True, is_cost=True),
    ),
    key=("order_reference", "sku"),
    currency=COLUMN,
    statuses={
        "Pending": PENDING, "Unshipped": SOLD, "PartiallyShipped": SOLD, "Shipped": SOLD, "Shipping": SOLD,
        "Complete": SOLD, "Shipped - Delivered to Buyer": SOLD, "Cancelled": CANCELLED, "Canceled": CANCELLED,
    },
    personal=("ship-city", "ship-state", "ship-postal-code", "cpf", "purchase-order-number"),
)  # fmt: skip

PROFILES = (SETTLEMENT, ALL_ORDERS)
