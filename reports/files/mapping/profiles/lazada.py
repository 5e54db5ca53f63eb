"""Lazada: order items (API and Seller Center) and transaction details (API and Seller Center).

API names, types and signs [H]; two ways of writing times [H]; one row is one unit [M]. Names of the Seller Center's orders
[M], their order [U]; its finance CSV [M]. Finance has no currency column [H]: the store's is taken. Which fee names mean
what is [M] for those listed and anything else is kept as other.
"""

from __future__ import annotations

from reports.files.lines import CANCELLED, PENDING, REFUNDED, SOLD
from reports.files.mapping.model import COLUMN, ORDERS, PAYOUTS, Column, Json, Mapping

STATUSES = {
    "unpaid": PENDING, "pending": SOLD, "ready_to_ship": SOLD, "shipped": SOLD, "delivered": SOLD, "topack": SOLD,
    "toship": SOLD, "packed": SOLD, "canceled": CANCELLED, "cancelled": CANCELLED, "failed": CANCELLED,
    "returned": REFUNDED,
}  # fmt: skip
TIMES = ("iso", "ymd-time")

ITEMS_JSON = Mapping(
    code="lazada-items-json",
    label="Lazada (order items)",
    measure=ORDERS,
    signature=("order_item_id", "order_id", "paid_price", "item_price"),
    json=Json((("data",), ("result", "data"), ())),
    columns=(
        Column("x_item", ("order_item_id",)),
        Column("order_reference", ("order_id",)),
        Column("ordered_at", ("created_at",)),
        Column("sku", ("sku",), optional=True),
        Column("listing_reference", ("shop_sku",), optional=True),
        Column("title", ("name",), optional=True, is_of_goods=True),
        Column("status", ("status",)),
        Column("currency", ("currency",)),
        Column("gross_amount", ("item_price",)),
        Column("discount_amount", ("voucher_seller",), optional=True, is_cost=True),
        Column("shipping_in_amount", ("shipping_amount",), optional=True),
        Column("platform_discount_amount", ("voucher_platform",), optional=True),
    ),
    key=("order_reference", "x_item"),
    dates=TIMES,
    currency=COLUMN,
    statuses=STATUSES,
    constants={"units": "1"},
)

ORDERS_XLSX = Mapping(
    code="lazada-orders",
    label="Lazada (orders)",
    measure=ORDERS,
    signature=("orderitemid", "lazadaid", "ordernumber"),
    columns=(
        Column("x_item", ("orderItemId",)),
        Column("order_reference", ("orderNumber",)),
        Column("ordered_at", ("createTime",)),
        Column("sku", ("sellerSku",), optional=True),
        Column("listing_reference", ("lazadaSku",), optional=True),
        Column("title", ("itemName",), optional=True),
        Column("status", ("status",)),
        Column("gross_amount", ("unitPrice",)),
        Column("discount_amount", ("sellerDiscountTotal",), optional=True, is_cost=True),
        Column("shipping_in_amount", ("shippingFee",), optional=True),
    ),
    key=("order_reference", "x_item"),
    dates=("dmy-name", "ymd-time", "iso"),
    statuses=STATUSES,
    constants={"units": "1"},
    personal=(
        "customerName", "customerEmail", "nationalRegistrationNumber", "shippingName", "shippingAddress",
        "shippingAddress2", "shippingAddress3", "shippingAddress4", "shippingAddress5", "shippingPhone",
        "shippingPhone2", "shippingCity", "shippingPostCode", "shippingRegion", "billingName", "billingAddr",
        "billingAddr2", "billingAddr3", "billingAddr4", "billingAddr5", "billingPhone", "billingPhone2",
        "billingCity", "billingPostCode", "taxCode", "branchNumber", "trackingCode", "cdTrackingCode", "trackingUrl",
        "buyerFailedDeliveryUserName", "sellerNote", "invoiceNumber",
    ),
)  # fmt: skip

FEES = {
    "item price credit": "payment", "item price": "payment", "product price paid by buyer": "payment",
    "shipping fee (paid by customer)": "shipping", "shipping fee paid by seller": "shipping",
    "shipping fee voucher (by lazada)": "shipping",
    "reversal item price": "refund", "reversal shipping fee (paid by customer)": "refund", "refunds": "refund",
    "reversal commission": "fee", "payment fee": "fee", "payment fee credit": "fee", "commission": "fee",
    "reversal payment fee": "fee", "free shipping max fee": "fee", "sponsored discovery": "fee",
    "campaign fee": "fee", "lazcoins discount": "fee",
    "withholding tax": "tax", "tax": "tax",
}  # fmt: skip


def _finance(code: str, names: dict[str, str], json: Json | None) -> Mapping:
    return Mapping(
        code=code,
        label="Lazada (finance)",
        measure=PAYOUTS,
        signature=(names["number"], names["fee"], names["lazada_sku"]),
        json=json,
        columns=(
            Column("source_reference", (names["number"],)),
            Column("released_at", (names["day"],)),
            Column("record_type", (names["type"],)),
            Column("description", (names["fee"],)),
            Column("net_amount", (names["amount"],)),
            Column("order_reference", (names["order"],), optional=True),
            Column("item_reference", (names["item"],), optional=True),
            Column("sku", (names["sku"],), optional=True),
            Column("external_reference", (names["payment"],), optional=True),
        ),
        key=("source_reference", "item_reference", "description"),
        numbers="point-grouped",
        dates=("dmy-name", "ymd"),
        kinds=FEES,
        kind_by=("description",),
        unknown_kind="other",
        personal=("comment", "reference", "details"),
    )


FINANCE_JSON = _finance(
    "lazada-finance-json",
    {
        "number": "transaction_number", "fee": "fee_name", "lazada_sku": "lazada_sku", "day": "transaction_date",
        "type": "transaction_type", "amount": "amount", "order": "order_no", "item": "orderItem_no",
        "sku": "seller_sku", "payment": "payment_ref_id",
    },
    Json((("data",), ())),
)  # fmt: skip
FINANCE_CSV = _finance(
    "lazada-finance",
    {
        "number": "Transaction Number", "fee": "Fee Name", "lazada_sku": "Lazada SKU", "day": "Transaction Date",
        "type": "Transaction Type", "amount": "Amount", "order": "Order No.", "item": "Order Item No.",
        "sku": "Seller SKU", "payment": "PaymentRefId",
    },
    None,
)  # fmt: skip

PROFILES = (ITEMS_JSON, ORDERS_XLSX, FINANCE_JSON, FINANCE_CSV)
